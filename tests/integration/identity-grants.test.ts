// Grants for a time: given over REST and wallctl, they hold from then until then, for requests, topics and WebSockets, and are on record.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json, type Wall } from '../lib/client.ts';
import { SetClock } from '../lib/clock.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { wallctl } from '../lib/wallctl.ts';

const dir = mkdtempSync(join(tmpdir(), 'townwall-grants-'));
const clock = new SetClock(dir);
const PASSWORD = 'Long enough 7';
const TOWN = '330108102';
const VILLAGE = '330108102003';
const hour = 3600;
let stack: Stack;
let admin: Person;
let auditor: Person;
let watch: Wall;

before(async () => {
  stack = await startSmallStack({ cameras: 2, env: { townwalld: clock.env } });
  [admin, auditor] = [await Person.login(stack, 'admin'), await Person.login(stack, 'security')];
  watch = await admin.connect();
});
after(async () => {
  watch?.close();
  if (stack) await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

/** Hours from the server's clock, as the API has times. */
const inHours = (hours: number): string => String(Math.round(clock.nowMs + hours * hour * 1000) * 1000);
const at = async (hours: number): Promise<void> => {
  clock.write(clock.offsetS + hours * hour);
  await clock.seen(watch);
};
async function enter(login: string): Promise<{ person: Person; status: number; code: string }> {
  const person = new Person(stack.url);
  const answer = await person.request('POST', '/api/v1/session', { login, password: PASSWORD });
  person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const body = (await answer.json()) as { csrf: string; error?: { code: string } };
  person.csrf = body.csrf;
  return { person, status: answer.status, code: body.error?.code ?? '' };
}
async function subscribed(wall: Wall, topic: string): Promise<string> {
  wall.send({ t: 'sub', topic, re: topic });
  const told = await wall.message((m) => (m.topic === topic && m.t === 'snapshot') || (m.t === 'error' && m.re === topic));
  return told.t === 'snapshot' ? 'told' : String(told.code);
}
const records = async (action: string, user: string): Promise<Json[]> =>
  (await auditor.json<{ records: Json[] }>(`/api/v1/audit?action=${action}&object=${user}`)).records.map(({ details }) => details as Json);

test('a grant for a time is refused with its reason, where its times make no sense', async () => {
  const add = async (...grants: object[]): Promise<string> => {
    const answer = await admin.request('POST', '/api/v1/users', { login: 'nobody', name: 'n', password: PASSWORD, grants });
    const { error } = (await answer.json()) as { error: { code: string; message: { zh: string }; path?: string } };
    assert.ok(error.message.zh);
    return `${answer.status} ${error.code}`;
  };
  assert.equal(await add({ role: 'operator', area: '', from_us: inHours(2), until_us: inHours(1) }), '400 invalid_grant_time');
  assert.equal(await add({ role: 'operator', area: '', until_us: 1.5 }), '400 invalid_grant_time');
  assert.equal(await add({ role: 'operator', area: '', until_us: inHours(-1) }), '400 grant_past');
  assert.equal(await add({ role: 'deputy', area: TOWN, until_us: inHours(1) }, { role: 'deputy_observe', area: VILLAGE }), '400 grant_span');
  assert.equal(await add({ role: 'deputy', area: TOWN }, { role: 'deputy', area: TOWN, until_us: inHours(1) }), '400 grant_twice');
});

test('a deputy collects requests from then until then: routes, topics and sockets follow, each turn on record once', async () => {
  const grants = [{ role: 'deputy', area: TOWN }, { role: 'deputy_collect', area: VILLAGE, from_us: inHours(1), until_us: inHours(3) }];
  const made = await admin.request('POST', '/api/v1/users', { login: 'li', name: '李代表', password: PASSWORD, grants });
  assert.equal(made.status, 201, await made.clone().text());
  const user = (await made.json()) as { id: string; grants: Json[] };
  assert.deepEqual(user.grants.map(({ state }) => state), ['holds', 'waits']);
  assert.equal((await records('grant.give', user.id)).length, 2);
  const { person } = await enter('li');
  const early = await person.connect();
  assert.equal((await person.request('GET', '/api/v1/case-words')).status, 403);
  assert.equal(await subscribed(early, 'calls'), 'no_right');

  await at(1.5);
  assert.equal((await person.request('GET', '/api/v1/case-words')).status, 200, 'the same session, no new login');
  await until('the old socket is closed', () => early.closed);
  assert.deepEqual(early.closed, { code: 4004, reason: 'rights_changed' });
  const within = await person.connect();
  assert.equal(await subscribed(within, 'calls'), 'told');
  const form = { title: '路灯不亮', channel: 'deputy' };
  assert.equal((await person.request('POST', '/api/v1/cases', { key: 'collected1', form })).status, 201);
  assert.match(wallctl(stack, ['users', 'list']), new RegExp(`li +李代表 .*deputy_collect@${VILLAGE}/\\d{4}-[^ ]+\\.\\.\\d{4}-[^ ]+$`, 'm'));

  await at(1.6);
  await until('its socket is closed without any request', () => within.closed);
  assert.deepEqual(within.closed, { code: 4004, reason: 'rights_changed' });
  assert.equal((await person.request('GET', '/api/v1/cases')).status, 403);
  assert.equal((await person.request('POST', '/api/v1/cases', { key: 'collected2', form })).status, 403);
  const late = await person.connect();
  assert.equal(await subscribed(late, 'calls'), 'no_right');
  assert.equal(await subscribed(late, 'cases'), 'no_right');
  late.close();
  const session = await person.json<{ rights: string[]; user: { grants: Json[] } }>('/api/v1/session');
  assert.ok(!session.rights.includes('case.register') && session.rights.includes('place.see'));
  assert.equal(session.user.grants.find(({ role }) => role === 'deputy_collect')?.state, 'over');
  assert.match(wallctl(stack, ['users', 'list']), /deputy_collect@\S+ \(over\)/);
  assert.equal((await records('grant.begin', user.id)).length, 1);
  assert.deepEqual((await records('grant.end', user.id)).map(({ role, why }) => [role, why]), [['deputy_collect', 'time']]);
});

test('without a grant that holds a session ends and nobody gets in; prolonged by wallctl it goes on', async () => {
  const grants = [{ role: 'leader', area: '', until_us: inHours(1) }];
  assert.equal((await admin.request('POST', '/api/v1/users', { login: 'zhou', name: '周', password: PASSWORD, grants })).status, 201);
  const { person } = await enter('zhou');
  const wall = await person.connect();
  assert.equal(await subscribed(wall, 'alerts'), 'told');
  await at(1);
  await until('the socket is closed', () => wall.closed);
  assert.equal(wall.closed?.code, 4003);
  assert.equal((await person.request('GET', '/api/v1/session')).status, 401);
  const refused = await enter('zhou');
  assert.deepEqual([refused.status, refused.code], [403, 'no_grant']);
  wallctl(stack, ['users', 'change', 'zhou', '--grants', 'leader/..2099-12-31']);
  const again = await enter('zhou');
  assert.equal(again.status, 200);
  assert.equal((await again.person.request('GET', '/api/v1/alerts')).status, 200);
});

test('what ended while no server ran is over at its start', async () => {
  const grants = [{ role: 'operator', area: TOWN }, { role: 'leader', area: TOWN, until_us: inHours(1 / 12) }];
  const made = await admin.request('POST', '/api/v1/users', { login: 'wu', name: '吴', password: PASSWORD, grants });
  const user = (await made.json()) as { id: string };
  const { person } = await enter('wu');
  assert.equal((await person.request('PUT', '/api/v1/duty/plan', {})).status !== 403, true);
  const pid = pidOf(stack, 'townwalld');
  process.kill(pid, 'SIGKILL');
  clock.write(clock.offsetS + hour / 6);
  await until('another server answers', async () => stack.children.get('townwalld')?.pid !== pid && (await stack.get('/healthz')).status === 200);
  assert.equal((await person.request('PUT', '/api/v1/duty/plan', {})).status, 403);
  assert.equal((await person.request('GET', '/api/v1/alerts')).status, 200);
  auditor = await Person.login(stack, 'security'); // their time ran on while nobody was there to see the clock set
  assert.deepEqual((await records('grant.end', user.id)).map(({ role, why }) => [role, why]), [['leader', 'time']]);
});
