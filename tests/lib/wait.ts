// Waiting for something that another process does: looked at again and again until it holds.
import { setTimeout as pause } from 'node:timers/promises';
import { patience } from './programs.ts';

const betweenMs = 50;

/** Resolves when `test` holds, rejects after the limit (longer with sanitizers). */
export async function until(what: string, test: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs * patience;
  while (!(await test())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${(limitMs * patience) / 1000} s`);
    await pause(betweenMs);
  }
}
