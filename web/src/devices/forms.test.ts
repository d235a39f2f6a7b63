import { describe, expect, it } from 'vitest';
import { adviceEn } from '../i18n/devices.en.ts';
import { adviceZh } from '../i18n/devices.zh-CN.ts';
import { REASONS, STATES } from '../wire/messages.ts';
import { toCsv } from './csv.ts';
import { asText, measured, type Diagnosis } from './diagnosis.ts';
import { bodyOf, changedFields, conflicts, emptyDraft, patchOf, rebased, withSecret } from './edit.ts';
import { kindOf, spans, type Change } from './timeline.ts';

describe('CSV', () => {
  it('quotes what needs it and makes no formula', () => {
    expect(toCsv([['a', 'b,c'], ['"x"', '=1+1'], ['-5.5', '-x\ny']])).toBe('\ufeffa,"b,c"\r\n"""x""",\'=1+1\r\n-5.5,"\'-x\ny"\r\n');
  });
});

describe('time line', () => {
  const change = (ms: number, state: Change['state'], reason: string | null = null): Change =>
    ({ time_us: String(ms * 1000), state, reason, detail: null, skipped: 0 });
  const short = (changes: Change[], gaps: [number, number][] = []): string =>
    spans(changes, gaps.map(([a, b]) => ({ from_us: String(a * 1000), to_us: String(b * 1000) })), 100, 200)
      .map((span) => `${span.fromMs}-${span.toMs} ${span.kind}`).join(', ');
  it('follows without a hole', () => {
    expect(short([])).toBe('100-200 unknown');
    expect(short([change(50, 'live'), change(130, 'down', 'no_data')])).toBe('100-130 online, 130-200 offline');
    expect(short([change(120, 'live')])).toBe('100-120 unknown, 120-200 online');
  });
  it('shows when nobody observed', () => {
    expect(short([change(50, 'live')], [[120, 150]])).toBe('100-120 online, 120-150 unknown, 150-200 online');
    expect(short([change(50, 'live'), change(140, 'disabled')], [[130, 150], [190, 300]]))
      .toBe('100-130 online, 130-150 unknown, 150-190 disabled, 190-200 unknown');
  });
  it('counts as the server does', () => {
    expect([kindOf('stale', 'frozen'), kindOf('sampled', null), kindOf('idle', null), kindOf('down', 'media_away')])
      .toEqual(['offline', 'online', 'unknown', 'unknown']);
  });
});

describe('form', () => {
  const base = { ...emptyDraft(), id: 'c1', name: '村口', url: 'rtsp://***@10.0.0.1/a', keeper: '甲' };
  it('sends what was changed, empty as unknown', () => {
    expect(patchOf(base, { ...base, keeper: '', lon: 120 })).toEqual({ keeper: null, lon: 120 });
    expect(bodyOf({ ...emptyDraft(), id: 'a', name: 'b', url: 'rtsp://h/' })).toEqual({ id: 'a', name: 'b', url: 'rtsp://h/', mode: 'always', enabled: true, crs: 'WGS84' });
  });
  it('tells what somebody else changed and keeps both', () => {
    const theirs = { ...base, keeper: '乙', area: '33' };
    const mine = { ...base, keeper: '丙', name: '村口西' };
    expect(conflicts(base, theirs, mine).map(({ field, both }) => [field, both])).toEqual([['area', false], ['keeper', true]]);
    const merged = rebased(base, theirs, mine);
    expect([merged.area, merged.keeper, merged.name]).toEqual(['33', '丙', '村口西']);
    expect(changedFields(theirs, merged)).toEqual(['name', 'keeper']);
  });
  it('puts user and password into the address', () => {
    expect(withSecret('rtsp://***@10.0.0.1/a', 'u', 'p@ss:w?')).toBe('rtsp://u:p%40ss%3Aw%3F@10.0.0.1/a');
    expect(withSecret('rtsp://10.0.0.1/a', '', '')).toBe('rtsp://10.0.0.1/a');
  });
});

describe('diagnosis', () => {
  const t = (key: string, values?: Record<string, unknown>): string => (values ? `${key} ${JSON.stringify(values)}` : key);
  const bad: Diagnosis = {
    address: 'rtsp://***@10.0.0.1/a', steps: [{ step: 'tcp', ok: true, took_ms: 3.2 }, { step: 'OPTIONS', ok: false, detail: '401 Unauthorized' }],
    verdict: { ok: false, code: 'wrong_password', detail: 'no' },
  };
  it('is a text that can be sent', () => {
    const text = asText(bad, { id: 'c1', name: '村口', at: new Date(0), version: '1' }, t, () => true);
    expect(text).toContain('1. [OK] devices.step.tcp 3 ms');
    expect(text).toContain('2. [FAIL] devices.step.OPTIONS: 401 Unauthorized');
    expect(text).toContain('why.wrong_password (no)');
    expect(measured(bad, t)).toEqual([]);
  });
});

describe('advice', () => {
  it('says in both languages what to do about every state and reason', () => {
    for (const key of [...STATES.filter((state) => state !== 'down'), ...REASONS, 'media_away', 'timeout'])
      for (const advice of [adviceZh, adviceEn]) expect(advice[key], key).toMatch(/.{5}/);
  });
});
