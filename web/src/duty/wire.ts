// What docs/duty.md says of duty and calls.
import { api } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';

export interface DutyRole { code: string; name: Words; need: number }
export interface DutyTime { code: string; name: Words; begin: string; minutes: number }
export interface Plan { roles: DutyRole[]; times: DutyTime[]; version: number }
export interface OnDuty { role: string; name: string; user: string | null; note: string }
export interface ShiftNow { id: string; day: string; time: string; name: Words; begin_us: string; end_us: string; people: OnDuty[]; missing: string[] }
export interface HandoverNow {
  id: string; day: string; name: Words; state: 'open' | 'handed' | 'signed'; end_us: string; late: boolean; matters: number; version: number | null;
  handed_name: string | null; handed_by: string | null; handed_us: string | null; signed_name: string | null; signed_us: string | null;
}
export interface DutyState { roles: DutyRole[]; times: DutyTime[]; now: ShiftNow | null; next: ShiftNow | null; handover: HandoverNow | null }
export interface RosterShift { id: string; day: string; people: OnDuty[]; version: number }
export interface Roster { from: string; to: string; plan: Plan; shifts: RosterShift[] }
export interface Matter { kind: 'alert' | 'order' | 'ask' | 'cameras' | 'feed'; id: string; text: Words; priority?: number; since_us?: string | null; due_us?: string | null; link: string }
export interface Handover {
  id: string; begin_us: string; end_us: string; state: 'open' | 'handed' | 'signed'; notes: string; matters?: Matter[]; count?: number; hidden?: number; version: number;
  noted_name: string | null; handed_by: string | null; handed_name: string | null; handed_us: string | null; signed_name: string | null; signed_us: string | null; on_roster: boolean;
}
export interface ImportAnswer { dry_run: boolean; rows: number; refused: number; shifts: number; errors: { line: number | null; column: string; message: Words }[] }
export interface Call { call: string; event: 'ringing' | 'answered' | 'ended'; extension: string; number: string | null; since_us: string }

export const roster = (from: string, days: number): Promise<Roster> => api('GET', `/duty?from=${from}&days=${days}`);
export const savePlan = (plan: Plan): Promise<{ plan: Plan }> => api('PUT', '/duty/plan', plan);
export const saveShift = (id: string, people: OnDuty[], version: number): Promise<{ shift: RosterShift }> => api('PUT', `/duty/shifts/${id}`, { people, version });
export const importRoster = (csv: string, dryRun: boolean): Promise<ImportAnswer> => api('POST', `/duty/import?dry_run=${dryRun ? 1 : 0}`, csv, 'text/csv');
export const handovers = (): Promise<{ handovers: Handover[] }> => api('GET', '/duty/handovers?limit=14');
export const handover = (id: string): Promise<{ handover: Handover }> => api('GET', `/duty/handovers/${id}`);
export const saveNotes = (id: string, notes: string, version: number): Promise<{ handover: Handover }> => api('PUT', `/duty/handovers/${id}`, { notes, version });
export const handOver = (id: string, version: number): Promise<{ handover: Handover }> => api('POST', `/duty/handovers/${id}/hand`, { version });
export const sign = (id: string, version: number): Promise<{ handover: Handover }> => api('POST', `/duty/handovers/${id}/sign`, { version });

/** "2026-11-22" of a local day. Pure. */
export const dayOf = (at: Date): string => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
/** The day so many days later. Pure. */
export const daysLater = (day: string, n: number): string => {
  const [y = 0, m = 1, d = 1] = day.split('-').map(Number);
  return dayOf(new Date(y, m - 1, d + n));
};
/** A plan as text, "code | 中文 | English | …" a line. Pure. */
export function planText({ roles, times }: Plan): { roles: string; times: string } {
  return {
    roles: roles.map(({ code, name, need }) => [code, name.zh, name.en, need].join(' | ')).join('\n'),
    times: times.map(({ code, name, begin, minutes }) => [code, name.zh, name.en, begin, minutes].join(' | ')).join('\n'),
  };
}
/** And back; `wrong`: the line that is none. The server says what does not fit together. Pure. */
export function planFrom(roleText: string, timeText: string, version: number): { plan: Plan; wrong: string | null } {
  const plan: Plan = { roles: [], times: [], version };
  const lines = (text: string): { line: string; parts: string[] }[] => text.split('\n').map((line) => ({ line, parts: line.split(/[|｜]/).map((part) => part.trim()) })).filter(({ line }) => line.trim());
  for (const { line, parts: [code = '', zh = '', en = '', need = '', ...more] } of lines(roleText)) {
    if (!code || !zh || !en || !/^\d+$/.test(need) || more.length > 0) return { plan, wrong: line };
    plan.roles.push({ code, name: { zh, en }, need: Number(need) });
  }
  for (const { line, parts: [code = '', zh = '', en = '', begin = '', minutes = '', ...more] } of lines(timeText)) {
    if (!code || !zh || !en || !begin || !/^\d+$/.test(minutes) || more.length > 0) return { plan, wrong: line };
    plan.times.push({ code, name: { zh, en }, begin, minutes: Number(minutes) });
  }
  return { plan, wrong: null };
}
/** One person a line: "operator 王倩", the role by its code or a name. What is no role is null. Pure. */
export function peopleFrom(text: string, roles: DutyRole[]): { people: OnDuty[]; wrong: string | null } {
  const people: OnDuty[] = [];
  for (const line of text.split('\n').map((one) => one.trim()).filter(Boolean)) {
    const [word = '', ...rest] = line.split(/[\s:：]+/);
    const role = roles.find(({ code, name }) => [code, name.zh, name.en].includes(word));
    const name = rest.join(' ').trim();
    if (!role || !name) return { people, wrong: line };
    people.push({ role: role.code, name, user: null, note: '' });
  }
  return { people, wrong: null };
}
