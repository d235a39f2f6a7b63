// Nothing is lost and nothing is doubled between stream, store, acknowledgement and browser, whatever ends in between.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Feed, Queue, act, type Alert } from '../lib/alerts.ts';
import { Person } from '../lib/client.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { allowAgain, changeStore, refuse, textOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

const env: Record<string, string> = {};
let stack: Stack;
let operator: Person;
let feed: Feed;
let sent = 0;

before(async () => {
  stack = await startSmallStack({ cameras: 2, longestDelayMs: 300, env: { townwalld: env } });
  operator = await Person.login(stack, 'operator');
  feed = new Feed(stack, 'panel');
});
after(() => endStack(stack));

const sql = (query: string): string => textOf(stack.path('townwall.db'), query);
const sqlWrite = (query: string): void => changeStore(stack.path('townwall.db'), query);
const redis = (...words: string[]): string => execFileSync('redis-cli', ['-s', stack.path('redis.sock'), ...words], { encoding: 'utf8' });

/** Ten events: five of devices that tell again and again, five reports from different places. Sent until they are accepted. */
async function tell(): Promise<void> {
  const from = sent;
  sent += 10;
  const items = Array.from({ length: 10 }, (_, i) => {
    const n = from + i;
    return i < 5
      ? { id: `n${n}`, kind: 'raised', dimension: 'sensor', type: 'smoke', title: `烟感 ${i}`, device: `smoke-${i}` }
      : { id: `n${n}`, kind: 'report', dimension: 'livelihood', type: 'noise', title: `噪音 ${n}`, lon: 120 + (n % 90) / 100, lat: 30 + Math.floor(n / 90) / 100 };
  });
  await until('the events are accepted', async () => (await feed.post(items)).status === 202);
}

/** Every accepted event is in the store once, in an alert that counts it, and the stream has nothing left for us. */
async function settled(): Promise<void> {
  await until('all is taken', () => Number(sql('SELECT COUNT(*) FROM event')) === sent);
  await until('all is acknowledged', () => /^pending\n0$/m.test(redis('XINFO', 'GROUPS', 'tw:events')));
  assert.equal(sql('SELECT COUNT(*) FROM event WHERE alert IS NULL'), '0');
  assert.equal(sql('SELECT SUM(count) FROM alert'), String(sent));
  assert.equal(sql('SELECT COUNT(*) FROM alert a WHERE count <> (SELECT COUNT(*) FROM event e WHERE e.alert = a.id)'), '0');
  assert.equal(sql('SELECT COUNT(*) FROM poison'), '0');
  assert.equal(sql("SELECT SUM(events) FROM decision WHERE kind IN ('alert', 'count')"), String(sent), 'each is decided once');
}

/** What a browser's list says is what the store says. */
async function sameList(queue: Queue): Promise<void> {
  const told = (alerts: Iterable<Alert>): string[] => [...alerts].map((one) => `${one.id} ${one.version} ${one.state} ${one.count}`).sort();
  const stored: Alert[] = [];
  for (let before: string | null = ''; before !== null;) {
    const page: { alerts: Alert[]; next: string | null } = await operator.json(`/api/v1/alerts?state=open&limit=200&before=${before}`);
    stored.push(...page.alerts);
    before = page.next;
  }
  await queue.until('the list equals the store', () => told(queue.alerts.values()).join('\n') === told(stored).join('\n'));
}

const points = ['alerts.write', 'alerts.committed']; // all of them: no_loss

test('killed between any two steps, every event counts once', async () => {
  for (const point of points) {
    env['TW_FAILPOINT'] = `${point}:3`;
    const armed = pidOf(stack, 'townwalld');
    process.kill(armed, 'SIGKILL');
    await until('townwalld runs again', () => (stack.children.get('townwalld')?.pid ?? armed) !== armed);
    const first = pidOf(stack, 'townwalld');
    await until(`${point} is passed three times`, async () => {
      await tell();
      return (stack.children.get('townwalld')?.pid ?? first) !== first;
    });
    delete env['TW_FAILPOINT'];
    const last = stack.children.get('townwalld')?.pid;
    if (last) process.kill(last, 'SIGKILL');
    await tell();
    await settled();
  }
  const queue = await Queue.open(operator);
  await sameList(queue);
  queue.close();
});

test('killed between a new case and its offer to alerts like it: the offer is made at the next start', async () => {
  const queue = await Queue.open(operator);
  sent += 2;
  for (const [i, reporter] of ['near', 'next'].entries())
    await until('it is accepted', async () => (await feed.post([{ id: `case-${i}`, kind: 'report', dimension: 'livelihood', type: 'noise', title: `同一处噪音 ${i}`, reporter, lon: 119.5 + i / 2000, lat: 31.5 }])).status === 202);
  const [near, next] = await Promise.all([0, 1].map((i) => queue.untilAlert('the alert', (one) => one.title === `同一处噪音 ${i}`)));
  assert.ok(near && next);
  env['TW_FAILPOINT'] = 'alerts.committed:1';
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  await until('the case is committed', async () => {
    if (sql('SELECT COUNT(*) FROM case_file') !== '0') return true;
    await act(operator, near, 'case').catch(() => undefined); // nobody is there to answer
    return false;
  });
  delete env['TW_FAILPOINT'];
  const last = stack.children.get('townwalld')?.pid;
  if (last) process.kill(last, 'SIGKILL');
  await until('it is offered', () => sql(`SELECT COUNT(*) FROM alert WHERE id = '${next.id}' AND suggestion IS NOT NULL`) === '1');
  assert.equal(sql(`SELECT COUNT(*) FROM decision WHERE kind = 'suggest' AND alert = '${next.id}'`), '1', 'once');
  queue.close();
  await settled();
});

test('Redis killed: people go on, reports are refused meanwhile, then all catches up', async () => {
  const queue = await Queue.open(operator);
  const first = stack.children.get('redis')?.pid ?? 0;
  const [alert] = [...queue.alerts.values()].filter((one) => one.type === 'noise');
  assert.ok(alert);
  process.kill(first, 'SIGKILL');
  const answer = await act(operator, alert, 'acknowledge');
  assert.equal(answer.status, 200, 'an act needs no Redis');
  await queue.until('the act is seen', () => queue.alerts.get(alert.id)?.state === 'acknowledged');
  await until('Redis runs again', () => (stack.children.get('redis')?.pid ?? first) !== first);
  await tell();
  await settled();
  await sameList(queue);
  queue.close();
});

test('Redis emptied: the group is made again, and nothing of before comes twice', async () => {
  const queue = await Queue.open(operator);
  redis('FLUSHALL');
  await tell();
  await settled();
  await sameList(queue);
  queue.close();
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${stack.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

test('another server holds the lease for a while: what it left behind is taken over', async () => {
  redis('XGROUP', 'CREATE', 'tw:events', 'other', '$', 'MKSTREAM');
  redis('SET', 'tw:events:lease', 'dead-server', 'PX', '60000');
  await until('ours stands by', async () => (await metric('townwall_alerts_leads')) === 0 && !/flags=\w*b/.test(redis('CLIENT', 'LIST')));
  const event = JSON.stringify({ source: 'panel', id: 'left', kind: 'report', dimension: 'livelihood', type: 'noise', title: '遗留', lon: 121.5, lat: 30.5, received_us: Date.now() * 1000 });
  redis('XADD', 'tw:events', '*', 'event', event);
  redis('XREADGROUP', 'GROUP', 'correlator', 'dead-server', 'COUNT', '10', 'STREAMS', 'tw:events', '>');
  const fence = Number(redis('GET', 'tw:events:fence'));
  redis('DEL', 'tw:events:lease');
  sent++;
  await settled();
  assert.equal(await metric('townwall_alerts_claimed_total'), 1);
  assert.ok(Number(redis('GET', 'tw:events:fence')) >= fence);
  assert.ok(Number(redis('XLEN', 'tw:events')) > 0, 'another group has not acknowledged: nothing is trimmed below it');
});

test('a server with an older fence writes nothing', async () => {
  sqlWrite("UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 10 AS TEXT) WHERE name = 'alerts_fence'");
  const before = sent;
  await tell();
  await until('the refusal is noted', async () => (await metric('townwall_alerts_failed_batches_total')) > 0);
  assert.equal(sql('SELECT COUNT(*) FROM event'), String(before));
  sqlWrite("UPDATE setting SET value = CAST(CAST(value AS BIGINT) - 10 AS TEXT) WHERE name = 'alerts_fence'");
  await settled();
});

test('one bad event among many is found, set aside, and retried when its reason is gone', async () => {
  refuse(stack.path('townwall.db'), 'event', "NEW.id = 'bad'", 'no such luck');
  const reports = ['a', 'b', 'bad', 'c'].map((id, i) => ({ id, kind: 'report', dimension: 'livelihood', type: 'noise', title: `二分 ${id}`, lon: 122 + i / 10, lat: 30 }));
  await until('accepted', async () => (await feed.post(reports)).status === 202);
  const wallctl = (...words: string[]): string =>
    execFileSync(stack.wallctl[0]!, [...stack.wallctl.slice(1), 'poison', ...words, '--json'], { encoding: 'utf8' });
  const poison = await until('it is set aside', () => (JSON.parse(wallctl('list')) as { poison: { id: string; event: string; reason: string }[] }).poison[0]);
  assert.equal(poison.event, 'bad');
  assert.match(poison.reason, /no such luck/);
  await until('the others are taken', () => sql("SELECT COUNT(*) FROM event WHERE id IN ('a', 'b', 'c')") === '3');
  allowAgain(stack.path('townwall.db'), 'event');
  wallctl('retry', poison.id);
  sent += 4;
  await settled();
});
