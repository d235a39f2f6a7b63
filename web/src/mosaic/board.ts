import type { Camera } from '../wire/messages.ts';
import { LARGE, SMALL, usePictures, type PictureWish } from '../worker/pictures.ts';
import type { Layout, Tile } from './layout.ts';
import { Ladder, type TileRung, type Wish } from './ladder.ts';
import { Renderer, type Colors, type TileLook } from './renderer.ts';
import { between, bounded, centredOn, eased, MAX_TILE_PX, zoomedAt, type Box, type Viewport } from './viewport.ts';
import { Writing, type WritingColors, type WritingSource } from './writing.ts';
import type { IconName } from '../ui/icons.ts';

const LARGE_FROM_PX = 72;
const LARGE_MOST = 1000;
const KEY_FROM_PX = 200;
const LIVE_FROM_PX = 480;
const MAIN_FROM_PX = 900;
const FLIGHT_MS = 320;
/** Without a movement for so long the view rests; where frames come late, for three of them. */
const SETTLE_MS = 120;
const SETTLE_MOST_MS = 1000;
const AGE_REDRAW_MS = 250;

export interface BoardOptions {
  canvas: HTMLCanvasElement;
  cameras: number;
  icons: IconName[];
  source: WritingSource;
  colors: { tiles: Colors; writing: WritingColors };
  serverNowMs(): number;
  /** The view has come to rest. */
  settled(): void;
  /** The view is another one. */
  moved?(): void;
}

/** The mosaic without its page: canvas, view, pictures, streams. Draws when something changed, never in a busy loop. */
export class Board {
  private readonly options: BoardOptions;
  private readonly renderer: Renderer;
  private readonly writing: Writing;
  private readonly ladder: Ladder;
  private readonly panel: ReturnType<ReturnType<typeof usePictures>['panel']>;
  private readonly ageTimer: ReturnType<typeof setInterval>;
  private readonly reduced = matchMedia('(prefers-reduced-motion: reduce)');
  private layout: Layout | null = null;
  private room: Box = { x: 0, y: 0, width: 1, height: 1 };
  private ratio = 1;
  private flight: { from: Viewport; to: Viewport; startMs: number } | null = null;
  private drawing = 0;
  private askedMs = 0;
  private drawMs = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private textDue = true;
  view: Viewport = { x: 0, y: 0, scale: 1 };
  focus: Tile | null = null;
  hits: ReadonlySet<number> | null = null;
  /** A camera that plays whatever the size of its tile. */
  played: number | null = null;

  constructor(options: BoardOptions) {
    this.options = options;
    this.renderer = new Renderer(options.canvas, options.cameras, options.icons);
    this.renderer.setColors(options.colors.tiles);
    this.writing = new Writing(this.renderer.sprites, options.source, options.colors.writing);
    this.ladder = new Ladder(
      (n, frame) => {
        this.renderer.takeFrame(n, frame);
        this.request();
      },
      (n) => {
        this.renderer.dropFrame(n);
        this.request();
      },
    );
    // thumbnails are drawn with the next step of the age bars: a town's worth of them comes every few seconds
    this.panel = usePictures().panel('mosaic', (picture) => this.renderer.take(picture));
    this.ageTimer = setInterval(() => this.request(), AGE_REDRAW_MS);
    document.fonts.addEventListener('loadingdone', this.fontCame);
  }

  private readonly fontCame = (): void => {
    this.renderer.sprites.forget();
    this.request(true);
  };

  close(): void {
    document.fonts.removeEventListener('loadingdone', this.fontCame);
    clearInterval(this.ageTimer);
    clearTimeout(this.settling);
    cancelAnimationFrame(this.drawing);
    this.ladder.close();
    this.panel.close();
  }

  setLayout(layout: Layout): void {
    const focused = this.focus?.camera.n;
    this.layout = layout;
    this.focus = layout.tiles.find(({ camera }) => camera.n === focused) ?? null;
    this.renderer.setLayout(layout);
    this.setView(this.view);
    this.settle();
  }

  setRoom(width: number, height: number, ratio: number): void {
    this.room = { x: 0, y: 0, width, height };
    this.ratio = ratio;
    const { canvas } = this.options;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    this.renderer.sprites.setRatio(ratio);
    this.setView(this.view);
  }

  /** Seen with the next step of the age bars. */
  setLook(n: number, look: TileLook): void {
    this.renderer.setLook(n, look);
  }

  /** The server started anew. */
  forget(): void {
    this.ladder.close();
    this.renderer.forget();
  }

  retryStreams(): void {
    this.ladder.retry();
  }

  setView(view: Viewport): void {
    this.flight = null;
    this.move(view);
  }

  zoom(factor: number, px = this.room.width / 2, py = this.room.height / 2): void {
    this.setView(zoomedAt(this.flight?.to ?? this.view, factor, px, py));
  }

  pan(dx: number, dy: number): void {
    this.setView({ ...this.view, x: this.view.x - dx / this.view.scale, y: this.view.y - dy / this.view.scale });
  }

  /** Flies to a tile so that it is `widthPx` wide; 0: keeps the scale and moves only as far as needed. */
  flyTo(tile: Tile, widthPx: number): void {
    const layout = this.layout!;
    const box = { x: tile.x, y: tile.y, width: layout.tileWidth, height: layout.tileHeight };
    if (widthPx === 0) return this.reveal(box);
    this.fly(centredOn(box, widthPx, this.room));
  }

  flyHome(): void {
    this.fly({ x: 0, y: 0, scale: 1 });
  }

  /** Whether the keys go to the mosaic. */
  setFocused(focused: boolean): void {
    this.writing.focused = focused;
    this.request(true);
  }

  setColors(colors: BoardOptions['colors']): void {
    this.renderer.setColors(colors.tiles);
    this.writing.colors = colors.writing;
    this.request(true);
  }

  /** The part of the world that is seen, as fractions of it. */
  get seen(): Box {
    const { layout, view, room } = this;
    if (!layout) return { x: 0, y: 0, width: 1, height: 1 };
    const [width, height] = [room.width / view.scale / layout.width, room.height / view.scale / layout.height];
    return { x: view.x / layout.width, y: view.y / layout.height, width: Math.min(1, width), height: Math.min(1, height) };
  }

  setFocus(tile: Tile | null): void {
    this.focus = tile;
    this.textDue = true;
    this.request();
  }

  setPlayed(n: number | null): void {
    this.played = n;
    this.settle();
  }

  tileAt(px: number, py: number): Tile | null {
    const { layout } = this;
    if (!layout) return null;
    const x = px / this.view.scale + this.view.x;
    const y = py / this.view.scale + this.view.y;
    const inside = (tile: Tile): boolean =>
      x >= tile.x && x < tile.x + layout.tileWidth && y >= tile.y && y < tile.y + layout.tileHeight;
    return layout.tiles.find(inside) ?? null;
  }

  /** Where a tile is seen, in CSS pixels of the mosaic. */
  boxOf(tile: Tile): Box {
    const { x, y, scale } = this.view;
    const { tileWidth, tileHeight } = this.layout!;
    return {
      x: (tile.x - x) * scale,
      y: (tile.y - y) * scale,
      width: tileWidth * scale,
      height: tileHeight * scale,
    };
  }

  /** The view is moved just now. */
  get moving(): boolean {
    return this.settling !== undefined;
  }

  get tilePx(): number {
    return (this.layout?.tileWidth ?? 0) * this.view.scale;
  }

  /** The tile nearest to the middle of what is seen. */
  centre(): Tile | null {
    return this.byDistance(this.visible())[0] ?? null;
  }

  shown(camera: Camera): { rung: TileRung; wallMs: number; trouble: string } {
    const stream = this.ladder.rungOf(camera.n);
    const trouble = this.ladder.troubleOf(camera.n);
    if (stream && stream.wallMs > 0) return { ...stream, trouble };
    const wallMs = this.renderer.shownMs(camera.n);
    return { rung: wallMs > 0 ? 'thumb' : 'none', wallMs, trouble };
  }

  /** Draws with the next frame of the screen. */
  request(withText = false): void {
    this.textDue ||= withText;
    if (this.drawing) return;
    this.askedMs ||= performance.now();
    this.drawing = requestAnimationFrame(() => this.drawNow());
  }

  private fly(to: Viewport): void {
    const target = this.bound(to);
    if (this.reduced.matches) return this.setView(target);
    this.flight = { from: this.view, to: target, startMs: performance.now() };
    this.request();
  }

  private reveal(box: Box): void {
    const { scale } = this.view;
    const edge = 24 / scale;
    const seen = { width: this.room.width / scale, height: this.room.height / scale };
    const x = Math.min(box.x - edge, Math.max(this.view.x, box.x + box.width + edge - seen.width));
    const y = Math.min(box.y - edge, Math.max(this.view.y, box.y + box.height + edge - seen.height));
    if (x !== this.view.x || y !== this.view.y) this.fly({ x, y, scale });
  }

  private bound(view: Viewport): Viewport {
    if (!this.layout) return view;
    const world = { x: 0, y: 0, width: this.layout.width, height: this.layout.height };
    const widest = Math.min(MAX_TILE_PX, this.room.width * 0.92, (this.room.height * 0.92 * 16) / 9);
    return bounded(view, world, this.room, Math.max(1, widest / this.layout.tileWidth));
  }

  private move(view: Viewport): void {
    this.view = this.bound(view);
    this.options.moved?.();
    this.request(true);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), Math.min(SETTLE_MOST_MS, Math.max(SETTLE_MS, 3 * this.drawMs)));
  }

  private drawNow(): void {
    this.drawing = 0;
    if (this.renderer.busy) return this.request();
    this.drawMs = 0.7 * this.drawMs + 0.3 * (performance.now() - this.askedMs);
    this.askedMs = 0;
    if (this.flight) {
      const { from, to, startMs } = this.flight;
      const at = Math.min(1, (performance.now() - startMs) / FLIGHT_MS);
      const flight = at < 1 ? this.flight : null;
      this.move(between(from, to, eased(at)));
      this.flight = flight;
    }
    if (this.textDue && this.layout) {
      this.textDue = false;
      this.writing.write(this.layout, this.view, this.room, this.visible(), this.focus, this.hits);
    }
    this.renderer.draw(this.view, this.options.serverNowMs(), this.ratio);
  }

  private visible(): Tile[] {
    const { layout, view, room } = this;
    if (!layout) return [];
    const right = view.x + room.width / view.scale;
    const bottom = view.y + room.height / view.scale;
    return layout.tiles.filter(
      ({ x, y }) =>
        x < right && y < bottom && x + layout.tileWidth > view.x && y + layout.tileHeight > view.y,
    );
  }

  private byDistance(tiles: Tile[]): Tile[] {
    const { view, room, layout } = this;
    const x = view.x + room.width / view.scale / 2 - layout!.tileWidth / 2;
    const y = view.y + room.height / view.scale / 2 - layout!.tileHeight / 2;
    const from = (tile: Tile): number => (tile.x - x) ** 2 + (tile.y - y) ** 2;
    return tiles.sort((a, b) => from(a) - from(b));
  }

  /** The view rests: ask for the pictures and streams that it shows. */
  private settle(): void {
    clearTimeout(this.settling);
    this.settling = undefined;
    if (!this.layout) return;
    const visible = this.visible();
    const large = this.tilePx * this.ratio >= LARGE_FROM_PX && visible.length <= LARGE_MOST;
    const wish: PictureWish = new Map();
    for (const { camera } of visible) wish.set(camera.n, large ? LARGE : SMALL);
    this.renderer.setPreferLarge(large);
    this.panel.want(wish);
    this.ladder.want(this.wishes(visible));
    this.options.settled();
  }

  private wishes(visible: Tile[]): Wish[] {
    const width = this.tilePx;
    const wishes: Wish[] = [];
    const profile = width >= MAIN_FROM_PX ? 'main' : 'sub';
    if (width >= KEY_FROM_PX)
      for (const { camera } of this.byDistance([...visible])) {
        if (camera.state === 'down' || camera.state === 'disabled') continue;
        wishes.push({ camera, profile, rung: width >= LIVE_FROM_PX ? 'live' : 'key' });
      }
    const played = this.layout!.tiles.find(({ camera }) => camera.n === this.played);
    if (!played) return wishes;
    const rest = wishes.filter(({ camera }) => camera.n !== this.played);
    return [{ camera: played.camera, profile, rung: 'live' }, ...rest];
  }
}

