// The form of one camera: what is sent of it, and what somebody else changed meanwhile.
import type { Camera } from '../wire/messages.ts';

export interface Detail extends Camera {
  url: string;
  sub_url: string | null;
  crs: string;
  source_lon: number | null;
  source_lat: number | null;
  enabled: boolean;
  version: number;
  place: string | null;
  keeper: string | null;
  legal_basis: string | null;
  filing_no: string | null;
  notice_sign: boolean | null;
  forbidden_zone: string | null;
  video_keep_days: number | null;
  retention_days: number | null;
  properties: Record<string, unknown>;
}

/** The fields that a person sets, under the names of docs/api.md. */
export interface Draft {
  id: string;
  name: string;
  url: string;
  sub_url: string;
  area: string;
  source_system: string;
  mode: string;
  enabled: boolean;
  lon: number | null;
  lat: number | null;
  crs: string;
  azimuth: number | null;
  fov: number | null;
  place: string;
  keeper: string;
  legal_basis: string;
  filing_no: string;
  notice_sign: boolean | null;
  forbidden_zone: string;
  video_keep_days: number | null;
  retention_days: number | null;
}
export type Field = keyof Draft;
export const FIELDS: readonly Field[] = [
  'id', 'name', 'url', 'sub_url', 'mode', 'enabled', 'source_system', 'area', 'lon', 'lat', 'crs', 'azimuth', 'fov', 'place', 'keeper', 'legal_basis',
  'filing_no', 'notice_sign', 'forbidden_zone', 'video_keep_days', 'retention_days',
];

export function emptyDraft(): Draft {
  return {
    id: '', name: '', url: '', sub_url: '', area: '', source_system: '', mode: 'always', enabled: true, lon: null, lat: null, crs: 'WGS84', azimuth: null,
    fov: null, place: '', keeper: '', legal_basis: '', filing_no: '', notice_sign: null, forbidden_zone: '', video_keep_days: null, retention_days: null,
  };
}

/** Coordinates as they were entered, in their own reference system. */
export function draftOf(detail: Detail): Draft {
  const { id, name, url, area, source_system, mode, enabled, crs, azimuth, fov, notice_sign, video_keep_days, retention_days } = detail;
  return {
    id, name, url, area, source_system, mode, enabled, crs, azimuth, fov, notice_sign, video_keep_days, retention_days,
    sub_url: detail.sub_url ?? '', lon: detail.source_lon, lat: detail.source_lat, place: detail.place ?? '', keeper: detail.keeper ?? '',
    legal_basis: detail.legal_basis ?? '', filing_no: detail.filing_no ?? '', forbidden_zone: detail.forbidden_zone ?? '',
  };
}

export function changedFields(from: Draft, to: Draft): Field[] {
  return FIELDS.filter((field) => from[field] !== to[field]);
}

/** What PATCH is sent: changed fields, empty ones as unknown. */
export function patchOf(from: Draft, to: Draft): Record<string, unknown> {
  return Object.fromEntries(changedFields(from, to).map((field) => [field, to[field] === '' ? null : to[field]]));
}

/** What POST is sent: what was filled in. */
export function bodyOf(draft: Draft): Record<string, unknown> {
  return Object.fromEntries(FIELDS.map((field) => [field, draft[field]]).filter(([, value]) => value !== '' && value !== null));
}

export interface Conflict {
  field: Field;
  base: Draft[Field];
  theirs: Draft[Field];
  mine: Draft[Field];
  /** Both changed it. */
  both: boolean;
}

/** What somebody else changed since `base`, beside what this person did. */
export function conflicts(base: Draft, theirs: Draft, mine: Draft): Conflict[] {
  return changedFields(base, theirs).map((field) => ({
    field, base: base[field], theirs: theirs[field], mine: mine[field],
    both: mine[field] !== base[field] && mine[field] !== theirs[field],
  }));
}

/** My changes on top of theirs. */
export function rebased(base: Draft, theirs: Draft, mine: Draft): Draft {
  const draft = { ...theirs };
  for (const field of changedFields(base, mine)) Object.assign(draft, { [field]: mine[field] });
  return draft;
}

/** An address with the user and password that were typed beside it; without any it stays as it is. */
export function withSecret(url: string, user: string, password: string): string {
  if (user === '') return url;
  const at = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/i.exec(url.trim());
  if (!at) return url;
  const rest = at[2]!.replace(/^\*\*\*@/, '');
  return `${at[1]}${encodeURIComponent(user)}:${encodeURIComponent(password)}@${rest}`;
}
