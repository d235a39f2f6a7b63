// Which alerts are shown; the address of the page holds it. Pure.
import { ALERT_STATES, DIMENSIONS, PRIORITIES, type Alert, type AlertState, type Dimension, type Priority } from '../wire/alerts.ts';
import { isAside } from './queue.ts';

export interface AlertFilter {
  dimension: Dimension | '';
  /** Code of a town, village or cell; what lies in it counts. */
  area: string;
  priority: Priority | 0;
  /** '': everything that is not put aside, `aside`: what is; in the history everything, and `open` what is not over. */
  state: AlertState | 'open' | 'aside' | '';
  source: string;
  words: string;
}
export const NO_FILTER: AlertFilter = { dimension: '', area: '', priority: 0, state: '', source: '', words: '' };
export const FILTER_KEYS = ['dimension', 'area', 'priority', 'state', 'source', 'words'] as const;

export function filterFromQuery(query: Record<string, unknown>): AlertFilter {
  const text = (key: string): string => (typeof query[key] === 'string' ? query[key] : '');
  const known = <T extends string>(list: readonly T[], key: string): T | '' => list.find((one) => one === text(key)) ?? '';
  return {
    dimension: known(DIMENSIONS, 'dimension'),
    area: /^\d{1,15}$/.test(text('area')) ? text('area') : '',
    priority: PRIORITIES.find((one) => String(one) === text('priority')) ?? 0,
    state: known([...ALERT_STATES, 'open', 'aside'], 'state'),
    source: /^[a-z0-9._-]{1,32}$/.test(text('source')) ? text('source') : '',
    words: text('words').slice(0, 100),
  };
}

/** Only what differs from no filter at all. */
export function filterToQuery(filter: AlertFilter): Record<string, string> {
  const query: Record<string, string> = {};
  for (const key of FILTER_KEYS) if (filter[key]) query[key] = String(filter[key]);
  return query;
}

export const isFiltered = (filter: AlertFilter): boolean => FILTER_KEYS.some((key) => Boolean(filter[key]));

/** Full-width letters and digits count as narrow ones, capitals as small ones. */
export const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
export const wordsIn = (text: string): string[] => plain(text).split(/[\s,，、]+/).filter(Boolean);

/** What is sought in an alert; `place`: the names of its area and of everything above. */
export function textOf(alert: Alert, place: string): string {
  return plain([alert.title, alert.text, alert.address, place, alert.source, alert.device, alert.case_code].filter(Boolean).join('\n'));
}

/** Chinese has no spaces between words: each part that was typed, of one character or more, has to be in the text. */
export function passes(alert: Alert, filter: AlertFilter, place: (code: string | null) => string): boolean {
  if (filter.dimension && alert.dimension !== filter.dimension) return false;
  if (filter.area && !alert.area?.startsWith(filter.area)) return false;
  if (filter.priority && alert.priority !== filter.priority) return false;
  if (filter.state === 'aside') {
    if (!isAside(alert)) return false;
  } else if (filter.state && filter.state !== 'open' ? alert.state !== filter.state : isAside(alert)) return false;
  if (filter.source && alert.source !== filter.source) return false;
  const words = wordsIn(filter.words);
  if (words.length === 0) return true;
  const text = textOf(alert, place(alert.area));
  return words.every((word) => text.includes(word));
}

/** The same asked of the store (docs/alerts.md). */
export function historyQuery(filter: AlertFilter, before: string | null, limit: number): string {
  const { words, ...rest } = filter;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value) query.set(key, value === 'aside' ? 'open' : String(value));
  if (words.trim()) query.set('q', words.trim());
  if (before) query.set('before', before);
  query.set('limit', String(limit));
  return query.toString();
}
