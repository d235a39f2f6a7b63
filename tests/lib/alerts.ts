// Alerts as their users see them: a feed that reports, and the topic `alerts` kept up to date as a page would.
import type { Stack } from '../../tools/supervise/stack.ts';
import { registerFeed } from '../../tools/supervise/feeds.ts';
import { nowUs, post, signed, type Answer } from '../../tools/feeds/sending.ts';
import { spawnSync } from 'node:child_process';
import { Person, type Json, type Wall } from './client.ts';

export interface Alert {
  id: string; version: number; state: string; priority: number; source: string; device: string | null; type: string; title: string;
  area: string | null; place: string; count: number; last_us: string; situation: string | null; case: string | null; case_code: string | null;
  suggestion: { case: string; code: string; score: number; zh: string } | null; acknowledged_by: string | null; ended_us: string | null;
  end: string | null; exercise: boolean; assigned: { user: string; name: string } | null; shelved_until_us: string | null; chatter: boolean;
  by: { name: string; act: string; time_us: string } | null; reason: { zh: string; en: string } | null; recent: number; nearby: number;
}
export interface Situation { id: string; version: number; alerts: string[]; title: string; last_us: string }
export interface Item { id: string; kind?: string; type: string; title: string; [field: string]: unknown }

/** What was only seen again. */
export interface Counts { alerts: [id: string, count: number, lastUs: string][]; situations: [id: string, lastUs: string][] }

/** Takes counters of a delta into a list. */
export function count(list: { alerts: Map<string, { count: string | number }>; situations: Map<string, object> }, { alerts, situations }: Counts): void {
  for (const [id, count, lastUs] of alerts) {
    const alert = list.alerts.get(id);
    if (alert) Object.assign(alert, { count, last_us: lastUs });
  }
  for (const [id, lastUs] of situations) Object.assign(list.situations.get(id) ?? {}, { last_us: lastUs });
}

/** A feed by HTTP with its key. */
export class Feed {
  readonly stack: Stack;
  readonly id: string;
  private readonly key: string;

  constructor(stack: Stack, id: string, rate = 100_000) {
    this.stack = stack;
    this.id = id;
    this.key = registerFeed(stack.wallctl, id, id, rate);
  }

  /** One batch; the answer as it came. `offUs`: of the server's clock, by which it is signed. */
  async post(items: readonly object[], offUs = 0): Promise<Answer> {
    const body = JSON.stringify(items);
    return post(this.stack.url, signed(this.id, this.key, body, nowUs() + offUs), body);
  }

  /** One batch that has to be accepted whole. */
  async report(...items: Item[]): Promise<void> {
    const whole = items.map((item) => ({ kind: 'report', dimension: 'livelihood', ...item }));
    const answer = await this.post(whole);
    if (answer.status !== 202) throw new Error(`events: ${answer.status} ${answer.body}`);
  }
}

/** The list of one browser: a snapshot and every delta after it. */
export class Queue {
  readonly alerts = new Map<string, Alert>();
  readonly situations = new Map<string, Situation>();
  flood: Record<string, { per_10min: number; in_flood: boolean }> = {};
  readonly wall: Wall;
  snapshots = 0;
  private read = 0;

  private constructor(wall: Wall) {
    this.wall = wall;
  }

  static async open(person: Person): Promise<Queue> {
    const queue = new Queue(await person.connect());
    queue.wall.send({ t: 'sub', topic: 'alerts' });
    await queue.wall.message((message) => message['t'] === 'snapshot' && message['topic'] === 'alerts');
    queue.take();
    return queue;
  }

  /** A browser that was away: `whole` is the snapshot it has, `from` the id it saw last. */
  static async resume(person: Person, from: string, whole: Json): Promise<Queue> {
    const queue = new Queue(await person.connect());
    queue.apply({ t: 'snapshot', topic: 'alerts', data: structuredClone(whole) } as Json);
    queue.snapshots = 0;
    queue.wall.send({ t: 'sub', topic: 'alerts', from });
    return queue;
  }

  private apply(message: Json): void {
    const data = message['data'] as { alerts?: Alert[]; set?: Alert[]; gone?: string[]; situations: Situation[]; situations_gone?: string[]; counts?: Counts; flood?: { seats: Queue['flood'] } };
    if (message['t'] === 'snapshot') {
      this.snapshots++;
      this.alerts.clear();
      this.situations.clear();
    }
    for (const alert of data.alerts ?? data.set ?? []) this.alerts.set(alert.id, alert);
    for (const id of data.gone ?? []) this.alerts.delete(id);
    for (const situation of data.situations) this.situations.set(situation.id, situation);
    for (const id of data.situations_gone ?? []) this.situations.delete(id);
    if (data.counts) count(this, data.counts);
    if (data.flood) this.flood = data.flood.seats;
  }

  private take(): void {
    const { messages } = this.wall;
    for (; this.read < messages.length; this.read++) {
      const message = messages[this.read]!;
      if (message['topic'] === 'alerts' && (message['t'] === 'snapshot' || message['t'] === 'delta')) this.apply(message);
    }
  }

  until<T>(what: string, test: () => T | undefined | null | false): Promise<T> {
    return this.wall.until(what, () => {
      this.take();
      return test();
    });
  }

  untilAlert(what: string, fits: (alert: Alert) => boolean): Promise<Alert> {
    return this.until(what, () => [...this.alerts.values()].find(fits));
  }

  close(): void {
    this.wall.close();
  }
}

export interface ActAnswer { status: number; body: { alert?: Alert; act_id?: string; current?: Alert; by?: Alert['by']; error?: { code: string } } }

export async function act(person: Person, alert: Pick<Alert, 'id' | 'version'>, what: string, more: Json = {}): Promise<ActAnswer> {
  const answer = await person.request('POST', `/api/v1/alerts/${alert.id}/acts`, { act: what, version: alert.version, ...more });
  return { status: answer.status, body: (await answer.json()) as ActAnswer['body'] };
}

/** A new person with a role in one area, logged in. */
export async function personFor(stack: Stack, login: string, role: string, area: string): Promise<Person> {
  const password = 'a-Long-Passw0rd';
  const [program = '', ...args] = stack.wallctl;
  const made = spawnSync(program, [...args, 'users', 'add', login, '--role', role, '--area', area, '--password-stdin'], { input: `${password}\n`, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`users add: ${made.stderr}`);
  const person = new Person(stack.url);
  const answer = await person.request('POST', '/api/v1/session', { login, password });
  if (!answer.ok) throw new Error(`login ${login}: ${answer.status}`);
  person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  person.csrf = ((await answer.json()) as { csrf: string }).csrf;
  return person;
}
