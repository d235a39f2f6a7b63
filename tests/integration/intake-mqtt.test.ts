// Sensors over the real Mosquitto: thresholds, births and wills, and nothing lost or doubled whatever is killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { distinct, eventsOn, keepEvents, untilEvent, type BusEvent } from '../lib/bus-events.ts';
import { Person } from '../lib/client.ts';
import { Mosquitto } from '../lib/mosquitto.ts';
import { holds, pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { wallctl } from '../lib/wallctl.ts';

let stack: Stack;
let broker: Mosquitto;

const register = [
  'feed,device,type,name,lon,lat,crs,area,parent,unit,raise_above,clear_below,priority',
  'river,w1,water_level,石桥水位,111.5,27.5,WGS84,,gw1,m,3,2.8,2',
  'river,b1,help_button,三号按钮,111.51,27.51,GCJ02,,gw1,,,,',
  ...Array.from({ length: 10 }, (_, i) => `river,k${i},heat,温度${i},111.5,27.5,WGS84,,gw1,°C,60,55,`),
  '',
].join('\n');

const settings = (more: object): object => ({
  broker: `mqtt://127.0.0.1:${broker.port}`, keepalive_s: 4,
  topics: [
    { topic: 'town/{device}/level', values: [{ type: 'water_level', at: 'data.level', unit: 'cm' }], time: { at: 'ts', form: 's' } },
    { topic: 'town/{device}/button', values: [{ type: 'help_button', raised: ['pressed'], cleared: ['released'] }] },
    { topic: 'heat/{device}', values: [{ type: 'heat', unit: '°C' }] },
    { topic: 'town/{device}/status', online: ['online'], offline: ['offline'] },
  ],
  ...more,
});

interface Numbers { accepted: number; refused: number; failing: boolean; error: { message: { en: string } } | null }
const numbers = (feed: string): Numbers => (JSON.parse(wallctl(stack, ['feeds', 'show', feed, '--json'])) as { feed: { numbers: Numbers } }).feed.numbers;
const of = (feed: string, device: string, type: string): BusEvent[] => distinct(stack, feed).filter((event) => event.device === device && event.type === type);

/** Raised and cleared in turn, each number once. */
function assertInTurn(found: BusEvent[], count: number): void {
  assert.deepEqual(found.map((event) => event.id.split('/').at(-1)), Array.from({ length: count }, (_, i) => String(i + 1)));
  found.forEach((event, i) => assert.equal(event.kind, i % 2 === 0 ? 'raised' : 'cleared', event.id));
}

function addFeed(id: string, value: object, secret?: string): void {
  const file = stack.path(`${id}.json`);
  writeFileSync(file, JSON.stringify(value));
  wallctl(stack, ['feeds', 'add', id, '--kind', 'mqtt', '--settings', file, ...(secret ? ['--secret-stdin'] : [])], secret ? `${secret}\n` : '');
}

const listening = (feed: string): Promise<unknown> => until(`${feed} listens`, () => {
  try {
    return !numbers(feed).failing;
  } catch {
    return false; // the server is still on its way
  }
});

async function killTownwalld(): Promise<void> {
  const first = pidOf(stack, 'townwalld');
  process.kill(first, 'SIGKILL');
  await until('townwalld runs again', () => (stack.children.get('townwalld')?.pid ?? first) !== first);
}

before(async () => {
  stack = await startSmallStack({ cameras: 4, longestDelayMs: 200, config: { intake: { file_roots: 'mosquitto' } } });
  keepEvents(stack);
  broker = new Mosquitto(stack.path('mosquitto'));
  await broker.start();
  const csv = stack.path('sensors.csv');
  writeFileSync(csv, register);
  assert.match(wallctl(stack, ['sensors', 'import', csv, '--dry-run', '--lang', 'en']), /12 rows: would take 12, refuse 0/);
  assert.match(wallctl(stack, ['sensors', 'import', csv, '--lang', 'en']), /12 rows: 12 taken, 0 refused/);
  addFeed('river', settings({}));
  // whoever is subscribed gets what is published from now on
  await until('the broker knows our session', () => {
    broker.publish('town/probe/status', 'offline');
    return of('river', 'probe', 'sensor_offline').length > 0;
  });
});
after(async () => {
  await broker.stop();
  await stopStack(stack);
});

test('a level beyond its bound is an alarm once, in the unit of the register, and ends below the other bound', async () => {
  const ts = Math.floor(Date.now() / 1000);
  for (const level of [250, 299, 305, 320, 290, 285, 305, 279, 100]) broker.publish('town/w1/level', JSON.stringify({ ts, data: { level } }));
  await until('the alarm has ended', () => of('river', 'w1', 'water_level').some((event) => event.kind === 'cleared'));
  const [raised, cleared, ...more] = of('river', 'w1', 'water_level');
  assert.deepEqual(more, []);
  assert.equal(raised!.kind, 'raised');
  assert.equal(raised!.title, '石桥水位：水位 3.05 m，限值 3 m');
  assert.equal(raised!.dimension, 'sensor');
  assert.deepEqual([raised!.lon, raised!.lat, raised!.parent, raised!.priority], [111.5, 27.5, 'gw1', 2]);
  assert.equal(raised!.occurred_us, ts * 1e6);
  assert.match(cleared!.title, /2.79 m，恢复正常/);
});

test('words of a button; what cannot be understood is counted and harms nothing', async () => {
  broker.publish('town/b1/button', 'PRESSED');
  const raised = await untilEvent(stack, 'river', 'the button', (event) => event.device === 'b1' && event.kind === 'raised');
  assert.equal(raised.crs, 'GCJ02');
  assert.ok(raised.lon! < 111.51, 'its place is converted');
  const before = numbers('river').refused;
  broker.publish('town/b1/button', 'stuck');
  await broker.publishAll([{ topic: 'town/b1/button', message: '{"a":' }]);
  broker.publish('town/b1/button', 'released');
  await untilEvent(stack, 'river', 'the button again', (event) => event.device === 'b1' && event.kind === 'cleared');
  assert.equal(numbers('river').refused, before + 2);
  assert.match(numbers('river').error!.message.en, /^town\/b1\/button: .*help_button/);
  broker.publish('town/w1/level', '{"depth": {"cm": 320}}');
  await until('a path that leads nowhere is told', () => numbers('river').refused === before + 3);
  assert.match(numbers('river').error!.message.en, /^town\/w1\/level: it has none of the values that are looked for \(data\.level/);
  broker.publish(`town/${'w'.repeat(90)}/level`, 'garbage');
  await until('garbage is told', () => numbers('river').refused === before + 4);
  assert.match(numbers('river').error!.message.en, /^town\/w{75}…: it has none/, 'a long topic is clipped');
});

test('a birth and a will tell who is online; retained ones of a new connection tell nothing twice', async () => {
  broker.publish('town/g1/status', 'online', '-r');
  const device = spawn('stdbuf', ['-oL', 'mosquitto_sub', '-p', String(broker.port), '-i', 'g1', '-k', '5', '-t', 'nothing', '--will-topic', 'town/g1/status',
    '--will-payload', 'offline', '--will-qos', '1', '--will-retain', '-d'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  device.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until('it is connected', () => /SUBACK|Subscribed/.test(said));
  device.kill('SIGKILL');
  await untilEvent(stack, 'river', 'the will', (event) => event.device === 'g1' && event.kind === 'raised' && event.type === 'sensor_offline');
  await killTownwalld();
  await listening('river');
  broker.publish('town/g1/status', 'online', '-r');
  await untilEvent(stack, 'river', 'the birth', (event) => event.device === 'g1' && event.kind === 'cleared');
  assertInTurn(of('river', 'g1', 'sensor_offline'), 2);
});

test('what was received but not on disk when the server was killed comes again and is told once', async () => {
  const redis = pidOf(stack, 'redis');
  process.kill(redis, 'SIGSTOP');
  broker.publish('town/b1/button', 'pressed');
  broker.publish('town/b1/button', 'released');
  await killTownwalld();
  process.kill(redis, 'SIGCONT');
  await until('both are told', () => of('river', 'b1', 'help_button').length === 4);
  assertInTurn(of('river', 'b1', 'help_button'), 4);
});

test('the register tells what a device said last and whether it is online; a row put over REST sets its alarm', async () => {
  interface Row { feed: string; device: string; type: string; registered: boolean; online: boolean | null; raised: boolean | null; last: { value: number | null; raised: boolean | null; unit: string; received_us: string } | null }
  const admin = await Person.login(stack, stack.logins().find(({ role }) => role === 'system_admin')!.login);
  const row = async (device: string, type: string): Promise<Row | undefined> => (await admin.json<{ sensors: Row[] }>('/api/v1/sensors?feed=river')).sensors.find((one) => one.device === device && one.type === type);
  broker.publish('town/r1/status', 'online');
  broker.publish('town/r1/level', '{"data":{"level":150}}');
  const heard = await until('it is heard', () => row('r1', 'water_level'));
  assert.deepEqual([heard.registered, heard.online, heard.raised, heard.last!.value, heard.last!.unit], [false, true, null, 150, 'cm']);
  const path = '/api/v1/sensors/river/r1/water_level';
  assert.equal((await admin.request('PUT', path, { name: '新桥', unit: 'm', raise_above: 2 })).status, 200);
  broker.publish('town/r1/level', '{"data":{"level":210}}');
  const raised = await untilEvent(stack, 'river', 'its alarm', (event) => event.device === 'r1' && event.type === 'water_level');
  assert.match(raised.title, /^新桥：水位 2.1 m/);
  await until('the register says so', async () => {
    const now = await row('r1', 'water_level');
    return now?.registered === true && now.raised === true && now.last?.value === 210;
  });
  broker.publish('town/r1/status', 'offline');
  await until('it is offline', async () => (await row('r1', 'water_level'))?.online === false);
  assert.match(wallctl(stack, ['sensors', 'list', '--lang', 'en']), /r1 +water_level +新桥 .* 210\.0 cm +false/, 'with the unit that it was told in');
  assert.equal((await admin.request('DELETE', path)).status, 204);
  assert.equal((await row('r1', 'water_level'))?.registered, false);
});

test('the server is killed again and again under a stream of messages: each change once, in order', async () => {
  const rounds = 6, turns = 30;
  for (let round = 0; round < rounds; round++) {
    const messages = Array.from({ length: turns * 10 }, (_, i) => ({ topic: `heat/k${i % 10}`, message: Math.floor(i / 10) % 2 === 0 ? '70' : '20' }));
    await broker.publishAll(messages);
    await killTownwalld();
  }
  await until('every change is told', () => {
    for (let i = 0; i < 10; i++) if (of('river', `k${i}`, 'heat').length < rounds * turns) return false;
    return true;
  }, 120_000);
  for (let i = 0; i < 10; i++) assertInTurn(of('river', `k${i}`, 'heat'), rounds * turns);
  const all = eventsOn(stack, 'river').length;
  assert.ok(all >= rounds * turns * 10, `${all} events on the stream, ${rounds * turns * 10} different ones`);
});

test('a broker that went away comes back, with what was said meanwhile', async () => {
  await broker.stop('SIGKILL');
  await until('it is missed', () => numbers('river').failing);
  assert.match(numbers('river').error!.message.en, /./);
  await broker.start();
  broker.publish('town/b1/button', 'pressed');
  broker.publish('town/b1/button', 'released');
  await until('both are told', () => of('river', 'b1', 'help_button').length === 6);
  assertInTurn(of('river', 'b1', 'help_button'), 6);
  await listening('river');
});

test('what cannot be understood is kept before it is acknowledged, over a kill, and taken when the settings are corrected', async () => {
  interface Kept { rejected: { id: string; message: { en: string }; item: { topic: string; payload?: string; payload_base64?: string } }[]; total: number }
  const kept = (): Kept => JSON.parse(wallctl(stack, ['feeds', 'rejected', 'river', '--json'])) as Kept;
  const before = kept().total;
  broker.publish('town/x1/button', 'zap');
  broker.publish('town/x1/level', '{"data":{"level":"high"}}');
  broker.publishBytes('town/x1/level', Buffer.from([0xff, 0x00, 0xfe]));
  await until('all three are kept', () => kept().total === before + 3);
  await killTownwalld();
  await listening('river');
  assert.equal(kept().total, before + 3);
  const found = kept().rejected.filter(({ item }) => item.topic.startsWith('town/x1/'));
  assert.deepEqual(found.map(({ item }) => item.payload ?? item.payload_base64).sort(), ['/wD+', 'zap', '{"data":{"level":"high"}}']);
  assert.ok(found.every(({ message }) => message.en.length > 5));
  assert.match(wallctl(stack, ['feeds', 'rejected', 'river']), / 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d /, 'times as people read them');
  assert.throws(() => wallctl(stack, ['feeds', 'retry', 'river']), 'nothing was corrected');
  const corrected = settings({}) as { topics: { values?: { raised?: string[] }[] }[] };
  corrected.topics[1]!.values![0]!.raised!.push('zap');
  writeFileSync(stack.path('river.json'), JSON.stringify(corrected));
  wallctl(stack, ['feeds', 'change', 'river', '--settings', stack.path('river.json')]);
  await listening('river');
  const zap = found.find(({ item }) => item.payload === 'zap')!;
  wallctl(stack, ['feeds', 'retry', 'river', '--item', zap.id]);
  await until('the corrected one is told', () => of('river', 'x1', 'help_button').length === 1);
  assert.equal(of('river', 'x1', 'help_button')[0]!.kind, 'raised');
  assert.ok(!kept().rejected.some(({ id }) => id === zap.id));
  // one that is older than what its device told since says nothing
  broker.publish('town/x1/button', 'zip');
  await until('it is kept', () => kept().rejected.some(({ item }) => item.payload === 'zip'));
  broker.publish('town/x1/button', 'released');
  await until('it is released', () => of('river', 'x1', 'help_button').length === 2);
  corrected.topics[1]!.values![0]!.raised!.push('zip');
  writeFileSync(stack.path('river.json'), JSON.stringify(corrected));
  wallctl(stack, ['feeds', 'change', 'river', '--settings', stack.path('river.json')]);
  await listening('river');
  wallctl(stack, ['feeds', 'retry', 'river', '--item', kept().rejected.find(({ item }) => item.payload === 'zip')!.id]);
  assert.equal(of('river', 'x1', 'help_button').length, 2);
  wallctl(stack, ['feeds', 'drop', 'river']);
  assert.equal(kept().total, 0);
});

test('garbage at full speed: the newest thousand of it is kept, good messages come through, and nothing grows', async () => {
  const pid = pidOf(stack, 'townwalld');
  const before = holds(pid);
  const kinds = [(i: number): string => `zap ${i}`, (i: number): string => `${'['.repeat(3000)}${i}`, (i: number): string => `{"data":{"level":"${'x'.repeat(500)}${i}"}}`, (i: number): string => `\u0000${i}`];
  const told = of('river', 'b1', 'help_button').length;
  for (let round = 0; round < 3; round++) {
    await broker.publishAll(Array.from({ length: 1000 }, (_, i) => ({ topic: i % 2 ? 'town/z1/level' : 'town/z1/button', message: kinds[i % 4]!(round * 1000 + i) })));
    broker.publish('town/b1/button', round % 2 ? 'released' : 'pressed');
  }
  broker.publish('town/b1/button', 'released');
  await until('the good ones are told', () => of('river', 'b1', 'help_button').length === told + 4);
  const { rejected } = JSON.parse(wallctl(stack, ['feeds', 'show', 'river', '--json'])).feed.numbers as { rejected: number };
  assert.equal(rejected, 1000);
  assert.equal(pidOf(stack, 'townwalld'), pid);
  const now = holds(pid);
  assert.ok(now.descriptors <= before.descriptors + 12, `${before.descriptors} descriptors, now ${now.descriptors}`);
  assert.ok(now.residentMb <= before.residentMb * 1.5 + 40, `${before.residentMb} MB, now ${now.residentMb}`);
  wallctl(stack, ['feeds', 'drop', 'river']);
});

test('messages of the time in which a feed was disabled are not lost', async () => {
  const told = of('river', 'b1', 'help_button').length;
  wallctl(stack, ['feeds', 'disable', 'river']);
  broker.publish('town/b1/button', 'pressed');
  broker.publish('town/b1/button', 'released');
  assert.equal(of('river', 'b1', 'help_button').length, told);
  wallctl(stack, ['feeds', 'enable', 'river']);
  await until('both are told', () => of('river', 'b1', 'help_button').length === told + 2);
});

test('TLS with its own authority, user and password; a wrong password and a wrong authority are told', async () => {
  const tls = { broker: `mqtts://localhost:${broker.tlsPort}`, user: 'sensor' };
  addFeed('stranger', settings(tls), 'secret');
  await until('a wrong authority is told', () => /certificate/i.test(numbers('stranger').error?.message.en ?? ''));
  wallctl(stack, ['feeds', 'disable', 'stranger']);
  addFeed('safe', settings({ ...tls, ca: broker.ca }), 'secret');
  await until('a message comes', () => {
    broker.publish('town/s1/status', 'offline');
    return of('safe', 's1', 'sensor_offline').length > 0;
  });
  addFeed('liar', settings({ ...tls, ca: broker.ca }), 'wrong');
  await until('a wrong password is told', () => /user or password|does not let us in/.test(numbers('liar').error?.message.en ?? ''));
  assert.throws(() => addFeed('astray', settings({ ...tls, ca: '/etc/passwd' }), 'secret'), /ca: lies outside the folders of intake\.file_roots/);
  assert.throws(() => addFeed('odd', { broker: 'mqtt://h', topics: [{ topic: 'a' }] }), /topics\[0\]/);
});

test('several brokers of one host: each feed trusts its own authority, whatever sessions of TLS others have', async () => {
  const second = new Mosquitto(stack.path('mosquitto/second'));
  await second.start();
  try {
    const at = (other: Mosquitto, more: object): object => ({ ...settings({ user: 'sensor', ...more }), broker: `mqtts://localhost:${other.tlsPort}` });
    addFeed('one', at(broker, { ca: broker.ca }), 'secret');
    addFeed('two', at(second, { ca: second.ca }), 'secret');
    for (const [feed, own] of [['one', broker], ['two', second]] as const) await until(`${feed} hears its broker`, () => {
      own.publish(`town/${feed}/status`, 'offline');
      return of(feed, feed, 'sensor_offline').length > 0;
    });
    assert.equal(of('one', 'two', 'sensor_offline').length + of('two', 'one', 'sensor_offline').length, 0);
    // the sessions of those two are there to be taken up: nobody else gets in by them
    addFeed('crossed', at(broker, { ca: second.ca, client_id: 'crossed' }), 'secret');
    addFeed('nobody', at(second, { client_id: 'nobody' }), 'secret');
    addFeed('mistaken', at(second, { ca: second.ca, client_id: 'mistaken' }), 'wrong');
    for (const feed of ['crossed', 'nobody']) await until(`${feed} is told`, () => /certificate/i.test(numbers(feed).error?.message.en ?? ''));
    await until('a wrong password is told', () => /user or password|does not let us in/.test(numbers('mistaken').error?.message.en ?? ''));
    for (const feed of ['crossed', 'nobody']) assert.ok(numbers(feed).failing, feed);
    // they come back by themselves, session or not
    await second.stop('SIGKILL');
    await until('it is missed', () => numbers('two').failing);
    await second.start();
    await until('it is back', () => {
      second.publish('town/back/status', 'offline');
      return of('two', 'back', 'sensor_offline').length > 0;
    });
    for (const feed of ['crossed', 'nobody', 'mistaken']) {
      assert.ok(numbers(feed).failing, feed);
      wallctl(stack, ['feeds', 'remove', feed]);
    }
  } finally {
    await second.stop();
  }
});
