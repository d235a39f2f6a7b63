// The address of the live page is what it shows: ?cameras=c0001,c0002&layout=4&at=c0002.
export const LAYOUTS = [1, 4, 9, 16] as const;
export type LayoutSize = (typeof LAYOUTS)[number];

export interface LiveAddress {
  cameras: string[];
  layout: LayoutSize;
  at: string;
}

/** The smallest layout that holds so many. */
export function layoutFor(count: number): LayoutSize {
  return LAYOUTS.find((size) => size >= count) ?? 16;
}

export function readAddress(query: Record<string, unknown>): LiveAddress {
  const text = (key: string): string => (typeof query[key] === 'string' ? query[key] : '');
  const cameras = [...new Set(text('cameras').split(',').filter(Boolean))].slice(0, 16);
  const asked = LAYOUTS.find((size) => String(size) === text('layout'));
  const at = cameras.includes(text('at')) ? text('at') : (cameras[0] ?? '');
  return { cameras, layout: asked ?? layoutFor(cameras.length), at };
}

export function writeAddress({ cameras, layout, at }: LiveAddress): Record<string, string> {
  const query: Record<string, string> = { layout: String(layout) };
  if (cameras.length > 0) query.cameras = cameras.join(',');
  if (at && at !== cameras[0]) query.at = at;
  return query;
}

/** Puts a camera into the layout: where it is already, in a free place, or in place of the selected one. */
export function withCamera(address: LiveAddress, id: string): LiveAddress {
  if (address.cameras.includes(id)) return { ...address, at: id };
  const cameras = [...address.cameras];
  const selected = cameras.indexOf(address.at);
  if (cameras.length < address.layout || selected < 0) cameras.push(id);
  else cameras[selected] = id;
  return { ...address, cameras, at: id };
}

export function withoutCamera(address: LiveAddress, id: string): LiveAddress {
  const at = address.cameras.indexOf(id);
  const cameras = address.cameras.filter((one) => one !== id);
  const next = address.at === id ? (cameras[Math.min(at, cameras.length - 1)] ?? '') : address.at;
  return { ...address, cameras, at: next };
}

/** Which cameras a layout shows: the page of them that holds the selected one. */
export function shownOf({ cameras, layout, at }: LiveAddress): string[] {
  const index = Math.max(0, cameras.indexOf(at));
  const first = Math.floor(index / layout) * layout;
  return cameras.slice(first, first + layout);
}
