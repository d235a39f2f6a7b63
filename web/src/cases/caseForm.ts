// A case before it is one: what its form holds and where each value came from. Shared by the seat and the intake desk.
import type { Command, CommandField, Lexicon, Named, TimeWords } from './command.ts';
import type { CaseDraft, Department, Form, Word } from './wire.ts';

export type Source = 'alert' | 'route' | 'command' | 'own' | 'saved' | 'point' | 'asked';
export interface CaseForm {
  form: Form;
  lead: string;
  co: string[];
  dueMs: number | null;
  /** By field: `lead`, `category` … */
  from: Record<string, Source>;
}

/** As the server takes a telephone number: 5 to 20 digits, with blanks, dashes and brackets. */
export const canCall = (phone: string): boolean => /^\+?[\d ()-]+$/.test(phone) && /^\d{5,20}$/.test(phone.replace(/^(\+|00)86/, '').replace(/\D/g, ''));

export const emptyForm = (form: Form = {}): CaseForm => ({ form, lead: '', co: [], dueMs: null, from: {} });

export function fromDraft(draft: CaseDraft): CaseForm {
  const filled = emptyForm({ ...draft.form });
  for (const [name, value] of Object.entries(draft.form)) if (value !== null && value !== undefined && value !== '') filled.from[name] = 'alert';
  if (draft.lead && draft.lead.known !== false) Object.assign(filled, { lead: draft.lead.id });
  filled.co = draft.co.filter(({ known }) => known !== false).map(({ id }) => id);
  if (filled.lead) filled.from.lead = 'route';
  if (filled.co.length > 0) filled.from.co = 'route';
  return filled;
}

/** What the line says goes before what was there; what it says no more is as it was. */
export function withCommand(before: CaseForm, { form, lead, co, dueMs }: Command): CaseForm {
  const now: CaseForm = { form: { ...before.form }, lead: before.lead, co: before.co, dueMs: before.dueMs, from: { ...before.from } };
  for (const [name, value] of Object.entries(form)) {
    if (name === 'area' && before.from.area === 'asked') continue; // somebody said that the coordinate holds
    (now.form as Record<string, unknown>)[name] = value;
    now.from[name] = 'command';
  }
  if (lead) Object.assign(now, { lead, co: now.co.filter((one) => one !== lead) }).from.lead = 'command';
  if (co.length > 0) Object.assign(now, { co }).from.co = 'command';
  if (dueMs) Object.assign(now, { dueMs }).from.due = 'command';
  // what a case complains about is never who gets it
  const { about } = now.form;
  if (about) Object.assign(now, { lead: now.lead === about ? '' : now.lead, co: now.co.filter((one) => one !== about) });
  return now;
}

const TRIAGED = ['title', 'text', 'category', 'grade', 'ledger', 'dispute', 'scale', 'colour', 'address', 'area', 'lon', 'lat', 'about'] as const;
/** What the case has to be told beyond what its alert says: only what differs, and what it cannot do without. */
export function triageForm(wanted: Form, known: Record<string, unknown>): Form | null {
  const form: Record<string, unknown> = {};
  for (const name of TRIAGED) {
    const value = wanted[name];
    if (value !== undefined && value !== null && value !== '' && value !== known[name]) form[name] = value;
  }
  // what was given up
  if (wanted.lon === null && typeof known.lon === 'number') Object.assign(form, { lon: null, lat: null });
  if (wanted.area === null && known.area) form.area = null;
  if (('lon' in form) !== ('lat' in form)) Object.assign(form, { lon: wanted.lon, lat: wanted.lat });
  return Object.keys(form).length > 0 ? (form as Form) : null;
}

export const dispatchBody = ({ lead, co, dueMs, form }: CaseForm): Record<string, unknown> => ({
  act: 'dispatch', lead, ...(co.length > 0 ? { co } : {}), ...(dueMs ? { due_us: String(dueMs * 1000) } : {}), ...(form.title ? { item: form.title.slice(0, 200) } : {}),
});

const names = (list: readonly Word[] | undefined): Named[] => (list ?? []).map(({ code, zh, en }) => ({ code, names: [zh, en] }));

/** `fields`: how fields are called, of the language files, several names separated by spaces. */
export function lexiconOf(lists: Record<string, Word[]>, departments: readonly Department[], areas: readonly { code: string; number?: string; name: string; name_en?: string; parent: string | null; whole: string }[],
  fields: Record<CommandField, string>, times: Record<keyof TimeWords, string>, near: string | null): Lexicon {
  const called: Lexicon['fields'] = {};
  for (const [field, words] of Object.entries(fields) as [CommandField, string][]) for (const word of words.split(' ')) called[word.toLowerCase()] = field;
  return {
    fields: called, near, times: Object.fromEntries(Object.entries(times).map(([key, words]) => [key, words.split(' ')])) as TimeWords, categories: names(lists.categories), disputes: names(lists.disputes), grades: names(lists.grades), scales: names(lists.scales),
    departments: departments.filter(({ enabled }) => enabled !== false).map(({ id, name, name_en: en }) => ({ code: id, names: [name, ...(en ? [en] : [])] })),
    areas: areas.map(({ code, number, name, name_en: en, parent, whole }) => ({ code, parent, names: [...(number ? [number] : []), name, ...(en ? [en] : []), whole] })),
  };
}
