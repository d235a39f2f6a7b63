import type { Pixels } from '../worker/protocol.ts';

/** Makes a canvas show a picture, in the picture's size. */
export function putPixels(canvas: HTMLCanvasElement | OffscreenCanvas, { width, height, data }: Pixels): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  // one beside the page is drawn from by the processor
  const g = canvas instanceof HTMLCanvasElement ? canvas.getContext('2d') : canvas.getContext('2d', { willReadFrequently: true });
  g!.putImageData(new ImageData(data, width, height), 0, 0);
}
