// Every fault of the simulator on a camera of its own, all at once: the wall says what is wrong where a person looks,
// the other cameras lose no picture, and what is mended comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { en } from '../../web/src/i18n/en.ts';
import { zhCN as zh } from '../../web/src/i18n/zh-CN.ts';
import { Person, type Json, type Wall } from '../lib/client.ts';
import { order } from '../lib/simulator.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { followLive, Witnesses, type Camera, type Followed } from '../lib/watch.ts';

const rate = 12.5;
const names = ['refuse', 'unauthorized', 'limit', 'slow', 'stall', 'drop', 'freeze', 'black', 'loss', 'lossy', 'desync', 'clock',
  'parameters', 'resolution', 'oversize', 'oversize-too-much', 'garble-h264', 'garble-h265'] as const;
type Name = (typeof names)[number];

let stack: Stack;
let operator: Person;
let followed: Followed;
let witnesses: Witnesses;
const chosen = new Map<Name, Camera>();

const id = (name: Name): string => chosen.get(name)?.id ?? '';
const number = (name: Name): number => Number(id(name).slice(1));

/** Each name gets a camera of the codec that it needs; the rest are witnesses. */
function choose(cameras: Camera[]): string[] {
  const free = cameras.slice(2).sort((a, b) => a.n - b.n);
  for (const name of names) {
    const want = name.endsWith('h265') ? 'h265' : 'h264';
    const at = free.findIndex((camera) => camera.codec === want);
    assert.ok(at >= 0, `a camera of ${want} for ${name}`);
    chosen.set(name, ...(free.splice(at, 1) as [Camera]));
  }
  return [...cameras.slice(0, 2), ...free].map((camera) => camera.id);
}

async function fault(name: Name, kind: string, value?: number): Promise<void> {
  await order(stack, { cmd: 'fault', kind, cameras: [number(name)], ...(value === undefined ? {} : { value }) });
}

const clear = (name: Name): Promise<unknown> => order(stack, { cmd: 'clear', cameras: [number(name)] });

const lateMs = async (): Promise<number> => Number((await order(stack, { cmd: 'stats' })).late_slots);

before(async () => {
  stack = await startSmallStack({
    cameras: 36, rate, simulatorArgs: ['--gop', '12'],
    config: { media: { no_data_s: 3, stale_s: 10, frozen_s: 20, black_s: 10, idle_refresh_s: 1, backoff_min_s: 0.5, backoff_max_s: 1, picture_cores: 0.5 } },
  });
  operator = await Person.login(stack, 'operator');
  await operator.giveReason();
  followed = await followLive(operator);
  const others = choose(followed.cameras);
  witnesses = new Witnesses(await operator.connect(), others, rate);
  await witnesses.started();
  followed.forget();
  for (const kind of ['refuse', 'unauthorized', 'limit', 'stall', 'freeze', 'black', 'parameters', 'resolution'] as const) await fault(kind, kind);
  await fault('slow', 'slow', 8000);
  for (const kind of ['unauthorized', 'limit', 'slow', 'drop'] as const) await fault(kind, 'drop');
  await fault('loss', 'loss', 0.02);
  await fault('lossy', 'loss', 0.9);
  await fault('desync', 'desync');
  await fault('clock', 'clock', 3_600_000);
  await fault('oversize', 'oversize', 1 << 20);
  await fault('oversize-too-much', 'oversize', 9 << 20);
  await fault('garble-h264', 'garble');
  await fault('garble-h265', 'garble');
});
after(() => stopStack(stack));

/** The same words on the WebSocket, over REST, in both languages, and to whoever opens the camera. */
async function told(name: Name, state: string, reason: string, detail: RegExp): Promise<void> {
  const so = (camera: Camera): boolean => camera.state === state && camera.reason === reason && detail.test(camera.detail ?? '');
  await followed.saw(id(name), so, `is ${state}, ${reason}, ${detail}`, 75_000);
  assert.ok((zh.why as Json)[reason] && (en.why as Json)[reason], `words for ${reason}`);
}

async function toldOverRest(name: Name, state: string, reason: string): Promise<void> {
  const camera = await operator.json<Camera>(`/api/v1/cameras/${id(name)}`);
  assert.deepEqual([camera.state, camera.reason], [state, reason]);
  const { cameras } = await operator.json<{ cameras: Camera[] }>(`/api/v1/cameras?state=${reason}`);
  assert.ok(cameras.some((one) => one.id === camera.id), `found by its reason ${reason}`);
}

/** Who opens it anyway sees its old picture at most, and goes on by itself when the camera is back. */
async function open(name: Name): Promise<Wall> {
  const wall = await operator.connect();
  wall.send({ t: 'play', stream: 1, camera: id(name), profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  return wall;
}

test('refused, locked out, full, slow, silent: each camera says its own reason', async () => {
  const cases: [Name, string, RegExp][] = [
    ['refuse', 'protocol', /reset by peer|closed instead/], ['unauthorized', 'wrong_password', /401.*none is configured/], ['limit', 'limit_reached', /SETUP was answered 453/],
    ['slow', 'no_data', /DESCRIBE was not answered for 5 s/], ['stall', 'no_data', /no packets.* for 3 s/],
  ];
  for (const [name, reason, detail] of cases) {
    await told(name, 'down', reason, detail);
    await followed.is(id(name), (camera) => camera.reason === reason, reason);
    await toldOverRest(name, 'down', reason);
  }
  const opened = await open('stall');
  const waiting = await opened.message((message) => message.t === 'waiting' && message.stream === 1);
  assert.equal(waiting.code, 'no_data');
  assert.ok((waiting.message as Json).zh && (waiting.message as Json).en && waiting.detail);
  assert.ok(!opened.messages.some((message) => message.t === 'playing') && !opened.units.has(1), 'nothing of before');
  await clear('stall');
  await opened.message((message) => message.t === 'playing' && message.stream === 1);
  await opened.until('the picture goes on', () => (opened.units.get(1)?.length ?? 0) > 15);
  opened.close();
});

test('a dropped connection and a stream out of step are told, and back at once', async () => {
  await told('drop', 'down', 'no_data', /connection broke/);
  await told('desync', 'down', 'protocol', /lost its framing/);
  for (const name of ['drop', 'desync'] as const) await followed.is(id(name), (camera) => camera.state !== 'down', 'is there again');
});

test('pictures that no decoder takes are told, and mend', async () => {
  for (const name of ['garble-h264', 'garble-h265'] as const) {
    await told(name, 'down', 'cannot_decode', /^/);
    await toldOverRest(name, 'down', 'cannot_decode');
    await clear(name);
    await followed.is(id(name), (camera) => camera.state !== 'down', 'decodes again');
  }
});

test('changes in mid-stream are followed without losing the camera', async () => {
  await followed.saw(id('resolution'), (camera) => camera.width === 1280, 'is larger');
  await followed.saw(id('clock'), (camera) => Math.abs((camera.clock_offset_ms ?? 0) - 3_600_000) < 60_000, 'has a wrong clock');
  const wall = await operator.connect();
  for (const [stream, name] of [[1, 'parameters'], [2, 'resolution'], [3, 'oversize'], [4, 'clock']] as const)
    wall.send({ t: 'play', stream, camera: id(name), profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  const playing = (stream: number): Json[] => wall.messages.filter((message) => message.t === 'playing' && message.stream === stream);
  await wall.until('all four play', () => [1, 2, 3, 4].every((stream) => (wall.units.get(stream)?.length ?? 0) > 30));
  const other = String(playing(1)[0]?.codec);
  for (const name of ['parameters', 'resolution', 'oversize', 'clock'] as const) await clear(name);
  await wall.until('both say that they changed', () => playing(1).length > 1 && playing(2).length > 1);
  assert.match(other, /^avc1\./);
  assert.notEqual(playing(1)[1]?.codec, other);
  assert.deepEqual([playing(2)[0]?.width, playing(2)[1]?.width], [1280, 640]);
  await wall.until('it goes on', () => [1, 2, 3].every((stream) => (wall.units.get(stream)?.at(-1)?.sequence ?? 0) > 60));
  for (const stream of [1, 2, 3, 4]) assert.equal(wall.units.get(stream)?.at(-1)?.dropped, 0, `stream ${stream}`);
  assert.ok(wall.units.get(3)?.some((unit) => unit.key && unit.data.length > 1 << 20), 'a large keyframe came whole');
  // what swells beyond every bound is user data: it is left out, the pictures stay
  for (const name of ['parameters', 'oversize', 'oversize-too-much', 'clock'] as const)
    assert.ok(followed.history.get(id(name))?.every((camera) => camera.state !== 'down') ?? true, `${name} stayed there`);
  wall.close();
});

test('frozen and black pictures are told as what they are', async () => {
  await told('freeze', 'stale', 'frozen', /^/);
  await toldOverRest('freeze', 'stale', 'frozen');
  await told('black', 'stale', 'black', /^/);
  await toldOverRest('black', 'stale', 'black');
});

test('what is lost on the way is told of the camera that loses it, while it goes on', async () => {
  await followed.saw(id('loss'), (camera) => (camera.loss_pct ?? 0) >= 0.5 && camera.state === 'live', 'tells its loss');
  const { loss_pct: share } = await operator.json<Camera>(`/api/v1/cameras/${id('loss')}`);
  assert.ok(share !== null && share > 0.3 && share < 8, `2 % of its packets are left out, ${share} % are told`);
  for (const camera of witnesses.ids)
    assert.ok(followed.history.get(camera)?.every(({ loss_pct: lost }) => !lost) ?? true, `${camera} lost nothing`);
});

test('what never becomes a whole keyframe is told', async () => {
  await told('lossy', 'down', 'no_data', /no whole keyframe/);
});

test('all cameras come back when the faults are cleared, and the others lost no picture', async () => {
  await order(stack, { cmd: 'clear' });
  const admin = await Person.login(stack, 'admin');
  // neither is asked again for a while; whoever mends the address need not wait
  for (const name of ['unauthorized', 'limit'] as const) {
    const camera = await admin.json<Json>(`/api/v1/cameras/${id(name)}`);
    const sub = String(camera.sub_url).replace('rtsp://', 'rtsp://u:right@');
    assert.equal((await admin.request('PUT', `/api/v1/cameras/${id(name)}`, { ...camera, sub_url: sub })).status, 200);
  }
  // scenes in which nothing moves may be called frozen at this limit, which is a third of the usual one
  await followed.all((camera) => camera.state === 'live' || camera.reason === 'frozen', 'are back');
  await witnesses.goOn(25);
  witnesses.assertWhole(await lateMs());
  for (const camera of witnesses.ids)
    assert.ok(followed.history.get(camera)?.every((one) => one.state === 'live' || one.state === 'stale') ?? true, `${camera} was always there`);
});
