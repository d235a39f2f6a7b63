import { LARGE, SMALL, SMALL_HEIGHT_PX, SMALL_WIDTH_PX, type DecodedPicture } from '../worker/protocol.ts';
import { STALE_MS } from '../ui/grey.ts';
import { drawIcon, type IconName } from '../ui/icons.ts';
import { Atlas } from './atlas.ts';
import type { Layout } from './layout.ts';
import { FRAME_FRAGMENT, FRAME_VERTEX, TILE_FRAGMENT, TILE_VERTEX } from './shaders.ts';
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
  ground: string;
  blank: string;
  edge: string;
  equip: string;
  quiet: string;
  bar_full: string;
  bar_empty: string;
  stale_edge: string;
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

/** Draws every tile of the mosaic with one instanced call, and the running streams over them. */
export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly tiles: WebGLProgram;
  private readonly frames: WebGLProgram;
  private readonly uniforms = new Map<string, WebGLUniformLocation | null>();
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

  constructor(canvas: HTMLCanvasElement, cameras: number, icons: IconName[]) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
    if (!gl) throw new Error('WebGL2');
    this.gl = gl;
    this.tiles = this.program(TILE_VERTEX, TILE_FRAGMENT);
    this.frames = this.program(FRAME_VERTEX, FRAME_FRAGMENT);
    this.small = new Atlas(gl, SMALL_WIDTH_PX, SMALL_HEIGHT_PX, Math.max(cameras, 1));
    this.icons = this.iconTexture(icons);
    this.instances = gl.createBuffer();
    this.array = gl.createVertexArray();
    this.setUpArrays();
  }

  setColors(colors: Colors): void {
    const { gl } = this;
    for (const [name, text] of Object.entries(colors) as [string, string][]) {
      const rgb = parseColor(text);
      gl.useProgram(this.tiles);
      gl.uniform3fv(this.at(this.tiles, name), rgb);
      if (name !== 'ground') continue;
      gl.useProgram(this.frames);
      gl.uniform3fv(this.at(this.frames, name), rgb);
      gl.clearColor(rgb[0]!, rgb[1]!, rgb[2]!, 1);
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
    const { n, level, wallMs, bitmap } = picture;
    const known = this.pictures.get(n) ?? { small: 0, large: 0 };
    this.pictures.set(n, known);
    if (level === SMALL) {
      this.small.put(n, bitmap);
      known.small = wallMs;
    } else if (level === LARGE) {
      this.large ??= new Atlas(this.gl, LARGE_WIDTH_PX, LARGE_HEIGHT_PX, LARGE_SLOTS);
      const evicted = this.large.put(n, bitmap);
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
    this.useView(this.tiles, view, width, height, pixelRatio);
    gl.uniform1f(this.at(this.tiles, 'pixel'), pixelRatio);
    gl.uniform1f(this.at(this.tiles, 'now'), (serverNowMs - this.baseMs) / 1000);
    gl.uniform1f(this.at(this.tiles, 'stale_after'), STALE_MS / 1000);
    gl.uniform1f(this.at(this.tiles, 'full_at'), FRESH_MS / 1000);
    gl.uniform1f(this.at(this.tiles, 'icon_count'), this.iconIndex.size);
    gl.uniform2fv(this.at(this.tiles, 'small_size'), this.small.size);
    gl.uniform2fv(this.at(this.tiles, 'large_size'), this.large?.size ?? [0, 0]);
    this.bind(0, gl.TEXTURE_2D_ARRAY, this.small.texture, 'small_pictures');
    this.bind(1, gl.TEXTURE_2D_ARRAY, (this.large ?? this.small).texture, 'large_pictures');
    this.bind(2, gl.TEXTURE_2D, this.icons, 'icons');
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, layout.tiles.length);
    this.drawFrames(layout, view, width, height, pixelRatio);
    if (this.fence) gl.deleteSync(this.fence);
    this.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
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

  private bind(unit: number, target: number, texture: WebGLTexture, name: string): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(target, texture);
    gl.uniform1i(this.at(this.tiles, name), unit);
  }

  private at(program: WebGLProgram, name: string): WebGLUniformLocation | null {
    const key = (program === this.tiles ? 't ' : 'f ') + name;
    let location = this.uniforms.get(key);
    if (location === undefined) {
      location = this.gl.getUniformLocation(program, name);
      this.uniforms.set(key, location);
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

  private program(vertex: string, fragment: string): WebGLProgram {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS))
      throw new Error(gl.getProgramInfoLog(program) ?? 'shader');
    return program;
  }
}

function parseColor(text: string): Float32Array {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  return Float32Array.from(context.getImageData(0, 0, 1, 1).data.slice(0, 3), (byte) => byte / 255);
}
