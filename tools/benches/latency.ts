// From a camera that sends to the canvas of a browser, read from the time that simulated cameras write into their
// keyframes: real pages in headless Chromium on the whole stack, several cameras playing at once.
import { startBrowser, visit, type Visit } from '../../tests/lib/browser.ts';
import { readStamp, stampAgeMs } from '../../tests/lib/stamp.ts';
import { conclude, median, percentile, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { buildFor, withTown } from './common/town.ts';

const options = readOptions('latency', {
  cameras: [60, 1, 4095], tiles: [4, 1, 16], seconds: [15, 1, 600], rounds: [3, 1, 20], rate: [25, 1, 60], gop: [12, 1, 600],
  width: [1280, 320, 7680], height: [800, 240, 4320],
}, ['no-build']);

interface Row { at: number; width: number; pixels: number[] }
declare global {
  interface Window { shownRows: Row[] }
}

/** Notes when a player draws a frame and what its top rows are; runs in the page before anything else. */
function watchCanvas(): void {
  const small = new OffscreenCanvas(160, 2).getContext('2d', { willReadFrequently: true })!;
  const draw = CanvasRenderingContext2D.prototype.drawImage as (this: CanvasRenderingContext2D, ...args: unknown[]) => void;
  const last = new WeakMap<HTMLCanvasElement, string>();
  window.shownRows = [];
  CanvasRenderingContext2D.prototype.drawImage = function (this: CanvasRenderingContext2D, ...args: unknown[]): void {
    draw.apply(this, args);
    const [frame] = args;
    const { canvas } = this;
    if (!(frame instanceof VideoFrame) || !(canvas instanceof HTMLCanvasElement)) return;
    const at = Date.now();
    const { displayWidth: width, displayHeight: height } = frame;
    const top = Math.floor((height * 4) / 720), rows = Math.max(1, Math.floor((height * 9) / 720) - top);
    small.imageSmoothingEnabled = true;
    small.drawImage(frame, 0, top, width, rows, 0, 0, 160, 2);
    const pixels = [...small.getImageData(0, 0, 160, 1).data];
    const key = pixels.filter((_, i) => i % 16 === 4).map((value) => (value > 128 ? 1 : 0)).join('');
    if (last.get(canvas) === key) return; // a stamp is new only in a keyframe
    last.set(canvas, key);
    window.shownRows.push({ at, width, pixels });
  } as typeof CanvasRenderingContext2D.prototype.drawImage;
}

/** Ages of the stamps when their pictures were drawn. */
async function agesOf(page: Visit['page']): Promise<number[]> {
  await page.evaluate(() => { window.shownRows = []; });
  const frames = (): Promise<number> => page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('figure')].reduce((sum, one) => sum + Number(one.dataset.frames), 0));
  const before = await frames(), begun = performance.now();
  await new Promise((done) => setTimeout(done, options.seconds * 1000));
  const shown = ((await frames()) - before) / ((performance.now() - begun) / 1000);
  const rows = await page.evaluate(() => window.shownRows);
  const ages: number[] = [];
  for (const { at, pixels } of rows) {
    const picture = new Uint8Array(160 * 90 * 4);
    picture.set(pixels); // the stamp of a picture of 160×90 is read in its first row
    const stamp = readStamp(picture, 160, 90);
    if (stamp) ages.push(stampAgeMs(stamp, at));
  }
  printRound({ frames_per_s: shown, stamps: ages.length, unreadable: rows.length - ages.length, glass_p50_ms: percentile(ages, 50),
    glass_p99_ms: percentile(ages, 99) });
  return ages;
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(true);
  await withTown({ cameras: options.cameras, rate: options.rate, gop: options.gop, pictureCores: 0.1 }, async (town) => {
    const { cameras } = await town.operator.json<{ cameras: { id: string; codec: string }[] }>('/api/v1/cameras?limit=5000');
    const chosen = cameras.filter(({ codec }) => codec === 'h264').slice(0, options.tiles).map(({ id }) => id);
    const browser = await startBrowser();
    try {
      const { page } = await visit(browser, town.stack, 'operator', { width: options.width, height: options.height });
      page.setDefaultTimeout(60_000);
      await page.addInitScript(watchCanvas);
      await page.goto(`${town.stack.url}/wall/live?cameras=${chosen.join(',')}&layout=${options.tiles}`);
      for (const id of chosen)
        await page.waitForFunction((one) => Number(document.querySelector<HTMLElement>(one)?.dataset.frames ?? 0) > 10, `figure[data-camera=${id}]`);
      const rounds: number[][] = [];
      for (let round = 0; round < options.rounds; round++) rounds.push(await agesOf(page));
      conclude('latency', {
        tiles: chosen.length, stamps: rounds.flat().length, glass_p50_ms: median(rounds.map((ages) => percentile(ages, 50))),
        glass_p99_ms: median(rounds.map((ages) => percentile(ages, 99))),
      }, rounds.every((ages) => ages.length > 0));
    } finally {
      await browser.close();
    }
  });
}

await main();
