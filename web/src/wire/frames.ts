// Binary messages of docs/websocket.md, little endian. Pure; malformed bytes give null, never a throw.

export const kindThumbs = 1;
export const kindUnit = 2;
const version = 1;
const thumbsHead = 16;
const thumbEntry = 24;
const unitHead = 40;

export const unitKey = 1;
export const unitInit = 2;
export const unitGap = 4;
export const unitH265 = 8;

export interface Thumb {
  n: number;
  wallUs: number;
  width: number;
  height: number;
  frozen: boolean;
  jpeg: Uint8Array<ArrayBuffer>;
}

export interface Thumbs {
  serverNowUs: number;
  thumbs: Thumb[];
}

export interface Unit {
  stream: number;
  key: boolean;
  init: boolean;
  gap: boolean;
  h265: boolean;
  sequence: number;
  dropped: number;
  ptsUs: number;
  dtsUs: number;
  wallUs: number;
  data: Uint8Array<ArrayBuffer>;
}

/** Which message this is; 0: none that we know. */
export function frameKind(buffer: ArrayBuffer): number {
  if (buffer.byteLength < 2) return 0;
  const view = new DataView(buffer);
  const kind = view.getUint8(0);
  return view.getUint8(1) === version && (kind === kindThumbs || kind === kindUnit) ? kind : 0;
}

export function readThumbs(buffer: ArrayBuffer): Thumbs | null {
  if (frameKind(buffer) !== kindThumbs || buffer.byteLength < thumbsHead) return null;
  const view = new DataView(buffer);
  const count = view.getUint16(2, true);
  const thumbs: Thumb[] = [];
  let at = thumbsHead;
  for (let i = 0; i < count; i++) {
    if (at + thumbEntry > buffer.byteLength) return null;
    const size = view.getUint32(at + 4, true);
    if (at + thumbEntry + size > buffer.byteLength) return null;
    thumbs.push({
      n: view.getUint32(at, true),
      wallUs: Number(view.getBigInt64(at + 8, true)),
      width: view.getUint16(at + 16, true),
      height: view.getUint16(at + 18, true),
      frozen: (view.getUint8(at + 20) & 1) !== 0,
      jpeg: new Uint8Array(buffer, at + thumbEntry, size),
    });
    at += thumbEntry + size;
  }
  return { serverNowUs: Number(view.getBigInt64(8, true)), thumbs };
}

export function readUnit(buffer: ArrayBuffer): Unit | null {
  if (frameKind(buffer) !== kindUnit || buffer.byteLength < unitHead) return null;
  const view = new DataView(buffer);
  const flags = view.getUint32(4, true);
  return {
    stream: view.getUint16(2, true),
    key: (flags & unitKey) !== 0,
    init: (flags & unitInit) !== 0,
    gap: (flags & unitGap) !== 0,
    h265: (flags & unitH265) !== 0,
    sequence: view.getUint32(8, true),
    dropped: view.getUint32(12, true),
    ptsUs: Number(view.getBigInt64(16, true)),
    dtsUs: Number(view.getBigInt64(24, true)),
    wallUs: Number(view.getBigInt64(32, true)),
    data: new Uint8Array(buffer, unitHead),
  };
}
