// Decoding of small pictures in tests.
import { decode } from 'jpeg-js';

export interface Rgba { width: number; height: number; data: Uint8Array }

export function decodeJpeg(jpeg: Uint8Array): Rgba {
  return decode(jpeg, { useTArray: true, formatAsRGBA: true });
}
