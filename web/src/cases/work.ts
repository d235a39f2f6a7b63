// What waits for a person, by the roles that they have. Pure.
import { byUrgency, lightOf } from './light.ts';
import type { Case } from './wire.ts';

export interface Who {
  id: string;
  roles: readonly string[];
  department: string | null;
  /** Cases in which a pause or extension waits for a ruling. */
  asked?: ReadonlySet<string>;
  /** Cases with resolutions or instructions that are not done. */
  items?: ReadonlySet<string>;
}
export const SECTIONS = ['orders', 'verify', 'rule', 'asked', 'overdue', 'triage', 'review', 'mediate', 'items', 'own'] as const;
export type Section = (typeof SECTIONS)[number];

type Test = (one: Case, who: Who, nowMs: number) => boolean;
const WITH_ORDER = ['DISPATCHED', 'WORKING', 'JOINT', 'MEDIATING', 'SUSPENDED'];
const OF: Record<Section, { roles: readonly string[]; fits: Test }> = {
  orders: { roles: ['department_handler', 'grid_worker'], fits: (one, { department, roles }) => WITH_ORDER.includes(one.state) && ((department !== null && one.departments.includes(department)) || (roles.includes('grid_worker') && one.departments.includes('grid'))) },
  verify: { roles: ['verifier'], fits: ({ state }) => state === 'VERIFY' },
  rule: { roles: ['supervisor'], fits: ({ state }) => state === 'RULING' },
  overdue: { roles: ['supervisor'], fits: (one, _who, nowMs) => one.state !== 'RULING' && (lightOf(one, nowMs) === 'overdue' || one.overdue > 0) },
  asked: { roles: ['supervisor'], fits: ({ id }, { asked }) => asked?.has(id) === true },
  items: { roles: ['supervisor', 'department_handler', 'leader'], fits: ({ id }, { items }) => items?.has(id) === true },
  triage: { roles: ['operator'], fits: ({ state }) => ['ACCEPTED', 'TRIAGED', 'RETURNED', 'REOPENED'].includes(state) },
  review: { roles: ['operator'], fits: ({ state }) => state === 'FEEDBACK' },
  mediate: { roles: ['mediator'], fits: ({ state }) => state === 'MEDIATING' },
  own: { roles: ['call_taker', 'front_desk', 'deputy_collect'], fits: (one, { id }) => one.first?.user === id },
};

/** Sections of a person's roles, the most urgent first in each; those without anything are there too. */
export function workOf(cases: readonly Case[], who: Who, nowMs: number): { section: Section; cases: Case[] }[] {
  return SECTIONS.filter((section) => OF[section].roles.some((role) => who.roles.includes(role)))
    .map((section) => ({ section, cases: cases.filter((one) => OF[section].fits(one, who, nowMs)).sort(byUrgency) }));
}

/** What a card offers at once, by section; more is on the case's page. */
export const CARD_ACTS: Record<Section, readonly string[]> = {
  orders: ['take', 'feedback', 'return'], verify: ['verify', 'call'], rule: ['dispatch', 'card'], overdue: ['urge', 'card'], asked: ['grant', 'deny'], items: ['resolve_done', 'instruct_done'],
  triage: ['triage', 'dispatch'], review: ['review'], mediate: ['attempt'], own: ['comment', 'call'],
};
