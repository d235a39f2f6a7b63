import type { Block, Layout, Tile, VillageHead } from './layout.ts';
import { CELL_HEAD_PX, VILLAGE_HEAD_PX } from './layout.ts';
import type { Viewport } from './viewport.ts';

export interface TileNote {
  name: string;
  id: string;
  /** Age or state in words. */
  age: string;
  stale: boolean;
  rung: string;
  trouble: string;
}
export interface OverlaySource {
  /** What stands beside a head, longest first. */
  villageNotes(head: VillageHead): string[];
  cellNotes(block: Block): string[];
  tileNote(tile: Tile): TileNote;
}
export interface OverlayColors {
  text: string;
  text2: string;
  line: string;
  select: string;
  focus: string;
  ground: string;
  scrim: string;
  equip: string;
  font: string;
  /** Size of ages and reasons on a large tile. */
  factPx: number;
}

const AGE_PX = 13;
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

/** Everything written over the tiles: heads, ages, names, the focus. A 2D canvas, drawn when the view or a second changes. */
export class Overlay {
  private readonly canvas: HTMLCanvasElement;
  private readonly g: CanvasRenderingContext2D;
  private readonly source: OverlaySource;
  private view: Viewport = { x: 0, y: 0, scale: 1 };
  colors: OverlayColors;
  /** The keys go to the mosaic. */
  focused = false;

  constructor(canvas: HTMLCanvasElement, source: OverlaySource, colors: OverlayColors) {
    this.canvas = canvas;
    this.g = canvas.getContext('2d')!;
    this.source = source;
    this.colors = colors;
  }

  draw(
    layout: Layout,
    view: Viewport,
    visible: Tile[],
    focus: Tile | null,
    hits: ReadonlySet<number> | null,
    pixelRatio: number,
  ): void {
    const { g, canvas } = this;
    this.view = view;
    g.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    g.clearRect(0, 0, canvas.width, canvas.height);
    g.textBaseline = 'middle';
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

  private villageHead(head: VillageHead): void {
    const { g, colors } = this;
    const width = head.width * this.view.scale;
    const x = Math.max(12, this.x(head.x));
    const room = this.x(head.x) + width - x;
    // close to its tiles, however much room the zoom gives it
    const y = this.y(head.y + VILLAGE_HEAD_PX + CELL_HEAD_PX) - CELL_HEAD_PX - VILLAGE_HEAD_PX / 2;
    if (room < 20 || y < -20 || y > this.canvas.height) return;
    g.save();
    g.beginPath();
    g.rect(x - 2, y - 14, room + 2, 28);
    g.clip();
    g.fillStyle = colors.text;
    g.font = `700 16px ${colors.font}`;
    const name = cutEnd(head.village.name, room, (text) => g.measureText(text).width);
    g.fillText(name, x, y);
    const at = g.measureText(name).width + 8;
    g.font = `400 14px ${colors.font}`;
    g.fillStyle = colors.text2;
    const note = this.longestFitting(this.source.villageNotes(head), room - at);
    if (note) g.fillText(note, x + at, y);
    g.restore();
    g.fillStyle = colors.line;
    g.fillRect(x, y + VILLAGE_HEAD_PX / 2 - 3, room, 1);
  }

  private cellHead(block: Block): void {
    const { g, colors } = this;
    const width = block.width * this.view.scale;
    const x = Math.max(12, this.x(block.x));
    const room = this.x(block.x) + width - x;
    const y = this.y(block.y + CELL_HEAD_PX) - CELL_HEAD_PX / 2;
    if (room < 16 || y < -12 || y > this.canvas.height) return;
    g.save();
    g.beginPath();
    g.rect(x - 1, y - 11, room + 1, 22);
    g.clip();
    g.font = `700 13px ${colors.font}`;
    g.fillStyle = colors.text;
    const label = cutEnd(block.cell.label, room, (text) => g.measureText(text).width);
    g.fillText(label, x, y);
    const at = label ? g.measureText(label).width + 6 : 0;
    g.font = `400 13px ${colors.font}`;
    g.fillStyle = colors.text2;
    const note = this.longestFitting(this.source.cellNotes(block), room - at);
    if (note) g.fillText(note, x + at, y);
    g.restore();
  }

  /** Notes come longest first; half a word helps nobody. */
  private longestFitting(notes: string[], room: number): string | undefined {
    return notes.find((note) => this.g.measureText(note).width <= room);
  }

  private tile(layout: Layout, tile: Tile, width: number, hits: ReadonlySet<number> | null): void {
    const { g, colors } = this;
    if (hits && !hits.has(tile.camera.n)) return;
    const note = this.source.tileNote(tile);
    const x = this.x(tile.x);
    const y = this.y(tile.y);
    const height = layout.tileHeight * this.view.scale;
    if (width >= NUMBER_FROM_PX) return this.caption(note, x, y, width, height);
    if (!note.stale) return;
    // smaller than this nobody reads it: the dashed edge and the cell's head say it then
    g.font = `700 ${AGE_PX}px ${colors.font}`;
    if (g.measureText(note.age).width > width - 2) return;
    g.textAlign = 'center';
    g.lineWidth = 3;
    g.strokeStyle = colors.ground;
    g.strokeText(note.age, x + width / 2, y + height / 2 + 1);
    g.fillStyle = colors.text;
    g.fillText(note.age, x + width / 2, y + height / 2 + 1);
    g.textAlign = 'left';
  }

  private caption(note: TileNote, x: number, y: number, width: number, height: number): void {
    const { g, colors } = this;
    const named = width >= NAME_FROM_PX;
    const size = width >= FACTS_FROM_PX ? colors.factPx : 13;
    const line = named ? Math.round(size * 1.75) : 18;
    const bottom = y + height - 2;
    g.save();
    g.beginPath();
    g.rect(x, y, width, height);
    g.clip();
    g.fillStyle = colors.scrim;
    g.fillRect(x, bottom - line, width, line);
    g.font = `${named ? 700 : 400} ${size}px ${colors.font}`;
    g.fillStyle = colors.text;
    const age = g.measureText(note.age).width;
    const name = cutStart(note.name, width - 20 - age, (text) => g.measureText(text).width);
    g.fillText(name, x + 6, bottom - line / 2);
    const used = g.measureText(name).width + 14;
    g.textAlign = 'right';
    const right = this.longestFitting(named && note.rung ? [`${note.rung} · ${note.age}`, note.age] : [note.age], width - 6 - used);
    if (right) {
      g.fillStyle = note.stale ? colors.text : colors.text2;
      g.fillText(right, x + width - 6, bottom - line / 2);
    }
    g.textAlign = 'left';
    if (named && note.trouble) {
      g.fillStyle = colors.scrim;
      g.fillRect(x, y, width, line);
      g.fillStyle = colors.equip;
      g.fillText(note.trouble, x + 6, y + line / 2);
    }
    g.restore();
  }

  private outline(layout: Layout, tile: Tile): void {
    const { g, colors } = this;
    const width = layout.tileWidth * this.view.scale;
    const height = layout.tileHeight * this.view.scale;
    // a ring of the focus outside one of ink, so that both are told apart from any picture
    g.lineWidth = 2;
    g.strokeStyle = colors.ground;
    g.strokeRect(this.x(tile.x) - 1, this.y(tile.y) - 1, width + 2, height + 2);
    g.strokeStyle = colors.select;
    g.strokeRect(this.x(tile.x) - 3, this.y(tile.y) - 3, width + 6, height + 6);
    if (!this.focused) return;
    g.lineWidth = 3;
    g.strokeStyle = colors.focus;
    g.strokeRect(this.x(tile.x) - 5.5, this.y(tile.y) - 5.5, width + 11, height + 11);
  }
}
