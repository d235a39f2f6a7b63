export interface MediaSourcePorts {
  frame(video: HTMLVideoElement, wallMs: number): void;
  trouble(message: string): void;
}

const BEHIND_S = 1.2; // jump to the live edge from here
const HURRY_S = 0.5; // play a little faster from here
const KEEP_S = 10;

/** The fallback where WebCodecs is missing: fragmented MP4 into a <video>, held at the live edge. */
export class MediaSourcePlayer {
  private readonly ports: MediaSourcePorts;
  private readonly source = new MediaSource();
  private readonly video = document.createElement('video');
  private readonly waiting: ArrayBuffer[] = [];
  private readonly type: string;
  private buffer: SourceBuffer | null = null;
  private wallMs = 0;
  private begun = false;
  private closed = false;

  constructor(codec: string, ports: MediaSourcePorts) {
    this.ports = ports;
    this.type = `video/mp4; codecs="${codec}"`;
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.src = URL.createObjectURL(this.source);
    this.source.onsourceopen = () => this.opened();
    this.video.onerror = () => ports.trouble(this.video.error?.message ?? 'video');
    this.watchFrames();
  }

  /** What comes before the first init piece belongs to the stream as it was before a change. */
  append(data: ArrayBuffer, init: boolean, wallMs: number): void {
    this.begun ||= init;
    if (!this.begun) return;
    if (wallMs > 0) this.wallMs = wallMs;
    this.waiting.push(data);
    this.pump();
  }

  close(): void {
    this.closed = true;
    this.waiting.length = 0;
    URL.revokeObjectURL(this.video.src);
    this.video.removeAttribute('src');
    this.video.load();
  }

  private opened(): void {
    if (this.closed) return;
    try {
      this.buffer = this.source.addSourceBuffer(this.type);
    } catch (error) {
      this.ports.trouble(error instanceof Error ? error.message : String(error));
      return;
    }
    this.buffer.onupdateend = () => {
      this.toEdge();
      this.pump();
    };
    this.pump();
  }

  private pump(): void {
    const { buffer } = this;
    if (!buffer || buffer.updating || this.closed || this.source.readyState !== 'open') return;
    const end = buffer.buffered.length > 0 ? buffer.buffered.end(buffer.buffered.length - 1) : 0;
    const start = buffer.buffered.length > 0 ? buffer.buffered.start(0) : 0;
    if (end - start > 2 * KEEP_S) return buffer.remove(start, end - KEEP_S);
    const next = this.waiting.shift();
    if (!next) return;
    try {
      buffer.appendBuffer(next);
    } catch (error) {
      this.ports.trouble(error instanceof Error ? error.message : String(error));
    }
  }

  private toEdge(): void {
    const { buffered } = this.video;
    if (buffered.length === 0) return;
    const edge = buffered.end(buffered.length - 1);
    const start = buffered.start(buffered.length - 1);
    const behind = edge - this.video.currentTime;
    if (behind > BEHIND_S || this.video.currentTime < start)
      this.video.currentTime = Math.max(start, edge - 0.1);
    this.video.playbackRate = behind > HURRY_S && behind <= BEHIND_S ? 1.1 : 1;
    if (this.video.paused) void this.video.play().catch(() => undefined);
  }

  private watchFrames(): void {
    this.video.requestVideoFrameCallback((_now, { mediaTime }) => {
      if (this.closed) return;
      const { buffered } = this.video;
      const edge = buffered.length > 0 ? buffered.end(buffered.length - 1) : mediaTime;
      this.ports.frame(this.video, this.wallMs - Math.max(0, edge - mediaTime) * 1000);
      this.watchFrames();
    });
  }
}
