import type { OverlayColors } from './overlay.ts';
import type { Colors } from './renderer.ts';

/** The tokens that the canvases draw with, as an element sees them. */
export function colorsOf(element: HTMLElement): { tiles: Colors; overlay: OverlayColors } {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    tiles: {
      ground: token('bg'),
      blank: token('surface-2'),
      edge: token('line'),
      equip: token('equip'),
      quiet: token('text-3'),
      bar_full: token('text-2'),
      bar_empty: token('map-out'),
      stale_edge: token('text-2'),
    },
    overlay: {
      text: token('text'),
      text2: token('text-2'),
      line: token('line'),
      select: token('select'),
      focus: token('focus'),
      ground: token('bg'),
      scrim: token('scrim'),
      equip: token('equip'),
      font: token('c-font'),
      factPx: 16 * (Number(token('factor')) || 1),
    },
  };
}
