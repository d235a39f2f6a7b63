// Medians, percentiles, and the last line of every bench.
import { loadavg } from 'node:os';
import { benchOf } from './catalog.ts';

export type Figures = Record<string, unknown>;

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}

/** Median of the last third by that of the second: the first is for pools and caches to fill. */
export function growth(values: readonly number[]): number {
  const third = Math.floor(values.length / 3);
  return third === 0 ? 1 : median(values.slice(-third)) / median(values.slice(third, 2 * third));
}

/** Numbers to three digits behind the point. */
export function rounded(figures: Figures): Figures {
  const round = (value: unknown): unknown => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value);
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
}

/** One raw round, with the machine's load at its end. */
export function printRound(figures: Figures): void {
  console.log(JSON.stringify(rounded({ ...figures, load: loadavg()[0] })));
}

/** The last line. `pass`: every goal of the bench holds, and whatever else the bench wants. */
export function conclude(bench: string, figures: Figures, alsoNeeded = true): void {
  const { goals, least = {} } = benchOf(bench);
  const value = (field: string): number => (typeof figures[field] === 'number' ? figures[field] : NaN);
  const pass = alsoNeeded && Object.entries(goals).every(([field, most]) => value(field) <= most) &&
    Object.entries(least).every(([field, few]) => value(field) >= few);
  console.log(JSON.stringify(rounded({ bench, ...figures, load: loadavg()[0], pass })));
  process.exitCode = pass ? 0 : 1;
}
