// The time line of a case: every record, newest first, under its day. Pure.
import type { LogLine } from './wire.ts';

export const KINDS = ['course', 'orders', 'calls', 'timers', 'notes'] as const;
export type Kind = (typeof KINDS)[number];

const KIND_OF: Record<string, Kind> = {
  dispatch: 'orders', take: 'orders', return: 'orders', feedback: 'orders', review: 'orders', plan: 'orders',
  call: 'calls', verify: 'calls',
  overdue: 'timers', reminder: 'timers', due_soon: 'timers', escalated: 'timers', urge: 'timers', card: 'timers', ask_pause: 'timers', ask_extension: 'timers', grant: 'timers', deny: 'timers', resume: 'timers',
  comment: 'notes', edit: 'notes', link: 'notes', unlink: 'notes', meet: 'notes', resolve: 'notes', resolve_done: 'notes', instruct: 'notes', instruct_done: 'notes', attach: 'notes', detach: 'notes',
};
export const kindOf = (action: string): Kind => KIND_OF[action] ?? 'course';

export function counts(log: readonly LogLine[]): Record<Kind, number> {
  const all = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  for (const { action } of log) all[kindOf(action)]++;
  return all;
}

export interface Day {
  /** Local midnight, ms. */
  startMs: number;
  lines: LogLine[];
}

export function daysOf(log: readonly LogLine[], kind: Kind | ''): Day[] {
  const days: Day[] = [];
  for (const line of [...log].sort((a, b) => b.seq - a.seq)) {
    if (kind && kindOf(line.action) !== kind) continue;
    const at = new Date(Number(line.time_us) / 1000);
    const startMs = new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
    const last = days.at(-1);
    if (last?.startMs === startMs) last.lines.push(line);
    else days.push({ startMs, lines: [line] });
  }
  return days;
}
