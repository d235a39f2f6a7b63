// A browser's calls to the server of a test, each answer held against docs/openapi.yaml.
import assert from 'node:assert/strict';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Description } from './openapi.ts';

export const description = new Description();
/** Operations that have been answered well. */
export const succeeded = new Set<string>();
let stack: Stack | null = null;

/** Whom every Person calls. */
export function useStack(started: Stack): void {
  stack = started;
}

function town(): Stack {
  assert.ok(stack, 'useStack() comes first');
  return stack;
}

interface Call { body?: unknown; text?: string; type?: string; csrf?: string | null; query?: string; headers?: Record<string, string> }
export interface Reply { status: number; headers: Headers; json: any }

/** One person with a browser, whose answers have to be as described. */
export class Person {
  cookie = '';
  csrf = '';

  /** `key`: "GET /api/v1/cameras/{id}"; `params` fill its braces. */
  async call(key: string, params: Record<string, string> = {}, call: Call = {}): Promise<Reply> {
    const [method = '', template = ''] = key.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const headers: Record<string, string> = { ...call.headers };
    if (this.cookie) headers.cookie = this.cookie;
    const csrf = call.csrf === undefined ? this.csrf : call.csrf;
    if (csrf) headers['x-csrf-token'] = csrf;
    if (call.body !== undefined || call.text !== undefined) headers['content-type'] = call.type ?? 'application/json';
    const endless = key.endsWith('live.mp4');
    const abort = new AbortController();
    const answer = await fetch(`${town().url}${path}${call.query ?? ''}`, {
      method, headers, signal: abort.signal, body: call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body)),
    });
    const body = endless && answer.status === 200 ? await firstPiece(answer) : new Uint8Array(await answer.arrayBuffer());
    if (endless) abort.abort();
    assert.deepEqual(description.judge(key, answer.status, answer.headers.get('content-type'), body), []);
    if (answer.ok) succeeded.add(key);
    const set = answer.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0] ?? '';
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, headers: answer.headers, json: isJson ? JSON.parse(new TextDecoder().decode(body)) : null };
  }

  async login(role: string): Promise<Person> {
    const found = town().logins().find((l) => l.role === role);
    assert.ok(found, `a login for ${role}`);
    const { login, password } = found;
    const reply = await this.call('POST /api/v1/session', {}, { body: { login, password } });
    assert.equal(reply.status, 200);
    this.csrf = reply.json.csrf;
    return this;
  }
}

async function firstPiece(answer: Response): Promise<Uint8Array> {
  const reader = answer.body!.getReader();
  const { value } = await reader.read();
  return value ?? new Uint8Array();
}
