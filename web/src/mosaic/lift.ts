// Which tiles lift over their neighbours, and where they stand: over their own place, inside the mosaic, on no head of a
// village and not on each other. Pure.
import type { Alert } from '../wire/alerts.ts';
import { byUrgency } from '../alerts/queue.ts';
import type { Box } from './viewport.ts';

export const LIFT_PX = 168;
export const LIFT_HEIGHT_PX = (LIFT_PX * 9) / 16;
/** More than so many would hide the town: only priority 1 lifts then, others have the mark alone. */
export const MOST_LIFTED = 6;

export interface Affected {
  alert: Alert;
  n: number;
}

/** The most urgent alert of each camera. */
export function affected(alerts: Alert[], cameraOf: (alert: Alert) => number | undefined): Affected[] {
  const first = new Map<number, Alert>();
  for (const alert of [...alerts].sort(byUrgency)) {
    const n = cameraOf(alert);
    if (n !== undefined && !first.has(n)) first.set(n, alert);
  }
  return [...first].map(([n, alert]) => ({ n, alert })).sort((a, b) => byUrgency(a.alert, b.alert));
}

export function lifted(all: Affected[]): { lifted: Affected[]; marked: Affected[] } {
  const few = all.length <= MOST_LIFTED;
  const lifts = ({ alert }: Affected): boolean => few || alert.priority === 1;
  const up = all.filter(lifts).slice(0, MOST_LIFTED * 2);
  return { lifted: up, marked: all.filter((one) => !up.includes(one)) };
}

/** Moves in parts of its size, the shortest first. */
const STEPS: [number, number][] = [0, 0.5, -0.5, 1, -1]
  .flatMap((dx) => [0, 0.5, -0.5, 1, -1, 1.5, -1.5].map((dy): [number, number] => [dx, dy]))
  .sort(([ax, ay], [bx, by]) => Math.hypot(ax * 16, ay * 9) - Math.hypot(bx * 16, by * 9));

const meets = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** A tile larger than that stays as it is: its box is given back. */
export function standing(tile: Box, room: { width: number; height: number }, heads: Box[], taken: Box[]): Box | null {
  if (tile.width >= LIFT_PX) return tile;
  const size = { width: LIFT_PX, height: LIFT_HEIGHT_PX };
  const centre = { x: tile.x + tile.width / 2 - size.width / 2, y: tile.y + tile.height / 2 - size.height / 2 };
  const edge = 4;
  const kept = (x: number, y: number): Box => ({
    x: Math.round(Math.min(room.width - size.width - edge, Math.max(edge, x))), y: Math.round(Math.min(room.height - size.height - edge, Math.max(edge, y))), ...size,
  });
  for (const [dx, dy] of STEPS) {
    const box = kept(centre.x + dx * size.width, centre.y + dy * size.height);
    if (![...heads, ...taken].some((other) => meets(box, other))) return box;
  }
  return null;
}
