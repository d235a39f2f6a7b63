// The cameras over the map: a layer of the map far away, from fields of view on a canvas over it that takes cards too.
// Drawn when something changed. Nothing here is reactive.
import type { Map as LibreMap } from 'maplibre-gl';
import { isGrey } from '../ui/grey.ts';
import { STATE_ICON } from '../ui/icons.ts';
import { putPixels } from '../ui/pixels.ts';
import type { Camera } from '../wire/messages.ts';
import type { Pixels } from '../worker/protocol.ts';
import { clusters, isAbnormal, type Cluster, type Marked } from './cluster.ts';
import { Projection, toWorld, type Point, type View } from './ground.ts';
import { MarkLayer } from './markLayer.ts';
import { CAPTION_PX, Painter, type MarkPainter } from './paint.ts';
import { placeCards, placeNames, type Card, type Rect, type Wanted } from './placement.ts';

/** From here on pictures stand beside their cameras. */
export const CARD_ZOOM = 15.6;
const WEDGE_ZOOM = 15.2;
/** Nearer than this nothing is gathered; from cards on, two marks that touch are told apart by their pictures. */
const CLUSTER_ZOOM = 17.5;
const CARD_LIMIT = 32;
const LARGE_CARDS = 4;
const CARD_PX = 144;
const LARGE_CARD_PX = 208;
const WEDGE_M = 45;
const HIT_PX = 12;
/** Names of villages: from which zoom on, and how large then and two levels nearer. */
const NAME_ZOOM = 11.5;
const NAME_PX = { least: 15, most: 18 };

export interface Name {
  text: string;
  world: Point;
}

/** What lies over the map at a place: names and cards keep away from it. `x`, `y` are counted from the place, px. */
export interface Obstacle extends Rect {
  world: Point;
}

interface Mark extends Marked {
  camera: Camera;
}

export interface LayerPorts {
  /** Arrival of the shown picture, server time in ms. */
  wallMs(n: number): number | undefined;
  serverNowMs(): number;
  /** The connection to the server is lost. */
  lost(): boolean;
  ageWords(ms: number): string;
  noPicture(camera: Camera): string;
  /** Rectangles of panels over the map. */
  taken(): Rect[];
  /** Cameras whose pictures are shown changed. */
  shown(handles: number[]): void;
}

export type Hit = { camera: Camera } | { cluster: Cluster } | null;

export class CameraLayer {
  private readonly canvas: HTMLCanvasElement;
  private readonly ports: LayerPorts;
  private painter: Painter | null = null;
  private readonly far: MarkLayer;
  private projection: Projection | null = null;
  private marks: Mark[] = [];
  private byHandle = new Map<number, Mark>();
  private groups: Cluster[] = [];
  private grouped = new Set<number>();
  private groupedAt = NaN;
  private look = '';
  private cards: { n: number; offset: Point; width: number; height: number }[] = [];
  private readonly pictures = new Map<number, OffscreenCanvas>();
  private names: Name[] = [];
  private obstacles: Obstacle[] = [];
  /** What somebody looks into: its place, and the cameras that show it. */
  private attended: { world: Point; cameras: ReadonlySet<number> } | null = null;
  private chosen = 0;
  private focused = 0;
  private frame = 0;

  constructor(map: LibreMap, canvas: HTMLCanvasElement, ports: LayerPorts) {
    this.canvas = canvas;
    this.ports = ports;
    this.far = new MarkLayer(map, (painter) => this.near || this.paintMarks(painter));
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.far.close();
  }

  /** Fields of view and cards are painted on the canvas. */
  private get near(): boolean {
    return (this.projection?.view.zoom ?? 0) >= WEDGE_ZOOM;
  }

  setCameras(cameras: Camera[]): void {
    this.marks = cameras
      .filter((camera) => camera.lon !== null && camera.lat !== null)
      .map((camera) => ({
        camera, n: camera.n, world: toWorld([camera.lon!, camera.lat!]), state: camera.state, reason: camera.reason,
      }));
    this.byHandle = new Map(this.marks.map((mark) => [mark.n, mark]));
    // trouble is drawn last, over the others
    this.marks.sort((a, b) => Number(isAbnormal(a)) - Number(isAbnormal(b)));
    const look = this.marks.map(({ n, state, reason, world }) => `${n} ${state} ${reason} ${world.x} ${world.y}`).join();
    if (look === this.look) return; // names, streams: nothing of a mark
    this.look = look;
    this.groupedAt = NaN;
    this.invalidate();
  }

  /** Of villages; written over the cameras, under those in trouble. */
  setNames(names: Name[]): void {
    this.names = names;
    this.invalidate();
  }

  setObstacles(obstacles: Obstacle[]): void {
    const same = obstacles.length === this.obstacles.length && obstacles.every((one, i) => isSame(one, this.obstacles[i]!));
    this.obstacles = obstacles;
    if (!same) this.invalidate();
  }

  /** Cards begin with these cameras, then go on with those nearest to the place. */
  attend(world: Point | null, cameras: number[]): void {
    this.attended = world ? { world, cameras: new Set(cameras) } : null;
    this.arrange();
  }

  setView(view: View): void {
    const wasNear = this.near;
    this.projection = new Projection(view);
    if (view.zoom < CARD_ZOOM && this.cards.length > 0) this.arrange();
    if (!this.near || !wasNear) this.far.change(true);
    this.canvas.hidden = !this.near;
    if (!this.near) return;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (!this.painter || this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.painter = new Painter(this.canvas.getContext('2d', { willReadFrequently: true })!, ratio);
    }
    this.paint();
  }

  choose(n: number): void {
    this.chosen = n;
    this.arrange();
    this.invalidate();
  }
  focus(n: number): void {
    this.focused = n;
    this.invalidate();
  }

  takePicture(n: number, pixels: Pixels): void {
    const canvas = this.pictures.get(n) ?? new OffscreenCanvas(pixels.width, pixels.height);
    this.pictures.set(n, canvas);
    putPixels(canvas, pixels);
    if (this.cards.some((card) => card.n === n)) this.invalidate();
  }

  forgetPictures(): void {
    this.pictures.clear();
    this.invalidate();
  }

  /** Chooses anew which cameras have cards and where; for the end of a movement. */
  arrange(): void {
    const { projection } = this;
    if (!projection) return;
    const { view } = projection;
    const before = new Map(this.cards.map((card) => [card.n, card]));
    this.cards = [];
    if (view.zoom >= CARD_ZOOM) {
      const wanted = this.wanted(projection, before);
      const ground = { width: view.width, height: view.height, taken: [...this.ports.taken(), ...this.blocked(projection)], marks: this.inView().map((mark) => projection.toScreen(mark.world)) };
      this.cards = placeCards(wanted, ground, CARD_LIMIT).map(({ n, x, y, at, width, height }) =>
        ({ n, width, height, offset: { x: x - at.x, y: y - at.y } }));
    }
    const shown = new Set(this.cards.map((card) => card.n));
    for (const n of this.pictures.keys()) if (!shown.has(n)) this.pictures.delete(n);
    this.ports.shown([...shown]);
    if (before.size > 0 || shown.size > 0) this.invalidate();
  }

  /** Cameras in view, nearest to the chosen one or else to the middle first. */
  private wanted(projection: Projection, before: Map<number, { offset: Point; width: number }>): Wanted[] {
    const { view } = projection;
    const inView = this.inView();
    const chosen = inView.find((mark) => mark.n === this.chosen);
    const middle = this.attended ? projection.toScreen(this.attended.world) : { x: view.width / 2, y: view.height / 2 };
    const from = chosen ? projection.toScreen(chosen.world) : middle;
    const first = (n: number): number => (!chosen && this.attended?.cameras.has(n) ? 0 : 1);
    const near = inView
      .map((mark) => ({ mark, at: projection.toScreen(mark.world) }))
      .map((one) => ({ ...one, far: Math.hypot(one.at.x - from.x, one.at.y - from.y) }))
      .sort((a, b) => first(a.mark.n) - first(b.mark.n) || a.far - b.far);
    return near.map(({ mark, at }, i) => {
      const width = i < LARGE_CARDS ? LARGE_CARD_PX : CARD_PX;
      const old = before.get(mark.n);
      return { n: mark.n, at, width, height: (width * 9) / 16 + CAPTION_PX, before: old?.width === width ? old.offset : undefined };
    });
  }

  private blocked(projection: Projection): Rect[] {
    return this.obstacles.map(({ world, x, y, width, height }) => {
      const at = projection.toScreen(world);
      return { x: at.x + x, y: at.y + y, width, height };
    });
  }

  private inView(): Mark[] {
    const { projection } = this;
    if (!projection) return [];
    const { width, height } = projection.view;
    return this.marks.filter((mark) => {
      const { x, y } = projection.toScreen(mark.world);
      return x >= 0 && y >= 0 && x <= width && y <= height;
    });
  }

  camerasInView(): Camera[] {
    return this.inView().map((mark) => mark.camera);
  }

  hit(at: Point): Hit {
    const { projection } = this;
    if (!projection) return null;
    const card = this.placed(projection).find((one) =>
      at.x >= one.x && at.x <= one.x + one.width && at.y >= one.y && at.y <= one.y + one.height);
    const ofCard = card && this.byHandle.get(card.n);
    if (ofCard) return { camera: ofCard.camera };
    let nearest: Hit = null;
    let best = HIT_PX;
    for (const mark of this.marks) {
      if (this.grouped.has(mark.n) && !isAbnormal(mark)) continue;
      const far = distance(projection.toScreen(mark.world), at);
      if (far <= best) [nearest, best] = [{ camera: mark.camera }, far];
    }
    if (nearest) return nearest;
    const cluster = this.groups.find((one) => distance(projection.toScreen(one.world), at) <= 1.5 * HIT_PX);
    return cluster ? { cluster } : null;
  }

  invalidate(): void {
    if (!this.near) return this.far.change();
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => this.paint());
  }

  private group(projection: Projection): void {
    // in steps of a quarter zoom, so that nothing regroups at every frame of a flight
    const step = Math.round(projection.view.zoom * 4) / 4;
    if (step === this.groupedAt) return;
    this.groupedAt = step;
    const scale = new Projection({ ...projection.view, zoom: step }).scale;
    const least = step < CARD_ZOOM ? 2 : 3;
    this.groups = step < CLUSTER_ZOOM ? clusters(this.marks, scale, markPx(step), least) : [];
    this.grouped = new Set(this.groups.flatMap((cluster) => cluster.cameras));
  }

  private paint(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { painter, projection } = this;
    if (!painter || !projection) return;
    if (!this.near) return;
    const { view } = projection;
    painter.clear(view.width, view.height);
    this.paintWedges(painter, projection, this.inView());
    const cards = this.placed(projection);
    for (const card of cards) painter.leader(card, card.n === this.chosen);
    this.paintMarks(painter);
    for (const card of cards) this.paintCard(painter, card);
  }

  private paintMarks(painter: MarkPainter): void {
    const { projection } = this;
    if (!projection) return;
    this.group(projection);
    const inView = this.inView();
    const [calm, abnormal] = [inView.filter((mark) => !isAbnormal(mark)), inView.filter(isAbnormal)];
    for (const mark of calm) if (!this.grouped.has(mark.n)) this.paintMark(painter, projection, mark);
    if (projection.view.zoom >= NAME_ZOOM) this.paintNames(painter, projection);
    for (const mark of abnormal) this.paintMark(painter, projection, mark);
    for (const cluster of this.groups)
      painter.cluster(cluster, projection.toScreen(cluster.world), cluster.cameras.includes(this.focused));
  }

  private paintNames(painter: MarkPainter, projection: Projection): void {
    const { width, height, zoom } = projection.view;
    const sizePx = Math.round(Math.min(NAME_PX.most, NAME_PX.least + (zoom - NAME_ZOOM)));
    const wanted = this.names
      .map(({ text, world }) => ({ text, at: projection.toScreen(world), width: painter.nameWidth(text, sizePx), height: sizePx + 6 }))
      .filter(({ at }) => at.x > -100 && at.y > -20 && at.x < width + 100 && at.y < height + 20);
    const marks = this.groups.map((cluster) => painter.clusterBox(cluster, projection.toScreen(cluster.world)));
    for (const { text, x, y } of placeNames(wanted, [...marks, ...this.blocked(projection)])) painter.name(text, { x, y }, sizePx);
  }

  private paintWedges(painter: Painter, projection: Projection, inView: Mark[]): void {
    const bright = new Set(this.cards.filter((card) => card.width === LARGE_CARD_PX).map((card) => card.n));
    const radius = WEDGE_M / projection.metresPerPx;
    for (const { camera, world, n } of inView)
      if (camera.azimuth !== null && camera.fov !== null && camera.state !== 'disabled')
        painter.wedge(projection.toScreen(world), camera.azimuth, camera.fov, radius, bright.has(n));
  }

  private paintMark(painter: MarkPainter, projection: Projection, mark: Mark): void {
    const { zoom } = projection.view;
    const abnormal = isAbnormal(mark);
    const size = markPx(zoom) + (abnormal ? 6 : 0);
    const at = projection.toScreen(mark.world);
    const { palette } = painter;
    const near = mark.n === this.chosen;
    const color = abnormal ? palette.trouble : near || zoom >= CARD_ZOOM ? palette.ink : palette.camera;
    painter.mark(STATE_ICON[mark.state === 'live' && abnormal ? 'stale' : mark.state], at, size, color);
    if (near) painter.ring(at, size / 2 + 4, palette.ink, 2.5);
    if (mark.n === this.focused) painter.ring(at, size / 2 + 8, palette.focus);
  }

  private placed(projection: Projection): Card[] {
    return this.cards.flatMap(({ n, offset, width, height }) => {
      const mark = this.byHandle.get(n);
      if (!mark) return [];
      const at = projection.toScreen(mark.world);
      return [{ n, at, x: Math.round(at.x + offset.x), y: Math.round(at.y + offset.y), width, height }];
    });
  }

  private paintCard(painter: Painter, card: Card): void {
    const mark = this.byHandle.get(card.n);
    if (!mark) return;
    const wallMs = this.ports.wallMs(card.n);
    const ageMs = wallMs === undefined ? null : this.ports.serverNowMs() - wallMs;
    const picture = this.pictures.get(card.n) ?? null;
    painter.card(card, {
      camera: mark.camera,
      picture,
      stale: picture !== null && (isAbnormal(mark) || isGrey(mark.camera, ageMs ?? 0, this.ports.lost())),
      chosen: card.n === this.chosen || card.n === this.focused || (this.attended?.cameras.has(card.n) ?? false),
      playing: card.n === this.chosen,
      age: picture && ageMs !== null && !isAbnormal(mark) ? this.ports.ageWords(ageMs) : this.ports.noPicture(mark.camera),
    });
  }

  get hasCards(): boolean {
    return this.cards.length > 0;
  }
}

/** Size of a mark. */
function markPx(zoom: number): number {
  return Math.round(Math.min(20, Math.max(8, 8 + (zoom - 12.5) * 3)));
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function isSame(a: Obstacle, b: Obstacle): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height && a.world.x === b.world.x && a.world.y === b.world.y;
}
