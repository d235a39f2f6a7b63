// The cameras beside a case: those linked to it, behind each that shows nothing the nearest one that works, then others near by. Pure.
import { distanceM } from '../map/ground.ts';
import type { Camera } from '../wire/messages.ts';

const MOST = 4;
const NEAR_M = 300;
/** A replacement may stand farther away: better a view along the street than none. */
const INSTEAD_M = 1000;

export interface Beside {
  id: string;
  /** Of the case; null: where it is, or where the camera is, is not known. */
  m: number | null;
  /** It stands in for this linked camera, which shows nothing. */
  insteadOf: Camera | null;
}

/** Also one that plays on demand, or is just being connected. */
const shows = ({ state }: Camera): boolean => state !== 'down' && state !== 'disabled';

type Placed = [lon: number, lat: number];

export function camerasBeside(linked: readonly string[], cameras: Iterable<Camera>, at: Placed | null): Beside[] {
  const all = [...cameras];
  const placeOf = (one: Camera | undefined): Placed | null => (one && one.lon !== null && one.lat !== null ? [one.lon, one.lat] : null);
  const list: Beside[] = [];
  const add = (id: string, insteadOf: Camera | null): void => {
    const place = placeOf(all.find((one) => one.id === id));
    list.push({ id, m: at && place ? distanceM(place, at) : null, insteadOf });
  };
  /** Those that work, the nearest first, without what is there already. */
  const working = (of: Placed | null, within: number): Camera[] => (of === null ? [] : all
    .map((one) => ({ one, place: placeOf(one) })).filter(({ one, place }) => place !== null && shows(one) && !linked.includes(one.id) && !list.some(({ id }) => id === one.id))
    .map(({ one, place }) => ({ one, m: distanceM(place!, of) })).filter(({ m }) => m <= within).sort((a, b) => a.m - b.m).map(({ one }) => one));
  for (const id of linked) {
    const camera = all.find((one) => one.id === id);
    add(id, null);
    if (!camera || shows(camera)) continue;
    const [other] = working(placeOf(camera) ?? at, INSTEAD_M);
    if (other) add(other.id, camera);
  }
  for (const one of working(at, NEAR_M)) add(one.id, null);
  return list.slice(0, MOST);
}
