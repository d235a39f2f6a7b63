// Files on their way to the server. Each has a key of its own, so that it arrives once however often it is tried: after a lost connection
// it is tried again by itself, with pauses that grow, and at once when the browser is on line again.
import { reactive } from 'vue';
import { ApiError, csrfToken } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';
import { pathOf, type Attachment } from './wire.ts';

export interface Upload {
  key: string;
  caseId: string;
  name: string;
  bytes: number;
  /** 0 … 1 of what was sent. */
  part: number;
  state: 'waiting' | 'sending' | 'pausing' | 'refused' | 'done';
  words: Words | null;
  attachment: Attachment | null;
}

/** What one try of sending needs; another one in tests. */
export type Send = (upload: Upload, body: Blob, progress: (part: number) => void, stop: AbortSignal) => Promise<Attachment>;

const FIRST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 30_000;
/** Worth another try: no line, too busy, no room for now. */
const passing = (error: unknown): boolean => error instanceof ApiError && [0, 429, 502, 503, 504].includes(error.status);

export const byRequest: Send = (upload, body, progress, stop) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  request.open('POST', pathOf(upload.caseId, '').replace(/\/$/, ''));
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.setRequestHeader('X-CSRF-Token', csrfToken());
  request.setRequestHeader('X-Townwall-Key', upload.key);
  request.setRequestHeader('X-Townwall-Name', encodeURIComponent(upload.name));
  request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
  const lost = (): void => fail(new ApiError(0, 'offline', { zh: '连不上服务器', en: 'the server cannot be reached' }));
  request.onerror = lost;
  request.ontimeout = lost;
  request.onabort = lost;
  request.onload = () => {
    let answer: { attachment?: Attachment; error?: { code?: string; message?: Words } } = {};
    try {
      answer = JSON.parse(request.responseText) as typeof answer;
    } catch {
      // not our own answer: a proxy between
    }
    if (answer.attachment) done(answer.attachment);
    else fail(new ApiError(request.status, answer.error?.code ?? String(request.status), answer.error?.message ?? { zh: request.statusText, en: request.statusText }));
  };
  stop.addEventListener('abort', () => request.abort());
  request.send(body);
});

export class Uploads {
  /** In the order in which they were chosen. */
  readonly list: Upload[] = reactive([]);
  private readonly bodies = new Map<string, Blob>();
  private readonly stops = new Map<string, AbortController>();
  private readonly send: Send;
  private busy = false;
  private pauseMs = FIRST_PAUSE_MS;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: Send = byRequest) {
    this.send = send;
    globalThis.addEventListener?.('online', () => this.retry());
  }

  of(caseId: string): Upload[] {
    return this.list.filter((one) => one.caseId === caseId);
  }

  add(caseId: string, files: Iterable<File>): Upload[] {
    const added = [...files].map((file): Upload => {
      const key = crypto.randomUUID();
      this.bodies.set(key, file);
      return { key, caseId, name: file.name, bytes: file.size, part: 0, state: 'waiting', words: null, attachment: null };
    });
    const from = this.list.length;
    this.list.push(...added);
    void this.go();
    return this.list.slice(from); // as what is watched
  }

  /** Forgets it; what is on its way is stopped. */
  drop(key: string): void {
    const at = this.list.findIndex((one) => one.key === key);
    if (at >= 0) this.list.splice(at, 1);
    this.bodies.delete(key);
    this.stops.get(key)?.abort();
  }

  /** Now instead of after the pause. */
  retry(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.pauseMs = FIRST_PAUSE_MS;
    for (const one of this.list) if (one.state === 'pausing') one.state = 'waiting';
    void this.go();
  }

  /** One after the other: a phone's line is narrow. */
  private async go(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.next(); next; next = this.next()) await this.try(next);
    this.busy = false;
  }
  private next(): Upload | undefined {
    return this.timer === null ? this.list.find(({ state }) => state === 'waiting') : undefined;
  }

  private async try(one: Upload): Promise<void> {
    const body = this.bodies.get(one.key);
    const stop = new AbortController();
    if (!body) return this.drop(one.key);
    this.stops.set(one.key, stop);
    one.state = 'sending';
    try {
      one.attachment = await this.send(one, body, (part) => (one.part = part), stop.signal);
      one.state = 'done';
      one.part = 1;
      this.bodies.delete(one.key);
      this.pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      one.words = error instanceof ApiError ? error.words : { zh: String(error), en: String(error) };
      one.part = 0;
      one.state = passing(error) ? 'pausing' : 'refused';
      if (one.state === 'pausing' && !stop.signal.aborted) this.pause();
    } finally {
      this.stops.delete(one.key);
    }
  }

  private pause(): void {
    this.timer = setTimeout(() => {
      const waited = this.pauseMs;
      this.retry();
      this.pauseMs = Math.min(MOST_PAUSE_MS, waited * 2);
    }, this.pauseMs);
  }
}

let shared: Uploads | null = null;
export const useUploads = (): Uploads => (shared ??= new Uploads());
