import { expect, test } from 'vitest';
import { isGrey, STALE_MS } from './grey.ts';

test('a picture is grey when it is old and its stream is not known to live', () => {
  const live = { state: 'live', reason: null } as const;
  expect(isGrey(live, STALE_MS * 4, false)).toBe(false); // keyframes a minute apart
  expect(isGrey(live, STALE_MS, true)).toBe(true); // who knows what it does by now
  expect(isGrey(live, STALE_MS - 1, true)).toBe(false);
  expect(isGrey({ state: 'sampled', reason: null }, 60_000, false)).toBe(false);
  expect(isGrey({ state: 'stale', reason: null }, STALE_MS, false)).toBe(true);
  expect(isGrey({ state: 'stale', reason: 'frozen' }, STALE_MS, false)).toBe(true);
  expect(isGrey({ state: 'connecting', reason: null }, STALE_MS, false)).toBe(true);
  expect(isGrey({ state: 'live', reason: 'media_away' }, STALE_MS, false)).toBe(true);
  expect(isGrey({ state: 'idle', reason: null }, STALE_MS, false)).toBe(true);
});
