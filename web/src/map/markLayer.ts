// The cameras far away, drawn with the ground: marks, clusters and names as sprites of a layer of the map. A canvas of
// their own over it would be uploaded and blended whole with every frame.
import type { CustomLayerInterface, Map as LibreMap } from 'maplibre-gl';
import { parseColor } from '../mosaic/colors.ts';
import { Sprites, type Rgba } from '../mosaic/sprites.ts';
import { drawIcon, STATE_ICON, type IconName } from '../ui/icons.ts';
import type { Cluster } from './cluster.ts';
import type { Point } from './ground.ts';
import { CLUSTER_PX, HALO_PX, NAME_HALO_PX, readPalette, type MarkPainter, type Palette } from './paint.ts';
import type { Rect } from './placement.ts';

const LAYER = 'cameras';

/** Paints marks as `Painter` does, as sprites. */
class SpritePainter implements MarkPainter {
  readonly palette: Palette;
  private readonly sprites: Sprites;
  private readonly colors = new Map<string, Rgba>();

  constructor(sprites: Sprites) {
    this.sprites = sprites;
    this.palette = readPalette();
  }

  mark(name: IconName, at: Point, sizePx: number, color: string): void {
    const half = sizePx / 2;
    const reach = { x: half + HALO_PX, y: half + HALO_PX };
    this.sprites.shape(`halo ${name} ${sizePx}`, reach, (g, ratio) => {
      g.shadowColor = 'white';
      g.shadowBlur = HALO_PX * ratio;
      drawIcon(g, name, -half, -half, sizePx, 'white');
      g.shadowBlur = 0;
    }, at.x, at.y, this.rgba(this.palette.halo));
    this.sprites.shape(`${name} ${sizePx}`, reach, (g) => drawIcon(g, name, -half, -half, sizePx, 'white'), at.x, at.y, this.rgba(color));
  }

  ring(at: Point, radiusPx: number, color: string, widthPx = 2): void {
    const reach = radiusPx + widthPx;
    this.sprites.shape(`ring ${radiusPx} ${widthPx}`, { x: reach, y: reach }, (g) => {
      g.lineWidth = widthPx;
      g.beginPath();
      g.arc(0, 0, radiusPx, 0, 2 * Math.PI);
      g.stroke();
    }, at.x, at.y, this.rgba(color));
  }

  nameWidth(text: string, sizePx: number): number {
    return this.sprites.measure(this.font(sizePx), text);
  }

  name(text: string, at: Point, sizePx: number): void {
    const x = at.x - this.nameWidth(text, sizePx) / 2;
    this.sprites.text(this.font(sizePx), text, x, at.y, this.rgba(this.palette.halo), null, NAME_HALO_PX);
    this.sprites.text(this.font(sizePx), text, x, at.y, this.rgba(this.palette.name));
  }

  clusterBox(cluster: Cluster, at: Point): Rect {
    const width = Math.ceil(this.sprites.measure(this.font(CLUSTER_PX.text), String(cluster.cameras.length))) + CLUSTER_PX.beside;
    return { x: at.x - width / 2, y: at.y - CLUSTER_PX.height / 2, width, height: CLUSTER_PX.height };
  }

  cluster(cluster: Cluster, at: Point, focused: boolean): void {
    const { palette, sprites } = this;
    const { width, height } = this.clusterBox(cluster, at);
    const reach = { x: width / 2 + 1, y: height / 2 + 1 };
    const box = (g: OffscreenCanvasRenderingContext2D): void => {
      g.beginPath();
      g.roundRect(-width / 2, -height / 2, width, height, 2);
    };
    sprites.shape(`box ${width}`, reach, (g) => {
      box(g);
      g.fill();
    }, at.x, at.y, this.rgba(palette.surface));
    const thick = focused ? 2 : 1;
    sprites.shape(`edge ${width} ${thick}`, reach, (g) => {
      box(g);
      g.lineWidth = thick;
      g.stroke();
    }, at.x, at.y, this.rgba(focused ? palette.focus : palette.line));
    const trouble = cluster.worst === 'down' || cluster.worst === 'stale';
    this.mark(STATE_ICON[cluster.worst], { x: at.x - width / 2 + 13, y: at.y }, 14, trouble ? palette.trouble : palette.camera);
    sprites.text(this.font(CLUSTER_PX.text), String(cluster.cameras.length), at.x - width / 2 + 23, at.y + 1, this.rgba(palette.text));
  }

  private font(px: number): string {
    return `700 ${px}px ${this.palette.font}`;
  }
  private rgba(color: string): Rgba {
    const known = this.colors.get(color) ?? parseColor(color);
    this.colors.set(color, known);
    return known;
  }
}

export class MarkLayer {
  private readonly map: LibreMap;
  private readonly write: (painter: MarkPainter) => void;
  private sprites: Sprites | null = null;
  private painter: SpritePainter | null = null;
  private due = true;

  /** `write` puts the marks; called as the map is drawn, only when they changed. */
  constructor(map: LibreMap, write: (painter: MarkPainter) => void) {
    this.map = map;
    this.write = write;
    map.on('style.load', this.add); // also after the graphics were lost
    document.fonts.addEventListener('loadingdone', this.fontCame);
    this.add();
  }

  close(): void {
    document.fonts.removeEventListener('loadingdone', this.fontCame);
  }

  /** The marks changed. `moving`: the map is about to be drawn anyway. */
  change(moving = false): void {
    this.due = true;
    if (!moving) this.map.triggerRepaint();
  }

  private readonly fontCame = (): void => {
    this.sprites?.forget();
    this.change();
  };

  private readonly add = (): void => {
    this.sprites = null;
    const layer: CustomLayerInterface = { id: LAYER, type: 'custom', render: (gl) => this.draw(gl as WebGL2RenderingContext) };
    if (!this.map.getLayer(LAYER)) this.map.addLayer(layer);
  };

  private draw(gl: WebGL2RenderingContext): void {
    if (!this.sprites || !this.painter) {
      this.sprites = new Sprites(gl);
      this.painter = new SpritePainter(this.sprites);
      this.due = true;
    }
    const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
    const ratio = Math.round((width / Math.max(1, this.map.getContainer().clientWidth)) * 1000) / 1000;
    if (ratio !== this.sprites.ratio) {
      this.sprites.setRatio(ratio);
      this.due = true;
    }
    if (this.due) {
      this.sprites.begin();
      this.write(this.painter);
      this.due = false;
    }
    gl.disable(gl.DEPTH_TEST);
    this.sprites.draw(width, height);
  }
}
