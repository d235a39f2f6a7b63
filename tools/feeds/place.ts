// The place that things happen in: areas, cameras and sensors of a town's folder (docs/town-format.md).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv } from '../../tests/lib/csv.ts';
import { randomStream, type Random } from '../town/random.ts';

export type Point = readonly [lon: number, lat: number];

export interface Cell {
  code: string;
  name: string; // 石桥村05网格
  village: string; // 石桥村
  rings: Point[][];
  label: Point;
}

export interface Camera {
  id: string;
  name: string;
  at: Point;
  cell: Cell;
  /** Degrees; null where it turns or nobody knows. */
  azimuth: number | null;
  fov: number | null;
  scene: string;
  /** In words: 柳林小学门前. */
  spot: string;
  /** What it hangs on. */
  parent: string;
}

export type SensorKind = 'smoke' | 'water_level' | 'door' | 'air' | 'help_button';

export interface Sensor {
  id: string;
  kind: SensorKind;
  name: string;
  at: Point;
  cell: Cell;
  spot: string;
}

export interface Place {
  name: string;
  code: string;
  cells: Cell[];
  cameras: Camera[];
  sensors: Sensor[];
  /** Cameras by what they hang on. */
  parents: Map<string, Camera[]>;
  /** Where the town's offices are, which is where wrong positions tend to be. */
  office: Point;
  outline: Point[];
}

const metresPerDegree = 111_195;

export function distanceM(a: Point, b: Point): number {
  const x = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) * Math.PI) / 360);
  return Math.hypot(x, b[1] - a[1]) * metresPerDegree;
}

/** The point `metres` away in a direction (degrees from north, clockwise). */
export function away(from: Point, metres: number, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  const north = (metres * Math.cos(angle)) / metresPerDegree;
  const east = (metres * Math.sin(angle)) / metresPerDegree / Math.cos((from[1] * Math.PI) / 180);
  return [from[0] + east, from[1] + north];
}

/** Within a circle of error: two thirds of all are nearer than `metres`. */
export function blurred(at: Point, metres: number, random: Random): Point {
  const far = metres * 0.675 * Math.sqrt(-2 * Math.log(1 - random() * 0.999));
  return away(at, far, random() * 360);
}

function bearing(a: Point, b: Point): number {
  const x = (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180);
  return ((Math.atan2(x, b[1] - a[1]) * 180) / Math.PI + 360) % 360;
}

/** Can a camera see what happens there? */
export function sees(camera: Camera, at: Point, reachM = 90): boolean {
  if (distanceM(camera.at, at) > reachM) return false;
  if (camera.azimuth === null || camera.fov === null) return true;
  const off = Math.abs(((bearing(camera.at, at) - camera.azimuth + 540) % 360) - 180);
  return off <= camera.fov / 2 || distanceM(camera.at, at) < 8;
}

function inRing(ring: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]!, [xj, yj] = ring[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** The grid cell at a point, null outside the town. */
export function cellAt(place: Place, at: Point): Cell | null {
  return place.cells.find((cell) => inRing(cell.rings[0]!, at) && !cell.rings.slice(1).some((hole) => inRing(hole, at))) ?? null;
}

/** `village`: only among its cameras, when it has any. */
export function nearestCamera(place: Place, at: Point, village?: string): Camera {
  let best: Camera | null = null, least = Infinity;
  for (const camera of place.cameras) {
    if (village !== undefined && camera.cell.village !== village) continue;
    const far = distanceM(camera.at, at);
    if (far < least) [best, least] = [camera, far];
  }
  return best ?? nearestCamera(place, at);
}

interface Feature { properties: Record<string, string> & { label: Point }; geometry: { type: string; coordinates: Point[][] | Point[][][] } }

function readCells(features: Feature[]): Cell[] {
  const villages = new Map(features.filter((one) => ['village', 'community'].includes(one.properties.level!)).map((one) => [one.properties.code!, one.properties.name!]));
  return features.filter((one) => one.properties.level === 'cell' && (one.properties.layer ?? 'governance') === 'governance').map(({ properties, geometry }) => ({
    code: properties.code!, name: properties.name!, village: villages.get(properties.parent!) ?? '',
    rings: (geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates[0]) as Point[][],
    label: properties.label,
  }));
}

const behindOneSwitch = 36;

function readCameras(file: string, cells: Cell[]): Camera[] {
  const byCode = new Map(cells.map((cell) => [cell.code, cell]));
  const inCell = new Map<string, number>();
  return parseCsv(readFileSync(file, 'utf8')).rows.map((row) => {
    const cell = byCode.get(row.area!) ?? cells[0]!;
    const before = inCell.get(cell.code) ?? 0;
    inCell.set(cell.code, before + 1);
    return {
      id: row.id!, name: row.name!, at: [Number(row.lon), Number(row.lat)] as const, cell,
      azimuth: row.azimuth ? Number(row.azimuth) : null, fov: row.fov ? Number(row.fov) : null,
      scene: row.scene!, spot: row.place || `${cell.name}内`,
      parent: `sw-${cell.code.slice(-3)}-${Math.floor(before / behindOneSwitch) + 1}`,
    };
  });
}

const sensorNames: Record<SensorKind, string> = { smoke: '烟感', water_level: '水位计', door: '门磁', air: '空气站', help_button: '求助按钮' };
const sensorCounts: [SensorKind, number][] = [['smoke', 160], ['water_level', 14], ['door', 30], ['air', 9], ['help_button', 70]];

/** A town's folder tells of no sensors: they are put where such devices usually are, always the same for one town. */
function makeSensors(cameras: Camera[], code: string): Sensor[] {
  const random = randomStream(Number(code.slice(-6)), 'sensors');
  return sensorCounts.flatMap(([kind, count]) => {
    const fitting = cameras.filter((camera) => (camera.scene === 'river') === (kind === 'water_level'));
    const near = fitting.length ? fitting : cameras;
    return Array.from({ length: count }, (_, i): Sensor => {
      const camera = random.pick(near);
      const at = away(camera.at, random.between(4, kind === 'water_level' ? 25 : 120), random() * 360);
      return { id: `${kind}-${String(i + 1).padStart(3, '0')}`, kind, name: `${camera.spot}${sensorNames[kind]}`, at, cell: camera.cell, spot: camera.spot };
    });
  });
}

/** Reads a town's folder. Throws with the name of a file that is not as docs/town-format.md wants it. */
export function readPlace(dir: string): Place {
  const town = JSON.parse(readFileSync(join(dir, 'town.json'), 'utf8')) as { name: string; code: string; files: Record<string, string> };
  const { features } = JSON.parse(readFileSync(join(dir, town.files.areas!), 'utf8')) as { features: Feature[] };
  const cells = readCells(features);
  if (cells.length === 0) throw new Error(`${dir}: no grid cells in ${town.files.areas}`);
  const cameras = town.files.cameras ? readCameras(join(dir, town.files.cameras), cells) : [];
  if (cameras.length === 0) throw new Error(`${dir}: no cameras, and with them no places that people know`);
  const parents = Map.groupBy(cameras, (camera) => camera.parent);
  const outline = features.find((one) => one.properties.level === 'town')?.geometry.coordinates[0] as Point[];
  const office = cameras.find((camera) => camera.spot.includes('政府')) ?? cameras[0]!;
  return { name: town.name, code: town.code, cells, cameras, sensors: makeSensors(cameras, town.code), parents, office: office.at, outline };
}
