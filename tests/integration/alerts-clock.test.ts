// The machine's clock is set while alerts are open (libfaketime): none is lost, forgotten or told twice, what waits for a time has it by
// the clock that was set, and people go on.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { act, Feed, Queue, type Alert, type Item } from '../lib/alerts.ts';
import { Person } from '../lib/client.ts';
import { SetClock } from '../lib/clock.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const dir = mkdtempSync(join(tmpdir(), 'townwall-clock-'));
const clock = new SetClock(dir);
const hour = 3600;
let stack: Stack;
let operator: Person;
let queue: Queue;
let feed: Feed;
let made = 0;

before(async () => {
  stack = await startSmallStack({ cameras: 2, env: { townwalld: clock.env } });
  operator = await Person.login(stack, 'operator');
  queue = await Queue.open(operator);
  feed = new Feed(stack, 'panel');
});
after(async () => {
  queue.close();
  await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

function set(seconds: number): Promise<void> {
  clock.write(seconds);
  return clock.seen(queue.wall);
}

/** Signed by the clock that was set: signatures hold for minutes only. */
async function tell(...items: Item[]): Promise<void> {
  const answer = await feed.post(items.map((item) => ({ kind: 'report', dimension: 'livelihood', lon: 110 + made++ / 10, lat: 30, ...item })), clock.offsetS * 1_000_000);
  assert.equal(answer.status, 202, answer.body);
}
const smoke = (id: string, kind = 'raised'): Item => ({ id, kind, dimension: 'sensor', type: 'smoke', title: '楼道烟感', device: 'smoke-1', lon: 118, lat: 31 });
const titled = (title: string) => (one: Alert): boolean => one.title === title;
const stored = async (): Promise<Alert[]> => (await operator.json<{ alerts: Alert[] }>('/api/v1/alerts?state=open&limit=200')).alerts;

async function sameAsStored(): Promise<void> {
  const text = (alerts: Iterable<Alert>): string => [...alerts].map((one) => `${one.id} ${one.version} ${one.state} ${one.count}`).sort().join('\n');
  await until('the list equals the store', async () => {
    const now = await stored();
    await queue.until('what was told', () => true);
    return text(queue.alerts.values()) === text(now);
  });
}

test('forward by three hours: shelves end, open alerts stay, what is told again after so long is new', async () => {
  await tell(smoke('s1'), { id: 'n1', type: 'noise', title: '夜间施工' }, { id: 'n2', type: 'theft', title: '车辆被盗' });
  const raised = await queue.untilAlert('the sensor', titled('楼道烟感'));
  const noise = await queue.untilAlert('the noise', titled('夜间施工'));
  const theft = await queue.untilAlert('the theft', titled('车辆被盗'));
  assert.equal((await act(operator, noise, 'shelve', { minutes: 30, reason: '等物业' })).status, 200);
  await set(3 * hour);
  await queue.untilAlert('the shelf is over', (one) => one.id === noise.id && one.state === 'unacknowledged');
  for (const one of [raised, theft]) assert.equal(queue.alerts.get(one.id)?.state, 'unacknowledged');
  await tell(smoke('s2'));
  const again = await queue.untilAlert('a new one', (one) => titled('楼道烟感')(one) && one.id !== raised.id);
  assert.equal(again.count, 1);
  await sameAsStored();
});

test('back by five hours: all are still there, counted on, acted on and undone', async () => {
  const before = new Map(queue.alerts);
  const theft = [...before.values()].find(titled('车辆被盗'))!;
  await set(-2 * hour);
  await tell({ id: 'n3', type: 'noise', title: '拨回后的警情' });
  const made_ = await queue.untilAlert('what comes now', titled('拨回后的警情'));
  assert.deepEqual([...before.keys()].filter((id) => !queue.alerts.has(id)), [], 'none was lost');
  const done = await act(operator, theft, 'acknowledge');
  assert.equal(done.status, 200, JSON.stringify(done.body));
  assert.equal((await act(operator, done.body.alert!, 'undo')).body.alert?.state, 'unacknowledged');
  const shelved = await act(operator, made_, 'shelve', { minutes: 30, reason: '等' });
  const left = Number(shelved.body.alert?.shelved_until_us) / 1e6 - (Date.now() / 1000 - 2 * hour);
  assert.ok(left > 29 * 60 && left <= 31 * 60, `${left} s on the shelf by the clock that was set`);
  await tell(smoke('s3', 'cleared'));
  await queue.until('the sensor is quiet', () => [...queue.alerts.values()].filter(titled('楼道烟感')).some((one) => one.state === 'returned'));
  await sameAsStored();
});

test('right again: nothing is told twice, and the shelf of the wrong clock ends', async () => {
  await set(0);
  await queue.untilAlert('the shelf is over', (one) => titled('拨回后的警情')(one) && one.state === 'unacknowledged');
  await tell({ id: 'n3', type: 'noise', title: '拨回后的警情' }, { id: 'n4', type: 'garbage', title: '拨正后的警情' });
  await queue.untilAlert('what comes now', titled('拨正后的警情'));
  assert.equal([...queue.alerts.values()].filter(titled('拨回后的警情')).length, 1, 'a known event changes nothing');
  await sameAsStored();
});
