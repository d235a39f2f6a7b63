// The address of the page is what it shows: ?at=lon,lat,zoom&cell=CODE&camera=ID.
import type { LonLat } from './ground.ts';

export interface Address {
  at: { center: LonLat; zoom: number } | null;
  cell: string;
  camera: string;
}

export function readAddress(query: Record<string, unknown>): Address {
  const text = (key: string): string => (typeof query[key] === 'string' ? query[key] : '');
  const parts = text('at').split(',').map(Number);
  const [lon = NaN, lat = NaN, zoom = NaN] = parts;
  const good = parts.length === 3 && Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 24;
  return { at: good ? { center: [lon, lat], zoom } : null, cell: text('cell'), camera: text('camera') };
}

export function writeAddress(address: Address): Record<string, string> {
  const query: Record<string, string> = {};
  const { at, cell, camera } = address;
  if (at) query.at = `${at.center[0].toFixed(6)},${at.center[1].toFixed(6)},${at.zoom.toFixed(2)}`;
  if (cell) query.cell = cell;
  if (camera) query.camera = camera;
  return query;
}
