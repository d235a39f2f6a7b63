import type { SocketToDecoder } from './protocol.ts';

type UnitMessage = Extract<SocketToDecoder, { t: 'unit' }>;

export interface DecodingPorts {
  frame(frame: VideoFrame, wallMs: number, dropped: number): void;
  trouble(message: string): void;
}

const QUEUE_UNITS = 75; // a GOP comes at once to a late joiner and decodes quickly; more waiting means we are late
const WALL_TIMES = 64;

/**
 * One stream's VideoDecoder. Once a delta unit is dropped, everything up to the next keyframe is dropped.
 * The page holds one frame at a time; a newer frame takes the place of one it has not asked for yet.
 */
export class Decoding {
  private readonly ports: DecodingPorts;
  private readonly wallMs = new Map<number, number>();
  private decoder: VideoDecoder | null = null;
  private codec: string;
  private waitingKeyframe = true;
  private pageBusy = false;
  private latest: { frame: VideoFrame; wallMs: number } | null = null;
  private serverDropped = 0;
  private ownDropped = 0;

  constructor(codec: string, ports: DecodingPorts) {
    this.codec = codec;
    this.ports = ports;
  }

  unit(unit: UnitMessage): void {
    this.serverDropped = unit.dropped;
    if (unit.discontinuity && !unit.keyframe) this.waitingKeyframe = true;
    if (this.decoder && this.decoder.decodeQueueSize > QUEUE_UNITS && !unit.keyframe)
      this.waitingKeyframe = true;
    if (this.waitingKeyframe && !unit.keyframe) {
      this.ownDropped++;
      return;
    }
    this.waitingKeyframe = false;
    this.remember(unit.ptsUs, unit.wallMs);
    try {
      this.ready().decode(
        new EncodedVideoChunk({
          type: unit.keyframe ? 'key' : 'delta',
          timestamp: unit.ptsUs,
          data: new Uint8Array(unit.message, unit.offset),
        }),
      );
    } catch (error) {
      this.failed(error);
    }
  }

  /** The page has drawn its frame and takes the next. */
  pageReady(): void {
    this.pageBusy = false;
    const latest = this.latest;
    this.latest = null;
    if (latest) this.give(latest.frame, latest.wallMs);
  }

  close(): void {
    this.latest?.frame.close();
    this.latest = null;
    if (this.decoder && this.decoder.state !== 'closed') this.decoder.close();
    this.decoder = null;
  }

  private ready(): VideoDecoder {
    if (this.decoder && this.decoder.state === 'configured') return this.decoder;
    this.decoder = new VideoDecoder({
      output: (frame) => this.decoded(frame),
      error: (error) => this.failed(error),
    });
    this.decoder.configure({ codec: this.codec, optimizeForLatency: true });
    return this.decoder;
  }

  private remember(ptsUs: number, wallMs: number): void {
    this.wallMs.set(ptsUs, wallMs);
    if (this.wallMs.size > WALL_TIMES) this.wallMs.delete(this.wallMs.keys().next().value!);
  }

  private decoded(frame: VideoFrame): void {
    const wallMs = this.wallMs.get(frame.timestamp) ?? 0;
    this.wallMs.delete(frame.timestamp);
    if (!this.pageBusy) return this.give(frame, wallMs);
    if (this.latest) this.ownDropped++; // decoded, never seen
    this.latest?.frame.close();
    this.latest = { frame, wallMs };
  }

  private give(frame: VideoFrame, wallMs: number): void {
    this.pageBusy = true;
    this.ports.frame(frame, wallMs, this.serverDropped + this.ownDropped);
  }

  private failed(error: unknown): void {
    this.decoder = null; // an error closes a VideoDecoder; the next keyframe opens another
    this.waitingKeyframe = true;
    this.ports.trouble(error instanceof Error ? error.message : String(error));
  }
}
