import type { Profile, Rung, Words } from '../wire/messages.ts';
import { openStream, type Stream, type StreamState } from './streams.ts';

export interface ClimbPorts {
  /** A frame to draw now; closed when the call returns. */
  draw(frame: VideoFrame | HTMLVideoElement, width: number, height: number): void;
  /** Nothing runs any more: back to the thumbnail. */
  fell(): void;
  changed(): void;
}

const FIRST_RETRY_MS = 4_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * One camera's way up: what runs is drawn until the next rung's first frame is there. A stream that failed is tried
 * again after a while, longer each time.
 */
export class Climb {
  readonly camera: string;
  private readonly ports: ClimbPorts;
  private readonly decoder: 'mse' | undefined;
  private wanted: { rung: Rung; profile: Profile } | null = null;
  private next: Stream | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private retryMs = FIRST_RETRY_MS;
  shown: Stream | null = null;
  /** Why the wanted stream does not run; empty: it does or opens. */
  trouble = '';
  message: Words | null = null;
  /** The camera is down: the stream is there and goes on by itself. */
  waiting = false;

  constructor(camera: string, ports: ClimbPorts, decoder?: 'mse') {
    this.camera = camera;
    this.ports = ports;
    this.decoder = decoder;
  }

  get state(): StreamState | null {
    return this.shown?.state ?? null;
  }

  want(rung: Rung, profile: Profile): void {
    if (this.wanted?.rung === rung && this.wanted.profile === profile) return;
    this.wanted = { rung, profile };
    this.open();
  }

  /** Tries at once what failed, after a view reason was given or the line came back. */
  retry(): void {
    if (this.trouble !== '' && !this.waiting) this.open();
  }

  close(): void {
    clearTimeout(this.timer);
    this.next?.close();
    this.shown?.close();
    this.next = this.shown = this.wanted = null;
  }

  private open(): void {
    if (!this.wanted) return;
    clearTimeout(this.timer);
    this.next?.close();
    this.said('', null);
    const stream: Stream = openStream({
      camera: this.camera,
      ...this.wanted,
      decoder: this.decoder,
      draw: (frame, width, height) => {
        if (this.next === stream) this.arrived(stream);
        if (this.shown === stream) this.ports.draw(frame, width, height);
      },
      changed: (state) => {
        if (state.phase === 'ended') this.ended(stream, state);
        else if (state.phase === 'waiting') this.waits(stream, state);
        else if (this.waiting && state.phase === 'playing') this.said('', null);
        this.ports.changed();
      },
    });
    this.next = stream;
    this.ports.changed();
  }

  private arrived(stream: Stream): void {
    this.shown?.close();
    this.shown = stream;
    this.next = null;
    this.retryMs = FIRST_RETRY_MS;
    this.ports.changed();
  }

  private said(trouble: string, message: Words | null, waiting = false): void {
    Object.assign(this, { trouble, message, waiting });
  }

  /** What was shown is old now: the thumbnail stands until its next frame. */
  private waits(stream: Stream, state: StreamState): void {
    if (this.next !== stream && this.shown !== stream) return;
    this.said(state.code, state.message, true);
    if (this.shown !== stream) return;
    this.shown = null;
    if (this.next) stream.close();
    else this.next = stream;
    this.ports.fell();
  }

  private ended(stream: Stream, state: StreamState): void {
    stream.close();
    if (this.next !== stream && this.shown !== stream) return;
    if (this.next === stream) this.next = null;
    this.said(state.code, state.message);
    this.timer = setTimeout(() => this.open(), this.retryMs);
    this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 2);
    if (this.shown !== stream) return;
    this.shown = null;
    this.ports.fell();
  }
}
