// REST of feeds (docs/feeds.md).
import { api } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';

export const KINDS = ['http', 'mqtt', 'cap', 'csv', 'pull', 'internal', 'cameras'] as const;
export type FeedKind = (typeof KINDS)[number];

export interface FeedNumbers {
  accepted: number;
  refused: number;
  /** items that are kept with their reason */
  rejected: number;
  requests: number;
  replayed: number;
  limited: number;
  unsigned: number;
  /** the newest request in its name that its key did not sign */
  stranger: { time_us: string; address: string; code: 'bad_signature' | 'bad_time' } | null;
  away: number;
  per_second: number;
  last_event_us: string | null;
  error: { time_us: string; message: Words } | null;
  failing: boolean;
  lag_ms: number | null;
  skew_ms: number;
  clock_ms: number | null;
}
export interface Feed {
  id: string;
  name: Words;
  kind: FeedKind;
  dimension: string;
  has_key: boolean;
  key_us: string | null;
  rate_per_s: number;
  enabled: boolean;
  version: number;
  created_us: string;
  numbers: FeedNumbers;
}
export interface Poison {
  id: string;
  source: string | null;
  event: string | null;
  time_us: string;
  tries: number;
  reason: string;
  body: string;
}

export interface Rejected {
  id: string;
  time_us: string;
  field: string | null;
  message: Words;
  /** it can be tried again */
  kept: boolean;
  /** null: not kept, or not for this person to read */
  item: unknown;
}

/** What an item becomes, and whether it was put on the stream. */
export interface TestAnswer {
  ok: boolean;
  sent: boolean;
  event: { id?: string; title?: string } | null;
  field?: string | null;
  message?: Words | null;
}

const one = (id: string): string => `/feeds/${encodeURIComponent(id)}`;
export const listFeeds = (): Promise<{ feeds: Feed[]; bus?: { ready: boolean; why: Words | string | null }; mappings?: string[] }> => api('GET', '/feeds');
export const addFeed = (fields: object): Promise<{ feed: Feed; key?: string | null }> => api('POST', '/feeds', fields);
export const changeFeed = (feed: Feed, fields: object): Promise<{ feed: Feed }> => api('PUT', one(feed.id), { ...fields, version: feed.version });
export const rotateKey = (id: string): Promise<{ feed: Feed; key: string }> => api('POST', `${one(id)}/key`, {});
export const sendTest = (id: string, item: object, send: boolean): Promise<TestAnswer> => api('POST', `${one(id)}/test`, { item, send });
const rejected = (id: string, item?: string, then = ''): string => `${one(id)}/rejected${then}${item === undefined ? '' : `?item=${encodeURIComponent(item)}`}`;
export const listRejected = (id: string): Promise<{ rejected: Rejected[]; total: number }> => api('GET', rejected(id));
export const retryRejected = (id: string, item?: string): Promise<{ taken: number; refused: number; left: number }> => api('POST', rejected(id, item, '/retry'), {});
export const dropRejected = (id: string, item?: string): Promise<{ dropped: number; left: number }> => api('DELETE', rejected(id, item));
export const listPoison = (): Promise<{ poison: Poison[]; total: number }> => api('GET', '/poison');
export const retryPoison = (id: string): Promise<unknown> => api('POST', `/poison/${encodeURIComponent(id)}/retry`, {});
export const dropPoison = (id: string): Promise<unknown> => api('DELETE', `/poison/${encodeURIComponent(id)}`);

/** A feed without an event for so long is said to be silent. */
const SILENT_MS = 3_600_000;

export type FeedState = 'good' | 'failing' | 'disabled' | 'silent';
/** Pure. */
export function stateOf(feed: Feed, nowMs: number): FeedState {
  if (!feed.enabled) return 'disabled';
  if (feed.numbers.failing) return 'failing';
  const last = feed.numbers.last_event_us;
  return last !== null && nowMs - Number(last) / 1000 > SILENT_MS ? 'silent' : 'good';
}

/** What the test form sends: marked as a test all the way. Pure. `place`: "lon,lat" or nothing. */
export function testEvent(form: { title: string; type: string; priority: number; place: string; dimension: string }, id: string): object {
  const [lon, lat, ...more] = form.place.split(/[,，\s]+/).filter(Boolean).map(Number);
  const placed = lon !== undefined && lat !== undefined && more.length === 0 && Number.isFinite(lon) && Number.isFinite(lat);
  return {
    id, title: form.title.trim(), type: form.type.trim(), priority: form.priority,
    ...(form.dimension ? { dimension: form.dimension } : {}), ...(placed ? { lon, lat } : {}),
  };
}
