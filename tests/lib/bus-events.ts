// What is on the stream of events, read by redis-cli as another program would (docs/bus.md).
import { execFileSync } from 'node:child_process';
import type { Stack } from '../../tools/supervise/stack.ts';
import { until } from './wait.ts';

export interface BusEvent {
  source: string; id: string; kind: string; dimension: string; type: string; title: string; text?: string; priority?: number;
  device?: string; parent?: string; lon?: number; lat?: number; crs?: string; area?: string; address?: string; azimuth?: number; fov?: number;
  occurred_us?: number; received_us: number; expires_us?: number; marks?: string[]; refs?: string[]; shape?: { type: string; coordinates: unknown };
  extra?: Record<string, unknown>;
}

const ask = (stack: Stack, ...args: string[]): string =>
  execFileSync('redis-cli', ['-s', stack.path('redis.sock'), '--json', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

/** A group of our own that acknowledges nothing: the stream is never trimmed below it. */
export function keepEvents(stack: Stack): void {
  execFileSync('redis-cli', ['-s', stack.path('redis.sock'), 'XGROUP', 'CREATE', 'tw:events', 'tests', '0', 'MKSTREAM']);
}

/** All of them, oldest first. An event that came twice stands there twice: readers know it by its id. */
export function eventsOn(stack: Stack, source: string): BusEvent[] {
  const rows = JSON.parse(ask(stack, 'XRANGE', 'tw:events', '-', '+')) as [string, string[]][];
  return rows.map(([, [, text]]) => JSON.parse(text!) as BusEvent).filter((event) => event.source === source);
}

/** Each of a source once. */
export function distinct(stack: Stack, source: string): BusEvent[] {
  const found = new Map<string, BusEvent>();
  for (const event of eventsOn(stack, source)) if (!found.has(event.id)) found.set(event.id, event);
  return [...found.values()];
}

export const untilEvent = (stack: Stack, source: string, what: string, fits: (event: BusEvent) => boolean): Promise<BusEvent> =>
  until(what, () => eventsOn(stack, source).find(fits));
