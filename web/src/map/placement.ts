// Where thumbnails stand beside their cameras: none over another, over a panel or over the mark of one that is shown.
import type { Point } from './ground.ts';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A camera that wants a card; the most wanted first. */
export interface Wanted {
  n: number;
  at: Point;
  width: number;
  height: number;
  /** Where its card was before, from the camera; kept when it still fits, so that cards do not wander. */
  before?: Point | undefined;
}

export interface Card extends Rect {
  n: number;
  at: Point;
}

export interface Ground {
  width: number;
  height: number;
  /** Panels that lie over the map. */
  taken: Rect[];
  /** Marks of all cameras in view. */
  marks: Point[];
}

const GAP_PX = 8;
const MARK_PX = 7;
const REACHES_PX = [26, 44, 72, 110, 150];
const DIRECTIONS = 16;

export function overlaps(a: Rect, b: Rect, gap = 0): boolean {
  return (
    a.x < b.x + b.width + gap && b.x < a.x + a.width + gap &&
    a.y < b.y + b.height + gap && b.y < a.y + a.height + gap
  );
}

/** The point of a card nearest to its camera: there its leader ends. */
export function leaderEnd(card: Rect, at: Point): Point {
  return {
    x: Math.min(card.x + card.width, Math.max(card.x, at.x)),
    y: Math.min(card.y + card.height, Math.max(card.y, at.y)),
  };
}

/** Whether the line from a to b meets the rectangle (Liang–Barsky). */
export function meets(a: Point, b: Point, rect: Rect): boolean {
  let [from, to] = [0, 1];
  const edges: [number, number][] = [
    [a.x - b.x, a.x - rect.x], [b.x - a.x, rect.x + rect.width - a.x],
    [a.y - b.y, a.y - rect.y], [b.y - a.y, rect.y + rect.height - a.y],
  ];
  for (const [slope, room] of edges) {
    if (slope === 0) {
      if (room < 0) return false;
    } else if (slope < 0) from = Math.max(from, room / slope);
    else to = Math.min(to, room / slope);
  }
  return from <= to;
}

/** Cards for as many cameras as fit, by the order in which they are wanted. */
export function placeCards(wanted: Wanted[], ground: Ground, limit: number): Card[] {
  const cards: Card[] = [];
  for (const want of wanted) {
    if (cards.length >= limit) break;
    const card = placeOne(want, cards, ground, wanted[0]!);
    if (card) cards.push(card);
  }
  return cards;
}

function placeOne(want: Wanted, cards: Card[], ground: Ground, first: Wanted): Card | null {
  let best: Card | null = null;
  let bestCost = Infinity;
  for (const { offset, cost } of candidates(want)) {
    if (cost >= bestCost) continue;
    const card = { n: want.n, at: want.at, x: want.at.x + offset.x, y: want.at.y + offset.y, width: want.width, height: want.height };
    if (!fits(card, cards, ground, first)) continue;
    const total = cost + coveredMarks(card, ground.marks) * 12;
    if (total < bestCost) [best, bestCost] = [card, total];
  }
  return best;
}

function* candidates(want: Wanted): Generator<{ offset: Point; cost: number }> {
  if (want.before) yield { offset: want.before, cost: -1000 };
  for (const reach of REACHES_PX)
    for (let i = 0; i < DIRECTIONS; i++) {
      const angle = (i / DIRECTIONS) * 2 * Math.PI;
      const [cx, cy] = [Math.cos(angle), Math.sin(angle)];
      // the card's middle lies where its edge is `reach` away from the camera in this direction
      const out = Math.min(
        cx === 0 ? Infinity : want.width / 2 / Math.abs(cx),
        cy === 0 ? Infinity : want.height / 2 / Math.abs(cy),
      ) + reach;
      yield { offset: { x: cx * out - want.width / 2, y: cy * out - want.height / 2 }, cost: reach };
    }
}

function fits(card: Card, cards: Card[], ground: Ground, first: Wanted): boolean {
  const inside = card.x >= GAP_PX && card.y >= GAP_PX &&
    card.x + card.width <= ground.width - GAP_PX && card.y + card.height <= ground.height - GAP_PX;
  if (!inside || ground.taken.some((rect) => overlaps(card, rect, GAP_PX))) return false;
  if (overlaps(card, markOf(card.at)) || (card.n !== first.n && overlaps(card, markOf(first.at)))) return false;
  const end = leaderEnd(card, card.at);
  return cards.every((other) =>
    !overlaps(card, other, GAP_PX) && !overlaps(card, markOf(other.at)) &&
    !meets(card.at, end, other) && !meets(other.at, leaderEnd(other, other.at), card));
}

/** What is written on the ground, by its middle. */
export interface Written {
  text: string;
  at: Point;
  width: number;
  height: number;
}

/** Above and below its place, px. */
const NAME_SHIFTS_PX = [0, -26, 26, -48, 48];

/** Middles of names so that none lies on another or on a mark; one without room is left out. */
export function placeNames(names: Written[], marks: Rect[]): (Point & { text: string })[] {
  const boxes: Rect[] = [...marks];
  return names.flatMap(({ text, at, width, height }) => {
    for (const shift of NAME_SHIFTS_PX) {
      const box = { x: at.x - width / 2, y: at.y + shift - height / 2, width, height };
      if (boxes.some((other) => overlaps(box, other, 2))) continue;
      boxes.push(box);
      return [{ text, x: at.x, y: at.y + shift }];
    }
    return [];
  });
}

function markOf(at: Point): Rect {
  return { x: at.x - MARK_PX, y: at.y - MARK_PX, width: 2 * MARK_PX, height: 2 * MARK_PX };
}

function coveredMarks(card: Rect, marks: Point[]): number {
  let covered = 0;
  for (const { x, y } of marks)
    if (x > card.x && x < card.x + card.width && y > card.y && y < card.y + card.height) covered++;
  return covered;
}
