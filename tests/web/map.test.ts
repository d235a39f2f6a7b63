// The map page on the real stack: cameras at their place, pictures beside them, selection, keys, address.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const CAMERAS = 24;
let stack: Stack;
let browser: Browser;
let operator: Visit;
let page: Page;

before(async () => {
  stack = await startStack({ cameras: CAMERAS });
  browser = await startBrowser();
  operator = await visit(browser, stack, 'operator');
  page = operator.page;
  page.setDefaultTimeout(60_000); // machines that run the suite may be slow and shared
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

async function open(query = ''): Promise<void> {
  await page.goto(`${stack.url}/wall/map${query}`);
  await page.waitForSelector('[data-ready=true]');
}
const query = (): URLSearchParams => new URL(page.url()).searchParams;
const mirrored = (): Promise<string[]> =>
  page.$$eval('[data-mirror=map] [data-camera]', (list) => list.map((one) => (one as HTMLElement).dataset.camera ?? ''));
/** The zoom that the page tells, once it lies on the wanted side. */
async function untilZoom(test: string, than: number): Promise<number> {
  await page.waitForFunction(([sign, limit]) => {
    const zoom = Number(document.querySelector<HTMLElement>('[data-zoom]')?.dataset.zoom);
    return sign === '>' ? zoom > Number(limit) : zoom < Number(limit);
  }, [test, than] as const);
  return Number(await page.getAttribute('[data-zoom]', 'data-zoom'));
}

/** Share of the pixels that differ from the commonest one: an unpainted map has none. */
async function painted(selector: string): Promise<number> {
  const png = (await page.locator(selector).screenshot()).toString('base64');
  return page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const g = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    g.drawImage(image, 0, 0);
    const pixels = new Uint32Array(g.getImageData(0, 0, image.width, image.height).data.buffer);
    const counts = new Map<number, number>();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    return 1 - Math.max(...counts.values()) / pixels.length;
  }, png);
}

test('every camera of the town is on the map with its state', async () => {
  await open();
  await page.waitForFunction((n) => document.querySelectorAll('[data-mirror=map] [data-camera]').length === n, CAMERAS);
  await page.waitForFunction((n) => document.querySelectorAll('[data-mirror=map] [data-state=live]').length === n, CAMERAS);
  assert.equal(new Set(await mirrored()).size, CAMERAS);
  assert.match(await page.innerText('[data-legend=live]'), new RegExp(`${CAMERAS}$`));
  assert.match(query().get('at') ?? '', /^\d+\.\d{6},\d+\.\d{6},\d+\.\d\d$/);
});

test('choosing a camera flies there, shows fresh pictures and plays it', async () => {
  await page.locator('[data-mirror=map] [data-camera=c0001]').press('Enter');
  await page.waitForSelector('[data-panel=camera][data-camera=c0001][data-rung=live]');
  await untilZoom('>', 16.5);
  assert.equal(query().get('camera'), 'c0001');
  await page.waitForFunction(() => {
    const camera = document.querySelector<HTMLElement>('[data-mirror=map] [data-camera=c0001]');
    return camera !== null && camera.dataset.ageMs !== '' && Number(camera.dataset.ageMs) < 8000;
  });
});

test('Escape goes one level up at a time, to the town in the end', async () => {
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-panel=camera]', { state: 'detached' });
  const cell = await page.getAttribute('[data-area][aria-current]', 'data-area');
  assert.equal(cell?.length, 15);
  await page.keyboard.press('Escape');
  await page.waitForSelector(`[data-area="${cell?.slice(0, 12)}"][aria-current]`);
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-area]', { state: 'detached' });
  await page.waitForFunction((n) => document.querySelectorAll('[data-mirror=map] [data-camera]').length === n, CAMERAS);
});

test('keys zoom and pan, and the address says it', async () => {
  const before = await untilZoom('>', 0);
  await page.keyboard.press('+');
  await untilZoom('>', before + 0.7);
  await page.keyboard.press('-');
  await untilZoom('<', before + 0.1);
  const at = query().get('at');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((old) => new URL(location.href).searchParams.get('at') !== old, at);
  const lon = (text: string | null): number => Number(text?.split(',')[0]);
  assert.ok(lon(query().get('at')) > lon(at));
});

test('the address leads back to the same view', async () => {
  await open('?at=111.860000,27.910000,14.50');
  assert.equal(query().get('at'), '111.860000,27.910000,14.50');
  await open('?camera=c0002');
  await page.waitForSelector('[data-panel=camera][data-camera=c0002]');
  await untilZoom('>', 16.5);
});

test('a circle and a line pick cameras and open them', async () => {
  await open();
  const box = (await page.locator('.ground').boundingBox())!;
  const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.keyboard.press('c');
  await page.waitForSelector('.draw[data-shape=circle]');
  await page.mouse.move(cx, cy);
  await page.mouse.down();
  await page.mouse.move(cx + 300, cy + 300, { steps: 4 });
  await page.mouse.up();
  const label = await page.innerText('[data-open]');
  const count = Math.min(16, Number(/\d+/.exec(label)?.[0]));
  assert.ok(count > 0, label);
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-open]', { state: 'detached' });

  await page.keyboard.press('l');
  await page.waitForSelector('.draw[data-shape=line]');
  await page.mouse.move(box.x + 200, cy);
  await page.mouse.down();
  for (let row = 0; row < 9; row++) await page.mouse.move(cx + (row % 2 ? -500 : 500), box.y + 120 + row * 80, { steps: 12 });
  await page.mouse.up();
  await page.waitForSelector('[data-open]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/wall\/live\?cameras=c\d+/);
  const ids = (query().get('cameras') ?? '').split(',');
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^c\d{4}$/.test(id)), ids.join());
});

test('a click on a cell chooses it, O opens its cameras', async () => {
  const areas = (await (await operator.context.request.get(`${stack.url}/api/v1/areas`)).json()) as
    { features: { properties: { code: string; level: string; label?: [number, number] } }[] };
  const { cameras } = (await (await operator.context.request.get(`${stack.url}/api/v1/cameras`)).json()) as { cameras: { id: string; area: string }[] };
  const code = cameras[0]!.area;
  const [lon, lat] = areas.features.find(({ properties }) => properties.code === code)!.properties.label!;
  await open(`?at=${lon},${lat},14`);
  const box = (await page.locator('.ground').boundingBox())!;
  // beside the label, where no camera can be hit
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForFunction(() => /cell=\d{15}|camera=/.test(location.search));
  await open(`?cell=${code}`);
  await page.waitForSelector(`[data-area="${code}"][aria-current]`);
  await page.keyboard.press('o');
  await page.waitForURL(/\/wall\/live\?cameras=/);
  const opened = (query().get('cameras') ?? '').split(',').sort();
  assert.deepEqual(opened, cameras.filter((one) => one.area === code).map((one) => one.id).sort());
});

test('F jumps to the mosaic at the same camera', async () => {
  await open('?camera=c0003');
  await page.waitForSelector('[data-panel=camera][data-camera=c0003]');
  await page.keyboard.press('f');
  await page.waitForURL(/\/wall\/mosaic\?.*camera=c0003/);
});

test('the cameras in view are one stop of Tab, arrows go from one to the next', async () => {
  await open();
  await page.waitForFunction((n) => document.querySelectorAll('[data-mirror=map] [data-camera]').length === n, CAMERAS);
  const ids = await mirrored();
  const focused = (): Promise<string | undefined> => page.evaluate(() => (document.activeElement as HTMLElement).dataset.camera);
  assert.equal(await page.locator('[data-mirror=map] [tabindex="0"]').count(), 1);
  await page.focus('[data-mirror=map] [tabindex="0"]');
  await page.keyboard.press('Home');
  assert.equal(await focused(), ids[0]);
  const seen = new Set<string>();
  const at = query().get('at');
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown'])
    for (let steps = 0; steps < 6; steps++) {
      await page.keyboard.press(key);
      seen.add((await focused()) ?? '');
    }
  assert.ok(seen.size > 6 && [...seen].every((id) => ids.includes(id)), [...seen].join());
  assert.equal(query().get('at'), at, 'the map itself stands still');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), undefined);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-panel=camera]');
  await page.keyboard.press('Escape');
});

test('a circle and a line are drawn by keys too', async () => {
  await open();
  await page.waitForFunction((n) => document.querySelectorAll('[data-mirror=map] [data-camera]').length === n, CAMERAS);
  await page.keyboard.press('c');
  await page.waitForSelector('.draw[data-shape=circle]:focus');
  await page.keyboard.press('Space');
  for (let i = 0; i < 18; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-open]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-open]', { state: 'detached' });
  await page.keyboard.press('l');
  await page.waitForSelector('.draw[data-shape=line]:focus');
  for (const key of ['ArrowUp', 'ArrowLeft', 'ArrowDown', 'ArrowRight']) {
    await page.keyboard.press('Space');
    for (let i = 0; i < 8; i++) await page.keyboard.press(key);
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('.draw', { state: 'detached' });
  await page.keyboard.press('Escape');
  await page.waitForSelector('.picked', { state: 'detached' });
});

test('labels change with the language at once', async () => {
  await open();
  await page.click('text=English');
  await page.waitForFunction(() => document.documentElement.lang === 'en');
  assert.match(await page.innerText('[data-legend=live]'), /Live/);
  assert.equal(await page.getAttribute('[data-language]', 'data-language'), 'en');
  await page.click('text=中文');
  await page.waitForSelector('[data-language="zh-CN"]');
});

test('ground, borders and cameras are painted, without any fault on the page', async () => {
  await open();
  await page.waitForFunction((n) => document.querySelectorAll('[data-mirror=map] [data-camera]').length === n, CAMERAS);
  const share = await painted('.stage');
  assert.ok(share > 0.05, `only ${share} of the map is painted`);
  assert.deepEqual(operator.faults, []);
});
