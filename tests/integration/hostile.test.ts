// A hostile client: every route that names an object asked by each role of one cell with the objects of another cell and of
// other people, and every route that takes a body given what no page would send. Nothing is reached, nothing is changed,
// nothing falls.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, newKey, openCase } from '../lib/cases.ts';
import { Person, type Json } from '../lib/client.ts';
import { addFeed, send } from '../lib/feed.ts';
import { pidOf } from '../lib/process.ts';
import { ROLES, routes, type Role } from '../lib/rights-table.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { rowsOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';
import { wallctl } from '../lib/wallctl.ts';

/** By the segment of a path before the parameter. */
type Objects = Record<string, string>;

let stack: Stack;
let admin: Person;
let operator: Person;
let cells: [here: string, there: string];
/** What lies in the other cell, or is somebody else's. */
const foreign: Objects = {};
const limited = new Map<Role, Person>();
let listed: { method: string; path: string }[];

async function made(person: Person, path: string, body: Json): Promise<any> {
  const answer = await person.request('POST', path, body);
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

async function alertIn(area: string, key: string): Promise<string> {
  const id = `h-${area}`;
  assert.equal((await send(stack.url, 'hostile', key, { id, type: 'noise', title: `噪音 ${id}`, area })).status, 202);
  const found = await until(`the alert of ${id}`, async () =>
    (await operator.json<{ alerts: Json[] }>('/api/v1/alerts')).alerts.find(({ title }) => String(title).endsWith(id)));
  return String(found.id);
}

/** One of everything, in the other cell or of the operator who sees the whole town. */
async function plant(there: string): Promise<void> {
  const { cameras } = await admin.json<{ cameras: { id: string; area: string }[] }>('/api/v1/cameras');
  foreign.cameras = cameras.find(({ area }) => area === there)!.id;
  foreign.persons = (await made(operator, '/api/v1/persons', { name: '张小明', phone: '13812345678', area: there })).id;
  foreign.alerts = await alertIn(there, addFeed(stack, 'hostile', '--dimension', 'livelihood'));
  const file = await openCase(operator, { title: '别处的事', area: there, channel: 'visit' });
  foreign.cases = file.id;
  foreign['case-filters'] = (await made(operator, '/api/v1/case-filters', { name: '我的', query: 'q=墙' })).id;
  const meeting = await made(await account(admin, 'host.there', [['mediator', there]]), '/api/v1/meetings', {
kind: 'mediation', title: '别处的调解', area: there, starts_us: String((Date.now() + 3_600_000) * 1000), ends_us: String((Date.now() + 7_200_000) * 1000),
  });
  foreign.meetings = meeting.meeting.id;
  await account(admin, 'somebody.there', [['verifier', there]]);
  const { users } = await admin.json<{ users: { id: string; login: string }[] }>('/api/v1/users');
  foreign.users = users.find(({ login }) => login === 'somebody.there')!.id;
  const { sessions } = await operator.json<{ sessions: { id: string }[] }>('/api/v1/sessions');
  foreign.sessions = sessions[0]!.id;
}

before(async () => {
  stack = await startStack({ cameras: 12 });
  [admin, operator] = [await Person.login(stack, 'admin'), await Person.login(stack, 'operator')];
  const { cameras } = await admin.json<{ cameras: { area: string }[] }>('/api/v1/cameras');
  const all = [...new Set(cameras.map(({ area }) => area))].filter(Boolean).sort();
  cells = [all[0]!, all.at(-1)!];
  await plant(cells[1]);
  for (const role of ROLES) {
    if (role === 'security_auditor' || role.startsWith('deputy_')) continue; // made by wallctl, or a grant beside another
    limited.set(role, await account(admin, `${role.replaceAll('_', '-')}.here`, [[role, cells[0]]]));
  }
  listed = (JSON.parse(wallctl(stack, ['routes', '--json'])) as { routes: typeof listed }).routes;
}, { timeout: 300_000 });
after(() => stopStack(stack));

/** Tables of what people work on; not of what is noted about asking. */
const TABLES = [
  'alert_act', 'attachment', 'camera', 'case_alert', 'case_ask', 'case_attempt', 'case_call', 'case_card', 'case_file', 'case_filter', 'case_handler', 'case_item', 'case_log',
  'case_meeting', 'case_order', 'case_pause', 'case_tie', 'case_timer', 'department', 'duty_handover', 'duty_shift', 'legal_hold', 'meeting', 'meeting_event', 'meeting_seat', 'person',
  'role_grant', 'telephone_system', 'user_account',
];
const digests = (): Map<string, string> => new Map(TABLES.map((table) =>
  [table, createHash('sha256').update(JSON.stringify(rowsOf<Json>(stack.path('townwall.db'), `SELECT * FROM ${table}`).map((row) => JSON.stringify(row)).sort())).digest('hex')]));

/** What a page would send there, so that only the object is wrong. */
function bodiesFor(method: string, path: string): Json[] {
  if (method === 'GET' || method === 'DELETE') return [{}];
  if (path === '/api/v1/cases/:id/acts')
    return ['comment', 'edit', 'triage', 'dispatch', 'take', 'feedback', 'urge', 'supervise', 'card', 'call', 'close', 'archive', 'meet', 'pause', 'merge', 'link', 'attempt', 'claim', 'instruct']
      .map((act) => ({ act, version: 1, key: newKey(), text: '进来了', reason: '进来了', form: { title: '改了' }, category: 'other', orders: [{ department: 'zhb', item: '做' }] }));
  if (path === '/api/v1/alerts/:id/acts')
    return ['acknowledge', 'ignore', 'comment', 'assign', 'case', 'false_alarm', 'shelve', 'clear', 'undo'].map((act) => ({ act, version: 1, reason: '进来了', text: '进来了', minutes: 30 }));
  if (path === '/api/v1/meetings/:id/acts')
    return ['open', 'join', 'admit', 'end', 'cancel', 'adjourn', 'say', 'danger', 'room', 'remove', 'mute'].map((act) => ({ act, version: 1, text: '进来了', reason: '进来了', room: 'joint' }));
  if (path.startsWith('/api/v1/persons')) return [{ name: '改名', version: 1, reason: '回访核实' }];
  if (path.startsWith('/api/v1/users')) return [{ name: '改名', password: 'Another-Long-1', grants: [] }];
  return [{ name: '改名', reason: '进来了', version: 1 }];
}

test('with the objects of another cell, or of somebody else, nobody reaches or changes anything', async () => {
  const before = digests();
  const wrong: string[] = [];
  let asked = 0;
  for (const { method, path } of listed) {
    const kind = /^\/api\/v1\/([\w-]+)\/:id/.exec(path)?.[1] ?? '';
    const id = foreign[kind];
    const row = routes[`${method} ${path}`];
    if (!id || !row || typeof row.who === 'string' && kind !== 'sessions') continue;
    for (const [role, person] of limited) {
      if (typeof row.who !== 'string' && !row.who.includes(role)) continue;
      if (kind === 'sessions' && role === 'system_admin') continue; // ends whose session it likes
      for (const body of bodiesFor(method, path)) {
        const answer = await person.request(method, path.replace(':id', id).replace(/:\w+/g, 'none'), method === 'GET' || method === 'DELETE' ? undefined : body);
        const text = await answer.text();
        asked++;
        if (answer.status < 400 || answer.status >= 500 || /别处的|张小明|13812345678|李小明/.test(text))
          wrong.push(`${role}: ${method} ${path} ${JSON.stringify(body).slice(0, 60)}: ${answer.status} ${text.slice(0, 120)}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(asked > 150, `only ${asked} were asked`);
  const now = digests();
  assert.deepEqual(TABLES.filter((table) => before.get(table) !== now.get(table)), [], 'tables that have changed');
});

/** A generator of the same numbers each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const VALUES: unknown[] = [null, true, -1, 1e308, 2 ** 53, '', '\u0000', '\ud800', '💥'.repeat(300), [], {}, [[]], { a: [] }, '../../etc/passwd', "'; DROP TABLE case_file;--", -9_007_199_254_740_993];

/** A body with one or two of its values replaced by something else. */
function mutated(body: unknown, random: () => number): unknown {
  if (random() < 0.3 || body === null || typeof body !== 'object') return VALUES[Math.floor(random() * VALUES.length)];
  const copy = structuredClone(body) as Json;
  const keys = Object.keys(copy);
  const key = keys[Math.floor(random() * keys.length)] ?? 'more';
  copy[key] = mutated(copy[key], random);
  return copy;
}

const DEEP = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
const BROKEN: [what: string, text: string][] = [
  ['nothing', ''], ['half', '{'], ['a list', '[]'], ['a word', '"x"'], ['null', 'null'], ['twice', '{}{}'], ['deep', DEEP], ['deep within', `{"form":${DEEP},"act":${DEEP}}`],
  ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1')], ['NUL', '{"act":"\\u0000","name":"\\u0000"}'], ['a lone surrogate', '{"act":"\\ud800","name":"\\ud800"}'],
  ['a number too large', '{"version":1e999,"id":1e999}'], ['long', JSON.stringify({ name: 'x'.repeat(80_000), act: 'y'.repeat(80_000) })],
  ['many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i])))],
];

test('a body that no page would send is answered with what is wrong, and the server goes on', async () => {
  const pid = pidOf(stack, 'townwalld');
  const random = numbers(7);
  const wrong: string[] = [];
  const everybody = new Map<Role, Person>();
  for (const role of limited.keys()) everybody.set(role, await account(admin, `${role.replaceAll('_', '-')}.all`, [[role, '']]));
  const stranger = new Person(stack.url);
  for (const { method, path } of listed) {
    const row = routes[`${method} ${path}`];
    if (!row || method === 'GET' || path === '/api/v1/session' || path === '/api/v1/session/password' || path.endsWith('/diagnose')) continue; // asks a camera, without a body
    const role = typeof row.who === 'string' ? null : [...everybody.keys()].find((one) => row.who.includes(one));
    const person = row.who === 'anybody' || role === undefined ? stranger : role === null ? everybody.get('leader')! : everybody.get(role)!;
    const kind = /^\/api\/v1\/([\w-]+)\/:id/.exec(path)?.[1] ?? '';
    const at = path.replace(':id', foreign[kind] ?? 'none').replace(/:\w+/g, 'none');
    const ask = async (what: string, body: string | undefined): Promise<void> => {
      const answer = await person.request(method, at, body, row.ask?.type).catch((error: Error) => ({ status: 0, text: async () => String(error.cause ?? error) }));
      const text = await answer.text();
      if (answer.status === 0 || answer.status >= 500) wrong.push(`${method} ${path} with ${what}: ${answer.status} ${text.slice(0, 160)}`);
      else if (answer.status >= 400 && !/"zh":"[^"]+","en":"[^"]+"|"en":"[^"]+","zh":"[^"]+"/.test(text)) wrong.push(`${method} ${path} with ${what}: ${answer.status} says nothing: ${text.slice(0, 120)}`);
    };
    if (method === 'DELETE') continue;
    for (const [what, text] of BROKEN) await ask(what, text);
    const good = bodiesFor(method, path);
    for (let i = 0; i < 12; i++) {
      const body = JSON.stringify(mutated(good[i % good.length], random));
      await ask(body.slice(0, 80), body);
    }
  }
  assert.deepEqual(wrong, []);
  assert.equal(pidOf(stack, 'townwalld'), pid, 'the same process');
  assert.equal((await fetch(`${stack.url}/healthz`)).status, 200);
});

test('on the WebSocket words of every kind are answered or end that connection alone', async () => {
  const pid = pidOf(stack, 'townwalld');
  const random = numbers(11);
  const other = await operator.connect();
  other.send({ t: 'sub', topic: 'alerts' });
  await other.message((m) => m.t === 'snapshot' && m.topic === 'alerts');
  const good: Json[] = [
    { t: 'sub', topic: 'cases', from: 'a-1' }, { t: 'unsub', topic: 'cases' }, { t: 'thumbs', cameras: [1, 2], interval_ms: 1000, why: 'mosaic' }, { t: 'hidden', hidden: true },
    { t: 'play', stream: 1, camera: foreign.cameras!, profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264'] }, { t: 'stop', stream: 1 }, { t: 'ping', re: 'x' },
    { t: 'rtc', op: 'publish', sdp: 'v=0', streams: [] }, { t: 'sub', topic: `meeting:${foreign.meetings ?? 'none'}` },
  ];
  for (let round = 0; round < 12; round++) {
    const wall = await limited.get('operator')!.connect();
    for (let i = 0; i < 60 && !wall.closed; i++) wall.send(mutated(good[i % good.length], random) as Json);
    wall.send({ t: 'ping', re: `end${round}` });
    await wall.until('an answer or the end', () => wall.closed ?? wall.messages.find((m) => m.t === 'pong' && m.re === `end${round}`));
    assert.equal(wall.messages.filter((m) => JSON.stringify(m).includes('别处的')).length, 0);
    wall.close();
  }
  other.send({ t: 'ping', re: 'still' });
  await other.message((m) => m.t === 'pong' && m.re === 'still');
  assert.equal(pidOf(stack, 'townwalld'), pid);
  other.close();
});
