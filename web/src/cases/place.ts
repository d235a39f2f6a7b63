// Where a case is: a named area, a coordinate, or both. Where the two do not agree a person says which of them holds. Pure.
import { contains, type LonLat } from '../map/ground.ts';
import type { Area } from '../stores/areas.ts';

export interface Place {
  area: string | null;
  lon: number | null;
  lat: number | null;
}
export const NO_PLACE: Place = { area: null, lon: null, lat: null };

/** The grid cell around a coordinate; null: it is in none. */
export const cellAt = (areas: readonly Area[], at: LonLat): string | null =>
  areas.find(({ properties: { level }, geometry }) => level === 'cell' && contains(geometry as Parameters<typeof contains>[0], at))?.properties.code ?? null;
const pointOf = ({ lon, lat }: Place): LonLat | null => (typeof lon === 'number' && typeof lat === 'number' ? [lon, lat] : null);
/** A village holds its cells. */
const holds = (area: string, cell: string): boolean => cell.startsWith(area) || area.startsWith(cell);

/** What has to be asked; null: nothing. `cell`: around the coordinate, null where it is in none. */
export function placeDiffers(areas: readonly Area[], place: Place): { cell: string | null; named: string } | null {
  const at = pointOf(place);
  if (!at || !place.area) return null;
  const cell = cellAt(areas, at);
  return cell && holds(place.area, cell) ? null : { cell, named: place.area };
}

/** One of the two is given up. */
export function placeTaken(areas: readonly Area[], place: Place, by: 'point' | 'cell'): Place {
  const at = pointOf(place);
  if (by === 'cell' || !at) return { area: place.area, lon: null, lat: null };
  return { area: cellAt(areas, at), lon: at[0], lat: at[1] };
}

/** A click: the cell follows, unless somebody named another one than the coordinate before had. */
export function placeClicked(areas: readonly Area[], before: Place, at: LonLat): Place {
  const was = pointOf(before);
  const followed = !before.area || (was !== null && cellAt(areas, was) === before.area);
  const cell = cellAt(areas, at);
  return { area: followed || (cell && before.area && holds(before.area, cell)) ? (cell ?? null) : before.area, lon: at[0], lat: at[1] };
}

export const samePlace = (a: Place, b: Place): boolean => a.area === b.area && a.lon === b.lon && a.lat === b.lat;

export interface Named { code: string; words: string }
/** Blanks and the word for a grid cell (网格) are written or left out. */
const bare = (text: string): string => text.replace(/\s+/g, '').replace(/(?:\u7f51\u683c|grid)$/iu, '').toLowerCase();
const NUMBER = /^0*(\d+)$/;

/**
 * The area that somebody means by what they type: its whole name however it is written (石桥村05, 石桥村 05 网格), the number of a cell that only
 * one has (05网格); `done`: no more is typed, then also a part that only one has. null: none, or several.
 */
export function placeNamed<T extends Named>(places: readonly T[], typed: string, done: boolean): T | null {
  const wanted = bare(typed);
  if (!wanted) return null;
  const whole = places.filter(({ words }) => bare(words) === wanted);
  if (whole.length === 1) return whole[0]!;
  const parts = typed.trim().split(/\s+/).map(bare).filter(Boolean);
  const number = NUMBER.exec(wanted)?.[1];
  const like = places.filter(({ words }) => (number ? new RegExp(`(^|\\D)0*${number}$`).test(bare(words)) : parts.every((part) => bare(words).includes(part))));
  return done && like.length === 1 ? like[0]! : null;
}
