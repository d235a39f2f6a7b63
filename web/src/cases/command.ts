// The command line of a case: fields by name, `type=neighbours cell=05 to=justice`. Pure: text and a lexicon in, what it fills and what is wrong out. The order is
// free, wide and narrow signs mean the same, a value with spaces stands in quotes. Nothing is guessed: what fits twice is an error.
import { plain } from '../alerts/filter.ts';
import type { Form } from './wire.ts';

export const COMMAND_FIELDS = ['category', 'grade', 'area', 'lead', 'co', 'due', 'title', 'address', 'scale', 'about', 'text'] as const;
export type CommandField = (typeof COMMAND_FIELDS)[number];

export interface Named {
  code: string;
  /** What people call it, in both languages and short. */
  names: string[];
  /** Of a cell: the area above it. */
  parent?: string | null;
}
export interface Lexicon {
  /** Names of fields as people type them, in small letters. */
  fields: Record<string, CommandField>;
  categories: Named[];
  disputes: Named[];
  grades: Named[];
  scales: Named[];
  departments: Named[];
  areas: Named[];
  /** Where the alert is: of cells with the same number the one near it is meant. */
  near: string | null;
  times: TimeWords;
}
export interface CommandToken {
  field: CommandField | null;
  /** As it was typed. */
  raw: string;
  from: number;
  to: number;
  wrong: boolean;
}
export type CommandFault =
  | { code: 'unknown_word'; raw: string }
  | { code: 'unknown_field'; raw: string; field: string }
  | { code: 'empty' | 'unknown_value' | 'twice' | 'bad_time'; raw: string; field: CommandField }
  | { code: 'ambiguous'; raw: string; field: CommandField; choices: string[] };
export interface Command {
  tokens: CommandToken[];
  form: Form;
  lead: string | null;
  co: string[];
  dueMs: number | null;
  faults: CommandFault[];
}

interface Piece {
  name: string | null;
  value: string;
  raw: string;
  from: number;
  to: number;
}
/** Words, each with its name before `=`; quotes hold spaces together. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  for (const match of text.matchAll(/(?:([^\s=＝"“”]+)\s*[=＝](?:\s+(?=["“]|[^\s=＝]+(?:\s+(?![=＝])|$)))?)?(?:["“]([^"“”]*)["”]?|([^\s"“”]*))/g)) {
    const raw = match[0];
    if (raw.trim() === '') continue;
    const value = match[2] ?? match[3] ?? '';
    found.push({ name: match[1] ?? null, value, raw: raw.trim(), from: match.index, to: match.index + raw.length });
  }
  return found;
}

const squeeze = (text: string): string => plain(text).replace(/\s+/g, '');
/** By code or whole name, else by the one name that begins with it, else the one that holds it. */
export function choose(list: readonly Named[], value: string): Named[] {
  const wanted = squeeze(value);
  const by = (test: (name: string) => boolean): Named[] => list.filter(({ code, names }) => [code, ...names].some((name) => test(squeeze(name))));
  for (const test of [(name: string) => name === wanted, (name: string) => name.startsWith(wanted), (name: string) => name.includes(wanted)]) {
    const hits = by(test);
    if (hits.length > 0) return hits;
  }
  return [];
}

/** Of several areas those near the alert. */
function nearest(hits: Named[], near: string | null): Named[] {
  if (hits.length < 2 || !near) return hits;
  const same = hits.filter(({ code }) => code === near);
  const beside = hits.filter(({ code, parent }) => near.startsWith(parent ?? code));
  return same.length > 0 ? same : beside.length > 0 ? beside : hits;
}
/** Cells of that number, "5" and "05" the same; never a part of a code. */
const numbered = (list: readonly Named[], value: string): Named[] => {
  const whole = new RegExp(`(^|\\D)0*${Number(value)}(?!\\d)`);
  return list.filter(({ names }) => names.some((name) => whole.test(plain(name))));
};

const UNIT_MS = { h: 3_600_000, d: 86_400_000, min: 60_000 } as const;
const DAYS = { today: 0, tomorrow: 1, after: 2 } as const;
/** How people call units of time and days near by. */
export type TimeWords = Record<keyof typeof UNIT_MS | keyof typeof DAYS, string[]>;

/** "18:00" (today, else tomorrow), "tomorrow", "11-26", "11-26T18:00", "3h". A day alone means its end. */
export function timeOf(value: string, nowMs: number, called: TimeWords): number | null {
  const text = plain(value).trim();
  const now = new Date(nowMs);
  const day = (add: number, hours = 24, minutes = 0): number => new Date(now.getFullYear(), now.getMonth(), now.getDate() + add, hours, minutes).getTime();
  const [, count, unit = ''] = /^(\d{1,3})(\D+)$/.exec(text) ?? [];
  for (const [key, ms] of Object.entries(UNIT_MS)) if (count && called[key as keyof TimeWords].includes(unit)) return nowMs + Number(count) * ms;
  for (const [key, add] of Object.entries(DAYS)) if (called[key as keyof TimeWords].includes(text)) return day(add);
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (clock) {
    if (Number(clock[1]) > 23 || Number(clock[2]) > 59) return null;
    const today = day(0, Number(clock[1]), Number(clock[2]));
    return today > nowMs ? today : day(1, Number(clock[1]), Number(clock[2]));
  }
  const date = /^(\d{1,2})[^\d:](\d{1,2})[^\dt:]?(?:t(\d{1,2}):(\d{2}))?$/.exec(text);
  if (!date) return null;
  const [month, of] = [Number(date[1]) - 1, Number(date[2])];
  const at = (year: number): Date => new Date(year, month, of, date[3] ? Number(date[3]) : 24, date[4] ? Number(date[4]) : 0);
  const check = new Date(now.getFullYear(), month, of);
  if (check.getMonth() !== month || check.getDate() !== of) return null;
  const first = at(now.getFullYear()).getTime();
  return first > nowMs ? first : at(now.getFullYear() + 1).getTime();
}

export function parseCommand(text: string, lexicon: Lexicon, nowMs: number): Command {
  const command: Command = { tokens: [], form: {}, lead: null, co: [], dueMs: null, faults: [] };
  const seen = new Set<CommandField>();
  for (const piece of pieces(text)) {
    const before = command.faults.length;
    const field = piece.name === null ? null : (lexicon.fields[squeeze(piece.name)] ?? null);
    if (piece.name === null) command.faults.push({ code: 'unknown_word', raw: piece.raw });
    else if (field === null) command.faults.push({ code: 'unknown_field', raw: piece.raw, field: piece.name });
    else if (piece.value.trim() === '') command.faults.push({ code: 'empty', raw: piece.raw, field });
    else if (seen.has(field)) command.faults.push({ code: 'twice', raw: piece.raw, field });
    else fill(command, field, piece, lexicon, nowMs);
    if (field) seen.add(field);
    command.tokens.push({ field, raw: piece.raw, from: piece.from, to: piece.to, wrong: command.faults.length > before });
  }
  return command;
}

function fill(command: Command, field: CommandField, { value, raw }: Piece, lexicon: Lexicon, nowMs: number): void {
  const one = (hits: Named[]): Named | null => {
    if (hits.length === 1) return hits[0]!;
    command.faults.push(hits.length === 0 ? { code: 'unknown_value', raw, field } : { code: 'ambiguous', raw, field, choices: hits.slice(0, 5).map(({ names, code }) => names[0] ?? code) });
    return null;
  };
  switch (field) {
    case 'category': {
      // a dispute's type says what it is about, and that it is one
      const category = choose(lexicon.categories, value);
      const dispute = category.length === 0 ? choose(lexicon.disputes, value) : [];
      const hit = one(dispute.length > 0 ? dispute : category);
      if (hit && dispute.length > 0) Object.assign(command.form, { dispute: hit.code, ledger: 'dispute', category: 'safe_town' });
      else if (hit) command.form.category = hit.code;
      return;
    }
    case 'grade':
    case 'scale': {
      const hit = one(choose(field === 'grade' ? lexicon.grades : lexicon.scales, value));
      if (hit) command.form[field] = hit.code;
      return;
    }
    case 'area': {
      const hit = one(nearest(/^\d{1,3}$/.test(value) ? numbered(lexicon.areas, value) : choose(lexicon.areas, value), lexicon.near));
      if (hit) command.form.area = hit.code;
      return;
    }
    case 'lead': {
      command.lead = one(choose(lexicon.departments, value))?.code ?? null;
      return;
    }
    case 'about': {
      const hit = one(choose(lexicon.departments, value));
      if (hit) command.form.about = hit.code;
      return;
    }
    case 'co': {
      for (const part of value.split(/[,，、]/).filter(Boolean)) {
        const hit = one(choose(lexicon.departments, part));
        if (hit && !command.co.includes(hit.code)) command.co.push(hit.code);
      }
      return;
    }
    case 'due': {
      command.dueMs = timeOf(value, nowMs, lexicon.times);
      if (command.dueMs === null) command.faults.push({ code: 'bad_time', raw, field });
      return;
    }
    default:
      command.form[field] = value.trim();
  }
}
