import type { Colors } from './renderer.ts';
import type { Rgba } from './sprites.ts';
import type { WritingColors } from './writing.ts';

/** Of any colour that CSS knows; 0–1. */
export function parseColor(text: string): Rgba {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  return Float32Array.from(context.getImageData(0, 0, 1, 1).data, (byte) => byte / 255);
}

/** The tokens that the canvas draws with, as an element sees them. */
export function colorsOf(element: HTMLElement): { tiles: Colors; writing: WritingColors } {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const color = (name: string): Rgba => parseColor(token(name));
  return {
    tiles: {
      ground: color('bg'),
      blank: color('surface-2'),
      edge: color('line'),
      equip: color('equip'),
      quiet: color('text-3'),
      bar_full: color('text-2'),
      bar_empty: color('map-out'),
      stale_edge: color('text-2'),
    },
    writing: {
      text: color('text'),
      text2: color('text-2'),
      line: color('line'),
      select: color('select'),
      focus: color('focus'),
      ground: color('bg'),
      scrim: color('scrim'),
      equip: color('equip'),
      font: token('c-font'),
      factPx: 16 * (Number(token('factor')) || 1),
    },
  };
}
