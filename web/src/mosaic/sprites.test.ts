import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Shelves, type Place } from './shelves.ts';
import { Sprites } from './sprites.ts';

const place = (width: number, height = 16): Place => ({ x: 0, y: 0, width, height });
const apart = (a: Place, b: Place): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe('places for words', () => {
  it('lie inside, below what is left free, and not on each other', () => {
    const shelves = new Shelves<Place>(200, 200, 1);
    const placed = Array.from({ length: 60 }, (_, i) => place(20 + (i % 4) * 9, 10 + (i % 3) * 8))
      .filter((one, i) => shelves.put(String(i), one));
    expect(placed.length).toBeGreaterThan(30);
    for (const one of placed) {
      expect(one.y).toBeGreaterThanOrEqual(1);
      expect(one.x + one.width).toBeLessThanOrEqual(200);
      expect(one.y + one.height).toBeLessThanOrEqual(200);
      expect(placed.every((other) => other === one || apart(one, other))).toBe(true);
    }
  });
  it('are taken from what nobody asked for the longest', () => {
    const shelves = new Shelves<Place>(32, 32);
    for (const key of ['a', 'b']) {
      shelves.begin();
      expect(shelves.put(key, place(32))).toBe(true);
    }
    shelves.begin();
    expect(shelves.find('a')).toMatchObject({ x: 0, y: 0 });
    shelves.begin();
    expect(shelves.put('c', place(32))).toBe(true);
    expect(shelves.find('b')).toBeUndefined();
    expect(shelves.find('a')).toBeDefined();
    expect(shelves.find('c')).toMatchObject({ x: 0, y: 16 });
  });
  it('are not taken from what is drawn in the same turn', () => {
    const shelves = new Shelves<Place>(32, 16);
    shelves.begin();
    expect(shelves.put('a', place(32))).toBe(true);
    expect(shelves.put('b', place(32))).toBe(false);
    expect(shelves.find('a')).toBeDefined();
    shelves.clear();
    expect(shelves.find('a')).toBeUndefined();
    expect(shelves.put('b', place(32))).toBe(true);
  });
  it('stay as few as there is room for, however many words come', () => {
    const shelves = new Shelves<Place>(128, 128);
    for (let turn = 0; turn < 500; turn++) {
      shelves.begin();
      for (let i = 0; i < 4; i++) expect(shelves.put(`${turn} ${i}`, place(30))).toBe(true);
    }
    expect(shelves.size).toBeLessThanOrEqual(32);
  });
  it('have none for a word wider than the texture', () => expect(new Shelves<Place>(32, 32).put('a', place(33))).toBe(false));
});

describe('words as sprites', () => {
  const uploads: number[][] = [];
  let drawn: Float32Array;
  const functions: Record<string, unknown> = {
    getParameter: () => 4096,
    texSubImage2D: (...parameters: unknown[]) => uploads.push(parameters.slice(2, 6) as number[]),
    bufferData: (_target: unknown, data: Float32Array) => (drawn = data.slice()),
  };
  const gl = new Proxy({}, { get: (_, name: string) => functions[name] ?? (/^[A-Z]/.test(name) ? 0 : () => ({})) }) as WebGL2RenderingContext;
  const INK = [1, 1, 1, 1];
  const make = (): Sprites => new Sprites(gl);

  beforeAll(() => {
    class Canvas {
      constructor(public width: number, public height: number) {}
      getContext(): object {
        const measured = (text: string): object => {
          const width = [...text].length * 10;
          return { width, actualBoundingBoxLeft: 0, actualBoundingBoxRight: width, actualBoundingBoxAscent: 6, actualBoundingBoxDescent: 5 };
        };
        const known: Record<string, unknown> = {
          canvas: this, measureText: measured,
          getImageData: (_x: number, _y: number, width: number, height: number) => ({ data: new Uint8ClampedArray(width * height * 4).fill(255) }),
        };
        return new Proxy(known, { get: (at, name: string) => at[name] ?? (() => undefined) });
      }
    }
    vi.stubGlobal('OffscreenCanvas', Canvas);
  });
  afterAll(() => vi.unstubAllGlobals());
  beforeEach(() => {
    uploads.length = 0;
  });

  it('uploads a word once, whatever its place and colour, and again for another font or outline', () => {
    const sprites = make();
    uploads.length = 0;
    for (let turn = 0; turn < 3; turn++) {
      sprites.begin();
      sprites.text('700 13px x', '4m', 10, 10, INK);
      sprites.text('700 13px x', '4m', 50.4, 10, [1, 0, 0, 1]);
    }
    expect(uploads).toHaveLength(1);
    sprites.text('400 13px x', '4m', 0, 0, INK);
    sprites.text('700 13px x', '4m', 0, 0, INK, null, 3);
    expect(uploads).toHaveLength(3);
  });
  it('paints a shape once for its name', () => {
    const sprites = make();
    uploads.length = 0;
    const paint = vi.fn();
    for (let i = 0; i < 5; i++) sprites.shape('ring 4', { x: 5, y: 5 }, paint, i * 20, 20, INK);
    expect(paint).toHaveBeenCalledTimes(1);
    expect(uploads.map(([, , width, height]) => [width, height])).toEqual([[12, 12]]);
  });
  it('uploads only the ages that changed', () => {
    const sprites = make();
    const write = (ages: string[]): void => {
      sprites.begin();
      ages.forEach((age, i) => sprites.text('f', age, i * 40, 20, INK));
    };
    write(['4 s', '5 s', '17 s']);
    uploads.length = 0;
    write(['5 s', '6 s', '17 s']);
    expect(uploads).toHaveLength(1); // the 6
    write(['6 s', '17 s', '5 s']);
    expect(uploads).toHaveLength(1);
  });
  it('stands on whole pixels of the screen and is cut at its box', () => {
    const sprites = make();
    sprites.setRatio(1.5);
    sprites.begin();
    sprites.text('f', 'abc', 10.3, 20.7, INK);
    sprites.text('f', 'abc', 10.3, 20.7, INK, sprites.clip(10, 0, 12, 40));
    sprites.fill(1, 1, 10, 0.2, INK);
    sprites.draw(300, 300);
    const at = (i: number): number[] => [...drawn.slice(i * 12, i * 12 + 8)];
    expect(at(0).every(Number.isInteger)).toBe(true);
    expect(at(0).slice(2, 4)).toEqual(at(0).slice(6, 8)); // a pixel of the texture for each of the screen
    expect(at(1)[0]! + at(1)[2]!).toBe(33);
    expect(at(1)[4]).toBe(at(0)[4]! + at(1)[0]! - at(0)[0]!);
    expect(at(2).slice(0, 4)).toEqual([2, 2, 15, 1]);
  });
  it('rasterises anew for another density of pixels, and when a font came', () => {
    const sprites = make();
    const write = (): void => {
      sprites.begin();
      sprites.text('f', 'abc', 0, 0, INK);
    };
    write();
    uploads.length = 0;
    sprites.setRatio(2);
    write();
    expect(uploads.at(-1)![2]).toBeGreaterThan(60);
    uploads.length = 0;
    sprites.forget();
    write();
    expect(uploads).toHaveLength(1);
  });
  it('keeps no more widths and words than there is room for', () => {
    const sprites = make();
    const kept = sprites as unknown as { widths: Map<string, number>; shelves: Shelves<Place> };
    for (let i = 0; i < 10_000; i++) {
      if (i % 50 === 0) sprites.begin();
      sprites.measure('f', `name${i}`);
      sprites.text('f', `name${i}`, 0, 0, INK);
    }
    expect(kept.widths.size).toBeLessThanOrEqual(8192);
    expect(kept.shelves.size).toBeLessThanOrEqual((2048 / 16) * (2048 / 80));
  });
});
