// What README.md tells a stranger with cameras of his own: an empty wall leads through adding the first ones, by address and by
// CSV, with FFmpeg and gst-rtsp-server run by the very commands that stand there.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { probePort } from '../../tools/supervise/ports.ts';
import { parseOptions } from '../../tools/supervise/options.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { preset, startStack, stopStack } from '../lib/stack.ts';

const top = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'townwall-first-'));
const children: ChildProcess[] = [];
const readme = readFileSync(join(top, 'README.md'), 'utf8');
const chinese = readFileSync(join(top, 'README.zh-CN.md'), 'utf8');
let stack: Stack;
let browser: Browser;
let admin: Visit;
let page: Page;
let ffmpegUrl = '';
let gstUrl = '';

/** The command line of README.md that holds `part`, as both languages have it. */
function command(part: string): string {
  const line = readme.split('\n').find((one) => one.includes(part) && !one.startsWith('-') && !one.includes('`'));
  assert.ok(line, `README.md has a command with ${part}`);
  assert.ok(chinese.includes(line), `README.zh-CN.md has the same: ${line}`);
  return line;
}
function start(line: string): void {
  children.push(spawn('bash', ['-c', line], { cwd: dir, stdio: 'ignore', detached: true }));
}
async function waitFor(file: string): Promise<void> {
  for (const end = Date.now() + 30_000; !existsSync(file);) {
    assert.ok(Date.now() < end, `${file} did not come`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

before(async () => {
  const [, ...args] = command('tools/run --town').split(' ');
  const options = parseOptions(args, dir); // folders that are not there are fine
  assert.equal(options.simulator, false);
  const port = await probePort('127.0.0.1', 0);
  start(command('ffmpeg').replaceAll('8556', String(port)));
  ffmpegUrl = /`(http:\/\/127[^`]+)`/.exec(readme)![1]!.replace('8556', String(port));
  start(command('peers/gst-rtsp-peer').replace('build/release', join(top, 'build', preset)));
  await waitFor(join(dir, 'peer.json'));
  const peer = JSON.parse(readFileSync(join(dir, 'peer.json'), 'utf8')) as { port: number };
  gstUrl = /`(rtsp:\/\/admin[^`]+)`/.exec(readme)![1]!.replace('PORT', String(peer.port));
  stack = await startStack({ town: options.town, simulator: false });
  browser = await startBrowser();
  admin = await visit(browser, stack, 'admin');
  page = admin.page;
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  for (const child of children) if (child.pid) process.kill(-child.pid, 'SIGKILL');
  if (stack) await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

test('the empty wall leads on: mosaic, map and devices', async () => {
  for (const path of ['/wall/mosaic', '/wall/map', '/devices']) {
    await page.goto(stack.url + path);
    await page.waitForSelector('[data-first] [data-first-add]');
    await page.waitForSelector('[data-first-import]');
    await page.waitForSelector('[data-first-town]'); // no areas yet: told, and how
  }
  const operator = await visit(browser, stack, 'operator');
  await operator.page.goto(`${stack.url}/wall/mosaic`);
  await operator.page.waitForSelector('[data-first]');
  assert.equal(await operator.page.locator('[data-first-add]').count(), 0, 'who may not add is not led there');
  assert.deepEqual(operator.faults, []);
  await operator.context.close();
});

test('the first camera: an address is tried, corrected, tried again and saved, and one is back on the wall', async () => {
  await page.goto(`${stack.url}/wall/mosaic`);
  await page.click('[data-first-add]');
  await page.waitForSelector('[data-edit]');
  await page.fill('[data-edit-field=id]', 'gate-1');
  await page.fill('[data-edit-field=name]', '北门');
  await page.fill('[data-edit-field=url]', gstUrl.replace('p%40ss', 'wrong'));
  await page.click('[data-try]');
  await page.waitForSelector('[data-diagnosis=wrong_password]');
  assert.doesNotMatch(await page.innerText('[data-diagnosis]'), /wrong@/);
  // user and password beside the address win
  await page.fill('[data-edit-field=url]', gstUrl.replace('admin:p%40ss@', ''));
  await page.fill('[data-edit-field=user]', 'admin');
  await page.fill('[data-edit-field=password]', 'p@ss');
  await page.click('[data-try]');
  await page.waitForSelector('[data-diagnosis=ok]', { timeout: 60_000 });
  assert.match(await page.innerText('[data-measured]'), /H\.264/);
  await page.click('[data-save]');
  await page.waitForURL(/\/wall\/mosaic/);
  await page.waitForSelector('[data-camera=gate-1]', { state: 'attached' });
  await page.waitForSelector('[data-no-pictures]'); // the administrator is told why there is no picture
});

test('a list by the Devices page: template columns, preview, import', async () => {
  await page.goto(`${stack.url}/devices?import=1`);
  await page.waitForSelector('[data-phase=choose]');
  const list = `id,name,url\nff-1,自编,${ffmpegUrl}\n`;
  await page.setInputFiles('[data-file]', { name: 'cameras.csv', mimeType: 'text/csv', buffer: Buffer.from(list) });
  await page.waitForSelector('[data-change-line="2"][data-what=new]');
  assert.match(await page.innerText('[data-gone]'), /1/); // gate-1 is not in the list, and stays
  await page.click('[data-apply]');
  await page.waitForSelector('[data-phase=done]');
});

test('the same by wallctl as README.md says', () => {
  writeFileSync(join(dir, 'cameras.csv'), `id,name,url\nff-1,自编,${ffmpegUrl}\n`);
  const lines = readme.split('\n').filter((line) => line.includes('cameras import'));
  assert.equal(lines.length, 2);
  for (const line of lines) {
    const [program = '', ...args] = line.replace('build/release', join(top, 'build', preset)).replace('my-data/wall.sock', stack.path('wall.sock')).split(' ');
    const done = spawnSync(program, args, { cwd: dir, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /1 unchanged/);
  }
});

test('the operator sees both on the wall', async () => {
  const operator = await visit(browser, stack, 'operator');
  await operator.page.goto(`${stack.url}/wall/mosaic`);
  for (const id of ['gate-1', 'ff-1'])
    await operator.page.waitForFunction((one) => {
      const tile = document.querySelector<HTMLElement>(`[data-camera="${one}"]`);
      return tile !== null && tile.dataset.ageMs !== '' && tile.dataset.rung !== 'none';
    }, id, { timeout: 60_000 });
  assert.deepEqual(operator.faults, []);
  await operator.context.close();
});

test('the map stands around cameras that have a place, without any area', async () => {
  const file = join(dir, 'placed.csv');
  writeFileSync(file, `id,name,url,lon,lat\nff-1,自编,${ffmpegUrl},118.31,35.21\n`);
  const [program = '', ...args] = stack.wallctl;
  const done = spawnSync(program, [...args, 'cameras', 'import', file], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  const operator = await visit(browser, stack, 'operator');
  await operator.page.goto(`${stack.url}/wall/map`);
  await operator.page.waitForFunction(() => {
    const [lon = 0, lat = 0, zoom = 0] = (new URL(location.href).searchParams.get('at') ?? '').split(',').map(Number);
    return document.querySelector('[data-ready=true]') !== null && Math.abs(lon - 118.31) < 0.01 && Math.abs(lat - 35.21) < 0.01 && zoom > 12;
  }, undefined, { timeout: 60_000 });
  await operator.page.screenshot({ path: join(top, 'build/screenshots/map-without-areas.png') });
  assert.deepEqual(operator.faults, []);
  await operator.context.close();
});

test('no fault on the page', () => assert.deepEqual(admin.faults, []));
