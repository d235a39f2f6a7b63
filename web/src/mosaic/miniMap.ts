import { polygonsOf, toWorld, type Geometry, type LonLat, type Point } from '../map/ground.ts';
import type { Area } from '../stores/areas.ts';
import type { Camera } from '../wire/messages.ts';

export interface MiniPalette {
  land: string;
  seen: string;
  border: string;
  outline: string;
  camera: string;
  trouble: string;
  ink: string;
}
export interface MiniTown {
  areas: Area[];
  cameras: Camera[];
  cells: ReadonlySet<string> | null;
  focused: number;
}

const MARGIN = 0.04;

interface Fit {
  scale: number;
  x: number;
  y: number;
}

/** How places lie in a picture of this size; null: there is no place to show. */
export function fitPlaces(places: Point[], width: number, height: number): Fit | null {
  if (places.length === 0) return null;
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const least = (list: number[]): number => list.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (list: number[]): number => list.reduce((a, b) => Math.max(a, b), -Infinity);
  const [left, top, right, bottom] = [least(xs), least(ys), most(xs), most(ys)];
  const room = 1 - 2 * MARGIN;
  const scale = Math.min((width * room) / Math.max(right - left, 1e-9), (height * room) / Math.max(bottom - top, 1e-9));
  return { scale, x: (width - (left + right) * scale) / 2, y: (height - (top + bottom) * scale) / 2 };
}

const outlines = new WeakMap<Area, { fit: Fit; path: Path2D }>();

/** The outline of an area, made once for a size. */
function outline(area: Area, fit: Fit): Path2D {
  const known = outlines.get(area);
  if (known && known.fit.scale === fit.scale && known.fit.x === fit.x && known.fit.y === fit.y) return known.path;
  const path = new Path2D();
  for (const ring of polygonsOf(area.geometry as Geometry).flat())
    ring.forEach((place, i) => {
      const { x, y } = toWorld(place as LonLat);
      if (i === 0) path.moveTo(x * fit.scale + fit.x, y * fit.scale + fit.y);
      else path.lineTo(x * fit.scale + fit.x, y * fit.scale + fit.y);
    });
  outlines.set(area, { fit, path });
  return path;
}

export function drawMiniMap(canvas: HTMLCanvasElement, palette: MiniPalette, town: MiniTown): void {
  // drawn by the processor: hundreds of outlines cost the graphics more than the mosaic does
  const g = canvas.getContext('2d', { willReadFrequently: true })!;
  g.clearRect(0, 0, canvas.width, canvas.height);
  const cells = town.areas.filter(({ properties }) => properties.level === 'cell');
  const corners = cells.flatMap((area) => polygonsOf(area.geometry as Geometry).flat(2) as unknown as LonLat[]);
  const cameras = town.cameras.filter((camera) => camera.lon !== null && camera.lat !== null);
  const placeOf = (camera: Camera): Point => toWorld([camera.lon!, camera.lat!]);
  const fit = fitPlaces(corners.length > 0 ? corners.map(toWorld) : cameras.map(placeOf), canvas.width, canvas.height);
  if (!fit) return;
  g.lineWidth = 1;
  for (const cell of cells) {
    const path = outline(cell, fit);
    g.fillStyle = town.cells?.has(cell.properties.code) ?? true ? palette.seen : palette.land;
    g.fill(path);
    g.strokeStyle = palette.border;
    g.stroke(path);
  }
  g.lineWidth = 2;
  g.strokeStyle = palette.outline;
  for (const area of town.areas)
    if (area.properties.level === 'town') g.stroke(outline(area, fit));
  drawCameras(g, palette, cameras, fit, town.focused);
}

function drawCameras(g: CanvasRenderingContext2D, palette: MiniPalette, cameras: Camera[], fit: Fit, focused: number): void {
  const at = (camera: Camera): [number, number] => {
    const { x, y } = toWorld([camera.lon!, camera.lat!]);
    return [x * fit.scale + fit.x, y * fit.scale + fit.y];
  };
  const inTrouble = (camera: Camera): boolean => camera.state === 'down' || camera.state === 'stale';
  g.fillStyle = palette.camera;
  for (const camera of cameras) {
    const [x, y] = at(camera);
    if (!inTrouble(camera)) g.fillRect(x - 1.5, y - 1.5, 3, 3);
  }
  g.strokeStyle = palette.trouble;
  g.lineWidth = 2.5;
  g.beginPath();
  for (const camera of cameras.filter(inTrouble)) {
    const [x, y] = at(camera);
    g.moveTo(x - 5, y - 5);
    g.lineTo(x + 5, y + 5);
    g.moveTo(x + 5, y - 5);
    g.lineTo(x - 5, y + 5);
  }
  g.stroke();
  const chosen = cameras.find((camera) => camera.n === focused);
  if (!chosen) return;
  const [x, y] = at(chosen);
  g.strokeStyle = palette.ink;
  g.lineWidth = 3;
  g.beginPath();
  g.arc(x, y, 10, 0, 2 * Math.PI);
  g.stroke();
}
