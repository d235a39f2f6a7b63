// Meetings that are over, as their record tells them: sittings, who was there, what came of it, what is still to be done. Pure, but for what asks the server.
import type { TimerLook } from '../cases/light.ts';
import { api } from '../stores/api.ts';
import type { Agreement, Meeting, MeetingState } from './wire.ts';

/** One row of a meeting's record; told to who leads it. */
export interface MeetingEvent {
  seq: number;
  time_us: string;
  /** Of who acted; null: the server. */
  seat: string | null;
  action: string;
  /** In which the seat was then. */
  room: string;
  details: Record<string, unknown>;
}
export interface Sitting {
  n: number;
  from_us: string;
  /** null: it goes on. */
  to_us: string | null;
  /** Seats that were in a room, in the order in which they came. */
  seats: string[];
}
export interface Past {
  sittings: Sitting[];
  /** What the last sitting that came to nothing was told to have ended with. */
  failed: 'failed' | 'refused' | null;
  /** Why it was called off; '': it was not, or nobody said. */
  reason: string;
}
export interface AgreementRow {
  meeting: string;
  case: string | null;
  title: string;
  effective_us: string;
  court: Agreement['court'];
  performance: Agreement['performance'];
  case_state: Agreement['case'];
}
/** One that was made of a case, as whoever sees the case sees it. */
export interface CaseMeeting extends Pick<Meeting, 'id' | 'kind' | 'state' | 'sittings' | 'starts_us' | 'ends_us'> {
  ended_us: string | null;
  outcome: 'agreed' | 'failed' | 'refused' | null;
  /** One has a seat in it; without one the title is not told. */
  seat: boolean;
  leads: boolean;
  title: string | null;
}
export const OUTCOMES = ['agreed', 'failed', 'refused', 'none', 'talk', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export interface Due {
  what: 'court' | 'performance' | 'case';
  state: string;
  /** null: no day is set for it. */
  due_us: string | null;
  look: TimerLook;
}

export const listEvents = async (meeting: string): Promise<MeetingEvent[]> => (await api<{ events: MeetingEvent[] }>('GET', `/meetings/${encodeURIComponent(meeting)}/events`)).events;
export const listAgreements = async (state: 'open' | 'all'): Promise<AgreementRow[]> => (await api<{ agreements: AgreementRow[] }>('GET', `/agreements?state=${state}`)).agreements;

export const listOfCase = async (id: string): Promise<CaseMeeting[]> => (await api<{ meetings: CaseMeeting[] }>('GET', `/cases/${encodeURIComponent(id)}/meetings`)).meetings;

export const isOver = (state: MeetingState | undefined): boolean => state === 'ended' || state === 'cancelled';

/** Rooms in which one takes part; neither the lobby nor where it is checked who one is. */
const takesPart = (room: unknown): boolean => typeof room === 'string' && (room === 'joint' || room.startsWith('side:'));
const told = (event: MeetingEvent, key: string): string => (typeof event.details[key] === 'string' ? (event.details[key] as string) : '');

export function pastOf(events: readonly MeetingEvent[]): Past {
  const past: Past = { sittings: [], failed: null, reason: '' };
  let now: Sitting | null = null;
  const here = (seat: string | null): void => {
    if (now && seat && !now.seats.includes(seat)) now.seats.push(seat);
  };
  for (const event of events) {
    const { action, seat } = event;
    if (action === 'open') {
      now = { n: past.sittings.length + 1, from_us: event.time_us, to_us: null, seats: [] };
      past.sittings.push(now);
      here(seat);
    } else if (action === 'adjourn' || action === 'end') {
      if (now) now.to_us = event.time_us;
      now = null;
    } else if (action === 'cancel') past.reason = told(event, 'reason');
    else if (action === 'admit') here(told(event, 'seat'));
    else if (action === 'fail') past.failed = told(event, 'result') === 'refused' ? 'refused' : 'failed';
    if (takesPart(event.room)) here(seat);
  }
  return past;
}
/** How long it sat, without the days between. */
export const satMs = (sittings: readonly Sitting[]): number => sittings.reduce((sum, { from_us: from, to_us: to }) => sum + (to ? Number(to) - Number(from) : 0), 0) / 1000;

/** What came of a meeting that is over, as far as is known of it. */
export function outcomeOf(kind: string, state: MeetingState, agreed: boolean, failed: Past['failed'] = null): Outcome {
  if (state === 'cancelled') return 'cancelled';
  if (kind === 'talk') return 'talk';
  return agreed ? 'agreed' : (failed ?? 'none');
}

const SOON_MS = 3 * 86_400_000;
const lookOf = (due: string, nowMs: number): TimerLook => {
  const left = Number(due) / 1000 - nowMs;
  return left <= 0 ? 'overdue' : left <= SOON_MS ? 'due_soon' : 'normal';
};
/** What an agreement still asks for, what is due first before the rest. */
export function duesOf(one: Pick<AgreementRow, 'court' | 'performance' | 'case_state'>, nowMs: number): Due[] {
  const list: Due[] = [];
  if (one.case_state === 'waiting') list.push({ what: 'case', state: 'waiting', due_us: null, look: 'overdue' });
  for (const what of ['court', 'performance'] as const) {
    const part = one[what];
    if (!part || !(part.state === 'open' || (what === 'performance' && part.state !== 'performed'))) continue;
    list.push({ what, state: part.state, due_us: part.due_us, look: part.state === 'open' ? lookOf(part.due_us, nowMs) : 'overdue' });
  }
  return list.sort((a, b) => Number(a.due_us ?? 0) - Number(b.due_us ?? 0));
}
