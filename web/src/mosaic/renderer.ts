import { LARGE, SMALL, SMALL_HEIGHT_PX, SMALL_WIDTH_PX, type DecodedPicture } from '../worker/protocol.ts';
import { STALE_MS } from '../ui/grey.ts';
import { drawIcon, type IconName } from '../ui/icons.ts';
import { Atlas } from './atlas.ts';
import type { Layout } from './layout.ts';
import { linkProgram } from './program.ts';
import { Sprites, type Rgba } from './sprites.ts';
import {
  BAR_FRAGMENT, BLANK_FRAGMENT, FRAME_FRAGMENT, FRAME_VERTEX, PASS, PICTURE_FRAGMENT, STALE_FRAGMENT, TILE_VERTEX,
} from './shaders.ts';
import type { Viewport } from './viewport.ts';

export const FRESH_MS = 5_000;
const LARGE_WIDTH_PX = 160;
const LARGE_HEIGHT_PX = 90;
const LARGE_SLOTS = 1050;
const ICON_PX = 64;
const FLOATS = 10;

export interface TileLook {
  /** living: a picture that is not grey, however old. */
  mode: 'living' | 'picture' | 'trouble' | 'waiting';
  icon: IconName | null;
  /** 1 full light, less: dimmed towards the ground. */
  light: number;
}
export interface Colors {
  ground: Rgba;
  blank: Rgba;
  edge: Rgba;
  equip: Rgba;
  quiet: Rgba;
  bar_full: Rgba;
  bar_empty: Rgba;
  stale_edge: Rgba;
}
interface Frame {
  texture: WebGLTexture;
  index: number;
}
interface Picture {
  small: number;
  large: number;
}

const MODES = { living: -1, picture: 0, trouble: 1, waiting: 2 };

/** Draws the tiles of the mosaic with an instanced call for each kind, and the running streams over them. */
export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly tiles: Record<'blank' | 'picture' | 'stale' | 'bar', WebGLProgram>;
  private readonly frames: WebGLProgram;
  private readonly uniforms = new Map<WebGLProgram, Map<string, WebGLUniformLocation | null>>();
  private readonly instances: WebGLBuffer;
  private readonly array: WebGLVertexArrayObject;
  private readonly icons: WebGLTexture;
  private readonly iconIndex = new Map<IconName, number>();
  private readonly small: Atlas;
  private large: Atlas | null = null;
  private readonly pictures = new Map<number, Picture>();
  private readonly streams = new Map<number, Frame>();
  private readonly pending = new Map<number, VideoFrame | HTMLVideoElement>();
  private fence: WebGLSync | null = null;
  private readonly baseMs = Date.now();
  private data = new Float32Array(0);
  private indexOf = new Map<number, number>();
  private layout: Layout | null = null;
  private dirty = true;
  private preferLarge = false;
  /** What lies over the tiles. */
  readonly sprites: Sprites;

  constructor(canvas: HTMLCanvasElement, cameras: number, icons: IconName[]) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
    if (!gl) throw new Error('WebGL2');
    this.gl = gl;
    this.tiles = {
      blank: linkProgram(gl, TILE_VERTEX, BLANK_FRAGMENT), picture: linkProgram(gl, TILE_VERTEX, PICTURE_FRAGMENT),
      stale: linkProgram(gl, TILE_VERTEX, STALE_FRAGMENT), bar: linkProgram(gl, TILE_VERTEX, BAR_FRAGMENT),
    };
    this.frames = linkProgram(gl, FRAME_VERTEX, FRAME_FRAGMENT);
    this.small = new Atlas(gl, SMALL_WIDTH_PX, SMALL_HEIGHT_PX, Math.max(cameras, 1));
    this.icons = this.iconTexture(icons);
    this.instances = gl.createBuffer();
    this.array = gl.createVertexArray();
    this.setUpArrays();
    this.sprites = new Sprites(gl);
  }

  setColors(colors: Colors): void {
    const { gl } = this;
    for (const [name, [...rgba]] of Object.entries(colors) as [string, Iterable<number>][]) {
      const rgb = rgba.slice(0, 3);
      for (const program of [...Object.values(this.tiles), this.frames]) {
        gl.useProgram(program);
        gl.uniform3fv(this.at(program, name), rgb);
      }
      if (name === 'ground') gl.clearColor(rgb[0]!, rgb[1]!, rgb[2]!, 1);
    }
  }

  setLayout(layout: Layout): void {
    this.layout = layout;
    this.data = new Float32Array(layout.tiles.length * FLOATS);
    this.indexOf = new Map(layout.tiles.map((tile, i) => [tile.camera.n, i]));
    layout.tiles.forEach((tile, i) => {
      this.data[i * FLOATS] = tile.x;
      this.data[i * FLOATS + 1] = tile.y;
      this.locate(tile.camera.n);
    });
    for (const frame of this.streams.values()) frame.index = -1;
    this.dirty = true;
  }

  setLook(n: number, look: TileLook): void {
    const index = this.indexOf.get(n);
    if (index === undefined) return;
    const at = index * FLOATS + 7;
    const icon = look.icon === null ? -1 : (this.iconIndex.get(look.icon) ?? -1);
    const values = [MODES[look.mode], icon, look.light];
    if (values.every((value, i) => this.data[at + i] === Math.fround(value))) return;
    this.data.set(values, at);
    this.dirty = true;
  }

  /** Which size of picture is drawn where both are there. */
  setPreferLarge(large: boolean): void {
    if (large === this.preferLarge) return;
    this.preferLarge = large;
    for (const n of this.indexOf.keys()) this.locate(n);
  }

  take(picture: DecodedPicture): void {
    const { n, level, wallMs, pixels } = picture;
    const known = this.pictures.get(n) ?? { small: 0, large: 0 };
    this.pictures.set(n, known);
    if (level === SMALL) {
      this.small.put(n, pixels);
      known.small = wallMs;
    } else if (level === LARGE) {
      this.large ??= new Atlas(this.gl, LARGE_WIDTH_PX, LARGE_HEIGHT_PX, LARGE_SLOTS);
      const evicted = this.large.put(n, pixels);
      known.large = wallMs;
      const other = evicted === null ? undefined : this.pictures.get(evicted);
      if (other) {
        other.large = 0;
        this.locate(evicted!);
      }
    }
    this.locate(n);
  }

  /** Arrival of the picture that is drawn, server ms; 0: none. */
  shownMs(n: number): number {
    const known = this.pictures.get(n);
    if (!known) return 0;
    return this.usesLarge(known) ? known.large : known.small;
  }

  /** Takes a frame of a running stream for a camera's tile; the newest is uploaded with the next drawing. */
  takeFrame(n: number, frame: VideoFrame | HTMLVideoElement): void {
    this.closePending(n);
    this.pending.set(n, frame instanceof HTMLVideoElement ? frame : frame.clone());
  }

  /** Whether the graphics still work at the last drawing: more orders would only pile up. */
  get busy(): boolean {
    const { gl, fence } = this;
    if (!fence) return false;
    if (gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) return true;
    gl.deleteSync(fence);
    this.fence = null;
    return false;
  }

  private closePending(n: number): void {
    const frame = this.pending.get(n);
    if (frame && !(frame instanceof HTMLVideoElement)) frame.close();
    this.pending.delete(n);
  }

  private upload(n: number, frame: VideoFrame | HTMLVideoElement): void {
    const { gl } = this;
    let stream = this.streams.get(n);
    gl.activeTexture(gl.TEXTURE0);
    if (!stream) {
      stream = { texture: gl.createTexture(), index: -1 };
      this.streams.set(n, stream);
      gl.bindTexture(gl.TEXTURE_2D, stream.texture);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    }
    gl.bindTexture(gl.TEXTURE_2D, stream.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, frame);
    this.closePending(n);
  }

  dropFrame(n: number): void {
    this.closePending(n);
    const stream = this.streams.get(n);
    if (stream) this.gl.deleteTexture(stream.texture);
    this.streams.delete(n);
  }

  /** Handles mean other cameras now. */
  forget(): void {
    for (const n of [...this.streams.keys(), ...this.pending.keys()]) this.dropFrame(n);
    this.pictures.clear();
    this.small.clear();
    this.large?.clear();
  }

  draw(view: Viewport, serverNowMs: number, pixelRatio: number): void {
    const { gl, layout } = this;
    for (const [n, frame] of [...this.pending]) this.upload(n, frame);
    const width = gl.drawingBufferWidth;
    const height = gl.drawingBufferHeight;
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!layout || layout.tiles.length === 0) return;
    gl.bindVertexArray(this.array);
    if (this.dirty) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.instances);
      gl.bufferData(gl.ARRAY_BUFFER, this.data, gl.DYNAMIC_DRAW);
      this.dirty = false;
    }
    const { blank, picture, stale, bar } = this.tiles;
    for (const program of Object.values(this.tiles)) {
      this.useView(program, view, width, height, pixelRatio);
      gl.uniform1f(this.at(program, 'pixel'), pixelRatio);
      gl.uniform1f(this.at(program, 'now'), (serverNowMs - this.baseMs) / 1000);
      gl.uniform1f(this.at(program, 'stale_after'), STALE_MS / 1000);
    }
    this.bind(blank, gl.TEXTURE_2D, this.icons, 'icons');
    gl.uniform1f(this.at(blank, 'icon_count'), this.iconIndex.size);
    this.drawPass(blank, PASS.blank);
    this.drawPictures(picture, this.small, PASS.small);
    this.drawPictures(stale, this.small, PASS.staleSmall);
    if (this.large) {
      this.drawPictures(picture, this.large, PASS.large);
      this.drawPictures(stale, this.large, PASS.staleLarge);
    }
    gl.useProgram(bar);
    gl.uniform1f(this.at(bar, 'full_at'), FRESH_MS / 1000);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    this.drawPass(bar, PASS.bar);
    gl.disable(gl.BLEND);
    this.drawFrames(layout, view, width, height, pixelRatio);
    this.sprites.draw(width, height);
    if (this.fence) gl.deleteSync(this.fence);
    this.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  }

  private drawPictures(program: WebGLProgram, atlas: Atlas, pass: number): void {
    this.bind(program, this.gl.TEXTURE_2D_ARRAY, atlas.texture, 'pictures');
    this.gl.uniform2fv(this.at(program, 'picture_size'), atlas.size);
    this.drawPass(program, pass);
  }

  /** With the program in use. */
  private drawPass(program: WebGLProgram, pass: number): void {
    this.gl.uniform1f(this.at(program, 'pass'), pass);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, this.layout!.tiles.length);
  }

  private drawFrames(
    layout: Layout,
    view: Viewport,
    width: number,
    height: number,
    pixelRatio: number,
  ): void {
    if (this.streams.size === 0) return;
    const { gl } = this;
    this.useView(this.frames, view, width, height, pixelRatio);
    gl.uniform1i(this.at(this.frames, 'frame'), 0);
    gl.activeTexture(gl.TEXTURE0);
    for (const [n, stream] of this.streams) {
      const index = this.indexOf.get(n);
      const tile = index === undefined ? undefined : layout.tiles[index];
      if (!tile || index === undefined) continue;
      gl.uniform2f(this.at(this.frames, 'place'), tile.x, tile.y);
      gl.uniform1f(this.at(this.frames, 'light'), this.data[index * FLOATS + 9]!);
      gl.bindTexture(gl.TEXTURE_2D, stream.texture);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
  }

  private useView(
    program: WebGLProgram,
    view: Viewport,
    width: number,
    height: number,
    pixelRatio: number,
  ): void {
    const { gl, layout } = this;
    gl.useProgram(program);
    gl.uniform2f(this.at(program, 'tile'), layout!.tileWidth, layout!.tileHeight);
    gl.uniform2f(this.at(program, 'origin'), view.x, view.y);
    gl.uniform2f(this.at(program, 'room'), width, height);
    gl.uniform1f(this.at(program, 'scale'), view.scale * pixelRatio);
  }

  private usesLarge(known: Picture): boolean {
    if (known.large === 0) return false;
    if (known.small === 0) return true;
    return this.preferLarge ? known.large >= known.small - FRESH_MS : known.large > known.small;
  }

  private locate(n: number): void {
    const index = this.indexOf.get(n);
    const known = this.pictures.get(n);
    if (index === undefined || !known) return;
    const large = this.usesLarge(known);
    const at = large ? this.large?.find(n) : this.small.find(n);
    if (!at) return;
    const wallS = ((large ? known.large : known.small) - this.baseMs) / 1000;
    this.data.set([...at, large ? 2 : 1, wallS], index * FLOATS + 2);
    this.dirty = true;
  }

  /** Uses the program, with its one texture. */
  private bind(program: WebGLProgram, target: number, texture: WebGLTexture, name: string): void {
    const { gl } = this;
    gl.useProgram(program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(target, texture);
    gl.uniform1i(this.at(program, name), 0);
  }

  private at(program: WebGLProgram, name: string): WebGLUniformLocation | null {
    const known = this.uniforms.get(program) ?? new Map<string, WebGLUniformLocation | null>();
    this.uniforms.set(program, known);
    let location = known.get(name);
    if (location === undefined) {
      location = this.gl.getUniformLocation(program, name);
      known.set(name, location);
    }
    return location;
  }

  private setUpArrays(): void {
    const { gl } = this;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instances);
    [[1, 2, 0], [2, 4, 2], [3, 4, 6]].forEach(([location, size, offset]) => {
      gl.enableVertexAttribArray(location!);
      gl.vertexAttribPointer(location!, size!, gl.FLOAT, false, FLOATS * 4, offset! * 4);
      gl.vertexAttribDivisor(location!, 1);
    });
  }

  private iconTexture(icons: IconName[]): WebGLTexture {
    const { gl } = this;
    const canvas = new OffscreenCanvas(ICON_PX * icons.length, ICON_PX);
    const g = canvas.getContext('2d')!;
    icons.forEach((name, i) => {
      this.iconIndex.set(name, i);
      drawIcon(g, name, i * ICON_PX + 4, 4, ICON_PX - 8, 'white');
    });
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    return texture;
  }
}
