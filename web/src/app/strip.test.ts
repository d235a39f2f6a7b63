import { describe, expect, it } from 'vitest';
import type { Counts } from '../mosaic/filter.ts';
import type { CameraState, MediaState, Reason } from '../wire/messages.ts';
import { percent, strip, type StripFacts } from './strip.ts';

const words = {
  t: (key: string, named?: Record<string, unknown>) => [key, ...Object.values(named ?? {})].join(' '),
  duration: (ms: number) => `${ms} ms`,
  counted: (key: string, n: number) => `${key} ${n}`,
  whyWords: (code: string) => code,
};
const counts = (states: Partial<Record<CameraState, number>>, reasons: Partial<Record<Reason, number>> = {}): Counts => ({
  total: Object.values(states).reduce((sum, one) => sum + one, 0),
  states: new Map(Object.entries(states)) as Counts['states'],
  reasons: new Map(Object.entries(reasons)) as Counts['reasons'],
  downReasons: new Map(Object.entries(reasons)) as Counts['reasons'],
});
const facts = (more: Partial<StripFacts>): StripFacts => ({ counts: counts({}), loaded: true, media: null, seats: 1, name: '', ...more });
const figure = (of: StripFacts, name: string) => strip(of, words).find((one) => one.name === name);

describe('figures of the strip', () => {
  it('round half up to two decimals and say what they are counted from', () => {
    expect(percent(1391, 1447)).toBe('96.13');
    expect(percent(30, 32)).toBe('93.75');
    const town = facts({ counts: counts({ live: 1391, stale: 18, down: 38 }, { no_data: 9, unreachable: 17, refused: 3 }) });
    expect(figure(town, 'online')).toMatchObject({ value: 'strip.percent 96.13', base: 'strip.of 1391 1447' });
    expect(figure(town, 'down')).toMatchObject({ value: 'strip.paths 38', base: 'unreachable 17 · no_data 9', state: 'down', meaning: 'strip.downMeans unreachable 17 · no_data 9 · refused 3' });
  });
  it('give no rate of fewer than ten, and leave out what is switched off', () => {
    expect(figure(facts({ counts: counts({ live: 8, down: 1, disabled: 5 }) }), 'online')).toMatchObject({ value: 'strip.of 8 9', base: '' });
  });
  it('show nothing as known before it is', () => {
    const unknown = facts({ loaded: false });
    for (const name of ['online', 'age', 'down', 'stale']) expect(figure(unknown, name)?.value).toBe('–');
  });
  it('tell what the nodes take in only to those who are told', () => {
    const media = { age: { p50_ms: 1900, p99_ms: 3800 }, counts: {}, nodes: [{ id: 'm', state: 'connected', cameras: 1447, units_per_s: 36175, bytes_per_s: 73_500_000, cpu_cores: { ingest: 0.5, picture: 1 }, picture_cores: 1 }] } as unknown as MediaState;
    expect(figure(facts({ media }), 'inflow')).toMatchObject({ value: 'strip.mbits 588', base: 'strip.units 36175' });
    expect(figure(facts({ media }), 'cores')?.value).toBe('strip.coresUnit 1.50');
    expect(figure(facts({ media: { ...media, nodes: [{ id: 'm', state: 'connected' } as never] } }), 'inflow')).toBeUndefined();
  });
});
