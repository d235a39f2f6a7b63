// The time line of a case: every record, newest first, under its day, with what is due ahead of it. Rows of the machine that follow each
// other are one row, which opens. Pure.
import type { LogLine, Timer } from './wire.ts';

export const KINDS = ['course', 'orders', 'calls', 'video', 'files', 'timers', 'notes'] as const;
export type Kind = (typeof KINDS)[number];

const KIND_OF: Record<string, Kind> = {
  dispatch: 'orders', take: 'orders', return: 'orders', feedback: 'orders', review: 'orders', plan: 'orders',
  call: 'calls', verify: 'calls',
  attach: 'files', detach: 'files', paper: 'files',
  overdue: 'timers', reminder: 'timers', due_soon: 'timers', escalated: 'timers', undelivered: 'timers', urge: 'timers', card: 'timers', ask_pause: 'timers', ask_extension: 'timers', grant: 'timers', deny: 'timers', resume: 'timers',
  comment: 'notes', edit: 'notes', link: 'notes', unlink: 'notes', meet: 'notes', resolve: 'notes', resolve_done: 'notes', instruct: 'notes', instruct_done: 'notes',
};
type Told = Pick<LogLine, 'action' | 'details'>;
export const isCamera = ({ action, details }: Told): boolean => (action === 'link' || action === 'unlink') && details.kind === 'camera';
export const kindOf = (line: Told): Kind => (isCamera(line) ? 'video' : (KIND_OF[line.action] ?? 'course'));

export function counts(log: readonly LogLine[]): Record<Kind, number> {
  const all = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  for (const line of log) all[kindOf(line)]++;
  return all;
}

/** One record, or several of the machine. */
export interface Row {
  lines: LogLine[];
}
export interface Day {
  /** Local midnight, ms. */
  startMs: number;
  rows: Row[];
}

/** What nobody did; a step to another level is one that people look for. */
const ofMachine = (line: LogLine): boolean => line.user === null && line.login === null && line.action !== 'escalated';
/** Cameras are linked one by one, and seen as one. */
const alike = (a: LogLine, b: LogLine): boolean =>
  (ofMachine(a) && ofMachine(b)) || (isCamera(a) && isCamera(b) && a.action === b.action && a.login === b.login && !a.note && !b.note);

/** `most`: records, the newest first. */
export function daysOf(log: readonly LogLine[], kind: Kind | '', most = Infinity): Day[] {
  const days: Day[] = [];
  let left = most;
  for (const line of [...log].sort((a, b) => b.seq - a.seq)) {
    if (kind && kindOf(line) !== kind) continue;
    if (left-- <= 0) break;
    const at = new Date(Number(line.time_us) / 1000);
    const startMs = new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
    const day = days.at(-1);
    const row = day?.startMs === startMs ? day.rows.at(-1) : undefined;
    if (row && alike(row.lines[0]!, line)) row.lines.push(line);
    else if (day?.startMs === startMs) day.rows.push({ lines: [line] });
    else days.push({ startMs, rows: [{ lines: [line] }] });
  }
  return days;
}

/** What falls due next stands over what was; the farthest first, so that now is between the two. */
export const aheadOf = (timers: readonly Timer[]): Timer[] =>
  timers.filter(({ state, due_us: due }) => state === 'running' && due).sort((a, b) => Number(b.due_us) - Number(a.due_us));
