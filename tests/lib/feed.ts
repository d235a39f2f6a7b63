// A feed's part of docs/feeds.md: signing, sending, keys from wallctl.
import { createHash, createHmac } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import type { Stack } from '../../tools/supervise/stack.ts';

/** The headers that prove where `body` comes from. `timeS`: seconds since 1970. */
export function sign(feed: string, key: string, body: string | Buffer, timeS: string | number = Date.now() / 1000 + Math.random() / 1000,
  path = '/api/v1/events'): Record<string, string> {
  const time = typeof timeS === 'string' ? timeS : timeS.toFixed(6);
  const sum = createHash('sha256').update(body).digest('hex');
  const signature = createHmac('sha256', key).update(`POST\n${path}\n${time}\n${sum}\n`).digest('hex');
  return { 'content-type': 'application/json', 'x-townwall-feed': feed, 'x-townwall-time': time, 'x-townwall-signature': signature };
}

export interface Item { id: string | null; ok: boolean; field?: string | null; message?: { zh: string; en: string } }
export interface Answer { status: number; retryAfter: string | null; accepted: number; items: Item[]; code: string }

/** Sends `body` (JSON unless it is text or bytes), signed unless `headers` are given. */
export async function send(url: string, feed: string, key: string, body: unknown, headers?: Record<string, string>): Promise<Answer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const answer = await fetch(`${url}/api/v1/events`, { method: 'POST', headers: headers ?? sign(feed, key, bytes), body: new Uint8Array(bytes) });
  const json = (await answer.json()) as { accepted?: number; items?: Item[]; error?: { code: string } };
  return {
    status: answer.status, retryAfter: answer.headers.get('retry-after'), accepted: json.accepted ?? 0, items: json.items ?? [], code: json.error?.code ?? '',
  };
}

/** Runs `wallctl feeds …`. Returned: what it answered with --json. */
export function feeds<T = any>(stack: Stack, ...words: string[]): T {
  const [file = '', ...args] = stack.wallctl;
  const result = spawnSync(file, [...args, 'feeds', ...words, '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status !== 0 && result.status !== 5) throw new Error(`wallctl feeds ${words.join(' ')}: ${result.stderr}`);
  return JSON.parse(result.stdout) as T;
}

/** A new feed of kind http. Returned: its key. */
export function addFeed(stack: Stack, id: string, ...options: string[]): string {
  return feeds<{ key: string }>(stack, 'add', id, ...options).key;
}
