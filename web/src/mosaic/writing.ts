import type { Block, Layout, Tile, VillageHead } from './layout.ts';
import { CELL_HEAD_PX, VILLAGE_HEAD_PX } from './layout.ts';
import type { Clip, Rgba, Sprites } from './sprites.ts';
import type { Box, Viewport } from './viewport.ts';

export interface TileNote {
  name: string;
  id: string;
  /** Age or state in words. */
  age: string;
  stale: boolean;
  rung: string;
  trouble: string;
}
export interface WritingSource {
  /** What stands beside a head, longest first. */
  villageNotes(head: VillageHead): string[];
  cellNotes(block: Block): string[];
  tileNote(tile: Tile): TileNote;
  /** Age to be written on a tile too small for a caption; empty: none. */
  staleAge(tile: Tile): string;
}
export interface WritingColors {
  text: Rgba;
  text2: Rgba;
  line: Rgba;
  select: Rgba;
  focus: Rgba;
  ground: Rgba;
  scrim: Rgba;
  equip: Rgba;
  font: string;
  /** Size of ages and reasons on a large tile. */
  factPx: number;
}

const AGE_PX = 13;
const AGE_HALO_PX = 3;
const NUMBER_FROM_PX = 96;
/** From here on a tile is read from three metres. */
const FACTS_FROM_PX = 320;
const NAME_FROM_PX = 240;

type Measure = (text: string) => number;
const LEAST_KEPT = 2;

/** As much as fits, with "…" for the rest; nothing where not even two characters do. */
function cut(text: string, room: number, measure: Measure, part: (chars: string[], kept: number) => string): string {
  if (measure(text) <= room) return text;
  const chars = [...text];
  for (let kept = chars.length - 1; kept >= LEAST_KEPT; kept--)
    if (measure(part(chars, kept)) <= room) return part(chars, kept);
  return '';
}
export function cutEnd(text: string, room: number, measure: Measure): string {
  return cut(text, room, measure, (chars, kept) => `${chars.slice(0, kept).join('')}…`);
}
/** Names of cameras differ at their end. */
export function cutStart(text: string, room: number, measure: Measure): string {
  return cut(text, room, measure, (chars, kept) => `…${chars.slice(-kept).join('')}`);
}

/** Everything written over the tiles: heads, ages, names, the focus. Put together when the view or a second changes. */
export class Writing {
  private readonly sprites: Sprites;
  private readonly source: WritingSource;
  private view: Viewport = { x: 0, y: 0, scale: 1 };
  private room: Box = { x: 0, y: 0, width: 0, height: 0 };
  colors: WritingColors;
  /** The keys go to the mosaic. */
  focused = false;

  constructor(sprites: Sprites, source: WritingSource, colors: WritingColors) {
    this.sprites = sprites;
    this.source = source;
    this.colors = colors;
  }

  write(layout: Layout, view: Viewport, room: Box, visible: Tile[], focus: Tile | null, hits: ReadonlySet<number> | null): void {
    this.view = view;
    this.room = room;
    this.sprites.begin();
    const tileWidth = layout.tileWidth * view.scale;
    for (const tile of visible) this.tile(layout, tile, tileWidth, hits);
    for (const head of layout.heads) this.villageHead(head);
    for (const block of layout.blocks) this.cellHead(block);
    if (focus) this.outline(layout, focus);
  }

  private x(world: number): number {
    return (world - this.view.x) * this.view.scale;
  }
  private y(world: number): number {
    return (world - this.view.y) * this.view.scale;
  }
  private font(weight: 400 | 700, px: number): string {
    return `${weight} ${px}px ${this.colors.font}`;
  }
  private measured(font: string): Measure {
    return (text) => this.sprites.measure(font, text);
  }

  private villageHead(head: VillageHead): void {
    const { sprites, colors } = this;
    const width = head.width * this.view.scale;
    const x = Math.max(12, this.x(head.x));
    const room = this.x(head.x) + width - x;
    // close to its tiles, however much room the zoom gives it
    const y = this.y(head.y + VILLAGE_HEAD_PX + CELL_HEAD_PX) - CELL_HEAD_PX - VILLAGE_HEAD_PX / 2;
    if (room < 20 || x > this.room.width || y < -20 || y > this.room.height) return;
    const measure = this.measured(this.font(700, 16));
    const name = cutEnd(head.village.name, room, measure);
    this.headed(name, this.font(700, 16), this.source.villageNotes(head), this.font(400, 14), { x, y, width: room, height: 28 }, measure(name) + 8);
    sprites.fill(x, y + VILLAGE_HEAD_PX / 2 - 3, room, 1, colors.line);
  }

  private cellHead(block: Block): void {
    const width = block.width * this.view.scale;
    const x = Math.max(12, this.x(block.x));
    const room = this.x(block.x) + width - x;
    const y = this.y(block.y + CELL_HEAD_PX) - CELL_HEAD_PX / 2;
    if (room < 16 || x > this.room.width || y < -12 || y > this.room.height) return;
    const font = this.font(700, 13);
    const measure = this.measured(font);
    const label = cutEnd(block.cell.label, room, measure);
    this.headed(label, font, this.source.cellNotes(block), this.font(400, 13), { x, y, width: room, height: 22 }, label ? measure(label) + 6 : 0);
  }

  /** A name and beside it, `at` px further, the longest note that fits; `box` begins at the middle of its line. */
  private headed(name: string, nameFont: string, notes: string[], font: string, box: Box, at: number): void {
    const { sprites, colors } = this;
    const clip = sprites.clip(box.x - 2, box.y - box.height / 2, box.width + 2, box.height);
    sprites.text(nameFont, name, box.x, box.y, colors.text, clip);
    const note = longestFitting(notes, box.width - at, this.measured(font));
    if (note) sprites.text(font, note, box.x + at, box.y, colors.text2, clip);
  }

  private tile(layout: Layout, tile: Tile, width: number, hits: ReadonlySet<number> | null): void {
    const { sprites, colors } = this;
    if (hits && !hits.has(tile.camera.n)) return;
    const height = layout.tileHeight * this.view.scale;
    if (width >= NUMBER_FROM_PX) return this.caption(this.source.tileNote(tile), { x: this.x(tile.x), y: this.y(tile.y), width, height });
    const age = this.source.staleAge(tile);
    if (!age) return;
    // smaller than this nobody reads it: the dashed edge and the cell's head say it then
    const font = this.font(700, AGE_PX);
    const long = sprites.measure(font, age);
    if (long > width - 2) return;
    const [x, y] = [this.x(tile.x) + (width - long) / 2, this.y(tile.y) + height / 2 + 1];
    sprites.text(font, age, x, y, colors.ground, null, AGE_HALO_PX);
    sprites.text(font, age, x, y, colors.text);
  }

  private caption(note: TileNote, { x, y, width, height }: Box): void {
    const { sprites, colors } = this;
    const named = width >= NAME_FROM_PX;
    const size = width >= FACTS_FROM_PX ? colors.factPx : 13;
    const line = named ? Math.round(size * 1.75) : 18;
    const bottom = y + height - 2;
    const clip: Clip = sprites.clip(x, y, width, height);
    const font = this.font(named ? 700 : 400, size);
    const measure = this.measured(font);
    sprites.fill(x, bottom - line, width, line, colors.scrim);
    const name = cutStart(note.name, width - 20 - measure(note.age), measure);
    sprites.text(font, name, x + 6, bottom - line / 2, colors.text, clip);
    const used = measure(name) + 14;
    const right = longestFitting(named && note.rung ? [`${note.rung} · ${note.age}`, note.age] : [note.age], width - 6 - used, measure);
    if (right) sprites.text(font, right, x + width - 6 - measure(right), bottom - line / 2, note.stale ? colors.text : colors.text2, clip);
    if (!named || !note.trouble) return;
    sprites.fill(x, y, width, line, colors.scrim);
    sprites.text(font, note.trouble, x + 6, y + line / 2, colors.equip, clip);
  }

  private outline(layout: Layout, tile: Tile): void {
    const { sprites, colors } = this;
    const [x, y] = [this.x(tile.x), this.y(tile.y)];
    const width = layout.tileWidth * this.view.scale;
    const height = layout.tileHeight * this.view.scale;
    const ring = (out: number, thick: number, color: Rgba): void =>
      sprites.frame(x - out, y - out, width + 2 * out, height + 2 * out, thick, color);
    // a ring of the focus outside one of ink, so that both are told apart from any picture
    ring(2, 2, colors.ground);
    ring(4, 2, colors.select);
    if (this.focused) ring(7, 3, colors.focus);
  }
}

/** Notes come longest first; half a word helps nobody. */
function longestFitting(notes: string[], room: number, measure: Measure): string | undefined {
  return notes.find((note) => measure(note) <= room);
}
