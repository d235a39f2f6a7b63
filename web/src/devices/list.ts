// Filtering and sorting of the camera table, and the part of it that is drawn.
import { REASONS, STATES, type Camera } from '../wire/messages.ts';

export interface Filter {
  text: string;
  state: string;
  reason: string;
  /** Code of a village or a grid cell. */
  area: string;
  system: string;
  mode: string;
  codec: string;
}
export const NO_FILTER: Filter = { text: '', state: '', reason: '', area: '', system: '', mode: '', codec: '' };

export const COLUMNS = ['id', 'name', 'state', 'reason', 'area', 'system', 'mode', 'codec', 'size', 'since', 'rate', 'offset', 'loss'] as const;
export type Column = (typeof COLUMNS)[number];
/** Always shown: without them a row says nothing. */
export const FIXED_COLUMNS: readonly Column[] = ['id', 'name', 'state'];
export const DEFAULT_COLUMNS: readonly Column[] = COLUMNS.filter((column) => column !== 'mode' && column !== 'offset' && column !== 'loss');

/** The columns that a person chose, in the table's order; anything else than a list of names is the default. */
export function columnsFrom(text: string | null): Column[] {
  let chosen: unknown = null;
  try {
    chosen = JSON.parse(text ?? 'null');
  } catch {
    // written by somebody else
  }
  const list: readonly unknown[] = Array.isArray(chosen) ? chosen : DEFAULT_COLUMNS;
  return COLUMNS.filter((column) => FIXED_COLUMNS.includes(column) || list.includes(column));
}
export interface Order {
  column: Column;
  down: boolean;
}

const text = new Intl.Collator('zh-CN', { numeric: true });
const STATE_RANK = new Map<string, number>([...STATES].reverse().map((state, i) => [state, i]));

const COMPARE: Record<Column, (a: Camera, b: Camera) => number> = {
  id: (a, b) => text.compare(a.id, b.id),
  name: (a, b) => text.compare(a.name, b.name),
  // the worst first, as one looks for them
  state: (a, b) => (STATE_RANK.get(a.state) ?? 0) - (STATE_RANK.get(b.state) ?? 0),
  reason: (a, b) => rankOfReason(a) - rankOfReason(b),
  area: (a, b) => text.compare(a.area, b.area),
  system: (a, b) => text.compare(a.source_system ?? '', b.source_system ?? ''),
  mode: (a, b) => text.compare(a.mode ?? '', b.mode ?? ''),
  codec: (a, b) => text.compare(a.codec ?? '', b.codec ?? ''),
  size: (a, b) => a.width * a.height - b.width * b.height,
  since: (a, b) => Number(a.since_us) - Number(b.since_us),
  rate: () => 0, // by what `sorted` is told
  offset: (a, b) => Math.abs(a.clock_offset_ms ?? -1) - Math.abs(b.clock_offset_ms ?? -1),
  loss: (a, b) => (a.loss_pct ?? -1) - (b.loss_pct ?? -1),
};

function rankOfReason(camera: Camera): number {
  return camera.reason ? REASONS.indexOf(camera.reason) : REASONS.length;
}

/** Stands for "none given" in a filter. */
export const NONE = '-';

/** `wordsOf`: everything a person may search a camera by, beside name and id. */
export function filtered(cameras: Camera[], filter: Filter, wordsOf: (camera: Camera) => string): Camera[] {
  const words = filter.text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return cameras.filter((camera) => {
    if (filter.state && camera.state !== filter.state) return false;
    if (filter.reason && camera.reason !== filter.reason) return false;
    if (filter.area && !(filter.area === NONE ? camera.area === '' : camera.area?.startsWith(filter.area))) return false;
    if (filter.system && (camera.source_system || NONE) !== filter.system) return false;
    if (filter.mode && camera.mode !== filter.mode) return false;
    if (filter.codec && (camera.codec || NONE) !== filter.codec) return false;
    if (words.length === 0) return true;
    const all = `${camera.id} ${camera.name} ${wordsOf(camera)}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** `rates`: percent by camera id; one without is last. */
export function sorted(cameras: Camera[], { column, down }: Order, rates: ReadonlyMap<string, number> = new Map()): Camera[] {
  const rateOf = (camera: Camera): number => rates.get(camera.id) ?? (down ? -1 : 101);
  const compare = column === 'rate' ? (a: Camera, b: Camera): number => rateOf(a) - rateOf(b) : COMPARE[column];
  const sign = down ? -1 : 1;
  return [...cameras].sort((a, b) => sign * compare(a, b) || text.compare(a.id, b.id));
}

/** First and last + 1 row to draw, with some rows more on both sides. */
export function visibleRows(scrollPx: number, heightPx: number, rowPx: number, count: number): [first: number, end: number] {
  const spare = 8;
  const first = Math.max(0, Math.floor(scrollPx / rowPx) - spare);
  const end = Math.min(count, Math.ceil((scrollPx + heightPx) / rowPx) + spare);
  return [Math.min(first, end), end];
}

export function filterFromQuery(query: Record<string, unknown>): Filter {
  const read = (key: string): string => (typeof query[key] === 'string' ? query[key] : '');
  return {
    text: read('q'), state: read('state'), reason: read('reason'), area: read('area'), system: read('system'), mode: read('mode'), codec: read('codec'),
  };
}

export function filterToQuery(filter: Filter): Record<string, string> {
  const { text: q, ...rest } = filter;
  return Object.fromEntries(Object.entries({ q, ...rest }).filter(([, value]) => value !== ''));
}
