// Backups while the server runs: of one instant, whole or not there at all, and back again with a new epoch.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, openAlerts } from '../lib/account.ts';
import { AlertList } from '../lib/alert-list.ts';
import { openCase } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { fillDisk } from '../lib/disk.ts';
import { Feeding } from '../lib/feeding.ts';
import { attach, picture } from '../lib/papers.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { rowsOf, textOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

interface Manifest { engine: string; epoch: string; tables: { name: string; rows: number; columns: { name: string }[] }[]; members: { name: string; sha256: string }[] }
interface Told { file: string; rows: number; files: number; bytes: number; keys: boolean }

/** What goes on by itself while nobody does anything. */
const restless = new Set(['audit', 'chain_head', 'setting', 'view_log', 'camera_state', 'camera_hour', 'state_gap', 'seat_load', 'device_state', 'feed_position']);

let stack: Stack;
let feeding: Feeding;
let place: string;
let dir: string;

const run = (...words: string[]): { status: number | null; stdout: string; stderr: string } => {
  const [program = '', ...args] = stack.wallctl;
  return spawnSync(program, [...args, ...words], { encoding: 'utf8' });
};
function told(...words: string[]): Told {
  const { status, stdout, stderr } = run(...words, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Told;
}
const manifestOf = (file: string): Manifest => JSON.parse(execFileSync('tar', ['xzOf', file, 'manifest.json'], { encoding: 'utf8', maxBuffer: 1 << 28 })) as Manifest;
const epoch = (): string => textOf(place, "SELECT value FROM setting WHERE name = 'epoch'");

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'townwall-backups-'));
  stack = await startSmallStack({ cameras: 4, simulator: false });
  place = stack.path('townwall.db');
  mkdirSync(stack.path('attachments', 'ab'), { recursive: true });
  writeFileSync(stack.path('attachments', 'ab', 'photo.jpg'), 'a picture');
  feeding = new Feeding(stack, 'pour', { perSecond: 200 });
  feeding.start();
  await feeding.goesOn(200);
});
after(async () => {
  await feeding.stop();
  await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

test('a backup is taken while events come in; other tools read it', async () => {
  const one = told('backup', dir);
  await feeding.goesOn(50);
  assert.match(one.file, /\/townwall-\d{8}-\d{6}\.tar\.gz$/);
  assert.equal(statSync(one.file).mode & 0o777, 0o600);
  const manifest = manifestOf(one.file);
  assert.equal(manifest.tables.reduce((sum, { rows }) => sum + rows, 0), one.rows);
  const events = manifest.tables.find(({ name }) => name === 'event')!.rows;
  assert.ok(events > 0 && events < rowsOf<{ n: number }>(place, 'SELECT COUNT(*) AS n FROM event')[0]!.n, 'it is of one instant, and more came');
  const names = manifest.members.map(({ name }) => name);
  assert.ok(names.includes('files/attachments/ab/photo.jpg') && names.includes('files/feeds.key') && names.includes('files/identity.key'));
  assert.ok(!names.some((name) => /\/(session|outbox)\//.test(name)), 'no login comes back to life');
  rmSync(one.file);
});

test('keys can stay out of it', () => {
  const file = join(dir, 'open.tar.gz');
  assert.equal(told('backup', file, '--without-keys').keys, false);
  assert.deepEqual(manifestOf(file).members.map(({ name }) => name).filter((name) => /key|tls/.test(name)), []);
  rmSync(file);
});

test('without room nothing is left, and the reason is told', () => {
  const small = join(dir, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'townwall-test', small]);
  try {
    fillDisk(join(small, 'ballast'), small);
    const { status, stderr } = run('backup', small);
    assert.equal(status, 1);
    assert.match(stderr, /No space left|没有/);
    assert.deepEqual(readdirSync(small), ['ballast']);
    assert.equal(run('backup', '/nonexistent/backup.tar.gz').status, 1);
  } finally {
    execFileSync('umount', [small]);
  }
});

test('a damaged file is refused by name, and everything stays', async () => {
  const good = join(dir, 'good.tar.gz');
  const bad = join(dir, 'bad.tar.gz');
  told('backup', good);
  const bytes = readFileSync(good);
  bytes[Math.floor(bytes.length / 2)]! ^= 0x40;
  writeFileSync(bad, bytes);
  for (const wrong of [bad, join(dir, 'nowhere'), stack.path('townwall.json')]) {
    const { status, stderr } = run('restore', wrong);
    assert.equal(status, 1, wrong);
    assert.ok(stderr.includes(wrong), stderr);
  }
  await feeding.goesOn(20);
});

test('a restore brings back what was, in a new epoch; browsers begin anew', async () => {
  await feeding.stop();
  const operator = await Person.login(stack, 'operator');
  const list = await AlertList.open(operator);
  await until('the list is whole', () => list.text() === openAlerts(place) && list.alerts.size > 0);
  list.close();
  const one = await openCase(operator, { channel: 'hotline', title: '有附件的案件' });
  const photo = await attach(operator, one.id, picture('jpg'));
  const file = join(dir, 'restore.tar.gz');
  told('backup', file);
  const manifest = manifestOf(file);
  const [was, kept] = [epoch(), account(place, 'pour').events.size];
  assert.equal(was, manifest.epoch);
  feeding.start();
  await feeding.goesOn(100);
  await feeding.stop();
  await until('more was taken', () => account(place, 'pour').events.size > kept);
  writeFileSync(stack.path('attachments', 'ab', 'photo.jpg'), 'another picture');
  const later = await attach(operator, one.id, picture('png'));
  const from = await lastId(operator);
  const pid = pidOf(stack, 'townwalld');
  assert.ok(told('restore', file).rows > 0);
  await until('it is restored', () => readFileSync(join(stack.logs, 'townwalld.log'), 'utf8').includes('restored from'));
  await until('the server answers', async () => (await stack.get('/healthz').catch(() => null))?.status === 200);
  assert.equal(pidOf(stack, 'townwalld'), pid, 'its supervisor sees no end');
  assert.ok(BigInt(epoch()) > BigInt(was));
  assert.equal(readFileSync(stack.path('attachments', 'ab', 'photo.jpg'), 'utf8'), 'a picture');
  assertSame(file);
  assert.equal((await operator.request('GET', '/api/v1/alerts')).status, 401, 'everybody logs in again');
  const again = await Person.login(stack, 'operator');
  const content = (id: string): Promise<Response> => again.request('GET', `/api/v1/cases/${one.id}/attachments/${id}`);
  const back = await content(photo.id);
  assert.deepEqual([back.status, (await back.arrayBuffer()).byteLength], [200, photo.bytes]);
  assert.equal((await content(later.id)).status, 404, 'what came after the backup is gone');
  const wall = await again.connect();
  wall.send({ t: 'sub', topic: 'alerts', from });
  await wall.until('a snapshot, though it asked for what followed', () => wall.messages.some((m) => m.topic === 'alerts' && m.t === 'snapshot'));
  wall.close();
  const recorded = textOf(place, "SELECT action FROM audit WHERE action LIKE 'store.%' ORDER BY seq");
  await until('it is on record', () => textOf(place, "SELECT COUNT(*) FROM audit WHERE action = 'store.restored'") === '1', 20_000).catch(() => assert.fail(recorded));
});

/** The newest id that a browser was told. */
async function lastId(person: Person): Promise<string> {
  const wall = await person.connect();
  wall.send({ t: 'sub', topic: 'alerts' });
  const told = await wall.until('a snapshot', () => wall.messages.find((m) => m.topic === 'alerts' && m.t === 'snapshot'));
  wall.close();
  return told.id as string;
}

/** Rows of a table in one backup that the other one has not, column by column. Their order says nothing: PostgreSQL puts a
 * row where there is room. */
function rowsApart(was: string, now: string, table: string): string[] {
  const columns = manifestOf(was).tables.find(({ name }) => name === table)?.columns ?? [];
  const rows = (file: string): string[] =>
    execFileSync('tar', ['xzOf', file, '--wildcards', `tables/${table}/*.jsonl`], { encoding: 'utf8', maxBuffer: 1 << 30 }).trimEnd().split('\n').sort();
  const [old, later] = [rows(was), rows(now)];
  const apart = (some: string[], others: Set<string>, sign: string): string[] => some.filter((row) => !others.has(row)).slice(0, 5)
    .map((row) => `${table} ${sign} ${(JSON.parse(row) as unknown[]).map((value, i) => `${columns[i]?.name}=${JSON.stringify(value)}`).join(' ')}`);
  const told = [...apart(old, new Set(later), '-'), ...apart(later, new Set(old), '+')];
  return old.length === later.length ? told : [`${table}: ${old.length} rows, then ${later.length}`, ...told];
}

/** Every table that nobody writes by himself holds what the backup held, row for row. */
function assertSame(was: string): void {
  const now = join(dir, 'after.tar.gz');
  told('backup', now);
  const sums = (file: string): Map<string, string> =>
    new Map(manifestOf(file).members.filter(({ name }) => name.startsWith('tables/') && !restless.has(name.split('/')[1]!)).map(({ name, sha256 }) => [name, sha256]));
  const [old, later] = [sums(was), sums(now)];
  const tables = new Set([...old.keys(), ...later.keys()].filter((name) => old.get(name) !== later.get(name)).map((name) => name.split('/')[1]!));
  assert.deepEqual([...tables].flatMap((table) => rowsApart(was, now, table)), []);
  assert.ok(old.size > 10);
}
