// Where every tile stands. Pure: areas and cameras in, places out; the same town gives the same places.
import type { Area } from '../stores/areas.ts';
import type { Camera } from '../wire/messages.ts';

export interface Cell {
  code: string;
  label: string;
  cameras: Camera[];
}
export interface Village {
  code: string;
  name: string;
  cells: Cell[];
}

export interface Tile {
  camera: Camera;
  x: number;
  y: number;
  /** Index of its block and place within, for moving by keys. */
  block: number;
  column: number;
  row: number;
}
export interface Block {
  village: number;
  cell: Cell;
  x: number;
  y: number;
  width: number;
  height: number;
  columns: number;
  first: number;
}
export interface VillageHead {
  village: Village;
  x: number;
  y: number;
  width: number;
}
export interface Layout {
  tileWidth: number;
  tileHeight: number;
  width: number;
  height: number;
  tiles: Tile[];
  blocks: Block[];
  heads: VillageHead[];
}

export const VILLAGE_HEAD_PX = 28;
export const CELL_HEAD_PX = 22;
export const GAP_PX = 2;
const CELL_GAP_PX = 8;
const VILLAGE_GAP_PX = 20;
const ROW_GAP_PX = 12;
const MARGIN_PX = 12;
const CELL_HEAD_MIN_PX = 60; // room for "05 28 路"
const TILE_MAX_PX = 240;
const TILE_MIN_PX = 8;
const PHONE_WIDTH_PX = 700;
const PHONE_COLUMNS = 4;

const number = new Intl.Collator('en', { numeric: true });

function placeOf(area: Area | undefined): [number, number] {
  return area?.properties.label ?? [0, 0];
}

/** Roughly north to south, west to east: bands of latitude, each from west to east. */
export function byPlace<T>(items: T[], place: (item: T) => [number, number], bands: number): T[] {
  const north = [...items].sort((a, b) => place(b)[1] - place(a)[1]);
  const size = Math.ceil(north.length / Math.max(1, bands));
  const out: T[] = [];
  for (let i = 0; i < north.length; i += size)
    out.push(...north.slice(i, i + size).sort((a, b) => place(a)[0] - place(b)[0]));
  return out;
}

/** Villages by place, cells by number, cameras by number. Cameras of unknown areas stand in a last group. */
export function groupTown(
  areas: Area[],
  cameras: Camera[],
  nameOf: (area: Area) => string,
  other: string,
): Village[] {
  const byCode = new Map(areas.map((area) => [area.properties.code, area]));
  const cells = new Map<string, Cell>();
  const villages = new Map<string, { area: Area | undefined; cells: Set<string> }>();
  for (const camera of cameras) {
    const area = byCode.get(camera.area);
    const isCell = area?.properties.level === 'cell';
    const villageCode = (isCell ? area.properties.parent : area?.properties.code) ?? '';
    const village = villages.get(villageCode) ?? { area: byCode.get(villageCode), cells: new Set() };
    villages.set(villageCode, village);
    village.cells.add(camera.area);
    const label = isCell ? (area.properties.number ?? area.properties.name) : '';
    const cell = cells.get(camera.area) ?? { code: camera.area, label, cameras: [] };
    cells.set(camera.area, cell);
    cell.cameras.push(camera);
  }
  // by code first, so that equal places keep one order whatever came first
  const listed = [...villages].sort(([a], [b]) => number.compare(a, b));
  const ordered = byPlace(listed, ([, { area }]) => placeOf(area), Math.sqrt(villages.size));
  const known = ordered.filter(([, { area }]) => area).concat(ordered.filter(([, { area }]) => !area));
  return known.map(([code, { area, cells: codes }]) => ({
    code,
    name: area ? nameOf(area) : other,
    cells: [...codes]
      .map((one) => cells.get(one)!)
      .sort((a, b) => number.compare(a.label, b.label) || number.compare(a.code, b.code))
      .map((cell) => ({
        ...cell,
        cameras: cell.cameras.sort((a, b) => number.compare(a.id, b.id)),
      })),
  }));
}

interface Pitch {
  x: number;
  y: number;
}

const columnsOf = (cell: Cell, rows: number, pitch: Pitch): number =>
  Math.max(Math.ceil(CELL_HEAD_MIN_PX / pitch.x), Math.ceil(cell.cameras.length / rows));

function villageWidth(village: Village, rows: number, pitch: Pitch): number {
  let width = (village.cells.length - 1) * CELL_GAP_PX;
  for (const cell of village.cells) width += columnsOf(cell, rows, pitch) * pitch.x;
  return width;
}

/** The fewest tile rows in which these villages fit side by side; Infinity when they do not. */
function rowsFor(villages: Village[], width: number, pitch: Pitch): number {
  let most = 1;
  for (const { cells } of villages) for (const cell of cells) most = Math.max(most, cell.cameras.length);
  const fits = (rows: number): boolean => {
    let used = (villages.length - 1) * VILLAGE_GAP_PX;
    for (const village of villages) used += villageWidth(village, rows, pitch);
    return used <= width;
  };
  if (!fits(most)) return Infinity;
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

interface Break {
  villages: Village[];
  rows: number;
}

/** A corner at the lower right that stays free of tiles. */
export interface Corner {
  width: number;
  height: number;
}
const NO_CORNER: Corner = { width: 0, height: 0 };

/** The way of breaking the villages into lines that takes the least height; from the last line up, since those beside
 * the corner are shorter. */
function breakLines(villages: Village[], width: number, pitch: Pitch, corner: Corner): { lines: Break[]; height: number } {
  const count = villages.length;
  const best: { height: number; to: number; rows: number }[] = [];
  best[count] = { height: 0, to: count, rows: 0 };
  for (let from = count - 1; from >= 0; from--) {
    let chosen = { height: Infinity, to: from + 1, rows: 0 };
    for (let to = from + 1; to <= count; to++) {
      const below = best[to]!.height;
      const room = below < corner.height ? width - corner.width : width;
      const rows = rowsFor(villages.slice(from, to), room, pitch);
      if (rows === Infinity && room === width) break;
      const height = below + VILLAGE_HEAD_PX + CELL_HEAD_PX + rows * pitch.y + ROW_GAP_PX;
      if (height < chosen.height) chosen = { height, to, rows };
    }
    best[from] = chosen;
  }
  const lines: Break[] = [];
  for (let from = 0; from < count; from = best[from]!.to)
    lines.push({ villages: villages.slice(from, best[from]!.to), rows: best[from]!.rows });
  return { lines, height: best[0]!.height };
}

const pitchOf = (tileWidth: number): Pitch => ({
  x: tileWidth + GAP_PX,
  y: Math.round((tileWidth * 9) / 16) + GAP_PX,
});

/** Lays the town out in the given room with the widest tile that fits. The layout may be higher than a narrow room. */
export function layTown(villages: Village[], width: number, height: number, corner = NO_CORNER): Layout {
  if (width < PHONE_WIDTH_PX) return layPhone(villages, width, height);
  const inner = width - 2 * MARGIN_PX;
  let low = TILE_MIN_PX;
  let high = TILE_MAX_PX;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (breakLines(villages, inner, pitchOf(middle), corner).height <= height - MARGIN_PX) low = middle;
    else high = middle - 1;
  }
  const broken = breakLines(villages, inner, pitchOf(low), corner);
  // no room beside the corner even so: the town matters more
  if (broken.height === Infinity && corner.width > 0) return layTown(villages, width, height);
  const { lines, height: used } = broken;
  return place(villages, lines, low, width, Math.max(height, used + MARGIN_PX), used);
}

/** On a phone a whole town would be dust: four tiles side by side, cell under cell, longer than the screen. */
function layPhone(villages: Village[], width: number, height: number): Layout {
  const tileWidth = Math.floor((width - 2 * MARGIN_PX) / PHONE_COLUMNS) - GAP_PX;
  const pitch = pitchOf(tileWidth);
  const layout: Layout = { tileWidth, tileHeight: pitch.y - GAP_PX, width, height, tiles: [], blocks: [], heads: [] };
  let y = MARGIN_PX / 2;
  villages.forEach((village, i) => {
    layout.heads.push({ village, x: MARGIN_PX, y, width: PHONE_COLUMNS * pitch.x - GAP_PX });
    y += VILLAGE_HEAD_PX;
    for (const cell of village.cells) {
      placeCell(layout, cell, i, MARGIN_PX, y, PHONE_COLUMNS);
      y += CELL_HEAD_PX + Math.ceil(cell.cameras.length / PHONE_COLUMNS) * pitch.y + CELL_GAP_PX;
    }
    y += ROW_GAP_PX;
  });
  layout.height = Math.max(height, y);
  return layout;
}

function place(
  villages: Village[],
  lines: Break[],
  tileWidth: number,
  width: number,
  height: number,
  used: number,
): Layout {
  const pitch = pitchOf(tileWidth);
  const layout: Layout = {
    tileWidth,
    tileHeight: pitch.y - GAP_PX,
    width,
    height,
    tiles: [],
    blocks: [],
    heads: [],
  };
  const slack = lines.length > 0 ? Math.min(40, Math.max(0, height - MARGIN_PX - used) / lines.length) : 0;
  let y = MARGIN_PX / 2;
  for (const { villages: line, rows } of lines) {
    let x = MARGIN_PX;
    for (const village of line) {
      const at = x;
      for (const cell of village.cells) {
        const columns = columnsOf(cell, rows, pitch);
        placeCell(layout, cell, villages.indexOf(village), x, y + VILLAGE_HEAD_PX, columns);
        x += columns * pitch.x + CELL_GAP_PX;
      }
      layout.heads.push({ village, x: at, y, width: x - CELL_GAP_PX - at - GAP_PX });
      x += VILLAGE_GAP_PX - CELL_GAP_PX;
    }
    y += VILLAGE_HEAD_PX + CELL_HEAD_PX + rows * pitch.y + ROW_GAP_PX + slack;
  }
  return layout;
}

function placeCell(
  layout: Layout,
  cell: Cell,
  village: number,
  x: number,
  y: number,
  columns: number,
): void {
  const pitch = pitchOf(layout.tileWidth);
  const block = layout.blocks.length;
  layout.blocks.push({
    village,
    cell,
    x,
    y,
    width: columns * pitch.x - GAP_PX,
    height: CELL_HEAD_PX + Math.ceil(cell.cameras.length / columns) * pitch.y,
    columns,
    first: layout.tiles.length,
  });
  cell.cameras.forEach((camera, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns);
    layout.tiles.push({
      camera,
      x: x + column * pitch.x,
      y: y + CELL_HEAD_PX + row * pitch.y,
      block,
      column,
      row,
    });
  });
}
