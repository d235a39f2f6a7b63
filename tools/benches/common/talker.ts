// A program whose standard output is one JSON object a line.
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';

export class Talker {
  readonly child: ChildProcess;
  /** What it said last. */
  last: Record<string, any> = {};
  private waiting: (() => void)[] = [];
  private ended = '';

  constructor(command: string[], log: string, env: Record<string, string> = {}) {
    const [file = '', ...args] = command;
    this.child = spawn(file, args, { stdio: ['ignore', 'pipe', openSync(log, 'a')], env: { ...process.env, ...env } });
    this.child.once('exit', (code, signal) => {
      this.ended = signal ?? `exit ${code}`;
      this.wake();
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.last = JSON.parse(line);
      this.wake();
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const one of waiting) one();
  }

  async until(what: string, test: (last: Record<string, any>) => boolean, limitMs: number): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!test(this.last)) {
      if (this.ended) throw new Error(`${what}: the program ended (${this.ended})`);
      if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms; last: ${JSON.stringify(this.last)}`);
      await new Promise<void>((done) => {
        this.waiting.push(done);
        setTimeout(done, 500).unref();
      });
    }
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const over = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    await over;
  }

  /** Waits for its own end; throws when it was not a good one. */
  async over(what: string): Promise<Record<string, any>> {
    if (!this.ended) await new Promise((done) => this.child.once('close', done));
    if (this.ended !== 'exit 0') throw new Error(`${what} ended with ${this.ended}`);
    return this.last;
  }
}
