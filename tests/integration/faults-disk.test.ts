// The disk of the data is full: people and programs are told so, live video goes on, and with room again everything
// is taken up where it was. Redis ends on a full disk, as it promises, and comes back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json, type Wall } from '../lib/client.ts';
import { fillDisk } from '../lib/disk.ts';
import { addFeed, send, type Answer } from '../lib/feed.ts';
import { order } from '../lib/simulator.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { followLive, Witnesses } from '../lib/watch.ts';

const rate = 12.5;
const disk = mkdtempSync(join(tmpdir(), 'townwall-disk-'));
const logs = mkdtempSync(join(tmpdir(), 'townwall-logs-')); // elsewhere, as a journal is
const ballast = join(disk, 'ballast');
let stack: Stack;
let operator: Person;
let admin: Person;
let wall: Wall;
let witnesses: Witnesses;
let key: string;

const report = (id: string): Promise<Answer> => send(stack.url, 'hotline', key, { id, type: 'noise', title: '噪音' });

function run(...command: string[]): void {
  const [file = '', ...args] = command;
  const done = spawnSync(file, args, { encoding: 'utf8' });
  assert.equal(done.status, 0, `${command.join(' ')}: ${done.stderr}`);
}

before(async () => {
  // 16 MiB of room count as full: the town and its database take less than half
  run('mount', '-t', 'tmpfs', '-o', 'size=160m,mode=0700', 'townwall-test', disk);
  mkdirSync(join(disk, 'logs'));
  run('mount', '--bind', logs, join(disk, 'logs'));
  stack = await startSmallStack({ cameras: 12, rate, dir: disk, simulatorArgs: ['--gop', '12'] });
  operator = await Person.login(stack, 'operator');
  await operator.giveReason();
  admin = await Person.login(stack, 'admin');
  const followed = await followLive(operator);
  wall = followed.wall;
  wall.send({ t: 'sub', topic: 'notices' });
  witnesses = new Witnesses(await operator.connect(), ['c0001', 'c0002', 'c0003', 'c0004'], rate);
  await witnesses.started();
  key = addFeed(stack, 'hotline', '--dimension', 'livelihood');
});
after(async () => {
  try {
    await endStack(stack);
  } finally {
    run('umount', join(disk, 'logs'));
    run('umount', disk);
    for (const dir of [disk, logs]) rmSync(dir, { recursive: true, force: true });
  }
});

const fill = (): void => fillDisk(ballast, disk);

const notices = (): string[] => {
  const last = wall.messages.findLast((message) => message.topic === 'notices');
  return ((last?.data as { notices?: { code: string }[] } | undefined)?.notices ?? []).map((notice) => notice.code);
};

async function rename(id: string, name: string): Promise<{ status: number; code: string }> {
  const now = await admin.json<Json>(`/api/v1/cameras/${id}`);
  const answer = await admin.request('PUT', `/api/v1/cameras/${id}`, { ...now, name });
  const body = (await answer.json()) as { error?: { code: string; message: { zh: string; en: string } } };
  if (body.error) {
    assert.match(body.error.message.zh, /磁盘已满/);
    assert.match(body.error.message.en, /disk is full/);
  }
  return { status: answer.status, code: body.error?.code ?? '' };
}

test('a change that finds no room is refused with the reason, and not half done', async () => {
  // what fits into the log that SQLite has made already would be a change like any other
  const database = new DatabaseSync(join(disk, 'townwall.db'));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  fill();
  await until('a change is refused', async () => (await rename('c0002', `改名 ${Date.now()}`)).status === 507);
  const name = (await admin.json<Json>('/api/v1/cameras/c0001')).name;
  const refused = await rename('c0001', '不能保存');
  assert.deepEqual(refused, { status: 507, code: 'disk_full' });
  assert.equal((await admin.json<Json>('/api/v1/cameras/c0001')).name, name);
});

test('health, the log and the wall say that the disk is full', async () => {
  await until('/healthz tells', async () => {
    const { status, body } = await stack.get('/healthz');
    return status === 503 && body.includes('"disk"');
  });
  await wall.until('the notice on the wall', () => notices().includes('disk_full'));
  await until('Redis ends rather than answer what is not on disk', () => stack.children.get('redis')?.end === 'exit 1');
  const answer = await new Person(stack.url).request('POST', '/api/v1/session', { login: 'leader', password: stack.logins().find((l) => l.login === 'leader')?.password });
  assert.equal(answer.status, 507, 'a login that cannot be put on record is refused, with the reason');
  assert.match(readFileSync(join(stack.logs, 'townwalld.log'), 'utf8'), /is full/);
  assert.equal((await report('while full')).status, 503, 'a source is told to wait, never 202');
});

test('live video goes on meanwhile, also what is opened now', async () => {
  await witnesses.goOn(25);
  witnesses.assertWhole(Number((await order(stack, { cmd: 'stats' })).late_slots));
  const late = await operator.connect();
  late.send({ t: 'play', stream: 1, camera: 'c0005', profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  await late.until('units', () => (late.units.get(1)?.length ?? 0) > 10);
  late.close();
});

test('with room again everything is taken, and Redis catches up', async () => {
  rmSync(ballast);
  await until('healthy again', async () => (await stack.get('/healthz')).status === 200);
  await wall.until('the notice goes', () => !notices().includes('disk_full'));
  await until('Redis answers', async () => (await stack.get('/metrics')).body.includes('townwall_redis_up 1'));
  assert.equal((await rename('c0001', '又能保存')).status, 200);
  await until('the source is taken again', async () => (await report('with room')).status === 202);
  await until('Redis has every change', async () => /^townwall_bus_behind_changes 0$/m.test((await stack.get('/metrics')).body));
  assert.equal((await admin.json<Json>('/api/v1/cameras/c0001')).name, '又能保存');
});

test('a server that starts on a full disk says why, and starts when there is room', async () => {
  fill();
  const log = join(stack.logs, 'townwalld.log');
  const said = readFileSync(log, 'utf8').length;
  const before = stack.children.get('townwalld')?.pid ?? 0;
  process.kill(before, 'SIGKILL');
  await until('it tells why it cannot do all it should', () => /is full|No space left/.test(readFileSync(log, 'utf8').slice(said)));
  rmSync(ballast);
  await until('healthy again', async () => (await stack.get('/healthz')).status === 200);
  assert.equal((await rename('c0001', '重启之后')).status, 200);
});
