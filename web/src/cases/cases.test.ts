import { describe, expect, it } from 'vitest';
import { agendaOf, itemLook } from './agenda.ts';
import { ACT_FIELDS, bodyOf, missing, offered, ordered, usOf } from './asks.ts';
import { caseFilterFrom, caseFilterTo, columnsOf, fits, NO_CASE_FILTER, speaksOf, stepFrom } from './boardFilter.ts';
import { monthsOf } from './calendar.ts';
import { byUrgency, lightOf, spanParts, timerLook, usedShare, waitingLevel } from './light.ts';
import { extendable, ORDERS } from './limits.ts';
import { aheadOf, counts, daysOf } from './story.ts';
import { workOf } from './work.ts';
import type { Case, CaseDetail, Item, LogLine, Meeting, Timer } from './wire.ts';

const NOW = Date.UTC(2026, 10, 24, 8);
const us = (ms: number): string => String(ms * 1000);
const MIN = 60_000;
const one = (id: string, more: Partial<Case> = {}): Case => ({
  id, code: `2026-${id}`, version: 1, state: 'ACCEPTED', workflow: 'default', channel: 'hotline', ledger: 'request', dimension: null, type: null, category: null, grade: null, dispute: null, scale: null, colour: null,
  title: '', priority: 3, exercise: false, area: null, address: null, lon: null, lat: null, lead: null, departments: [], level: 0, attempts: 0, reopened: 0, returned: 0, cards: { yellow: 0, red: 0, black: 0 }, urged: 0, on_spot: false,
  satisfaction: null, merged_into: null, calendar_unknown: false, due_us: null, warn_us: null, due_timer: null, overdue: 0, first: null, accepted_us: us(NOW), created_us: us(NOW), updated_us: us(NOW), closed_us: null, ...more,
});
const due = (minutes: number, warn = minutes - 15): Pick<Case, 'due_us' | 'warn_us'> => ({ due_us: us(NOW + minutes * MIN), warn_us: us(NOW + warn * MIN) });

describe('lights', () => {
  it('change at the warning and at the deadline, not before', () => {
    expect([due(60), due(15), due(1), due(0), due(-5)].map((at) => lightOf(at, NOW))).toEqual(['normal', 'due_soon', 'due_soon', 'overdue', 'overdue']);
    expect(lightOf({ due_us: null, warn_us: null }, NOW)).toBe('none');
  });
  it('of timers tell what was kept from what runs', () => {
    expect((['met', 'over', 'paused', 'stopped', 'unknown', 'running'] as const).map((state) => timerLook({ state, ...due(60) }, NOW))).toEqual(['done', 'overdue', 'paused', 'stopped', 'unknown', 'normal']);
    expect(timerLook({ state: 'over', ...due(-5), ended_us: us(NOW) }, NOW)).toBe('late');
    expect(usedShare({ start_us: us(NOW - 30 * MIN), due_us: us(NOW + 30 * MIN) }, NOW)).toBe(0.5);
  });
  it('waiting ages in steps; spans are two greatest parts without seconds', () => {
    expect([0, 59, 60, 8 * 60, 72 * 60].map((n) => waitingLevel(n * MIN))).toEqual([0, 0, 1, 2, 3]);
    const told = (minutes: number): string => spanParts(minutes * MIN).map(({ key, n }) => `${n}${key}`).join(' ');
    expect([0, 59, 61, 120, 1440, 1500, 3001].map(told)).toEqual(['0min', '59min', '1h 1min', '2h', '1d', '1d 1h', '2d 2h']);
  });
});

describe('limits that can be extended', () => {
  const timer = (more: Partial<Timer>): Timer => ({ id: '1', timer: 'petition', order: null, start_us: us(NOW), due_us: us(NOW + 60 * 1440 * MIN), warn_us: null, state: 'running', limit: null, ended_us: null, ...more });
  const flow = { id: 'default', zh: '', en: '', states: [], timers: [{ id: 'petition', zh: '', en: '', extend: { days: 30 } }, { id: 'plan', zh: '', en: '' }] };
  const order = { state: 'TAKEN' } as CaseDetail['orders'][number];
  const ids = (timers: Timer[], more: Partial<Pick<CaseDetail, 'asks' | 'orders'>> = {}, at = NOW): string[] => extendable({ timers, asks: [], orders: [order], ...more }, flow, at).map(({ id }) => id);
  it('are those of orders, and of the case where its workflow says so, with the latest day', () => {
    expect(ids([timer({}), timer({ timer: 'plan' })])).toEqual([ORDERS, 'petition']);
    expect(extendable({ timers: [timer({})], asks: [], orders: [] }, flow, NOW)).toEqual([{ id: 'petition', due_us: us(NOW + 60 * 1440 * MIN), most_us: us(NOW + 90 * 1440 * MIN) }]);
  });
  it('are not those that are over, of an order, or were extended once', () => {
    expect(ids([timer({})], { orders: [] }, NOW + 61 * 1440 * MIN)).toEqual([]);
    expect(ids([timer({ state: 'over' })])).toEqual([ORDERS]);
    expect(ids([timer({ order: 'a' })])).toEqual([ORDERS]);
    const asked = (state: string) => [{ timer: 'petition', state } as CaseDetail['asks'][number]];
    expect(ids([timer({})], { asks: asked('granted') })).toEqual([ORDERS]);
    expect(ids([timer({})], { asks: asked('denied') })).toEqual([ORDERS, 'petition']);
  });
  it('of the orders are not sent by name', () => {
    const fields = ACT_FIELDS.ask_extension!;
    expect(bodyOf('ask_extension', fields, { timer: ORDERS, reason: 'complex' })).toEqual({ act: 'ask_extension', reason: 'complex' });
    expect(bodyOf('ask_extension', fields, { timer: 'petition', reason: 'complex' })).toEqual({ act: 'ask_extension', timer: 'petition', reason: 'complex' });
  });
});

describe('board', () => {
  const list = [one('1', { state: 'WORKING', ...due(200) }), one('2', { state: 'WORKING', ...due(-5) }), one('3', { state: 'VERIFY' }), one('4', { priority: 1 })];
  it('is ordered by the way of a case and by urgency in it', () => {
    const columns = columnsOf(list, NOW);
    expect(columns.map(({ state, cases, overdue }) => [state, cases.map(({ id }) => id).join(), overdue])).toEqual([['ACCEPTED', '4', 0], ['WORKING', '2,1', 1], ['VERIFY', '3', 0]]);
    expect([...list].sort(byUrgency)[0]!.id).toBe('2');
  });
  it('is walked by keys through all columns', () => {
    const columns = columnsOf(list, NOW);
    expect([stepFrom(columns, '', 0, 1), stepFrom(columns, '4', 0, 1), stepFrom(columns, '2', 0, 1), stepFrom(columns, '1', 0, 1), stepFrom(columns, '2', 0, -1), stepFrom(columns, '1', 1, 0), stepFrom(columns, '3', 1, 0)]).toEqual(['4', '2', '1', '3', '4', '3', '3']);
  });
  it('keeps its filters in the address, and takes nothing wrong from it', () => {
    const filter = { ...NO_CASE_FILTER, q: '噪音', light: 'overdue' as const, mine: true, area: '330105001' };
    expect(caseFilterFrom(caseFilterTo(filter))).toEqual(filter);
    expect(caseFilterFrom({ area: 'x; drop', light: 'green', state: '<b>', mine: 'yes' })).toEqual(NO_CASE_FILTER);
  });
  it('finds words of one and two characters in title, code and place', () => {
    const noise = one('7', { title: '夜间施工噪音扰民', address: '祠堂东侧' });
    expect(['噪', '噪音', '祠堂 噪', '2026-7', '石桥', '水管'].map((q) => speaksOf(noise, q, '石桥村 05 网格'))).toEqual([true, true, true, true, true, false]);
  });
  it('narrows by state, department and first contact', () => {
    const mine = one('8', { state: 'WORKING', departments: ['sifa'], first: { user: 'u1', name: '王倩' } });
    const by = (some: object): boolean => fits(mine, { ...NO_CASE_FILTER, ...some }, NOW, 'u1');
    expect([by({ state: 'WORKING,VERIFY' }), by({ state: 'VERIFY' }), by({ department: 'sifa' }), by({ department: 'gongan' }), by({ mine: true }), by({ light: 'overdue' })]).toEqual([true, false, true, false, true, false]);
  });
});

describe('acts', () => {
  it('send what was filled, words of the form inside it, times as microseconds', () => {
    const values = { lead: 'sifa', co: ['cunwei'], item: ' 到场调解 ', standard: '', due_us: '2026-11-25T18:00' };
    expect(bodyOf('dispatch', ACT_FIELDS.dispatch!, values)).toEqual({ act: 'dispatch', lead: 'sifa', co: ['cunwei'], item: '到场调解', due_us: String(new Date('2026-11-25T18:00').getTime() * 1000) });
    expect(bodyOf('triage', ACT_FIELDS.triage!, { 'form.category': 'safe_town', 'form.grade': 'urgent', text: '' })).toEqual({ act: 'triage', form: { category: 'safe_town', grade: 'urgent' } });
    expect(bodyOf('call', ACT_FIELDS.call!, { direction: 'out', reached: false })).toEqual({ act: 'call', direction: 'out', reached: false });
    expect(usOf('tomorrow')).toBeNull();
  });
  it('ask for what is missing, in order', () => {
    expect(missing(ACT_FIELDS.refuse!, { text: '  ' })).toEqual(['text', 'remedies']);
    expect(missing(ACT_FIELDS.call!, { direction: 'in', reached: false })).toEqual([]);
  });
  it('put first what takes the case on; nothing is granted where nothing was asked', () => {
    expect(ordered(['comment', 'terminate', 'feedback', 'take', 'urge'])).toEqual(['take', 'feedback', 'comment', 'urge', 'terminate']);
    const acts = ['grant', 'deny', 'comment', 'resolve_done'];
    expect(offered({ acts, asks: [], items: [], orders: [] })).toEqual(['comment']);
    const asked = { id: 'a', kind: 'pause', reason: 'appraisal', text: null, until_us: null, state: 'open', asked_us: '1', asked_by: null, asked_name: null };
    expect(offered({ acts, asks: [asked], items: [], orders: [] })).toEqual(['grant', 'deny', 'comment']);
  });
  it('offer a department what its own order allows', () => {
    const order = (department: string, state: string) => ({ department, state }) as never;
    const acts = ['take', 'feedback', 'return', 'comment'];
    const by = (...orders: never[]): string => offered({ acts, asks: [], items: [], orders }, 'police').join();
    expect([by(order('police', 'SENT')), by(order('police', 'TAKEN'), order('justice', 'SENT')), by(order('police', 'DONE')), by(order('grid', 'SENT'))]).toEqual(['take,return,comment', 'feedback,return,comment', 'comment', 'comment']);
    expect(offered({ acts, asks: [], items: [], orders: [order('grid', 'SENT')] }, null, true).join()).toBe('take,return,comment');
  });
});

describe('time line', () => {
  const line = (seq: number, action: string, day: number, more: Partial<LogLine> = {}): LogLine => ({ seq, action, time_us: us(new Date(2026, 10, day, 9).getTime()), user: 'u1', login: 'a', from: null, to: null, note: null, details: {}, ...more });
  const machine = { user: null, login: null };
  const seqs = (log: readonly LogLine[], kind: Parameters<typeof daysOf>[1] = '', most?: number): number[][][] => daysOf(log, kind, most).map(({ rows }) => rows.map(({ lines }) => lines.map(({ seq }) => seq)));
  const log = [line(1, 'open', 20), line(2, 'dispatch', 20), line(3, 'call', 21), line(4, 'overdue', 21, machine)];
  it('runs from the newest, under its days, and counts each kind', () => {
    expect(seqs(log)).toEqual([[[4], [3]], [[2], [1]]]);
    expect(seqs(log, 'orders')).toEqual([[[2]]]);
    expect(counts(log)).toEqual({ course: 1, orders: 1, calls: 1, video: 0, files: 0, timers: 1, notes: 0 });
  });
  it('makes one row of what the machine wrote in a row, and of cameras that were linked together', () => {
    const camera = { details: { kind: 'camera', to: 'c1' } };
    const many = [line(1, 'open', 20), line(2, 'link', 20, camera), line(3, 'link', 20, camera), line(4, 'link', 20, { details: { kind: 'case' } }), line(5, 'reminder', 20, machine), line(6, 'overdue', 20, machine), line(7, 'escalated', 20, machine), line(8, 'reminder', 21, machine)];
    expect(seqs(many)).toEqual([[[8]], [[7], [6, 5], [4], [3, 2], [1]]]);
    expect(counts(many).video).toBe(2);
  });
  it('draws the newest of many and no more', () => {
    const many = Array.from({ length: 500 }, (_, i) => line(i + 1, 'comment', 1 + (i % 20)));
    expect(seqs(many, '', 60).flat(2).length).toBe(60);
    expect(seqs(many, '', 60).flat(2)[0]).toBe(500);
  });
  it('has what is due over it, the nearest last', () => {
    const timer = (id: string, minutes: number, state = 'running'): Timer => ({ id, timer: id, order: null, start_us: us(NOW), due_us: us(NOW + minutes * MIN), warn_us: null, state, limit: null, ended_us: null });
    expect(aheadOf([timer('a', 10), timer('b', 500), timer('c', 1, 'met'), { ...timer('d', 1), due_us: null }]).map(({ id }) => id)).toEqual(['b', 'a']);
  });
});

describe('meetings and instructions', () => {
  const item = (id: string, more: Partial<Item> = {}): Item => ({ id, kind: 'resolution', meeting: null, text: id, department: null, due_us: null, done_us: null, ...more });
  const meeting: Meeting = { id: 'm1', kind: 'joint', held_us: us(NOW), place: null, people: null, text: null };
  it('are told with what was resolved in them; what has no meeting stands by itself', () => {
    const { meetings, loose, instructions } = agendaOf({ meetings: [meeting], items: [item('a', { meeting: 'm1' }), item('b'), item('c', { kind: 'instruction' }), item('d', { meeting: 'gone' })] });
    expect([meetings[0]!.items, loose, instructions].map((list) => list.map(({ id }) => id).join())).toEqual(['a', 'b,d', 'c']);
  });
  it('are late when they are done after their date', () => {
    const at = (dueMin: number, doneMin?: number): string => itemLook({ due_us: us(NOW + dueMin * MIN), done_us: doneMin === undefined ? null : us(NOW + doneMin * MIN) }, NOW);
    expect([at(60 * 48), at(60), at(-1), at(60, 0), at(-60, -30), itemLook({ due_us: null, done_us: null }, NOW)]).toEqual(['normal', 'due_soon', 'overdue', 'done', 'late', 'none']);
  });
  it('are ended by their own act only', () => {
    const acts = ['instruct_done', 'resolve_done'];
    expect(offered({ acts, asks: [], orders: [], items: [item('a')] })).toEqual(['resolve_done']);
    expect(offered({ acts, asks: [], orders: [], items: [item('a', { done_us: us(NOW) }), item('c', { kind: 'instruction' })] })).toEqual(['instruct_done']);
  });
  it('and pauses to be granted wait on the page of who has to do with them', () => {
    const list = [one('1'), one('2')];
    const sections = (role: string): string[] => workOf(list, { id: 'u', roles: [role], department: null, asked: new Set(['1']), items: new Set(['2']) }, NOW).filter(({ cases }) => cases.length > 0).map(({ section, cases }) => `${section} ${cases.map(({ id }) => id).join()}`);
    expect([sections('supervisor'), sections('leader'), sections('verifier')]).toEqual([['asked 1', 'items 2'], ['items 2'], []]);
  });
});

describe('calendar', () => {
  it('has a holiday, the day that is worked for it, and counts working days', () => {
    const months = monthsOf({ year: 2026, off: ['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07'], work: ['2026-10-10'] });
    const october = months[9]!;
    const kinds = Object.fromEntries(october.weeks.flat().filter((day) => day !== null).map(({ day, kind }) => [day, kind]));
    expect([kinds[1], kinds[3], kinds[8], kinds[10], kinds[31], october.workdays, october.weeks[0]!.indexOf(null)]).toEqual(['off', 'rest', 'work', 'makeup', 'rest', 18, 0]);
    expect(months.map(({ weeks }) => weeks.flat().filter(Boolean).length).reduce((a, b) => a + b)).toBe(365);
  });
});
