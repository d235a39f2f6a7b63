// A browser's list of alerts: the topic's snapshot and what changed since, connected anew as often as it takes.
import type { Person, Json, Wall } from './client.ts';
import { count, type Counts } from './alerts.ts';
import { until } from './wait.ts';

export interface Alert extends Json { id: string; version: string | number; state: string; count: string | number; situation: string | null }
export interface Situation extends Json { id: string; alerts: string[] }

interface Data { alerts?: Alert[]; set?: Alert[]; gone?: string[]; situations?: Situation[]; situations_gone?: string[]; counts?: Counts }

export class AlertList {
  readonly alerts = new Map<string, Alert>();
  readonly situations = new Map<string, Situation>();
  connections = 0;
  snapshots = 0;
  readonly person: Person;
  private wall!: Wall;
  private at = 0; // messages that were looked at
  private last: string | null = null;
  private over = false;

  private constructor(person: Person) {
    this.person = person;
  }

  static async open(person: Person): Promise<AlertList> {
    const list = new AlertList(person);
    await list.connect();
    void list.stay();
    return list;
  }

  private async connect(): Promise<void> {
    await until('the server lets the browser in', async () => {
      const wall = await this.person.connect().catch(() => null);
      if (wall) this.wall = wall;
      return wall !== null;
    });
    this.connections++;
    this.at = 0;
    this.wall.send({ t: 'sub', topic: 'alerts', ...(this.last === null ? {} : { from: this.last }) });
  }

  private async stay(): Promise<void> {
    while (!this.over) {
      await this.wall.until('the end of the connection', () => this.over || this.wall.closed !== null, 3_600_000);
      this.update();
      if (!this.over) await this.connect();
    }
  }

  /** Takes in what has come. */
  update(): void {
    for (; this.at < this.wall.messages.length; this.at++) {
      const message = this.wall.messages[this.at]!;
      if (message.topic !== 'alerts') continue;
      if (message.id !== undefined) this.last = message.id as string;
      if (message.t === 'snapshot') this.begin(message.data as Data);
      else if (message.t === 'delta') this.take(message.data as Data);
    }
    this.wall.messages.splice(0, this.at);
    this.at = 0;
  }

  private begin({ alerts = [], situations = [] }: Data): void {
    this.snapshots++;
    this.alerts.clear();
    this.situations.clear();
    this.take({ set: alerts, situations });
  }

  private take({ set = [], gone = [], situations = [], situations_gone: parted = [], counts }: Data): void {
    for (const alert of set) this.alerts.set(alert.id, alert);
    for (const id of gone) this.alerts.delete(id);
    for (const situation of situations) this.situations.set(situation.id, situation);
    for (const id of parted) this.situations.delete(id);
    if (counts) count(this, counts);
  }

  /** The list as text, for comparing: what the store has of each alert too. */
  text(): string {
    this.update();
    return [...this.alerts.values()].map(({ id, version, state, count }) => `${id} v${version} ${state} ${count}`).sort().join('\n');
  }

  close(): void {
    this.over = true;
    this.wall.close();
  }
}
