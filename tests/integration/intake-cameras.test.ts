// Cameras that show nothing as events: each state once, after it lasted, also over restarts and a whole outage.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { distinct, keepEvents, untilEvent, type BusEvent } from '../lib/bus-events.ts';
import { Person } from '../lib/client.ts';
import { pidOf } from '../lib/process.ts';
import { order } from '../lib/simulator.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const cameras = 20;
let stack: Stack;
let operator: Person;

before(async () => {
  stack = await startSmallStack({
    cameras, longestDelayMs: 400, simulatorArgs: ['--gop', '12'],
    config: { intake: { camera_settle_s: 1 }, media: { stale_s: 2, backoff_min_s: 0.5, backoff_max_s: 1, no_data_s: 2 } },
  });
  keepEvents(stack);
  operator = await Person.login(stack, 'operator');
  await allLive();
});
after(() => stopStack(stack));

interface Camera { id: string; state: string }

async function allLive(): Promise<void> {
  await until('every camera is live', async () => {
    const { cameras: all } = await operator.json<{ cameras: Camera[] }>('/api/v1/cameras?limit=5000');
    return all.length === cameras && all.every((camera) => camera.state === 'live');
  });
}

const about = (device: string): BusEvent[] => distinct(stack, 'cameras').filter((event) => event.device === device);
const open = (): Set<string> => {
  const raised = new Set<string>();
  for (const { id, kind, device, type } of distinct(stack, 'cameras')) {
    assert.ok(id.startsWith(`${device}/${type}/`));
    if (kind === 'raised') raised.add(`${device} ${type}`);
    else raised.delete(`${device} ${type}`);
  }
  return raised;
};

test('a camera that goes silent is told once with its place, and its end', async () => {
  assert.deepEqual(distinct(stack, 'cameras'), [], 'a start without faults tells nothing');
  await order(stack, { cmd: 'fault', cameras: [3], kind: 'stall' });
  const raised = await untilEvent(stack, 'cameras', 'c0003 is silent', (event) => event.device === 'c0003' && event.kind === 'raised' && event.type === 'video_loss');
  assert.equal(raised.dimension, 'camera_health');
  assert.equal(raised.parent, '127.0.0.1');
  assert.ok(raised.lon && raised.lat && raised.area, 'it has a place');
  assert.match(raised.title, /视频丢失/);
  await order(stack, { cmd: 'clear', cameras: [3] });
  await untilEvent(stack, 'cameras', 'c0003 is well', (event) => event.device === 'c0003' && event.kind === 'cleared' && event.type === 'video_loss');
  assert.equal(about('c0003').filter((event) => event.type === 'video_loss').length, 2);
});

test('an outage of all is one event a camera, and one more when it is over', async () => {
  const before = distinct(stack, 'cameras').length;
  await order(stack, { cmd: 'fault', all: true, kind: 'refuse' });
  await until('every camera is told', () => open().size >= cameras);
  await order(stack, { cmd: 'clear' });
  await allLive();
  await until('every camera is told well', () => open().size === 0);
  const told = distinct(stack, 'cameras').length - before;
  assert.ok(told <= cameras * 4, `${told} events of ${cameras} cameras`);
});

test('a server that was killed knows what it told', async () => {
  await order(stack, { cmd: 'fault', cameras: [5], kind: 'stall' });
  await untilEvent(stack, 'cameras', 'c0005 is silent', (event) => event.device === 'c0005' && event.kind === 'raised' && event.type === 'video_loss');
  const told = about('c0005').length;
  const first = pidOf(stack, 'townwalld');
  process.kill(first, 'SIGKILL');
  await order(stack, { cmd: 'clear', cameras: [5] });
  await until('townwalld runs again', () => (stack.children.get('townwalld')?.pid ?? first) !== first);
  const cleared = await untilEvent(stack, 'cameras', 'c0005 is well', (event) => event.device === 'c0005' && event.kind === 'cleared' && event.type === 'video_loss');
  assert.equal(Number(cleared.id.split('/')[2]) % 2, 0, 'its number goes on');
  assert.ok(about('c0005').length > told);
  assert.equal(open().size, 0);
});
