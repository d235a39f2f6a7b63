import type { Camera } from '../wire/messages.ts';

/** From this age on a picture is old, unless its camera is known to live. */
export const STALE_MS = 15_000;

/** Its stream lives, as the server says: keyframes may be far apart. */
export function isLiving(camera: Pick<Camera, 'state' | 'reason'>): boolean {
  return (camera.state === 'live' || camera.state === 'sampled') && camera.reason === null;
}

/** Drawn grey (docs/camera-states.md): old, and nobody says that the stream lives. */
export function isGrey(camera: Pick<Camera, 'state' | 'reason'>, ageMs: number, lost: boolean): boolean {
  return ageMs >= STALE_MS && (lost || !isLiving(camera));
}
