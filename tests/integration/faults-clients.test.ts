// Many clients, clients that read nothing, heads that never end, and people who open too much: each is bounded and told
// why, and the others notice nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json, type Wall } from '../lib/client.ts';
import { holds, pidOf } from '../lib/process.ts';
import { order } from '../lib/simulator.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { followLive, Witnesses, type Followed } from '../lib/watch.ts';

const cameras = 12;
const rate = 12.5;
const clients = 500;
let stack: Stack;
let operator: Person;
let followed: Followed;
let witnesses: Witnesses;

before(async () => {
  stack = await startSmallStack({ cameras, rate, simulatorArgs: ['--gop', '12'], config: { server: { max_clients: clients + 20, plays_per_minute: 60 } } });
  operator = await Person.login(stack, 'operator');
  await operator.giveReason();
  followed = await followLive(operator);
  witnesses = new Witnesses(await operator.connect(), ['c0001', 'c0002', 'c0003'], rate);
  await witnesses.started();
});
after(() => stopStack(stack));

const port = (): number => Number(new URL(stack.url).port);
const lateMs = async (): Promise<number> => Number((await order(stack, { cmd: 'stats' })).late_slots);

async function metric(name: string): Promise<number> {
  const { body } = await stack.get('/metrics');
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)`, 'm').exec(body)?.[1] ?? NaN);
}

test('five hundred at once: each is let in, hears every change, and leaves nothing behind', async () => {
  const before = holds(pidOf(stack, 'townwalld'));
  const people = await Promise.all(['operator', 'leader', 'supervisor', 'admin'].map((login) => Person.login(stack, login)));
  const walls: Wall[] = await Promise.all(Array.from({ length: clients }, (_, i) => people[i % people.length]!.connect()));
  for (const wall of walls) wall.send({ t: 'sub', topic: 'cameras' });
  await until('a snapshot for everybody', () => walls.every((wall) => wall.messages.some((message) => message.t === 'snapshot')));
  const admin = await Person.login(stack, 'admin');
  for (let i = 1; i <= 5; i++) {
    const now = await admin.json<Json>('/api/v1/cameras/c0004');
    assert.equal((await admin.request('PUT', '/api/v1/cameras/c0004', { ...now, name: `人多 ${i}` })).status, 200);
  }
  await until('the last change for everybody', () => walls.every((wall) => wall.messages.some((message) => message.t === 'delta' && JSON.stringify(message.data).includes('人多 5'))));
  for (const wall of walls) {
    const ids = wall.messages.filter((message) => message.topic === 'cameras').map((message) => Number(String(message.id).split('-').at(-1)));
    ids.forEach((id, i) => assert.equal(id, (ids[0] ?? 0) + i, 'no change is missing'));
  }
  assert.ok((await metric('townwall_ws_clients')) >= clients);
  const full = holds(pidOf(stack, 'townwalld'));
  assert.ok(full.residentMb - before.residentMb < 100, `${full.residentMb - before.residentMb} MB for ${clients} clients`);
  for (const wall of walls) wall.close();
  await until('all are gone', async () => (await metric('townwall_ws_clients')) <= 2);
  await until('their descriptors too', () => holds(pidOf(stack, 'townwalld')).descriptors <= before.descriptors + 8);
});

test('one too many is told so', async () => {
  const walls: Wall[] = [];
  const refused = await (async (): Promise<Error | null> => {
    for (let i = 0; i < clients + 40; i++) {
      const wall = await operator.connect().catch((error: unknown) => error as Error);
      if (wall instanceof Error) return wall;
      walls.push(wall);
    }
    return null;
  })();
  assert.match(refused?.message ?? '', /503/);
  for (const wall of walls) wall.close();
  await until('all are gone', async () => (await metric('townwall_ws_clients')) <= 2);
});

/** A WebSocket by hand, asking for everything and reading nothing. */
function deaf(): Promise<Socket> {
  const socket = connect(port(), '127.0.0.1');
  const key = randomBytes(16).toString('base64');
  socket.write(`GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\nOrigin: ${stack.url}\r\nCookie: ${operator.cookie}\r\n` +
    `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: townwall.1\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
  return new Promise((done, fail) => {
    socket.once('error', fail);
    socket.once('data', () => {
      socket.pause();
      socket.removeListener('error', fail);
      socket.on('error', () => undefined);
      const say = (message: Json): void => {
        const text = Buffer.from(JSON.stringify(message));
        const head = text.length < 126 ? Buffer.from([0x81, 0x80 | text.length]) : Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 255]);
        socket.write(Buffer.concat([head, Buffer.alloc(4), text]));
      };
      say({ t: 'sub', topic: 'cameras' });
      say({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
      say({ t: 'play', stream: 1, camera: 'c0005', profile: 'main', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
      done(socket);
    });
  });
}

let sockets: Socket[] = [];
let beforeDeaf = 0;

test('clients that read nothing are let in like others', async () => {
  beforeDeaf = holds(pidOf(stack, 'townwalld')).residentMb;
  sockets = await Promise.all(Array.from({ length: 10 }, deaf));
});

test('heads that never end are cut off, and the page is served meanwhile', async () => {
  const before = holds(pidOf(stack, 'townwalld')).descriptors;
  let closed = 0;
  const slow = Array.from({ length: 300 }, () => {
    const socket = connect(port(), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => closed++);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    return socket;
  });
  const drip = setInterval(() => slow.forEach((socket) => { if (socket.writable) socket.write('y'); }), 500);
  try {
    await until('all are cut', async () => {
      assert.equal((await stack.get('/healthz')).status, 200);
      return closed === slow.length;
    });
  } finally {
    clearInterval(drip);
    for (const socket of slow) socket.destroy();
  }
  await until('descriptors are free', () => holds(pidOf(stack, 'townwalld')).descriptors <= before + 8);
});

test('who reads nothing is closed after a while, bounded meanwhile, and costs the others nothing', async () => {
  let mostMb = 0;
  await until('each is closed', async () => {
    mostMb = Math.max(mostMb, holds(pidOf(stack, 'townwalld')).residentMb);
    return (await metric('townwall_ws_clients')) <= 2;
  }, 120_000);
  assert.match((await stack.get('/metrics')).body, /townwall_ws_closed_total\{code="4002"\} 10/);
  assert.ok(mostMb - beforeDeaf < 120, `${mostMb - beforeDeaf} MB for ten deaf clients`);
  for (const socket of sockets) socket.destroy();
  await witnesses.goOn(20);
  witnesses.assertWhole(await lateMs());
});

test('who opens streams too often is told to wait, in words, and is on record no more often than that', async () => {
  const wall = await operator.connect();
  const asked = 90;
  for (let stream = 1; stream <= asked; stream++) {
    wall.send({ t: 'play', stream, camera: 'c0006', profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
    wall.send({ t: 'stop', stream });
  }
  const refused = (): Json[] => wall.messages.filter((message) => message.t === 'ended' && message.code === 'too_often');
  await wall.until('the last is answered', () => refused().some((message) => message.stream === asked));
  const [first] = refused();
  const words = first?.message as { zh: string; en: string };
  assert.match(words.zh, /过于频繁/);
  assert.match(words.en, /too often/);
  assert.match(String(first?.detail), /^\d+ s$/);
  wall.send({ t: 'ping', re: 1 });
  await wall.message((message) => message.t === 'pong');
  assert.equal(wall.closed, null, 'the page stays connected');
  const security = await Person.login(stack, 'security');
  const { views } = await security.json<{ views: { camera: string }[] }>('/api/v1/views?limit=1000');
  assert.ok(views.filter((view) => view.camera === 'c0006').length <= 60 + asked - refused().length);
  assert.ok(refused().length >= 20);
  wall.close();
  witnesses.wall.close();
  followed.wall.close();
});
