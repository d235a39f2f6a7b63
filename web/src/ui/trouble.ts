// Which cameras want somebody's eye, and in which order they are told.
import type { Camera } from '../wire/messages.ts';

export function inTrouble(camera: Pick<Camera, 'state'>): boolean {
  return camera.state === 'down' || camera.state === 'stale';
}

/** The newest trouble first; equal times by number, so that rows stand still. */
export function troubled(cameras: Camera[]): Camera[] {
  return cameras
    .filter(inTrouble)
    .sort((a, b) => Number(b.since_us) - Number(a.since_us) || a.id.localeCompare(b.id, 'en', { numeric: true }));
}

/** Rows while somebody reads: they keep their places, new ones wait. Returned: what is shown and how many wait. */
export function held(shown: string[], now: string[]): { rows: string[]; fresh: number } {
  const known = new Set(shown);
  return { rows: shown, fresh: now.filter((id) => !known.has(id)).length };
}
