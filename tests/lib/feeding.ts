// The feeder program (feeder.ts) under the test's hand: started, killed, started again, and what it wrote down.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { registerFeed } from '../../tools/supervise/feeds.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { readJournal } from './feeder.ts';
import { top } from './programs.ts';
import { until } from './wait.ts';

export interface FeedingOptions { perSecond?: number; /** what its command begins with */ enter?: string[]; url?: string; /** file; what it sent and what was accepted */ journal?: string }

export class Feeding {
  readonly id: string;
  readonly journal: string;
  private readonly command: string[];
  private child: ChildProcess | null = null;
  private complaint = '';

  constructor(stack: Stack, id: string, { perSecond = 400, enter = [], url = stack.url, journal = stack.path(`${id}.journal`) }: FeedingOptions = {}) {
    this.id = id;
    this.journal = journal;
    const key = registerFeed(stack.wallctl, id, '测试数据源', 100_000);
    this.command = [...enter, join(top, 'tools/node'), join(top, 'tests/lib/feeder.ts'), url, id, key, this.journal, String(perSecond)];
  }

  start(): void {
    const [file = '', ...args] = this.command;
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { this.complaint += text; });
    this.child = child;
  }

  /** Events that were answered 202. */
  get accepted(): number {
    if (this.child && this.child.exitCode !== null) throw new Error(`the feeder ended: ${this.complaint}`);
    return readJournal(this.journal).accepted.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  async goesOn(events: number): Promise<void> {
    const want = this.accepted + events;
    await until(`${events} more events are accepted`, () => this.accepted >= want);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, 'exit');
    child.kill(signal);
    await over;
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** It sends what it has begun, and ends. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }
}
