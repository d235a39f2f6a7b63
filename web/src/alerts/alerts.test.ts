import { describe, expect, it } from 'vitest';
import type { Alert, Decision, Situation } from '../wire/alerts.ts';
import type { Camera } from '../wire/messages.ts';
import { isDue, PATTERNS } from './alarm.ts';
import { capOf } from './cap.ts';
import { filterFromQuery, filterToQuery, historyQuery, NO_FILTER, passes } from './filter.ts';
import { casesAround, type ActRecord } from './detail.ts';
import { faces, nearestWorking } from './near.ts';
import { pulsing } from './pulse.ts';
import { byUrgency, FLOOD_MS, held, hidden, inFlood, loudest, rowsOf, stepped, waitingOf, withInformation } from './queue.ts';
import { joinReasons, reversible, storyOf } from './story.ts';
import { AlertTable } from '../stores/alertTable.ts';

let next = 0;
function alert(more: Partial<Alert> = {}): Alert {
  next++;
  return {
    id: `a${next}`, version: 1, state: 'unacknowledged', priority: 3, dimension: 'dispute', type: 'neighbour', title: '邻里噪声', text: null, address: '祠堂东侧', source: '12345',
    device: null, area: '330100001001005', created_us: String(next * 1_000_000), first_us: String(next * 1_000_000), count: 1, situation: null, end: null, case_code: null, test: false, exercise: false, lon: 120, lat: 30, ...more,
  } as Alert;
}
const situation = (id: string, alerts: Alert[]): Situation => ({ id, alerts: alerts.map((one) => one.id) }) as Situation;

describe('the order of the queue', () => {
  it('is by priority, then the newer first', () => {
    const [old, young, urgent] = [alert(), alert(), alert({ priority: 1 })];
    expect([old, young, urgent].sort(byUrgency)).toEqual([urgent, young, old]);
  });
  it('holds for times beyond what a number can tell apart', () => {
    const [a, b] = [alert({ created_us: '9007199254740993' }), alert({ created_us: '9007199254740992' })];
    expect([b, a].sort(byUrgency)[0]).toBe(a);
  });
});

describe('a flood', () => {
  it('begins with the tenth alert in ten minutes; tests do not count', () => {
    const nowMs = 2 * FLOOD_MS;
    const at = (ms: number, more = {}): Alert => alert({ created_us: String(ms * 1000), ...more });
    const nine = Array.from({ length: 9 }, () => at(nowMs - 1000));
    expect(inFlood(nine, nowMs)).toBe(false);
    expect(inFlood([...nine, at(nowMs - FLOOD_MS - 1)], nowMs)).toBe(false);
    expect(inFlood([...nine, at(nowMs, { test: true })], nowMs)).toBe(false);
    expect(inFlood([...nine, at(nowMs, { priority: 4, device: 'c1' })], nowMs)).toBe(false);
    expect(inFlood([...nine, at(nowMs - FLOOD_MS + 1000)], nowMs)).toBe(true);
  });
});

describe('folding', () => {
  it('makes one row of a situation and keeps each kind of priority 1 in view', () => {
    const group = [
      alert({ situation: 's1' }), alert({ situation: 's1', priority: 2, state: 'acknowledged' }), alert({ situation: 's1', priority: 1 }),
      alert({ situation: 's1', priority: 1, type: 'drowning', created_us: '0' }), alert({ situation: 's1' }),
    ];
    const alone = alert();
    const rows = rowsOf([...group, alone], (id) => (id === 's1' ? situation('s1', group) : undefined), true);
    expect(rows.map(({ alert: { id } }) => id)).toEqual([group[2]!.id, group[3]!.id, alone.id]);
    expect(hidden(rows)).toBe(3);
    expect(waitingOf(rows[0]!)).toEqual([group[2], group[4], group[0]]);
    expect(rowsOf(group, () => situation('s1', group), false)).toHaveLength(5);
    const again = alert({ situation: 's1', priority: 1, type: 'drowning', created_us: '1' });
    const repeated = rowsOf([...group, again], () => situation('s1', group), true);
    expect(repeated.map(({ folded }) => folded.length)).toEqual([3, 1]); // under its like, not under the head
  });
  it('keeps information of machines apart, and what is chosen in sight', () => {
    const [told, chosen, asked, person] = [alert({ priority: 4, device: 'c1' }), alert({ priority: 4, device: 'c2' }), alert(), alert({ priority: 4 })];
    const group = [alert({ priority: 4, device: 'c3', situation: 's1' }), alert({ priority: 4, situation: 's1' })];
    const rows = rowsOf([told, chosen, asked, person, ...group], (id) => (id === 's1' ? situation('s1', group) : undefined), true);
    const ids = (all: boolean, kept: string[]): string[] => withInformation(rows, all, kept).map((row) => row.alert.id);
    expect(ids(false, [])).toEqual([asked.id, group[1]!.id, person.id]);
    expect(ids(false, [chosen.id])).toEqual([asked.id, group[1]!.id, person.id, chosen.id]);
    expect(ids(true, [])).toEqual([asked.id, group[1]!.id, person.id, chosen.id, told.id]);
  });
});

describe('rows while somebody reads', () => {
  const rows = (...alerts: Alert[]) => rowsOf(alerts, () => undefined, false);
  it('stay where they are; new ones are counted, priority 1 comes at once', () => {
    const [a, b] = [alert(), alert()];
    const shown = rows(a, b);
    const urgent = alert({ priority: 1 });
    const kept = held(shown, rows(a, b, alert(), alert({ priority: 2 }), urgent));
    expect(kept.rows.map(({ key }) => key)).toEqual([urgent.id, ...shown.map(({ key }) => key)]);
    expect(kept.fresh).toBe(2);
  });
  it('follow what happens to them, and stay when they are over', () => {
    const [a, b] = [alert(), alert()];
    const shown = rows(a, b);
    const after = { ...a, state: 'acknowledged' as const };
    expect(held(shown, rows(after)).rows.map((row) => row.alert)).toEqual([b, after]);
  });
  it('are gone through by key, and end at the ends', () => {
    const list = rows(alert(), alert(), alert());
    expect(stepped(list, '', 1)).toBe(list[0]);
    expect(stepped(list, list[0]!.key, 1)).toBe(list[1]);
    expect(stepped(list, list[2]!.key, 1)).toBe(list[2]);
    expect(stepped(list, 'gone', -1)).toBe(list[2]);
    expect(stepped([], '', 1)).toBeUndefined();
  });
});

describe('cases around an alert', () => {
  it('are open ones near by or lately closed ones, never mixed', () => {
    const one = (id: string, closed_us: string | null) => ({ id, code: id, closed_us });
    const { near, recent } = casesAround([one('a', null), one('b', '5'), one('c', null), ...['d', 'e', 'f', 'g', 'h'].map((id) => one(id, '6'))]);
    expect([near.map(({ id }) => id), recent.map(({ id }) => id)]).toEqual([['a', 'c'], ['b', 'd', 'e', 'f', 'g']]);
    expect(casesAround([])).toEqual({ near: [], recent: [] });
  });
});

describe('decisions of the machine', () => {
  it('can be taken back while they hold: the newest of each kind, of this alert, not what was taken back', () => {
    const one = alert({ chatter: true, situation: 's1' });
    const of = (kind: string, us: number, more = {}): Decision => ({ id: `${kind}${us}`, time_us: String(us), kind, alert: one.id, situation: null, ...more }) as Decision;
    const decisions = [of('alert', 1), of('count', 2), of('chatter', 3), of('join', 4, { situation: 's1' }), of('chatter', 6), of('inhibited', 5), of('fault', 7, { alert: 'other' })];
    const ids = (more: Partial<Alert> = {}, acts: object[] = []): string[] => reversible({ alert: { ...one, ...more }, decisions, acts: acts as ActRecord[] }).map(({ id }) => id);
    expect(ids()).toEqual(['chatter6', 'inhibited5', 'join4']);
    expect(ids({ chatter: false, situation: 's2' })).toEqual(['inhibited5']);
    expect(ids({}, [{ act: 'undo', text: 'inhibited', time_us: '8' }, { act: 'undo', text: 'shelve', time_us: '9' }])).toEqual(['chatter6', 'join4']);
    expect(ids({}, [{ act: 'undo', text: 'inhibited', time_us: '4' }])).toContain('inhibited5'); // muted again since
    expect(ids({ end: 'case' })).toEqual([]);
  });
});

describe('filters', () => {
  const place = (): string => '石桥村 05';
  it('are the address, there and back', () => {
    const filter = { ...NO_FILTER, dimension: 'traffic' as const, area: '330100001', priority: 2 as const, state: 'returned' as const, source: 'traffic', words: '占道 S314' };
    expect(filterFromQuery(filterToQuery(filter))).toEqual(filter);
    expect(filterToQuery(NO_FILTER)).toEqual({});
    expect(filterFromQuery({ dimension: 'nonsense', priority: '9', area: 'x', state: ['a'], source: 'A B' })).toEqual(NO_FILTER);
  });
  it('find Chinese words of one and two characters, full-width letters, names of places', () => {
    const one = alert({ title: '清溪河水位超警戒', source: 'sensors', case_code: '2026-0117' });
    const found = (words: string): boolean => passes(one, { ...NO_FILTER, words }, place);
    for (const words of ['水', '水位', '河 警戒', '石桥', '祠堂', '２０２６－０１１７', 'SENSORS']) expect([words, found(words)]).toEqual([words, true]);
    for (const words of ['火', '水火', '水 火']) expect([words, found(words)]).toEqual([words, false]);
  });
  it('leave out what is put aside unless it is asked for', () => {
    const shelved = alert({ state: 'shelved' });
    expect(passes(shelved, NO_FILTER, place)).toBe(false);
    expect(passes(shelved, { ...NO_FILTER, state: 'shelved' }, place)).toBe(true);
    expect(passes(alert(), { ...NO_FILTER, area: '330100001001' }, place)).toBe(true);
    expect(passes(alert({ area: null }), { ...NO_FILTER, area: '3301' }, place)).toBe(false);
  });
  it('ask the store the same', () => {
    expect(historyQuery({ ...NO_FILTER, priority: 1, words: ' 水 ' }, '7', 50)).toBe(new URLSearchParams({ priority: '1', q: '水', before: '7', limit: '50' }).toString());
  });
});

describe('sounds', () => {
  it('are of the most urgent that nobody took; tests are not heard', () => {
    expect(loudest([alert({ priority: 2, state: 'acknowledged' }), alert({ priority: 3 })])).toBe(3);
    expect(loudest([alert({ priority: 1, test: true }), alert({ priority: 4 })])).toBe(0);
  });
  it('go on until somebody took it, also when the device has cleared', () => {
    expect(loudest([alert({ priority: 2, state: 'returned' }), alert({ priority: 1, state: 'shelved' })])).toBe(2);
  });
  it('is silent for what joins a situation that somebody took as urgent', () => {
    const taken = alert({ priority: 2, situation: 's1', state: 'acknowledged' });
    expect(loudest([taken, alert({ priority: 2, situation: 's1' }), alert({ priority: 3, situation: 's1' })])).toBe(0);
    expect(loudest([taken, alert({ priority: 1, situation: 's1' })])).toBe(1);
    expect(loudest([taken, alert({ priority: 3, situation: 's2' })])).toBe(3);
    expect(loudest([{ ...taken, priority: 3 }, alert({ priority: 2, situation: 's1' })])).toBe(2);
  });
  it('come again until it is taken, at once for what is more urgent', () => {
    expect(isDue(2, null, 0)).toBe(true);
    expect(isDue(2, { priority: 2, atMs: 0 }, PATTERNS[2].everyMs - 1)).toBe(false);
    expect(isDue(2, { priority: 2, atMs: 0 }, PATTERNS[2].everyMs)).toBe(true);
    expect(isDue(1, { priority: 2, atMs: 0 }, 1)).toBe(true);
    expect(isDue(3, { priority: 2, atMs: 0 }, PATTERNS[3].everyMs - 1)).toBe(false);
    expect(isDue(0, null, 0)).toBe(false);
  });
  it('differ in rhythm', () => {
    const rhythms = ([1, 2, 3] as const).map((one) => PATTERNS[one].tones.map(({ atMs }) => atMs).join());
    expect(new Set(rhythms).size).toBe(3);
  });
});

describe('marks', () => {
  it('pulse at most six at a time, the most urgent ones', () => {
    const many = [...Array.from({ length: 8 }, () => alert()), alert({ priority: 1 }), alert({ priority: 1, state: 'acknowledged' })];
    const beats = pulsing(many);
    expect(beats.size).toBe(6);
    expect(beats.has(many[8]!.id)).toBe(true);
    expect(beats.has(many[9]!.id)).toBe(false);
  });
});

describe('the camera of a place', () => {
  const camera = (id: string, lon: number, more: Partial<Camera> = {}): Camera => ({ id, lon, lat: 30, azimuth: null, fov: null, state: 'live', reason: null, ...more }) as Camera;
  it('is the nearest that works; one that looks at it counts as half as far', () => {
    const west = camera('west', 119.9995);
    const east = camera('east', 120.0008, { azimuth: 270, fov: 60 });
    expect(faces(east, 120, 30)).toBe(true);
    expect(faces({ ...east, azimuth: 90 }, 120, 30)).toBe(false);
    expect(nearestWorking([west, east], 120, 30)?.id).toBe('east');
    expect(nearestWorking([west, { ...east, state: 'down' }], 120, 30)?.id).toBe('west');
    expect(nearestWorking([camera('far', 120.01)], 120, 30)).toBeUndefined();
  });
});

describe('the story of an alert', () => {
  it('is told newest first, and knows why each alert joined', () => {
    const decision = (id: string, us: number, kind: string, of: string) => ({ id, time_us: String(us), kind, alert: of }) as never;
    const story = storyOf({ events: [{ source: 's', id: '1', kind: 'report', title: 't', received_us: '5' }], decisions: [decision('d1', 5, 'alert', 'a')], acts: [{ act: 'acknowledge', name: 'n', time_us: '9' }] });
    expect(story.map(({ kind }) => kind)).toEqual(['act', 'decision', 'report']);
    const reasons = joinReasons([decision('d3', 8, 'join', 'b'), decision('d2', 6, 'join', 'b'), decision('d4', 9, 'count', 'b')]);
    expect(reasons.get('b')?.id).toBe('d3');
  });
});

describe('a message of CAP', () => {
  const told = (at: string, extra: Record<string, unknown> | null) => ({ source: 's', id: at, kind: 'report', title: 't', received_us: at, extra });
  it('is the newest one; what ends it keeps the colour it had', () => {
    const first = told('5', { identifier: 'A1', sender: 'x', msg_type: 'Alert', status: 'Actual', colour: 'orange', colour_from: 'headline', signature: 'unchecked' });
    expect(capOf([first])).toMatchObject({ colour: 'orange', signature: 'unchecked', type: 'Alert' });
    const over = told('9', { identifier: 'A2', sender: 'x', msg_type: 'Cancel', status: 'Actual', signature: 'none' });
    expect(capOf([over, first])).toMatchObject({ type: 'Cancel', colour: 'orange', colourFrom: 'headline', signature: 'none' });
  });
  it('is none where nothing says so, whatever else was told', () => {
    expect(capOf([])).toBeNull();
    expect(capOf([told('1', null), told('2', { colour: 'red' }), told('3', { identifier: 1, sender: [], msg_type: {} })])).toBeNull();
    expect(capOf([told('4', { identifier: 'A', sender: 'x', msg_type: 'Alert', colour: 'purple' })])?.colour).toBeNull();
  });
});

describe('what the topic tells', () => {
  const told = (more: Partial<Alert> = {}): Alert => alert({ last_us: '10', ...more });
  it('counts without telling the alert again, and never back', () => {
    const table = new AlertTable();
    const [a, b] = [told(), told({ situation: 's1' })];
    expect(table.take({ set: [a, b], situations: [situation('s1', [b])] }).fresh).toEqual([a, b]);
    const taken = table.take({ counts: { alerts: [[a.id, 5, '50'], ['unknown', 9, '90']], situations: [['s1', '50'], ['s2', '60']] } });
    expect(taken).toEqual({ fresh: [], ended: false });
    expect(table.alerts.get(a.id)).toEqual({ ...a, count: 5, last_us: '50' });
    expect(a.count).toBe(1);
    expect(table.alerts.get(b.id)).toBe(b);
    expect(table.situations.get('s1')?.last_us).toBe('50');
    expect([...table.alerts.keys(), ...table.situations.keys()]).toEqual([a.id, b.id, 's1']);
    expect([table.told.get(a.id), table.told.get(b.id), table.told.get('unknown')]).toEqual([2, 1, undefined]);
    table.take({ set: [{ ...a, version: 2, state: 'acknowledged', count: 4, last_us: '40' }] });
    expect(table.alerts.get(a.id)).toMatchObject({ version: 2, state: 'acknowledged', count: 5, last_us: '50' });
    table.take({ counts: { alerts: [[a.id, 3, '30']], situations: [] } });
    expect(table.alerts.get(a.id)?.count).toBe(5);
  });
  it('begins anew with a snapshot', () => {
    const table = new AlertTable();
    const [a, b, c] = [told(), told(), told()];
    table.take({ set: [a, b], situations: [situation('s1', [a, b])] });
    expect(table.begin({ alerts: [b, c], situations: [] }, 0)).toEqual({ fresh: [c], ended: true });
    expect([...table.alerts.keys()]).toEqual([b.id, c.id]);
    expect(table.situations.size).toBe(0);
  });
  it('is replaced by a snapshot, whatever version was known', () => {
    const table = new AlertTable();
    const a = told({ version: 7, state: 'acknowledged', count: 9 });
    table.take({ set: [a] });
    const restored = { ...a, version: 2, state: 'unacknowledged' as const, count: 3 };
    expect(table.begin({ alerts: [restored], situations: [] }, 1_000)).toEqual({ fresh: [], ended: false });
    expect(table.alerts.get(a.id)).toEqual(restored);
  });
  it('is not brought back by an answer that comes late', () => {
    const table = new AlertTable();
    const [a, b] = [told({ version: 3 }), told({ version: 3 })];
    table.take({ set: [a, b] });
    table.take({ gone: [a.id] });
    expect(table.answer({ ...a, version: 4, state: 'acknowledged' })).toEqual({ fresh: [], ended: false });
    expect(table.alerts.has(a.id)).toBe(false);
    // one's own act ended it; what was told before that is old, what comes after it counts
    expect(table.answer({ ...b, version: 4, state: 'normal', end: 'ignored' }).ended).toBe(true);
    expect(table.take({ set: [{ ...b, count: 2 }] }).fresh).toEqual([]);
    expect(table.alerts.has(b.id)).toBe(false);
    expect(table.take({ set: [{ ...b, version: 5 }] }).fresh).toHaveLength(1);
  });
  it('keeps the newer version when answer and delta overtake each other', () => {
    const table = new AlertTable();
    const a = told({ version: 3 });
    table.take({ set: [a] });
    table.take({ set: [{ ...a, version: 2 }] });
    expect(table.alerts.get(a.id)?.version).toBe(3);
    expect(table.take({ set: [{ ...a, version: 4, state: 'normal', end: 'ignored' }] }).ended).toBe(true);
    expect(table.alerts.size + table.told.size).toBe(0);
  });
});

describe('what is beyond the list', () => {
  it('is known by its number, which follows what is told of it', () => {
    const table = new AlertTable();
    const listed = Array.from({ length: 10 }, () => alert({ last_us: '1' }));
    const [older, younger] = [alert({ created_us: '1000000' }), alert({ created_us: '9000000' })];
    table.begin({ alerts: listed, situations: [], hidden: 5 }, 5_000);
    expect(table.beyond.count).toBe(5);
    table.take({ set: [younger] }); // came after the list
    expect(table.beyond.count).toBe(5);
    table.take({ set: [older] }); // was there
    table.take({ set: [{ ...older, version: 2 }] });
    expect(table.beyond.count).toBe(4);
    table.take({ gone: ['never told'] });
    expect(table.beyond.count).toBe(3);
    // one's own act may end it before the topic says so
    table.take({ set: [{ ...listed[0]!, state: 'normal', end: 'ignored' }] });
    table.take({ gone: [listed[0]!.id] });
    expect(table.beyond.count).toBe(3);
    expect(table.beyond.isThin()).toBe(false);
    table.take({ gone: listed.slice(1, 5).map(({ id }) => id) });
    expect(table.beyond.isThin()).toBe(true);
    table.begin({ alerts: listed.slice(5), situations: [] }, 6_000);
    expect([table.beyond.count, table.beyond.isThin()]).toEqual([0, false]);
  });
});
