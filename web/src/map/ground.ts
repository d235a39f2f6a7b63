// Web Mercator without a map: places as fractions of the world square, so that 1447 marks are projected by a
// multiplication each.

export interface Point {
  x: number;
  y: number;
}
export type LonLat = [lon: number, lat: number];

/** Edge of the world square at zoom 0 in px, as MapLibre counts it. */
export const TILE_PX = 512;
const EARTH_M = 40_075_016.686;

export function toWorld([lon, lat]: LonLat): Point {
  const sine = Math.sin((lat * Math.PI) / 180);
  return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

export function toLonLat({ x, y }: Point): LonLat {
  return [(x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
}

/** What a map without rotation shows. */
export interface View {
  center: LonLat;
  zoom: number;
  width: number;
  height: number;
}

export class Projection {
  readonly view: View;
  readonly scale: number;
  private readonly center: Point;

  constructor(view: View) {
    this.view = view;
    this.scale = TILE_PX * 2 ** view.zoom;
    this.center = toWorld(view.center);
  }
  toScreen(world: Point): Point {
    return {
      x: (world.x - this.center.x) * this.scale + this.view.width / 2,
      y: (world.y - this.center.y) * this.scale + this.view.height / 2,
    };
  }
  fromScreen(at: Point): Point {
    return {
      x: (at.x - this.view.width / 2) / this.scale + this.center.x,
      y: (at.y - this.view.height / 2) / this.scale + this.center.y,
    };
  }
  get metresPerPx(): number {
    return (EARTH_M * Math.cos((this.view.center[1] * Math.PI) / 180)) / this.scale;
  }
}

/** Metres between two places; right to a per mille within a town. */
export function distanceM(a: LonLat, b: LonLat): number {
  const perDegree = EARTH_M / 360;
  const dx = (a[0] - b[0]) * perDegree * Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
  return Math.hypot(dx, (a[1] - b[1]) * perDegree);
}

/** The longest round length (1, 2, 5 × 10ⁿ m) that fits into `limitPx`. */
export function scaleBar(metresPerPx: number, limitPx: number): { metres: number; px: number } {
  const limit = metresPerPx * limitPx;
  const power = 10 ** Math.floor(Math.log10(limit));
  const metres = ([5, 2, 1].find((step) => step * power <= limit) ?? 1) * power;
  return { metres, px: metres / metresPerPx };
}

type Ring = number[][];

function inRing(at: LonLat, ring: Ring): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi = 0, yi = 0] = ring[i]!;
    const [xj = 0, yj = 0] = ring[j]!;
    if (yi > at[1] !== yj > at[1] && at[0] < ((xj - xi) * (at[1] - yi)) / (yj - yi) + xi)
      inside = !inside;
  }
  return inside;
}

export type Geometry = {
  type: 'Polygon' | 'MultiPolygon';
  coordinates: number[][][] | number[][][][];
};

export function polygonsOf(geometry: Geometry): Ring[][] {
  return geometry.type === 'Polygon'
    ? [geometry.coordinates as Ring[]]
    : (geometry.coordinates as Ring[][]);
}

export function contains(geometry: Geometry, at: LonLat): boolean {
  return polygonsOf(geometry).some(
    ([outer, ...holes]) => outer && inRing(at, outer) && !holes.some((hole) => inRing(at, hole)),
  );
}

export type Bounds = [west: number, south: number, east: number, north: number];

export function boundsOf(places: Iterable<number[]>): Bounds | null {
  const bounds: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of places) {
    bounds[0] = Math.min(bounds[0], lon);
    bounds[1] = Math.min(bounds[1], lat);
    bounds[2] = Math.max(bounds[2], lon);
    bounds[3] = Math.max(bounds[3], lat);
  }
  return bounds[0] <= bounds[2] ? bounds : null;
}

export function geometryBounds(geometry: Geometry): Bounds | null {
  return boundsOf(polygonsOf(geometry).flatMap(([outer]) => outer ?? []));
}
