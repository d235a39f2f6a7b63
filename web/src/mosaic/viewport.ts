// What part of the mosaic is seen: a scale and the world point in the upper left corner. Pure arithmetic.

export interface Viewport {
  x: number;
  y: number;
  scale: number;
}
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const MAX_TILE_PX = 1600;

/** Keeps the world in sight: never smaller than whole, never beyond its edges. */
export function bounded(view: Viewport, world: Box, room: Box, maxScale: number): Viewport {
  const scale = Math.min(maxScale, Math.max(1, view.scale));
  const inside = (at: number, size: number, seen: number): number =>
    Math.min(Math.max(0, size - seen), Math.max(0, at));
  return {
    scale,
    x: inside(view.x, world.width, room.width / scale),
    y: inside(view.y, world.height, room.height / scale),
  };
}

/** Changes the scale so that the world point under (px, py) stays where it is. */
export function zoomedAt(view: Viewport, factor: number, px: number, py: number): Viewport {
  const scale = view.scale * factor;
  return { scale, x: view.x + px / view.scale - px / scale, y: view.y + py / view.scale - py / scale };
}

/** Puts a box into the middle so that it is `widthPx` wide. */
export function centredOn(box: Box, widthPx: number, room: Box): Viewport {
  const scale = widthPx / box.width;
  return {
    scale,
    x: box.x + box.width / 2 - room.width / scale / 2,
    y: box.y + box.height / 2 - room.height / scale / 2,
  };
}

/** A point of a flight between two views, 0 ≤ at ≤ 1; zooms evenly to the eye. */
export function between(from: Viewport, to: Viewport, at: number): Viewport {
  const scale = from.scale * (to.scale / from.scale) ** at;
  const span = 1 / to.scale - 1 / from.scale;
  // moving with the size of the view keeps the target still while it grows
  const moved = Math.abs(span) < 1e-9 ? at : (1 / scale - 1 / from.scale) / span;
  return { scale, x: from.x + (to.x - from.x) * moved, y: from.y + (to.y - from.y) * moved };
}

export const eased = (t: number): number => 1 - (1 - t) ** 3;
