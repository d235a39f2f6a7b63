// server/rtc with a Janus of its own, driven as rooms of meetings would (tests/peers/rtc_desk.c).
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Child } from '../../tools/supervise/child.ts';
import { build, checkLogs } from './programs.ts';
import { until } from './wait.ts';

export interface May { talk: boolean; camera: boolean; screen: boolean }
export const all: May = { talk: true, camera: true, screen: true };
export const none: May = { talk: false, camera: false, screen: false };
export type Line = Record<string, unknown> & { tell: string };

export class Desk {
  readonly dir: string;
  readonly told: Line[] = [];
  /** of our own; null where rtc.url leads to another */
  readonly janus: Child | null = null;
  /** gets what is meant for a seat's browser */
  readonly browsers = new Map<string, (message: Record<string, unknown>) => void>();
  private readonly process: ChildProcess;

  constructor(rtc: Record<string, unknown> = {}) {
    this.dir = mkdtempSync(join(tmpdir(), 'townwall-rtc-'));
    mkdirSync(join(this.dir, 'recordings'));
    const config = join(this.dir, 'townwall.json');
    const ports = 20000 + Math.floor(Math.random() * 40) * 1000;
    writeFileSync(config, JSON.stringify({ data_dir: this.dir, rtc: { port_low: ports, port_high: ports + 999, ...rtc } }));
    const desk = join(build, 'tests/peers/rtc-desk');
    if (rtc.url === undefined) this.janus = this.startJanus(desk, config);
    this.process = spawn(desk, [config], {
      stdio: ['pipe', 'pipe', openSync(join(this.dir, 'desk.log'), 'a')],
      env: { ...process.env, TW_TAPE: join(build, 'server/app/townwall-tape') },
    });
    if (this.process.stdout) createInterface({ input: this.process.stdout }).on('line', (line) => this.take(JSON.parse(line) as Line));
  }

  private startJanus(desk: string, config: string): Child {
    const made = spawnSync(desk, [config, '--write'], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
    const janus = new Child({ name: 'janus', command: ['janus', '-F', join(this.dir, 'janus')], log: join(this.dir, 'janus.log'), longestDelayMs: 500 });
    janus.start();
    return janus;
  }

  private take(line: Line): void {
    this.told.push(line);
    if (line.tell === 'send') this.browsers.get(String(line.seat))?.(line.message as Record<string, unknown>);
  }

  do(what: string, more: Record<string, unknown> = {}): void {
    this.process.stdin?.write(JSON.stringify({ do: what, ...more }) + '\n');
  }

  /** The newest line of its kind that fits. */
  last(tell: string, fits: Record<string, unknown> = {}): Line | undefined {
    return this.told.findLast((line) => line.tell === tell && Object.entries(fits).every(([key, value]) => line[key] === value));
  }

  async ready(): Promise<void> {
    await until('Janus is there', () => this.last('state')?.ready === true);
  }

  async stats(): Promise<Record<string, number>> {
    const before = this.told.filter((line) => line.tell === 'stats').length;
    this.do('stats');
    await until('numbers', () => this.told.filter((line) => line.tell === 'stats').length > before);
    return this.last('stats') as unknown as Record<string, number>;
  }

  async stop(): Promise<void> {
    const over = new Promise((done) => this.process.once('exit', done));
    this.process.stdin?.end();
    await over;
    await this.janus?.stop();
    checkLogs(join(this.dir, 'desk.log'));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
