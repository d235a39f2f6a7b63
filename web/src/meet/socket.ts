// The WebSocket of one seat: its topic, acts with their answers, messages of media. It comes back by itself.
import { ApiError } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';
import { guestPath, merged, ownSeat, type Line, type View } from './wire.ts';

const FIRST_PAUSE_MS = 300;
const MOST_PAUSE_MS = 2000;
const PING_EVERY_MS = 2000;
/** A line on which nothing comes, not even answers to pings, is given up: TCP alone would try for minutes, ever more seldom. */
const SILENT_AFTER_MS = 10_000;
/** As long as the first three tries of TCP. */
const OPEN_WITHIN_MS = 4000;
const ANSWER_WITHIN_MS = 15_000;

export interface Rtc {
  t: 'rtc';
  op: string;
  gen?: number;
  [key: string]: unknown;
}
export interface Ears {
  /** `up`: connected and subscribed; false: it is being tried again. */
  link(up: boolean): void;
  view(view: View): void;
  rtc(message: Rtc): void;
  /** It does not come back. */
  over(why: Over, reason: string): void;
}
/** Another page of this seat; a new link or the end of the session; sent out by the mediator, with the reason. */
export type Over = 'replaced' | 'closed' | 'removed';
type Message = { t: string; op?: string; topic?: string; re?: string; code?: string; message?: Words; why?: string[]; reason?: string; data?: Partial<View> & { chat_add?: Line[] }; now_us?: string };

export class MeetSocket {
  /** The server's clock − ours, ms. */
  offsetMs = 0;
  private readonly meeting: string;
  private readonly guest: boolean;
  private readonly ears: Ears;
  private socket: WebSocket | null = null;
  private current: View | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly ticker: ReturnType<typeof setInterval>;
  private heardMs = 0;
  private asked = 0;
  private failures = 0;
  private ended = false;
  private readonly waiting = new Map<string, { done: () => void; fail: (error: ApiError) => void }>();
  private readonly now = (): void => this.again(0);

  constructor(meeting: string, guest: boolean, ears: Ears) {
    this.meeting = meeting;
    this.guest = guest;
    this.ears = ears;
    this.ticker = setInterval(() => this.ping(), PING_EVERY_MS);
    window.addEventListener('online', this.now);
    this.connect();
  }

  close(): void {
    this.ended = true;
    clearInterval(this.ticker);
    clearTimeout(this.timer);
    window.removeEventListener('online', this.now);
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
    this.refuseAll();
  }

  rtc(message: object): void {
    this.send({ t: 'rtc', meeting: this.meeting, ...message });
  }

  /** Fulfilled when the act is on record; else an ApiError with words. */
  act(act: string, more: object = {}): Promise<void> {
    const re = `a${++this.asked}`;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => this.waiting.get(re)?.fail(offline()), ANSWER_WITHIN_MS);
      const over = (): void => { clearTimeout(timer); this.waiting.delete(re); };
      this.waiting.set(re, { done: () => { over(); done(); }, fail: (error) => { over(); fail(error); } });
      if (!this.send({ t: 'meet', re, meeting: this.meeting, act, ...more })) this.waiting.get(re)?.fail(offline());
    });
  }

  private send(message: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private connect(): void {
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws${this.guest ? `?guest=1${ownSeat() ? `&seat=${encodeURIComponent(ownSeat())}` : ''}` : ''}`;
    const socket = new WebSocket(url, 'townwall.1');
    this.socket = socket;
    this.heardMs = performance.now();
    socket.onopen = () => this.send({ t: 'sub', topic: `meeting:${this.meeting}`, re: 'sub' });
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (this.socket !== socket || typeof data !== 'string') return;
      this.heardMs = performance.now();
      this.take(JSON.parse(data) as Message);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private lost(): void {
    this.socket = null;
    this.refuseAll();
    if (this.ended) return;
    this.ears.link(false);
    this.failures++;
    this.again(this.pauseMs);
    this.pauseMs = Math.min(MOST_PAUSE_MS, this.pauseMs * 2);
    if (this.failures > 1) void this.known();
  }

  /** A seat that is ours no more is told so by REST alone. */
  private async known(): Promise<void> {
    const path = this.guest ? `/api/v1${guestPath('/view')}` : `/api/v1/meetings/${encodeURIComponent(this.meeting)}`;
    const answer = await fetch(path, { credentials: 'same-origin' }).catch(() => null);
    if (answer && [401, 403, 404, 410].includes(answer.status) && !this.ended) this.finish('closed');
  }

  private finish(why: Over, reason = ''): void {
    this.close();
    this.ears.over(why, reason);
  }

  private again(afterMs: number): void {
    if (this.ended || this.socket) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => !this.socket && !this.ended && this.connect(), afterMs);
  }

  private ping(): void {
    const socket = this.socket;
    if (!socket) return;
    if (performance.now() - this.heardMs > (socket.readyState === WebSocket.CONNECTING ? OPEN_WITHIN_MS : SILENT_AFTER_MS)) {
      this.socket = null; // a dead line may take minutes to close by itself
      socket.close();
      this.lost();
    } else this.send({ t: 'ping', re: Date.now() });
  }

  private refuseAll(): void {
    for (const one of [...this.waiting.values()]) one.fail(offline());
  }

  private take(message: Message): void {
    if (message.t === 'hello' && message.now_us) this.offsetMs = Number(message.now_us) / 1000 - Date.now();
    else if (message.t === 'rtc') this.ears.rtc(message as unknown as Rtc);
    else if (message.t === 'meet' && (message.op === 'replaced' || message.op === 'closed' || message.op === 'removed')) this.finish(message.op, message.reason);
    else if (message.t === 'meet' && message.re) this.waiting.get(message.re)?.done();
    else if (message.t === 'error' && message.re === 'sub') this.finish('closed');
    else if (message.t === 'error') this.refused(message);
    else if (message.topic === `meeting:${this.meeting}`) this.seen(message);
  }

  private refused({ re, code = '', message = { zh: code, en: code }, why = [] }: Message): void {
    const error = new ApiError(409, code, message);
    error.body = { error: { why } };
    this.waiting.get(re ?? '')?.fail(error);
  }

  private seen({ t, data }: Message): void {
    const first = t === 'snapshot';
    if (data) {
      this.current = merged(this.current, first, data);
      this.ears.view(this.current);
    }
    if (!first) return;
    this.pauseMs = FIRST_PAUSE_MS;
    this.failures = 0;
    this.ears.link(true);
  }
}

function offline(): ApiError {
  return new ApiError(0, 'offline', { zh: '连不上服务器', en: 'the server cannot be reached' });
}
