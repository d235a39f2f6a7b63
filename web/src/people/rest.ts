// REST of people (docs/identity.md, docs/api.md).
import { api } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';

export interface Grant {
  role: string;
  area: string;
  /** holds from then on, null: from the beginning */
  from_us?: string | null;
  /** holds until before that, null: without an end */
  until_us?: string | null;
}
export interface User {
  id: string;
  login: string;
  name: string;
  role: string;
  department: string | null;
  unit: string;
  enabled: boolean;
  totp: boolean;
  phone: boolean;
  locked_until_us: string | null;
  grants: Grant[];
  version: number;
}
export interface RoleAbout {
  role: string;
  name: Words;
  /** the role beside which it is given */
  of: string | null;
  rights: string[];
}
export const DEPARTMENT_KINDS = ['department', 'station', 'village', 'court', 'police', 'mediation', 'outside'] as const;
export interface Department {
  id: string;
  name: string;
  name_en: string | null;
  kind: (typeof DEPARTMENT_KINDS)[number];
  parent: string | null;
  area: string | null;
  leader: boolean;
  enabled: boolean;
  version: number;
}
export interface SessionSeen {
  id: string;
  user: string;
  login: string;
  name: string;
  role: string;
  address: string;
  agent: string;
  created_us: string;
  seen_us: string;
  current: boolean;
}
export interface AuditRecord {
  seq: string;
  time_us: string;
  user: string;
  login: string;
  address: string;
  action: string;
  object: string;
  details: Record<string, unknown>;
  hash: string;
}
export interface AuditFilter {
  action: string;
  login: string;
  object: string;
  /** days, "2026-11-22"; '': any */
  from: string;
  until: string;
}
export const HOLD_KINDS = ['case', 'person', 'camera', 'view_log', 'meeting', 'attachment'] as const;
export interface Hold {
  id: string;
  kind: string;
  /** '*': the whole kind */
  object: string;
  reason: string;
  placed_name: string;
  placed_us: string;
  lifted_reason: string | null;
  lifted_us: string | null;
}
export interface Retention {
  /** kind → days, 0 for ever */
  days: Record<string, number>;
  runs: { kind: string; time_us: string; before_us: string; deleted: number; held: number }[];
}
export interface TotpKey {
  secret: string;
  uri: string;
  qr: string[];
}

const one = (path: string, id: string): string => `${path}/${encodeURIComponent(id)}`;
export const listUsers = (): Promise<{ users: User[] }> => api('GET', '/users');
export const listRoles = (): Promise<{ roles: RoleAbout[] }> => api('GET', '/roles');
export const addUser = (fields: object): Promise<User> => api('POST', '/users', fields);
export const changeUser = (user: User, fields: object): Promise<User> => api('PUT', one('/users', user.id), { ...fields, version: user.version });
export const unlockUser = (id: string): Promise<User> => api('POST', `${one('/users', id)}/unlock`, {});
export const resetTotp = (id: string): Promise<void> => api('POST', `${one('/users', id)}/totp/off`, {});
export const listDepartments = (): Promise<{ departments: Department[] }> => api('GET', '/departments');
export const addDepartment = (fields: object): Promise<Department> => api('POST', '/departments', fields);
export const changeDepartment = (it: Department, fields: object): Promise<Department> => api('PUT', one('/departments', it.id), { ...fields, version: it.version });
export const listSessions = (user = ''): Promise<{ sessions: SessionSeen[] }> => api('GET', `/sessions${user ? `?user=${encodeURIComponent(user)}` : ''}`);
export const endSession = (id: string): Promise<void> => api('DELETE', one('/sessions', id));
export const changePassword = (old: string, fresh: string): Promise<void> => api('PUT', '/session/password', { old, new: fresh });
export const enrolTotp = (password: string): Promise<TotpKey> => api('POST', '/session/totp', { password });
export const confirmTotp = (code: string): Promise<void> => api('POST', '/session/totp/confirm', { code });
export const endTotp = (password: string): Promise<void> => api('POST', '/session/totp/off', { password });
export const whoAmI = (): Promise<{ user: User }> => api('GET', '/session');
export const listHolds = (): Promise<{ holds: Hold[] }> => api('GET', '/holds');
export const placeHold = (fields: { kind: string; object: string; reason: string }): Promise<{ id: string }> => api('POST', '/holds', fields);
export const liftHold = (id: string, reason: string): Promise<{ id: string }> => api('POST', `${one('/holds', id)}/lift`, { reason });
export const getRetention = (): Promise<Retention> => api('GET', '/retention');
export const checkChain = (): Promise<{ records: number; broken: string | null }> => api('GET', '/audit/check');

/** Query of a page of the audit log. Pure; days begin and end in this browser's time. */
export function auditQuery(filter: AuditFilter, before = ''): string {
  const day = (text: string, later: number): string => {
    const [y, m, d] = text.split('-').map(Number);
    return y && m && d ? String(new Date(y, m - 1, d + later).getTime() * 1000) : '';
  };
  const all: Record<string, string> = {
    action: filter.action, login: filter.login.trim(), object: filter.object.trim(), from_us: day(filter.from, 0), to_us: day(filter.until, 1), before, limit: '100',
  };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== '')).toString();
}
export const listAudit = (filter: AuditFilter, before = ''): Promise<{ records: AuditRecord[]; next: string | null }> => api('GET', `/audit?${auditQuery(filter, before)}`);

/** The whole exported log, page after page. */
export async function exportAudit(): Promise<string> {
  let text = '';
  for (let after = '0', more = true; more;) {
    const page = await api<{ text: string; last: string; more: boolean }>('GET', `/audit/export?after=${after}`);
    text += page.text;
    ({ last: after, more } = page);
  }
  return text;
}

/** Rows of a QR code as one path of squares, with the quiet zone that readers need. Pure. */
export function qrPath(rows: readonly string[]): { size: number; d: string } {
  const QUIET = 4;
  const squares = rows.flatMap((row, y) => [...row].flatMap((cell, x) => (cell === '1' ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])));
  return { size: rows.length + 2 * QUIET, d: squares.join('') };
}

/** Grants as they were chosen: without doubles. Pure. */
export function grantsOf(rows: readonly Grant[]): Grant[] {
  const seen = new Set<string>();
  return rows.map(({ role, area, from_us = null, until_us = null }) => ({ role, area, from_us, until_us }))
    .filter((grant) => grant.role !== '' && !seen.has(JSON.stringify(grant)) && Boolean(seen.add(JSON.stringify(grant))));
}

/** Whether it holds at that time. Pure. */
export function grantState({ from_us, until_us }: Grant, nowMs: number): 'waits' | 'holds' | 'over' {
  if (until_us && Number(until_us) / 1000 <= nowMs) return 'over';
  return from_us && Number(from_us) / 1000 > nowMs ? 'waits' : 'holds';
}

const two = (n: number): string => String(n).padStart(2, '0');
/** "2026-12-01 08:30" by this browser's clock; '': none. Pure. */
export function momentText(us: string | null | undefined): string {
  if (!us) return '';
  const at = new Date(Number(us) / 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
/** The same in a field of kind datetime-local, and back; '' and null: none. Pure. */
export const fieldOfMoment = (us: string | null | undefined): string => momentText(us).replace(' ', 'T');
export function momentOfField(value: string): string | null {
  const ms = value ? new Date(value).getTime() : NaN;
  return Number.isFinite(ms) && ms > 0 ? String(ms * 1000) : null;
}
