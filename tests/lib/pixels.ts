// What a page shows, as pixels.
import type { Page } from 'playwright-core';
import { readStamp, type Stamp } from './stamp.ts';

export interface Box { x: number; y: number; width: number; height: number }
export interface Pixels { width: number; height: number; data: Uint8Array }

/** A part of the page as RGBA; the browser itself decodes its screenshot. */
export async function pixelsOf(page: Page, clip: Box): Promise<Pixels> {
  const png = (await page.screenshot({ clip })).toString('base64');
  const { width, height, text } = await page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const g = canvas.getContext('2d')!;
    g.drawImage(image, 0, 0);
    const bytes = g.getImageData(0, 0, image.width, image.height).data;
    let binary = '';
    for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return { width: image.width, height: image.height, text: btoa(binary) };
  }, png);
  return { width, height, data: Buffer.from(text, 'base64') };
}

/** The stamp of the simulated camera whose picture fills this part of the page. */
export async function stampAt(page: Page, clip: Box): Promise<Stamp | null> {
  const { data, width, height } = await pixelsOf(page, clip);
  return readStamp(data, width, height);
}
