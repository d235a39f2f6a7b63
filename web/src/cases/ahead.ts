// Deadlines that sending starts, told before it is sent: points in time where the clock is the wall's, else the limit in words. Pure.
interface LimitTimer {
  id: string;
  zh: string;
  en: string;
  in?: string[];
  by?: string;
  limit?: Record<string, number>;
  limits?: Record<string, Record<string, number>>;
  channels?: string[];
}
export interface Ahead {
  id: string;
  /** null: of another clock than the wall's. */
  atMs: number | null;
  limit: Record<string, number>;
}
const SHOWN = ['delivery', 'take', 'work', 'plan', 'callback'];

export function ahead(timers: readonly object[], grade: string | null | undefined, nowMs: number): Ahead[] {
  return (timers as LimitTimer[]).filter(({ id }) => SHOWN.includes(id)).flatMap((timer) => {
    const limit = timer.limit ?? (timer.by === 'grade' ? (timer.limits?.[grade ?? ''] ?? timer.limits?.['*']) : undefined);
    if (!limit) return [];
    const wall = (limit.hours ?? 0) * 3_600_000 + (limit.minutes ?? 0) * 60_000;
    return [{ id: timer.id, limit, atMs: wall > 0 && (timer.id === 'take' || timer.id === 'delivery') ? nowMs + wall : null }];
  });
}
