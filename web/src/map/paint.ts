// What the map's canvas is painted with: marks as sprites, wedges, leaders and cards.
import { drawIcon, reasonIcon, STATE_ICON, type IconName } from '../ui/icons.ts';
import { troubleOf } from '../stores/areas.ts';
import type { Camera } from '../wire/messages.ts';
import type { Cluster } from './cluster.ts';
import type { Point } from './ground.ts';
import { leaderEnd, type Card, type Rect } from './placement.ts';
import { token } from './tokens.ts';

export interface Palette {
  camera: string;
  trouble: string;
  ink: string;
  halo: string;
  surface: string;
  line: string;
  text: string;
  text2: string;
  name: string;
  focus: string;
  font: string;
}

export function readPalette(): Palette {
  return {
    camera: token('--map-cam'), trouble: token('--equip'), ink: token('--select'), halo: token('--map-halo'),
    surface: token('--surface'), line: token('--line-strong'), text: token('--text'), text2: token('--text-2'), name: token('--map-label'),
    focus: token('--focus'), font: token('--c-font'),
  };
}

export const CAPTION_PX = 24;
export const HALO_PX = 2;
export const NAME_HALO_PX = 4;
/** The box of a cluster: its number, what stands beside it, px. */
export const CLUSTER_PX = { text: 13, beside: 30, height: 24 };
const STALE_FILTER = 'grayscale(1) brightness(.6)';

export interface CardContent {
  camera: Camera;
  picture: CanvasImageSource | null;
  stale: boolean;
  chosen: boolean;
  playing: boolean;
  age: string;
}

/** What marks are painted with, as pixels or as sprites. */
export interface MarkPainter {
  readonly palette: Palette;
  /** An icon with a halo of the ground's colour, its middle at a point. */
  mark(name: IconName, at: Point, sizePx: number, color: string): void;
  ring(at: Point, radiusPx: number, color: string, widthPx?: number): void;
  nameWidth(text: string, sizePx: number): number;
  /** A village's name with its middle at a point. */
  name(text: string, at: Point, sizePx: number): void;
  clusterBox(cluster: Cluster, at: Point): Rect;
  cluster(cluster: Cluster, at: Point, focused: boolean): void;
}

export class Painter implements MarkPainter {
  readonly palette: Palette;
  private readonly g: CanvasRenderingContext2D;
  private readonly ratio: number;
  private readonly sprites = new Map<string, OffscreenCanvas>();

  constructor(g: CanvasRenderingContext2D, ratio: number) {
    this.g = g;
    this.ratio = ratio;
    this.palette = readPalette();
  }

  clear(width: number, height: number): void {
    this.g.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.g.clearRect(0, 0, width, height);
  }

  mark(name: IconName, at: Point, sizePx: number, color: string): void {
    const sprite = this.sprite(name, sizePx, color);
    const width = sprite.width / this.ratio;
    this.g.drawImage(sprite, at.x - width / 2, at.y - width / 2, width, width);
  }

  /** An icon with a halo of the ground's colour, painted once. */
  private sprite(name: IconName, sizePx: number, color: string): OffscreenCanvas {
    const key = `${name} ${sizePx} ${color}`;
    const known = this.sprites.get(key);
    if (known) return known;
    const side = Math.ceil((sizePx + 2 * HALO_PX) * this.ratio);
    const sprite = new OffscreenCanvas(side, side);
    const g = sprite.getContext('2d', { willReadFrequently: true })!;
    g.shadowColor = this.palette.halo;
    g.shadowBlur = HALO_PX * this.ratio;
    drawIcon(g, name, HALO_PX * this.ratio, HALO_PX * this.ratio, sizePx * this.ratio, color);
    g.shadowBlur = 0;
    drawIcon(g, name, HALO_PX * this.ratio, HALO_PX * this.ratio, sizePx * this.ratio, color);
    this.sprites.set(key, sprite);
    return sprite;
  }

  ring(at: Point, radiusPx: number, color: string, widthPx = 2): void {
    const { g } = this;
    g.beginPath();
    g.arc(at.x, at.y, radiusPx, 0, 2 * Math.PI);
    g.strokeStyle = color;
    g.lineWidth = widthPx;
    g.stroke();
  }

  wedge(at: Point, azimuth: number, fov: number, radiusPx: number, bright: boolean): void {
    const { g } = this;
    const [from, to] = [azimuth - fov / 2, azimuth + fov / 2].map((deg) => ((deg - 90) * Math.PI) / 180) as [number, number];
    g.beginPath();
    g.moveTo(at.x, at.y);
    g.arc(at.x, at.y, radiusPx, from, to);
    g.closePath();
    g.globalAlpha = bright ? 0.3 : 0.1;
    g.fillStyle = bright ? this.palette.ink : this.palette.camera;
    g.fill();
    g.globalAlpha = 1;
  }

  nameWidth(text: string, sizePx: number): number {
    this.g.font = `700 ${sizePx}px ${this.palette.font}`;
    return this.g.measureText(text).width;
  }

  name(text: string, at: Point, sizePx: number): void {
    const { g, palette } = this;
    g.font = `700 ${sizePx}px ${palette.font}`;
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    g.lineJoin = 'round';
    g.lineWidth = NAME_HALO_PX;
    g.strokeStyle = palette.halo;
    g.strokeText(text, at.x, at.y);
    g.fillStyle = palette.name;
    g.fillText(text, at.x, at.y);
    g.textAlign = 'left';
  }

  clusterBox(cluster: Cluster, at: Point): Rect {
    this.g.font = `700 ${CLUSTER_PX.text}px ${this.palette.font}`;
    const width = Math.ceil(this.g.measureText(String(cluster.cameras.length)).width) + CLUSTER_PX.beside;
    return { x: at.x - width / 2, y: at.y - CLUSTER_PX.height / 2, width, height: CLUSTER_PX.height };
  }

  cluster(cluster: Cluster, at: Point, focused: boolean): void {
    const { g, palette } = this;
    const text = String(cluster.cameras.length);
    const trouble = cluster.worst === 'down' || cluster.worst === 'stale';
    const { width, height } = this.clusterBox(cluster, at);
    g.beginPath();
    g.roundRect(at.x - width / 2, at.y - height / 2, width, height, 2);
    g.fillStyle = palette.surface;
    g.fill();
    g.strokeStyle = focused ? palette.focus : palette.line;
    g.lineWidth = focused ? 2 : 1;
    g.stroke();
    this.mark(STATE_ICON[cluster.worst], { x: at.x - width / 2 + 13, y: at.y }, 14, trouble ? palette.trouble : palette.camera);
    g.fillStyle = palette.text;
    g.textBaseline = 'middle';
    g.fillText(text, at.x - width / 2 + 23, at.y + 1);
  }

  leader(card: Card, chosen: boolean): void {
    const { g, palette } = this;
    const end = leaderEnd(card, card.at);
    g.beginPath();
    g.moveTo(card.at.x, card.at.y);
    g.lineTo(end.x, end.y);
    g.strokeStyle = chosen ? palette.ink : palette.line;
    g.lineWidth = chosen ? 1.5 : 1;
    g.stroke();
  }

  card(card: Card, content: CardContent): void {
    const { g, palette } = this;
    const height = card.height - CAPTION_PX;
    g.fillStyle = palette.surface;
    g.fillRect(card.x, card.y, card.width, card.height);
    if (content.picture) {
      if (content.stale) g.filter = STALE_FILTER;
      g.drawImage(content.picture, card.x, card.y, card.width, height);
      g.filter = 'none';
    }
    const trouble = troubleOf(content.camera);
    if (trouble && (!content.picture || content.stale))
      this.mark(reasonIcon(trouble), { x: card.x + card.width / 2, y: card.y + height / 2 }, 28, palette.trouble);
    this.caption(card, content);
    g.strokeStyle = content.chosen ? palette.ink : palette.line;
    g.lineWidth = content.chosen ? 2 : 1;
    g.setLineDash(content.stale ? [4, 3] : []);
    g.strokeRect(card.x, card.y, card.width, card.height);
    g.setLineDash([]);
  }

  private caption(card: Card, { camera, age, chosen }: CardContent): void {
    const { g, palette } = this;
    const middle = card.y + card.height - CAPTION_PX / 2 + 1;
    g.textBaseline = 'middle';
    g.font = `13px ${palette.font}`;
    g.fillStyle = palette.text2;
    const ageWidth = g.measureText(age).width;
    g.fillText(age, card.x + card.width - ageWidth - 8, middle);
    g.font = `${chosen ? 700 : 400} 13px ${palette.font}`;
    g.fillStyle = palette.text;
    g.save();
    g.beginPath();
    g.rect(card.x, card.y, card.width - ageWidth - 16, card.height);
    g.clip();
    g.fillText(camera.name, card.x + 8, middle);
    g.restore();
  }
}
