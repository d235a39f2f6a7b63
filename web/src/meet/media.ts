// Sound and pictures of one seat over WebRTC, by the signalling of docs/mediation.md: `send` carries what is ours, `recv` what others send.
import { LineDelay, type Report } from './line.ts';
import type { Rtc } from './socket.ts';

export type Kind = 'mic' | 'camera' | 'screen';
export interface Remote {
  mic: MediaStream | null;
  camera: MediaStream | null;
  screen: MediaStream | null;
}
export interface Quality {
  /** 0: nothing comes; 3: without loss. */
  bars: 0 | 1 | 2 | 3;
  kbits: number;
  /** Pictures come now. */
  moving: boolean;
}
interface Ears {
  say(message: object): void;
  /** Whom one sees and hears now, by seat. */
  remotes(all: Record<string, Remote>): void;
  speaking(seat: string, on: boolean): void;
  quality(all: Record<string, Quality>): void;
  /** Whether ours goes out. */
  up(pc: 'send' | 'recv', up: boolean): void;
  /** The service of sound and pictures is gone, or back. */
  away(away: boolean): void;
  /** The network here lets neither sound nor pictures through; it is tried again and again. */
  blocked(blocked: boolean): void;
  /** Which size of pictures the line carries: 0 to 2 (the best), -1: sound alone. */
  size(size: number): void;
  fault(why: string): void;
}
interface StreamName { mid: string; seat: string; kind: Kind }
interface Count { bytes: number; packets: number; lost: number; frames: number }

const MEASURE_EVERY_MS = 1000;
const LOOK_EVERY = 2; // measures
const SLOW_MS = 300;
/** Less is nothing that the server acts on. */
const TOLD_DELAY_MS = 100;
const MOST_DELAY_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LOST: ReadonlySet<RTCPeerConnectionState> = new Set(['disconnected', 'failed']);
const MOST_PAUSE_MS = 30_000;
const BEST_SIZE = 2;
/** Two sizes of a camera, the largest first, as Janus counts them: of 640 × 360 Chromium sends no third. A line of 300 kbit/s carries the small one beside voices. */
const SIZES: RTCRtpEncodingParameters[] = [{ rid: 'h', maxBitrate: 900_000 }, { rid: 'l', maxBitrate: 150_000, scaleResolutionDownBy: 2 }];
/** A voice goes before pictures; a screen stays readable and gives way. */
const ENCODINGS: Record<Kind, RTCRtpEncodingParameters[]> = {
  mic: [{ priority: 'high', networkPriority: 'high', maxBitrate: 40_000 }], camera: SIZES, screen: [{ priority: 'low', maxBitrate: 1_000_000 }],
};
/** How good a line is by the share that is lost. Pure. */
export const barsFor = (got: number, lost: number): Quality['bars'] => (got <= 0 ? 0 : lost / (got + lost) < 0.02 ? 3 : lost / (got + lost) < 0.08 ? 2 : 1);

/** Voices come, cameras are sent, but no picture of them moves. Pure. */
export function isSoundOnly(all: Record<string, Quality>, remotes: Record<string, Remote>): boolean {
  const seen = Object.entries(all).filter(([seat]) => remotes[seat]?.camera);
  return seen.some(([, { bars }]) => bars > 0) && !seen.some(([, { moving }]) => moving);
}

export class Media {
  private readonly ears: Ears;
  private gen = 0;
  private may = { talk: false, camera: false, screen: false };
  private servers: RTCIceServer[] = [];
  private sendPc: RTCPeerConnection | null = null;
  private recvPc: RTCPeerConnection | null = null;
  private names: StreamName[] = [];
  private readonly lines = new Map<Kind, RTCRtpTransceiver>();
  private readonly streams = new Map<string, MediaStream>();
  private readonly own = new Map<Kind, MediaStreamTrack>();
  private counts = new Map<string, Count>();
  private lookedMs = 0;
  private measuredMs = 0;
  private measures = 0;
  private delay = new LineDelay();
  /** Peer connections that found no way. */
  private readonly stuck = new Set<'send' | 'recv'>();
  /** Number of the server's that `recvPc` belongs to. */
  private link = 0;
  /** An offer of ours waits for its answer; meanwhile something else is to be sent. */
  private offering = false;
  private changed = false;
  private pauseMs = FIRST_PAUSE_MS;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly ticker = setInterval(() => void this.measure().catch(() => undefined), MEASURE_EVERY_MS);

  constructor(ears: Ears) {
    this.ears = ears;
  }

  /** After each connection of the WebSocket. */
  hello(): void {
    this.ears.say({ op: 'hello', gen: this.gen });
    this.later(() => this.heal());
  }

  /** Gives a track to send, or takes it back. */
  give(kind: Kind, track: MediaStreamTrack | null): void {
    if (track) this.own.set(kind, track);
    else this.own.delete(kind);
    if (this.gen) this.later(() => this.publish());
  }

  /** How large one wants a picture: 0 smallest; null: no picture, the voice stays. */
  want(seat: string, kind: Kind, substream: 0 | 1 | 2 | null): void {
    if (this.gen) this.ears.say({ op: 'layers', gen: this.gen, seat, kind, ...(substream === null ? { on: false } : { substream }) });
  }

  take(message: Rtc): void {
    this.later(() => this.taken(message));
  }

  end(): void {
    clearInterval(this.ticker);
    this.over();
    this.free();
  }

  /** What fails leaves connections that nobody can say anything of: all begins anew. */
  private later(work: () => void | Promise<void>): void {
    this.queue = this.queue.then(work).catch((error: unknown) => {
      this.ears.fault(error instanceof Error ? error.message : String(error));
      this.after(() => { this.over(); this.hello(); });
    });
  }

  /** Ever later, until something stands again. */
  private after(work: () => void): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(work, this.pauseMs);
    this.pauseMs = Math.min(MOST_PAUSE_MS, this.pauseMs * 2);
  }

  private async taken(message: Rtc): Promise<void> {
    if (message.op === 'ice') return this.begin(message);
    if (message.gen !== this.gen) return;
    if (message.op === 'answer') await this.answered(message);
    else if (message.op === 'offer') await this.offered(message);
    else if (message.op === 'trickle') await (message.pc === 'send' ? this.sendPc : this.recvPc)?.addIceCandidate((message.candidate as RTCIceCandidateInit | null) ?? undefined).catch(() => undefined); // one way less
    else if (message.op === 'may') await this.allowed(message);
    else if (message.op === 'speaking') this.ears.speaking(String(message.seat), message.on === true);
    else if (message.op === 'pc') this.told(message);
    else if (message.op === 'size') this.ears.size(Number(message.size));
    else if (message.op === 'gone') this.gone(String(message.why));
  }

  /** Janus gives up what finds no way to it, and all begins anew: it is no less stuck then. */
  private gone(why: string): void {
    const never = this.sendPc?.connectionState === 'new' || this.sendPc?.connectionState === 'connecting';
    this.over();
    if (why === 'anew' && never) this.through('send', false);
    else if (why !== 'anew') this.free();
    this.ears.away(why === 'media_away');
  }

  /** What was said while nobody listened is said again: an offer, its answer, that a way is lost. */
  private async heal(): Promise<void> {
    if (this.recvPc && LOST.has(this.recvPc.connectionState)) this.ears.say({ op: 'restart', gen: this.gen });
    const lost = this.sendPc !== null && LOST.has(this.sendPc.connectionState);
    if (lost) this.sendPc?.restartIce();
    if (!lost && !this.offering) return;
    this.offering = false;
    await this.publish();
  }

  private async begin(message: Rtc): Promise<void> {
    this.over();
    this.through('recv', true);
    this.ears.away(false);
    this.gen = Number(message.gen);
    this.may = message.may as typeof this.may;
    this.servers = (message.servers as RTCIceServer[] | undefined) ?? [];
    await this.publish();
  }

  private async allowed(message: Rtc): Promise<void> {
    const before = this.wanted().join();
    this.may = message.may as typeof this.may;
    if (before !== this.wanted().join()) await this.publish();
  }

  /** A voice may be offered before it may be heard. */
  private wanted(): Kind[] {
    return (['mic', 'camera', 'screen'] as const).filter((kind) => this.own.has(kind) && (kind === 'mic' ? this.may.talk || this.may.camera : this.may[kind]));
  }

  private connection(which: 'send' | 'recv'): RTCPeerConnection {
    const pc = new RTCPeerConnection({ iceServers: this.servers });
    const gen = this.gen;
    pc.onicecandidate = ({ candidate }) => {
      if (gen === this.gen) this.ears.say({ op: 'trickle', gen, pc: which, candidate: candidate?.toJSON() ?? null });
    };
    pc.onconnectionstatechange = () => {
      if (gen !== this.gen || (pc !== this.sendPc && pc !== this.recvPc)) return;
      if (pc.connectionState === 'connected') {
        this.pauseMs = FIRST_PAUSE_MS;
        this.ears.up(which, true);
        this.through(which, true);
      }
      if (pc.connectionState !== 'failed') return;
      this.ears.up(which, false);
      this.through(which, false);
      if (which === 'recv') this.ears.say({ op: 'restart', gen });
      else this.later(() => { pc.restartIce(); return this.publish(); });
    };
    return pc;
  }

  /** One offer at a time: an answer belongs to the newest. */
  private async publish(): Promise<void> {
    if (!this.gen) return;
    if (this.offering) {
      this.changed = true;
      return;
    }
    const wanted = this.wanted();
    if (wanted.length === 0 && !this.sendPc) return;
    const pc = this.sendPc ?? this.connection('send');
    this.sendPc = pc;
    // a line that was used once is kept: Janus takes none of another name in its place
    for (const [kind, line] of this.lines) {
      if (wanted.includes(kind)) continue;
      line.direction = 'inactive';
      await line.sender.replaceTrack(null);
    }
    for (const kind of wanted) await this.line(pc, kind, this.own.get(kind)!);
    this.offering = true;
    await pc.setLocalDescription();
    if (pc !== this.sendPc) return;
    this.ears.say({ op: 'publish', gen: this.gen, sdp: pc.localDescription?.sdp, streams: [...this.lines].filter(([kind]) => wanted.includes(kind)).map(([kind, { mid }]) => ({ mid, kind })) });
  }

  private async answered(message: Rtc): Promise<void> {
    if (!this.sendPc || !this.offering) return;
    await this.sendPc.setRemoteDescription({ type: 'answer', sdp: String(message.sdp) });
    this.offering = false;
    if (this.changed) {
      this.changed = false;
      await this.publish();
    }
  }

  private async line(pc: RTCPeerConnection, kind: Kind, track: MediaStreamTrack): Promise<void> {
    const line = this.lines.get(kind);
    if (line) {
      line.direction = 'sendonly';
      return line.sender.replaceTrack(track);
    }
    this.lines.set(kind, pc.addTransceiver(track, {
      direction: 'sendonly',
      sendEncodings: ENCODINGS[kind].map((one) => ({ ...one })),
    }));
  }

  private async offered(message: Rtc): Promise<void> {
    if (this.recvPc && message.link !== this.link) this.endRecv(); // it was told to be gone while nobody listened
    const pc = this.recvPc ?? this.connection('recv');
    this.recvPc = pc;
    this.link = Number(message.link);
    await pc.setRemoteDescription({ type: 'offer', sdp: String(message.sdp) });
    await pc.setLocalDescription();
    if (pc !== this.recvPc) return;
    this.names = message.streams as StreamName[];
    this.ears.say({ op: 'answer', gen: this.gen, n: message.n, sdp: pc.localDescription?.sdp });
    this.show();
  }

  private show(): void {
    const all: Record<string, Remote> = {};
    for (const { mid, seat, kind } of this.names) {
      const track = this.recvPc?.getTransceivers().find((one) => one.mid === mid)?.receiver.track;
      if (!track) continue;
      const stream = this.streams.get(track.id) ?? new MediaStream([track]);
      this.streams.set(track.id, stream);
      const remote = all[seat] ?? { mic: null, camera: null, screen: null };
      all[seat] = { ...remote, [kind]: stream };
    }
    this.ears.remotes(all);
  }

  private through(which: 'send' | 'recv', is: boolean): void {
    if (is) this.stuck.delete(which);
    else this.stuck.add(which);
    this.ears.blocked(this.stuck.size > 0);
  }

  private free(): void {
    this.stuck.clear();
    this.ears.blocked(false);
  }

  private told(message: Rtc): void {
    const which = message.pc === 'recv' ? 'recv' : 'send';
    this.ears.up(which, message.up === true);
    const pc = which === 'recv' ? this.recvPc : this.sendPc;
    if (message.up === false && pc && pc.connectionState !== 'connected') this.through(which, false);
    if (message.up !== false) return;
    if (which === 'send') {
      this.endSend();
      this.after(() => this.later(() => this.publish()));
    } else {
      this.endRecv();
      this.show();
    }
  }

  private endSend(): void {
    this.sendPc?.close();
    this.sendPc = null;
    this.lines.clear();
    this.offering = this.changed = false;
  }

  private endRecv(): void {
    this.recvPc?.close();
    this.recvPc = null;
    this.names = [];
    this.streams.clear();
    this.counts.clear();
    this.delay = new LineDelay();
  }

  private over(): void {
    clearTimeout(this.retry);
    this.gen = 0;
    this.endSend();
    this.endRecv();
    this.ears.size(BEST_SIZE);
    this.ears.remotes({});
    this.ears.quality({});
    this.ears.up('send', false);
    this.ears.up('recv', false);
  }

  private async measure(): Promise<void> {
    const pc = this.recvPc;
    const before = this.measuredMs;
    this.measuredMs = performance.now();
    if (!pc) return;
    const stats = await pc.getStats();
    if (pc !== this.recvPc) return;
    // where this machine itself is late, packets may have waited in it
    if (performance.now() - before < MEASURE_EVERY_MS + SLOW_MS) this.wait(stats);
    if (++this.measures % LOOK_EVERY === 0) this.look(stats);
  }

  /** Tells the server when packets begin to wait on the way to us: pictures get smaller before sound is lost. */
  private wait(stats: RTCStatsReport): void {
    const reports: Report[] = [];
    for (const report of stats.values())
      if (report.type === 'remote-outbound-rtp' && report.remoteTimestamp) reports.push({ key: report.id, sentMs: report.remoteTimestamp, gotMs: report.timestamp });
    const delay = this.delay.take(reports, performance.now());
    if (delay !== null && delay >= TOLD_DELAY_MS) this.ears.say({ op: 'line', gen: this.gen, delay_ms: Math.min(MOST_DELAY_MS, Math.round(delay)) });
  }

  /** Counts what came since the last look. */
  private look(stats: RTCStatsReport): void {
    const now = performance.now();
    const seconds = Math.max(0.5, (now - this.lookedMs) / 1000);
    this.lookedMs = now;
    const counts = new Map<string, Count>();
    const all: Record<string, Quality> = {};
    for (const report of stats.values()) {
      const name = report.type === 'inbound-rtp' ? this.names.find(({ mid }) => mid === report.mid) : undefined;
      if (!name || name.kind === 'screen') continue;
      const count = { bytes: report.bytesReceived ?? 0, packets: report.packetsReceived ?? 0, lost: report.packetsLost ?? 0, frames: report.framesDecoded ?? 0 };
      const before = this.counts.get(name.mid) ?? { bytes: 0, packets: 0, lost: 0, frames: 0 };
      counts.set(name.mid, count);
      const quality = all[name.seat] ?? { bars: 0, kbits: 0, moving: false };
      const bars = barsFor(count.packets - before.packets, Math.max(0, count.lost - before.lost));
      all[name.seat] = {
        bars: name.kind === 'mic' && quality.bars > 0 ? quality.bars : bars || quality.bars,
        kbits: quality.kbits + Math.round(((count.bytes - before.bytes) * 8) / 1000 / seconds),
        moving: quality.moving || (name.kind === 'camera' && count.frames > before.frames),
      };
    }
    this.counts = counts;
    this.ears.quality(all);
  }
}
