// The clock of one program, set by libfaketime: forward and back while it runs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Wall } from './client.ts';
import { until } from './wait.ts';

const NEAR_MS = 30_000;

export class SetClock {
  /** Of the machine's clock. */
  offsetS = 0;
  private readonly file: string;

  /** `dir`: where its file lies. */
  constructor(dir: string, offsetS = 0) {
    this.file = join(dir, 'clock');
    this.write(offsetS);
  }

  /** The program's environment. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1', FAKETIME_TIMESTAMP_FILE: this.file, FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_RESET: '1', NO_FAKE_STAT: '1',
    };
  }

  /** What the program will take it for, a second later at most. */
  write(offsetS: number): void {
    this.offsetS = Math.round(offsetS);
    writeFileSync(this.file, `${this.offsetS < 0 ? '' : '+'}${this.offsetS}s\n`);
  }

  /** The same for a moment, `2026-09-30T09:00:00+08:00`. */
  static to(moment: string): number {
    return (new Date(moment).getTime() - Date.now()) / 1000;
  }

  get nowMs(): number {
    return Date.now() + this.offsetS * 1000;
  }

  /** Waits until the server tells that time over a connection. */
  async seen(wall: Wall): Promise<void> {
    let pings = 0;
    await until('the server sees the clock that was set', async () => {
      const re = `${this.offsetS} ${++pings}`;
      wall.send({ t: 'ping', re });
      const pong = await wall.message((message) => message['t'] === 'pong' && message['re'] === re);
      return this.tells(Number(pong['now_us']));
    });
  }

  tells(nowUs: number): boolean {
    return Math.abs(nowUs / 1000 - this.nowMs) < NEAR_MS;
  }
}
