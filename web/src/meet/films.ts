// Films of a meeting as docs/mediation.md "Recording" tells them: what they hold, who looked at them.
import { api, ApiError } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';
import { listEvents } from './past.ts';

/** A stretch without a pause: what time of day lies where in the film. */
export interface Part {
  from_us: string;
  to_us: string;
  at_s: number;
}
export interface Track extends Part {
  seat: string;
  kind: 'mic' | 'camera' | 'screen';
}
export interface Film {
  id: string;
  time_us: string;
  sha256: string;
  bytes: number;
  room: string;
  seconds: number;
  parts: Part[];
  tracks: Track[];
  /** Destroyed after its time, or taken back. */
  erased: boolean;
}
export interface Look {
  seq: number;
  time_us: string;
  seat: string | null;
  film: string;
  reason: string;
}

const of = (meeting: string): string => `/meetings/${encodeURIComponent(meeting)}`;
export const listFilms = async (meeting: string): Promise<Film[]> => (await api<{ recordings: Film[] }>('GET', `${of(meeting)}/recordings`)).recordings;
/** Who looked, newest first. */
export const listLooks = async (meeting: string): Promise<Look[]> =>
  (await listEvents(meeting)).filter(({ action }) => action === 'watch')
    .map(({ seq, time_us: time, seat, details }) => ({ seq, time_us: time, seat, film: String(details['attachment'] ?? ''), reason: String(details['reason'] ?? '') })).reverse();
/** The film; that it was looked at, and why, is on record from now on. */
export async function look(meeting: string, film: string, reason: string): Promise<Blob> {
  const answer = await fetch(`/api/v1${of(meeting)}/recordings/${encodeURIComponent(film)}?${new URLSearchParams({ reason })}`, { credentials: 'same-origin' });
  if (answer.ok) return answer.blob();
  const body = (await answer.json().catch(() => ({}))) as { error?: { code: string; message: Words } };
  throw new ApiError(answer.status, body.error?.code ?? '', body.error?.message ?? { zh: answer.statusText, en: answer.statusText });
}

/** Whose voice and picture a part holds, each seat once, in the order of the tracks. Pure. */
export function inPart(part: Part, tracks: Track[]): { seat: string; kinds: Track['kind'][] }[] {
  const list: { seat: string; kinds: Track['kind'][] }[] = [];
  for (const { seat, kind, from_us: from, to_us: to } of tracks) {
    if (Number(to) <= Number(part.from_us) || Number(from) >= Number(part.to_us)) continue;
    const known = list.find((one) => one.seat === seat);
    if (!known) list.push({ seat, kinds: [kind] });
    else if (!known.kinds.includes(kind)) known.kinds.push(kind);
  }
  return list;
}
