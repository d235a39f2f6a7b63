// Binary messages of docs/websocket.md, read from the page alone: the product's own reader has its own tests.

export interface Thumb { n: number; wallUs: number; width: number; height: number; jpeg: Uint8Array }
export interface Unit { stream: number; key: boolean; init: boolean; h265: boolean; sequence: number; dropped: number; ptsUs: number; dtsUs: number; wallUs: number; data: Uint8Array }

export type Frame = { kind: 'thumbs'; serverNowUs: number; thumbs: Thumb[] } | { kind: 'unit'; unit: Unit };

export function readFrame(bytes: Buffer): Frame {
  if (bytes[1] !== 1) throw new Error(`version ${bytes[1]}`);
  if (bytes[0] === 2) {
    const flags = bytes.readUInt32LE(4);
    return {
      kind: 'unit',
      unit: {
        stream: bytes.readUInt16LE(2), key: (flags & 1) !== 0, init: (flags & 2) !== 0, h265: (flags & 8) !== 0,
        sequence: bytes.readUInt32LE(8), dropped: bytes.readUInt32LE(12), ptsUs: Number(bytes.readBigInt64LE(16)),
        dtsUs: Number(bytes.readBigInt64LE(24)), wallUs: Number(bytes.readBigInt64LE(32)), data: bytes.subarray(40),
      },
    };
  }
  if (bytes[0] !== 1) throw new Error(`kind ${bytes[0]}`);
  const thumbs: Thumb[] = [];
  let at = 16;
  for (let i = 0; i < bytes.readUInt16LE(2); i++) {
    const size = bytes.readUInt32LE(at + 4);
    thumbs.push({
      n: bytes.readUInt32LE(at), wallUs: Number(bytes.readBigInt64LE(at + 8)), width: bytes.readUInt16LE(at + 16),
      height: bytes.readUInt16LE(at + 18), jpeg: bytes.subarray(at + 24, at + 24 + size),
    });
    at += 24 + size;
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes behind the last entry`);
  return { kind: 'thumbs', serverNowUs: Number(bytes.readBigInt64LE(8)), thumbs };
}
