// A year of the working calendar as months of weeks. Pure: dates are text, `2026-10-01`.
export type DayKind = 'work' | 'rest' | 'off' | 'makeup';
export interface CalendarDay {
  date: string;
  day: number;
  kind: DayKind;
}
export interface CalendarMonth {
  month: number;
  /** Monday first; null: of another month. */
  weeks: (CalendarDay | null)[][];
  /** Working days in it. */
  workdays: number;
}
export interface YearAnswer {
  year: number;
  known: boolean;
  source: string | null;
  off: string[];
  work: string[];
}

const WEEK = 7;
const two = (n: number): string => String(n).padStart(2, '0');

/** `off`: days off of the notice, `work`: worked days of weekends. */
export function monthsOf({ year, off, work }: Pick<YearAnswer, 'year' | 'off' | 'work'>): CalendarMonth[] {
  const [offs, works] = [new Set(off), new Set(work)];
  return Array.from({ length: 12 }, (_, i) => {
    const last = new Date(Date.UTC(year, i + 1, 0)).getUTCDate();
    const before = (new Date(Date.UTC(year, i, 1)).getUTCDay() + 6) % WEEK;
    const cells: (CalendarDay | null)[] = Array.from({ length: before }, () => null);
    for (let day = 1; day <= last; day++) {
      const date = `${year}-${two(i + 1)}-${two(day)}`;
      const weekend = cells.length % WEEK >= 5;
      cells.push({ date, day, kind: works.has(date) ? 'makeup' : offs.has(date) ? 'off' : weekend ? 'rest' : 'work' });
    }
    while (cells.length % WEEK > 0) cells.push(null);
    return {
      month: i + 1, weeks: Array.from({ length: cells.length / WEEK }, (_w, n) => cells.slice(n * WEEK, (n + 1) * WEEK)),
      workdays: cells.filter((one) => one?.kind === 'work' || one?.kind === 'makeup').length,
    };
  });
}
