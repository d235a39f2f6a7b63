// Waiting for something that another process does: looked at again and again until it holds.
import { setTimeout as pause } from 'node:timers/promises';
import { patience } from './programs.ts';

const betweenMs = 50;

/** Resolves with what `test` answers as soon as that is something; rejects after the limit (longer with sanitizers). */
export async function until<T>(what: string, test: () => T | Promise<T>, limitMs = 60_000): Promise<Exclude<T, false | null | undefined | ''>> {
  const deadline = Date.now() + limitMs * patience;
  for (;;) {
    const answer = await test();
    if (answer) return answer as Exclude<T, false | null | undefined | ''>;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${(limitMs * patience) / 1000} s`);
    await pause(betweenMs);
  }
}
