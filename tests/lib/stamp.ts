// Reads the stamp that simulated cameras put in the top row of their keyframes; docs/simcams.md has the format.

export interface Stamp {
  camera: number;
  /** Wall clock in milliseconds modulo 2^20. */
  timeMs: number;
}

const cells = 40;
const timeModulusMs = 1 << 20;
const contrastMin = 60;

function crc6(bits: readonly number[]): number {
  let crc = 0;
  for (const bit of bits) {
    const out = ((crc >> 5) & 1) ^ bit;
    crc = ((crc << 1) & 0x3f) ^ (out ? 0x03 : 0);
  }
  return crc;
}

function toNumber(bits: readonly number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}

/** 40 characters "0" or "1", as in tests/vectors/stamp.json. */
export function stampFromCells(text: string): Stamp | null {
  const bits = [...text].map(Number);
  if (bits.length !== cells || bits[0] !== 1 || bits[1] !== 0) return null;
  const data = bits.slice(2, 34);
  if (crc6(data) !== toNumber(bits.slice(34))) return null;
  return { camera: toNumber(data.slice(0, 12)), timeMs: toNumber(data.slice(12)) };
}

/** From pixels of a picture of any size from 160×90 on: `channels` bytes a pixel, red, green, blue first. */
export function readStamp(pixels: Uint8Array | Uint8ClampedArray, width: number, height: number, channels = 4): Stamp | null {
  const top = Math.floor((height * 4) / 720);
  const bottom = Math.max(top + 1, Math.floor((height * 9) / 720));
  const luma = (cell: number): number => {
    const left = Math.floor(((cell * 4 + 1) * width) / (cells * 4));
    const right = Math.max(left + 1, Math.floor(((cell * 4 + 3) * width) / (cells * 4)));
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const at = (y * width + x) * channels;
        sum += 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
      }
    }
    return sum / ((bottom - top) * (right - left));
  };
  const white = luma(0);
  const black = luma(1);
  if (white - black < contrastMin) return null;
  let text = '';
  for (let cell = 0; cell < cells; cell++) text += luma(cell) * 2 > white + black ? '1' : '0';
  return stampFromCells(text);
}

/** Milliseconds from the stamp to `nowMs` (Date.now()), between minus half the modulus and plus half. */
export function stampAgeMs(stamp: Stamp, nowMs: number): number {
  const age = (((nowMs - stamp.timeMs) % timeModulusMs) + timeModulusMs) % timeModulusMs;
  return age >= timeModulusMs / 2 ? age - timeModulusMs : age;
}
