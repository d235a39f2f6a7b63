// The wall in headless Chromium, drawn by software: frame time of mosaic and map with the whole town beside as many
// tiles that never change, and memory while somebody zooms, hides and shows for a long time.
import { readFileSync } from 'node:fs';
import { startBrowser, visit } from '../../tests/lib/browser.ts';
import { conclude, median, printRound, type Figures } from './common/figures.ts';
import { countFrames, drawStaticTiles, frameMs, type Page } from './common/frames.ts';
import { readOptions } from './common/options.ts';
import { childrenOf, treeResidentMb } from './common/processes.ts';
import { randomOf } from './common/random.ts';
import { buildFor, withTown, type Town } from './common/town.ts';

const options = readOptions('browser', {
  cameras: [1447, 1, 4095], seconds: [6, 1, 600], rounds: [3, 1, 20], minutes: [1, 0.1, 600], rate: [5, 1, 60], gop: [10, 1, 600],
  width: [1920, 320, 7680], height: [1080, 240, 4320], seed: [1, 0, 1e9],
}, ['no-build']);
const mosaic = '[data-test=mosaic]', map = '.maplibregl-canvas';

async function showMosaic(page: Page, town: Town): Promise<void> {
  await page.goto(`${town.stack.url}/wall/mosaic`);
  const most = Math.ceil(options.cameras * 0.98); // some wait for a camera that is slow just now
  await (await page.waitForFunction(([selector, count]) =>
    document.querySelectorAll(`${selector} li:not([data-rung=none])`).length >= Number(count), [mosaic, most] as const)).dispose();
}

/* What waitForSelector() returns keeps its element, and so a whole page that was left: locators keep nothing. */
async function showMap(page: Page, town: Town): Promise<void> {
  await page.goto(`${town.stack.url}/wall/map`);
  await page.locator('[data-ready=true]').waitFor();
}

async function frameTimes(page: Page, town: Town): Promise<Figures[]> {
  const rounds: Figures[] = [];
  for (let round = 0; round < options.rounds; round++) {
    await page.goto('about:blank');
    await page.evaluate(drawStaticTiles, options.cameras);
    const bare = await frameMs(page, '#tiles', options.seconds);
    await showMosaic(page, town);
    const ofMosaic = await frameMs(page, mosaic, options.seconds);
    await showMap(page, town);
    const ofMap = await frameMs(page, map, options.seconds);
    rounds.push({ round, static_ms: bare, mosaic_ms: ofMosaic, map_ms: ofMap, mosaic_ratio: ofMosaic / bare, map_ratio: ofMap / bare });
    printRound(rounds.at(-1)!);
  }
  return rounds;
}

const hide = (page: Page, hidden: boolean): Promise<void> => page.evaluate((value) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

/** One turn of somebody at the wall: looks closer somewhere, goes back, leaves the page and comes back. */
async function turn(page: Page, random: () => number): Promise<void> {
  await page.mouse.move(options.width * (0.2 + 0.6 * random()), options.height * (0.3 + 0.5 * random()));
  for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -300);
  await page.waitForTimeout(2500); // as long as a look takes: streams open and play
  for (let i = 0; i < 8; i++) await page.mouse.wheel(0, 300);
  await page.waitForTimeout(500);
  await hide(page, true);
  await page.waitForTimeout(500);
  await hide(page, false);
  await page.waitForTimeout(1000);
}

interface Memory { heap: number; resident: number }

async function memoryOf(page: Page, browser: number): Promise<Memory> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return { heap: usedSize / 1048576, resident: treeResidentMb(browser) };
}

/** Turns until the minutes are over, mosaic and map by turns without leaving the page. */
async function stay(page: Page, town: Town, browser: number): Promise<Memory[]> {
  const random = randomOf(options.seed), samples: Memory[] = [];
  const end = Date.now() + options.minutes * 60_000;
  await showMosaic(page, town);
  for (let i = 0; Date.now() < end; i++) {
    await turn(page, random);
    if (i % 3 === 2) {
      for (const key of ['g', '1', 'g', '2']) await page.keyboard.press(key);
      await page.locator(mosaic).waitFor();
    }
    samples.push(await memoryOf(page, browser));
    const { heap, resident } = samples.at(-1)!;
    if (i % 10 === 0) printRound({ turn: i, heap_mb: heap, resident_mb: resident });
  }
  return samples;
}

/** Median of the last third by that of the second; the first is for caches to fill. */
function growth(values: number[]): number {
  const third = Math.floor(values.length / 3);
  return third === 0 ? 1 : median(values.slice(-third)) / median(values.slice(third, 2 * third));
}

function chromium(): number {
  const found = childrenOf(process.pid).find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('chrom'));
  if (found === undefined) throw new Error('no Chromium among the children');
  return found;
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(true);
  await withTown({ cameras: options.cameras, rate: options.rate, gop: options.gop, pictureCores: 0.6 }, async (town) => {
    const browser = await startBrowser();
    try {
      const { page, faults } = await visit(browser, town.stack, 'operator', { width: options.width, height: options.height });
      page.setDefaultTimeout(120_000);
      // the programs make every picture all the time: beside static tiles they have as much to do as beside the mosaic
      town.wall.send({ t: 'thumbs', cameras: 'all', interval_ms: 1000, why: 'mosaic' });
      await page.addInitScript(countFrames);
      const rounds = await frameTimes(page, town);
      const samples = await stay(page, town, chromium());
      for (const fault of faults) console.error(`page: ${fault}`);
      const of = (field: string): number => median(rounds.map((round) => Number(round[field])));
      conclude('browser', {
        cameras: options.cameras, static_ms: of('static_ms'), mosaic_ms: of('mosaic_ms'), map_ms: of('map_ms'), mosaic_ratio: of('mosaic_ratio'),
        map_ratio: of('map_ratio'), minutes: options.minutes, turns: samples.length, heap_mb: samples.at(-1)?.heap,
        resident_mb: samples.at(-1)?.resident, heap_growth: growth(samples.map(({ heap }) => heap)),
        resident_growth: growth(samples.map(({ resident }) => resident)),
      }, faults.length === 0);
    } finally {
      await browser.close();
    }
  });
}

await main();
