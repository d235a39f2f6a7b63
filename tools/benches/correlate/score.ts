// Holds what the rules made of a recording against its labels. Pure; docs/performance.md defines each figure.
import type { IncidentLabel } from '../../feeds/recording.ts';

/** Key of an event: `SOURCE ID`. */
export type Key = string;

export interface Told {
  key: Key;
  /** A report or something raised; updates, ends and withdrawals tell of nothing new. */
  opens: boolean;
  /** An exercise or a test. */
  drill: boolean;
  receivedUs: number;
  /** Id of the incident, or why there is none. */
  incident: string | null;
  noise: string | null;
}

/** Where the rules put an event. `muted`: it made no alert, that one stands for it. */
export interface Placed { alert: string; muted: boolean }

export interface Made {
  events: ReadonlyMap<Key, Placed>;
  alerts: ReadonlyMap<string, { situation: string | null; createdUs: number; drill: boolean; priority: number; type: string; /** A machine's information (docs/alerts.md, Load). */ informs: boolean }>;
}

/** A share of a part of the material: what resampling draws. */
export interface Share { n: number; of: number }

export interface Score {
  events: number;
  items: number;
  incidents: number;
  missed: string[];
  /** Labelled incidents of which somebody hears, but with less priority than they have. */
  underrated: number;
  /** Labelled incidents of which only machines tell, for information. */
  unasked: number;
  /** One share an incident, an item, an hour. */
  missedIncidents: Share[];
  missedLinks: Share[];
  falseLinks: Share[];
  reduction: Share[];
  /** Items that came up in each 10 minutes. */
  itemsPer10Min: number[];
  /** Those of them that ask a seat for something. */
  rowsPer10Min: number[];
  /** False pairs by what is wrong with them: `fire + camera_flood`. */
  wrong: Map<string, number>;
}

const hourUs = 3_600_000_000;
const noise = '';
/** What devices say because their switch fell: neither right nor wrong beside anything. */
const aftermath = 'outage';

/** All reports of one meaning in one alert: however often a device repeats itself, it counts once. */
interface Sighting { incident: string; alert: string; item: string; noise: string | null }

const pairs = (count: number): number => (count * (count - 1)) / 2;

function sightingsOf(told: readonly Told[], made: Made, itemOf: (alert: string) => string): Sighting[] {
  const found = new Map<string, Sighting>();
  for (const one of told) {
    const placed = made.events.get(one.key);
    if (!one.opens || one.drill || !placed || placed.muted || one.noise === aftermath) continue;
    const incident = one.incident ?? noise;
    const name = `${placed.alert} ${incident}`;
    if (!found.has(name)) found.set(name, { incident, alert: placed.alert, item: itemOf(placed.alert), noise: one.noise });
  }
  return [...found.values()];
}

function linksMissed(sightings: readonly Sighting[]): Share {
  const inItem = Map.groupBy(sightings, (one) => one.item);
  const together = [...inItem.values()].reduce((sum, list) => sum + pairs(list.length), 0);
  return { n: pairs(sightings.length) - together, of: pairs(sightings.length) };
}

function linksFalse(item: readonly Sighting[], count: (a: Sighting, b: Sighting) => void): Share {
  const share = { n: 0, of: 0 };
  for (let i = 0; i < item.length; i++)
    for (let j = 0; j < i; j++) {
      const [a, b] = [item[i]!, item[j]!];
      if (a.incident === noise && b.incident === noise) continue; // nothing beside nothing harms nobody
      share.of++;
      if (a.incident === b.incident) continue;
      share.n++;
      count(a, b);
    }
  return share;
}

/** Alerts of which an incident's reports are a part. Who is only muted by another alert is not heard. */
function heardOf(told: readonly Told[], made: Made): Map<string, Set<string>> {
  const heard = new Map<string, Set<string>>();
  const put = (incident: string, alert: string): void => void heard.set(incident, (heard.get(incident) ?? new Set()).add(alert));
  for (const one of told) {
    const placed = made.events.get(one.key);
    if (one.opens && one.incident !== null && placed && !placed.muted) put(one.incident, placed.alert);
  }
  return heard;
}

function byHour(told: readonly Told[], itemTimes: readonly number[]): Share[] {
  const hours = new Map<number, Share>();
  const at = (us: number): Share => {
    const hour = Math.floor(us / hourUs);
    const share = hours.get(hour) ?? { n: 0, of: 0 };
    hours.set(hour, share);
    return share;
  };
  for (const one of told) if (!one.drill) at(one.receivedUs).n++;
  for (const us of itemTimes) at(us).of++;
  return [...hours.values()];
}

function per10Min(told: readonly Told[], itemTimes: readonly number[]): number[] {
  const slot = (us: number): number => Math.floor(us / (hourUs / 6));
  const times = told.map((one) => slot(one.receivedUs));
  if (times.length === 0) return [];
  const first = times.reduce((a, b) => Math.min(a, b)), last = times.reduce((a, b) => Math.max(a, b));
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const us of itemTimes) counts[Math.min(counts.length - 1, Math.max(0, slot(us) - first))]!++;
  return counts;
}

export function score(told: readonly Told[], incidents: readonly IncidentLabel[], made: Made): Score {
  const itemOf = (alert: string): string => made.alerts.get(alert)?.situation ?? alert;
  const sightings = sightingsOf(told, made, itemOf);
  const heard = heardOf(told, made);
  const items = new Map<string, { createdUs: number; priority: number }>();
  for (const [id, alert] of made.alerts) {
    if (alert.drill) continue;
    const before = items.get(itemOf(id));
    items.set(itemOf(id), {
      createdUs: Math.min(before?.createdUs ?? Infinity, alert.createdUs), priority: Math.min(before?.priority ?? 4, alert.priority),
    });
  }
  const asks = new Map<string, number>(), lines = new Map<string, number>();
  const first = (of: Map<string, number>, key: string, us: number): unknown => of.set(key, Math.min(of.get(key) ?? Infinity, us));
  for (const [id, alert] of made.alerts) {
    if (alert.drill || alert.informs) continue;
    first(asks, itemOf(id), alert.createdUs);
    if (alert.priority === 1) first(lines, `${itemOf(id)} ${alert.type}`, alert.createdUs);
  }
  // a line for each item, and one for each further kind of danger to life in it
  for (const [item, us] of asks) if (![...lines].some(([line, at]) => at === us && line.startsWith(`${item} `))) lines.set(item, us);
  const wrong = new Map<string, number>();
  const typeOf = new Map(incidents.map((one) => [one.incident, one.type]));
  const nameOf = (one: Sighting): string => typeOf.get(one.incident) ?? one.noise ?? 'noise';
  const count = (a: Sighting, b: Sighting): void => {
    const name = [nameOf(a), nameOf(b)].sort().join(' + ');
    wrong.set(name, (wrong.get(name) ?? 0) + 1);
  };
  const missed = incidents.filter((one) => !heard.has(one.incident));
  const best = (alerts: Set<string>): number => Math.min(...[...alerts].map((alert) => items.get(itemOf(alert))?.priority ?? 4));
  const itemTimes = [...items.values()].map((item) => item.createdUs);
  return {
    events: new Set(told.filter((one) => !one.drill).map((one) => one.key)).size, items: items.size, incidents: incidents.length,
    missed: missed.map((one) => one.incident),
    underrated: incidents.filter((one) => heard.has(one.incident) && best(heard.get(one.incident)!) > one.priority).length,
    unasked: incidents.filter((one) => heard.has(one.incident) && ![...heard.get(one.incident)!].some((alert) => asks.has(itemOf(alert)))).length,
    missedIncidents: incidents.map((one) => ({ n: heard.has(one.incident) ? 0 : 1, of: 1 })),
    missedLinks: [...Map.groupBy(sightings.filter((one) => one.incident !== noise), (one) => one.incident).values()].map(linksMissed),
    falseLinks: [...Map.groupBy(sightings, (one) => one.item).values()].map((item) => linksFalse(item, count)),
    reduction: byHour(told, itemTimes), itemsPer10Min: per10Min(told, itemTimes), rowsPer10Min: per10Min(told, [...lines.values()]), wrong,
  };
}

export const sum = (shares: readonly Share[]): Share => shares.reduce((all, one) => ({ n: all.n + one.n, of: all.of + one.of }), { n: 0, of: 0 });
export const ratio = ({ n, of }: Share): number => (of === 0 ? 0 : n / of);

/** Percentiles 2.5 and 97.5 of the ratio when as many shares are drawn from them, again and again. */
export function bootstrap(shares: readonly Share[], random: () => number, draws = 2000): [low: number, high: number] {
  if (shares.length === 0) return [0, 0];
  const ratios: number[] = [];
  for (let i = 0; i < draws; i++) {
    let n = 0, of = 0;
    for (let k = 0; k < shares.length; k++) {
      const drawn = shares[Math.floor(random() * shares.length)]!;
      n += drawn.n;
      of += drawn.of;
    }
    if (of > 0) ratios.push(n / of);
  }
  ratios.sort((a, b) => a - b);
  const at = (share: number): number => ratios[Math.min(ratios.length - 1, Math.floor(share * ratios.length))] ?? 0;
  return [at(0.025), at(0.975)];
}
