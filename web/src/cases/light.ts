// Deadlines and waiting as a person reads them. Pure: what a case is at a moment.
import type { Case, Timer } from './wire.ts';

export const LIGHTS = ['overdue', 'due_soon', 'normal', 'none'] as const;
export type Light = (typeof LIGHTS)[number];

const ms = (us: string | null | undefined): number => (us ? Number(us) / 1000 : 0);

/** Of a deadline with the time from which it is due soon. */
export function lightOf({ due_us, warn_us }: Pick<Case, 'due_us' | 'warn_us'>, nowMs: number): Light {
  if (!due_us) return 'none';
  if (ms(due_us) <= nowMs) return 'overdue';
  return warn_us && ms(warn_us) <= nowMs ? 'due_soon' : 'normal';
}

/** What a timer shows: running ones a light, ended ones whether they were kept. */
export type TimerLook = Light | 'done' | 'late' | 'paused' | 'stopped' | 'unknown';
export function timerLook(timer: Pick<Timer, 'state' | 'due_us' | 'warn_us'> & Partial<Pick<Timer, 'ended_us'>>, nowMs: number): TimerLook {
  if (timer.state === 'met') return 'done';
  if (timer.state === 'paused' || timer.state === 'stopped' || timer.state === 'unknown') return timer.state;
  if (timer.state === 'over') return timer.ended_us ? 'late' : 'overdue';
  if (timer.state === 'late') return 'late';
  return lightOf(timer, nowMs);
}

/** Share of the time that is used up, 0 to 1. */
export function usedShare({ start_us, due_us }: Pick<Timer, 'start_us' | 'due_us'>, nowMs: number): number {
  if (!due_us) return 0;
  const [from, to] = [ms(start_us), ms(due_us)];
  return to <= from ? 1 : Math.min(1, Math.max(0, (nowMs - from) / (to - from)));
}

/** How long it has waited in its state. */
export const waitedMs = (one: Pick<Case, 'state_us' | 'created_us' | 'updated_us'>, nowMs: number): number =>
  Math.max(0, nowMs - ms(one.state_us ?? one.updated_us ?? one.created_us));

/** Waiting ages: fresh, an hour, a working day, three days. */
export const WAITING_MS = [3_600_000, 28_800_000, 259_200_000] as const;
export function waitingLevel(waited: number): 0 | 1 | 2 | 3 {
  return (WAITING_MS.filter((limit) => waited >= limit).length) as 0 | 1 | 2 | 3;
}

/** Days, hours, minutes: the two greatest that are not zero. Never seconds, which nobody acts on. */
export function spanParts(spanMs: number): { key: 'd' | 'h' | 'min'; n: number }[] {
  const minutes = Math.max(0, Math.floor(spanMs / 60_000));
  const parts = [
    { key: 'd', n: Math.floor(minutes / 1440) },
    { key: 'h', n: Math.floor(minutes / 60) % 24 },
    { key: 'min', n: minutes % 60 },
  ] as const;
  const first = parts.findIndex(({ n }) => n > 0);
  return first < 0 ? [{ key: 'min', n: 0 }] : parts.slice(first, first + 2).filter(({ n }, i) => i === 0 || n > 0).map((part) => ({ ...part }));
}

/** The more urgent first: what is over longest, then what is due next; without a deadline the older first. */
export function byUrgency(a: Case, b: Case): number {
  const [x, y] = [a.due_us ? Number(a.due_us) : Infinity, b.due_us ? Number(b.due_us) : Infinity];
  if (x !== y) return x < y ? -1 : 1;
  if (a.priority !== b.priority) return a.priority - b.priority;
  return Number(a.created_us ?? 0) - Number(b.created_us ?? 0);
}
