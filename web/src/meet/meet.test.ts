import { describe, expect, it } from 'vitest';
import { inPart } from './films.ts';
import { LineDelay } from './line.ts';
import { barsFor, isSoundOnly, type Quality, type Remote } from './media.ts';
import { notable } from './notices.ts';
import { duesOf, outcomeOf, pastOf, satMs, type MeetingEvent } from './past.ts';
import { fitOf, hoursOf, openings, placeOf, spanOf, type PoolRoom } from './pool.ts';
import { seatIn } from './seats.ts';
import { addPoint, toSend, type Strokes } from './strokes.ts';
import { columnsFor, handsOf, kindsFor, merged, signsNext, stepOf, type Agreement, type Consent, type Disclosure, type Member, type MeetWords, type View } from './wire.ts';

const both = { zh: '', en: '' };
const texts = {
  notice: { version: '1', text: both }, screening: { version: '1', questions: [] },
  consents: Object.fromEntries(['mediation', 'recording', 'publication', 'observer', 'split'].map((kind) => [kind, { version: '2', title: both, text: both }])),
} as unknown as MeetWords;
const consent = (kind: Consent['kind'], version = '2', answer: Consent['answer'] = 'yes', person = 1): Consent => ({ seat: 's', person, kind, answer, version, time_us: '1' });
function view(you: Partial<View['you']> = {}, consents: Consent[] = [], meeting: Partial<View['meeting']> = {}): View {
  return {
    meeting: { kind: 'mediation', mode: 'joint', ...meeting }, you: { seat: 's', role: 'party', people: [{ n: 1, name: '' }], notice: true, screening: true, why: [], ...you }, consents, chat: [],
  } as unknown as View;
}
const all = (['mediation', 'recording', 'publication', 'observer'] as const).map((kind) => consent(kind));

describe('the way of a guest', () => {
  it('goes by rights, questions, consents to the lobby', () => {
    expect(stepOf(view({ notice: false, screening: false }), texts)).toBe('notice');
    expect(stepOf(view({ screening: false }), texts)).toBe('screening');
    expect(stepOf(view(), texts)).toBe('consents');
    expect(stepOf(view({}, all), texts)).toBe('wait');
  });
  it('asks again whoever agreed to older words, and each person of a terminal', () => {
    expect(stepOf(view({}, [consent('mediation', '1'), ...all.slice(1)]), texts)).toBe('consents');
    expect(stepOf(view({ people: [{ n: 1, name: '' }, { n: 2, name: '' }] }, all), texts)).toBe('consents');
  });
  it('takes a no as an answer', () => {
    expect(stepOf(view({}, [consent('mediation'), consent('recording', '2', 'no'), ...all.slice(2)]), texts)).toBe('wait');
  });
  it('asks for what belongs to the kind, the role and the mode', () => {
    expect(kindsFor(view())).not.toContain('split');
    expect(kindsFor(view({}, [], { mode: 'split' }))).toContain('split');
    expect(kindsFor(view({ role: 'interpreter' }))).toEqual(['recording']);
    expect(stepOf(view({ role: 'official', notice: false, screening: false }, [consent('recording')]), texts)).toBe('wait');
  });
});

describe('a view', () => {
  it('keeps what a delta does not name and adds lines of chat', () => {
    const first = merged(null, true, { ...view(), away: false });
    const line = { id: '1', seat: 's', name: '', text: 'x', time_us: '1' };
    const next = merged(merged(first, false, { chat_add: [line] }), false, { away: true });
    expect([next.chat, next.away, next.meeting]).toEqual([[line], true, first.meeting]);
    expect(merged(next, true, view()).away).toBeUndefined();
  });
});

describe('pictures', () => {
  it('stand 1, 1 + 2, 2×2, 3×3; on a phone below each other', () => {
    expect([1, 2, 3, 4, 5, 9].map((n) => columnsFor(n))).toEqual([1, 2, 2, 2, 3, 3]);
    expect([1, 2, 3, 4].map((n) => columnsFor(n, false))).toEqual([1, 1, 1, 2]);
  });
  it('tell how good the line is', () => {
    expect([[0, 0], [100, 0], [95, 5], [80, 20]].map(([got, lost]) => barsFor(got!, lost!))).toEqual([0, 3, 2, 1]);
  });
  it('tell how long packets wait in front of the line, by new reports alone, whatever the clocks', () => {
    const line = new LineDelay();
    const at = (second: number, wait: number, key = 'a'): number | null => line.take([{ key, sentMs: second * 1000, gotMs: second * 1000 + 5_000_000 + wait }], second * 1000);
    expect([at(1, 40), at(1, 40), at(2, 340), at(3, 20), at(4, 120, 'b')]).toEqual([0, null, 300, 0, 100]);
    // one that waits and one that does not: the line is free
    expect(line.take([{ key: 'a', sentMs: 5000, gotMs: 5_005_400 }, { key: 'b', sentMs: 5000, gotMs: 5_005_020 }], 5000)).toBe(0);
    // clocks drift apart: what was the shortest way long ago counts no more
    expect([at(300, 200), at(301, 200), at(500, 200)]).toEqual([180, 180, 0]);
  });
});

it('hands stand in the order in which they went up', () => {
  const hand = (seat: string, hand_us: string): Member => ({ seat, hand_us }) as Member;
  expect(handsOf([hand('c', '300'), hand('a', '0'), hand('b', '20')]).map(({ seat }) => seat)).toEqual(['b', 'c']);
});

describe('a signature', () => {
  it('keeps points within the pad and apart, and drops touches that did not move', () => {
    let drawn: Strokes = [];
    for (const [begins, x, y] of [[true, 10, 10], [false, 11, 11], [false, 5000, -3], [true, 30, 30]] as const) drawn = addPoint(drawn, begins, x, y);
    expect(drawn).toEqual([[[10, 10], [1000, 0]], [[30, 30]]]);
    expect(toSend(drawn)).toEqual([[[10, 10], [1000, 0]]]);
  });
  it('stays within what the act takes', () => {
    let drawn = addPoint([], true, 0, 0);
    for (let i = 1; i < 6000; i++) drawn = addPoint(drawn, false, (i % 2) * 500, 200);
    expect(drawn[0]!.length).toBe(5000);
    expect(toSend(Array.from({ length: 300 }, () => [[0, 0], [9, 9]] as const)).length).toBe(200);
  });
  it('is asked of each person of the seat in turn, never on paper', () => {
    const signer = (seat: string, person: number, signed_us: string | null) => ({ seat, person, signed_us });
    const of = (more: object): Agreement => ({ state: 'offered', how: 'written', signers: [signer('x', 1, null), signer('s', 1, '5'), signer('s', 2, null)], ...more }) as unknown as Agreement;
    const { you } = view();
    expect(signsNext({ you, agreement: of({}) })?.person).toBe(2);
    expect([of({ how: 'paper' }), of({ state: 'draft' }), null].map((agreement) => signsNext({ you, agreement }))).toEqual([null, null, null]);
  });
});

describe('rooms', () => {
  const at = (text: string): string => String(new Date(text).getTime() * 1000);
  const room = (more: Partial<PoolRoom> = {}): PoolRoom => ({ active: true, closed: [], busy: [], hours: [{ day: 1, from: '08:30', to: '17:30' }], ...more }) as PoolRoom;
  const monday = (from: string, to: string) => ({ starts_us: at(`2026-11-23T${from}`), ends_us: at(`2026-11-23T${to}`) });
  it('are open from the beginning to the end', () => {
    expect(fitOf(room(), monday('08:30', '17:30'))).toBe('free');
    expect(fitOf(room(), monday('08:29', '09:00'))).toBe('closed');
    expect(fitOf(room(), monday('17:00', '17:31'))).toBe('closed');
    expect(fitOf(room({ closed: ['2026-11-23'] }), monday('09:00', '10:00'))).toBe('closed');
    expect(fitOf(room({ hours: [] }), monday('00:00', '23:00'))).toBe('free');
    expect(fitOf(room({ active: false }), monday('09:00', '10:00'))).toBe('closed');
    expect(fitOf(room({ busy: [monday('09:00', '10:00')] }), monday('09:00', '10:00'))).toBe('busy');
  });
  it('tell days with the same hours in one', () => {
    const hours = [2, 1, 3, 6].map((day) => ({ day, from: '08:30', to: '12:00' }));
    expect(openings(hours).map(({ first, last }) => [first, last])).toEqual([[1, 3], [6, 6]]);
  });
  it('are planned by their id, other places by words', () => {
    expect(placeOf({ day: '', hour: '', minutes: 60, room: 'hall', place: 'x' })).toEqual({ place_id: 'hall' });
    expect(placeOf({ day: '', hour: '', minutes: 60, room: '', place: ' x ' })).toEqual({ place_id: null, place: 'x' });
    expect(spanOf({ day: '', hour: '09:00', minutes: 60, room: '', place: '' })).toBeNull();
    expect(seatIn('talk', { role: 'party', side: 'a', name: '甲、乙', phone: ' 1 ', terminal: true, place: ' 村部 ' })).toEqual({ role: 'party', terminal: true, place: '村部', people: [{ name: '甲', phone: '1' }, { name: '乙', phone: '1' }] });
  });
});

it('parts of a film tell whose voice and picture they hold', () => {
  const track = (seat: string, kind: 'mic' | 'camera', from: number, to: number) => ({ seat, kind, from_us: String(from), to_us: String(to), at_s: 0 });
  const tracks = [track('1', 'mic', 0, 10), track('1', 'camera', 0, 10), track('2', 'mic', 5, 20), track('1', 'mic', 12, 20)];
  const part = (from: number, to: number) => ({ from_us: String(from), to_us: String(to), at_s: 0 });
  expect(inPart(part(0, 5), tracks)).toEqual([{ seat: '1', kinds: ['mic', 'camera'] }]);
  expect(inPart(part(10, 20), tracks)).toEqual([{ seat: '2', kinds: ['mic'] }, { seat: '1', kinds: ['mic'] }]);
  expect(inPart(part(20, 30), tracks)).toEqual([]);
});

it('opening hours there and back', () => {
  const hours = [1, 2, 3, 4, 5].flatMap((day) => [{ day, from: '08:30', to: '12:00' }, { day, from: '14:00', to: '17:30' }]).concat({ day: 7, from: '09:00', to: '11:00' });
  const list = openings(hours);
  expect(list.map(({ first, last, from }) => `${first}-${last} ${from}`)).toEqual(['1-5 08:30', '1-5 14:00', '7-7 09:00']);
  const key = (one: { day: number; from: string }): string => `${one.day} ${one.from}`;
  expect(hoursOf(list).sort((a, b) => key(a).localeCompare(key(b)))).toEqual(hours);
  expect(hoursOf([{ first: 1, last: 2, from: '', to: '12:00' }])).toEqual([]);
});

describe('sound alone', () => {
  const remote = (camera: boolean): Remote => ({ mic: {} as MediaStream, camera: camera ? ({} as MediaStream) : null, screen: null });
  const quality = (bars: Quality['bars'], moving: boolean): Quality => ({ bars, kbits: 0, moving });
  it('is told where cameras are sent and none of their pictures moves', () => {
    expect(isSoundOnly({ a: quality(3, false), b: quality(2, false) }, { a: remote(true), b: remote(true) })).toBe(true);
    expect(isSoundOnly({ a: quality(3, false), b: quality(2, true) }, { a: remote(true), b: remote(true) })).toBe(false);
    expect(isSoundOnly({ a: quality(3, false) }, { a: remote(false) }), 'nobody sends a picture').toBe(false);
    expect(isSoundOnly({ a: quality(0, false), b: quality(3, false) }, { a: remote(true), b: remote(false) }), 'nothing comes from the one with a camera').toBe(false);
  });
});

describe('a meeting that is over', () => {
  let seq = 0;
  const event = (at_s: number, action: string, seat: string | null, room = 'lobby', details: Record<string, unknown> = {}): MeetingEvent => ({ seq: ++seq, time_us: String(at_s * 1_000_000), seat, action, room, details });
  const story = [
    event(1, 'disclose', 'm'), event(10, 'open', 'm', 'joint'), event(11, 'look', 'm', 'check:b', { seat: 'b' }), event(12, 'admit', 'm', 'joint', { seat: 'a', room: 'joint' }),
    event(20, 'fail', 'm', 'joint', { result: 'refused' }), event(40, 'adjourn', 'm', 'lobby'), event(41, 'remind', null),
    event(100, 'open', 'm', 'joint'), event(105, 'admit', 'm', 'joint', { seat: 'b', room: 'side:b' }), event(107, 'say', 'o', 'side:b'), event(130, 'end', 'm', 'lobby'), event(200, 'filed', null),
  ];
  it('is told by its record: sittings without the days between, who was in a room of each, with what it failed', () => {
    const past = pastOf(story);
    expect(past.sittings.map(({ n, from_us, to_us, seats }) => [n, Number(from_us) / 1e6, Number(to_us) / 1e6, seats])).toEqual([[1, 10, 40, ['m', 'a']], [2, 100, 130, ['m', 'b', 'o']]]);
    expect([satMs(past.sittings), past.failed, past.reason]).toEqual([60_000, 'refused', '']);
    expect(pastOf([event(5, 'cancel', 'm', 'lobby', { reason: '下雨' })])).toEqual({ sittings: [], failed: null, reason: '下雨' });
  });
  it('came to something: an agreement counts more than a sitting that failed before', () => {
    expect(outcomeOf('mediation', 'ended', true, 'failed')).toBe('agreed');
    expect(outcomeOf('mediation', 'ended', false, 'failed')).toBe('failed');
    expect([outcomeOf('mediation', 'ended', false), outcomeOf('talk', 'ended', false), outcomeOf('talk', 'cancelled', false)]).toEqual(['none', 'talk', 'cancelled']);
  });
  it('asks for what is due, first what the case was not told, then by the day', () => {
    const day = 86_400_000, us = (days: number): string => String(days * day * 1000);
    const court = { due_us: us(30), state: 'open' } as const, performance = { due_us: us(20), state: 'open', text: '' } as const;
    expect(duesOf({ court, performance, case_state: 'waiting' }, 18 * day).map(({ what, look }) => [what, look])).toEqual([['case', 'overdue'], ['performance', 'due_soon'], ['court', 'normal']]);
    expect(duesOf({ court: { ...court, state: 'applied' }, performance, case_state: 'done' }, 21 * day).map(({ what, look }) => [what, look])).toEqual([['performance', 'overdue']]);
    expect(duesOf({ court: { ...court, state: 'over' }, performance: { ...performance, state: 'partly' }, case_state: 'none' }, 0).map(({ what, state }) => [what, state])).toEqual([['performance', 'partly']]);
    expect(duesOf({ court: { ...court, state: 'waived' }, performance: { ...performance, state: 'performed' }, case_state: 'done' }, 99 * day)).toEqual([]);
  });
});

describe('what has to be noticed', () => {
  it('is a relation or an objection of somebody else', () => {
    const one = (seat: string, relation: '' | 'none' | 'related', objection = false): Disclosure => ({ seat, name: '', relation, text: '', time_us: '1', objection });
    expect(notable([one('m', 'related'), one('c', 'none'), one('c', 'related'), one('b', '', true)], 'm').map(({ seat, objection }) => [seat, objection])).toEqual([['c', false], ['b', true]]);
  });
});
