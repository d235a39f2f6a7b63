import type { ClientMessage, Playing, ServerMessage } from '../wire/messages.ts';
import { KIND_THUMBS, KIND_UNIT, kindOf, parseUnit } from '../wire/frames.ts';
import { Backoff } from './backoff.ts';
import { ServerClock } from './clock.ts';
import type { FromSocket, LinkState, SocketToDecoder } from './protocol.ts';
import { Wishes } from './wishes.ts';

const CODE_RESYNC = 4001;
const CODE_SESSION_ENDED = 4003;
const CODE_RIGHTS_CHANGED = 4004;
const PING_EVERY_MS = 5_000;
const SILENT_AFTER_MS = 25_000; // the server pings every 10 s and answers ours every 5 s
const SEND_PER_100_MS = 15; // the server closes at 200 a second
const THUMBS_SETTLE_MS = 80; // panning changes the set at every step; only the last one counts

export interface ConnectionPorts {
  toPage(message: FromSocket, transfer?: Transferable[]): void;
  toDecoder(message: SocketToDecoder, transfer?: Transferable[]): void;
}

/** The one WebSocket: reconnects with backoff, tells a new connection every wish, hands bytes on. */
export class Connection {
  private readonly ports: ConnectionPorts;
  private readonly backoff = new Backoff();
  private readonly wishes = new Wishes();
  private readonly clock = new ServerClock();
  private readonly formats = new Map<number, Playing['format']>();
  private queue: ClientMessage[] = [];
  private url = '';
  private boot = '';
  private socket: WebSocket | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private drainTimer: ReturnType<typeof setTimeout> | undefined;
  private thumbsTimer: ReturnType<typeof setTimeout> | undefined;
  private heardMs = 0;

  constructor(ports: ConnectionPorts) {
    this.ports = ports;
    setInterval(() => this.ping(), PING_EVERY_MS);
  }

  open(url: string): void {
    this.url = url;
    this.backoff.reset();
    clearTimeout(this.retryTimer);
    if (!this.socket) this.connect();
  }

  close(): void {
    clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
    this.tell('closed');
  }

  want(message: ClientMessage): void {
    const send = this.wishes.take(message);
    if (message.t === 'stop') {
      this.formats.delete(message.stream);
      this.ports.toDecoder({ t: 'end', stream: message.stream });
    }
    if (!send || this.socket?.readyState !== WebSocket.OPEN) return;
    if (send.t !== 'thumbs') return this.send(send);
    clearTimeout(this.thumbsTimer);
    this.thumbsTimer = setTimeout(() => this.send(send), THUMBS_SETTLE_MS);
  }

  private tell(state: LinkState, code = 0, retryAtMs = 0): void {
    this.ports.toPage({ t: 'link', state, code, retryAtMs, attempt: this.backoff.attempts });
  }

  private connect(): void {
    this.tell('connecting');
    const socket = new WebSocket(this.url, 'townwall.1');
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.queue = [];
    this.heardMs = performance.now();
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket !== socket) return;
      this.heardMs = performance.now();
      if (typeof event.data === 'string') this.text(event.data);
      else this.binary(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code);
    };
  }

  private lost(code: number): void {
    this.socket = null;
    this.clock.clear();
    clearTimeout(this.thumbsTimer);
    for (const stream of this.formats.keys()) this.ports.toDecoder({ t: 'end', stream });
    this.formats.clear();
    if (code === CODE_SESSION_ENDED) return this.tell('ended', code);
    const waitMs = code === CODE_RESYNC || code === CODE_RIGHTS_CHANGED ? 0 : this.backoff.nextMs();
    this.tell('lost', code, Date.now() + waitMs);
    this.retryTimer = setTimeout(() => this.connect(), waitMs);
  }

  private ping(): void {
    const socket = this.socket;
    if (!socket) return;
    if (performance.now() - this.heardMs > SILENT_AFTER_MS) {
      this.socket = null; // a dead link may take minutes to close by itself
      socket.close();
      this.lost(0);
    } else if (socket.readyState === WebSocket.OPEN) {
      this.send({ t: 'ping', re: Date.now() });
    }
  }

  private send(message: ClientMessage): void {
    this.queue.push(message);
    if (!this.drainTimer) this.drain();
  }

  private drain(): void {
    this.drainTimer = undefined;
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    for (const message of this.queue.splice(0, SEND_PER_100_MS))
      this.socket.send(JSON.stringify(message));
    if (this.queue.length > 0) this.drainTimer = setTimeout(() => this.drain(), 100);
  }

  private text(data: string): void {
    const message = JSON.parse(data) as ServerMessage;
    switch (message.t) {
      case 'hello':
        return this.greeted(message);
      case 'pong':
        this.clock.add(Number(message.re), Number(message.now_us) / 1000, Date.now());
        return this.tellClock();
      case 'playing':
        this.formats.set(message.stream, message.format);
        if (message.format === 'annexb')
          this.ports.toDecoder({ t: 'begin', stream: message.stream, codec: message.codec });
        return this.ports.toPage(message);
      case 'ended':
        this.wishes.ended(message.stream);
        this.formats.delete(message.stream);
        this.ports.toDecoder({ t: 'end', stream: message.stream });
        return this.ports.toPage(message);
      case 'snapshot':
      case 'delta':
      case 'current':
        if (this.wishes.seen(message)) this.ports.toPage(message);
        return;
      case 'waiting':
      case 'error':
        return this.ports.toPage(message);
    }
  }

  private greeted(message: Extract<ServerMessage, { t: 'hello' }>): void {
    const restarted = this.boot !== '' && this.boot !== message.boot;
    this.boot = message.boot;
    this.backoff.reset();
    this.clock.hint(Number(message.now_us) / 1000, Date.now());
    if (restarted) {
      this.wishes.restarted();
      this.ports.toDecoder({ t: 'forget' });
    }
    this.ports.toPage({ ...message, restarted });
    this.tell('open');
    for (const wish of this.wishes.all()) this.send(wish);
    this.send({ t: 'ping', re: Date.now() });
    this.tellClock();
  }

  private tellClock(): void {
    this.ports.toPage({ t: 'clock', offsetMs: this.clock.offsetMs, delayMs: this.clock.delayMs });
  }

  private binary(message: ArrayBuffer): void {
    const kind = kindOf(message);
    if (kind === KIND_THUMBS) return this.ports.toDecoder({ t: 'thumbs', message }, [message]);
    if (kind !== KIND_UNIT) return;
    const unit = parseUnit(message);
    const format = this.formats.get(unit.stream);
    const wallMs = Number(unit.wallUs) / 1000;
    const { stream, dropped } = unit;
    if (format === 'annexb') {
      const { keyframe, discontinuity, offset } = unit;
      const ptsUs = Number(unit.ptsUs);
      this.ports.toDecoder(
        { t: 'unit', stream, keyframe, discontinuity, dropped, ptsUs, wallMs, message, offset },
        [message],
      );
    } else if (format === 'fmp4') {
      const data = message.slice(unit.offset);
      this.ports.toPage({ t: 'fragment', stream, init: unit.init, dropped, wallMs, data }, [data]);
    }
  }
}
