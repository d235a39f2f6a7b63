// A browser's part of docs/websocket.md and docs/api.md, written for tests: login, topics, thumbnails, streams.
import WebSocket from 'ws';
import type { Stack } from '../../tools/supervise/stack.ts';
import { readFrame, type Thumb, type Unit } from './frames.ts';
import { Waiting } from './waiting.ts';

export type Json = Record<string, unknown>;

export class Person {
  cookie = '';
  csrf = '';
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Logs in with the password that the stack made for this login. */
  static async login(stack: Stack, login: string): Promise<Person> {
    const person = new Person(stack.url);
    const known = stack.logins().find((l) => l.login === login);
    const answer = await person.request('POST', '/api/v1/session', { login, password: known?.password ?? '' });
    if (answer.status !== 200) throw new Error(`login ${login}: ${answer.status} ${await answer.text()}`);
    person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    person.csrf = ((await answer.json()) as { csrf: string }).csrf;
    return person;
  }

  /** The whole answer: what ends only with the server is read by Download. fetch() holds a connection back whose answer
   * nobody reads, and falls over the server's end then. */
  async request(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Response> {
    const headers: Record<string, string> = { cookie: this.cookie };
    if (body !== undefined) headers['content-type'] = type;
    if (this.csrf && method !== 'GET') headers['x-csrf-token'] = this.csrf;
    const answer = await fetch(this.url + path, {
      method, headers, body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const bytes = await answer.arrayBuffer();
    return new Response([204, 205, 304].includes(answer.status) ? null : bytes, answer);
  }

  async json<T = Json>(path: string): Promise<T> {
    const answer = await this.request('GET', path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async giveReason(reason = '值班巡看'): Promise<void> {
    const answer = await this.request('POST', '/api/v1/view-reason', { reason });
    if (!answer.ok) throw new Error(`view-reason: ${answer.status} ${await answer.text()}`);
  }

  connect(): Promise<Wall> {
    return Wall.open(this);
  }
}

/** One WebSocket. Everything that came is kept; `until` waits for what a test needs. */
export class Wall {
  readonly messages: Json[] = [];
  readonly thumbs = new Map<number, Thumb>();
  readonly units = new Map<number, Unit[]>();
  serverNowUs = 0;
  closed: { code: number; reason: string } | null = null;
  private readonly socket: WebSocket;
  private readonly waiting = new Waiting(() => `closed: ${JSON.stringify(this.closed)}; last: ${JSON.stringify(this.messages.slice(-3)).slice(0, 600)}`);

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) this.takeBinary(data);
      else this.messages.push(JSON.parse(data.toString('utf8')) as Json);
      this.waiting.look();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.waiting.look();
    });
  }

  static open(person: Person): Promise<Wall> {
    const url = person.url.replace(/^http/, 'ws') + '/ws';
    const socket = new WebSocket(url, 'townwall.1', { headers: { cookie: person.cookie }, origin: person.url, rejectUnauthorized: false });
    const wall = new Wall(socket);
    return new Promise((done, fail) => {
      socket.once('error', fail);
      socket.once('open', () => done(wall));
    });
  }

  private takeBinary(bytes: Buffer): void {
    const frame = readFrame(bytes);
    if (frame.kind === 'thumbs') {
      this.serverNowUs = frame.serverNowUs;
      for (const thumb of frame.thumbs) this.thumbs.set(thumb.n, thumb);
      return;
    }
    const list = this.units.get(frame.unit.stream);
    if (list) list.push(frame.unit);
    else this.units.set(frame.unit.stream, [frame.unit]);
  }

  send(message: Json): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Resolves when `test` gives something, rejects after `limitMs`. */
  until<T>(what: string, test: () => T | undefined | null | false, limitMs?: number): Promise<T> {
    return this.waiting.until(what, test, limitMs);
  }

  message(test: (message: Json) => boolean): Promise<Json> {
    return this.until('message', () => this.messages.find(test));
  }

  close(): void {
    this.socket.terminate();
  }
}
