// Roster, handover book and telephone hook on the real programs.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Feed } from '../lib/alerts.ts';
import { Person, type Json } from '../lib/client.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
const people: Record<string, Person> = {};
const who = (login: string): Person => people[login]!;

interface Answer { status: number; body: any }
async function ask(login: string, method: string, path: string, body?: unknown, type?: string): Promise<Answer> {
  const answer = await who(login).request(method, `/api/v1${path}`, body, type);
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}
const pad = (n: number): string => String(n).padStart(2, '0');
const dayOf = (at: Date): string => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
const clockOf = (at: Date): string => `${pad(at.getHours())}:${pad(at.getMinutes())}`;
const HOUR = 3_600_000;
/** A shift that ended half an hour ago, and one that runs. */
const early = new Date(Date.now() - 2 * HOUR);
const late = new Date(early.getTime() + 1.5 * HOUR);
const EARLY = `${dayOf(early)}.early`;
const LATE = `${dayOf(late)}.late`;
const roles = [
  { code: 'leader', name: { zh: '带班领导', en: 'Leader' }, need: 1 }, { code: 'operator', name: { zh: '值班员', en: 'Operator' }, need: 2 },
];
const times = [
  { code: 'early', name: { zh: '早班', en: 'Early' }, begin: clockOf(early), minutes: 90 }, { code: 'late', name: { zh: '晚班', en: 'Late' }, begin: clockOf(late), minutes: 600 },
];

before(async () => {
  stack = await startSmallStack({ cameras: 2, simulator: false });
  for (const login of ['leader', 'operator', 'supervisor', 'calltaker', 'admin', 'security', 'handler']) people[login] = await Person.login(stack, login);
}, { timeout: 120_000 });
after(() => stopStack(stack));

test('roles and times are data: a wrong plan is refused by its place, the second of two is told', async () => {
  const { body } = await ask('leader', 'GET', '/duty');
  assert.deepEqual(body.plan.roles.map((role: Json) => role['code']), ['leader', 'operator', 'call_taker', 'legal', 'police', 'counsellor', 'mediator']);
  assert.deepEqual([body.plan.version, body.shifts], [0, []]);
  const over = await ask('leader', 'PUT', '/duty/plan', { roles, times: [times[0], { ...times[0], code: 'other' }], version: 0 });
  assert.deepEqual([over.status, over.body.error.fields[0].path], [400, 'times[1]']);
  assert.equal((await ask('operator', 'PUT', '/duty/plan', { roles, times, version: 0 })).status, 403);
  assert.equal((await ask('leader', 'PUT', '/duty/plan', { roles, times, version: 0 })).body.plan.version, 1);
  assert.equal((await ask('supervisor', 'PUT', '/duty/plan', { roles, times, version: 0 })).status, 409);
});

test('a roster is written by hand and from a file, and told at once', async () => {
  const wall = await who('operator').connect();
  wall.send({ t: 'sub', topic: 'duty' });
  await wall.message((message) => message['t'] === 'snapshot' && message['topic'] === 'duty');
  const { users } = JSON.parse(await (await who('security').request('GET', '/api/v1/users')).text()) as { users: { id: string; login: string; name: string }[] };
  const user = users.find(({ login }) => login === 'operator')!;
  const wrong = await ask('leader', 'PUT', `/duty/shifts/${LATE}`, { people: [{ role: 'king', name: '甲' }], version: 0 });
  assert.deepEqual([wrong.status, wrong.body.error.fields[0].path], [400, 'people[0].role']);
  assert.equal((await ask('leader', 'PUT', `/duty/shifts/${dayOf(late)}.noon`, { people: [], version: 0 })).status, 404);
  const put = await ask('leader', 'PUT', `/duty/shifts/${LATE}`, { people: [{ role: 'operator', name: '王倩', user: user.id }], version: 0 });
  assert.deepEqual([put.status, put.body.shift.version], [200, 1]);
  assert.equal((await ask('supervisor', 'PUT', `/duty/shifts/${LATE}`, { people: [], version: 0 })).status, 409);
  await wall.until('who is on duty is told', () => wall.messages.some((message) => {
    const data = message['data'] as { now?: { id: string; people: { name: string }[]; missing: string[] } } | undefined;
    return message['topic'] === 'duty' && data?.now?.id === LATE && data.now.people[0]?.name === '王倩' && data.now.missing.join() === 'leader,operator';
  }));
  wall.close();
  const csv = `日期,班次,岗位,姓名,登录名,备注\n${dayOf(late)},晚班,带班领导,宋红霞,leader,\n${dayOf(late)},晚班,值班员,王倩,operator,主班\n`;
  const bad = await ask('supervisor', 'POST', '/duty/import', `${csv}${dayOf(late)},晚班,国王,甲,,\n${dayOf(late)},晚班,值班员,乙,nobody,\n`, 'text/csv');
  assert.deepEqual([bad.status, bad.body.refused, bad.body.errors.map((one: Json) => [one['line'], one['column']])], [400, 2, [[4, 'role'], [5, 'login']]]);
  assert.deepEqual((await ask('supervisor', 'POST', '/duty/import?dry_run=1', csv, 'text/csv')).body, { dry_run: true, rows: 2, refused: 0, shifts: 1, errors: [] });
  const shift = async (): Promise<any> => (await ask('operator', 'GET', `/duty?from=${dayOf(early)}&days=2`)).body.shifts.find((one: Json) => one['id'] === LATE);
  assert.equal((await shift()).version, 1, 'a dry run changes nothing');
  assert.equal((await ask('supervisor', 'POST', '/duty/import', csv, 'text/csv')).status, 200);
  const now = await shift();
  assert.deepEqual(now.people.map((one: Json) => [one['role'], one['name'], one['user'] !== null]), [['leader', '宋红霞', true], ['operator', '王倩', true]]);
  assert.equal((await ask('handler', 'GET', '/duty')).status, 403);
});

test('a shift that ended without anybody is handed over by the clock, with what is open; who takes over signs', async () => {
  await new Feed(stack, 'hotline').report({ id: 'urgent', type: 'fire', title: '老街起火', priority: 1, lon: 118.4, lat: 35.1 });
  await until('the alert is there', async () => (await who('operator').json<{ alerts: Json[] }>('/api/v1/alerts?state=open')).alerts.length > 0);
  assert.equal((await ask('leader', 'PUT', `/duty/shifts/${EARLY}`, { people: [{ role: 'leader', name: '宋红霞' }], version: 0 })).status, 200);
  const book = async (login = 'operator'): Promise<any> => (await ask(login, 'GET', `/duty/handovers/${EARLY}`)).body.handover;
  await until('it is closed', async () => (await book()).state === 'handed');
  const one = await book();
  assert.deepEqual([one.handed_by, one.handed_name, one.matters.map((m: Json) => [m['kind'], (m['text'] as Json)['zh']])], [null, null, [['alert', '老街起火']]]);
  // who sees no alerts is told how many there are
  const seen = await book('calltaker');
  assert.deepEqual([seen.matters, seen.hidden], [[], 1]);
  assert.equal((await ask('operator', 'POST', `/duty/handovers/${EARLY}/hand`, { version: one.version })).status, 409, 'it is closed');
  assert.equal((await ask('supervisor', 'POST', `/duty/handovers/${EARLY}/sign`, { version: one.version })).status, 403);
  assert.equal((await ask('operator', 'POST', `/duty/handovers/${EARLY}/sign`, { version: one.version - 1 })).status, 409);
  const wall = await who('leader').connect();
  wall.send({ t: 'sub', topic: 'duty' });
  const snapshot = await wall.message((message) => message['t'] === 'snapshot' && message['topic'] === 'duty');
  const told = (snapshot['data'] as { handover: Json }).handover;
  assert.deepEqual([told['id'], told['state'], told['late'], told['matters']], [EARLY, 'handed', true, 1], 'unsigned is told');
  const signed = await ask('operator', 'POST', `/duty/handovers/${EARLY}/sign`, { version: one.version });
  assert.deepEqual([signed.status, signed.body.handover.state, signed.body.handover.on_roster], [200, 'signed', true]);
  await wall.until('it is told no more', () => wall.messages.some((message) => message['t'] === 'delta' && message['topic'] === 'duty' && (message['data'] as { handover: Json | null }).handover?.['id'] !== EARLY));
  wall.close();
});

test('notes are written while it runs, who hands over cannot sign, both are on record and outlive the server', async () => {
  const first = (await ask('operator', 'GET', `/duty/handovers/${LATE}`)).body.handover;
  assert.deepEqual([first.state, first.version, first.matters.length], ['open', 0, 1], 'what would be handed over');
  const noted = await ask('operator', 'PUT', `/duty/handovers/${LATE}`, { notes: '老街火情已处置，盯复燃。<script>', version: 0 });
  assert.deepEqual([noted.status, noted.body.handover.version], [200, 1]);
  assert.equal((await ask('leader', 'PUT', `/duty/handovers/${LATE}`, { notes: '别的', version: 0 })).status, 409, 'somebody was first');
  const handed = await ask('operator', 'POST', `/duty/handovers/${LATE}/hand`, { version: 1 });
  assert.deepEqual([handed.status, handed.body.handover.state], [200, 'handed']);
  const version = handed.body.handover.version as number;
  const own = await ask('operator', 'POST', `/duty/handovers/${LATE}/sign`, { version });
  assert.deepEqual([own.status, own.body.error.code], [403, 'own_handover']);
  const old = pidOf(stack, 'townwalld');
  process.kill(old, 'SIGKILL');
  await until('it answers again', async () => stack.children.get('townwalld')?.pid !== old && (await stack.get('/healthz')).status === 200);
  const signed = await ask('leader', 'POST', `/duty/handovers/${LATE}/sign`, { version });
  assert.deepEqual([signed.status, signed.body.handover.notes, signed.body.handover.matters.length], [200, '老街火情已处置，盯复燃。<script>', 1]);
  const list = (await ask('leader', 'GET', '/duty/handovers')).body.handovers;
  assert.deepEqual(list.map((one: Json) => [one['id'], one['state'], one['count']]), [[LATE, 'signed', 1], [EARLY, 'signed', 1]]);
  const { records } = (await ask('security', 'GET', '/audit?limit=200')).body as { records: { action: string; object: string }[] };
  for (const action of ['duty.plan', 'duty.roster', 'duty.import', 'duty.notes', 'duty.hand_over', 'duty.sign']) assert.ok(records.some((one) => one.action === action), action);
  assert.equal(records.filter((one) => one.action === 'duty.sign').length, 2);
});

/** Every file below a folder that has these bytes. */
function filesWith(dir: string, text: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() && readFileSync(file).includes(text));
}

test('a telephone system pops the caller up to whoever sits at the extension, and to nobody else', async () => {
  const NUMBER = '13800138765';
  const added = await ask('admin', 'POST', '/telephone/systems', { id: 'pbx', name: '程控交换机' });
  assert.equal(added.status, 201);
  assert.equal((await ask('operator', 'POST', '/telephone/systems', { id: 'mine', name: 'x' })).status, 403);
  const { key } = added.body as { key: string };
  const call = async (body: unknown, bearer = key): Promise<Answer> => {
    const answer = await fetch(`${stack.url}/api/v1/telephone/calls`, { method: 'POST', headers: { authorization: `Bearer ${bearer}` }, body: typeof body === 'string' ? body : JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: JSON.parse(text) };
  };
  const ringing = { call: '17-3', event: 'ringing', extension: '8001', number: '138 0013-8765' };
  assert.deepEqual(await call(ringing), { status: 202, body: { told: false } }, 'nobody sits there');
  assert.equal((await ask('calltaker', 'PUT', '/telephone/extension', { extension: '8001' })).body.extension, '8001');
  assert.equal((await ask('calltaker', 'PUT', '/telephone/extension', { extension: 'eight' })).status, 400);
  const walls = { mine: await who('calltaker').connect(), other: await who('operator').connect() };
  for (const wall of Object.values(walls)) {
    wall.send({ t: 'sub', topic: 'calls' });
    await wall.message((message) => message['t'] === 'snapshot' && message['topic'] === 'calls');
  }
  await until('the extension is known', async () => (await call(ringing)).body.told === true);
  const calls = (wall: typeof walls.mine): Json[] => wall.messages.filter((message) => message['t'] === 'delta' && message['topic'] === 'calls').flatMap((message) => (message['data'] as { set: Json[] }).set);
  const shown = await walls.mine.until('it rings', () => calls(walls.mine)[0]);
  assert.deepEqual([shown['number'], shown['event'], shown['extension']], [NUMBER, 'ringing', '8001']);
  assert.deepEqual((await call({ ...ringing, event: 'answered', number: null })).body, { told: true });
  await walls.mine.until('it is answered, with its number', () => calls(walls.mine).some((one) => one['event'] === 'answered' && one['number'] === NUMBER));
  const again = await who('calltaker').connect();
  again.send({ t: 'sub', topic: 'calls' });
  const snapshot = await again.message((message) => message['t'] === 'snapshot' && message['topic'] === 'calls');
  assert.equal((snapshot['data'] as { calls: Json[] }).calls.length, 1, 'a page that is opened meanwhile has it');
  again.close();
  await call({ ...ringing, event: 'ended' });
  await walls.mine.until('it is over', () => calls(walls.mine).some((one) => one['event'] === 'ended'));
  assert.deepEqual(calls(walls.other), [], 'nobody else is told');
  for (const wall of Object.values(walls)) wall.close();

  assert.deepEqual([await call(ringing, 'guess').then((a) => [a.status, a.body.error.code]), await call('{"call"').then((a) => a.status)], [[401, 'bad_key'], 400]);
  const wrong = await call({ ...ringing, number: '<script>' });
  assert.deepEqual([wrong.status, wrong.body.error.fields[0].path], [400, 'number']);
  const { systems, refused } = (await ask('admin', 'GET', '/telephone/systems')).body;
  assert.deepEqual([systems.map((one: Json) => one['id']), refused.count, refused.address], [['pbx'], 1, '127.0.*.*']);
  const many = await Promise.all(Array.from({ length: 120 }, () => call({ ...ringing, event: 'ended' })));
  assert.ok(many.some(({ status }) => status === 429), 'too many at once are put off');
  assert.deepEqual(filesWith(stack.options.dir, NUMBER), [], 'the number is written nowhere');
  assert.deepEqual(filesWith(stack.options.dir, key), [], 'nor is the key');
  assert.equal((await ask('admin', 'DELETE', '/telephone/systems/pbx')).status, 204);
  await until('the key is dead', async () => (await call(ringing)).status === 401);
});
