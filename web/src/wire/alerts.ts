// Objects of docs/alerts.md, as types. Ids and times are strings (µs since 1970), what is absent is null.
import type { Words } from './messages.ts';

export const ALERT_STATES = ['unacknowledged', 'acknowledged', 'returned', 'normal', 'shelved', 'out_of_service'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export const DIMENSIONS = [
  'public_security', 'traffic', 'petition', 'enforcement', 'dispute', 'livelihood', 'camera_alarm', 'camera_health', 'sensor', 'warning',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export type Priority = 1 | 2 | 3 | 4;
export const PRIORITIES: Priority[] = [1, 2, 3, 4];

export const ACTS = [
  'acknowledge', 'shelve', 'unshelve', 'out_of_service', 'in_service', 'comment', 'assign', 'ignore', 'false_alarm', 'case',
  'link_case', 'merge', 'separate', 'check', 'undo',
] as const;
export type Act = (typeof ACTS)[number];

export interface By {
  name: string;
  act: string;
  time_us: string;
}
export interface Suggestion {
  case: string;
  code: string;
  score: number;
  zh: string;
  en: string;
}

export interface Alert {
  id: string;
  version: number | string;
  state: AlertState;
  priority: Priority;
  signal: boolean;
  active: boolean;
  chatter: boolean;
  exercise: boolean;
  test: boolean;
  source: string;
  device: string | null;
  dimension: Dimension;
  type: string;
  title: string;
  text: string | null;
  address: string | null;
  lon: number | null;
  lat: number | null;
  area: string | null;
  place: 'point' | 'device' | 'area' | 'address' | 'unknown';
  first_us: string;
  last_us: string;
  created_us: string;
  count: number;
  situation: string | null;
  case: string | null;
  case_code: string | null;
  suggestion: Suggestion | null;
  nearby: number;
  recent: number;
  acknowledged_by: string | null;
  acknowledged_us: string | null;
  shelved_until_us: string | null;
  ended_us: string | null;
  /** Why it is over; null: it is not. */
  end: string | null;
  assigned: { user: string; name: string } | null;
  by: By | null;
  /** The sentence of the newest decision about it. */
  reason: Words | null;
}

export interface Situation {
  id: string;
  version: number | string;
  priority: Priority;
  lon: number | null;
  lat: number | null;
  area: string | null;
  first_us: string;
  last_us: string;
  ended_us: string | null;
  alerts: string[];
  title: string;
}

export interface Decision {
  id: string;
  time_us: string;
  kind: string;
  rule: string;
  rules: string | null;
  alert: string | null;
  other: string | null;
  situation: string | null;
  case: string | null;
  score: number | null;
  inputs: Record<string, unknown> | null;
  zh: string;
  en: string;
}

/** How many alerts a seat got in ten minutes; in a flood from ten on until fewer than five come. */
export interface SeatFlood {
  name: string;
  per_10min: number;
  in_flood: boolean;
}
export interface Flood {
  /** By id of the person; everybody's for those who see the whole town. */
  seats: Record<string, SeatFlood>;
}
/** What feeds are called, by their ids. */
export type SourceNames = Record<string, Words>;
export interface AlertsSnapshot {
  alerts: Alert[];
  situations: Situation[];
  flood?: Flood;
  sources?: SourceNames;
  /** How many more there are that are less urgent. */
  hidden?: number;
}
/** What was only seen again: id, count, time of the newest sighting. */
export interface Counts {
  alerts: [id: string, count: number, lastUs: string][];
  situations: [id: string, lastUs: string][];
}
export interface AlertsDelta {
  set?: Alert[];
  gone?: string[];
  situations?: Situation[];
  situations_gone?: string[];
  counts?: Counts;
  flood?: Flood;
  sources?: SourceNames;
}

/** What POST alerts/ID/acts takes. */
export interface ActCommand {
  act: Act;
  minutes?: number;
  reason?: string;
  text?: string;
  to?: string;
  step?: string;
  done?: boolean;
  /** Of `case`: what the form says otherwise (F of docs/cases.md). */
  form?: object;
}
