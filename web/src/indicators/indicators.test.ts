import { describe, expect, it } from 'vitest';
import { minutesAs, range, SPANS } from './range.ts';

describe('spans of indicators', () => {
  it('begin on Monday, the first of the month, the quarter and the year, and end now', () => {
    const now = new Date(2026, 10, 24, 17, 41, 30).getTime(); // a Tuesday
    const begin = (span: (typeof SPANS)[number]): string => new Date(range(span, now).fromMs).toDateString();
    expect(SPANS.map(begin)).toEqual(['Mon Nov 23 2026', 'Sun Nov 01 2026', 'Thu Oct 01 2026', 'Thu Jan 01 2026']);
    expect(range('week', new Date(2026, 10, 22).getTime()).fromMs).toBe(new Date(2026, 10, 16).getTime()); // a Sunday belongs to the week before
    expect(range('week', now).untilMs - now).toBe(30_000);
  });
});

describe('times of indicators', () => {
  it('are minutes, hours or days', () => {
    expect([0, 8, 89, 90, 120, 2879, 2880, 5000].map((n) => Object.values(minutesAs(n)).join(' '))).toEqual(['min 0', 'min 8', 'min 89', 'h 1.5', 'h 2', 'h 48', 'd 2', 'd 3.5']);
  });
});
