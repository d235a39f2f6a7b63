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

const BADNESS: CameraState[] = ['live', 'sampled', 'idle', 'connecting', 'disabled', 'stale', 'down'];

export function isAbnormal(camera: Pick<Marked, 'state' | 'reason'>): boolean {
  return camera.state === 'down' || camera.state === 'stale' || camera.reason !== null;
}

export function worstOf(states: Iterable<CameraState>): CameraState {
  let worst = 0;
  for (const state of states) worst = Math.max(worst, BADNESS.indexOf(state));
  return BADNESS[worst]!;
}

const MARK_WIDTH_PX = 64;
const MARK_HEIGHT_PX = 30;

const SQUARE_PX = 44;

/** Cameras by squares of `sizePx` that are fixed to the ground, so that nothing regroups while the map moves. */
class Squares {
  private readonly squares = new Map<string, Marked[]>();
  private readonly scale: number;
  private readonly sizePx: number;

  constructor(scale: number, sizePx: number) {
    this.scale = scale;
    this.sizePx = sizePx;
  }

  add(camera: Marked, like = camera): void {
    const key = this.key(like, 0, 0);
    const square = this.squares.get(key);
    if (square) square.push(camera);
    else this.squares.set(key, [camera]);
  }

  all(): Marked[][] {
    return [...this.squares.values()];
  }

  /** The nearest other camera less than `nearPx` (at most the size of a square) away. */
  nearest(camera: Marked, nearPx: number): Marked | null {
    let nearest: Marked | null = null;
    let best = nearPx;
    for (const dx of [-1, 0, 1])
      for (const dy of [-1, 0, 1])
        for (const other of this.squares.get(this.key(camera, dx, dy)) ?? []) {
          const far = Math.hypot(other.world.x - camera.world.x, other.world.y - camera.world.y) * this.scale;
          if (other !== camera && far < best) [nearest, best] = [other, far];
        }
    return nearest;
  }

  private key({ world }: Marked, dx: number, dy: number): string {
    return `${Math.floor((world.x * this.scale) / this.sizePx) + dx} ${Math.floor((world.y * this.scale) / this.sizePx) + dy}`;
  }
}

/**
 * Groups of cameras whose marks lie on each other: each has another less than `nearPx` away, and they share a square.
 * What lies under the mark of a group joins it, and groups whose marks would lie on each other become one. Groups of
 * fewer than `least` are left out.
 */
export function clusters(cameras: Marked[], scale: number, nearPx: number, least = 2): Cluster[] {
  const places = new Squares(scale, nearPx);
  for (const camera of cameras) places.add(camera);
  const crowded = new Squares(scale, SQUARE_PX);
  const apart: Marked[] = [];
  for (const camera of cameras) {
    if (places.nearest(camera, nearPx)) crowded.add(camera);
    else apart.push(camera);
  }
  const whole = new Squares(scale, SQUARE_PX);
  for (const square of crowded.all()) {
    const like = square.length > 1 ? undefined : places.nearest(square[0]!, nearPx)!; // its neighbour is across the border
    for (const camera of square) whole.add(camera, like);
  }
  const groups = joined(whole.all().filter((square) => square.length > 1), scale);
  for (const camera of apart) covering(groups, camera, scale)?.square.push(camera);
  return joined(groups.map(({ square }) => square), scale)
    .filter(({ square }) => square.length >= least)
    .map(({ cluster }) => cluster);
}

interface Group {
  square: Marked[];
  cluster: Cluster;
}

function covering(groups: Group[], { world }: Marked, scale: number): Group | undefined {
  return groups.find(({ cluster }) =>
    Math.abs(cluster.world.x - world.x) * scale < MARK_WIDTH_PX / 2 && Math.abs(cluster.world.y - world.y) * scale < MARK_HEIGHT_PX / 2);
}

function joined(squares: Marked[][], scale: number): Group[] {
  const kept: Group[] = [];
  for (const one of squares) {
    let whole = { square: one, cluster: clusterOf(one) };
    for (let at = touching(kept, whole.cluster, scale); at >= 0; at = touching(kept, whole.cluster, scale)) {
      const square = [...kept.splice(at, 1)[0]!.square, ...whole.square];
      whole = { square, cluster: clusterOf(square) };
    }
    kept.push(whole);
  }
  return kept;
}

function touching(groups: Group[], { world }: Cluster, scale: number): number {
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
