// JPEG to pixels in the memory of the worker: neither a round through the store of blobs of the browser nor a picture
// that belongs to the graphics.
import { LARGE, SMALL, SMALL_HEIGHT_PX, SMALL_WIDTH_PX, type Pixels } from './protocol.ts';

export type Level = typeof SMALL | typeof LARGE;

const TYPE = 'image/jpeg';

/** The JPEG decoder itself makes the small size (a scale in eighths), which costs less than the whole picture. */
async function byImageDecoder(data: Uint8Array<ArrayBuffer>, level: Level): Promise<Pixels> {
  const decoder = new ImageDecoder({
    data, type: TYPE, ...(level === SMALL ? { desiredWidth: SMALL_WIDTH_PX, desiredHeight: SMALL_HEIGHT_PX } : {}),
  });
  try {
    const { image } = await decoder.decode();
    try {
      const { width, height } = image.visibleRect!;
      const pixels = { width, height, data: new Uint8ClampedArray(width * height * 4) };
      await image.copyTo(pixels.data, { format: 'RGBA' });
      return pixels;
    } finally {
      image.close();
    }
  } finally {
    decoder.close();
  }
}

let scratch: OffscreenCanvasRenderingContext2D | null = null;

async function byBitmap(data: Uint8Array<ArrayBuffer>, level: Level): Promise<Pixels> {
  const bitmap = await createImageBitmap(new Blob([data], { type: TYPE }));
  const { width, height } = level === LARGE ? bitmap : { width: SMALL_WIDTH_PX, height: SMALL_HEIGHT_PX };
  scratch ??= new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  Object.assign(scratch.canvas, { width, height });
  scratch.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { width, height, data: scratch.getImageData(0, 0, width, height).data };
}

/** Browsers have ImageDecoder on secure pages, and not all of them. */
export function decodeJpeg(data: Uint8Array<ArrayBuffer>, level: Level): Promise<Pixels> {
  return typeof ImageDecoder === 'undefined' ? byBitmap(data, level) : byImageDecoder(data, level);
}
