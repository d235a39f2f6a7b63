import { reactive } from 'vue';
import type { Profile, Rung, Words } from '../wire/messages.ts';
import { useClient } from './client.ts';
import { MediaSourcePlayer } from './mse.ts';
import { canDecode, type Ability } from './ability.ts';

export interface StreamState {
  /** `waiting`: the camera is down, it plays again by itself. */
  phase: 'opening' | 'playing' | 'waiting' | 'ended';
  rung: Rung;
  codec: string;
  transcoded: boolean;
  format: 'annexb' | 'fmp4';
  width: number;
  height: number;
  /** Arrival of the shown frame at the media node, server clock. */
  wallMs: number;
  dropped: number;
  frames: number;
  code: string;
  message: Words | null;
}

export interface StreamOptions {
  camera: string;
  profile: Profile;
  rung: Rung;
  /** A frame to draw now; it is closed when the call returns. */
  draw(frame: VideoFrame | HTMLVideoElement, width: number, height: number): void;
  /** Said whenever something other than the frame changed. */
  changed?(state: StreamState): void;
  decoder?: 'mse' | undefined;
}

/** One playing camera. */
export class Stream {
  readonly options: StreamOptions;
  readonly id: number;
  readonly state: StreamState;
  private player: MediaSourcePlayer | null = null;
  private closed = false;

  constructor(id: number, options: StreamOptions) {
    this.id = id;
    this.options = options;
    this.state = reactive<StreamState>({
      phase: 'opening',
      rung: options.rung,
      codec: '',
      transcoded: false,
      format: 'annexb',
      width: 0,
      height: 0,
      wallMs: 0,
      dropped: 0,
      frames: 0,
      code: '',
      message: null,
    });
    void canDecode(options.decoder).then((ability) => this.play(ability));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.player?.close();
    streams().release(this.id);
  }

  /** Every message of the workers about this stream. */
  readonly inbox = {
    playing: (codec: string, width: number, height: number, transcoded: boolean, format: string) => {
      Object.assign(this.state, { phase: 'playing', codec, width, height, transcoded, code: '', message: null });
      this.state.format = format === 'fmp4' ? 'fmp4' : 'annexb';
      if (format === 'fmp4') this.startPlayer(codec);
      this.options.changed?.(this.state);
    },
    waiting: (code: string, message: Words) => {
      Object.assign(this.state, { phase: 'waiting', code, message });
      this.options.changed?.(this.state);
    },
    ended: (code: string, message: Words) => {
      Object.assign(this.state, { phase: 'ended', code, message });
      this.player?.close();
      this.player = null;
      this.options.changed?.(this.state);
    },
    frame: (frame: VideoFrame, wallMs: number, dropped: number) => {
      if (!this.closed) {
        this.drawn(frame.displayWidth, frame.displayHeight, wallMs, dropped);
        this.options.draw(frame, frame.displayWidth, frame.displayHeight);
      }
      frame.close();
    },
    fragment: (data: ArrayBuffer, init: boolean, wallMs: number, dropped: number) => {
      this.state.dropped = dropped;
      this.player?.append(data, init, wallMs);
    },
    trouble: (text: string) => {
      this.state.code = 'cannot_decode';
      this.state.message = { zh: text, en: text };
      this.options.changed?.(this.state);
    },
  };

  private play(ability: Ability): void {
    if (this.closed) return;
    if (!ability.format) return this.inbox.ended('cannot_decode', { zh: '', en: '' });
    const { camera, profile, rung } = this.options;
    const { format, codecs } = ability;
    useClient().socket.send({ t: 'play', stream: this.id, camera, profile, rung, format, codecs });
  }

  private startPlayer(codec: string): void {
    this.player?.close();
    this.player = new MediaSourcePlayer(codec, {
      frame: (video, wallMs) => {
        this.drawn(video.videoWidth, video.videoHeight, wallMs, this.state.dropped);
        this.options.draw(video, video.videoWidth, video.videoHeight);
      },
      // a Media Source that failed takes nothing any more: whoever wants the stream opens it again
      trouble: (text) => this.inbox.ended('cannot_decode', { zh: text, en: text }),
    });
  }

  private drawn(width: number, height: number, wallMs: number, dropped: number): void {
    const { state } = this;
    state.wallMs = wallMs;
    state.frames++;
    if (state.dropped !== dropped) state.dropped = dropped;
    if (state.width !== width) state.width = width;
    if (state.height !== height) state.height = height;
    if (state.code === 'cannot_decode') state.code = '';
  }
}

class Streams {
  private readonly open = new Map<number, Stream>();
  private readonly client = useClient();
  private next = 1;

  constructor() {
    const { socket, decoder } = this.client;
    socket.on('playing', (m) =>
      this.open
        .get(m.stream)
        ?.inbox.playing(m.codec, m.width, m.height, m.transcoded ?? false, m.format),
    );
    socket.on('waiting', (m) => this.open.get(m.stream)?.inbox.waiting(m.code, m.message));
    socket.on('ended', (m) => this.open.get(m.stream)?.inbox.ended(m.code, m.message));
    socket.on('fragment', (m) =>
      this.open.get(m.stream)?.inbox.fragment(m.data, m.init, m.wallMs, m.dropped),
    );
    decoder.on('trouble', (m) => this.open.get(m.stream)?.inbox.trouble(m.message));
    decoder.on('frame', (m) => {
      const stream = this.open.get(m.stream);
      if (stream) stream.inbox.frame(m.frame, m.wallMs, m.dropped);
      else m.frame.close();
      decoder.send({ t: 'frame_done', stream: m.stream });
    });
  }

  start(options: StreamOptions): Stream {
    while (this.open.has(this.next)) this.next = (this.next % 65_535) + 1;
    const stream = new Stream(this.next, options);
    this.open.set(stream.id, stream);
    this.next = (this.next % 65_535) + 1;
    return stream;
  }

  release(id: number): void {
    this.open.delete(id);
    this.client.socket.send({ t: 'stop', stream: id });
  }
}

let all: Streams | null = null;
function streams(): Streams {
  all ??= new Streams();
  return all;
}

/** Starts playing; the returned stream must be closed. */
export function openStream(options: StreamOptions): Stream {
  return streams().start(options);
}
