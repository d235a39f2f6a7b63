// What lies on the Redis stream of events, read by redis-cli in a group of its own, so that nothing is trimmed before a test saw it.
import { spawnSync } from 'node:child_process';
import type { Stack } from '../../tools/supervise/stack.ts';

export interface StoredEvent {
  source: string; id: string; kind: string; dimension: string; type: string; title: string; text?: string; priority?: number;
  lon?: number; lat?: number; crs?: string; reporter?: string; occurred_us?: number; received_us: number; skew_us?: number; marks?: string[]; extra?: Record<string, unknown>;
}

export function redis(stack: Stack, ...words: string[]): unknown {
  const result = spawnSync('redis-cli', ['-s', stack.path('redis.sock'), '--json', ...words], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`redis-cli ${words[0]}: ${result.stderr || result.stdout}`);
  return JSON.parse(result.stdout);
}

/** A group that reads what comes from now on. */
export class StreamReader {
  private readonly stack: Stack;
  private readonly group: string;

  constructor(stack: Stack, group = 'test') {
    this.stack = stack;
    this.group = group;
    redis(stack, 'XGROUP', 'CREATE', 'tw:events', group, '$', 'MKSTREAM');
  }

  /** Everything that came since the last time, oldest first; but what townwalld itself tells of its cameras. */
  take(): StoredEvent[] {
    const answer = redis(this.stack, 'XREADGROUP', 'GROUP', this.group, 'reader', 'COUNT', '100000', 'STREAMS', 'tw:events', '>') as
      Record<string, [string, string[]][]> | [string, [string, string[]][]][] | null;
    if (!answer) return [];
    const entries = Array.isArray(answer) ? answer[0]?.[1] : answer['tw:events'];
    return (entries ?? []).map(([, fields]) => JSON.parse(fields[fields.indexOf('event') + 1] ?? '') as StoredEvent).filter((event) => event.source !== 'cameras');
  }
}
