// Labelled towns through the rules: is an incident missed, is what belongs together put together, and how little is
// left of how much. docs/performance.md explains the figures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../tests/lib/programs.ts';
import { townFolder } from '../../tests/lib/towns.ts';
import { readPlace } from '../feeds/place.ts';
import { readTown } from '../feeds/reading.ts';
import { makeTown, townPlans } from '../feeds/towns.ts';
import { conclude, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { randomOf } from './common/random.ts';
import { buildFor } from './common/town.ts';
import { replay, toldOf, wallctlIn } from './correlate/replay.ts';
import { bootstrap, ratio, score, sum, type Score, type Share } from './correlate/score.ts';

/** `first` seed: others are for tuning. */
const options = readOptions('correlate', { seeds: [10, 1, 100], first: [201, 1, 1e6], cameras: [1447, 1, 20_000] }, ['no-build', 'explain'], ['town', 'labels', 'areas', 'rules']);

if ((options.town === undefined) !== (options.labels === undefined)) {
  console.error('tools/bench correlate: --town and --labels belong together');
  process.exit(2);
}

type Measure = 'missedIncidents' | 'missedLinks' | 'falseLinks' | 'reduction';

/** Ratio of all with its interval: drawn by seed where there are several, else by incident, item and hour. */
function measure(scores: readonly Score[], which: Measure, factor: number): { value: number; low: number; high: number } {
  const shares: Share[] = scores.length > 1 ? scores.map((one) => sum(one[which])) : (scores[0]?.[which] ?? []);
  const [low, high] = bootstrap(shares, randomOf(1));
  return { value: ratio(sum(shares)) * factor, low: low * factor, high: high * factor };
}

function figuresOf(scores: readonly Score[]): Record<string, unknown> {
  const missed = measure(scores, 'missedIncidents', 100);
  const links = measure(scores, 'missedLinks', 100), wrong = measure(scores, 'falseLinks', 100), less = measure(scores, 'reduction', 1);
  const total = (of: (one: Score) => number): number => scores.reduce((all, one) => all + of(one), 0);
  const incidents = total((one) => one.incidents), slots = scores.flatMap((one) => one.itemsPer10Min);
  const rows = scores.flatMap((one) => one.rowsPer10Min).sort((a, b) => a - b);
  return {
    events: total((one) => one.events), incidents, items: total((one) => one.items),
    missed_incidents: total((one) => one.missed.length),
    // of none seen among n, 95 % of all that are as good miss less than 3 of n
    missed_incidents_pct_high: missed.value > 0 ? missed.high : 300 / Math.max(1, incidents),
    underrated_incidents: total((one) => one.underrated),
    missed_links_pct: links.value, missed_links_pct_low: links.low, missed_links_pct_high: links.high,
    false_links_pct: wrong.value, false_links_pct_low: wrong.low, false_links_pct_high: wrong.high,
    reduction_ratio: less.value, reduction_ratio_low: less.low, reduction_ratio_high: less.high,
    reports_per_10min: total((one) => one.events) / Math.max(1, slots.length),
    items_per_10min: slots.reduce((all, one) => all + one, 0) / Math.max(1, slots.length), items_per_10min_max: Math.max(0, ...slots),
    rows_per_10min: rows.reduce((all, one) => all + one, 0) / Math.max(1, rows.length), rows_per_10min_p95: rows[Math.floor(rows.length * 0.95)] ?? 0,
    unasked_incidents: total((one) => one.unasked),
  };
}

function judge(events: string, labels: string, areas: string | undefined): Score {
  const town = readTown(events, labels);
  const made = replay({ wallctl: wallctlIn(build), events, ...(areas ? { areas } : {}), ...(options.rules ? { rules: options.rules } : {}) });
  return score(toldOf(town), town.incidents, made);
}

function explain(name: string, one: Score): void {
  if (!options.explain) return;
  if (one.missed.length) console.error(`${name}: missed ${one.missed.join(', ')}`);
  for (const [pair, count] of [...one.wrong].sort((a, b) => b[1] - a[1]).slice(0, 12)) console.error(`${name}: false ${count} × ${pair}`);
}

/** Every named town with seeds that no rule was tuned with, also the one that the demo reports from. */
function ourTowns(): Map<string, Score[]> {
  const folder = townFolder(options.cameras);
  const place = readPlace(folder);
  const work = mkdtempSync(join(tmpdir(), 'townwall-correlate-'));
  const scores = new Map<string, Score[]>();
  try {
    for (const [name, plan] of Object.entries(townPlans)) {
      const rounds: Score[] = [];
      for (let seed = options.first; seed < options.first + options.seeds; seed++) {
        const [events, labels] = [join(work, 'events'), join(work, 'labels')];
        makeTown(place, plan, seed).write(events, labels);
        rounds.push(judge(events, labels, join(folder, 'areas.geojson')));
        explain(`${name} ${seed}`, rounds.at(-1)!);
      }
      scores.set(name, rounds);
      printRound({ town: name, seeds: options.seeds, ...figuresOf(rounds) });
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return scores;
}

function main(): void {
  if (!options['no-build']) buildFor(false);
  if (options.town !== undefined && options.labels !== undefined) {
    const one = judge(options.town, options.labels, options.areas);
    explain(options.town, one);
    printRound({ town: options.town, ...figuresOf([one]) });
    conclude('correlate', figuresOf([one]));
    return;
  }
  const scores = ourTowns();
  // one draw takes one seed of every town
  const bySeed = Array.from({ length: options.seeds }, (_, i) => [...scores.values()].map((rounds) => rounds[i]!));
  const merged = bySeed.map((towns): Score => ({
    ...towns[0]!, events: towns.reduce((all, one) => all + one.events, 0), items: towns.reduce((all, one) => all + one.items, 0),
    incidents: towns.reduce((all, one) => all + one.incidents, 0), underrated: towns.reduce((all, one) => all + one.underrated, 0), unasked: towns.reduce((all, one) => all + one.unasked, 0),
    missed: towns.flatMap((one) => one.missed), missedIncidents: towns.flatMap((one) => one.missedIncidents), missedLinks: towns.flatMap((one) => one.missedLinks),
    falseLinks: towns.flatMap((one) => one.falseLinks), reduction: towns.flatMap((one) => one.reduction), itemsPer10Min: towns.flatMap((one) => one.itemsPer10Min),
    rowsPer10Min: towns.flatMap((one) => one.rowsPer10Min),
  }));
  const flood = figuresOf(scores.get('flood') ?? []), live = figuresOf(scores.get('live') ?? []);
  conclude('correlate', {
    ...figuresOf(merged), reduction_ratio: flood.reduction_ratio, reduction_ratio_low: flood.reduction_ratio_low, reduction_ratio_high: flood.reduction_ratio_high,
    items_per_10min: flood.items_per_10min, items_per_10min_max: flood.items_per_10min_max,
    live_missed_incidents: live.missed_incidents, live_reports_per_10min: live.reports_per_10min, live_items_per_10min: live.items_per_10min,
    live_rows_per_10min: live.rows_per_10min, live_rows_per_10min_p95: live.rows_per_10min_p95, live_unasked_incidents: live.unasked_incidents,
  });
}

main();
