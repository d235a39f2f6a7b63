// How long it takes to find where something lies, in a town of 39 cells and in one of 3,900. docs/performance.md
// explains the figures.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { conclude, median, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { build, buildFor } from './common/town.ts';

const options = readOptions('place', { small: [39, 1, 100_000], large: [3900, 1, 100_000], lookups: [100_000, 1, 10_000_000], rounds: [3, 1, 20] }, ['no-build']);

interface Round { make_ms: number; at_us: number; nearest_us: number; address_us: number }

function lookups(cells: number): Round {
  const { stdout, stderr, status } = spawnSync(join(build, 'tests/bench/place/place_lookup'), [String(cells), String(options.lookups)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`place_lookup: ${stderr}`);
  const round = JSON.parse(stdout) as Round;
  printRound({ ...round });
  return round;
}

function main(): void {
  if (!options['no-build']) buildFor(false);
  const small: Round[] = [], large: Round[] = [];
  for (let i = 0; i < options.rounds; i++) {
    small.push(lookups(options.small));
    large.push(lookups(options.large));
  }
  const of = (rounds: Round[], field: keyof Round): number => median(rounds.map((round) => round[field]));
  conclude('place', {
    cells: options.large, at_us: of(large, 'at_us'), nearest_us: of(large, 'nearest_us'), address_us: of(large, 'address_us'),
    small_at_us: of(small, 'at_us'), make_ms: of(large, 'make_ms'), ratio: of(large, 'at_us') / of(small, 'at_us'),
  });
}

main();
