// Decodes: thumbnails to bitmaps, units to video frames. Pages never see a raw frame.
import { frameKind, kindThumbs, readThumbs, readUnit, type Unit } from '../wire/frames.ts';
import type { Playing } from '../wire/messages.ts';
import type { FromDecoder, ThumbPicture, ToDecoder, ToDecoderFromSocket } from './protocol.ts';

const maxQueue = 12; // pictures in a decoder; more means it cannot keep up: wait for the next keyframe
const failuresBeforeGivingUp = 3;

class Stream {
  readonly stream: number;
  private playing: Playing | null = null;
  private decoder: VideoDecoder | null = null;
  private waitKey = true;
  private skipped = 0;
  private failures = 0;
  private readonly walls = new Map<number, number>(); // pts → arrival

  constructor(stream: number) {
    this.stream = stream;
  }

  setPlaying(playing: Playing): void {
    if (this.playing?.codec !== playing.codec || this.playing.width !== playing.width || this.playing.height !== playing.height) this.close();
    this.playing = playing;
  }

  take(unit: Unit): void {
    if (this.playing?.format === 'fmp4') {
      const data = unit.data.slice().buffer;
      tell({ kind: 'piece', stream: this.stream, init: unit.init, key: unit.key, wallUs: unit.wallUs, dropped: unit.dropped, data }, [data]);
      return;
    }
    if (unit.gap && !unit.key) this.waitKey = true;
    if (this.waitKey && !unit.key) {
      this.skipped++;
      return;
    }
    if (!this.decoder && !this.open()) return;
    if (this.decoder && this.decoder.decodeQueueSize > maxQueue && !unit.key) {
      this.waitKey = true; // once a delta picture is dropped, all up to the next keyframe are
      this.skipped++;
      return;
    }
    this.waitKey = false;
    this.walls.set(unit.ptsUs, unit.wallUs);
    if (this.walls.size > 64) this.walls.delete(this.walls.keys().next().value as number);
    this.dropped = unit.dropped;
    try {
      this.decoder?.decode(new EncodedVideoChunk({ type: unit.key ? 'key' : 'delta', timestamp: unit.ptsUs, data: unit.data }));
    } catch (error) {
      this.fail(error);
    }
  }

  private dropped = 0;

  private open(): boolean {
    const playing = this.playing;
    if (!playing || typeof VideoDecoder === 'undefined') return false;
    this.decoder = new VideoDecoder({
      output: (frame) => {
        this.failures = 0;
        const wallUs = this.walls.get(frame.timestamp) ?? 0;
        this.walls.delete(frame.timestamp);
        tell({ kind: 'picture', stream: this.stream, frame, wallUs, dropped: this.dropped + this.skipped, queue: this.decoder?.decodeQueueSize ?? 0 }, [frame]);
      },
      error: (error) => this.fail(error),
    });
    try {
      this.decoder.configure({ codec: playing.codec, optimizeForLatency: true, hardwareAcceleration: 'no-preference' });
    } catch (error) {
      this.fail(error);
      return false;
    }
    this.waitKey = true;
    return true;
  }

  private fail(error: unknown): void {
    this.close();
    this.failures++;
    if (this.failures < failuresBeforeGivingUp) return;
    const text = error instanceof Error ? error.message : String(error);
    tell({ kind: 'failed', stream: this.stream, message: { zh: `浏览器不能解码：${text}`, en: `the browser cannot decode: ${text}` } });
  }

  close(): void {
    if (this.decoder && this.decoder.state !== 'closed') this.decoder.close();
    this.decoder = null;
    this.waitKey = true;
    this.walls.clear();
  }
}

const streams = new Map<number, Stream>();

const tell = (message: FromDecoder, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

async function takeThumbs(buffer: ArrayBuffer): Promise<void> {
  const batch = readThumbs(buffer);
  if (!batch) return;
  const made = await Promise.allSettled(batch.thumbs.map(async (thumb): Promise<ThumbPicture> => ({
    n: thumb.n, wallUs: thumb.wallUs, frozen: thumb.frozen,
    bitmap: await createImageBitmap(new Blob([thumb.jpeg], { type: 'image/jpeg' })),
  })));
  const thumbs = made.filter((result) => result.status === 'fulfilled').map((result) => result.value);
  tell({ kind: 'thumbs', serverNowUs: batch.serverNowUs, thumbs }, thumbs.map((thumb) => thumb.bitmap));
}

function streamOf(number: number): Stream {
  let stream = streams.get(number);
  if (!stream) streams.set(number, (stream = new Stream(number)));
  return stream;
}

function drop(number: number): void {
  streams.get(number)?.close();
  streams.delete(number);
}

function fromSocket(message: ToDecoderFromSocket): void {
  switch (message.kind) {
    case 'frame': {
      if (frameKind(message.buffer) === kindThumbs) {
        void takeThumbs(message.buffer);
        return;
      }
      const unit = readUnit(message.buffer);
      if (unit) streams.get(unit.stream)?.take(unit);
      return;
    }
    case 'playing':
      streamOf(message.playing.stream).setPlaying(message.playing);
      return;
    case 'ended':
      drop(message.stream);
      return;
    case 'reset':
      for (const number of [...streams.keys()]) drop(number);
      return;
  }
}

self.onmessage = (event: MessageEvent<ToDecoder>) => {
  const message = event.data;
  if (message.kind === 'port') message.port.onmessage = (inner: MessageEvent<ToDecoderFromSocket>) => fromSocket(inner.data);
  else drop(message.stream);
};
