// Shapes of docs/cases.md: what REST and the topic `cases` tell. Ids and times are strings, absent ones null.
import type { Attachment } from '../files/wire.ts';
import type { Words } from '../wire/messages.ts';

export interface Case {
  id: string;
  code: string;
  version: number;
  state: string;
  workflow: string;
  channel: string;
  ledger: string;
  dimension: string | null;
  type: string | null;
  category: string | null;
  grade: string | null;
  dispute: string | null;
  scale: string | null;
  colour: string | null;
  title: string;
  priority: 1 | 2 | 3 | 4;
  exercise: boolean;
  area: string | null;
  address: string | null;
  lon: number | null;
  lat: number | null;
  lead: string | null;
  departments: string[];
  level: number;
  attempts: number;
  /** An agreement of a mediation; what became of its judicial confirmation is on record. */
  agreed_us?: string | null;
  court_us?: string | null;
  reopened: number;
  returned: number;
  cards: { yellow: number; red: number; black: number };
  urged: number;
  on_spot: boolean;
  satisfaction: string | null;
  merged_into: string | null;
  calendar_unknown: boolean;
  due_us: string | null;
  warn_us: string | null;
  due_timer: string | null;
  overdue: number;
  first: { user: string | null; name: string | null } | null;
  accepted_us: string | null;
  created_us: string | null;
  updated_us: string | null;
  /** Since when it is in its state. */
  state_us?: string | null;
  closed_us: string | null;
}

export interface Order {
  id: string;
  department: string;
  name: string;
  lead: boolean;
  state: 'SENT' | 'TAKEN' | 'DONE' | 'RETURNED' | 'WITHDRAWN';
  item: string | null;
  standard: string | null;
  due_us: string | null;
  sent_us: string | null;
  seen_us: string | null;
  taken_us: string | null;
  taken_by: string | null;
  done_us: string | null;
  feedback: string | null;
  return_reason: string | null;
}

export interface Timer {
  id: string;
  timer: string;
  order: string | null;
  start_us: string;
  due_us: string | null;
  warn_us: string | null;
  state: string;
  limit: Record<string, number> | null;
  ended_us: string | null;
}

export interface LogLine {
  seq: number;
  time_us: string;
  user: string | null;
  login: string | null;
  action: string;
  from: string | null;
  to: string | null;
  note: string | null;
  details: Record<string, unknown>;
}

export interface Ask {
  id: string;
  kind: string;
  reason: string;
  text: string | null;
  until_us: string | null;
  state: string;
  asked_us: string;
  asked_by: string | null;
  asked_name: string | null;
  /** Of an extension: the limit of the case itself that it is for. */
  timer?: string | null;
}

export interface Card {
  id: string;
  colour: 'yellow' | 'red' | 'black';
  department: string | null;
  time_us: string;
  name: string | null;
  text: string | null;
}

export interface Reporter {
  person?: string;
  name: string | null;
  phone: string | null;
  id_number: string | null;
  erased?: boolean;
}

export interface Link {
  id: string;
  kind: string;
  to: string;
  text: string | null;
  time_us: string;
  undone_us: string | null;
}

export interface Pause {
  id: string;
  from_us: string;
  /** null: it goes on. */
  to_us: string | null;
  /** It ends by itself then; null: when somebody resumes the case. */
  until_us: string | null;
  reason: string;
  asked_by: string | null;
  approved_by: string | null;
}

export interface Meeting {
  id: string;
  kind: string;
  held_us: string | null;
  place: string | null;
  people: string | null;
  text: string | null;
  name?: string | null;
}

/** A resolution of a meeting, or an instruction. */
export interface Item {
  id: string;
  kind: string;
  meeting?: string | null;
  text: string | null;
  department: string | null;
  due_us: string | null;
  time_us?: string | null;
  name?: string | null;
  done_us: string | null;
  done_name?: string | null;
  done_note?: string | null;
}

/** What the checks found of a case. */
export interface Finding {
  case: string;
  code: string;
  title: string;
  kind: string;
  zh: string;
  en: string;
}

export interface CaseDetail {
  case: Case & { text: string | null };
  reporter: Reporter | null;
  about: string | null;
  acts: string[];
  orders: Order[];
  timers: Timer[];
  cards: Card[];
  asks: Ask[];
  pauses?: Pause[];
  meetings?: Meeting[];
  items?: Item[];
  merged?: { id: string; code: string; title: string; state: string; reporter: Reporter | null }[];
  links: Link[];
  files?: Attachment[];
  alerts: { alert: string; opened?: boolean; undone_us?: string | null }[];
  log: LogLine[];
  broken: number | null;
}

export interface Reported {
  name?: string | null;
  phone?: string | null;
  id_number?: string | null;
}

/** What is known of a case when it is opened. */
export interface Form {
  channel?: string | null;
  title?: string | null;
  text?: string | null;
  dimension?: string | null;
  type?: string | null;
  ledger?: string | null;
  category?: string | null;
  grade?: string | null;
  dispute?: string | null;
  scale?: string | null;
  colour?: string | null;
  priority?: number | null;
  address?: string | null;
  area?: string | null;
  lon?: number | null;
  lat?: number | null;
  workflow?: string | null;
  about?: string | null;
  exercise?: boolean | null;
  reporter?: Reported | null;
  cameras?: string[] | null;
}

export interface SimilarCase {
  id: string;
  code: string;
  title: string;
  state: string;
  category: string | null;
  area: string | null;
  distance_m: number | null;
  created_us: string | null;
  closed_us: string | null;
}

export interface NamedDepartment {
  id: string;
  name: string;
  known?: boolean;
}

export interface CaseDraft {
  form: Form;
  /** Who reported the alert; the case has them unless its form says otherwise. */
  reporter?: Reporter | null;
  workflow: string | null;
  lead: NamedDepartment | null;
  co: NamedDepartment[];
  similar: SimilarCase[];
  cameras: { id: string; name?: string; distance_m?: number }[];
}

export interface Word extends Words {
  code: string;
}
export type WordLists = Record<string, Word[]>;

export interface WorkflowState extends Words {
  id: string;
  start?: boolean;
  verify?: boolean;
  pause?: boolean;
  end?: string;
}
export interface Workflow extends Words {
  id: string;
  /** An order needs item, standard and time. */
  full_orders?: boolean;
  states: WorkflowState[];
  /** `extend`: a limit of the case itself may be moved so far behind its end, once. */
  timers: (Words & { id: string; over?: string; extend?: { days: number } })[];
}

export interface Department {
  id: string;
  name: string;
  name_en?: string | null;
  enabled?: boolean;
}

export interface By {
  name: string;
  act: string;
  time_us: string;
}

export interface CasesSnapshot {
  cases: Case[];
  hidden: number;
}
export interface CasesDelta {
  set?: Case[];
  gone?: string[];
}

export interface Indicator extends Words {
  id: string;
  numerator: number;
  denominator: number;
  /** null: under ten answers, of which only the counts are told. */
  percent: string | null;
  rule: Words;
  apart?: Record<string, number>;
  /** How long those of the numerator took, in minutes begun; null: under ten of them. */
  times?: { p50_min: number; p90_min: number } | null;
}
