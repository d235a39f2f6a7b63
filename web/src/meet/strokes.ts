// Points of a drawn signature, as the act `sign` takes them (docs/mediation.md).
export const PAD_WIDTH = 1000;
export const PAD_HEIGHT = 400;
const MOST_STROKES = 200;
const MOST_POINTS = 5000;
const NEAR = 4;
export type Strokes = readonly (readonly (readonly [x: number, y: number])[])[];

const within = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
/** One more point, of a new stroke or of the last one; points that lie together are one. What goes beyond the bounds of the act is left out. Pure. */
export function addPoint(strokes: Strokes, begins: boolean, x: number, y: number): Strokes {
  const point = [within(x, PAD_WIDTH), within(y, PAD_HEIGHT)] as const;
  if (begins) return [...strokes, [point]];
  const last = strokes.at(-1);
  const before = last?.at(-1);
  if (!last || !before || Math.hypot(point[0] - before[0], point[1] - before[1]) < NEAR) return strokes;
  return strokes.reduce((sum, { length }) => sum + length, 0) >= MOST_POINTS ? strokes : [...strokes.slice(0, -1), [...last, point]];
}
/** What is sent: a touch that did not move is no stroke. Pure. */
export const toSend = (strokes: Strokes): Strokes => strokes.filter(({ length }) => length > 1).slice(0, MOST_STROKES);
