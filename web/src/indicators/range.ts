// Spans of time that indicators are asked for. Pure.
export const SPANS = ['week', 'month', 'quarter', 'year'] as const;
export type Span = (typeof SPANS)[number];

/** From the beginning of the span that now lies in, by this clock's days, to now. */
export function range(span: Span, nowMs: number): { fromMs: number; untilMs: number } {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const begin: Record<Span, Date> = {
    week: new Date(year, month, day - ((now.getDay() + 6) % 7)), month: new Date(year, month, 1), quarter: new Date(year, month - (month % 3), 1), year: new Date(year, 0, 1),
  };
  // to the whole minute: the same question for what lies behind a number
  return { fromMs: begin[span].getTime(), untilMs: Math.ceil(nowMs / 60_000) * 60_000 };
}

/** Minutes as people say them: of an hour, hours, days, to one decimal. */
export function minutesAs(minutes: number): { key: 'min' | 'h' | 'd'; n: string } {
  if (minutes < 90) return { key: 'min', n: String(minutes) };
  const [key, n] = minutes < 2880 ? ['h' as const, minutes / 60] : ['d' as const, minutes / 1440];
  return { key, n: n.toFixed(1).replace(/\.0$/, '') };
}
