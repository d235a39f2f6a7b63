// Three-colour early warning by cell, heat of the last hours, and the load of each seat: asked for while somebody shows them.
import { defineStore } from 'pinia';
import { onBeforeUnmount, reactive, ref, shallowRef, watch } from 'vue';
import { useLink } from './link.ts';
import { api, wordsOf } from './api.ts';
import type { Words } from '../wire/messages.ts';

export const COLOURS = ['red', 'yellow', 'green'] as const;
export type Colour = (typeof COLOURS)[number];

export interface WarnedCategory {
  dimension: string;
  type: string;
  /** What people call the type; null: a whole dimension. */
  name?: Words | null;
  count: number;
  /** Of its own past; null where there is too little of it. */
  expected: number | null;
  p: number | null;
}
export interface WarnedCell {
  area: string;
  colour: Colour;
  categories: WarnedCategory[];
  /** Fewer than three in it are not shown on displays. */
  shown?: boolean;
  /** What the colour means here. */
  meaning?: { zh: string | null; en: string | null };
  confirmed_by: { name: string; time_us?: string } | string | null;
}
export interface Warnings {
  cells: WarnedCell[];
  window_days: number;
}
export interface SeatLoad {
  user: string;
  name: string;
  per_10min: number;
  in_flood: boolean;
}
export interface Load {
  seats: SeatLoad[];
  reports_10min: number;
  alerts_10min: number;
}
export type HeatPoint = [lon: number, lat: number, count: number];

/** How many alerts a seat can follow in ten minutes (EEMUA 191). */
export const LOAD_LIMIT = 10;
export const HEAT_HOURS = 6;
const WARNINGS_EVERY_MS = 60_000;
const HEAT_EVERY_MS = 30_000;
const LOAD_EVERY_MS = 10_000;

/** Both numbers of a cell: of all its categories. */
export function sums(cell: WarnedCell): { count: number; expected: number } {
  return cell.categories.reduce((sum, one) => ({ count: sum.count + one.count, expected: sum.expected + (one.expected ?? 0) }), { count: 0, expected: 0 });
}

const fresh = (): { failure: Words | null; atMs: number } => ({ failure: null, atMs: 0 });

export const useWarnings = defineStore('warnings', () => {
  const link = useLink();
  const warnings = shallowRef<Warnings | null>(null);
  const heat = shallowRef<HeatPoint[]>([]);
  const load = shallowRef<Load | null>(null);
  /** How it went to ask for each: why the newest question failed, and when the newest answer came (0: none did). */
  const asked = reactive({ warnings: fresh(), heat: fresh(), load: fresh() });
  /** Layers of the map that are switched on. */
  const showWarnings = ref(true);
  const showHeat = ref(false);

  function same(a: unknown, b: unknown): boolean {
    return JSON.stringify(a) === JSON.stringify(b);
  }
  async function take(what: keyof typeof asked, ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      asked[what] = { failure: null, atMs: Date.now() };
    } catch (error) {
      asked[what] = { failure: wordsOf(error), atMs: asked[what].atMs };
    }
  }
  async function askWarnings(): Promise<void> {
    await take('warnings', async () => {
      const got = await api<Warnings>('GET', '/warnings');
      const shown = { ...got, cells: got.cells.filter((cell) => cell.shown !== false) };
      if (!same(shown, warnings.value)) warnings.value = shown;
    });
  }
  async function askHeat(): Promise<void> {
    await take('heat', async () => {
      const { points } = await api<{ points: HeatPoint[] }>('GET', `/alert-heat?hours=${HEAT_HOURS}`);
      if (!same(points, heat.value)) heat.value = points;
    });
  }
  async function askLoad(): Promise<void> {
    await take('load', async () => {
      const got = await api<Load>('GET', '/alert-load');
      if (!same(got, load.value)) load.value = got;
    });
  }
  async function confirm(area: string): Promise<Words | null> {
    try {
      await api('POST', `/warnings/${encodeURIComponent(area)}/confirm`, {});
      await askWarnings();
      return null;
    } catch (error) {
      return wordsOf(error);
    }
  }
  /** Asks now and then as long as the component is there. */
  function follow(what: keyof typeof asked, wanted: () => boolean = () => true): void {
    const [ask, everyMs] = { warnings: [askWarnings, WARNINGS_EVERY_MS], heat: [askHeat, HEAT_EVERY_MS], load: [askLoad, LOAD_EVERY_MS] }[what] as [() => Promise<void>, number];
    if (wanted()) void ask();
    const timer = setInterval(() => wanted() && void ask(), everyMs);
    // a line that came back is used at once
    const stop = watch(() => link.state === 'open', (is) => is && wanted() && void ask());
    onBeforeUnmount(() => {
      clearInterval(timer);
      stop();
    });
  }
  return { warnings, heat, load, asked, showWarnings, showHeat, askWarnings, askHeat, askLoad, confirm, follow };
});
