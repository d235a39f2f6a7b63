import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseThumbs, parseUnit, WireError } from './frames.ts';

interface Vector {
  name: string;
  kind: string;
  fields: Record<string, unknown>;
  hex: string;
}
const file = new URL('../../../tests/vectors/wire.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };
const of = (kind: string) => vectors.filter((vector) => vector.kind === kind);
const bytes = (hex: string): ArrayBuffer => Uint8Array.from(Buffer.from(hex, 'hex')).buffer;

describe('thumbnail batches', () => {
  it('has vectors', () => expect(of('ws_thumbs').length).toBeGreaterThan(0));
  it.each(of('ws_thumbs'))('reads: $name', ({ hex, fields }) => {
    const batch = parseThumbs(bytes(hex));
    expect({
      server_now_us: String(batch.serverNowUs),
      entries: batch.thumbs.map((thumb) => ({
        n: thumb.n,
        wall_us: String(thumb.wallUs),
        width: thumb.width,
        height: thumb.height,
        flags: thumb.frozen ? 1 : 0,
        jpeg: Buffer.from(thumb.jpeg).toString('hex'),
      })),
    }).toEqual(fields);
  });
  it.each(of('ws_thumbs'))('refuses every shortened: $name', ({ hex }) => {
    const whole = bytes(hex);
    for (let size = 0; size < whole.byteLength; size++)
      expect(() => parseThumbs(whole.slice(0, size))).toThrow(WireError);
  });
  it('refuses bytes after the last picture', () => {
    const hex = of('ws_thumbs')[0]!.hex;
    expect(() => parseThumbs(bytes(`${hex}00`))).toThrow(WireError);
  });
});

describe('units', () => {
  it('has vectors', () => expect(of('ws_unit').length).toBeGreaterThan(0));
  it.each(of('ws_unit'))('reads: $name', ({ hex, fields }) => {
    const unit = parseUnit(bytes(hex));
    const bits = [unit.keyframe, unit.init, unit.discontinuity, unit.h265];
    expect({
      stream: unit.stream,
      sequence: unit.sequence,
      pts_us: String(unit.ptsUs),
      dts_us: String(unit.dtsUs),
      wall_us: String(unit.wallUs),
      flags: bits.reduce((sum, bit, i) => sum + (bit ? 1 << i : 0), 0),
      dropped: unit.dropped,
    }).toEqual(fields);
  });
  it('refuses another kind and another version', () => {
    const hex = of('ws_unit')[0]!.hex;
    expect(() => parseUnit(bytes(`03${hex.slice(2)}`))).toThrow(WireError);
    expect(() => parseUnit(bytes(`${hex.slice(0, 2)}02${hex.slice(4)}`))).toThrow(WireError);
  });
});
