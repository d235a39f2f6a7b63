// Shared rooms, teams and mediators as docs/mediation.md "Pool" tells them, and what a planner asks of them.
import { api } from '../stores/api.ts';

export interface Span {
  starts_us: string;
  ends_us: string;
}
export interface Hours {
  /** 1 Monday … 7 Sunday. */
  day: number;
  from: string;
  to: string;
}
export interface PoolRoom {
  id: string;
  version: number;
  name: string;
  unit: string;
  area: string;
  address: string;
  lon: number | null;
  lat: number | null;
  seats: number;
  equipment: string[];
  hours: Hours[];
  closed: string[];
  note: string;
  active: boolean;
  busy: Span[];
}
export interface PoolMediator {
  id: string;
  version: number;
  name: string;
  unit: string;
  areas: string[];
  kind: string;
  disputes: string[];
  languages: string[];
  note: string;
  active: boolean;
  teams: string[];
  busy: Span[];
}

export interface PoolTeam {
  id: string;
  version: number;
  name: string;
  unit: string;
  area: string;
  kind: string;
  disputes: string[];
  lead: string;
  members: string[];
  note: string;
  active: boolean;
}
export const EQUIPMENT = ['camera', 'screen', 'microphone', 'printer', 'scanner', 'recorder', 'terminal', 'accessible', 'side_room'] as const;
export const TEAM_KINDS = ['town', 'village', 'industry', 'personal'] as const;
export const MEDIATOR_KINDS = ['full_time', 'part_time', 'volunteer', 'lawyer', 'judge', 'expert'] as const;
export const POOL_LISTS = ['rooms', 'teams', 'mediators'] as const;
export type PoolList = (typeof POOL_LISTS)[number];
export type PoolEntry = PoolRoom | PoolTeam | PoolMediator;

const within = (span?: Span): string => (span ? `?${new URLSearchParams({ from_us: span.starts_us, to_us: span.ends_us })}` : '');
/** `busy` of each tells of that span alone; without one of the seven days to come. */
export const listRooms = async (span?: Span): Promise<PoolRoom[]> => (await api<{ rooms: PoolRoom[] }>('GET', `/mediation/rooms${within(span)}`)).rooms;
export const listMediators = async (span?: Span): Promise<PoolMediator[]> => (await api<{ mediators: PoolMediator[] }>('GET', `/mediation/mediators${within(span)}`)).mediators;

export const listTeams = async (): Promise<PoolTeam[]> => (await api<{ teams: PoolTeam[] }>('GET', '/mediation/teams')).teams;
/** `version` 0: a new one. 409 `version_conflict`: somebody was first. */
export const saveEntry = (list: PoolList, id: string, fields: object, version: number): Promise<unknown> => api('PUT', `/mediation/${list}/${encodeURIComponent(id)}`, { ...fields, version });

const two = (n: number): string => String(n).padStart(2, '0');
export const dayOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
export const hourOf = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;
const minutesOf = (hour: string): number => Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3, 5));

/** Is it open from beginning to end, in local time? As the server asks it. Pure. */
export function isOpen(room: Pick<PoolRoom, 'active' | 'hours' | 'closed'>, { starts_us: from, ends_us: to }: Span): boolean {
  const begin = new Date(Number(from) / 1000);
  if (!room.active || room.closed.includes(dayOf(begin))) return false;
  if (room.hours.length === 0) return true;
  const first = begin.getHours() * 60 + begin.getMinutes();
  const last = first + Math.ceil((Number(to) - Number(from)) / 60_000_000);
  return room.hours.some((one) => one.day === (begin.getDay() || 7) && minutesOf(one.from) <= first && minutesOf(one.to) >= last);
}
/** `busy` is of that span. Pure. */
export const fitOf = (room: PoolRoom, span: Span): 'free' | 'busy' | 'closed' => (!isOpen(room, span) ? 'closed' : room.busy.length > 0 ? 'busy' : 'free');

export interface Opening {
  first: number;
  last: number;
  from: string;
  to: string;
}
/** Days after each other with the same hours in one: 1–5 08:30–17:30. Pure. */
export function openings(hours: Hours[]): Opening[] {
  const list: Opening[] = [];
  for (const { day, from, to } of [...hours].sort((a, b) => a.day - b.day || a.from.localeCompare(b.from))) {
    const before = list.find((one) => one.last === day - 1 && one.from === from && one.to === to);
    if (before) before.last = day;
    else list.push({ first: day, last: day, from, to });
  }
  return list;
}

/** And back, each day by itself; what is not whole is left out. Pure. */
export const hoursOf = (list: Opening[]): Hours[] =>
  list.filter(({ from, to }) => from && to).flatMap(({ first, last, from, to }) => [1, 2, 3, 4, 5, 6, 7].filter((day) => day >= first && day <= last).map((day) => ({ day, from, to })));

/** When and where, as a form holds it. */
export interface Plan {
  day: string;
  hour: string;
  minutes: number;
  /** Of a shared room; '': another place. */
  room: string;
  place: string;
}
/** Null: not whole yet. Pure. */
export function spanOf({ day, hour, minutes }: Plan): Span | null {
  const from = new Date(`${day}T${hour}`).getTime() * 1000;
  return Number.isFinite(from) && minutes > 0 ? { starts_us: String(from), ends_us: String(from + minutes * 60_000_000) } : null;
}
/** What the server is told of it: of a shared room address and coordinates are the room's own. Pure. */
export const placeOf = ({ room, place }: Plan): { place_id: string | null; place?: string } => (room ? { place_id: room } : { place_id: null, place: place.trim() });
