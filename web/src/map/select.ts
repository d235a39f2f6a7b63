// Which cameras a drawn circle or line means.
import { distanceM, type LonLat } from './ground.ts';

export interface Placed {
  id: string;
  lon: number | null;
  lat: number | null;
}

/** Cameras within `radiusM` of a place, nearest first. */
export function inCircle<C extends Placed>(cameras: Iterable<C>, center: LonLat, radiusM: number): C[] {
  const hits: { camera: C; far: number }[] = [];
  for (const camera of cameras) {
    if (camera.lon === null || camera.lat === null) continue;
    const far = distanceM(center, [camera.lon, camera.lat]);
    if (far <= radiusM) hits.push({ camera, far });
  }
  return hits.sort((a, b) => a.far - b.far || byId(a.camera, b.camera)).map((hit) => hit.camera);
}

/** Cameras within `widthM` of a line, in the order in which one passes them. */
export function alongLine<C extends Placed>(cameras: Iterable<C>, line: LonLat[], widthM: number): C[] {
  const hits: { camera: C; passed: number }[] = [];
  for (const camera of cameras) {
    if (camera.lon === null || camera.lat === null) continue;
    const near = nearestOnLine(line, [camera.lon, camera.lat]);
    if (near.far <= widthM) hits.push({ camera, passed: near.passed });
  }
  return hits.sort((a, b) => a.passed - b.passed || byId(a.camera, b.camera)).map((hit) => hit.camera);
}

function byId(a: Placed, b: Placed): number {
  return a.id.localeCompare(b.id, 'en', { numeric: true });
}

/** Distance of a place from a line and how far along the line its foot lies, both in metres. */
function nearestOnLine(line: LonLat[], at: LonLat): { far: number; passed: number } {
  const best = { far: Infinity, passed: 0 };
  let before = 0;
  for (let i = 0; i + 1 < line.length; i++) {
    const [a, b] = [line[i]!, line[i + 1]!];
    const length = distanceM(a, b);
    const part = length === 0 ? 0 : partOfSegment(a, b, at);
    const far = distanceM([a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part], at);
    if (far < best.far) Object.assign(best, { far, passed: before + part * length });
    before += length;
  }
  return best;
}

function partOfSegment(a: LonLat, b: LonLat, at: LonLat): number {
  const shrink = Math.cos((at[1] * Math.PI) / 180);
  const [dx, dy] = [(b[0] - a[0]) * shrink, b[1] - a[1]];
  const [px, py] = [(at[0] - a[0]) * shrink, at[1] - a[1]];
  return Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy)));
}

/** The camera that one would go to from another in a direction (1, 0 is east, 0, 1 north): near and straight ahead. */
export function nearestThatWay<C extends Placed>(cameras: Iterable<C>, from: C, east: number, north: number): C | undefined {
  if (from.lon === null || from.lat === null) return undefined;
  const shrink = Math.cos((from.lat * Math.PI) / 180);
  let best: C | undefined;
  let bestCost = Infinity;
  for (const camera of cameras) {
    if (camera.id === from.id || camera.lon === null || camera.lat === null) continue;
    const [dx, dy] = [(camera.lon - from.lon) * shrink, camera.lat - from.lat];
    const along = dx * east + dy * north;
    const cost = along + 2 * Math.abs(dx * north - dy * east);
    if (along <= 0 || cost >= bestCost) continue;
    best = camera;
    bestCost = cost;
  }
  return best;
}
