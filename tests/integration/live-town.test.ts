// The demo town that reports by itself: by HTTP and, where there is a broker, sensors by MQTT.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readPackets } from '../../tools/feeds/mqtt.ts';
import { demoKeys } from '../../tools/supervise/feeds.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Mosquitto } from '../lib/mosquitto.ts';
import { pidOf } from '../lib/process.ts';
import { top } from '../lib/programs.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { rowsOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

const dir = mkdtempSync(join(tmpdir(), 'townwall-live-town-'));
const broker = new Mosquitto(join(dir, 'broker'));
let stack: Stack;
let feeds: ChildProcess;
let said = '';

function run(...command: string[]): string {
  const [file = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}
const tool = (...words: string[]): string[] => [join(top, 'tools/node'), join(top, 'tools/feeds/feeds.ts'), ...words];

/** Events of the store by the feed that brought them. */
function taken(): Map<string, number> {
  const rows = rowsOf<{ source: string; count: number }>(stack.path('townwall.db'), 'SELECT source, count(*) AS count FROM event GROUP BY source');
  return new Map(rows.map(({ source, count }) => [source, count]));
}

before(async () => {
  await broker.start();
  stack = await startSmallStack({ cameras: 60, simulator: false });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  run(...tool('sensors', '--place', stack.town, '--out', dir, '--broker', url));
  run(...stack.wallctl, 'feeds', 'add', 'broker', '--kind', 'mqtt', '--name', '物联网关', '--settings', join(dir, 'sensors.json'));
  run(...stack.wallctl, 'sensors', 'import', join(dir, 'sensors.csv'));
  const keys = join(dir, 'keys.json');
  writeFileSync(keys, JSON.stringify(demoKeys(stack.wallctl, keys)), { mode: 0o600 });
  const [file = '', ...args] = tool('live', '--place', stack.town, '--url', stack.url, '--keys', keys, '--mqtt', url, '--town', 'mixed', '--rate', '200', '--seed', '5');
  feeds = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [feeds.stdout!, feeds.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => { said += text; });
});
after(async () => {
  if (feeds.exitCode === null && feeds.signalCode === null) {
    const over = once(feeds, 'exit');
    feeds.kill('SIGTERM');
    await over;
  }
  await stopStack(stack);
  await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('people, cameras and sensors report, none of it refused', async () => {
  await until(`events of many feeds: ${said}`, () => {
    const counts = taken();
    return counts.size >= 6 && ['110', 'analytics', 'broker'].every((feed) => (counts.get(feed) ?? 0) > 0);
  }, 120_000);
  assert.doesNotMatch(said, /refused/);
  const { feeds: all } = JSON.parse(run(...stack.wallctl, 'feeds', 'list', '--json')) as { feeds: { id: string; numbers: { refused: string } }[] };
  for (const feed of all) assert.equal(Number(feed.numbers.refused), 0, feed.id);
});

test('a sensor has its place from the register', async () => {
  const rows = rowsOf<{ device: string; place: string; area: string }>(stack.path('townwall.db'), "SELECT device, place, area FROM alert WHERE source = 'broker'");
  assert.ok(rows.length > 0);
  for (const { device, area } of rows) assert.match(area ?? '', /^\d{15}$/, device);
});

test('a server that was away gets what happened meanwhile', async () => {
  const count = (): number => [...taken().values()].reduce((a, b) => a + b, 0);
  const was = pidOf(stack, 'townwalld');
  process.kill(was, 'SIGKILL');
  await until('it runs again', () => (stack.children.get('townwalld')?.pid ?? was) !== was);
  const before = count();
  await until('more events', () => count() > before + 10, 120_000);
  assert.equal(feeds.exitCode, null);
});

test('packets of a broker are read as they come, in pieces too', () => {
  const bytes = Buffer.from([0x20, 2, 0, 0, 0x40, 2, 0, 7, 0x30, 0x80, 0x01, ...new Array<number>(128).fill(1), 0x40]);
  const whole = readPackets(bytes);
  assert.deepEqual(whole.packets.map(({ type, body }) => [type, body.length]), [[2, 2], [4, 2], [3, 128]]);
  assert.deepEqual([...whole.rest], [0x40]);
  for (let cut = 0; cut < 4; cut++) assert.deepEqual(readPackets(bytes.subarray(0, cut)).packets, []);
});

/** Which events are told of by the same alert: their names, by alert. */
const together = (events: { name: string; alert: string | null }[]): string[] => {
  const by = new Map<string, string[]>();
  for (const { name, alert } of events) if (alert !== null) by.set(alert, [...(by.get(alert) ?? []), name]);
  return [...by.values()].map((names) => names.sort().join(' ')).sort();
};

test('what came in is a recording, which makes the same alerts again', async () => {
  const over = once(feeds, 'exit');
  feeds.kill('SIGTERM');
  await over;
  const store = stack.path('townwall.db');
  const page = readFileSync(join(top, 'docs/events.md'), 'utf8');
  const query = /townwall\.db "(SELECT body [^"]*)"/.exec(page)?.[1];
  assert.ok(query);
  const rows = rowsOf<{ body: string; source: string; id: string; alert: string | null }>(store, query.replace('SELECT body', 'SELECT body, source, id, alert'));
  const recording = join(dir, 'recording.jsonl');
  writeFileSync(recording, rows.map(({ body }) => `${body}\n`).join(''));
  const { events } = JSON.parse(run(...stack.wallctl, 'replay', recording, '--areas', join(stack.town, 'areas.geojson'), '--json')) as { events: { source: string; id: string; alert: string | null }[] };
  assert.equal(events.length, rows.length);
  // no camera is there, all at once: of what became a part of a fault the replay names the fault, the store what it was before
  const faults = new Set(events.filter(({ source }) => source === 'cameras').map(({ alert }) => alert));
  const kept = events.map(({ alert }) => !faults.has(alert));
  const named = (list: { source: string; id: string; alert: string | null }[]) =>
    list.filter((_, i) => kept[i]).map(({ source, id, alert }) => ({ name: `${source}/${id}`, alert }));
  assert.ok(together(named(rows)).length > 10);
  assert.deepEqual(together(named(events)), together(named(rows)));
});
