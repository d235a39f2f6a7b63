// The wall on the real stack: login, the mosaic of all cameras, live pictures, a lost connection, the three sizes.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { Person } from '../lib/client.ts';
import { gstPeer } from '../lib/media.ts';
import { stampAt, type Box } from '../lib/pixels.ts';
import { order } from '../lib/simulator.ts';
import { readStamp, stampAgeMs, type Stamp } from '../lib/stamp.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const CAMERAS = 24;
const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
const DEAD = 5; // refuses its password
let stack: Stack;
let browser: Browser;
let operator: Visit;
let page: Page;

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  stack = await startStack({ cameras: CAMERAS });
  await order(stack, { cmd: 'fault', kind: 'unauthorized', cameras: [DEAD] });
  await order(stack, { cmd: 'fault', kind: 'drop', cameras: [DEAD] });
  browser = await startBrowser();
  operator = await visit(browser, stack, 'operator');
  page = operator.page;
  page.setDefaultTimeout(45_000); // machines that run the suite may be slow and shared
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

const open = (path: string): Promise<unknown> => page.goto(stack.url + path);
const id = (number: number): string => `c${String(number).padStart(4, '0')}`;
const tile = (camera: string): string => `[data-test=mosaic] li[data-camera=${camera}]`;
const player = (camera: string): string => `figure[data-camera=${camera}]`;
const query = (): URLSearchParams => new URL(page.url()).searchParams;

/** Waits until an element says what it should, attribute by attribute. */
async function until(selector: string, wanted: Record<string, string>): Promise<void> {
  const attributes = Object.entries(wanted).map(([name, value]) => `[data-${name}="${value}"]`).join('');
  await page.waitForSelector(selector + attributes, { state: 'attached' });
}
async function boxOf(selector: string): Promise<Box> {
  const box = await page.locator(selector).boundingBox();
  assert.ok(box, `${selector} is not seen`);
  return box;
}
/** Where the focused tile of the mosaic is, once its flight is over. */
async function focusedBox(width: number): Promise<Box> {
  await page.waitForFunction((px) => {
    const text = document.querySelector<HTMLElement>('[data-test=mosaic]')?.dataset.focusBox ?? '';
    return Math.abs(Number(text.split(' ')[2]) - px) <= 2;
  }, width);
  const text = (await page.getAttribute('[data-test=mosaic]', 'data-focus-box'))!;
  const [x = 0, y = 0, w = 0, h = 0] = text.split(' ').map(Number);
  const room = await boxOf('[data-test=mosaic]');
  return { x: room.x + x, y: room.y + y, width: w, height: h };
}
/** Reads the stamp until it is this camera's: a picture may be on its way. */
async function stampOf(camera: number, box: () => Promise<Box>): Promise<number> {
  const end = Date.now() + 15_000;
  for (;;) {
    const stamp = await stampAt(page, await box());
    if (stamp?.camera === camera) return stampAgeMs(stamp, Date.now());
    assert.ok(Date.now() < end, `the picture is of camera ${stamp?.camera ?? 'none'}, not of ${camera}`);
  }
}

/** The stamp in what a player has drawn; its captions lie over the picture, so the canvas itself is read. */
async function stampOfPlayer(selector: string): Promise<Stamp | null> {
  const { data, width, height } = await page.$eval(`${selector} canvas`, (element) => {
    const canvas = element as HTMLCanvasElement;
    const { width, height } = canvas;
    return { data: [...canvas.getContext('2d')!.getImageData(0, 0, width, Math.ceil(height / 20)).data], width, height };
  });
  const pixels = new Uint8Array(width * height * 4);
  pixels.set(data);
  return readStamp(pixels, width, height);
}

test('nothing but the login page without a session; it leads back to the view asked for', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const guest = await context.newPage();
  await guest.goto(`${stack.url}/wall/mosaic?camera=c0003`);
  await guest.waitForURL(/\/login/);
  await guest.fill('[name=login]', 'operator');
  await guest.fill('[name=password]', 'wrong');
  await guest.click('button[type=submit]');
  await guest.waitForFunction(() => document.querySelector('[role=alert]')!.textContent !== '');
  const { password } = stack.logins().find(({ login }) => login === 'operator')!;
  await guest.fill('[name=password]', password);
  await guest.click('button[type=submit]');
  await guest.waitForURL(/\/wall\/mosaic\?.*camera=c0003/);
  await context.close();
});

test('the view reason is asked once, beside the pictures, and opens live', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const guest = await context.newPage();
  const { password } = stack.logins().find(({ login }) => login === 'leader')!;
  await context.request.post(`${stack.url}/api/v1/session`, { data: { login: 'leader', password } });
  await guest.goto(`${stack.url}/wall/live?cameras=c0001`);
  await guest.waitForSelector(`${player('c0001')}[data-rung=thumb]`);
  await guest.click('[data-test=reason] button >> nth=0');
  await guest.waitForSelector(`${player('c0001')}[data-rung=live]`);
  assert.equal(await guest.locator('[data-test=reason]').count(), 0);
  await guest.reload();
  await guest.waitForSelector(`${player('c0001')}[data-rung=live]`);
  assert.equal(await guest.locator('[data-test=reason]').count(), 0);
  await context.close();
});

test('every camera has its tile, with state, age and rung', async () => {
  await open('/wall/mosaic');
  for (let number = 1; number <= CAMERAS; number++) {
    if (number === DEAD) await until(tile(id(number)), { state: 'down' });
    else await page.waitForSelector(`${tile(id(number))}[data-state=live]:not([data-rung=none])`, { state: 'attached' });
  }
  assert.equal(await page.locator('[data-test=mosaic] li').count(), CAMERAS);
  await page.waitForFunction((most) => {
    const ages = [...document.querySelectorAll<HTMLElement>('[data-test=mosaic] li[data-state=live]')].map((one) => Number(one.dataset.ageMs));
    return ages.length === most && ages.every((age) => age > 0 && age < 15_000);
  }, CAMERAS - 1);
  await page.screenshot({ path: resolve(SHOTS, 'mosaic-1920.png') });
});

test('a tile shows its own camera, as old as it says, and climbs to live by zooming', async () => {
  await open('/wall/mosaic');
  for (const number of [1, 9, 17]) {
    const camera = id(number);
    await until(tile(camera), { state: 'live' });
    await page.keyboard.press('/');
    await page.keyboard.type(camera);
    await page.keyboard.press('Enter');
    await until(tile(camera), { rung: 'key' });
    const box = (): Promise<Box> => focusedBox(320);
    const age = await stampOf(number, box);
    assert.ok(age < 15_000, `camera ${number} is ${age} ms old`);
    await page.keyboard.press('Enter');
    await until(tile(camera), { rung: 'live' });
    await stampOf(number, () => focusedBox(640));
    assert.equal(query().get('camera'), camera);
    await page.keyboard.press('Escape');
    await until(tile(camera), { rung: 'key' });
  }
});

test('the address is the view', async () => {
  await open('/wall/mosaic?at=c0009&tile=500&camera=c0009');
  await until(tile('c0009'), { rung: 'live' });
  await focusedBox(500);
});

test('counts filter, the keys lead on', async () => {
  await open('/wall/mosaic');
  await until(tile(id(DEAD)), { state: 'down' });
  await page.click('[data-state-count=down]');
  assert.equal(await page.getAttribute('[data-state-count=down]', 'aria-pressed'), 'true');
  assert.match(await page.innerText('[data-reason-count=wrong_password]'), /1/);
  await page.focus('[data-test=mosaic]');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.ok(await page.getAttribute('[data-test=mosaic]', 'aria-activedescendant'));
  await page.keyboard.press('f');
  await page.waitForURL(/\/wall\/map/);
  await page.keyboard.press('g');
  await page.keyboard.press('2');
  await page.waitForURL(/\/wall\/mosaic/);
});

test('a search ends with Esc, in the picture and in the address', async () => {
  await open('/wall/mosaic');
  await until(tile('c0009'), { state: 'live' });
  assert.equal(await page.locator('input[type=search]').count(), 1);
  await page.keyboard.press('/');
  await page.keyboard.type('c0009');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=c0009/);
  await page.keyboard.press('Enter');
  await until(tile('c0009'), { rung: 'live' });
  await page.keyboard.press('Escape'); // the whole town again
  await page.waitForURL((url) => !url.searchParams.has('at'));
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => !url.searchParams.has('q'));
  assert.equal(await page.inputValue('input[type=search]'), '');
});

test('layouts play at once and by key; each tile shows its own camera', async () => {
  await open('/wall/live?cameras=c0001,c0002,c0003,c0004&layout=4');
  for (const number of [1, 2, 3, 4]) {
    const selector = player(id(number));
    await until(selector, { rung: 'live' });
    await page.waitForFunction((one) => Number(document.querySelector<HTMLElement>(one)!.dataset.frames) > 20, selector);
    assert.ok(Number(await page.getAttribute(selector, 'data-age-ms')) < 3000);
    assert.equal((await stampOfPlayer(selector))?.camera, number);
  }
  await page.screenshot({ path: resolve(SHOTS, 'live-1920.png') });
  await page.keyboard.press('3');
  await page.waitForURL(/layout=9/);
  assert.equal(await page.locator('[data-vacant]').count(), 5, 'places without a camera are seen');
  assert.match(await page.innerText('[data-vacant] >> nth=0'), /从列表选镜头/);
  await page.keyboard.press('1');
  await page.waitForURL(/layout=1/);
  assert.equal(await page.locator('figure').count(), 1);
});

test('the fallback by Media Source plays the same camera', async () => {
  await open('/wall/live?cameras=c0002&decoder=mse');
  await until(player('c0002'), { rung: 'live', format: 'fmp4' });
  await page.waitForFunction((one) => Number(document.querySelector<HTMLElement>(one)!.dataset.frames) > 20, player('c0002'));
  assert.ok(Number(await page.getAttribute(player('c0002'), 'data-age-ms')) < 5000);
});

const camerasOf = (wanted: string): string[] => readFileSync(stack.path('town', 'simcams.csv'), 'utf8').trim().split('\n').slice(1)
  .map((row) => row.split(',')).filter(([, , , codec]) => codec === wanted).map(([one]) => one!);

test('a camera that changes its size in mid-stream plays on, by both ways and transcoded', async () => {
  const [plain = '', changed = ''] = camerasOf('h264').filter((one) => one !== id(DEAD)).slice(-2);
  const [other = ''] = camerasOf('h265').slice(-1);
  const sized = (one: string, width: number): Promise<unknown> => page.waitForFunction(([selector, px]) =>
    document.querySelector<HTMLCanvasElement>(`${selector} canvas`)?.width === px, [player(one), width] as const);
  const seen = async (one: string): Promise<number> => Number(await page.getAttribute(player(one), 'data-frames'));
  for (const query of ['', '&decoder=mse']) {
    await open(`/wall/live?cameras=${plain},${changed},${other}${query}`);
    await page.evaluate(() => void (document.body.dataset.loaded = 'once'));
    for (const one of [plain, changed, other]) await until(player(one), { rung: 'live' });
    for (const one of [changed, other]) await sized(one, 640);
    const numbers = [changed, other].map((one) => Number(one.slice(1)));
    await order(stack, { cmd: 'fault', kind: 'resolution', cameras: numbers });
    for (const one of [changed, other]) await sized(one, 1280);
    const before = await Promise.all([changed, other].map(seen));
    await page.waitForFunction(([selectors, counts]) => selectors.every((one, i) =>
      Number(document.querySelector<HTMLElement>(one)!.dataset.frames) > counts[i]! + 5), [[changed, other].map(player), before] as const);
    assert.deepEqual(await stampOfPlayer(player(changed)).then((stamp) => stamp?.camera), numbers[0]);
    await sized(plain, 640);
    await order(stack, { cmd: 'clear', kind: 'resolution', cameras: numbers });
    for (const one of [changed, other]) await sized(one, 640);
    assert.equal(await page.evaluate(() => document.body.dataset.loaded), 'once', 'without a reload');
  }
});

test('a camera that comes back with another codec plays on, by both ways', async () => {
  const admin = await Person.login(stack, 'admin');
  const camera = camerasOf('h264').filter((one) => one !== id(DEAD)).at(-3)!;
  const options = (codec: string, width: number) => ['--codec', codec, '--width', `${width}`, '--height', `${width / 2}`];
  let peer = gstPeer(stack.options.dir, ...options('h264', 320));
  try {
    const port = await peer.port();
    const again = async (codec: string, width: number): Promise<void> => {
      await peer.kill();
      peer = gstPeer(stack.options.dir, '--port', `${port}`, ...options(codec, width));
      await peer.port();
    };
    const plays = async (width: number): Promise<void> => {
      await page.waitForFunction(([one, px]) => document.querySelector<HTMLCanvasElement>(`${one} canvas`)?.width === px, [player(camera), width] as const);
      await until(player(camera), { rung: 'live' });
      const seen = Number(await page.getAttribute(player(camera), 'data-frames'));
      await page.waitForFunction(([one, least]) => Number(document.querySelector<HTMLElement>(one)!.dataset.frames) > least, [player(camera), seen + 5] as const);
      assert.match((await page.getAttribute(player(camera), 'data-codec'))!, /^avc1/, 'what this browser decodes');
    };
    const was = await admin.json<Record<string, unknown>>(`/api/v1/cameras/${camera}`);
    assert.equal((await admin.request('PUT', `/api/v1/cameras/${camera}`, { ...was, url: `rtsp://127.0.0.1:${port}/cam`, sub_url: '' })).status, 200);
    await open(`/wall/live?cameras=${camera}`);
    await page.evaluate(() => void (document.body.dataset.loaded = 'once'));
    await plays(320);
    await again('h265', 480);
    await plays(480);
    assert.equal(await page.evaluate(() => document.body.dataset.loaded), 'once', 'without a reload');
    await open(`/wall/live?cameras=${camera}&decoder=mse`);
    await page.evaluate(() => void (document.body.dataset.loaded = 'once'));
    await plays(480);
    await again('h264', 640);
    await plays(640);
    assert.equal(await page.evaluate(() => document.body.dataset.loaded), 'once', 'without a reload');
    const now = await admin.json<Record<string, unknown>>(`/api/v1/cameras/${camera}`);
    assert.equal((await admin.request('PUT', `/api/v1/cameras/${camera}`, { ...now, url: was['url'], sub_url: was['sub_url'] })).status, 200);
  } finally {
    await peer.kill();
  }
});

test('a camera of H.265 plays, transcoded', async () => {
  const [camera] = camerasOf('h265');
  assert.ok(camera, 'the town has a camera of H.265');
  await open(`/wall/live?cameras=${camera}`);
  await until(player(camera), { rung: 'live' });
  await page.waitForFunction((one) => Number(document.querySelector<HTMLElement>(one)!.dataset.frames) > 10, player(camera));
  assert.match((await page.getAttribute(player(camera), 'data-codec'))!, /^avc1/);
});

test('a dead camera says why in words', async () => {
  await open(`/wall/live?cameras=${id(DEAD)}`);
  await page.waitForFunction((one) => document.querySelector(one)?.textContent?.includes('密码错'), player(id(DEAD)));
});

test('a hidden page gets no pictures, and goes on when it is seen again', async () => {
  await open('/wall/live?cameras=c0001');
  await until(player('c0001'), { rung: 'live' });
  const hide = (hidden: boolean): Promise<void> => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await hide(true);
  // the age of the shown picture grows only when nothing comes any more
  await page.waitForFunction((one) => Number(document.querySelector<HTMLElement>(one)!.dataset.ageMs) > 4000, player('c0001'));
  await hide(false);
  await page.waitForFunction((one) => Number(document.querySelector<HTMLElement>(one)!.dataset.ageMs) < 2000, player('c0001'));
});

test('the mosaic survives the loss of its graphics', async () => {
  await open('/wall/mosaic?camera=c0001&at=c0001&tile=400');
  await stampOf(1, () => focusedBox(400));
  await page.evaluate(async () => {
    const gl = document.querySelector<HTMLCanvasElement>('[data-test=mosaic] canvas')!.getContext('webgl2')!;
    const loss = gl.getExtension('WEBGL_lose_context')!;
    const canvas = gl.canvas as HTMLCanvasElement;
    const lost = new Promise((done) => canvas.addEventListener('webglcontextlost', done, { once: true }));
    loss.loseContext();
    await lost;
    await new Promise(requestAnimationFrame); // the event has to be over
    const back = new Promise((done) => canvas.addEventListener('webglcontextrestored', done, { once: true }));
    loss.restoreContext();
    await back;
  });
  await until(tile('c0001'), { state: 'live' });
  await page.waitForSelector(`${tile('c0001')}:not([data-rung=none])`, { state: 'attached' });
});

test('a lost connection is shown, and resumed without a reload', async () => {
  await open('/wall/live?cameras=c0001');
  await until(player('c0001'), { rung: 'live' });
  const frames = (): Promise<string | null> => page.getAttribute(player('c0001'), 'data-frames');
  const townwalld = stack.children.get('townwalld')!;
  await townwalld.stop();
  await page.waitForSelector('[data-test=lost]');
  assert.equal(await page.getAttribute(player('c0001'), 'data-camera'), 'c0001'); // the picture stays
  townwalld.start();
  await page.waitForSelector('[data-test=lost]', { state: 'detached' });
  await page.waitForSelector('[data-link=open]');
  await until(player('c0001'), { rung: 'live' });
  const then = Number(await frames());
  await page.waitForFunction(([one, count]) => Number(document.querySelector<HTMLElement>(String(one))!.dataset.frames) !== count, [player('c0001'), then] as const);
});

test('wide walls and phones show the same town', async () => {
  await page.setViewportSize({ width: 3840, height: 1080 });
  await open('/wall/ultra');
  await page.waitForSelector(`${tile('c0001')}:not([data-rung=none])`, { state: 'attached' });
  await page.waitForSelector('[data-ready=true]');
  await page.screenshot({ path: resolve(SHOTS, 'ultra-3840.png') });
  await page.setViewportSize({ width: 390, height: 844 });
  await open('/wall/live');
  await page.click('[data-choose=c0003]');
  await until(player('c0003'), { rung: 'live' });
  await page.screenshot({ path: resolve(SHOTS, 'phone-390.png') });
  const spill = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(spill <= 0, `${spill} px beyond the edge`);
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('both languages fit and nothing went wrong on the way', async () => {
  await open('/wall/mosaic');
  await page.click('text=English');
  await page.waitForSelector('text=No picture');
  await page.screenshot({ path: resolve(SHOTS, 'mosaic-en-1920.png') });
  await page.click('text=中文');
  assert.deepEqual(operator.faults, []);
});
