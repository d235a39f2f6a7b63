// The way of events over bad networks, with a Redis that has no room, and under garbage: sources are told to wait, people
// go on, and what was answered 202 is there once.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect as connectTo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { randomOf } from '../../tools/benches/common/random.ts';
import { nowUs, post, signed } from '../../tools/feeds/sending.ts';
import { registerFeed } from '../../tools/supervise/feeds.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { allTaken, assertAccounted, openAlerts } from '../lib/account.ts';
import { AlertList } from '../lib/alert-list.ts';
import { Person } from '../lib/client.ts';
import { itemOf } from '../lib/feeder.ts';
import { Feeding } from '../lib/feeding.ts';
import { Network, type Space, type Wire } from '../lib/network.ts';
import { holds, pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const [feederAt, doorAt, redisAt, serverAt] = ['10.213.8.1', '10.213.8.2', '10.213.8.5', '10.213.8.6'];
const redisPort = 6379;
const password = 'a word for Redis';
const dir = mkdtempSync(join(tmpdir(), 'townwall-faults-events-'));
const network = new Network();
let feederSpace: Space;
let toServer: Wire;
let toRedis: Wire;
let redis: ChildProcess;
let door: Server;
let stack: Stack;
let operator: Person;
let list: AlertList;
let feeding: Feeding;
let key: string;

function ask(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('redis-cli', ['-s', join(dir, 'redis.sock'), '--no-auth-warning', '-a', password, ...words], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

/** Where the feeder knocks: the server itself answers on loopback only. */
async function openDoor(port: number): Promise<number> {
  door = createServer((from) => {
    const to = connectTo(port, '127.0.0.1');
    from.pipe(to).pipe(from);
    from.on('error', () => to.destroy());
    to.on('error', () => from.destroy());
  });
  door.listen(0, doorAt);
  await once(door, 'listening');
  return (door.address() as { port: number }).port;
}

/** An authority, and a certificate of it for the address of Redis: files `NAME-ca.pem`, `NAME.pem` and `NAME.key`. */
function certify(name: string): void {
  const openssl = (...words: string[]): void => {
    const { status, stderr } = spawnSync('openssl', words, { cwd: dir, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name} authority`, '-keyout', `${name}-ca.key`, '-out', `${name}-ca.pem`);
  openssl('req', ...key, '-subj', '/CN=redis', '-addext', `subjectAltName=IP:${redisAt}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  openssl('x509', '-req', '-days', '2', '-in', `${name}.csr`, '-CA', `${name}-ca.pem`, '-CAkey', `${name}-ca.key`, '-CAcreateserial', '-copy_extensions', 'copy', '-out', `${name}.pem`);
}

async function startRedis(space: string): Promise<void> {
  mkdirSync(join(dir, 'redis'));
  for (const name of ['town', 'stranger']) certify(name);
  const [file = '', ...args] = [...network.enter(space), 'redis-server', '--bind', redisAt, '--port', '0', '--tls-port', String(redisPort), '--tls-auth-clients', 'no',
    '--tls-cert-file', join(dir, 'town.pem'), '--tls-key-file', join(dir, 'town.key'), '--tls-ca-cert-file', join(dir, 'town-ca.pem'), '--requirepass', password, '--dir', join(dir, 'redis'),
    '--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction', '--unixsocket', join(dir, 'redis.sock')];
  redis = spawn(file, args, { stdio: 'ignore' });
  await until('Redis answers', () => spawnSync('redis-cli', ['-s', join(dir, 'redis.sock'), '--no-auth-warning', '-a', password, 'ping'], { encoding: 'utf8' }).stdout === 'PONG\n');
}

before(async () => {
  feederSpace = network.space('f');
  const redisSpace = network.space('r');
  toServer = await network.wire(feederSpace, feederAt, '', doorAt);
  toRedis = await network.wire(redisSpace, redisAt, '', serverAt);
  await startRedis(redisSpace);
  stack = await startSmallStack({
    cameras: 4, simulator: false, config: { redis: { url: `rediss://:${encodeURIComponent(password)}@${redisAt}:${redisPort}/?ca=${join(dir, 'town-ca.pem')}` } },
  });
  operator = await Person.login(stack, 'operator');
  list = await AlertList.open(operator);
  const url = `http://${doorAt}:${await openDoor(stack.options.port)}`;
  feeding = new Feeding(stack, 'far', { enter: network.enter(feederSpace), url, perSecond: 200 });
  key = registerFeed(stack.wallctl, 'near', '近处的数据源', 100_000);
  feeding.start();
  await feeding.goesOn(100);
});
after(async () => {
  try {
    list.close();
    await feeding.stop();
    await stopStack(stack);
    door.close();
    redis.kill('SIGTERM');
    await once(redis, 'exit');
  } finally {
    await network.end();
    rmSync(dir, { recursive: true, force: true });
  }
});

let number = 0;
/** The answer to one good event of the feed that is near. */
async function sends(): Promise<number> {
  const body = JSON.stringify([itemOf(++number * 20)]);
  return (await post(stack.url, signed('near', key, body, nowUs()), body)).status;
}

/** People notice nothing: the server answers, and the line to browsers holds. */
async function peopleGoOn(connections: number): Promise<void> {
  assert.equal((await stack.get('/healthz')).status, 200);
  await operator.json('/api/v1/alerts?limit=1');
  assert.equal(list.connections, connections);
}

test('slow and lossy wires to the source and to Redis', async () => {
  const { connections } = list;
  await toServer.shape({ delayMs: 25, jitterMs: 8, loss: 0.02 });
  await toRedis.shape({ delayMs: 15, jitterMs: 5, loss: 0.01 });
  await feeding.goesOn(200);
  await peopleGoOn(connections);
  await toServer.mend();
  await toRedis.mend();
});

test('cut off from Redis: sources are told to wait, people go on, then all catches up', async () => {
  const { connections } = list;
  await toRedis.cut();
  await until('sources are told to wait', async () => (await sends()) === 503);
  const { accepted } = feeding;
  await peopleGoOn(connections);
  assert.equal(await sends(), 503);
  assert.equal(feeding.accepted, accepted, 'nothing is answered 202 meanwhile');
  await toRedis.mend();
  await feeding.goesOn(100);
  await until('the near one too', async () => (await sends()) === 202);
});

test('a Redis that another authority certified is not believed', async () => {
  const show = (name: string): void => {
    ask('CONFIG', 'SET', 'tls-cert-file', join(dir, `${name}.pem`), 'tls-key-file', join(dir, `${name}.key`));
    ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  };
  show('stranger');
  await until('sources are told to wait', async () => (await sends()) === 503);
  await until('it is told why', () => /Redis is not reached: Unacceptable TLS certificate/.test(readFileSync(join(stack.logs, 'townwalld.log'), 'utf8')));
  assert.doesNotMatch(readFileSync(join(stack.logs, 'townwalld.log'), 'utf8'), new RegExp(password));
  show('town');
  await feeding.goesOn(60);
  await until('the near one too', async () => (await sends()) === 202);
});

test('a source that is cut off in mid-request sends again, and nothing is there twice', async () => {
  for (let i = 0; i < 3; i++) {
    await toServer.cut();
    await until('the near one is taken', async () => (await sends()) === 202);
    if (i === 0) { // until it gave the request up and tries anew
      const opened = network.opened(feederSpace);
      await until('the source connects anew', () => network.opened(feederSpace) > opened);
    }
    await toServer.mend();
    await feeding.goesOn(60);
  }
});

test('Redis without memory: told to wait, and all again with room', async () => {
  const { connections } = list;
  const used = Number(/used_memory:(\d+)/.exec(ask('INFO', 'memory'))?.[1]);
  ask('CONFIG', 'SET', 'maxmemory', String(Math.round(used / 2)));
  await until('sources are told to wait', async () => (await sends()) === 503);
  const { accepted } = feeding;
  await peopleGoOn(connections);
  assert.equal(await sends(), 503);
  assert.equal(feeding.accepted, accepted);
  ask('CONFIG', 'SET', 'maxmemory', '0');
  await feeding.goesOn(100);
  await until('the near one too', async () => (await sends()) === 202);
});

/** What a broken or hostile source may send, signed or not. */
function garbage(random: () => number): { headers: Record<string, string>; body: string | Buffer } {
  const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 3000) }, () => Math.floor(random() * 256)));
  const bodies: (string | Buffer)[] = [
    bytes, '[', '{'.repeat(2000), `${'['.repeat(5000)}${']'.repeat(5000)}`, '[{"id":1}]', '[{}]', 'null', '[null,true,1e999,""]', `[{"id":"${'x'.repeat(5000)}"}]`,
    '[{"id":"\\ud800","kind":"report","dimension":"traffic","type":"accident","title":"a"}]', Buffer.from('[{"id":"\xff\xfe"}]', 'latin1'),
    JSON.stringify([{ id: 'g', kind: 'report', dimension: 'traffic', type: 'accident', title: 't', lon: 1e300, lat: -1e300 }]),
    JSON.stringify([{ id: 'g', kind: 'raised', dimension: 'traffic', type: 'UPPER', title: '', unknown: { deep: [[[]]] } }]),
  ];
  const body = bodies[Math.floor(random() * bodies.length)]!;
  const good = signed('near', key, body as string, nowUs());
  return { body, headers: random() < 0.7 ? good : { ...good, 'x-townwall-signature': 'f'.repeat(64), 'x-townwall-time': String(random()) } };
}

test('garbage at full speed: each is refused, others go on, nothing is kept of it', async () => {
  const random = randomOf(5);
  const { connections } = list;
  const before = holds(pidOf(stack, 'townwalld'));
  const statuses = new Map<number, number>();
  let over = false;
  const senders = Array.from({ length: 6 }, async () => {
    while (!over) {
      const { headers, body } = garbage(random);
      const { status } = await post(stack.url, headers, body as string);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  await feeding.goesOn(400);
  await until('a thousand were sent', () => [...statuses.values()].reduce((a, b) => a + b, 0) > 1000);
  over = true;
  await Promise.all(senders);
  for (const [status, count] of statuses) assert.ok([400, 401, 409, 429].includes(status), `${count} × ${status}`);
  await peopleGoOn(connections);
  await until('the near one is taken', async () => (await sends()) === 202);
  const now = holds(pidOf(stack, 'townwalld'));
  assert.ok(now.descriptors <= before.descriptors + 12, `${before.descriptors} descriptors, now ${now.descriptors}`);
  assert.ok(now.residentMb <= before.residentMb * 1.5 + 40, `${before.residentMb} MB, now ${now.residentMb}`);
});

test('what was accepted is there once, and the list is that of the store', async () => {
  await feeding.goesOn(20);
  await feeding.stop();
  await until('all is taken', () => allTaken(ask('XINFO', 'GROUPS', 'tw:events')));
  assertAccounted(stack.path('townwall.db'), feeding.id, feeding.journal);
  await until('the list is equal', () => list.text() === openAlerts(stack.path('townwall.db')));
});
