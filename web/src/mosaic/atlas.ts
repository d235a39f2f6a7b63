import type { Pixels } from '../worker/protocol.ts';

// Slots for pictures in an array texture. A slot belongs to a camera until a newer need takes it (least recently used).

export interface Slot {
  x: number;
  y: number;
  layer: number;
}

export class Atlas {
  readonly texture: WebGLTexture;
  readonly side: number;
  private readonly gl: WebGL2RenderingContext;
  private readonly width: number;
  private readonly height: number;
  private readonly columns: number;
  private readonly perLayer: number;
  private readonly capacity: number;
  private readonly slotOf = new Map<number, number>();

  constructor(gl: WebGL2RenderingContext, width: number, height: number, count: number, side = 2048) {
    this.gl = gl;
    this.width = width;
    this.height = height;
    this.side = side;
    this.columns = Math.floor(side / width);
    this.perLayer = this.columns * Math.floor(side / height);
    const layers = Math.max(1, Math.ceil(count / this.perLayer));
    this.capacity = layers * this.perLayer;
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, side, side, layers);
    for (const [name, value] of [
      [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
      [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ] as const)
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, name, value);
  }

  /** Size of a slot in texture coordinates, half a texel less on each side. */
  get size(): [number, number] {
    return [(this.width - 1) / this.side, (this.height - 1) / this.side];
  }

  /** Writes a camera's picture. Returned: the camera that lost its slot for it, if any. */
  put(n: number, pixels: Pixels): number | null {
    const { gl } = this;
    let slot = this.slotOf.get(n);
    let evicted: number | null = null;
    if (slot === undefined && this.slotOf.size >= this.capacity) {
      evicted = this.slotOf.keys().next().value!;
      slot = this.slotOf.get(evicted)!;
      this.slotOf.delete(evicted);
    }
    slot ??= this.slotOf.size;
    this.slotOf.delete(n); // the youngest stands last
    this.slotOf.set(n, slot);
    const at = this.at(slot);
    const width = Math.min(pixels.width, this.width);
    const height = Math.min(pixels.height, this.height);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, pixels.width);
    gl.texSubImage3D(
      gl.TEXTURE_2D_ARRAY, 0, at.x, at.y, at.layer, width, height, 1, gl.RGBA, gl.UNSIGNED_BYTE,
      new Uint8Array(pixels.data.buffer),
    );
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
    return evicted;
  }

  /** Texture coordinates of a camera's picture; null when it has none. */
  find(n: number): [number, number, number] | null {
    const slot = this.slotOf.get(n);
    if (slot === undefined) return null;
    const { x, y, layer } = this.at(slot);
    return [(x + 0.5) / this.side, (y + 0.5) / this.side, layer];
  }

  clear(): void {
    this.slotOf.clear();
  }

  private at(slot: number): Slot {
    const inLayer = slot % this.perLayer;
    return {
      x: (inLayer % this.columns) * this.width,
      y: Math.floor(inLayer / this.columns) * this.height,
      layer: Math.floor(slot / this.perLayer),
    };
  }
}
