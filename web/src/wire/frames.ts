// Binary messages of docs/websocket.md: pure functions over bytes, held against tests/vectors/wire.json.

export const KIND_THUMBS = 1;
export const KIND_UNIT = 2;
const VERSION = 1;
const THUMBS_HEADER_BYTES = 16;
const THUMB_HEADER_BYTES = 24;
const UNIT_HEADER_BYTES = 40;

/** A thumbnail of a batch. `jpeg` is a view into the batch, not a copy. */
export interface Thumb {
  n: number;
  wallUs: bigint;
  width: number;
  height: number;
  frozen: boolean;
  jpeg: Uint8Array<ArrayBuffer>;
}

export interface ThumbBatch {
  serverNowUs: bigint;
  thumbs: Thumb[];
}

/** The head of a unit; its bytes begin at `offset` of the message. */
export interface Unit {
  stream: number;
  keyframe: boolean;
  init: boolean;
  discontinuity: boolean;
  h265: boolean;
  sequence: number;
  dropped: number;
  ptsUs: bigint;
  dtsUs: bigint;
  wallUs: bigint;
  offset: number;
}

export class WireError extends Error {}

/** The kind of a binary message; throws on another version or an empty message. */
export function kindOf(message: ArrayBuffer): number {
  if (message.byteLength < 2) throw new WireError('message without a head');
  const head = new Uint8Array(message, 0, 2);
  if (head[1] !== VERSION) throw new WireError(`version ${head[1]} is not known`);
  return head[0]!;
}

export function parseThumbs(message: ArrayBuffer): ThumbBatch {
  if (kindOf(message) !== KIND_THUMBS) throw new WireError('not a thumbnail batch');
  if (message.byteLength < THUMBS_HEADER_BYTES) throw new WireError('batch cut short');
  const view = new DataView(message);
  const count = view.getUint16(2, true);
  const thumbs: Thumb[] = [];
  let at = THUMBS_HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    if (at + THUMB_HEADER_BYTES > message.byteLength) throw new WireError('entry cut short');
    const size = view.getUint32(at + 4, true);
    if (at + THUMB_HEADER_BYTES + size > message.byteLength) throw new WireError('picture cut short');
    thumbs.push({
      n: view.getUint32(at, true),
      wallUs: view.getBigInt64(at + 8, true),
      width: view.getUint16(at + 16, true),
      height: view.getUint16(at + 18, true),
      frozen: (view.getUint8(at + 20) & 1) !== 0,
      jpeg: new Uint8Array(message, at + THUMB_HEADER_BYTES, size),
    });
    at += THUMB_HEADER_BYTES + size;
  }
  if (at !== message.byteLength) throw new WireError('bytes after the last picture');
  return { serverNowUs: view.getBigInt64(8, true), thumbs };
}

export function parseUnit(message: ArrayBuffer): Unit {
  if (kindOf(message) !== KIND_UNIT) throw new WireError('not a unit');
  if (message.byteLength < UNIT_HEADER_BYTES) throw new WireError('unit cut short');
  const view = new DataView(message);
  const flags = view.getUint32(4, true);
  return {
    stream: view.getUint16(2, true),
    keyframe: (flags & 1) !== 0,
    init: (flags & 2) !== 0,
    discontinuity: (flags & 4) !== 0,
    h265: (flags & 8) !== 0,
    sequence: view.getUint32(8, true),
    dropped: view.getUint32(12, true),
    ptsUs: view.getBigInt64(16, true),
    dtsUs: view.getBigInt64(24, true),
    wallUs: view.getBigInt64(32, true),
    offset: UNIT_HEADER_BYTES,
  };
}
