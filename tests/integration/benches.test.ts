// That the benches run at small scale and say what they promise; how fast anything is does not matter here. `browser` and
// `recover` are left out: they take minutes at any scale.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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
  soak: ['--cameras', '12', '--minutes', '0.1', '--settle', '1', '--linger', '0'],
};

for (const { name, goals } of benches.filter((one) => one.name in small))
  test(`${name} ends with its figures`, async () => {
    const { code, out, err } = await bench(name, '--no-build', ...small[name]!);
    assert.ok(code === 0 || code === 1, `ended with ${code}\n${out}\n${err}`);
    const lines = out.trim().split('\n');
    assert.ok(lines.length >= 2, 'raw rounds come before the figures');
    const figures = JSON.parse(lines.at(-1)!) as Record<string, unknown>;
    assert.equal(figures.bench, name);
    assert.equal(figures.pass, code === 0);
    for (const field of Object.keys(goals)) assert.ok(Number.isFinite(figures[field]), `${field}: ${JSON.stringify(figures)}`);
  });

test('without a name all are listed with their goals; mistakes are one line', async () => {
  const all = await bench();
  assert.equal(all.code, 0);
  for (const { name, goals } of benches) {
    assert.match(all.out, new RegExp(`^ +${name} `, 'm'));
    for (const [field, most] of Object.entries(goals)) assert.ok(all.out.includes(`${field} ≤ ${most}`));
  }
  for (const args of [['nothing'], ['open', '--opens', 'many'], ['soak', '--fast'], ['fanout', '--clients', '0']]) {
    const { code, err, out } = await bench(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, /^tools\/bench[^\n]*\n$/);
    assert.equal(out, '');
  }
});
