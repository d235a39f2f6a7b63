// Every statement of the server is one that both engines take, with the values that its types say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Postgres } from '../lib/postgres.ts';
import { build } from '../lib/programs.ts';
import { statements, type Statement } from '../lib/statements.ts';

let all: Statement[];
let dir: string;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'townwall-sql-'));
  all = await statements();
});
after(() => rmSync(dir, { recursive: true, force: true }));

function prepare(where: string): void {
  const input = all.filter(({ sql, types }) => sql !== null && types !== null).map(({ sql, types }) => JSON.stringify({ sql, types })).join('\n');
  const { status, stdout, stderr } = spawnSync(join(build, 'tests/unit/store/store_prepare'), [where], { encoding: 'utf8', input });
  assert.equal(stdout, '');
  assert.equal(status, 0, stderr);
}

test('as many values as placeholders and letters', () => {
  assert.ok(all.length > 200, `only ${all.length} statements were found`);
  const wrong = all.filter(({ sql, types, values }) => {
    if (types === null) return false;
    const wanted = [...types].reduce((sum, letter) => sum + (letter === 'b' ? 2 : letter === 'n' ? 0 : 1), 0);
    const marks = sql === null ? types.length : sql.replaceAll(/'(?:[^']|'')*'/g, '').split('?').length - 1;
    return wanted !== values || marks !== types.length;
  });
  assert.deepEqual(wrong, []);
});

test('most of them are whole where they stand', () => {
  const composed = all.filter(({ sql }) => sql === null);
  assert.ok(composed.length < all.length / 5, composed.map(({ file }) => file).join(' '));
});

test('SQLite takes them', () => prepare(join(dir, 'townwall.db')));

test('PostgreSQL takes them', async () => {
  const server = await Postgres.start({ durable: true });
  try {
    prepare(`postgresql:///postgres?host=${server.dir}&user=postgres`);
  } finally {
    await server.stop();
  }
});
