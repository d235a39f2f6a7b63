// How the wall looks and handles, on the real stack: contrast and roles (axe), nothing jumps, one language at a time,
// sizes for the distance, thumbs, keys alone, shapes without colour, sixteen live pictures.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { clean } from '../lib/pages.ts';
import { pixelsOf } from '../lib/pixels.ts';
import { shiftsOf, smallTargets, textsOf, watchShifts } from '../lib/screen.ts';
import { order } from '../lib/simulator.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const CAMERAS = 24;
const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
const DEAD = 5; // refuses its password
const SIXTEEN = Array.from({ length: 18 }, (_, i) => i + 1).filter((n) => n !== DEAD && n !== DEAD + 1).map((n) => `c${String(n).padStart(4, '0')}`);
const PAGES = ['/wall/mosaic', '/wall/map', '/wall/map?camera=c0003', `/wall/live?cameras=c0001,c0002,c0003,c000${DEAD}&layout=4`, '/wall/live', '/wall/ultra'];
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
  await watchShifts(page);
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
async function speak(language: 'zh-CN' | 'en'): Promise<void> {
  await page.evaluate((locale) => localStorage.setItem('townwall.locale', locale), language);
}
const name = (path: string): string => path.replace(/[^a-z]+/g, ' ').trim();

/** Nothing jumped while the page filled. */
async function stoodStill(path: string): Promise<void> {
  await page.waitForFunction(() => /\d/.test(document.querySelector('.clock')?.textContent ?? ''));
  const { sum, what } = await shiftsOf(page);
  assert.ok(sum < 0.02, `${path}: ${sum.toFixed(4)}\n${what.join('\n')}`);
}

test('contrast, names and roles hold on every page, on walls and phones; nothing jumps while it fills', async () => {
  for (const [width, height] of [[1920, 1080], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    for (const path of [...PAGES, '/wall/nowhere']) {
      if (width < 900 && path.includes('ultra')) continue;
      await open(path);
      if (width > 900) await stoodStill(path);
      await clean(page, `${path} at ${width} px`);
    }
  }
  await page.setViewportSize({ width: 1920, height: 1080 });
});

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

/** Names are as the town gave them. */
const CAMERA_NAME = /[\u4e00-\u9fff]+\d\d-\d\d/g;
/** Names, units and codes that stand in Chinese text as they are. */
const FOREIGN = /\b(?:Enter|Esc|Shift|Space|WebCodecs|MSE|WebGL2|English|Mbit\/s|wallctl|townwall|media|cameras|import|km|town|dir|Redis|c\d{4}|Delete)\b/g;

test('one language at a time, and never a key in place of words', async () => {
  await open('/wall/mosaic');
  for (const language of ['zh-CN', 'en'] as const) {
    await speak(language);
    for (const path of [...PAGES, '/wall/nowhere']) {
      await open(path);
      await page.keyboard.press('?');
      await page.waitForSelector('[role=dialog]');
      assert.equal(await page.getAttribute('html', 'lang'), language);
      assert.match(await page.title(), language === 'en' ? /^[\x20-\x7e·]+$/ : /[\u4e00-\u9fff]/);
      for (const text of await textsOf(page)) {
        assert.doesNotMatch(text, /^[a-z]+(\.[a-zA-Z_]\w*)+$/, `${path}: a raw key`);
        assert.doesNotMatch(text, /[{}]|undefined|NaN|\[object/, path);
        if (language === 'en') assert.doesNotMatch(text.replace(CAMERA_NAME, ''), /[\u4e00-\u9fff]/, `${path}: Chinese in English`);
        else assert.doesNotMatch(text.replace(FOREIGN, ''), /[A-Za-z]{4,}/, `${path}: English in Chinese`);
      }
      const spill = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(spill <= 0, `${path}: ${spill} px beyond the edge`);
    }
    await page.screenshot({ path: resolve(SHOTS, `keys-${language}.png`) });
  }
  await speak('zh-CN');
});

test('ages and reasons are large enough for three metres, and grow with the display', async () => {
  interface Size { what: string; px: number }
  const sizes = async (): Promise<Size[]> => {
    await open(`/wall/map?camera=c000${DEAD + 2}`);
    await page.waitForSelector('[data-trouble]');
    const list = await page.$$eval('[data-fact]', (all) => all.map((one) => ({ what: (one as HTMLElement).dataset.fact!, px: parseFloat(getComputedStyle(one).fontSize) })));
    await open('/wall/ultra');
    return [...list, ...(await page.$$eval('[data-figure] .value', (all) => all.map((one) => ({ what: 'figure', px: parseFloat(getComputedStyle(one).fontSize) }))))];
  };
  const tooSmall = (all: Size[], least: number): string => all.filter(({ px }) => px < least).map(({ what, px }) => `${what} ${px}`).join(', ');
  const ordinary = await sizes();
  assert.ok(ordinary.length > 5);
  assert.equal(tooSmall(ordinary, 16), '');
  await open(`/wall/live?cameras=${SIXTEEN.join(',')}&layout=16`);
  const tiles = await page.$$eval('figure .age, figure .name', (all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize)));
  assert.ok(tiles.length >= 16 && tiles.every((px) => px >= 16), tiles.join());
  await page.goto(`${stack.url}/wall/map?factor=2`);
  const large = await sizes();
  assert.equal(tooSmall(large, 32), '');
  await open('/wall/mosaic');
  await page.screenshot({ path: resolve(SHOTS, 'mosaic-factor-2.png') });
  await page.keyboard.press('?');
  await page.click('[data-factor="1"]');
  await page.waitForFunction(() => getComputedStyle(document.documentElement).getPropertyValue('--factor').trim() === '1');
});

test('keys reach everything, show where they are and are caught nowhere', async () => {
  for (const path of PAGES) {
    await open(path);
    await page.evaluate(() => {
      (document.activeElement as HTMLElement | null)?.blur();
      document.querySelectorAll('[data-visited]').forEach((one) => one.removeAttribute('data-visited'));
    });
    const stops: string[] = [];
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const it = document.activeElement as HTMLElement | null;
        if (!it || it === document.body) return { at: 'body', known: false, ring: true };
        const known = it.hasAttribute('data-visited');
        it.setAttribute('data-visited', '');
        // the ring is the element's own, its line's, or drawn by a canvas for what only readers hear
        const rings = [it, it.parentElement!].flatMap((one) => [getComputedStyle(one), getComputedStyle(one, '::before')]);
        const ring = it.closest('.hidden-for-eyes') !== null || rings.some(({ boxShadow, borderTopWidth }) => boxShadow !== 'none' || parseFloat(borderTopWidth) >= 3);
        return { at: it.outerHTML.slice(0, 100), known, ring };
      });
      if (stop.known) break; // once round
      if (stop.at === 'body') continue; // from the last one over the window's edge to the first
      stops.push(stop.at);
      assert.ok(stop.ring, `${path}: no ring on ${stop.at}`);
    }
    assert.ok(stops.length >= 8 && stops.length < 45, `${path}: ${stops.length} stops\n${stops.join('\n')}`);
  }
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

const SIDE = 20; // of a glyph, px

test('shapes tell states and reasons apart without colour, also to the colour-blind', async () => {
  await open('/wall/mosaic');
  await page.keyboard.press('?');
  const cdp = await operator.context.newCDPSession(page);
  for (const type of ['achromatopsia', 'deuteranopia'] as const) {
    await cdp.send('Emulation.setEmulatedVisionDeficiency', { type });
    const marks: { of: string; luma: number[] }[] = [];
    const glyphs = await page.$$eval('[data-glyph]', (all) => all.map((one) => {
      const { x, y } = one.querySelector('.glyph')!.getBoundingClientRect();
      return { of: (one as HTMLElement).dataset.glyph!, words: (one as HTMLElement).innerText.trim(), x: Math.floor(x), y: Math.floor(y) };
    }));
    const [left, top] = [Math.min(...glyphs.map(({ x }) => x)), Math.min(...glyphs.map(({ y }) => y))];
    const { data, width } = await pixelsOf(page, { x: left, y: top, width: Math.max(...glyphs.map(({ x }) => x)) - left + SIDE, height: Math.max(...glyphs.map(({ y }) => y)) - top + SIDE });
    for (const { of, words, x, y } of glyphs) {
      const luma = Array.from({ length: SIDE * SIDE }, (_, i) => {
        const at = ((y - top + Math.floor(i / SIDE)) * width + x - left + (i % SIDE)) * 4;
        return 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
      });
      const most = Math.max(...luma);
      marks.push({ of, luma: luma.map((one) => (one > most / 2 ? 1 : 0)) });
      assert.notEqual(words, '', 'a word stands beside each');
    }
    assert.ok(marks.length >= 20);
    for (const [i, a] of marks.entries())
      for (const b of marks.slice(i + 1)) {
        const differ = a.luma.filter((one, k) => one !== b.luma[k]).length;
        const inked = Math.min(a.luma.filter(Boolean).length, b.luma.filter(Boolean).length);
        assert.ok(differ >= inked * 0.35, `${type}: ${a.of} and ${b.of} differ in ${differ} of ${inked} pixels`);
      }
  }
  await cdp.send('Emulation.setEmulatedVisionDeficiency', { type: 'none' });
  await page.keyboard.press('Escape');
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

test('an ultra-wide wall is full: map, what is in trouble, mosaic, queue, and figures above them', async () => {
  await page.setViewportSize({ width: 3840, height: 1080 });
  await open('/wall/ultra');
  await page.waitForSelector('[data-trouble]');
  const box = async (selector: string): Promise<{ x: number; width: number; height: number }> => (await page.locator(selector).first().boundingBox())!;
  const [strip, map, side, mosaic, queue] = [await box('[data-test=strip]'), await box('.stage'), await box('.side'), await box('[data-test=mosaic]'), await box('[data-test=queue]')];
  assert.equal(strip.width, 3840);
  assert.deepEqual([map, side, mosaic, queue].map(({ width }) => Math.round(width / 40)), [32, 14, 38, 12]);
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

test('a thumb is enough: targets, no sideways scrolling, the second tap plays', async () => {
  const phone = await visit(browser, stack, 'operator', { width: 390, height: 844 }, { hasTouch: true, isMobile: true });
  const own = phone.page;
  own.setDefaultTimeout(60_000);
  for (const path of ['/wall/mosaic', '/wall/map', '/wall/map?camera=c0003', '/wall/live?cameras=c0001', '/wall/live']) {
    await own.goto(stack.url + path);
    await own.waitForSelector('[data-link=open]');
    if (path.includes('mosaic')) await own.waitForSelector('[data-test=mosaic] li[data-state=live]:not([data-rung=none])', { state: 'attached' });
    if (path.includes('map')) await own.waitForSelector('[data-ready=true]');
    assert.deepEqual(await smallTargets(own, 44), [], path);
    const spill = await own.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(spill <= 0, `${path}: ${spill} px beyond the edge`);
    await own.screenshot({ path: resolve(SHOTS, `phone-${name(path).replaceAll(' ', '-')}.png`) });
  }
  await own.goto(`${stack.url}/wall/mosaic`);
  await own.waitForSelector('[data-test=mosaic] li[data-state=live]:not([data-rung=none])', { state: 'attached' });
  const tilePx = Number(await own.getAttribute('[data-test=mosaic]', 'data-tile-px'));
  assert.ok((tilePx * 9) / 16 >= 44, `${tilePx} px a tile`);
  const box = (await own.locator('[data-test=mosaic]').boundingBox())!;
  const [x, y] = [box.x + 12 + tilePx / 2, box.y + 6 + 28 + 22 + tilePx / 4];
  await own.touchscreen.tap(x, y);
  await own.waitForSelector('[data-test=mosaic][data-focus-box]');
  const id = await own.getAttribute('[data-test=mosaic] [aria-selected=true]', 'data-camera');
  await own.touchscreen.tap(x, y);
  await own.waitForSelector(`[data-test=mosaic] li[data-camera=${id}][data-rung=live]`, { state: 'attached' });
  assert.deepEqual(phone.faults, []);
  await phone.context.close();
});

test('no fault on the way', () => assert.deepEqual(operator.faults, []));
