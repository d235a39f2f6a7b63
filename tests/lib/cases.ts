// Cases as their users work on them: people with roles and departments, acts with versions and keys, the topic `cases`.
import { randomBytes } from 'node:crypto';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json, type Wall } from './client.ts';

export interface Case {
  id: string; code: string; version: number; state: string; title: string; area: string | null; lead: string | null; departments: string[];
  level: number; overdue: number; reopened: number; due_us: string | null; due_timer: string | null; satisfaction: string | null; closed_us: string | null;
  workflow: string; calendar_unknown: boolean; colour: string | null;
}
export interface Detail {
  case: Case & { text: string | null }; reporter: { name: string; phone: string } | null; acts: string[]; log: { seq: number; action: string; note: string; details: Json }[];
  orders: { id: string; department: string; state: string; seen_us: string | null }[]; timers: { timer: string; order: string | null; state: string; due_us: string | null }[]; alerts: { alert: string }[];
  asks: { id: string; state: string }[]; broken: number | null; about: string | null;
  merged: { id: string; reporter: { phone: string | null } | null }[]; meetings: { id: string; kind: string }[]; items: { id: string; kind: string; text: string; done_us: string | null }[];
}
export interface Done { status: number; body: { case?: Case; seq?: number; current?: Case; by?: { name: string; act: string }; error?: { code: string; fields?: { path: string }[] } } }

/** Of every account that `account` makes. */
export const PASSWORD = 'a-Long-Passw0rd';
export const newKey = (): string => `k-${randomBytes(9).toString('hex')}`;

/** An account that the administrator made, logged in. */
export async function account(admin: Person, login: string, roles: readonly [role: string, area: string][], department?: string): Promise<Person> {
  const grants = roles.map(([role, area]) => ({ role, area }));
  const made = await admin.request('POST', '/api/v1/users', { login, name: `${login} 姓名`, grants, department, password: PASSWORD });
  if (!made.ok) throw new Error(`user ${login}: ${made.status} ${await made.text()}`);
  const person = new Person(admin.url);
  const answer = await person.request('POST', '/api/v1/session', { login, password: PASSWORD });
  if (!answer.ok) throw new Error(`login ${login}: ${answer.status} ${await answer.text()}`);
  person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  person.csrf = ((await answer.json()) as { csrf: string }).csrf;
  return person;
}

export interface CaseTown { admin: Person; operator: Person; cells: string[]; town: string; camera: { lon: number; lat: number } }

/** A town whose administrator has written down its departments. */
export async function caseTown(stack: Stack, departments: readonly (readonly [id: string, name: string])[]): Promise<CaseTown> {
  const admin = await Person.login(stack, 'admin');
  const operator = await Person.login(stack, 'operator');
  const { features } = await operator.json<{ features: { properties: { code: string; level: string } }[] }>('/api/v1/areas');
  const codes = (level: string): string[] => features.filter((one) => one.properties.level === level).map((one) => one.properties.code);
  for (const [id, name] of departments) {
    const made = await admin.request('POST', '/api/v1/departments', { id, name });
    if (!made.ok) throw new Error(`department ${id}: ${made.status} ${await made.text()}`);
  }
  const { cameras } = await operator.json<{ cameras: { lon: number; lat: number }[] }>('/api/v1/cameras?limit=1');
  return { admin, operator, cells: codes('cell'), town: codes('town')[0]!, camera: cameras[0]! };
}

export async function openCase(person: Person, form: Json, key = newKey()): Promise<Case> {
  const answer = await person.request('POST', '/api/v1/cases', { key, form });
  if (!answer.ok) throw new Error(`open: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { case: Case }).case;
}

export async function actOn(person: Person, file: { id: string; version: number }, act: string, more: Json = {}): Promise<Done> {
  const answer = await person.request('POST', `/api/v1/cases/${file.id}/acts`, { act, version: file.version, key: newKey(), ...more });
  return { status: answer.status, body: (await answer.json()) as Done['body'] };
}

/** An act that has to be done. */
export async function did(person: Person, file: { id: string; version: number }, act: string, more: Json = {}): Promise<Case> {
  const { status, body } = await actOn(person, file, act, more);
  if (status !== 200 || !body.case) throw new Error(`${act}: ${status} ${JSON.stringify(body)}`);
  return body.case;
}

export const detailOf = (person: Person, id: string): Promise<Detail> => person.json<Detail>(`/api/v1/cases/${id}`);

/** The list of one browser: the snapshot and every delta after it. */
export class CaseList {
  readonly cases = new Map<string, Case>();
  /** Of every case that was told to be changed. */
  readonly versions = new Map<string, number>();
  readonly wall: Wall;
  private read = 0;

  private constructor(wall: Wall) {
    this.wall = wall;
  }

  static async open(person: Person): Promise<CaseList> {
    const list = new CaseList(await person.connect());
    list.wall.send({ t: 'sub', topic: 'cases' });
    await list.wall.message((message) => message['t'] === 'snapshot' && message['topic'] === 'cases');
    list.take();
    return list;
  }

  take(): void {
    for (; this.read < this.wall.messages.length; this.read++) {
      const { t, topic, data } = this.wall.messages[this.read] as { t: string; topic?: string; data?: { cases?: Case[]; set?: Case[]; gone?: string[]; changed?: { id: string; version: number }[] } };
      if (topic !== 'cases' || !data) continue;
      if (t === 'snapshot') this.cases.clear();
      for (const one of [...(data.cases ?? []), ...(data.set ?? [])]) this.cases.set(one.id, one);
      for (const id of data.gone ?? []) this.cases.delete(id);
      for (const { id, version } of data.changed ?? []) this.versions.set(id, version);
    }
  }

  until<T>(what: string, test: () => T | undefined | null | false): Promise<T> {
    return this.wall.until(what, () => {
      this.take();
      return test();
    });
  }

  close(): void {
    this.wall.close();
  }
}
