// What people see when something is missing: no cameras, no map, no right, no server, no media, no Redis, no disk. Real
// programs are stopped to get there; each time the page says what it is and what to do, and goes on by itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { shiftsOf, watchShifts } from '../lib/screen.ts';
import { order } from '../lib/simulator.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const CAMERAS = 12;
const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
const MIB = 1024 * 1024;
const DISK_MIB = 1400; // over what counts as low
const disk = mkdtempSync(join(tmpdir(), 'townwall-disk-'));
let stack: Stack;
let browser: Browser;
let operator: Visit;
let page: Page;

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args);
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr.toString()}`);
}

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', disk);
  stack = await startStack({ cameras: CAMERAS, dir: join(disk, 'town') });
  browser = await startBrowser();
  operator = await visit(browser, stack, 'operator');
  page = operator.page;
  page.setDefaultTimeout(60_000);
  await watchShifts(page);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
  run('umount', '-l', disk);
  rmSync(disk, { recursive: true, force: true });
});

const panel = (name: string): string => `[data-state-panel="${name}"]`;
const shot = (name: string): Promise<unknown> => page.screenshot({ path: resolve(SHOTS, `state-${name}.png`) });
async function open(path: string): Promise<void> {
  await page.goto(stack.url + path);
  await page.waitForSelector('[data-link=open]');
}
async function openMosaic(): Promise<void> {
  await open('/wall/mosaic');
  await page.waitForFunction((n) => document.querySelectorAll('[data-test=mosaic] li[data-state=live]:not([data-rung=none])').length === n, CAMERAS);
}
/** The notice that is told, with what it means and what to do. */
async function notice(code: string): Promise<string> {
  await page.waitForSelector(`[data-notice=${code}]`);
  const text = await page.innerText(`[data-notice=${code}]`);
  const next = await page.innerText(`[data-notice=${code}] .next`);
  assert.ok(text.length > next.length && next.trim() !== '', text);
  return text;
}
/** While a program is stopped; it goes on also when the test fails. */
async function without(name: 'townwall-media' | 'redis', work: () => Promise<void>): Promise<void> {
  const program = stack.children.get(name)!;
  await program.stop();
  try {
    await work();
  } finally {
    program.start();
  }
}
const noNotice = (): Promise<unknown> => page.waitForSelector('[data-notice]', { state: 'detached' });

test('a lost server: what is known stays and says as of when, nothing jumps, it goes on by itself', async () => {
  await openMosaic();
  const before = await shiftsOf(page);
  const tile = await page.getAttribute('[data-test=mosaic]', 'data-tile-px');
  const townwalld = stack.children.get('townwalld')!;
  await townwalld.stop();
  await page.waitForSelector('[data-test=lost]');
  assert.match(await page.innerText('[data-test=lost]'), /断开.*重连.*\d\d:\d\d:\d\d/s);
  assert.doesNotMatch(await page.innerText('.connection'), /实时/);
  assert.match(await page.innerText('.bar .age'), /截至/);
  assert.equal(await page.locator('[data-test=mosaic] li').count(), CAMERAS);
  await shot('lost');
  const said = await page.innerText('[data-test=lost] [role=alert]');
  await page.waitForFunction(() => /00:0[3-9]/.test(document.querySelector('[data-test=lost]')?.textContent ?? ''));
  assert.equal(await page.innerText('[data-test=lost] [role=alert]'), said, 'a screen reader hears it once');
  townwalld.start();
  await page.waitForSelector('[data-test=lost]', { state: 'detached' });
  await page.waitForFunction((n) => document.querySelectorAll('[data-test=mosaic] li[data-state=live]').length === n, CAMERAS);
  const { sum, what } = await shiftsOf(page);
  assert.ok(sum - before.sum < 0.02, what.join('\n'));
  assert.equal(await page.getAttribute('[data-test=mosaic]', 'data-tile-px'), tile);
});

test('no media service: last pictures stay and grow old, the bar says what to do', async () => {
  await openMosaic();
  await without('townwall-media', async () => {
    await notice('media_away');
    await page.waitForFunction((n) => document.querySelectorAll('[data-test=mosaic] li[data-state=down]:not([data-rung=none])').length === n, CAMERAS);
    await shot('media-away');
    await open('/wall/live?cameras=c0001');
    await page.waitForSelector('figure[data-camera=c0001] .reason, figure[data-camera=c0001] .trouble');
    assert.match(await page.innerText('figure[data-camera=c0001]'), /媒体服务/);
    await open('/wall/map');
    await page.waitForFunction((n) => document.querySelectorAll('[data-trouble]').length === n, CAMERAS);
    assert.match(await page.innerText('[data-trouble] >> nth=0'), /媒体服务中断/);
  });
  await noNotice();
  await page.waitForSelector(panel('no-trouble'));
});

test('no Redis: pictures go on, the bar says what waits', async () => {
  await openMosaic();
  await without('redis', async () => {
    assert.match(await notice('redis_away'), /画面不受影响/);
    await shot('redis-away');
    await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>('[data-test=mosaic] li')].every(({ dataset }) => Number(dataset.ageMs) < 15_000));
  });
  await noNotice();
});

test('a disk that fills is told before it is full, and when it is', async () => {
  await open('/wall/mosaic');
  const fill = join(disk, 'fill');
  run('fallocate', '-l', String(600 * MIB), fill);
  await notice('disk_low');
  run('sh', '-c', `cat /dev/zero > ${join(disk, 'rest')} 2>/dev/null || true`);
  await notice('disk_full');
  await shot('disk-full');
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>('[data-test=mosaic] li')].some(({ dataset }) => dataset.ageMs !== '' && Number(dataset.ageMs) < 10_000));
  rmSync(fill);
  rmSync(join(disk, 'rest'));
  await noNotice();
});

test('a session that ended leads to the login, which says so, and back; nothing of it is left in the page', async () => {
  const other = await visit(browser, stack, 'operator');
  await other.page.goto(`${stack.url}/wall/mosaic?camera=c0002`);
  await other.page.waitForSelector('[data-link=open]');
  await other.page.evaluate(() => void Object.assign(window, { seen: 'alerts, drafts, what can be undone' }));
  const { csrf } = (await (await other.context.request.get(`${stack.url}/api/v1/session`)).json()) as { csrf: string };
  await other.context.request.delete(`${stack.url}/api/v1/session`, { headers: { 'X-CSRF-Token': csrf } });
  await other.page.waitForURL(/\/login\?next=/);
  assert.match(await other.page.innerText('form'), /会话已结束/);
  const { password } = stack.logins().find(({ login }) => login === 'operator')!;
  await other.page.fill('[name=login]', 'operator');
  await other.page.fill('[name=password]', password);
  await other.page.click('[type=submit]');
  await other.page.waitForURL(/\/wall\/mosaic\?.*camera=c0002/);
  await other.page.waitForSelector('[data-link=open]');
  assert.equal(await other.page.evaluate(() => 'seen' in window), false);
  // somebody else logs in beside it, with the same cookie
  await other.page.evaluate(() => void Object.assign(window, { seen: 1 }));
  const old = (await other.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const { csrf: oldCsrf } = (await (await other.context.request.get(`${stack.url}/api/v1/session`)).json()) as { csrf: string };
  const leader = stack.logins().find(({ login }) => login === 'leader')!;
  const changed = await other.context.request.post(`${stack.url}/api/v1/session`, { data: { login: 'leader', password: leader.password } });
  assert.ok(changed.ok(), await changed.text());
  const ended = await fetch(`${stack.url}/api/v1/session`, { method: 'DELETE', headers: { Cookie: old, 'X-CSRF-Token': oldCsrf, Origin: stack.url } });
  assert.ok(ended.ok, await ended.text());
  await other.page.waitForFunction(() => !('seen' in window));
  await other.page.waitForSelector('[data-link=open]');
  await other.context.close();
});

test('who may not look is told what to ask for', async () => {
  const blind = await visit(browser, stack, 'supervisor');
  await blind.page.goto(`${stack.url}/wall/mosaic`);
  assert.match(await blind.page.innerText(panel('no-pictures')), /系统管理员/);
  await blind.page.goto(`${stack.url}/wall/live`);
  await blind.page.waitForSelector(`${panel('empty')} >> text=看不到画面`);
  await blind.context.close();
  const stranger = await visit(browser, stack, 'mediator');
  await stranger.page.goto(`${stack.url}/wall/mosaic`);
  assert.match(await stranger.page.innerText('[data-test=no-right]'), /系统管理员/);
  await stranger.context.close();
});

test('a server that cannot be asked who is there is tried again', async () => {
  await page.route('**/api/v1/session', (route) => route.abort());
  await page.goto(`${stack.url}/wall/map`);
  await page.waitForSelector('[data-test=unreachable] button');
  await shot('unreachable');
  await page.unroute('**/api/v1/session');
  await page.waitForSelector('[data-ready=true]');
});

test('grid cells that cannot be fetched: cameras are shown all the same, one press tries again', async () => {
  await page.route('**/api/v1/areas', (route) => route.fulfill({ status: 503, json: { error: { code: 'busy', message: { zh: '服务器忙', en: 'the server is busy' } } } }));
  await open('/wall/mosaic');
  assert.match(await page.innerText(panel('no-areas')), /服务器忙/);
  assert.equal(await page.locator('[data-test=mosaic] li').count(), CAMERAS);
  await open('/wall/map');
  await page.waitForSelector(panel('failed'));
  await page.unroute('**/api/v1/areas');
  await page.click(`${panel('failed')} button`);
  await page.waitForSelector(panel('failed'), { state: 'detached' });
});

test('a picture that grows old greys and says how old it is and why', async () => {
  await order(stack, { cmd: 'fault', kind: 'stall', cameras: [4] });
  await open('/wall/live?cameras=c0004');
  await page.waitForSelector('figure.stale[data-camera=c0004]');
  await page.waitForFunction(() => /无数据|没有数据/.test(document.querySelector('figure[data-camera=c0004]')?.textContent ?? ''));
  assert.match(await page.innerText('figure[data-camera=c0004] .bottom'), /陈旧/);
  await shot('stale');
  await order(stack, { cmd: 'clear', kind: 'stall', cameras: [4] });
  await page.waitForSelector('figure[data-camera=c0004][data-rung=live]:not(.stale)');
});

test('a camera that goes down while it is watched says why over its last thumbnail, and comes back by itself', async () => {
  const tile = 'figure[data-camera=c0006]';
  await open('/wall/live?cameras=c0006');
  await page.waitForSelector(`${tile}[data-rung=live]`);
  await order(stack, { cmd: 'fault', kind: 'refuse', cameras: [6] });
  await page.waitForSelector(`${tile}.stale[data-rung=thumb] .trouble`);
  assert.match(await page.innerText(`${tile} .trouble`), /^摄像机/);
  const shown = await page.innerText(tile);
  assert.doesNotMatch(shown, /等待画面/);
  assert.match(await page.innerText(`${tile} .age`), /\d/);
  await shot('waiting');
  await page.reload();
  await page.waitForSelector(`${tile}.stale[data-rung=thumb] .trouble >> text=摄像机`);
  await order(stack, { cmd: 'clear', kind: 'refuse', cameras: [6] });
  await page.waitForSelector(`${tile}[data-rung=live]:not(.stale)`);
  assert.equal(await page.locator(`${tile} .trouble`).count(), 0);
});

test('nothing found says how to go on', async () => {
  await openMosaic();
  await page.keyboard.press('/');
  await page.keyboard.type('nosuchcamera');
  await page.waitForSelector(panel('no-hits'));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.waitForSelector(panel('no-hits'), { state: 'detached' });
});

/** The same town before anybody gave it cameras or a base map. */
function emptyTown(): string {
  const dir = stack.path('empty-town');
  mkdirSync(dir, { recursive: true });
  const town = JSON.parse(readFileSync(stack.path('town', 'town.json'), 'utf8')) as { files: Record<string, string>; base_map?: unknown };
  copyFileSync(stack.path('town', town.files.areas!), join(dir, town.files.areas!));
  town.files = { areas: town.files.areas! };
  delete town.base_map;
  writeFileSync(join(dir, 'town.json'), JSON.stringify(town));
  return dir;
}

test('a town without cameras and without a base map leads on, whoever looks', async () => {
  const empty = await startStack({ cameras: 1, simulator: false, town: emptyTown() });
  try {
    const admin = await visit(browser, empty, 'admin');
    for (const path of ['/wall/mosaic', '/wall/map']) {
      await admin.page.goto(empty.url + path);
      await admin.page.waitForSelector(`${panel('empty')} [data-first-add], ${panel('empty')}[data-first] [data-first-add]`);
    }
    assert.match(await admin.page.innerText(panel('no-base-map')), /底图.*town\.dir/s);
    const watcher = await visit(browser, empty, 'operator');
    await watcher.page.goto(`${empty.url}/wall/mosaic`);
    assert.match(await watcher.page.innerText(panel('empty')), /管理员/);
    await watcher.page.goto(`${empty.url}/wall/map`);
    await watcher.page.waitForSelector(panel('no-trouble'));
    await watcher.page.goto(`${empty.url}/wall/live`);
    await watcher.page.waitForSelector(panel('empty'));
    assert.deepEqual([...admin.faults, ...watcher.faults], []);
    await admin.context.close();
    await watcher.context.close();
  } finally {
    await stopStack(empty);
  }
});

test('no fault of the page on the way', () => assert.deepEqual(operator.faults.filter((fault) => !/WebSocket connection|ERR_/.test(fault)), []));
