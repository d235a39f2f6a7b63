// What became of events, read from the store: each accepted one once, and every alert with as many as it says.
import assert from 'node:assert/strict';
import { idOf, readJournal } from './feeder.ts';
import { rowsOf } from './store.ts';

export interface Account {
  /** By feed's ids: how often each is in the table of events. */
  events: Map<string, { alert: string | null; outcome: string }>;
  poison: { entry: string; event: string | null; reason: string }[];
  /** Alerts that say another count than there are events in them: `ID says 3, has 2`. */
  wrongCounts: string[];
}

interface Row { id: string; version: number; state: string; count: number }

/** Alerts that are not over, as AlertList.text() has them. */
export function openAlerts(place: string): string {
  const rows = rowsOf<Row>(place, 'SELECT id, version, state, count FROM alert WHERE ended_us = 0');
  return rows.map(({ id, version, state, count }) => `${id} v${version} ${state} ${count}`).sort().join('\n');
}

/** `counted`: outcomes of events that an alert counts. */
export function account(place: string, source: string, counted: readonly string[] = ['alert', 'count']): Account {
  const rows = rowsOf<{ id: string; alert: string | null; outcome: string }>(place, 'SELECT id, alert, outcome FROM event WHERE source = ?', source);
  const has = new Map<string, number>();
  for (const { alert, outcome } of rows) if (alert !== null && counted.includes(outcome)) has.set(alert, (has.get(alert) ?? 0) + 1);
  const alerts = rowsOf<Row>(place, 'SELECT id, version, state, count FROM alert WHERE source = ?', source);
  return {
    events: new Map(rows.map(({ id, alert, outcome }) => [id, { alert, outcome }])),
    poison: rowsOf(place, 'SELECT entry, event, reason FROM poison'),
    wrongCounts: alerts.filter((one) => (has.get(one.id) ?? 0) !== one.count).map((one) => `${one.id} says ${one.count}, has ${has.get(one.id) ?? 0}`),
  };
}

/** Events of a feeder that stand among the poison, by the feed's ids. */
const poisonedOf = (poison: Account['poison']): Set<string> => new Set(poison.flatMap(({ event }) => (event === null ? [] : [event])));

/** Every event of a feeder's journal that was answered 202 is in one place: with an alert, muted by one, without effect, or
 * among the poison; and nothing else of it is there. */
export function assertAccounted(store: string, source: string, journal: string): void {
  const { sent, accepted } = readJournal(journal);
  const { events, poison, wrongCounts } = account(store, source);
  const poisoned = poisonedOf(poison);
  const ids = new Set(accepted.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => idOf(from + i))));
  assert.ok(ids.size > 0);
  const missing = [...ids].filter((id) => !events.has(id) && !poisoned.has(id));
  assert.deepEqual(missing.slice(0, 10), [], `${missing.length} of ${ids.size} accepted events are nowhere`);
  assert.deepEqual([...poisoned].filter((id) => events.has(id)), [], 'what is set aside is nowhere else');
  const most = sent.reduce((last, { to }) => Math.max(last, to), 0);
  assert.deepEqual([...events.keys()].filter((id) => !(Number(id.slice(1)) <= most)), [], 'events that nobody sent');
  const nowhere = [...events].filter(([, { alert, outcome }]) => alert === null && outcome !== 'nothing').map(([id, { outcome }]) => `${id} ${outcome}`);
  assert.deepEqual(nowhere.slice(0, 10), [], 'an event belongs to an alert, is muted by one, or changes nothing');
  assert.deepEqual(wrongCounts, [], 'no event is counted twice, none is left out');
}

/** Nothing waits in the stream: `groups` is what XINFO GROUPS says. */
export const allTaken = (groups: string): boolean => /\bpending\n0\b/.test(groups) && /\blag\n0\b/.test(groups);
