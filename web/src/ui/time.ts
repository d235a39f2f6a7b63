/** A duration in words short enough for a tile: "0.4 s", "12 s", "6 分", "3 小时". */
export interface DurationWords { key: 's' | 'min' | 'h' | 'd'; n: string }

export function durationWords(ms: number): DurationWords {
  const s = Math.max(0, ms) / 1000;
  if (s < 9.95) return { key: 's', n: s.toFixed(1) };
  if (s < 60) return { key: 's', n: String(Math.floor(s)) };
  if (s < 3600) return { key: 'min', n: String(Math.floor(s / 60)) };
  if (s < 86400) return { key: 'h', n: String(Math.floor(s / 3600)) };
  return { key: 'd', n: String(Math.floor(s / 86400)) };
}

/** mm:ss up to an hour, then h:mm:ss. */
export function clockDuration(ms: number): string {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return s < 3600 ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

export function clockTime(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Of a deadline: one at midnight is told as 24:00 of the day that ends then. */
export function dueOn(at: Date, now: Date): string {
  const midnight = at.getHours() + at.getMinutes() + at.getSeconds() === 0;
  return midnight ? clockOn(new Date(at.getTime() - 60_000), now, true).replace('23:59', '24:00') : clockOn(at, now, true);
}

/** The clock today or in the night around it, else to the minute with the day before it. `short`: always to the minute. */
export function clockOn(at: Date, now: Date, short = false): string {
  const far = Math.abs(now.getTime() - at.getTime()) > 12 * 3_600_000 && at.toDateString() !== now.toDateString();
  if (!far) return short ? clockTime(at).slice(0, 5) : clockTime(at);
  return `${at.getMonth() + 1}-${String(at.getDate()).padStart(2, '0')} ${clockTime(at).slice(0, 5)}`;
}
