// Words, rules, rings and icons over tiles or a map, drawn in the same pass: each is rasterised once in white and coloured
// as it is drawn, on whole pixels of the screen. A layer of text above the canvas would be blended whole with every frame.
import { linkProgram } from './program.ts';
import { SPRITE_FRAGMENT, SPRITE_VERTEX } from './shaders.ts';
import { Shelves, type Place } from './shelves.ts';

/** Red, green, blue, opacity, 0–1. */
export type Rgba = ArrayLike<number>;

export type Scratch = OffscreenCanvasRenderingContext2D;

/** Pixels of the screen. */
export interface Clip {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface Word extends Place {
  /** From its upper left corner to the point it is written at: its start, the middle of its line. */
  left: number;
  up: number;
}

const FLOATS = 12;
const SIDE_PX = 2048;
const MOST_WIDTHS = 8192;
const NOTHING: Word = { x: 0, y: 0, width: 0, height: 0, left: 0, up: 0 };

/** Rectangles of one colour and words, in the order in which they are put. */
export class Sprites {
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly roomAt: WebGLUniformLocation | null;
  private readonly scratch = new OffscreenCanvas(64, 64).getContext('2d', { willReadFrequently: true })!;
  private readonly widths = new Map<string, number>();
  private texture: WebGLTexture | null = null;
  private shelves = new Shelves<Word>(0, 0);
  private full = false;
  private data = new Float32Array(FLOATS * 256);
  private count = 0;
  private uploaded = true;
  /** Pixels of the screen for one of the page. */
  ratio = 1;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.program = linkProgram(gl, SPRITE_VERTEX, SPRITE_FRAGMENT);
    this.roomAt = gl.getUniformLocation(this.program, 'room');
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (const location of [1, 2, 3]) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, 4, gl.FLOAT, false, FLOATS * 4, (location - 1) * 16);
      gl.vertexAttribDivisor(location, 1);
    }
    gl.bindVertexArray(null);
    this.setRatio(1);
  }

  setRatio(ratio: number): void {
    if (this.texture && ratio === this.ratio) return;
    const { gl } = this;
    this.ratio = ratio;
    const side = Math.min(gl.getParameter(gl.MAX_TEXTURE_SIZE) as number, ratio > 1 ? 2 * SIDE_PX : SIDE_PX);
    if (this.texture) gl.deleteTexture(this.texture);
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, side, side);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    // the first of its pixels is what rectangles are filled with
    this.upload(0, 0, 1, 1, Uint8Array.of(255));
    this.shelves = new Shelves(side, side, 1);
    this.begin();
  }

  /** Words look different from now on: another font came. */
  forget(): void {
    this.shelves.clear();
    this.widths.clear();
    this.begin();
  }

  /** Nothing is drawn any more but what is put from now on. */
  begin(): void {
    if (this.full) this.shelves.clear();
    this.full = false;
    this.shelves.begin();
    this.count = 0;
    this.uploaded = false;
  }

  /** Width of a text, px of the page. */
  measure(font: string, text: string): number {
    const key = `${font}\n${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size >= MOST_WIDTHS) this.widths.clear();
      this.scratch.font = font;
      width = this.scratch.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }

  /** What lies between the edges, px of the page, to whole pixels of the screen. */
  clip(x: number, y: number, width: number, height: number): Clip {
    const { ratio } = this;
    return {
      left: Math.round(x * ratio), top: Math.round(y * ratio),
      right: Math.round((x + width) * ratio), bottom: Math.round((y + height) * ratio),
    };
  }

  /** A filled rectangle, px of the page; at least a pixel of the screen. */
  fill(x: number, y: number, width: number, height: number, color: Rgba): void {
    const { left, top, right, bottom } = this.clip(x, y, width, height);
    this.put(left, top, Math.max(1, right - left), Math.max(1, bottom - top), 0.5, 0.5, 0, 0, color);
  }

  /** A frame whose outer edge is given. */
  frame(x: number, y: number, width: number, height: number, thick: number, color: Rgba): void {
    this.fill(x, y, width, thick, color);
    this.fill(x, y + height - thick, width, thick, color);
    this.fill(x, y + thick, thick, height - 2 * thick, color);
    this.fill(x + width - thick, y + thick, thick, height - 2 * thick, color);
  }

  /** A text from `x` on, the middle of its line at `y`, px of the page. `halo`: its outline alone, so many px wide. */
  text(font: string, text: string, x: number, y: number, color: Rgba, clip: Clip | null = null, halo = 0): void {
    // word by word: counts and ages are few words that come again and again, the lines they make are not
    const space = this.measure(font, ' ');
    let at = x;
    for (const word of text.split(' ')) {
      this.stamp(this.word(font, word, halo), at, y, color, clip);
      at += this.measure(font, word) + space;
    }
  }

  /** What `draw` paints in white around 0, 0, at most so far to each side, with its middle at a place; px of the page. */
  shape(name: string, reach: { x: number; y: number }, draw: (g: Scratch, ratio: number) => void, x: number, y: number, color: Rgba): void {
    const key = `\n${name}`;
    this.stamp(this.shelves.find(key) ?? this.made(key, this.bounds(reach.x, reach.x, reach.y, reach.y), draw), x, y, color, null);
  }

  /** Over what is drawn already, in a drawing buffer of this size. */
  draw(width: number, height: number): void {
    if (this.count === 0) return;
    const { gl } = this;
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array);
    if (!this.uploaded) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
      gl.bufferData(gl.ARRAY_BUFFER, this.data.subarray(0, this.count * FLOATS), gl.DYNAMIC_DRAW);
      this.uploaded = true;
    }
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform2f(this.roomAt, width, height);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(null);
  }

  private put(x: number, y: number, width: number, height: number, u: number, v: number, across: number, down: number, color: Rgba): void {
    const at = this.count * FLOATS;
    if (at === this.data.length) {
      const larger = new Float32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    const { data } = this;
    data[at] = x;
    data[at + 1] = y;
    data[at + 2] = width;
    data[at + 3] = height;
    data[at + 4] = u;
    data[at + 5] = v;
    data[at + 6] = across;
    data[at + 7] = down;
    data.set(color, at + 8);
    this.count++;
  }

  private stamp(word: Word, x: number, y: number, color: Rgba, clip: Clip | null): void {
    if (word.width === 0) return;
    const left = Math.round(x * this.ratio) - word.left;
    const top = Math.round(y * this.ratio) - word.up;
    const from = { x: Math.max(left, clip?.left ?? left), y: Math.max(top, clip?.top ?? top) };
    const width = Math.min(left + word.width, clip?.right ?? Infinity) - from.x;
    const height = Math.min(top + word.height, clip?.bottom ?? Infinity) - from.y;
    if (width > 0 && height > 0) this.put(from.x, from.y, width, height, word.x + from.x - left, word.y + from.y - top, width, height, color);
  }

  private word(font: string, text: string, halo: number): Word {
    const key = `${font}\n${halo}\n${text}`;
    const known = this.shelves.find(key);
    if (known) return known;
    const set = (g: Scratch): void => {
      g.font = font;
      g.textBaseline = 'middle';
      g.lineJoin = 'round';
      g.lineWidth = halo;
    };
    set(this.scratch);
    const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right, actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = this.scratch.measureText(text);
    if (left + right <= 0) return NOTHING;
    const half = halo / 2;
    return this.made(key, this.bounds(left + half, right + half, up + half, down + half), (g) => {
      set(g);
      if (halo > 0) g.strokeText(text, 0, 0);
      else g.fillText(text, 0, 0);
    });
  }

  /** Pixels of the screen for what reaches so many of the page from its origin. */
  private bounds(left: number, right: number, up: number, down: number): Word {
    const edge = (px: number): number => Math.max(0, Math.ceil(px * this.ratio)) + 1;
    return { x: 0, y: 0, left: edge(left), up: edge(up), width: edge(left) + edge(right), height: edge(up) + edge(down) };
  }

  /** Paints a word into its place of the texture: how much of each pixel it covers. */
  private made(key: string, word: Word, draw: (g: Scratch, ratio: number) => void): Word {
    if (!this.shelves.put(key, word)) {
      this.full = true;
      return NOTHING;
    }
    const { left, up, width, height } = word;
    const g = this.scratch;
    if (g.canvas.width < width || g.canvas.height < height) {
      g.canvas.width = Math.max(g.canvas.width, width);
      g.canvas.height = Math.max(g.canvas.height, height);
    }
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, width, height);
    g.setTransform(this.ratio, 0, 0, this.ratio, left, up);
    g.fillStyle = g.strokeStyle = 'white';
    draw(g, this.ratio);
    const { data } = g.getImageData(0, 0, width, height);
    const covered = new Uint8Array(width * height);
    for (let i = 0; i < covered.length; i++) covered[i] = data[i * 4 + 3]!;
    this.upload(word.x, word.y, width, height, covered);
    return word;
  }

  private upload(x: number, y: number, width: number, height: number, pixels: Uint8Array): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, width, height, gl.RED, gl.UNSIGNED_BYTE, pixels);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
  }
}
