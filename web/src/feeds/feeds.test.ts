import { describe, expect, it } from 'vitest';
import { stateOf, testEvent, type Feed } from './rest.ts';

const feed = (more: Partial<Feed['numbers']> = {}, enabled = true): Feed =>
  ({ id: 'a', enabled, numbers: { failing: false, last_event_us: null, ...more } }) as Feed;

describe('feeds', () => {
  it('are well, failing, silent or off', () => {
    const nowMs = 10_000_000;
    expect(stateOf(feed(), nowMs)).toBe('good');
    expect(stateOf(feed({ failing: true }), nowMs)).toBe('failing');
    expect(stateOf(feed({ failing: true }, false), nowMs)).toBe('disabled');
    expect(stateOf(feed({ last_event_us: String((nowMs - 3_600_001) * 1000) }), nowMs)).toBe('silent');
    expect(stateOf(feed({ last_event_us: String((nowMs - 1000) * 1000) }), nowMs)).toBe('good');
  });
  it('are tried with an event that has a place only where one was typed', () => {
    const form = { title: ' 测试 ', type: 'fire', priority: 3, place: '', dimension: '' };
    expect(testEvent(form, 't1')).toEqual({ id: 't1', title: '测试', type: 'fire', priority: 3 });
    expect(testEvent({ ...form, place: '120.1，30.2', dimension: 'traffic' }, 't1')).toMatchObject({ lon: 120.1, lat: 30.2, dimension: 'traffic' });
    for (const place of ['120', '1,2,3', 'x,y']) expect(testEvent({ ...form, place }, 't1')).not.toHaveProperty('lon');
  });
});
