import { describe, expect, it } from 'vitest';
import type { Camera } from '../wire/messages.ts';
import { REASONS, STATES } from '../wire/messages.ts';
import { ICONS, REASON_ICON, reasonIcon, STATE_ICON } from './icons.ts';
import { clockOn } from './time.ts';
import { held, troubled } from './trouble.ts';

describe('shapes', () => {
  it('tell each state and each reason apart without colour', () => {
    const drawn = [...STATES.map((state) => STATE_ICON[state]), ...REASONS.map((reason) => REASON_ICON[reason])];
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(new Set(drawn.map((name) => JSON.stringify(ICONS[name]))).size).toBe(drawn.length);
  });
  it('have one for a reason of a newer server', () => {
    expect(ICONS[reasonIcon('of_tomorrow')]).toBeDefined();
    expect(Object.values(REASON_ICON)).not.toContain(reasonIcon('of_tomorrow'));
  });
});

describe('cameras in trouble', () => {
  const camera = (id: string, state: string, since: number): Camera => ({ id, state, since_us: String(since) }) as Camera;
  it('come newest first, equal ones by number', () => {
    const all = [camera('c2', 'down', 5), camera('c1', 'live', 9), camera('c10', 'stale', 7), camera('c3', 'down', 7)];
    expect(troubled(all).map(({ id }) => id)).toEqual(['c3', 'c10', 'c2']);
  });
  it('keep their rows while somebody reads, new ones are counted', () => {
    expect(held(['c1', 'c2'], ['c9', 'c2', 'c1', 'c8'])).toEqual({ rows: ['c1', 'c2'], fresh: 2 });
  });
});

describe('the clock', () => {
  const now = new Date(2025, 10, 22, 22, 30, 5);
  it('has the day before it when it is another one', () => {
    expect([clockOn(now, now), clockOn(now, now, true)]).toEqual(['22:30:05', '22:30']);
    expect(clockOn(new Date(2025, 10, 23, 1, 0, 0), now, true)).toBe('01:00');
    expect(clockOn(new Date(2025, 10, 23, 22, 5, 9), now, true)).toBe('11-23 22:05');
    expect(clockOn(new Date(2025, 11, 2, 1, 5, 9), now)).toBe('12-02 01:05');
  });
});
