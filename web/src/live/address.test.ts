import { describe, expect, it } from 'vitest';
import { readAddress, shownOf, withCamera, withoutCamera, writeAddress } from './address.ts';

describe('address of the live page', () => {
  it('reads back what it writes', () => {
    const address = { cameras: ['c0001', 'c0002'], layout: 4 as const, at: 'c0002' };
    expect(readAddress(writeAddress(address))).toEqual(address);
  });
  it('chooses a layout that holds the cameras, names each once and at most sixteen', () => {
    expect(readAddress({ cameras: 'a,b,c,b' })).toEqual({ cameras: ['a', 'b', 'c'], layout: 4, at: 'a' });
    const many = Array.from({ length: 20 }, (_, i) => `c${i}`).join();
    expect(readAddress({ cameras: many }).cameras).toHaveLength(16);
    expect(readAddress({ cameras: 'a', layout: '7' }).layout).toBe(1);
  });
  it('fills free places first, then takes the selected one', () => {
    const one = withCamera({ cameras: ['a'], layout: 4, at: 'a' }, 'b');
    expect(one).toEqual({ cameras: ['a', 'b'], layout: 4, at: 'b' });
    expect(withCamera({ cameras: ['a'], layout: 1, at: 'a' }, 'b').cameras).toEqual(['b']);
    expect(withCamera(one, 'a')).toEqual({ cameras: ['a', 'b'], layout: 4, at: 'a' });
  });
  it('selects a neighbour when the selected one goes', () => {
    const three = { cameras: ['a', 'b', 'c'], layout: 4 as const, at: 'c' };
    expect(withoutCamera(three, 'c')).toEqual({ cameras: ['a', 'b'], layout: 4, at: 'b' });
    expect(withoutCamera({ cameras: ['a'], layout: 1, at: 'a' }, 'a').at).toBe('');
  });
  it('shows the page of cameras that holds the selected one', () => {
    const cameras = ['a', 'b', 'c', 'd', 'e'];
    expect(shownOf({ cameras, layout: 4, at: 'e' })).toEqual(['e']);
    expect(shownOf({ cameras, layout: 1, at: 'c' })).toEqual(['c']);
  });
});
