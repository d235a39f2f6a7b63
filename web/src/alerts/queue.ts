// What the queue of a seat shows, and in which order. Pure.
import type { Alert, Situation } from '../wire/alerts.ts';

/** EEMUA 191: a seat that gets so many alerts in ten minutes cannot follow them one by one. */
export const FLOOD_ALERTS = 10;
export const FLOOD_MS = 600_000;
/** From this score on a case is offered (DOMAIN.md §3). */
export const LINK_SCORE = 0.7;

/** The case that one key takes. */
export function offerOf({ suggestion, case_code: known }: Alert): NonNullable<Alert['suggestion']> | null {
  return suggestion && !known && suggestion.score >= LINK_SCORE ? suggestion : null;
}

/** A line of the queue: an alert, or the foremost one of a situation that was folded. */
export interface Row {
  /** Of the alert, or of the situation. */
  key: string;
  alert: Alert;
  /** Folded under it, without itself. */
  folded: Alert[];
  situation: Situation | null;
}

export const isOver = (alert: Pick<Alert, 'end' | 'state'>): boolean => alert.end !== null || alert.state === 'normal';
/** Put aside: neither seen in the queue nor heard. */
export const isAside = ({ state }: Pick<Alert, 'state'>): boolean => state === 'shelved' || state === 'out_of_service';
/** Nobody has taken it yet. */
export const isWaiting = ({ state }: Pick<Alert, 'state'>): boolean => state === 'unacknowledged' || state === 'returned';

/** What a machine tells for information: it asks nobody for anything (docs/alerts.md, the load of a seat). */
export const informs = ({ priority, device, dimension }: Pick<Alert, 'priority' | 'device' | 'dimension'>): boolean =>
  priority === 4 && device !== null && dimension !== 'camera_health'; // somebody has to mend a camera
/** A line under which nothing but information is. */
export const isInformation = ({ alert, folded }: Row): boolean => [alert, ...folded].every(informs);

/** The more urgent first, then the newer. */
export function byUrgency(a: Alert, b: Alert): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  const [young, old] = [BigInt(b.created_us), BigInt(a.created_us)];
  if (young !== old) return young > old ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

/** Whether so many came in the last ten minutes that the queue folds. */
export function inFlood(alerts: Iterable<Alert>, nowMs: number): boolean {
  let fresh = 0;
  for (const alert of alerts) if (nowMs - Number(alert.created_us) / 1000 < FLOOD_MS && !alert.test && !informs(alert)) fresh++;
  return fresh >= FLOOD_ALERTS;
}

/**
 * Lines in order. `fold`: one line a situation, under its most urgent alert. Danger to life is never folded away: each type of
 * priority 1 keeps a line of its own, and only what repeats it is folded under that.
 */
export function rowsOf(alerts: Alert[], situation: (id: string) => Situation | undefined, fold: boolean): Row[] {
  const rows: Row[] = [];
  const heads = new Map<string, Row>();
  for (const alert of [...alerts].sort(byUrgency)) {
    const group = alert.situation ? (situation(alert.situation) ?? null) : null;
    const own = alert.priority === 1 && group ? `${group.id} ${alert.type}` : '';
    const head = fold && group ? heads.get(own || group.id) : undefined;
    if (head) {
      head.folded.push(alert);
      continue;
    }
    const row: Row = { key: alert.id, alert, folded: [], situation: group };
    if (own) heads.set(own, row);
    if (group && !heads.has(group.id)) heads.set(group.id, row);
    rows.push(row);
  }
  return rows;
}

/** Lines that ask for somebody, and after them information: all of it, or what is `kept` by id. */
export function withInformation(rows: Row[], all: boolean, kept: string[]): Row[] {
  const asks = rows.filter((row) => !isInformation(row));
  const tells = rows.filter((row) => isInformation(row) && (all || [row.alert, ...row.folded].some(({ id }) => kept.includes(id))));
  return [...asks, ...tells];
}

/** What the key that acknowledges takes of a line: whatever of it waits. */
export const waitingOf = ({ alert, folded }: Row): Alert[] => [alert, ...folded].filter(isWaiting);

/** What is folded under a line, as it is now and as far as it is not over. */
export const foldedUnder = ({ folded }: Row, find: (id: string) => Alert | undefined): Alert[] =>
  folded.map(({ id }) => find(id)).filter((one): one is Alert => one !== undefined && !isOver(one));

export const hidden = (rows: Row[]): number => rows.reduce((sum, { folded }) => sum + folded.length, 0);

/**
 * What is shown while somebody reads: the lines that were there, where they were; priority 1 comes at once, on top; other
 * new ones are counted. A line that is gone stays until the list is brought up to date.
 */
export function held(shown: Row[], now: Row[]): { rows: Row[]; fresh: number } {
  const current = new Map(now.map((row) => [row.key, row]));
  const before = new Set(shown.map(({ key }) => key));
  // one that folds under another now is there all the same
  const folded = new Map(now.flatMap((row) => row.folded.map((alert) => [alert.id, alert] as const)));
  const kept = shown.map((row) => {
    const same = current.get(row.key);
    if (same) return same;
    const own = folded.get(row.key);
    return own ? { ...row, alert: own, folded: [] } : row;
  });
  const added = now.filter(({ key }) => !before.has(key));
  const urgent = added.filter(({ alert }) => alert.priority === 1);
  return { rows: [...urgent, ...kept], fresh: added.length - urgent.length };
}

/** The line before or after another; the first or last where there is none. */
export function stepped(rows: Row[], key: string, by: number): Row | undefined {
  const at = rows.findIndex((row) => row.key === key);
  if (at < 0) return by > 0 ? rows[0] : rows.at(-1);
  return rows[Math.min(rows.length - 1, Math.max(0, at + by))];
}

/**
 * The most urgent that waits to be taken, also when its device has cleared, for the sound: 1–3, or 0. Tests are not heard,
 * nor what joined a situation of which somebody took something as urgent; danger to life always is.
 */
export function loudest(alerts: Iterable<Alert>): 0 | 1 | 2 | 3 {
  const all = [...alerts];
  const taken = new Map<string, number>();
  for (const { situation, state, priority } of all)
    if (situation && state === 'acknowledged') taken.set(situation, Math.min(priority, taken.get(situation) ?? priority));
  let most = 4;
  for (const alert of all) {
    const known = alert.priority > 1 && alert.situation !== null && (taken.get(alert.situation) ?? 5) <= alert.priority;
    if (isWaiting(alert) && !alert.test && !known && alert.priority < most) most = alert.priority;
  }
  return most < 4 ? (most as 1 | 2 | 3) : 0;
}
