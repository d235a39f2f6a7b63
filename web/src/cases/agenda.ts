// Meetings with what they resolved, resolutions of no meeting, instructions; which of them are late. Pure.
import type { TimerLook } from './light.ts';
import type { CaseDetail, Item, Meeting } from './wire.ts';

const SOON_MS = 86_400_000;

export interface Agenda {
  meetings: { meeting: Meeting; items: Item[] }[];
  /** Resolved without a meeting on record. */
  loose: Item[];
  instructions: Item[];
}

const byTime = (a: Item, b: Item): number => Number(a.time_us ?? 0) - Number(b.time_us ?? 0);

export function agendaOf({ meetings = [], items = [] }: Pick<CaseDetail, 'meetings' | 'items'>): Agenda {
  const resolved = items.filter(({ kind }) => kind !== 'instruction').sort(byTime);
  const known = new Set(meetings.map(({ id }) => id));
  return {
    meetings: [...meetings].sort((a, b) => Number(b.held_us ?? 0) - Number(a.held_us ?? 0)).map((meeting) => ({ meeting, items: resolved.filter((one) => one.meeting === meeting.id) })),
    loose: resolved.filter(({ meeting }) => !meeting || !known.has(meeting)),
    instructions: items.filter(({ kind }) => kind === 'instruction').sort(byTime),
  };
}

/** Due soon: within a day. */
export function itemLook({ due_us: due, done_us: done }: Pick<Item, 'due_us' | 'done_us'>, nowMs: number): TimerLook {
  const dueMs = due ? Number(due) / 1000 : Infinity;
  if (done) return Number(done) / 1000 <= dueMs ? 'done' : 'late';
  if (!due) return 'none';
  if (dueMs <= nowMs) return 'overdue';
  return dueMs - nowMs <= SOON_MS ? 'due_soon' : 'normal';
}
