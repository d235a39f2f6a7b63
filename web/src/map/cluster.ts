// Far away, cameras that lie on each other become one mark with their number.
import type { CameraState } from '../wire/messages.ts';
import type { Point } from './ground.ts';

export interface Marked {
  n: number;
  world: Point;
  state: CameraState;
  /** A reason counts as trouble also where units still come (frozen, black). */
  reason: string | null;
}

export interface Cluster {
  world: Point;
  cameras: number[];
  worst: CameraState;
}

/** Below this mean distance of neighbours marks cannot be told apart. */
export const MEAN_DISTANCE_PX = 14;
const BADNESS: CameraState[] = ['live', 'sampled', 'idle', 'connecting', 'disabled', 'stale', 'down'];

export function isAbnormal(camera: Pick<Marked, 'state' | 'reason'>): boolean {
  return camera.state === 'down' || camera.state === 'stale' || camera.reason !== null;
}

export function worstOf(states: Iterable<CameraState>): CameraState {
  let worst = 0;
  for (const state of states) worst = Math.max(worst, BADNESS.indexOf(state));
  return BADNESS[worst]!;
}

/** Mean distance of neighbours if the cameras were spread evenly over the ground they cover, px. */
export function meanDistancePx(cameras: Marked[], scale: number): number {
  if (cameras.length < 2) return Infinity;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { world } of cameras) {
    left = Math.min(left, world.x);
    right = Math.max(right, world.x);
    top = Math.min(top, world.y);
    bottom = Math.max(bottom, world.y);
  }
  return Math.sqrt(((right - left) * (bottom - top)) / cameras.length) * scale;
}

/**
 * Groups of cameras that share a square of `sizePx`; groups of one are left out. The squares are fixed to the
 * ground, so that nothing regroups while the map moves.
 */
export function clusters(cameras: Marked[], scale: number, sizePx: number): Cluster[] {
  const squares = new Map<string, Marked[]>();
  for (const camera of cameras) {
    const key = `${Math.floor((camera.world.x * scale) / sizePx)} ${Math.floor((camera.world.y * scale) / sizePx)}`;
    const square = squares.get(key);
    if (square) square.push(camera);
    else squares.set(key, [camera]);
  }
  return [...squares.values()].filter((square) => square.length > 1).map(clusterOf);
}

function clusterOf(square: Marked[]): Cluster {
  const sum = { x: 0, y: 0 };
  for (const { world } of square) {
    sum.x += world.x;
    sum.y += world.y;
  }
  return {
    world: { x: sum.x / square.length, y: sum.y / square.length },
    cameras: square.map((camera) => camera.n),
    worst: worstOf(square.map((camera) => camera.state)),
  };
}
