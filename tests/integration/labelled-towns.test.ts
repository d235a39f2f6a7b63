// Labelled towns of tools/feeds, and the judge that holds what the rules made of a recording against its labels.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bootstrap, ratio, score, sum, type Made, type Told } from '../../tools/benches/correlate/score.ts';
import { distanceM } from '../../tools/feeds/place.ts';
import { readTown } from '../../tools/feeds/reading.ts';
import type { Event, IncidentLabel } from '../../tools/feeds/recording.ts';
import { top } from '../lib/programs.ts';
import { giveTown } from '../lib/towns.ts';

const work = mkdtempSync(join(tmpdir(), 'labelled-towns-'));
after(() => rmSync(work, { recursive: true, force: true }));
const names = ['calm', 'flood', 'outage', 'storm', 'mixed'];

function feeds(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(join(top, 'tools/node'), [join(top, 'tools/feeds/feeds.ts'), ...args], { encoding: 'utf8' });
}
const make = (out: string, ...args: string[]): void => {
  const made = feeds('make', '--place', join(work, 'town'), '--out', join(work, out), ...args);
  assert.equal(made.status, 0, made.stderr);
};
const read = (name: string): ReturnType<typeof readTown> => readTown(join(work, 'a', `${name}.events.ndjson`), join(work, 'a', `${name}.labels.ndjson`));

before(async () => {
  await giveTown(work, 300, '127.0.0.1');
  make('a', '--seed', '7');
});

/** What docs/events.md wants of one event, written down once more. */
function wrongs(event: Event): string[] {
  const wrong: string[] = [];
  const need = (good: boolean, what: string): void => void (good || wrong.push(what));
  const bytes = (text: string): number => Buffer.byteLength(text);
  const known = new Set(['source', 'id', 'kind', 'dimension', 'type', 'title', 'text', 'priority', 'device', 'parent', 'lon', 'lat', 'crs', 'area', 'address', 'azimuth', 'fov',
    'reporter', 'occurred_us', 'received_us', 'skew_us', 'marks', 'expires_us', 'refs', 'shape', 'extra']);
  for (const key of Object.keys(event)) need(known.has(key), `unknown ${key}`);
  need(/^[a-z0-9._-]{1,32}$/.test(event.source), 'source');
  need(bytes(event.id) >= 1 && bytes(event.id) <= 128, 'id');
  need(['report', 'raised', 'cleared', 'cancelled', 'updated'].includes(event.kind), 'kind');
  need(/^[a-z0-9_.]{1,48}$/.test(event.type), 'type');
  need(event.title.length > 0 && [...event.title].length <= 200, 'title');
  need(!['raised', 'cleared'].includes(event.kind) || Boolean(event.device), 'device');
  need((event.lon === undefined) === (event.lat === undefined), 'half a position');
  need(!['cancelled', 'updated'].includes(event.kind) || (event.refs?.length ?? 0) > 0, 'refs');
  for (const time of [event.received_us, event.occurred_us, event.skew_us, event.expires_us]) need(time === undefined || Number.isInteger(time), 'times');
  need(bytes(JSON.stringify(event)) <= 96 * 1024, 'size');
  return wrong;
}

test('named towns are valid recordings in the order in which events came', () => {
  for (const name of names) {
    const { events, labels } = read(`${name}-7`);
    assert.ok(events.length > 100, name);
    let last = 0;
    for (const event of events) {
      assert.deepEqual(wrongs(event), [], JSON.stringify(event));
      assert.ok(event.received_us >= last, 'order');
      last = event.received_us;
      assert.ok(labels.has(`${event.source} ${event.id}`), `${event.source} ${event.id} has no label`);
    }
  }
});

test('the same seed gives the same bytes, another one another town', () => {
  make('b', '--seed', '7', '--town', 'mixed');
  make('b', '--seed', '8', '--town', 'mixed');
  const file = (folder: string, seed: number): string => readFileSync(join(work, folder, `mixed-${seed}.events.ndjson`), 'utf8');
  assert.equal(file('a', 7), file('b', 7));
  assert.notEqual(file('b', 7), file('b', 8));
});

test('incidents are seen by several sources, with decoys beside them', () => {
  const { incidents, labels } = read('mixed-7');
  const sources = new Map<string, Set<string>>();
  for (const [key, { incident }] of labels) if (incident !== null) sources.set(incident, (sources.get(incident) ?? new Set()).add(key.split(' ')[0]!));
  const several = [...sources.values()].filter((set) => set.size > 1).length;
  assert.ok(several > incidents.length * 0.4, `${several} of ${incidents.length}`);
  let close = 0, sameKind = 0;
  for (const a of incidents)
    for (const b of incidents) {
      if (a.incident >= b.incident || Math.abs(a.from_us - b.from_us) > 30 * 60e6) continue;
      const far = distanceM([a.lon, a.lat], [b.lon, b.lat]);
      if (far < 110 && a.type !== b.type) close++;
      if (far > 110 && far < 300 && a.type === b.type) sameKind++;
    }
  assert.ok(close >= 3 && sameKind >= 3, `${close} of other kinds within 110 m, ${sameKind} of the same in the next street`);
});

test('a flood has five alarms a day and camera, an outage tens of cameras at once, a drill is marked', () => {
  const flood = read('flood-7').events.filter((one) => one.source === 'analytics' && one.kind === 'raised').length;
  assert.ok(Math.abs(flood / 300 - 5) < 0.5, `${flood} alarms`);
  const losses = read('outage-7').events.filter((one) => one.type === 'video_loss' && one.kind === 'raised');
  const most = Math.max(...losses.map((a) => losses.filter((b) => b.parent === a.parent && Math.abs(b.received_us - a.received_us) < 60e6).length));
  assert.ok(most >= 5, `${most} cameras at once`);
  const { events, labels } = read('mixed-7');
  for (const event of events)
    assert.equal(labels.get(`${event.source} ${event.id}`)!.noise === 'exercise', ['exercise', 'test'].some((mark) => event.marks?.includes(mark)), event.id);
  for (const mark of ['late', 'exercise']) assert.ok([mark, 'test'].some((one) => events.some((event) => event.marks?.includes(one))), mark);
});

test('mistakes on the command line are one line', () => {
  for (const args of [['make'], ['make', '--place', work, '--out', work, '--town', 'atlantis'], ['make', '--place', join(work, 'town'), '--out', work, '--seed', 'x'], ['dance']]) {
    const { status, stderr, stdout } = feeds(...args);
    assert.ok(status === 2 || status === 1, args.join(' '));
    assert.match(stderr, /^feeds: [^\n]*\n$/);
    assert.equal(stdout, '');
  }
});

// --- the judge

const label = (incident: string, type: string, priority = 2): IncidentLabel => ({ incident, type, priority, lon: 0, lat: 0, from_us: 0, to_us: 1 });
const say = (key: string, incident: string | null, more: Partial<Told> = {}): Told =>
  ({ key, incident, noise: incident === null ? 'decoy' : null, opens: true, drill: false, receivedUs: 0, ...more });
function made(events: Record<string, string>, alerts: Record<string, string | null>, drills: string[] = []): Made {
  return {
    events: new Map(Object.entries(events).map(([key, alert]) => [key, { alert: alert.replace('!', ''), muted: alert.startsWith('!') }])),
    alerts: new Map(Object.entries(alerts).map(([id, situation]) => [id, { situation, createdUs: 0, drill: drills.includes(id), priority: 3, type: 'noise', informs: false }])),
  };
}

test('all together, nothing else with them: no fault', () => {
  const told = [say('a', 'i1'), say('b', 'i1'), say('c', 'i1'), say('d', 'i2')];
  const result = score(told, [label('i1', 'fire'), label('i2', 'noise')], made({ a: 'A', b: 'B', c: 'C', d: 'D' }, { A: 'S', B: 'S', C: 'S', D: null }));
  assert.deepEqual(sum(result.missedLinks), { n: 0, of: 3 });
  assert.deepEqual(sum(result.falseLinks), { n: 0, of: 3 });
  assert.deepEqual(sum(result.missedIncidents), { n: 0, of: 2 });
  assert.equal(result.items, 2);
  assert.equal(ratio(sum(result.reduction)), 2);
});

test('one apart: two of three links missed', () => {
  const told = [say('a', 'i1'), say('b', 'i1'), say('c', 'i1')];
  const result = score(told, [label('i1', 'fire')], made({ a: 'A', b: 'B', c: 'C' }, { A: 'S', B: 'S', C: null }));
  assert.deepEqual(sum(result.missedLinks), { n: 2, of: 3 });
});

test('two incidents in one situation: each pair across is false, each pair within is not', () => {
  const told = [say('a', 'i1'), say('b', 'i1'), say('c', 'i2'), say('d', null), say('e', null)];
  const result = score(told, [label('i1', 'fire'), label('i2', 'noise')], made({ a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }, { A: 'S', B: 'S', C: 'S', D: 'S', E: 'S' }));
  // 10 pairs, one of them noise with noise; of the other 9 only a–b is right
  assert.deepEqual(sum(result.falseLinks), { n: 8, of: 9 });
  assert.equal(result.wrong.get('fire + noise'), 2);
});

test('two incidents glued into one alert count, a device that repeats itself counts once', () => {
  const glued = score([say('a', 'i1'), say('b', 'i2')], [label('i1', 'fire'), label('i2', 'noise')], made({ a: 'A', b: 'A' }, { A: null }));
  assert.deepEqual(sum(glued.falseLinks), { n: 1, of: 1 });
  const chattering = score([say('a', 'i1'), say('b', 'i1'), ...Array.from({ length: 50 }, (_, i) => say(`n${i}`, null))], [label('i1', 'fire')],
    made({ a: 'A', b: 'B', ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${i}`, 'N'])) }, { A: 'S', B: 'S', N: 'S' }));
  assert.deepEqual(sum(chattering.falseLinks), { n: 2, of: 3 });
});

test('what is nowhere, or only muted, is missed; drills are left out; repeats under one id are one event', () => {
  const told = [say('a', 'i1'), say('b', 'i2'), say('b', 'i2'), say('d', null, { drill: true, noise: 'exercise' }), say('e', 'i3', { opens: false })];
  const result = score(told, [label('i1', 'fire'), label('i2', 'noise'), label('i3', 'theft')], made({ a: 'A', b: '!A', d: 'D', e: 'A' }, { A: null, D: null }, ['D']));
  assert.deepEqual(result.missed, ['i2', 'i3']);
  assert.equal(result.items, 1);
  assert.equal(result.events, 3);
  assert.equal(result.underrated, 1);
});

test('intervals hold the ratio, and are as wide as the material differs', () => {
  let state = 1;
  const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  const same = bootstrap(Array.from({ length: 10 }, () => ({ n: 5, of: 10 })), random);
  assert.deepEqual(same, [0.5, 0.5]);
  const [low, high] = bootstrap(Array.from({ length: 10 }, (_, i) => ({ n: i, of: 10 })), random);
  assert.ok(low < 0.45 && low > 0.2 && high > 0.45 && high < 0.7, `${low} ${high}`);
  assert.deepEqual(bootstrap([], random), [0, 0]);
});
