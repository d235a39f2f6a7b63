// A camera's states over time as spans to draw: docs/camera-states.md, "States over time".
import type { CameraState } from '../wire/messages.ts';

export interface Change {
  time_us: string;
  state: CameraState;
  reason: string | null;
  detail: string | null;
  skipped: number;
}
export interface Gap {
  from_us: string;
  to_us: string;
}
export interface Rate {
  online_s: number;
  observed_s: number;
  percent: number | null;
}
export const SPANS = ['24h', '7d', '30d'] as const;
export type SpanName = (typeof SPANS)[number];
export const SPAN_MS: Record<SpanName, number> = { '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 };
export type Rates = Record<SpanName, Rate>;
export interface History {
  camera: string;
  changes: Change[];
  gaps: Gap[];
  more: boolean;
  rate: Rates;
}

export type Kind = 'online' | 'offline' | 'unknown' | 'disabled';
export interface Span {
  fromMs: number;
  toMs: number;
  kind: Kind;
  state: CameraState | null;
  reason: string | null;
}

/** As the server counts (docs/camera-states.md, "Online rate"). */
export function kindOf(state: CameraState, reason: string | null): Kind {
  if (reason === 'media_away') return 'unknown';
  if (state === 'live' || state === 'sampled') return 'online';
  if (state === 'disabled') return 'disabled';
  return state === 'idle' ? 'unknown' : 'offline';
}

const ms = (us: string): number => Number(us) / 1000;

/** Spans that follow each other from `fromMs` to `toMs` without a hole; what nobody observed is unknown. */
export function spans(changes: Change[], gaps: Gap[], fromMs: number, toMs: number): Span[] {
  const list: Span[] = [];
  const add = (from: number, to: number, kind: Kind, state: CameraState | null, reason: string | null): void => {
    const [a, b] = [Math.max(from, fromMs), Math.min(to, toMs)];
    if (b <= a) return;
    const last = list.at(-1);
    if (last && last.kind === kind && last.reason === reason && last.state === state) last.toMs = b;
    else list.push({ fromMs: a, toMs: b, kind, state, reason });
  };
  let at = fromMs;
  changes.forEach((change, i) => {
    const begin = Math.max(fromMs, ms(change.time_us));
    const end = i + 1 < changes.length ? ms(changes[i + 1]!.time_us) : toMs;
    add(at, begin, 'unknown', null, null);
    let from = begin;
    for (const gap of gaps) {
      const [gapFrom, gapTo] = [ms(gap.from_us), ms(gap.to_us)];
      if (gapTo <= from || gapFrom >= end) continue;
      add(from, gapFrom, kindOf(change.state, change.reason), change.state, change.reason);
      add(Math.max(from, gapFrom), Math.min(end, gapTo), 'unknown', null, null);
      from = Math.min(end, gapTo);
    }
    add(from, end, kindOf(change.state, change.reason), change.state, change.reason);
    at = Math.max(at, end);
  });
  add(at, toMs, 'unknown', null, null);
  return list;
}
