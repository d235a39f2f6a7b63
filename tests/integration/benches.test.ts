// That the benches run at small scale and say what they promise; how fast anything is does not matter here. `browser` and
// `recover` are left out: they take minutes at any scale.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { benches } from '../../tools/benches/common/catalog.ts';
import { top } from '../lib/programs.ts';

// one town for all of them: making it takes longer than a small bench
const dir = mkdtempSync(join(tmpdir(), 'townwall-benches-'));
after(() => rmSync(dir, { recursive: true, force: true }));

interface Said { code: number; out: string; err: string }

function bench(...args: string[]): Promise<Said> {
  return new Promise((done) => {
    execFile(`${top}/tools/bench`, args, { maxBuffer: 1 << 24, env: { ...process.env, TW_BENCH_DIR: dir } }, (error, out, err) =>
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }));
  });
}

const small: Record<string, string[]> = {
  ingest: ['--cameras', '12', '--seconds', '1', '--warmup', '1', '--rounds', '1'],
  mosaic: ['--cameras', '12', '--seconds', '2', '--warmup', '0', '--rounds', '1'],
  open: ['--cameras', '12', '--opens', '6', '--mains', '2', '--rounds', '1'],
  latency: ['--cameras', '12', '--tiles', '1', '--seconds', '2', '--rounds', '1', '--width', '640', '--height', '480'],
  fanout: ['--cameras', '12', '--clients', '5', '--seconds', '1', '--warmup', '1', '--rounds', '1'],
  place: ['--large', '390', '--lookups', '1000', '--rounds', '1'],
  events: ['--cameras', '300', '--clients', '3', '--seconds', '1', '--rounds', '1', '--batch', '50', '--rate', '200'],
  cases: ['--cases', '3000', '--acts', '8', '--persons', '100', '--seconds', '1', '--desks', '2'],
  correlate: ['--cameras', '300', '--seeds', '1'],
  rooms: ['--rooms', '1', '--seats', '2', '--browsers', '0', '--seconds', '3'],
  soak: ['--cameras', '12', '--minutes', '0.1', '--settle', '1', '--linger', '0', '--back', '120'],
};

for (const { name, goals, least = {} } of benches.filter((one) => one.name in small))
  test(`${name} ends with its figures`, async () => {
    const { code, out, err } = await bench(name, '--no-build', ...small[name]!);
    assert.ok(code === 0 || code === 1, `ended with ${code}\n${out}\n${err}`);
    const lines = out.trim().split('\n');
    assert.ok(lines.length >= 2, 'raw rounds come before the figures');
    const figures = JSON.parse(lines.at(-1)!) as Record<string, unknown>;
    assert.equal(figures.bench, name);
    assert.equal(figures.pass, code === 0);
    for (const field of Object.keys({ ...goals, ...least })) assert.ok(Number.isFinite(figures[field]), `${field}: ${JSON.stringify(figures)}`);
  });

test('correlate takes files made elsewhere', async () => {
  const [town, labels] = [join(dir, 'elsewhere.events'), join(dir, 'elsewhere.labels')];
  const event = (id: string, minute: number, more: object): string => JSON.stringify({
    source: 'desk', id, kind: 'report', dimension: 'public_security', type: 'fire', title: 'fire', received_us: 1.8e15 + minute * 6e7, ...more,
  });
  writeFileSync(town, [
    event('1', 0, { lon: 8.5, lat: 47.37 }), event('2', 2, { lon: 8.5, lat: 47.37 }), event('3', 3, { lon: 8.9, lat: 47.1, marks: ['exercise'] }),
    event('4', 200, { lon: 8.7, lat: 47.2, type: 'elsewhere.flying_saucer' }),
  ].join('\n') + '\n');
  const incident = (name: string): string => JSON.stringify({ incident: name, type: 'fire', priority: 1, lon: 8.5, lat: 47.37, from_us: 1.8e15, to_us: 1.9e15 });
  writeFileSync(labels, [
    incident('a'), incident('b'), incident('never told of'), '{"source":"desk","id":"1","incident":"a"}', '{"source":"desk","id":"2","incident":"a"}',
    '{"source":"desk","id":"3","incident":null,"noise":"exercise"}', '{"source":"desk","id":"4","incident":"b"}',
  ].join('\n'));
  const { code, out, err } = await bench('correlate', '--no-build', '--town', town, '--labels', labels);
  assert.equal(code, 1, err); // nobody told of the third
  const figures = JSON.parse(out.trim().split('\n').at(-1)!) as Record<string, unknown>;
  assert.equal(figures.incidents, 3);
  assert.equal(figures.missed_incidents, 1);
  assert.equal(figures.events, 3);
  assert.equal(figures.items, 2);
  assert.equal((await bench('correlate', '--no-build', '--town', town)).code, 2);
});

test('without a name all are listed with their goals; mistakes are one line', async () => {
  const all = await bench();
  assert.equal(all.code, 0);
  for (const { name, goals, least = {} } of benches) {
    assert.match(all.out, new RegExp(`^ +${name} `, 'm'));
    for (const [field, most] of Object.entries(goals)) assert.ok(all.out.includes(`${field} ≤ ${most}`));
    for (const [field, few] of Object.entries(least)) assert.ok(all.out.includes(`${field} ≥ ${few}`));
  }
  for (const args of [['nothing'], ['open', '--opens', 'many'], ['soak', '--fast'], ['fanout', '--clients', '0']]) {
    const { code, err, out } = await bench(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, /^tools\/bench[^\n]*\n$/);
    assert.equal(out, '');
  }
});
