// Seats with WebSocket and WebRTC code that is not ours (tests/peers/seat.py, on aiortc).
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { top } from './programs.ts';
import { until } from './wait.ts';

export interface Numbers { rtp: number; lost: number; voice: number; voice_lost: number; gen: number; cpu_s: number; streams: Record<string, number>; joins_ms: number[] }
type Said = Record<string, any>;

export class PeerSeat {
  readonly said: Said[] = [];
  readonly faults: string[] = [];
  numbers: Numbers = { rtp: 0, lost: 0, voice: 0, voice_lost: 0, gen: 0, cpu_s: 0, streams: {}, joins_ms: [] };
  told = 0;
  private readonly process: ChildProcess;
  private readonly over: Promise<unknown>;

  constructor(url: string, cookie: string, meeting: string, ...options: string[]) {
    this.process = spawn('/usr/bin/python3', [join(top, 'tests/peers/seat.py'), url, cookie, meeting, ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.over = new Promise((done) => this.process.once('exit', done));
    this.process.stderr?.on('data', (data: Buffer) => this.faults.push(data.toString()));
    if (this.process.stdout) createInterface({ input: this.process.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as { said?: Said; numbers?: Numbers; fault?: string };
      if (told.said) this.said.push(told.said);
      if (told.fault) this.faults.push(told.fault);
      if (told.numbers) {
        this.numbers = told.numbers;
        this.told++;
      }
    });
  }

  send(message: Said): void {
    this.process.stdin?.write(JSON.stringify(message) + '\n');
  }

  /** So many packets more come from now on. */
  async gets(packets: number): Promise<void> {
    const from = this.numbers.rtp;
    await until(`${packets} packets more (${this.faults.join('; ').slice(-400)})`, () => this.numbers.rtp > from + packets);
  }

  /** Numbers that are counted after this call. */
  async fresh(): Promise<Numbers> {
    const from = this.told;
    await until('its numbers', () => this.told > from + 1);
    return this.numbers;
  }

  async stop(): Promise<void> {
    this.process.stdin?.end();
    this.process.kill('SIGKILL');
    await this.over;
  }
}
