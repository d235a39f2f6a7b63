import { describe, expect, it } from 'vitest';
import type { Camera } from '../wire/messages.ts';
import { clockIsWrong, offsetWords } from './clock.ts';
import { smallBuffer } from './buffers.ts';
import { losesMuch, lossWords } from './loss.ts';
import { columnsFrom, DEFAULT_COLUMNS, filtered, filterFromQuery, filterToQuery, NO_FILTER, NONE, sorted, visibleRows } from './list.ts';

const camera = (n: number, more: Partial<Camera> = {}): Camera => ({
  n, id: `c${n}`, name: `石桥05-${n}`, area: '439907103200005', lon: 1, lat: 2, azimuth: null, fov: null, source_system: '自建',
  mode: 'always', codec: 'h264', width: 640, height: 360, state: 'live', reason: null, detail: null, since_us: String(n),
  clock_offset_ms: null, loss_pct: null, scene: null, ...more,
});
const all = [
  camera(2), camera(10, { state: 'down', reason: 'no_data' }), camera(1, { area: '439907103201001', source_system: '天网工程' }),
  camera(3, { state: 'stale', codec: 'h265' }),
];
const ids = (list: Camera[]): string[] => list.map((one) => one.id);
const by = (filter: Partial<typeof NO_FILTER>): string[] =>
  ids(filtered(all, { ...NO_FILTER, ...filter }, (one) => (one.area.endsWith('05') ? '石桥村' : '柳林村')));

describe('clock of a camera', () => {
  const words = { t: (key: string, named: { d?: string } = {}) => `${key} ${named.d ?? ''}`.trim(), duration: (ms: number) => `${ms / 1000} s` };
  const say = (ms: number | null): string => offsetWords(ms, words as unknown as Parameters<typeof offsetWords>[1]);
  it('is told in milliseconds, beyond two seconds in words and with a mark', () => {
    expect([null, 0, -40, 2000].map(say)).toEqual(['', '0 ms', '-40 ms', '2000 ms']);
    expect(say(3_600_000)).toBe('devices.clockAhead 3600 s');
    expect(say(-2001)).toBe('devices.clockBehind 2.001 s');
    expect([null, 2000, -2000, 2001, -2001].map(clockIsWrong)).toEqual([false, false, false, true, true]);
  });
});

describe('advice of a media node', () => {
  const node = (id: string, has?: number, wanted?: number) => ({ id, state: 'connected', cameras: 1, live: 1, udp_buffer_bytes: has, udp_buffer_wanted_bytes: wanted });
  it('tells of the smallest UDP buffer, and of none where all are as asked for', () => {
    expect(smallBuffer([])).toBeNull();
    expect(smallBuffer([node('a'), node('b', 0, 4194304), node('c', 4194304, 4194304), node('d', 8388608, 4194304)])).toBeNull();
    expect(smallBuffer([node('a', 2097152, 4194304), node('b', 212992, 4194304)]))
      .toEqual({ node: 'b', hasKb: 208, wantedKb: 4096, command: 'sysctl -w net.core.rmem_max=4194304' });
  });
});

describe('loss of a camera', () => {
  it('is told in percent of the last minute, from one on with a mark', () => {
    expect([null, undefined, 0, 0.4, 1, 12.5].map((share) => lossWords(share))).toEqual(['', '', '0 %', '0.4 %', '1 %', '12.5 %']);
    expect([null, undefined, 0, 0.9, 1, 12.5].map(losesMuch)).toEqual([false, false, false, false, true, true]);
  });
  it('sorts the table, the worst first', () => {
    const list = [camera(1), camera(2, { loss_pct: 0.3 }), camera(3, { loss_pct: 20 })];
    expect(ids(sorted(list, { column: 'loss', down: true }))).toEqual(['c3', 'c2', 'c1']);
  });
});

describe('camera table', () => {
  it('filters by every field and by words', () => {
    expect(by({})).toHaveLength(4);
    expect(by({ state: 'down' })).toEqual(['c10']);
    expect(by({ reason: 'no_data', state: 'live' })).toEqual([]);
    expect(by({ area: '439907103201' })).toEqual(['c1']);
    expect(by({ system: '天网工程' })).toEqual(['c1']);
    expect(by({ codec: 'h265' })).toEqual(['c3']);
    expect(by({ mode: 'sampled' })).toEqual([]);
    expect(by({ area: NONE })).toEqual([]);
    expect(by({ text: '石桥村 C3' })).toEqual(['c3']);
  });
  it('sorts numbers in names as numbers and the worst state first', () => {
    expect(ids(sorted(all, { column: 'id', down: false }))).toEqual(['c1', 'c2', 'c3', 'c10']);
    expect(ids(sorted(all, { column: 'id', down: true }))).toEqual(['c10', 'c3', 'c2', 'c1']);
    expect(ids(sorted(all, { column: 'state', down: false })).slice(0, 2)).toEqual(['c10', 'c3']);
    expect(ids(sorted(all, { column: 'reason', down: false }))[0]).toBe('c10');
  });
  it('sorts by online rate, unknown ones last', () => {
    const rates = new Map([['c1', 99.5], ['c10', 20]]);
    expect(ids(sorted(all, { column: 'rate', down: false }, rates))).toEqual(['c10', 'c1', 'c2', 'c3']);
    expect(ids(sorted(all, { column: 'rate', down: true }, rates))).toEqual(['c1', 'c10', 'c2', 'c3']);
  });
  it('shows the columns that were chosen, whatever was stored', () => {
    expect(columnsFrom(null)).toEqual(DEFAULT_COLUMNS);
    expect(columnsFrom('{"x":')).toEqual(DEFAULT_COLUMNS);
    expect(columnsFrom('["offset","moon","reason"]')).toEqual(['id', 'name', 'state', 'reason', 'offset']);
  });
  it('draws only rows near the window', () => {
    expect(visibleRows(0, 320, 32, 1447)).toEqual([0, 18]);
    expect(visibleRows(32_000, 320, 32, 1447)).toEqual([992, 1018]);
    expect(visibleRows(99_999, 320, 32, 10)).toEqual([10, 10]);
  });
  it('keeps its filter in the address', () => {
    const filter = { ...NO_FILTER, text: '石桥', state: 'down' };
    expect(filterFromQuery(filterToQuery(filter))).toEqual(filter);
    expect(filterToQuery(NO_FILTER)).toEqual({});
  });
});
