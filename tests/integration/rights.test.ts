// Who sees which camera, also while rights, areas and cameras change, and what stays behind when all stops.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json, type Wall } from '../lib/client.ts';
import { Download } from '../lib/download.ts';
import { startStack, stopStack } from '../lib/stack.ts';

interface Camera { n: number; id: string; area: string; state: string }

const cameras = 12;
let stack: Stack;
let operator: Person;
let admin: Person;

before(async () => {
  stack = await startStack({ cameras });
  operator = await Person.login(stack, 'operator');
  admin = await Person.login(stack, 'admin');
  await operator.giveReason();
});
after(() => stopStack(stack));

const list = async (person: Person): Promise<Camera[]> => (await person.json<{ cameras: Camera[] }>('/api/v1/cameras')).cameras;

/** Somebody new who holds one role in one area. */
async function hire(login: string, role: string, area: string): Promise<Person> {
  const password = `Long-${login}-password-7`;
  const made = await admin.request('POST', '/api/v1/users', { login, name: login, password, grants: [{ role, area }] });
  assert.equal(made.status, 201, await made.text());
  const person = new Person(stack.url);
  const answer = await person.request('POST', '/api/v1/session', { login, password });
  assert.equal(answer.status, 200);
  person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  person.csrf = ((await answer.json()) as { csrf: string }).csrf;
  return person;
}

async function pong(wall: Wall, re: number): Promise<void> {
  wall.send({ t: 'ping', re });
  await wall.message((m) => m.t === 'pong' && m.re === re);
}

/** The town's cells that have cameras: one, and another. */
async function twoAreas(): Promise<[string, string]> {
  const areas = [...new Set((await list(admin)).map((camera) => camera.area))];
  assert.ok(areas.length >= 2);
  return [areas[0] ?? '', areas[1] ?? ''];
}

test('who may list cameras but not look through them gets no thumbnails either', async () => {
  const people = await Promise.all(['supervisor', 'admin'].map((login) => Person.login(stack, login)));
  const blind = await Promise.all(people.map((person) => person.connect()));
  for (const wall of blind) wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  const wall = await operator.connect();
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  await wall.until('a thumbnail of each camera', () => wall.thumbs.size === cameras);
  for (const other of blind) {
    await pong(other, 1);
    assert.equal(other.thumbs.size, 0);
    other.close();
  }
  wall.close();
});

test('an area ends where it ends, also for cameras that move', async () => {
  const [here, there] = await twoAreas();
  const person = await hire('oneplace', 'operator', here);
  await person.giveReason();
  const own = await list(person);
  assert.ok(own.length > 0 && own.every((camera) => camera.area === here));
  const moved = own[0];
  assert.ok(moved);
  const wall = await person.connect();
  wall.send({ t: 'sub', topic: 'cameras' });
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  wall.send({ t: 'play', stream: 1, camera: moved.id, profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  await wall.until('own thumbnails and units', () => wall.thumbs.size === own.length && wall.units.get(1)?.length);

  const fields = await admin.json(`/api/v1/cameras/${moved.id}`);
  assert.equal((await admin.request('PUT', `/api/v1/cameras/${moved.id}`, { ...fields, area: there })).status, 200);
  const ended = await wall.message((m) => m.t === 'ended' && m.stream === 1);
  assert.equal(ended.code, 'no_right');
  await wall.message((m) => m.t === 'delta' && (m.data as { gone?: number[] }).gone?.includes(moved.n) === true);
  wall.thumbs.clear();
  const all = await operator.connect();
  all.send({ t: 'thumbs', cameras: [moved.n], why: 'layout' });
  const first = await all.until('its picture goes on', () => all.thumbs.get(moved.n));
  await all.until('a newer one', () => (all.thumbs.get(moved.n)?.wallUs ?? 0) > first.wallUs);
  await pong(wall, 2);
  assert.ok(!wall.thumbs.has(moved.n));
  all.close();

  const back = await admin.json(`/api/v1/cameras/${moved.id}`);
  assert.equal((await admin.request('PUT', `/api/v1/cameras/${moved.id}`, { ...back, area: here })).status, 200);
  await wall.until('it is shown again without asking', () => wall.thumbs.has(moved.n));
  wall.close();
});

test('sums are of what the person may see', async () => {
  const [here] = await twoAreas();
  const person = await hire('counter', 'operator', here);
  const own = await list(person);
  const sum = (wall: Wall): Promise<Json> => wall.message((m) => m.topic === 'media' && m.t === 'delta');
  const counted = (message: Json): number =>
    Object.values((message.data as { counts: Record<string, number> }).counts).reduce((all, one) => all + one, 0);
  const wall = await person.connect();
  wall.send({ t: 'sub', topic: 'media' });
  assert.equal(counted(await wall.message((m) => m.topic === 'media' && m.t === 'snapshot')), own.length);
  const delta = await sum(wall);
  assert.equal(counted(delta), own.length);
  assert.deepEqual(Object.keys((delta.data as { nodes: object[] }).nodes[0] ?? {}).filter((key) => !['id', 'state', 'shed'].includes(key)), []);
  assert.equal((await person.json('/api/v1/cameras?limit=1')).total, own.length);
  assert.equal((await person.json(`/api/v1/cameras?q=${own[0]?.id ?? ''}`)).total, 1);
  wall.close();

  const all = await operator.connect();
  all.send({ t: 'sub', topic: 'media' });
  const whole = await sum(all);
  assert.equal(counted(whole), (await list(operator)).length);
  assert.equal((whole.data as { nodes: { cameras?: number }[] }).nodes[0]?.cameras, (await list(operator)).length);
  all.close();
});

test('keyframes in the mosaic belong to its one record, others and live pictures have their own', async () => {
  const security = await Person.login(stack, 'security');
  const wall = await operator.connect();
  const seat = String((await wall.message((m) => m.t === 'hello')).seat);
  const shown = (await list(operator)).filter((camera) => camera.state === 'live').slice(0, 4);
  const [one, two, three, four] = shown;
  assert.ok(one && two && three && four);
  const play = (stream: number, camera: Camera, rung: string): void =>
    wall.send({ t: 'play', stream, camera: camera.id, profile: 'sub', rung, format: 'annexb', codecs: ['h264', 'h265'] });
  wall.send({ t: 'thumbs', cameras: [one.n, two.n], why: 'mosaic' });
  play(1, one, 'key');
  play(2, two, 'key');
  play(3, three, 'key'); // not in the mosaic
  play(4, four, 'live');
  for (const stream of [1, 2, 3, 4]) await wall.until('units', () => wall.units.get(stream)?.length);
  const records = async (): Promise<string[]> => {
    const { views } = await security.json<{ views: Json[] }>('/api/v1/views');
    return views.filter((view) => view.seat === seat).map((view) => `${String(view.kind)} ${String(view.camera)}`).sort();
  };
  let known: string[] = [];
  for (let tries = 0; !known.includes('mosaic ') && tries < 100; tries++) {
    await wall.until('a while', () => false, 200).catch(() => undefined);
    known = await records();
  }
  assert.deepEqual(known, [`key ${three.id}`, `live ${four.id}`, 'mosaic ']);
  wall.send({ t: 'thumbs', cameras: [two.n], why: 'mosaic' }); // the first is alone now
  for (let tries = 0; !known.includes(`key ${one.id}`) && tries < 100; tries++) {
    await pong(wall, tries);
    known = await records();
  }
  assert.ok(known.includes(`key ${one.id}`) && !known.includes(`key ${two.id}`), known.join());
  wall.close();
});

test('cameras are changed only where the right reaches', async () => {
  const [here, there] = await twoAreas();
  const keeper = await hire('keeper', 'system_admin', here);
  const [own] = await list(keeper);
  assert.ok(own);
  const fields = await keeper.json(`/api/v1/cameras/${own.id}`);
  assert.equal((await keeper.request('PUT', `/api/v1/cameras/${own.id}`, { ...fields, keeper: '王' })).status, 200);
  const again = await keeper.json(`/api/v1/cameras/${own.id}`);
  assert.equal((await keeper.request('PUT', `/api/v1/cameras/${own.id}`, { ...again, area: there })).status, 403, 'to another area');
  const made = { id: 'new1', name: '新', url: 'rtsp://127.0.0.1:9/1' };
  assert.equal((await keeper.request('POST', '/api/v1/cameras', { ...made, area: there })).status, 403);
  assert.equal((await keeper.request('POST', '/api/v1/cameras', made)).status, 403, 'no area at all');
  const foreign = (await list(admin)).find((camera) => camera.area === there);
  const csv = `id,name,url,area\n${foreign?.id ?? ''},偷,rtsp://127.0.0.1:9/1,${here}\n`;
  assert.equal((await keeper.request('POST', '/api/v1/cameras/import', csv, 'text/csv')).status, 403);
  assert.equal((await keeper.request('POST', '/api/v1/cameras', { ...made, area: here })).status, 201);
  assert.equal((await keeper.request('DELETE', '/api/v1/cameras/new1')).status, 204);
});

test('streams that ended take no room from others', async () => {
  assert.equal((await admin.request('POST', '/api/v1/cameras', { id: 'dead1', name: '断', url: 'rtsp://127.0.0.1:1/x' })).status, 201);
  const wall = await operator.connect();
  const play = (stream: number, camera: string): void =>
    wall.send({ t: 'play', stream, camera, profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  for (let stream = 1; stream <= 64; stream++) play(stream, 'dead1');
  await wall.until('all ended', () => wall.messages.filter((m) => m.t === 'ended').length === 64);
  assert.ok(!wall.messages.some((m) => m.t === 'ended' && m.code === 'limit'));
  const live = (await list(operator)).find((camera) => camera.state === 'live');
  play(65, live?.id ?? '');
  await wall.until('a stream more', () => wall.units.get(65)?.length);
  wall.close();
  assert.equal((await admin.request('DELETE', '/api/v1/cameras/dead1')).status, 204);
});

test('who keeps changing what is shown is on record all the same', async () => {
  const wall = await operator.connect();
  const seat = String((await wall.message((m) => m.t === 'hello')).seat);
  const security = await Person.login(stack, 'security');
  let turn = 0;
  const change = setInterval(() => wall.send({ t: 'thumbs', cameras: [1 + (turn++ % 2)], why: 'layout' }), 500);
  let record: Json | undefined;
  for (let tries = 0; !record && tries < 60; tries++) {
    const { views } = await security.json<{ views: Json[] }>('/api/v1/views');
    record = views.find((view) => view.kind === 'mosaic' && view.seat === seat);
    if (!record) await pong(wall, tries).then(() => wall.until('a while', () => false, 250).catch(() => undefined));
  }
  clearInterval(change);
  wall.close();
  assert.ok(record);
});

test('people at the wall are told when Redis is away, and when it is back', async () => {
  const wall = await operator.connect();
  wall.send({ t: 'sub', topic: 'notices' });
  const redis = stack.children.get('redis');
  const told = (message: Json, code: string): boolean =>
    message.topic === 'notices' && JSON.stringify(message.data).includes(`"${code}"`);
  await wall.message((m) => m.topic === 'notices' && m.t === 'snapshot');
  await redis?.stop();
  await wall.message((m) => told(m, 'redis_away'));
  const before = wall.messages.length;
  redis?.start();
  await wall.until('the notice is gone', () => wall.messages.slice(before).some((m) => m.topic === 'notices' && !told(m, 'redis_away')));
  wall.close();
});

test('a stop with open pages, streams and files is an ordinary end', async () => {
  const walls = await Promise.all([operator.connect(), operator.connect()]);
  for (const wall of walls) {
    wall.send({ t: 'sub', topic: 'presence' });
    wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
    wall.send({ t: 'play', stream: 1, camera: 'c0003', profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
    await wall.until('units', () => wall.units.get(1)?.length);
  }
  const file = await Download.open(operator, '/api/v1/cameras/c0003/live.mp4');
  assert.equal(file.status, 200);
  await file.atLeast(1);
  const townwalld = stack.children.get('townwalld');
  await townwalld?.stop();
  assert.equal(townwalld?.end, 'exit 0', readFileSync(stack.path('logs', 'townwalld.log'), 'utf8').slice(-4000));
  assert.notEqual(file.ended, null, 'and nobody is left waiting');
});
