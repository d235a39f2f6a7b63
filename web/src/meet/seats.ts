// Seats as forms hold them, and as the server takes them.
import type { Meeting, Role } from './wire.ts';

export const SEAT_ROLES: Role[] = ['party', 'representative', 'official', 'observer', 'interpreter'];
/** As what a colleague with an account comes. */
export const COLLEAGUE_ROLES: Role[] = ['co_mediator', 'official', 'observer', 'interpreter'];
export interface SeatForm {
  role: Role;
  side: string;
  name: string;
  phone: string;
  terminal: boolean;
  /** Of a terminal: which. */
  place: string;
}
export interface ColleagueForm {
  user: string;
  role: Role;
}
export const emptySeat = (role: Role = 'official', side = 'a'): SeatForm => ({ role, side, name: '', phone: '', terminal: false, place: '' });
/** Does this account lead the meeting? Pure. */
export const leadsIn = (meeting: Pick<Meeting, 'seats'>, account: string | undefined): boolean =>
  meeting.seats.some(({ user, role, state }) => user !== null && user === account && (role === 'mediator' || role === 'co_mediator') && state !== 'removed');
/** Do they belong to a side? Pure. */
export const isSided = (kind: string, role: Role): boolean => kind === 'mediation' && (role === 'party' || role === 'representative');

/** "S in" of docs/mediation.md. Several names make several people at a terminal. Pure. */
export function seatIn(kind: string, { role, side, name, phone, terminal, place }: SeatForm): object {
  const number = phone.trim();
  const people = name.split(/[,，、;；]/).map((one) => one.trim()).filter(Boolean).map((one) => ({ name: one, ...(number ? { phone: number } : {}) }));
  return { role, ...(isSided(kind, role) ? { side } : {}), terminal, ...(terminal && place.trim() ? { place: place.trim() } : {}), people };
}
