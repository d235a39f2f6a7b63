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

const MARK_WIDTH_PX = 64;
const MARK_HEIGHT_PX = 30;

/**
 * Groups of cameras that share a square of `sizePx`; groups of one are left out. The squares are fixed to the
 * ground, so that nothing regroups while the map moves; groups whose marks would lie on each other become one.
 */
export function clusters(cameras: Marked[], scale: number, sizePx: number): Cluster[] {
  const squares = new Map<string, Marked[]>();
  for (const camera of cameras) {
    const key = `${Math.floor((camera.world.x * scale) / sizePx)} ${Math.floor((camera.world.y * scale) / sizePx)}`;
    const square = squares.get(key);
    if (square) square.push(camera);
    else squares.set(key, [camera]);
  }
  const groups = [...squares.values()].filter((square) => square.length > 1);
  return joined(groups.map((square) => ({ square, cluster: clusterOf(square) })), scale);
}

function joined(groups: { square: Marked[]; cluster: Cluster }[], scale: number): Cluster[] {
  const kept: typeof groups = [];
  for (const group of groups) {
    let whole = group;
    for (let at = touching(kept, whole.cluster, scale); at >= 0; at = touching(kept, whole.cluster, scale)) {
      const square = [...kept.splice(at, 1)[0]!.square, ...whole.square];
      whole = { square, cluster: clusterOf(square) };
    }
    kept.push(whole);
  }
  return kept.map(({ cluster }) => cluster);
}

function touching(groups: { cluster: Cluster }[], { world }: Cluster, scale: number): number {
  return groups.findIndex(({ cluster }) =>
    Math.abs(cluster.world.x - world.x) * scale < MARK_WIDTH_PX && Math.abs(cluster.world.y - world.y) * scale < MARK_HEIGHT_PX);
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
