// What each act of a case asks before it is done. Data: the form of an act is drawn from it.
import { ORDERS } from './limits.ts';
import type { CaseDetail } from './wire.ts';

export type AskKind = 'text' | 'short' | 'word' | 'department' | 'departments' | 'time' | 'yes' | 'points' | 'ask' | 'item' | 'meeting' | 'case' | 'target' | 'review' | 'direction' | 'place' | 'limit';
export interface AskField {
  /** Of the body; `form.` before it: of the form inside. */
  name: string;
  kind: AskKind;
  needed?: boolean;
  /** Of docs/cases.md `case-words`. */
  list?: string;
}

const text = (needed = true): AskField => ({ name: 'text', kind: 'text', needed });
const word = (name: string, list: string, needed = true): AskField => ({ name, kind: 'word', list, needed });
/** Area and coordinate: sent when somebody changed them. */
const PLACE: AskField = { name: 'form.place', kind: 'place' };

export const ACT_FIELDS: Record<string, AskField[]> = {
  triage: [word('form.category', 'categories'), word('form.grade', 'grades'), word('form.ledger', 'ledgers', false), word('form.dispute', 'disputes', false), word('form.scale', 'scales', false), word('form.colour', 'colours', false), PLACE, { name: 'form.about', kind: 'department' }, text(false)],
  dispatch: [{ name: 'lead', kind: 'department', needed: true }, { name: 'co', kind: 'departments' }, { name: 'item', kind: 'short' }, { name: 'standard', kind: 'short' }, { name: 'due_us', kind: 'time' }],
  take: [],
  return: [text()],
  feedback: [text()],
  review: [{ name: 'result', kind: 'review', needed: true }, text(false)],
  joint: [text(false)],
  plan: [text()],
  mediate: [text(false)],
  attempt: [word('result', 'attempts'), text()],
  escalate: [text()],
  ask_pause: [word('reason', 'pauses'), { name: 'until_us', kind: 'time' }, text(false)],
  ask_extension: [{ name: 'timer', kind: 'limit', needed: true }, word('reason', 'extensions'), { name: 'until_us', kind: 'time', needed: true }, text(false)],
  grant: [{ name: 'to', kind: 'ask', needed: true }, text(false)],
  deny: [{ name: 'to', kind: 'ask', needed: true }, text()],
  resume: [text(false)],
  spot: [text()],
  verify: [word('result', 'results'), text(false)],
  score: [{ name: 'points', kind: 'points', needed: true }, text(false)],
  archive: [],
  refuse: [text(), { name: 'remedies', kind: 'short', needed: true }],
  transfer: [{ name: 'to', kind: 'short', needed: true }, text()],
  terminate: [text()],
  reopen: [text()],
  merge: [{ name: 'to', kind: 'case', needed: true }, text(false)],
  unmerge: [text(false)],
  urge: [text(false)],
  card: [word('colour', 'cards'), { name: 'department', kind: 'department' }, text()],
  edit: [{ name: 'form.title', kind: 'short' }, { name: 'form.address', kind: 'short' }, PLACE, word('form.category', 'categories', false), word('form.grade', 'grades', false), word('form.scale', 'scales', false), word('form.colour', 'colours', false), { name: 'form.about', kind: 'department' }, text(false)],
  comment: [text()],
  call: [{ name: 'direction', kind: 'direction', needed: true }, { name: 'reached', kind: 'yes', needed: true }, text(false)],
  instruct: [text(), { name: 'department', kind: 'department' }, { name: 'due_us', kind: 'time' }],
  instruct_done: [{ name: 'to', kind: 'item', needed: true }, text()],
  link: [word('kind', 'links'), { name: 'to', kind: 'target', needed: true }, text(false)],
  unlink: [word('kind', 'links'), { name: 'to', kind: 'target', needed: true }, text(false)],
  meet: [word('kind', 'meetings'), { name: 'time_us', kind: 'time', needed: true }, { name: 'place', kind: 'short' }, { name: 'people', kind: 'short' }, text(false)],
  resolve: [text(), { name: 'meeting', kind: 'meeting' }, { name: 'department', kind: 'department' }, { name: 'due_us', kind: 'time' }],
  resolve_done: [{ name: 'to', kind: 'item', needed: true }, text()],
  court: [word('result', 'courts'), text(false)],
};

/** Done at once: nothing has to be said. */
export const AT_ONCE = ['take', 'archive'];
/** What takes a case on, the likeliest first: the first of them that may be done now is the page's own button. */
export const ONWARD = ['take', 'verify', 'review', 'plan', 'attempt', 'feedback', 'triage', 'dispatch', 'grant', 'resume', 'archive'];
/** A key for each; two that never meet in one state may share it. */
export const ACT_KEYS: Record<string, string> = {
  take: 'a', return: 'r', feedback: 'b', dispatch: 'd', triage: 'i', verify: 'y', review: 'y', grant: 'y', deny: 'n', joint: 'h', plan: 'p', attempt: 'x', mediate: 'q', comment: 't', call: 'c', urge: 'u', card: 'v', merge: 'm', edit: 'e', spot: 'o', archive: 'z',
};

/** Acts in the order of the bar: onward ones, then those with a key, then the rest. */
export function ordered(acts: readonly string[]): string[] {
  const rank = (act: string): number => (ONWARD.includes(act) ? ONWARD.indexOf(act) : ACT_KEYS[act] ? 50 : 100);
  return acts.map((act, i) => ({ act, i })).sort((a, b) => rank(a.act) - rank(b.act) || a.i - b.i).map(({ act }) => act);
}

/** Whose orders can be taken, and worked on. */
const TAKES: Record<string, string[]> = { take: ['SENT'], feedback: ['TAKEN'], return: ['SENT', 'TAKEN'] };
/** What this session may do that has something to be done to: an order of its own, something that was asked. */
export function offered(detail: Pick<CaseDetail, 'acts' | 'asks' | 'items' | 'orders'> & { case?: Pick<CaseDetail['case'], 'agreed_us' | 'court_us'> }, department: string | null = null, ofGrid = false): string[] {
  const asked = detail.asks.some(({ state }) => isOpenAsk(state));
  const own = detail.orders.filter((order) => order.department === (department ?? '') || (ofGrid && order.department === 'grid'));
  const fits = (act: string): boolean => {
    if (act === 'grant' || act === 'deny') return asked;
    if (act === 'court') return !!detail.case?.agreed_us && !detail.case.court_us;
    if (act === 'instruct_done' || act === 'resolve_done') return (detail.items ?? []).some((item) => !item.done_us && doneBy(item.kind) === act);
    return TAKES[act] === undefined || own.some(({ state }) => TAKES[act]!.includes(state));
  };
  return detail.acts.filter((act) => ACT_FIELDS[act] && fits(act));
}

/** The act that ends a resolution or an instruction. */
export const doneBy = (kind: string): string => (kind === 'instruction' ? 'instruct_done' : 'resolve_done');
export const isOpenAsk = (state: string): boolean => state === 'open';

export type Values = Record<string, string | string[] | boolean | number | null>;

/** Names of fields that are needed and have nothing. */
export function missing(fields: readonly AskField[], values: Values): string[] {
  const empty = (value: Values[string] | undefined): boolean => value === undefined || value === null || value === '' || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0);
  return fields.filter(({ name, needed }) => needed && empty(values[name])).map(({ name }) => name);
}

/** A local time of a form as microseconds, ''. */
export function usOf(local: string): string | null {
  const ms = local ? new Date(local).getTime() : NaN;
  return Number.isFinite(ms) ? String(ms * 1000) : null;
}

/** The body of an act without version and key. */
export function bodyOf(act: string, fields: readonly AskField[], values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = { act };
  const form: Record<string, unknown> = {};
  for (const { name, kind } of fields) {
    if (kind === 'place') {
      if (values['form.placed']) Object.assign(form, { area: values['form.area'] || null, lon: values['form.lon'] ?? null, lat: values['form.lat'] ?? null });
      continue;
    }
    const value = values[name];
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    const sent = kind === 'time' ? usOf(String(value)) : kind === 'points' ? Number(value) : typeof value === 'string' ? value.trim() : value;
    if (sent === null || sent === '' || (kind === 'limit' && sent === ORDERS)) continue;
    if (name.startsWith('form.')) form[name.slice(5)] = sent;
    else body[name] = sent;
  }
  if (fields.some(({ name }) => name.startsWith('form.'))) body.form = form;
  return body;
}
