// The systemd units: right as systemd-analyze sees them, and both programs tell systemd that they are ready and alive.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { preset } from '../lib/stack.ts';

const top = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'townwall-systemd-'));
const stage = join(dir, 'stage');
const units = join(stage, 'usr/local/lib/systemd/system');
const children: ChildProcess[] = [];

before(() => {
  const installed = spawnSync('cmake', ['--install', `build/${preset}`], { cwd: top, env: { ...process.env, DESTDIR: stage }, encoding: 'utf8' });
  assert.equal(installed.status, 0, installed.stderr);
});

after(async () => {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  rmSync(dir, { recursive: true, force: true });
});

test('what is installed is whole, and what the operator edited is kept', () => {
  for (const file of ['usr/local/bin/townwalld', 'usr/local/bin/townwall-media', 'usr/local/bin/wallctl', 'usr/local/share/townwall/web/index.html',
    'usr/local/share/townwall/openapi.yaml', 'usr/local/share/doc/townwall/operations.md', 'usr/local/lib/sysctl.d/townwall.conf',
    'usr/local/lib/sysusers.d/townwall.conf', 'etc/townwall/redis.conf']) {
    assert.ok(existsSync(join(stage, file)), file);
  }
  const config = join(stage, 'etc/townwall/townwall.json');
  const checked = spawnSync(join(stage, 'usr/local/bin/townwalld'), ['--config', config, '--check-config'], { encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
  const edited = readFileSync(config, 'utf8').replace('8443', '443');
  writeFileSync(config, edited);
  const again = spawnSync('cmake', ['--install', `build/${preset}`], { cwd: top, env: { ...process.env, DESTDIR: stage } });
  assert.equal(again.status, 0);
  assert.equal(readFileSync(config, 'utf8'), edited);
});

test('systemd-analyze finds nothing wrong with the units', () => {
  const names = readdirSync(units);
  assert.deepEqual(names.sort(), ['townwall-janus.service', 'townwall-media.service', 'townwall-redis.service', 'townwalld.service']);
  const checked = join(dir, 'units');
  spawnSync('cp', ['-r', units, checked]);
  for (const name of names) {
    const file = join(checked, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('=/usr/local/bin/', `=${stage}/usr/local/bin/`));
  }
  const result = spawnSync('systemd-analyze', ['verify', '--man=no', ...names.map((name) => join(checked, name))], { encoding: 'utf8' });
  const ours = result.stderr.split('\n').filter((line) => line.includes('townwall'));
  assert.deepEqual(ours, []);
  assert.equal(result.status, 0, result.stderr);
});

/** Messages of sd_notify, one a line, as a datagram socket at `path` gets them. Perl belongs to every Debian. */
async function listenNotify(path: string): Promise<AsyncIterator<string>> {
  const script = '$|=1; $s=IO::Socket::UNIX->new(Type=>SOCK_DGRAM,Local=>$ARGV[0]) or die "$!"; print "open\\n"; while(defined $s->recv($m,4096)){print "$m\\n"}';
  const child = spawn('perl', ['-MSocket', '-MIO::Socket::UNIX', '-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'open');
  return lines;
}

async function expectLine(lines: AsyncIterator<string>, wanted: string): Promise<void> {
  for (;;) {
    const { value, done } = await lines.next();
    assert.ok(!done, `no ${wanted}`);
    if (value === wanted) return;
  }
}

for (const [name, folder] of [['townwalld', 'server/app'], ['townwall-media', 'pipelines/node']] as const) {
  test(`${name} tells systemd that it is ready, alive and stopping`, { timeout: 60000 }, async () => {
    const data = join(dir, name);
    const socket = join(dir, `${name}.notify`);
    const config = join(dir, `${name}.json`);
    writeFileSync(config, JSON.stringify({ data_dir: data, server: { port: 0, web_dir: join(stage, 'usr/local/share/townwall/web') } }));
    const lines = await listenNotify(socket);
    const child = spawn(resolve(top, 'build', preset, folder, name), ['--config', config], {
      env: { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '300000' }, stdio: 'ignore',
    });
    children.push(child);
    await expectLine(lines, 'READY=1');
    await expectLine(lines, 'WATCHDOG=1');
    await expectLine(lines, 'WATCHDOG=1');
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await expectLine(lines, 'STOPPING=1');
    const [code] = await gone;
    assert.equal(code, 0);
  });
}
