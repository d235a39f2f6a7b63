// Meetings as docs/mediation.md tells them: REST, views of a seat, words.
import { api, ApiError, csrfToken } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';

export const ROLES = ['mediator', 'co_mediator', 'party', 'representative', 'official', 'observer', 'interpreter'] as const;
export type Role = (typeof ROLES)[number];
export const KINDS = ['mediation', 'recording', 'publication', 'observer', 'split'] as const;
export type ConsentKind = (typeof KINDS)[number];
export type Here = 'on' | 'lost' | 'off';
export type MeetingState = 'planned' | 'open' | 'adjourned' | 'ended' | 'cancelled';
export interface Person {
  n: number;
  name: string;
}
export interface SeatRow {
  id: string;
  n: number;
  role: Role;
  side: string;
  user: string | null;
  name: string;
  unit: string;
  terminal: boolean;
  place: string;
  state: 'invited' | 'lobby' | 'in' | 'removed';
  people: Person[];
  invite: { id: string; state: string; expires_us: string } | null;
}
export interface Meeting {
  id: string;
  kind: 'mediation' | 'talk';
  case: string | null;
  title: string;
  state: MeetingState;
  mode: 'joint' | 'split';
  sittings: number;
  starts_us: string;
  ends_us: string;
  place: string;
  /** Of the shared room. */
  place_id: string | null;
  version: number;
  seats: SeatRow[];
}
export interface LobbySeat extends SeatRow {
  room: string;
  here: Here;
  muted: boolean;
  identity: boolean;
  identity_how: string | null;
  notice: boolean;
  screening: boolean;
  answers: Record<string, string> | null;
  ready: boolean;
  why: string[];
}
export interface Member {
  seat: string;
  name: string;
  unit: string;
  role: Role;
  side: string;
  terminal: boolean;
  place: string;
  here: Here;
  media: boolean;
  muted: boolean;
  hand_us: string;
  may_talk: boolean;
}
export interface May {
  talk: boolean;
  camera: boolean;
  screen: boolean;
  chat: boolean;
}
export interface Shown {
  kind: 'file' | 'map';
  file?: string;
  lon?: number;
  lat?: number;
  zoom?: number;
  by: string;
}
export interface MeetFile {
  id: string;
  name: string;
  kind: string;
  bytes: number;
  seat: string;
  time_us: string;
  case: boolean;
}
export interface Line {
  id: string;
  seat: string;
  name: string;
  text: string;
  time_us: string;
}
export interface Consent {
  seat: string;
  person: number;
  kind: ConsentKind;
  answer: 'yes' | 'no' | 'withdrawn';
  version: string;
  time_us: string;
}
export interface Disclosure {
  seat: string;
  name: string;
  relation: '' | 'none' | 'related';
  text: string;
  time_us: string;
  objection: boolean;
}
export interface Minutes {
  entries: { n: number; version: number; time_us: string; text: string; struck: boolean; sha256: string }[];
  confirmed: { seat: string; person: number; upto: number }[];
}
export interface Fact {
  n: number;
  version: number;
  text: string;
  struck: boolean;
  undisputed: boolean;
  answers: { seat: string; person: number; side: string; answer: 'yes' | 'no' | 'none' }[];
}
export const HOWS = ['written', 'paper', 'oral'] as const;
export type How = (typeof HOWS)[number];
export interface Signer {
  seat: string;
  person: number;
  name: string;
  role: Role;
  side: string;
  signed_us: string | null;
}
export interface Agreement {
  draft: number;
  how: How;
  template: string;
  /** To mediators alone. */
  fields?: Record<string, string>;
  title: string;
  text: string;
  sha256: string;
  time_us: string;
  state: 'draft' | 'offered' | 'effective';
  signers: Signer[];
  effective_us: string | null;
  court: { due_us: string; state: 'open' | 'applied' | 'waived' | 'over' } | null;
  performance: { due_us: string; state: 'open' | 'performed' | 'partly' | 'not'; text: string } | null;
  case: 'none' | 'done' | 'waiting';
  file: string | null;
}
export interface Template {
  id: string;
  zh: string;
  en: string;
  how: How[];
  fields: { id: string; zh: string; en: string; needed: boolean; most: number; lines?: boolean; day?: boolean }[];
}
/** What one seat sees. */
export interface View {
  meeting: Omit<Meeting, 'seats' | 'case'> & { case?: string | null; sensitive?: boolean };
  you: {
    seat: string; role: Role; side: string; state: SeatRow['state']; people: Person[]; terminal: boolean; muted: boolean; hand: boolean;
    may: May; ready: boolean; notice: boolean; screening: boolean; identity: boolean; why: string[];
  };
  room: { name: string; members: Member[]; floor: string | null; shown: Shown | null };
  away: boolean;
  consents: Consent[];
  recording: { state: 'off' | 'waiting' | 'on' | 'failed'; waiting_for: string[] | null; since_us: string | null; error: string | null };
  chat: Line[];
  files: MeetFile[];
  danger: { id: string; until_us: string } | null;
  /** When the last call for help of this seat was made that was told. */
  helped_us: string | null;
  calling: boolean;
  /** This sitting was recorded as one without an agreement. */
  failed?: boolean | null;
  minutes?: Minutes | null;
  disclosures?: Disclosure[] | null;
  facts?: Fact[] | null;
  agreement?: Agreement | null;
  seats?: LobbySeat[];
  dangers?: { id: string; seat: string; time_us: string; until_us: string; told: boolean }[];
  calls?: { seat: string; room: string; since_us: string }[];
  record?: boolean;
  rooms?: { name: string; seats: string[] }[];
}
export interface MeetWords {
  notice: { version: string; text: Words };
  screening: { version: string; questions: { id: string; text: Words; answers: { id: string; text: Words }[] }[] };
  consents: Record<ConsentKind, { version: string; title: Words; text: Words }>;
}
export interface Entered {
  meeting: string;
  seat: string;
  view: View;
}
export interface Invite {
  id: string;
  seat: string;
  link: string;
  svg: string;
  expires_us: string;
  sent: number;
}
/** What became of a message to somebody. */
export interface Letter {
  seat: string;
  kind: string;
  channel: string;
  state: 'queued' | 'failed' | 'given_up' | 'sent' | 'void';
  tries: number;
  status: number;
  time_us: string;
  ended_us: string | null;
}
export interface Busy {
  what: 'mediator' | 'place';
  /** Which mediator. */
  user?: string;
  /** null: one in which we have no seat. */
  title: string | null;
  starts_us: string;
  ends_us: string;
}

export const getWords = (): Promise<MeetWords> => api('GET', '/meet/words');
export const enter = (token: string): Promise<Entered> => api('POST', '/meet/enter', { token });
/** The seat that this page is about: a browser may hold several. Of its own address, so that a page loaded anew is the same. */
export const ownSeat = (): string => new URLSearchParams(location.search).get('seat') ?? '';
/** What a guest's page asks, for its seat. */
export function guestPath(path: string, query: Record<string, string> = {}): string {
  const all = new URLSearchParams({ ...query, ...(ownSeat() ? { seat: ownSeat() } : {}) }).toString();
  return all ? `/meet${path}?${all}` : `/meet${path}`;
}
export interface HeldSeat { seat: string; meeting: string; title: string; kind: Meeting['kind']; state: Meeting['state']; starts_us: string; ends_us: string }
export const getView = (): Promise<Entered> => api('GET', guestPath('/view'));
/** Those that this browser holds. */
export const getSeats = (): Promise<{ seats: HeldSeat[] }> => api('GET', '/meet/seats');
export const listMeetings = (query: Record<string, string> = {}): Promise<{ meetings: Meeting[] }> => api('GET', `/meetings?${new URLSearchParams(query)}`);
export const getMeeting = (id: string): Promise<{ meeting: Meeting }> => api('GET', `/meetings/${encodeURIComponent(id)}`);
export const makeMeeting = (fields: object): Promise<{ meeting: Meeting }> => api('POST', '/meetings', fields);
export const invite = (meeting: string, seat: string, send = false): Promise<{ invite: Invite }> =>
  api('POST', `/meetings/${encodeURIComponent(meeting)}/seats/${encodeURIComponent(seat)}/invite`, send ? { send } : {});
export const listLetters = (meeting: string): Promise<{ letters: Letter[] }> => api('GET', `/meetings/${encodeURIComponent(meeting)}/letters`);
/** An act by REST; a guest's without naming the meeting. */
export const actOn = (meeting: string | null, act: string, more: object = {}): Promise<unknown> =>
  api('POST', meeting === null ? guestPath('/acts') : `/meetings/${encodeURIComponent(meeting)}/acts`, { act, ...more });
const filesOf = (meeting: string | null, file = '', query: Record<string, string> = {}): string => {
  const path = `/files${file ? `/${encodeURIComponent(file)}` : ''}`;
  if (meeting === null) return guestPath(path, query);
  const asked = new URLSearchParams(query).toString();
  return `/meetings/${encodeURIComponent(meeting)}${path}${asked ? `?${asked}` : ''}`;
};
export const fileUrl = (meeting: string | null, file: string, small = false): string => `/api/v1${filesOf(meeting, file, small ? { size: 'small' } : {})}`;
/** To the room one is in; of a guest: `meeting` null. */
export async function give(meeting: string | null, file: File): Promise<{ file: MeetFile }> {
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream', 'X-Townwall-Name': encodeURIComponent(file.name), 'X-Townwall-Key': crypto.randomUUID() };
  if (csrfToken()) headers['X-CSRF-Token'] = csrfToken();
  const answer = await fetch(`/api/v1${filesOf(meeting)}`, { method: 'POST', credentials: 'same-origin', headers, body: file });
  const body = (await answer.json().catch(() => ({}))) as { file: MeetFile; error?: { code: string; message: Words } };
  if (answer.ok) return body;
  throw new ApiError(answer.status, body.error?.code ?? '', body.error?.message ?? { zh: answer.statusText, en: answer.statusText });
}
export const agreementUrl = (meeting: string | null): string => `/api/v1${meeting === null ? guestPath('/agreement.pdf') : `/agreements/${encodeURIComponent(meeting)}/pdf`}`;

/** A view with what came after it. Pure. */
export function merged(view: View | null, snapshot: boolean, data: Partial<View> & { chat_add?: Line[]; minutes_add?: Minutes }): View {
  const { chat_add: more = [], minutes_add: added, ...rest } = data;
  const next = (snapshot || !view ? { ...rest } : { ...view, ...rest }) as View;
  if (more.length > 0) next.chat = [...(next.chat ?? []), ...more];
  if (added) next.minutes = { entries: [...(next.minutes?.entries ?? []), ...added.entries], confirmed: added.confirmed };
  return next;
}

export type Step = 'notice' | 'screening' | 'consents' | 'wait';
/** Whom the law asks to be told of their rights, to answer and to agree. */
export const isParty = (role: Role): boolean => role === 'party' || role === 'representative';

/** Consents that this seat is asked for. Pure. */
export function kindsFor(view: Pick<View, 'meeting' | 'you'>): ConsentKind[] {
  if (view.meeting.kind === 'talk' || !isParty(view.you.role)) return ['recording'];
  return KINDS.filter((kind) => kind !== 'split' || view.meeting.mode === 'split');
}
/** The standing answer to the words as they are now; '': none, or to older words. Pure. */
export function answerOf(view: Pick<View, 'consents'>, words: MeetWords, seat: string, person: number, kind: ConsentKind): Consent['answer'] | '' {
  const found = view.consents.find((one) => one.seat === seat && one.person === person && one.kind === kind);
  return found && found.version === words.consents[kind].version ? found.answer : '';
}
/** What a guest does next before being let in. Pure. */
export function stepOf(view: View, words: MeetWords): Step {
  const { you, meeting } = view;
  if (meeting.kind === 'mediation' && isParty(you.role)) {
    if (!you.notice) return 'notice';
    if (!you.screening) return 'screening';
  }
  const open = you.people.some(({ n }) => kindsFor(view).some((kind) => answerOf(view, words, you.seat, n, kind) === ''));
  return open ? 'consents' : 'wait';
}
/** Who of one's own seat has to sign the agreement next; null: nobody, or not now. Pure. */
export function signsNext(view: Pick<View, 'you' | 'agreement'>): Signer | null {
  const one = view.agreement;
  if (!one || one.state !== 'offered' || one.how === 'paper') return null;
  return one.signers.find(({ seat, signed_us: at }) => seat === view.you.seat && at === null) ?? null;
}
/** How many columns n pictures take: 1, 2 beside each other, 2×2, 3×3. Pure. */
export const columnsFor = (n: number, wide = true): number => (n <= 1 ? 1 : n > 4 ? 3 : wide || n > 3 ? 2 : 1);
/** Those who asked to speak, first come first. Pure. */
export const handsOf = (members: Member[]): Member[] => members.filter(({ hand_us }) => hand_us && hand_us !== '0').sort((a, b) => Number(a.hand_us) - Number(b.hand_us));
