// Which cases the board shows; the address of the page holds it. Pure.
import { plain, wordsIn } from '../alerts/filter.ts';
import { byUrgency, LIGHTS, lightOf, type Light } from './light.ts';
import type { Case } from './wire.ts';

export interface CaseFilter {
  q: string;
  state: string;
  light: Light | '';
  area: string;
  category: string;
  grade: string;
  department: string;
  ledger: string;
  mine: boolean;
}
export const NO_CASE_FILTER: CaseFilter = { q: '', state: '', light: '', area: '', category: '', grade: '', department: '', ledger: '', mine: false };

export function caseFilterFrom(query: Record<string, unknown>): CaseFilter {
  const text = (key: string, pattern = /^[\w.-]{1,32}$/): string => (typeof query[key] === 'string' && pattern.test(query[key]) ? query[key] : '');
  return {
    q: typeof query.q === 'string' ? query.q.slice(0, 64) : '', state: text('state', /^[A-Z_,]{1,200}$/), light: LIGHTS.find((one) => one === query.light) ?? '',
    area: text('area', /^\d{1,15}$/), category: text('category'), grade: text('grade'), department: text('department'), ledger: text('ledger'), mine: query.mine === '1',
  };
}
export function caseFilterTo(filter: CaseFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value).map(([key, value]) => [key, value === true ? '1' : String(value)]));
}
export const isFiltering = (filter: CaseFilter): boolean => Object.values(filter).some(Boolean);

/** Everything but the words, which the server seeks in the record too. */
export function fits(one: Case, filter: CaseFilter, nowMs: number, me: string): boolean {
  if (filter.state && !filter.state.split(',').includes(one.state)) return false;
  if (filter.light && lightOf(one, nowMs) !== filter.light) return false;
  if (filter.area && !one.area?.startsWith(filter.area)) return false;
  for (const key of ['category', 'grade', 'ledger'] as const) if (filter[key] && one[key] !== filter[key]) return false;
  if (filter.department && !one.departments.includes(filter.department) && one.lead !== filter.department) return false;
  return !filter.mine || one.first?.user === me;
}

/** Chinese has no spaces between words: each part that was typed, of one character or more, has to be in what the list knows. */
export function speaksOf(one: Case, q: string, place: string): boolean {
  const text = plain([one.title, one.code, one.address, place].filter(Boolean).join('\n'));
  return wordsIn(q).every((word) => text.includes(word));
}

export interface Column {
  state: string;
  cases: Case[];
  dueSoon: number;
  overdue: number;
}
/** The usual way of a case, then what lies beside it. */
export const STATES_IN_ORDER = ['ACCEPTED', 'REOPENED', 'TRIAGED', 'RETURNED', 'RULING', 'DISPATCHED', 'WORKING', 'JOINT', 'MEDIATING', 'FEEDBACK', 'VERIFY', 'SCORE', 'SUSPENDED', 'CLOSED', 'ARCHIVED'] as const;
const rank = (state: string): number => {
  const at = (STATES_IN_ORDER as readonly string[]).indexOf(state);
  return at < 0 ? STATES_IN_ORDER.length : at;
};
export function columnsOf(cases: readonly Case[], nowMs: number): Column[] {
  const byState = new Map<string, Column>();
  for (const one of cases) {
    const column = byState.get(one.state) ?? { state: one.state, cases: [], dueSoon: 0, overdue: 0 };
    byState.set(one.state, column);
    column.cases.push(one);
    const light = lightOf(one, nowMs);
    if (light === 'due_soon') column.dueSoon++;
    else if (light === 'overdue') column.overdue++;
  }
  for (const { cases: list } of byState.values()) list.sort(byUrgency);
  return [...byState.values()].sort((a, b) => rank(a.state) - rank(b.state) || (a.state < b.state ? -1 : 1));
}

/** Where a step from the chosen one leads; nothing chosen: the first. */
export function stepFrom(columns: readonly Column[], chosen: string, across: number, along: number): string {
  const at = columns.findIndex(({ cases }) => cases.some(({ id }) => id === chosen));
  if (at < 0) return columns[0]?.cases[0]?.id ?? '';
  const row = columns[at]!.cases.findIndex(({ id }) => id === chosen);
  const to = Math.min(columns.length - 1, Math.max(0, at + across));
  const list = columns[to]!.cases;
  const wanted = to === at ? row + along : row;
  // the end of a column goes on in the next
  if (to === at && wanted >= list.length) return columns[at + 1]?.cases[0]?.id ?? chosen;
  if (to === at && wanted < 0) return columns[at - 1]?.cases.at(-1)?.id ?? chosen;
  return list[Math.min(list.length - 1, wanted)]?.id ?? chosen;
}
