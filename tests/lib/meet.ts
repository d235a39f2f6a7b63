// Meetings as guests and mediators see them: a link, a cookie, a WebSocket; what came is kept.
import WebSocket from 'ws';
import type { Person, Json } from './client.ts';
import { Waiting } from './waiting.ts';

export interface Answer { status: number; body: any }
export interface View {
  meeting: Json; you: any; room: { name: string; members: any[]; floor: string | null; shown: any }; away: boolean; consents: any[];
  recording: { state: string; waiting_for: string[]; error: string | null }; chat: any[]; files: any[]; danger: Json | null; calling: boolean;
  helped_us: string | null; failed?: boolean | null;
  seats?: any[]; calls?: any[]; rooms?: any[]; dangers?: any[];
  minutes?: { entries: any[]; confirmed: any[] } | null; agreement?: any; facts?: any; disclosures?: any;
}

/** The topic of one seat, on any WebSocket. */
export class Seat {
  readonly messages: Json[] = [];
  view = {} as View;
  closed: { code: number; reason: string } | null = null;
  lastId = '';
  readonly meeting: string;
  private readonly socket: WebSocket;
  private readonly waiting = new Waiting(() => `closed: ${JSON.stringify(this.closed)}; view: ${JSON.stringify(this.view).slice(0, 900)}`);
  private asked = 0;

  private constructor(socket: WebSocket, meeting: string) {
    this.socket = socket;
    this.meeting = meeting;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as Json;
      this.messages.push(message);
      if (message['topic'] === `meeting:${meeting}` && message['data']) {
        this.lastId = String(message['id']);
        const { chat_add: more = [], minutes_add: minutes, ...data } = message['data'] as Json & { chat_add?: any[]; minutes_add?: { entries: any[]; confirmed: any[] } };
        this.view = (message['t'] === 'snapshot' ? data : { ...this.view, ...data }) as View;
        if (more.length) this.view.chat = [...this.view.chat, ...more];
        if (minutes) this.view.minutes = { entries: [...(this.view.minutes?.entries ?? []), ...minutes.entries], confirmed: minutes.confirmed };
      }
      this.waiting.look();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.waiting.look();
    });
  }

  static open(url: string, cookie: string, meeting: string, from?: string, of = ''): Promise<Seat> {
    const guest = cookie.startsWith('tw_meet=');
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws${guest ? `?guest=1${of ? `&seat=${of}` : ''}` : ''}`, 'townwall.1', { headers: { cookie }, origin: url, rejectUnauthorized: false });
    const seat = new Seat(socket, meeting);
    return new Promise((done, fail) => {
      socket.once('error', fail);
      socket.once('open', () => {
        seat.send({ t: 'sub', topic: `meeting:${meeting}`, re: 'sub', ...(from ? { from } : {}) });
        seat.until('the first view', () => seat.messages.find((m) => m['topic'] === `meeting:${meeting}` || (m['t'] === 'error' && m['re'] === 'sub')) ?? seat.closed)
          .then(() => (seat.closed ? fail(new Error(`closed: ${seat.closed.code} ${seat.closed.reason}`)) : done(seat)), fail);
      });
    });
  }

  send(message: Json): void {
    this.socket.send(JSON.stringify(message));
  }

  /** An act over the WebSocket: its answer, `ok` or an error. */
  async act(act: string, more: Json = {}): Promise<Json> {
    const re = `a${++this.asked}`;
    this.send({ t: 'meet', re, meeting: this.meeting, act, ...more });
    return this.until(`the answer to ${act}`, () => this.messages.find((m) => m['re'] === re));
  }

  until<T>(what: string, test: () => T | undefined | null | false, limitMs?: number): Promise<T> {
    return this.waiting.until(what, test, limitMs);
  }

  close(): void {
    this.socket.terminate();
  }
}

/** A browser without an account. */
export class Guest {
  cookie = '';
  meeting = '';
  seat = '';
  url: string;

  constructor(url: string) {
    this.url = url;
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.url}/api/v1/meet${path}`, {
      method, headers: { ...(this.cookie ? { cookie: this.cookie } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
    });
    const set = answer.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0] ?? '';
    const bytes = Buffer.from(await answer.arrayBuffer());
    const json = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, body: json ? JSON.parse(bytes.toString('utf8')) : bytes };
  }

  async enter(link: string): Promise<Answer> {
    const [page = '', token] = link.split('#');
    if (page.endsWith('/meet')) this.url = page.slice(0, -5);
    const answer = await this.request('POST', '/enter', { token });
    if (answer.status === 200) [this.meeting, this.seat] = [answer.body.meeting, answer.body.seat];
    return answer;
  }
  act(act: string, more: Json = {}): Promise<Answer> {
    return this.request('POST', '/acts', { act, ...more });
  }
  connect(from?: string): Promise<Seat> {
    return Seat.open(this.url, this.cookie, this.meeting, from);
  }
  /** Everything a party does before being let in. */
  async prepare(words: any, ...consents: string[]): Promise<void> {
    const answers = Object.fromEntries(words.screening.questions.map((q: any) => [q.id, q.answers[0].id]));
    const acts: [string, Json][] = [
      ['read_notice', { version: words.notice.version }], ['screening', { version: words.screening.version, answers }],
      ...['mediation', ...consents].map((kind): [string, Json] => ['consent', { kind, answer: 'yes', version: words.consents[kind].version, language: 'zh' }]),
      ['ready', {}],
    ];
    for (const [act, more] of acts) {
      const answer = await this.act(act, more);
      if (answer.status !== 200) throw new Error(`${act}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  }
}

/** Somebody with an account who leads. */
export class Host {
  readonly person: Person;
  constructor(person: Person) {
    this.person = person;
  }
  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.person.request(method, `/api/v1/meetings${path}`, body);
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  }
  act(meeting: string, act: string, more: Json = {}): Promise<Answer> {
    return this.request('POST', `/${meeting}/acts`, { act, ...more });
  }
  /** Opens it; before a mediation, says that nobody is related. */
  async open(meeting: string): Promise<Answer> {
    const said = await this.act(meeting, 'disclose', { relation: 'none' });
    return said.status === 200 ? this.act(meeting, 'open') : said;
  }
  async invite(meeting: string, seat: string): Promise<string> {
    const { status, body } = await this.request('POST', `/${meeting}/seats/${seat}/invite`, {});
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.invite.link;
  }
  connect(meeting: string): Promise<Seat> {
    return Seat.open(this.person.url, this.person.cookie, meeting);
  }
}

/** A browser that keeps every cookie, as browsers do: several links are opened in it. */
export class Jar {
  readonly cookies = new Map<string, string>();
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }
  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
  /** `path`: below /api/v1/meet. */
  async ask(method: string, path: string, body?: Json): Promise<Answer> {
    const answer = await fetch(`${this.url}/api/v1/meet${path}`, {
      method, headers: { cookie: this.header, ...(body ? { 'content-type': 'application/json' } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0\b/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: answer.status, body: await answer.json() };
  }
  enter(link: string): Promise<Answer> {
    return this.ask('POST', '/enter', { token: link.split('#')[1] });
  }
  connect(seat: string, meeting: string): Promise<Seat> {
    return Seat.open(this.url, this.header, meeting, undefined, seat);
  }
}
