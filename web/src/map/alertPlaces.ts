// Where marks of alerts, their labels and the capsules of warnings stand on the map. Marks stay at their place and nothing
// covers them; a label moves, then a capsule, and what finds no room is left out. Pure.
import type { Point } from './ground.ts';
import { overlaps, type Rect } from './placement.ts';

export interface Labelled {
  id: string;
  at: Point;
  /** Edge of the mark. */
  markPx: number;
  width: number;
  height: number;
  /** A mark alone. */
  bare?: boolean;
}
export interface Capsule {
  id: string;
  at: Point;
  width: number;
  height: number;
}
export interface PlacedLabel extends Rect {
  id: string;
}
export interface Places {
  marks: Map<string, Rect>;
  labels: PlacedLabel[];
  capsules: PlacedLabel[];
}

const GAP_PX = 6;
const EDGE_PX = 4;

const markBox = ({ at, markPx }: Labelled): Rect => ({ x: at.x - markPx / 2, y: at.y - markPx / 2, width: markPx, height: markPx });
const inside = (box: Rect, width: number, height: number): boolean =>
  box.x >= EDGE_PX && box.y >= EDGE_PX && box.x + box.width <= width - EDGE_PX && box.y + box.height <= height - EDGE_PX;

/** Right of its mark first, then left, below, above, then the corners. */
function around(one: Labelled): Rect[] {
  const half = one.markPx / 2;
  const { width, height } = one;
  const [left, right] = [one.at.x - half - GAP_PX - width, one.at.x + half + GAP_PX];
  const [above, middle, below] = [one.at.y - half - GAP_PX - height, one.at.y - height / 2, one.at.y + half + GAP_PX];
  const centre = one.at.x - width / 2;
  return [[right, middle], [left, middle], [centre, below], [centre, above], [right, below], [right, above], [left, below], [left, above]]
    .map(([x, y]) => ({ x: Math.round(x!), y: Math.round(y!), width, height }));
}

/** `marks`: the most urgent first; that order says who gets the room. */
export function placeAlerts(marks: Labelled[], capsules: Capsule[], ground: { width: number; height: number; taken: Rect[]; /** Names of villages: they come before capsules. */ names: Rect[] }): Places {
  const boxes = new Map(marks.map((one) => [one.id, markBox(one)]));
  const used: Rect[] = [...boxes.values(), ...ground.taken];
  const free = (box: Rect): boolean => inside(box, ground.width, ground.height) && !used.some((other) => overlaps(box, other, 2));
  const labels: PlacedLabel[] = [];
  for (const one of marks) {
    const box = one.bare ? undefined : around(one).find(free);
    if (!box) continue;
    used.push(box);
    labels.push({ id: one.id, ...box });
  }
  used.push(...ground.names);
  const placed: PlacedLabel[] = [];
  for (const one of capsules) {
    const shifts = [[0, 22], [0, -30], [0, 52], [0, -60], [-one.width / 2 - 24, 0], [one.width / 2 + 24, 0]];
    const box = shifts.map(([dx, dy]) => ({ x: Math.round(one.at.x - one.width / 2 + dx!), y: Math.round(one.at.y + dy! - one.height / 2), width: one.width, height: one.height })).find(free);
    if (!box) continue;
    used.push(box);
    placed.push({ id: one.id, ...box });
  }
  return { marks: boxes, labels, capsules: placed };
}
