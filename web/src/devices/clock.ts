// How far a camera's clock is from ours. Beyond two seconds evidence and events of other systems no longer meet.
import type { useWords } from '../i18n/words.ts';

const WRONG_MS = 2000;

export const clockIsWrong = (offsetMs: number | null | undefined): boolean => Math.abs(offsetMs ?? 0) > WRONG_MS;

/** Small offsets in milliseconds, wrong clocks in words; empty: not reported. */
export function offsetWords(offsetMs: number | null | undefined, { t, duration }: Pick<ReturnType<typeof useWords>, 't' | 'duration'>): string {
  if (offsetMs === null || offsetMs === undefined) return '';
  if (!clockIsWrong(offsetMs)) return `${offsetMs} ms`;
  return t(offsetMs < 0 ? 'devices.clockBehind' : 'devices.clockAhead', { d: duration(Math.abs(offsetMs)) });
}
