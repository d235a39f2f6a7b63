// The disk of the store fills up while events pour in and Redis, on a disk of its own, goes on accepting them: none of what was
// answered 202 is lost or doubled, people are told why they cannot act, and with room again all is as it should be.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, assertAccounted, openAlerts } from '../lib/account.ts';
import { AlertList } from '../lib/alert-list.ts';
import { act, Feed, Queue } from '../lib/alerts.ts';
import { Person } from '../lib/client.ts';
import { fillDisk } from '../lib/disk.ts';
import { Feeding } from '../lib/feeding.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const disk = mkdtempSync(join(tmpdir(), 'townwall-disk-'));
const elsewhere = mkdtempSync(join(tmpdir(), 'townwall-elsewhere-'));
const apart = ['logs', 'redis', 'journal'];
const ballast = join(disk, 'ballast');
let stack: Stack;
let operator: Person;
let feeding: Feeding;

before(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=0700', 'townwall-test', disk]);
  for (const name of apart) {
    for (const dir of [join(disk, name), join(elsewhere, name)]) mkdirSync(dir, { mode: 0o700 });
    execFileSync('mount', ['--bind', join(elsewhere, name), join(disk, name)]);
  }
  stack = await startSmallStack({ cameras: 2, dir: disk });
  operator = await Person.login(stack, 'operator');
  feeding = new Feeding(stack, 'pour', { perSecond: 200, journal: join(disk, 'journal/pour') });
});
after(async () => {
  try {
    await feeding.stop();
    await endStack(stack);
  } finally {
    for (const name of apart) execFileSync('umount', [join(disk, name)]);
    execFileSync('umount', [disk]);
    for (const dir of [disk, elsewhere]) rmSync(dir, { recursive: true, force: true });
  }
});

const redis = (...words: string[]): string => execFileSync('redis-cli', ['-s', stack.path('redis.sock'), ...words], { encoding: 'utf8' });
const pending = (): number => Number(/^pending\n(\d+)$/m.exec(redis('XINFO', 'GROUPS', 'tw:events'))?.[1]);
const metric = async (name: string): Promise<number> => Number(new RegExp(`^${name} (.*)$`, 'm').exec((await stack.get('/metrics')).body)?.[1]);

test('a disk that fills up in the middle of a batch loses nothing that was accepted', async () => {
  const feed = new Feed(stack, 'panel');
  const queue = await Queue.open(operator);
  await feed.report({ id: 'open', type: 'noise', title: '满盘前的警情', lon: 119, lat: 31 });
  const alert = await queue.untilAlert('the alert', (one) => one.title === '满盘前的警情');
  const list = await AlertList.open(operator);
  feeding.start();
  await feeding.goesOn(400);
  const database = new DatabaseSync(stack.path('townwall.db'));
  database.exec('PRAGMA busy_timeout = 20000; PRAGMA wal_checkpoint(TRUNCATE)'); // what fits into its log is no full disk
  database.close();
  fillDisk(ballast, disk);
  await until('a batch finds no room', async () => (await metric('townwall_alerts_failed_batches_total')) > 0);
  assert.match(readFileSync(join(stack.logs, 'townwalld.log'), 'utf8'), /events could not be taken: .*full/);
  await feeding.goesOn(200); // Redis has room: they are accepted and wait there
  await until('they wait, not acknowledged', () => pending() > 0);
  const taken = account(stack.path('townwall.db'), 'pour').events.size;
  const refused = await act(operator, alert, 'acknowledge');
  assert.deepEqual([refused.status, refused.body.error?.code], [507, 'disk_full']);
  assert.equal((await operator.json<{ alert: { state: string; version: number } }>(`/api/v1/alerts/${alert.id}`)).alert.state, 'unacknowledged');
  assert.equal(account(stack.path('townwall.db'), 'pour').events.size, taken, 'nothing comes in by halves');
  rmSync(ballast);
  await feeding.goesOn(200);
  await feeding.stop();
  await until('all is taken and acknowledged', () => /^pending\n0$/m.test(redis('XINFO', 'GROUPS', 'tw:events')) && /^lag\n0$/m.test(redis('XINFO', 'GROUPS', 'tw:events')));
  assertAccounted(stack.path('townwall.db'), 'pour', feeding.journal);
  assert.deepEqual(account(stack.path('townwall.db'), 'pour').poison, [], 'a full disk is no fault of an event');
  assert.equal((await act(operator, alert, 'acknowledge')).body.alert?.state, 'acknowledged');
  await until('the browser\'s list equals the store', () => list.text() === openAlerts(stack.path('townwall.db')));
  list.close();
  queue.close();
});
