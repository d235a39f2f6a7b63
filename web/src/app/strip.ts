// The figures of the strip. Pure: facts and words come in.
import type { Counts } from '../mosaic/filter.ts';
import type { CameraState, MediaState } from '../wire/messages.ts';

export interface Figure {
  name: string;
  label: string;
  value: string;
  /** What it is counted from. */
  base: string;
  /** Shape before the label, where the figure tells of trouble. */
  state?: CameraState;
  /** More than a person can follow: the shape of priority 2. */
  flood?: boolean;
  /** What the label means, where a word alone does not say it. */
  meaning?: string;
  /** The base is a person's or a place's own name. */
  own?: boolean;
}
export interface StripFacts {
  counts: Counts;
  loaded: boolean;
  media: MediaState | null;
  seats: number;
  name: string;
  /** Alerts of this seat in ten minutes; null: not known, undefined: none of its business. */
  /** Who leads this shift and whether the last one was signed for; undefined: none of its business, null: nobody is on the roster. */
  duty?: { shift: string; people: string; unsigned: boolean } | null;
  load?: { n: number; limit: number; flood: boolean } | null;
}
export interface StripWords {
  t(key: string, named?: Record<string, unknown>): string;
  duration(ms: number): string;
  counted(key: string, n: number): string;
  whyWords(code: string): string;
}

const DASH = '–';
const FEW = 10;

/** 96.13; two decimals, half up. */
export function percent(part: number, whole: number): string {
  return (Math.round((part / whole) * 10_000) / 100).toFixed(2);
}

const sumOf = (parts: (number | undefined)[]): number => parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);

function trouble(facts: StripFacts, words: StripWords): Figure[] {
  const { states, downReasons: reasons } = facts.counts;
  const told = [...reasons].sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${words.whyWords(reason)} ${count}`);
  const base = told.slice(0, 2).join(' · ');
  const of = (state: CameraState): string => (facts.loaded ? words.t('strip.paths', { n: states.get(state) ?? 0 }) : DASH);
  const shape = (state: CameraState): { state?: CameraState } => ((states.get(state) ?? 0) > 0 ? { state } : {});
  return [
    { name: 'down', label: words.t('strip.down'), value: of('down'), base: base || words.t('strip.none'), meaning: [words.t('strip.downMeans'), told.join(' · ')].filter(Boolean).join(' '), ...shape('down') },
    { name: 'stale', label: words.t('strip.stale'), value: of('stale'), base: words.t('strip.of', { n: states.get('stale') ?? 0, all: facts.counts.total }), meaning: words.t('strip.staleMeans'), ...shape('stale') },
  ];
}

/** Only somebody who sees the whole town is told what the media nodes take in. */
function load(facts: StripFacts, { t }: StripWords): Figure[] {
  const nodes = facts.media?.nodes ?? [];
  if (nodes.length > 0 && nodes.every((node) => (node.cameras as number | undefined) === undefined)) return [];
  if (!nodes.some((node) => node.bytes_per_s !== undefined))
    return ['inflow', 'cores'].map((name) => ({ name, label: t(`strip.${name}`), value: DASH, base: '' })); // keeps its place
  const cores = sumOf(nodes.flatMap((node) => Object.values(node.cpu_cores ?? {})));
  const pictures = sumOf(nodes.map((node) => node.cpu_cores?.picture));
  const budget = sumOf(nodes.map((node) => node.picture_cores));
  return [
    { name: 'inflow', label: t('strip.inflow'), value: t('strip.mbits', { n: Math.round((sumOf(nodes.map((node) => node.bytes_per_s)) * 8) / 1e6) }),
      base: t('strip.units', { n: Math.round(sumOf(nodes.map((node) => node.units_per_s))) }) },
    { name: 'cores', label: t('strip.cores'), value: t('strip.coresUnit', { n: cores.toFixed(2) }), base: t('strip.picture', { n: `${pictures.toFixed(2)} / ${budget}` }) },
  ];
}

function alertLoad({ load }: StripFacts, { t }: StripWords): Figure[] {
  if (load === undefined) return [];
  const label = t('alerts.load.seat');
  if (load === null) return [{ name: 'load', label, value: DASH, base: '' }];
  return [{ name: 'load', label, value: t('alerts.load.n', { n: load.n }), base: t('alerts.load.limit', { n: load.limit }), ...(load.flood ? { flood: true } : {}) }];
}

export function strip(facts: StripFacts, words: StripWords): Figure[] {
  const { t, duration, counted } = words;
  const { counts, media } = facts;
  const off = (counts.states.get('disabled') ?? 0) + (counts.states.get('idle') ?? 0);
  const all = counts.total - off;
  const live = (counts.states.get('live') ?? 0) + (counts.states.get('sampled') ?? 0);
  const of = t('strip.of', { n: live, all });
  const known = media !== null && media.age.p50_ms >= 0;
  // under ten there is no rate, only the counts
  const online = all < FEW ? of : t('strip.percent', { n: percent(live, all) });
  return [
    { name: 'online', label: t('strip.online'), value: facts.loaded ? online : DASH, base: facts.loaded && all >= FEW ? of : '' },
    { name: 'age', label: t('strip.age'), value: known ? duration(media.age.p50_ms) : DASH, base: known ? t('strip.p99', { s: duration(media.age.p99_ms) }) : '' },
    ...trouble(facts, words),
    ...load(facts, words),
    ...alertLoad(facts, words),
    ...(facts.duty ? [{ name: 'duty', label: t('duty.strip'), value: facts.duty.people, base: facts.duty.unsigned ? t('duty.stripUnsigned') : facts.duty.shift, ...(facts.duty.unsigned ? { state: 'down' as const } : {}) }] : []),
    { name: 'seats', label: t('strip.seats'), value: counted('strip.seatsUnit', Math.max(1, facts.seats)), base: facts.name, own: true },
  ];
}
