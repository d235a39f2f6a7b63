// REST of docs/api.md.
import type { Words } from '../wire/messages.ts';

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly words: Words;
  readonly retryAfterS: number;
  readonly fields: { path: string; message: Words }[];
  /** The whole answer, where it says more than the error. */
  body: unknown = null;
  constructor(status: number, code: string, words: Words, retryAfterS = 0, fields: { path: string; message: Words }[] = []) {
    super(words.en);
    this.status = status;
    this.code = code;
    this.words = words;
    this.retryAfterS = retryAfterS;
    this.fields = fields;
  }
}

/** What to tell a person about any error, in both languages. */
export function wordsOf(error: unknown): Words {
  if (error instanceof ApiError) return error.words;
  const text = error instanceof Error ? error.message : String(error);
  return { zh: `页面出错：${text}`, en: `the page failed: ${text}` };
}

let csrf = '';
let onNoSession: (() => void) | null = null;

export function setCsrf(token: string): void {
  csrf = token;
}
/** For requests that are not made by api(). */
export const csrfToken = (): string => csrf;
export function whenSessionEnds(fn: () => void): void {
  onNoSession = fn;
}

export async function api<T>(method: string, path: string, body?: unknown, type = 'application/json'): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['Content-Type'] = type;
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method, headers, credentials: 'same-origin',
      body: body === undefined ? undefined : type === 'application/json' ? JSON.stringify(body) : (body as BodyInit),
    });
  } catch {
    throw new ApiError(0, 'offline', { zh: '连不上服务器', en: 'the server cannot be reached' });
  }
  const text = await answer.text();
  if (answer.ok) return (text ? JSON.parse(text) : undefined) as T;
  if (answer.status === 401 && path !== '/session') onNoSession?.();
  let error: { code?: string; message?: Words; fields?: { path: string; message: Words }[] } = {};
  let whole: unknown = null;
  try {
    whole = JSON.parse(text);
    error = (whole as { error: typeof error }).error ?? {};
  } catch {
    // not our own answer: a proxy between
  }
  const fault = new ApiError(answer.status, error.code ?? String(answer.status), error.message ?? { zh: answer.statusText, en: answer.statusText },
    Number(answer.headers.get('Retry-After') ?? 0), error.fields ?? []);
  fault.body = whole;
  throw fault;
}
