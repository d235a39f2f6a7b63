// How the wall looks and handles, on the real stack: contrast of canvases, sizes for the distance, the keys it tells,
// the system's colours, sixteen live pictures, an ultra-wide composition.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { order } from '../lib/simulator.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const CAMERAS = 24;
const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
const DEAD = 5; // refuses its password
const SIXTEEN = Array.from({ length: 18 }, (_, i) => i + 1).filter((n) => n !== DEAD && n !== DEAD + 1).map((n) => `c${String(n).padStart(4, '0')}`);
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
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

/** Opens a page and waits until what it shows is there. */
async function open(path: string): Promise<void> {
  await page.goto(stack.url + path);
  await page.waitForSelector('[data-link=open]');
  // on a phone the town is longer than the screen: only what is seen has its picture
  const seen = (page.viewportSize()?.width ?? 0) < 900 ? 4 : CAMERAS - 1;
  if (path.includes('mosaic') || path.includes('ultra'))
    await page.waitForFunction((n) => document.querySelectorAll('[data-test=mosaic] li[data-state=live]:not([data-rung=none])').length >= n, seen);
  if (path.includes('map') || path.includes('ultra')) await page.waitForSelector('[data-ready=true]');
  if (path.includes('camera=')) await page.waitForSelector('[data-panel=camera][data-rung=live]');
  if (path.includes('cameras=')) await page.waitForSelector('figure[data-camera=c0001][data-rung=live]');
}
const name = (path: string): string => path.replace(/[^a-z]+/g, ' ').trim();

test('what the canvases write is as readable as the page', async () => {
  await open('/wall/mosaic');
  const ratios = await page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const linear = (byte: number): number => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = (token: string): number => {
      const g = new OffscreenCanvas(1, 1).getContext('2d')!;
      g.fillStyle = style.getPropertyValue(token).trim();
      g.fillRect(0, 0, 1, 1);
      const [r = 0, green = 0, b = 0] = g.getImageData(0, 0, 1, 1).data;
      return 0.2126 * linear(r) + 0.7152 * linear(green) + 0.0722 * linear(b);
    };
    const pairs = [['--text', '--bg'], ['--text-2', '--bg'], ['--equip', '--surface-2'], ['--text', '--surface'], ['--text-2', '--surface'], ['--map-label', '--map-land'], ['--text-3', '--map-land'], ['--map-cam', '--map-land'], ['--equip', '--map-land'], ['--focus', '--bg']];
    return pairs.map(([a = '', b = '']) => {
      const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
      return { pair: `${a} on ${b}`, ratio: (light + 0.05) / (dark + 0.05) };
    });
  });
  for (const { pair, ratio } of ratios) assert.ok(ratio >= 4.5, `${pair}: ${ratio.toFixed(2)}`);
});

test('ages and reasons are large enough for three metres, and grow with the display', async () => {
  const sizes = async (): Promise<number[]> => {
    await open(`/wall/map?camera=c000${DEAD + 2}`);
    await page.waitForSelector('[data-trouble]');
    const list = await page.$$eval('[data-fact]', (all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize)));
    await open('/wall/ultra');
    return [...list, ...(await page.$$eval('[data-figure] .value', (all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize))))];
  };
  const ordinary = await sizes();
  assert.ok(ordinary.length > 5 && ordinary.every((px) => px >= 16), ordinary.join());
  await open(`/wall/live?cameras=${SIXTEEN.join(',')}&layout=16`);
  const tiles = await page.$$eval('figure .age, figure .name', (all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize)));
  assert.ok(tiles.length >= 16 && tiles.every((px) => px >= 16), tiles.join());
  await page.goto(`${stack.url}/wall/map?factor=2`);
  const large = await sizes();
  large.forEach((px) => assert.ok(px >= 32, large.join()));
  await open('/wall/mosaic');
  await page.screenshot({ path: resolve(SHOTS, 'mosaic-factor-2.png') });
  await page.keyboard.press('?');
  await page.click('[data-factor="1"]');
  await page.waitForFunction(() => getComputedStyle(document.documentElement).getPropertyValue('--factor').trim() === '1');
});

test('? tells every key of the page, and gives the focus back', async () => {
  for (const [path, keys] of [['/wall/mosaic', ['f', 'Enter', 'Shift+ArrowLeft', '+', 'Escape']], ['/wall/map', ['c', 'l', 'o', 'f', '-']], [`/wall/live?cameras=c0001`, ['1', '2', '3', '4', 'm', 'Delete']]] as const) {
    await open(path);
    await page.focus('.views a >> nth=0');
    await page.keyboard.press('?');
    const told = (await page.$$eval('[data-keys]', (all) => all.map((one) => one.getAttribute('data-keys')!.split(' | ')))).flat();
    for (const key of [...keys, '/', '?', 'g 1', 'g 5']) assert.ok(told.includes(key), `${path}: ${key} is not told among ${told.join(', ')}`);
    await page.keyboard.press('Escape');
    await page.waitForSelector('[role=dialog]', { state: 'detached' });
    assert.ok(await page.evaluate(() => document.activeElement?.matches('.views a')));
  }
});

test('no motion where none is wanted, and colours of the system break nothing', async () => {
  await open('/wall/mosaic');
  const moving = await page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const token = ['--c-d-fast', '--c-d-base', '--c-d-slow', '--c-d-pulse'].map((one) => style.getPropertyValue(one).trim());
    return [...token.filter((one) => parseFloat(one) !== 0), ...document.getAnimations().map(() => 'animation')];
  });
  assert.deepEqual(moving, []);
  for (const media of [{ forcedColors: 'active' }, { contrast: 'more' }] as const) {
    await page.emulateMedia(media);
    for (const path of ['/wall/mosaic?show=down', '/wall/map', `/wall/live?cameras=c0001&layout=1`]) {
      await open(path);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
      assert.equal(outline, 'solid', `${path}: focus in ${JSON.stringify(media)}`);
      await page.screenshot({ path: resolve(SHOTS, `${'contrast' in media ? 'contrast' : 'forced'}-${name(path).replaceAll(' ', '-')}.png`) });
    }
    await page.emulateMedia({ forcedColors: 'none', contrast: 'no-preference' });
  }
});

test('sixteen pictures play beside each other; what is dropped is counted', async () => {
  await open(`/wall/live?cameras=${SIXTEEN.join(',')}&layout=16`);
  const read = (): Promise<{ id: string; rung: string; frames: number; dropped: number }[]> =>
    page.$$eval('figure', (all) => all.map(({ dataset }) => ({ id: dataset.camera!, rung: dataset.rung!, frames: Number(dataset.frames), dropped: Number(dataset.dropped) })));
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll<HTMLElement>('figure')];
    return all.length === 16 && all.every(({ dataset }) => dataset.rung === 'live' && Number(dataset.frames) > 10);
  });
  const before = await read();
  await page.waitForFunction((then) => {
    const all = [...document.querySelectorAll<HTMLElement>('figure')];
    return all.every(({ dataset }, i) => Number(dataset.frames) >= then[i]! + 25);
  }, before.map(({ frames }) => frames));
  const now = await read();
  const shown = now.map(({ frames }, i) => frames - before[i]!.frames);
  // none is starved for the others: the cameras send alike
  assert.ok(Math.min(...shown) >= Math.max(...shown) * 0.4, shown.join());
  assert.ok(now.every(({ dropped }) => Number.isInteger(dropped) && dropped >= 0));
  await page.screenshot({ path: resolve(SHOTS, 'live-16.png') });
});

test('an ultra-wide wall is full: map, what is in trouble, mosaic, and figures above them', async () => {
  await page.setViewportSize({ width: 3840, height: 1080 });
  await open('/wall/ultra');
  await page.waitForSelector('[data-trouble]');
  const box = async (selector: string): Promise<{ x: number; width: number; height: number }> => (await page.locator(selector).first().boundingBox())!;
  const [strip, map, side, mosaic] = [await box('[data-test=strip]'), await box('.stage'), await box('.side'), await box('[data-test=mosaic]')];
  assert.equal(strip.width, 3840);
  assert.deepEqual([map, side, mosaic].map(({ width }) => Math.round(width / 40)), [32, 14, 50]);
  // tiles reach through the width they have, none is stretched
  const tile = Number(await page.getAttribute('[data-test=mosaic]', 'data-tile-px'));
  assert.ok(tile >= 100, `${tile} px a tile`);
  const before = mosaic.width;
  await page.click('[data-trouble] >> nth=0');
  await page.waitForSelector('[data-panel=camera]');
  assert.equal((await box('[data-test=mosaic]')).width, before, 'choosing a camera moves nothing');
  assert.equal((await box('.stage')).width, map.width);
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('no fault on the way', () => assert.deepEqual(operator.faults, []));
