// One program kept alive: started, watched, restarted with backoff, stopped.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Program {
  name: string;
  command: string[];
  log: string; // file that gets its output
  env?: Record<string, string>;
  longestDelayMs?: number; // between an end and the next start (5000)
}

export interface Watcher {
  started?(name: string, pid: number): void;
  ended?(name: string, how: string, restartInMs: number | null): void;
}

const firstDelayMs = 200;
const lastDelayMs = 5000;
export const stopMs = 8000;
const steadyMs = 10000; // a run longer than this starts the backoff anew

export class Child {
  readonly program: Program;
  /** how the last run ended: "exit 0", "SIGKILL" */
  end: string | null = null;
  private process: ChildProcess | null = null;
  private stopping = false;
  private delayMs = firstDelayMs;
  private startedAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly watcher: Watcher;

  constructor(program: Program, watcher: Watcher = {}) {
    this.program = program;
    this.watcher = watcher;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  start(): void {
    // its own process group (Ctrl-C is for the supervisor alone), and never outliving the supervisor
    const [file = '', ...args] = ['setpriv', '--pdeathsig', 'TERM', '--', ...this.program.command];
    const log = openSync(this.program.log, 'a');
    const child = spawn(file, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...this.program.env },
      detached: true,
    });
    closeSync(log);
    this.process = child;
    this.startedAt = Date.now();
    let over = false;
    const end = (how: string): void => {
      if (over) return;
      over = true;
      this.process = null;
      this.end = how;
      this.ended(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit ${code}`));
    if (child.pid !== undefined) this.watcher.started?.(this.program.name, child.pid);
  }

  private ended(how: string): void {
    if (this.stopping) {
      this.watcher.ended?.(this.program.name, how, null);
      return;
    }
    if (Date.now() - this.startedAt > steadyMs) this.delayMs = firstDelayMs;
    this.watcher.ended?.(this.program.name, how, this.delayMs);
    this.timer = setTimeout(() => this.start(), this.delayMs);
    this.delayMs = Math.min(this.program.longestDelayMs ?? lastDelayMs, this.delayMs * 2);
  }

  /** SIGTERM, then SIGKILL after the grace time; resolves when the program is gone. */
  async stop(graceMs = stopMs): Promise<void> {
    this.stopping = true;
    if (this.timer) clearTimeout(this.timer);
    const child = this.process;
    if (!child) return;
    await new Promise<void>((done) => {
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      child.once('exit', () => {
        clearTimeout(kill);
        done();
      });
      child.kill('SIGTERM');
    });
  }
}
