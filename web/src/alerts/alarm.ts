// The sound of each priority: which tones, and how often while nobody has taken the alert. Pure.
export interface Tone {
  hz: number;
  atMs: number;
  ms: number;
}
export interface Pattern {
  tones: Tone[];
  everyMs: number;
}
export type Heard = 1 | 2 | 3;

/** Told apart by rhythm, not only by pitch: three quick ones, two, one. */
export const PATTERNS: Record<Heard, Pattern> = {
  1: { tones: [{ hz: 960, atMs: 0, ms: 140 }, { hz: 960, atMs: 200, ms: 140 }, { hz: 1280, atMs: 400, ms: 260 }], everyMs: 3_000 },
  2: { tones: [{ hz: 720, atMs: 0, ms: 200 }, { hz: 720, atMs: 320, ms: 200 }], everyMs: 10_000 },
  3: { tones: [{ hz: 520, atMs: 0, ms: 220 }], everyMs: 30_000 },
};

export interface HeardAt {
  priority: Heard;
  /** By a clock that nobody sets. */
  atMs: number;
}

/** Whether to sound now: at once when something more urgent waits than what was heard last, else when its time is due. */
export function isDue(waiting: 0 | Heard, last: HeardAt | null, nowMs: number): boolean {
  if (waiting === 0) return false;
  if (!last || waiting < last.priority) return true;
  return nowMs - last.atMs >= PATTERNS[waiting].everyMs;
}
