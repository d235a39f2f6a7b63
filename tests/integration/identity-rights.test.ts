// Every route and every topic with every role, everywhere and in one area, against tests/lib/rights-table.ts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { newKey } from '../lib/cases.ts';
import { Person, type Json } from '../lib/client.ts';
import { sign } from '../lib/feed.ts';
import { attach, picture, upload } from '../lib/papers.ts';
import { accusedSee, caseKinds, ROLES, routes, topics, type Role, type Row } from '../lib/rights-table.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { wallctl } from '../lib/wallctl.ts';

type Kind = NonNullable<Row['of']>;
interface Somebody { role: Role; limited: boolean; person: Person; login: string }

let stack: Stack;
let admin: Person;
let operator: Person;
/** Two cells of the town: everybody who is limited is so to the first. */
let here = '';
let there = '';
const objects = {} as Record<Kind, { here: string; there: string }>;
const people: Somebody[] = [];
const files = {} as { here: string; there: string };
/** For uploads: a small one. */
let image: Buffer;
let asked = 0;
/** Handlers are of the one; the other is complained about. */
const [OWN, ACCUSED] = ['walk-own', 'walk-accused'];
let listed: { routes: { method: string; path: string; right: string }[]; topics: { topic: string; right: string }[] };

const AT_ONCE = 6;
async function each<T>(list: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const left = [...list];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await act(one);
  }));
}

async function enter(login: string): Promise<Person> {
  const person = new Person(stack.url);
  const answer = await person.request('POST', '/api/v1/session', { login, password: `Long-${login}-7` });
  assert.equal(answer.status, 200, `${login}: ${await answer.clone().text()}`);
  person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  person.csrf = ((await answer.json()) as { csrf: string }).csrf;
  return person;
}

async function hire(role: Role, limited: boolean, department = role === 'department_handler' ? OWN : undefined): Promise<Somebody> {
  const login = `${role.replaceAll('_', '-')}.${department === ACCUSED ? 'accused' : limited ? 'here' : 'all'}`;
  const password = `Long-${login}-7`;
  const area = limited ? here : '';
  // a deputy of the whole town has a grant for one cell
  const grants = [{ role, area }, ...(role.startsWith('deputy_') ? [{ role: 'deputy', area: '' }] : [])];
  if (role === 'security_auditor')
    wallctl(stack, ['users', 'add', login, '--role', role, '--password-stdin', ...(area ? ['--area', area] : [])], password);
  else assert.equal((await admin.request('POST', '/api/v1/users', { login, name: login, password, grants, department })).status, 201);
  const person = await enter(login);
  if (role === 'operator' || role === 'leader') await person.giveReason();
  return { role, limited, person, login };
}

/** An alert; with `opened` a case is made of it, which ends it. */
async function report(key: string, id: string, area: string, opened: boolean): Promise<void> {
  const body = JSON.stringify({ id, type: 'noise', title: `噪音 ${id}`, area });
  const answer = await fetch(`${stack.url}/api/v1/events`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...sign('f1', key, body) } });
  assert.equal(answer.status, 202, await answer.text());
  const alert = await until(`the alert of ${id}`, async () => {
    const { alerts } = await operator.json<{ alerts: Json[] }>('/api/v1/alerts');
    return alerts.find((one) => String(one.title).endsWith(id));
  });
  if (!opened) return;
  const made = await operator.request('POST', `/api/v1/alerts/${String(alert.id)}/acts`, { act: 'case', version: alert.version });
  assert.equal(made.status, 200, await made.clone().text());
  const { alert: now } = (await made.json()) as { alert: Json };
  const side = area === here ? 'here' : 'there';
  objects.alert = { ...objects.alert, [side]: String(now.id) };
  objects.case = { ...objects.case, [side]: String(now.case) };
}

before(async () => {
  stack = await startStack({ cameras: 12 });
  [admin, operator] = [await Person.login(stack, 'admin'), await Person.login(stack, 'operator')];
  const { cameras } = await admin.json<{ cameras: { id: string; area: string }[] }>('/api/v1/cameras');
  const cells = [...new Set(cameras.map(({ area }) => area))].filter(Boolean).sort();
  [here, there] = [cells[0] ?? '', cells.at(-1) ?? ''];
  assert.ok(here && there && here !== there);
  const one = (area: string): string => cameras.find((camera) => camera.area === area)?.id ?? '';
  objects.camera = { here: one(here), there: one(there) };
  const someone = async (area: string): Promise<string> => {
    const made = await operator.request('POST', '/api/v1/persons', { name: '张小明', phone: '13812345678', area });
    assert.equal(made.status, 201);
    return ((await made.json()) as { id: string }).id;
  };
  objects.person = { here: await someone(here), there: await someone(there) };
  const feed = await admin.request('POST', '/api/v1/feeds', { id: 'f1', name: { zh: '热线' }, dimension: 'livelihood' });
  const { key } = (await feed.json()) as { key: string };
  for (const [id, area, opened] of [['n1', here, true], ['n2', there, true], ['n3', here, false], ['n4', there, false]] as const) await report(key, id, area, opened);
  await operator.giveReason();
  image = picture('png', 32, 32);
  for (const side of ['here', 'there'] as const) {
    files[side] = (await attach(operator, objects.case[side], image, 'walk.png')).id;
    await until(`a picture of ${objects.camera[side]}`, async () => (await operator.request('GET', `/api/v1/cameras/${objects.camera[side]}/snapshot.jpg`)).status === 200);
  }
  for (const id of [OWN, ACCUSED]) assert.equal((await admin.request('POST', '/api/v1/departments', { id, name: id })).status, 201);
  listed = JSON.parse(wallctl(stack, ['routes', '--json'])) as typeof listed;
  await each(ROLES.flatMap((role) => [false, true].map((limited) => [role, limited] as const)), async ([role, limited]) => {
    people.push(await hire(role, limited));
  });
}, { timeout: 300000 });
after(() => stopStack(stack));

test('each route and topic of the server has a row in tests/lib/rights-table.ts, and each row its route', () => {
  const missing = [
    ...listed.routes.map(({ method, path }) => `${method} ${path}`).filter((key) => !routes[key]).map((key) => `  '${key}': { who: [...] },   // in routes`),
    ...listed.topics.map(({ topic }) => topic).filter((key) => !topics[key]).map((key) => `  ${key}: { who: [...] },   // in topics`),
  ];
  assert.equal(missing.join('\n'), '', `the server has what tests/lib/rights-table.ts does not know; add who may ask it:\n${missing.join('\n')}\n`);
  const known = new Set([...listed.routes.map(({ method, path }) => `${method} ${path}`), ...listed.topics.map(({ topic }) => `topic ${topic}`)]);
  const gone = [...Object.keys(routes), ...Object.keys(topics).map((name) => `topic ${name}`)].filter((key) => !known.has(key));
  assert.deepEqual(gone, [], 'rows of tests/lib/rights-table.ts that the server no longer has: take them out');
});

/** Area codes that somebody should see of what there is in both cells. */
const due = (row: Row, role: Role, limited: boolean): string => (row.whole && !row.whole.includes(role) ? '' : limited ? here : [here, there].join());
const seenOf = (row: Row, answer: unknown): string => [here, there].filter((area) => row.lists?.(answer).includes(area)).join();
/** Areas beyond those two; a list of somebody limited has none. */
const others = (row: Row, answer: unknown): string[] => (row.lists?.(answer) ?? []).filter((area) => area !== here && area !== there);

const allowed = (row: Row, role: Role, limited: boolean): boolean => (typeof row.who === 'string' || row.who.includes(role)) && !(limited && row.town);

interface Answer { status: number; code: string; json: any }
async function ask(person: Person, key: string, row: Row, side?: 'here' | 'there'): Promise<Answer> {
  const [method = '', pattern = ''] = key.split(' ');
  const real = side && row.of ? { id: objects[row.of][side], file: files[side], ...row.params } as Record<string, string> : {};
  const path = (row.ask?.path ?? pattern).replace(/:(\w+)/g, (_, name: string) => real[name] ?? 'none');
  if (side && row.how === 'upload') {
    const { status, body } = await upload(person, real.id ?? '', image, 'walk.png');
    return { status, code: body.error?.code ?? '', json: body };
  }
  if (side && row.how === 'endless') {
    const stop = new AbortController();
    const answer = await fetch(person.url + path, { headers: { cookie: person.cookie }, signal: stop.signal });
    const json = answer.status === 200 ? null : ((await answer.json()) as { error: { code: string } });
    stop.abort();
    return { status: answer.status, code: json?.error.code ?? '', json };
  }
  const given = row.ask?.body ?? JSON.stringify(side ? (row.body?.(++asked) ?? {}) : {});
  const answer = await person.request(method, path, method === 'GET' || method === 'DELETE' ? undefined : given, row.ask?.type);
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') && text;
  const json = isJson ? JSON.parse(text) : null;
  return { status: answer.status, code: json?.error?.code ?? '', json };
}

/** Rows of one list, the one that ends the session last. */
const rows = (): [string, Row][] => Object.entries(routes).sort(([a], [b]) => Number(a === 'DELETE /api/v1/session') - Number(b === 'DELETE /api/v1/session'));

test('without a session nothing is told but what is open to anybody', async () => {
  const stranger = new Person(stack.url);
  await each(rows(), async ([key, row]) => {
    const { status, code } = await ask(stranger, key, row);
    if (row.who === 'anybody') assert.notEqual(code, 'no_session', key);
    else assert.deepEqual([status, code], [401, 'no_session'], key);
  });
  const bare = await fetch(`${stack.url}/ws`, { headers: { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' } }).catch(() => null);
  assert.notEqual(bare?.status, 101);
});

test('every role follows the topics of its row and no other, and sees of an area what lies in it', async () => {
  await each(people, async ({ role, limited, person }) => {
    const wall = await person.connect();
    for (const [topic, row] of Object.entries(topics)) {
      wall.send({ t: 'sub', topic, re: topic });
      const what = `${role}${limited ? ' of one area' : ''}: topic ${topic}`;
      const told = await wall.message((m) => (m.topic === topic && m.t === 'snapshot') || (m.t === 'error' && m.re === topic));
      assert.equal(told.t === 'snapshot' ? 'told' : told.code, allowed(row, role, limited) ? 'told' : 'no_right', what);
      if (told.t !== 'snapshot' || !row.lists) continue;
      assert.equal(seenOf(row, told.data), due(row, role, limited), what);
      if (limited) assert.deepEqual(others(row, told.data), [], what);
    }
    wall.close();
  });
});

test('who manages the users of one area is told of those who have something to do there', async () => {
  for (const limited of [false, true]) {
    const { person } = people.find((one) => one.role === 'system_admin' && one.limited === limited)!;
    const { users } = await person.json<{ users: { login: string; grants: { area: string }[] }[] }>('/api/v1/users');
    const hired = people.filter((one) => !limited || one.limited).map(({ login }) => login);
    assert.deepEqual(hired.filter((login) => !users.some((one) => one.login === login)), []);
    if (limited) assert.deepEqual(users.filter(({ grants }) => !grants.some(({ area }) => area.startsWith(here))), []);
  }
});

test('every role is let in where its row says so and nowhere else, and reaches of an area what lies in it', async () => {
  const wrong: string[] = [];
  await each(people, async ({ role, limited, person }) => {
    for (const [key, row] of rows()) {
      const what = `${role}${limited ? ' of one area' : ''}: ${key}`;
      const { status, code, json } = await ask(person, key, row);
      if (code === 'no_session') wrong.push(`${what} has lost its session`);
      if (!allowed(row, role, limited) && !(status === 403 && code === 'no_right')) wrong.push(`${what} is let in (${status} ${code}); the table says no`);
      if (!allowed(row, role, limited)) continue;
      if (!limited && code === 'no_right') wrong.push(`${what} is refused; the table says yes`);
      if (row.lists && status === 200) {
        if (seenOf(row, json) !== due(row, role, limited) || (limited && others(row, json).length)) wrong.push(`${what} lists ${row.lists(json).join(', ')}`);
      }
      if (!row.of) continue;
      for (const side of ['here', 'there'] as const) {
        const { status: got, code: said } = await ask(person, key, row, side);
        const reached = due(row, role, limited).split(',').includes(side === 'here' ? here : there);
        const letIn = [200, 201, ...(row.of === 'camera' ? [503, 504] : [])]; // a slow machine has no picture yet: no matter of rights
        if (reached ? !letIn.includes(got) : got !== 403 && got !== 404) wrong.push(`${what}: ${row.of} ${side} is answered ${got} ${said}`);
      }
    }
  });
  assert.deepEqual(wrong, []);
});

type KindName = keyof typeof caseKinds;

/** One case of that kind in that cell, its reporter known; taken by the operator. */
async function makeKind(name: KindName, area: string): Promise<string> {
  const form = {
    title: `${name} ${area}`, area, channel: 'hotline', reporter: { name: '张小明', phone: '13812345678' }, ...(name === 'three_lists' || name === 'mediated' ? { workflow: name === 'mediated' ? 'mediation' : name } : {}),
    ...(name === 'complaint' ? { about: ACCUSED } : {}),
  };
  const made = await operator.request('POST', '/api/v1/cases', { key: newKey(), form });
  assert.equal(made.status, 201, await made.clone().text());
  let file = ((await made.json()) as { case: { id: string; version: number } }).case;
  const act = async (body: Json): Promise<void> => {
    const answer = await operator.request('POST', `/api/v1/cases/${file.id}/acts`, { key: newKey(), version: file.version, ...body });
    assert.equal(answer.status, 200, `${name} ${String(body.act)}: ${await answer.clone().text()}`);
    file = ((await answer.json()) as { case: typeof file }).case;
  };
  if (name === 'verified') await act({ act: 'spot', text: '当场办结' });
  if (name === 'ordered' || name === 'complaint') {
    await act({ act: 'triage', form: { category: 'livelihood', grade: 'concern' } });
    await act({ act: 'dispatch', lead: OWN });
  }
  return file.id;
}

/** Ids of the case topic's snapshot; null: not told. */
async function followed(person: Person): Promise<string[] | null> {
  const wall = await person.connect();
  wall.send({ t: 'sub', topic: 'cases', re: 'cases' });
  const told = await wall.message((m) => (m.topic === 'cases' && m.t === 'snapshot') || (m.t === 'error' && m.re === 'cases'));
  wall.close();
  return told.t === 'snapshot' ? (told.data as { cases: { id: string }[] }).cases.map(({ id }) => id) : null;
}

test('of each kind of case every role sees what its grants bring, one by one, in lists and topic alike, and is told the reporter only where it may be', async () => {
  const kinds = Object.keys(caseKinds) as KindName[];
  const made = new Map<KindName, { here: string; there: string }>();
  const reporters = new Map<string, string>();
  for (const name of kinds) {
    const ids = { here: await makeKind(name, here), there: await makeKind(name, there) };
    made.set(name, ids);
    for (const id of Object.values(ids)) reporters.set(id, (await operator.json<{ reporter: { person: string } }>(`/api/v1/cases/${id}`)).reporter.person);
  }
  const accused = await Promise.all((['department_handler', 'grid_worker', 'verifier', 'mediator', 'front_desk', 'operator', 'supervisor', 'leader'] as const).map((role) => hire(role, false, ACCUSED)));
  const wrong: string[] = [];
  await each([...people.filter(({ role }) => allowed(routes['GET /api/v1/cases']!, role, false)), ...accused], async ({ role, limited, login }) => {
    const person = await enter(login); // the walk ended its sessions
    const isAccused = login.endsWith('.accused');
    const { cases } = await person.json<{ cases: { id: string }[] }>('/api/v1/cases?state=open&limit=200');
    const topic = await followed(person);
    for (const name of kinds) for (const side of ['here', 'there'] as const) {
      const id = made.get(name)![side];
      const kind = caseKinds[name];
      const within = !limited || side === 'here';
      const blamed = isAccused && name === 'complaint';
      const ordered = (kind.anywhere?.includes(role) ?? false) && !isAccused;
      const sees = blamed ? accusedSee.includes(role) : ordered || (within && kind.sees.includes(role));
      const answer = await person.request('GET', `/api/v1/cases/${id}`);
      const detail = answer.status === 200 ? ((await answer.json()) as { reporter: { name: string | null } | null }) : null;
      const what = `${login}: ${name} ${side}`;
      if ((answer.status === 200) !== sees || (!sees && answer.status !== 404)) wrong.push(`${what} is answered ${answer.status}`);
      if (cases.some((one) => one.id === id) !== sees) wrong.push(`${what} is ${sees ? 'missing from' : 'in'} the list`);
      if (topic?.includes(id) !== sees) wrong.push(`${what} is ${sees ? 'missing from' : 'in'} the topic`);
      const told = sees && within && !blamed && kind.told.includes(role);
      if (Boolean(detail?.reporter?.name) !== told) wrong.push(`${what} is ${told ? 'not ' : ''}told the reporter`);
      if (detail && /张小明|13812345678/.test(JSON.stringify(detail))) wrong.push(`${what} is told in plain words`);
      const theirs = await person.json<{ cases: { id: string }[] }>(`/api/v1/cases?reporter=${reporters.get(id)!}`);
      if (theirs.cases.some((one) => one.id === id) !== told) wrong.push(`${what} is ${told ? 'missing' : 'told'} among the cases of its reporter`);
      const record = (await person.request('GET', `/api/v1/cases/${id}/record`)).status;
      if (record !== 200 && record !== 404) wrong.push(`${what}: its record is answered ${record}`);
      if (record === 200 && (!sees || blamed)) wrong.push(`${what}: its record is told`);
      const noted = await person.request('POST', `/api/v1/cases/${id}/acts`, { act: 'comment', key: newKey(), text: '走一遍' });
      const mayNote = sees && allowed(routes['POST /api/v1/cases/:id/acts']!, role, false);
      if ((noted.status === 200) !== mayNote) wrong.push(`${what}: a comment is answered ${noted.status} ${await noted.text()}`);
    }
  });
  assert.deepEqual(wrong, []);
});

test('system and security administrators have nothing in common that changes anything', () => {
  const common = Object.entries(routes).filter(([key, row]) => typeof row.who !== 'string' && row.who.includes('system_admin') && row.who.includes('security_auditor') && !key.startsWith('GET '));
  assert.deepEqual(common, []);
});
