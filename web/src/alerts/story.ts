// One time line of an alert: reports, decisions, acts; the newest first. Pure.
import type { Decision } from '../wire/alerts.ts';
import type { ActRecord, Detail, Report } from './detail.ts';

export type Entry =
  | { kind: 'report'; us: number; key: string; report: Report }
  | { kind: 'decision'; us: number; key: string; decision: Decision }
  | { kind: 'act'; us: number; key: string; act: ActRecord };

/** At the same instant the report comes before what was made of it, and people last; shown upside down. */
const RANK = { report: 0, decision: 1, act: 2 } as const;

export function storyOf(detail: Pick<Detail, 'events' | 'decisions' | 'acts'>): Entry[] {
  const entries: Entry[] = [
    ...detail.events.map((report, i): Entry => ({ kind: 'report', us: Number(report.received_us), key: `r${i} ${report.source} ${report.id}`, report })),
    ...detail.decisions.map((decision): Entry => ({ kind: 'decision', us: Number(decision.time_us), key: `d${decision.id}`, decision })),
    ...detail.acts.map((act, i): Entry => ({ kind: 'act', us: Number(act.time_us), key: `a${i} ${act.time_us}`, act })),
  ];
  return entries.sort((a, b) => b.us - a.us || RANK[b.kind] - RANK[a.kind]);
}

/** Why each alert of a situation is in it: the newest decision that joined it; the first one needs none. */
export function joinReasons(decisions: Decision[]): Map<string, Decision> {
  const reasons = new Map<string, Decision>();
  for (const decision of [...decisions].sort((a, b) => Number(a.time_us) - Number(b.time_us)))
    if (decision.alert && decision.kind === 'join') reasons.set(decision.alert, decision);
  return reasons;
}

/** Kinds of decisions of the machine that the server takes back (docs/alerts.md). */
const REVERSIBLE = ['chatter', 'inhibited', 'fault', 'join'];

/** Decisions of the machine about an alert that still hold and can be taken back: the newest of each kind, the newest first. */
export function reversible({ alert, decisions, acts }: Pick<Detail, 'alert' | 'decisions' | 'acts'>): Decision[] {
  if (alert.end !== null) return [];
  const holds: Record<string, (one: Decision) => boolean> = {
    chatter: () => alert.chatter,
    join: (one) => alert.situation !== null && one.situation === alert.situation,
  };
  const undoneUs = (kind: string): number => Math.max(0, ...acts.filter((act) => act.act === 'undo' && act.text === kind).map((act) => Number(act.time_us)));
  const newest = new Map<string, Decision>();
  for (const one of [...decisions].sort((a, b) => Number(b.time_us) - Number(a.time_us)))
    if (REVERSIBLE.includes(one.kind) && one.alert === alert.id && !newest.has(one.kind)) newest.set(one.kind, one);
  return [...newest.values()].filter((one) => Number(one.time_us) > undoneUs(one.kind) && (holds[one.kind]?.(one) ?? true));
}
