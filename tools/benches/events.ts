// Events from signed HTTP batches to alerts in the store, with browsers on the topic; and bare Redis beside it.
// docs/performance.md explains the figures.
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Person } from '../../tests/lib/client.ts';
import { build } from '../../tests/lib/programs.ts';
import { startSmallStack, stopStack } from '../../tests/lib/stack.ts';
import { townFolder } from '../../tests/lib/towns.ts';
import { until } from '../../tests/lib/wait.ts';
import { readPlace } from '../feeds/place.ts';
import { itemOf } from '../feeds/sending.ts';
import { makeTown, townPlans } from '../feeds/towns.ts';
import { registerFeed } from '../supervise/feeds.ts';
import type { Stack } from '../supervise/stack.ts';
import { conclude, median, printRound, type Figures } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { cpuSeconds } from './common/processes.ts';
import { buildFor } from './common/town.ts';

const options = readOptions('events', {
  clients: [100, 0, 900], seconds: [10, 1, 600], rounds: [3, 1, 20], batch: [500, 1, 1000], connections: [4, 1, 64], rate: [1000, 1, 100_000], cameras: [1447, 1, 20_000],
}, ['no-build']);
const feed = 'bench';
const probesPerSecond = 20;
const run = promisify(execFile);

/** What a flood town tells within a day, in its order: with all its repeats, over and over. */
function writeItems(file: string): void {
  const { lines } = makeTown(readPlace(townFolder(options.cameras)), townPlans.flood!, 1);
  const told = lines.filter(({ event }) => event.refs === undefined);
  writeFileSync(file, told.map(({ event }) => {
    const { id, occurred_us: _occurred, ...rest } = itemOf(event) as Figures;
    return JSON.stringify({ id, ...rest });
  }).join('\n') + '\n');
}

class Bench {
  readonly stack: Stack;
  private readonly key: string;
  private readonly operator: Person;
  private readonly items: string;
  private runs = 0;

  constructor(stack: Stack, operator: Person) {
    this.stack = stack;
    this.operator = operator;
    this.key = registerFeed(stack.wallctl, feed, 'bench', 1_000_000);
    this.items = stack.path('items.ndjson');
    writeItems(this.items);
  }

  private program(name: string): string {
    return join(build, 'tests/bench/events', name);
  }

  private async load(...words: string[]): Promise<Record<string, number>> {
    const { port } = this.stack.options;
    const { stdout } = await run(this.program('events_load'), ['--port', String(port), '--feed', feed, '--key', this.key, '--file', this.items,
      '--run', `${process.pid}-${++this.runs}`, '--clients', String(options.clients), '--cookie', this.operator.cookie, '--seconds', String(options.seconds), ...words]);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
  }

  /** Every event of the stream is decided, in the store and acknowledged. */
  private async drained(): Promise<void> {
    await until('all events are in the store', () => {
      const { stdout } = spawnSync('redis-cli', ['-s', this.stack.path('redis.sock'), 'XINFO', 'GROUPS', 'tw:events'], { encoding: 'utf8' });
      return /\bpending\n0\b/.test(stdout) && /\blag\n0\b/.test(stdout);
    }, 600_000);
  }

  async throughput(): Promise<Record<string, number>> {
    const programs = ['townwalld', 'redis'] as const;
    const cpu = (): number[] => programs.map((name) => cpuSeconds(this.stack.children.get(name)!.pid!));
    const [before, begun] = [cpu(), performance.now()];
    const said = await this.load('--batch', String(options.batch), '--connections', String(options.connections));
    const accepted = said.accepted! / said.seconds!;
    await this.drained();
    const seconds = (performance.now() - begun) / 1000;
    const after = cpu();
    const round = {
      events: said.accepted!, accepted_per_s: accepted, events_per_s: said.accepted! / seconds, busy: said.busy!, answer_p99_ms: said.answer_p99_ms!,
      watched_mbit_per_s: (said.watched_bytes! * 8e-6) / said.seconds!, server_cores: (after[0]! - before[0]!) / seconds, redis_cores: (after[1]! - before[1]!) / seconds,
    };
    printRound({ round: 'throughput', ...round });
    return round;
  }

  async bare(): Promise<Record<string, number>> {
    const { stdout } = await run(this.program('events_bare'), ['--redis', this.stack.path('redis.sock'), '--file', this.items, '--batch', String(options.batch),
      '--window', String(options.connections), '--seconds', String(options.seconds)]);
    const round = JSON.parse(stdout) as Record<string, number>;
    printRound({ round: 'bare', ...round });
    return round;
  }

  async latency(): Promise<Record<string, number>> {
    const disk = run(this.program('events_bare'), ['--fsync', this.stack.path('redis', 'fsync'), '--seconds', String(options.seconds)]);
    const said = await this.load('--rate', String(options.rate), '--batch', String(Math.max(1, Math.round(options.rate / 100))), '--connections', '16',
      '--probes', String(probesPerSecond));
    await this.drained();
    const round = { ...said, ...(JSON.parse((await disk).stdout) as Record<string, number>) };
    printRound({ round: 'latency', ...round });
    return round;
  }
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(false);
  const stack = await startSmallStack({ cameras: 4, simulator: false, config: { server: { max_clients: 1000 } } });
  try {
    const bench = new Bench(stack, await Person.login(stack, 'operator'));
    const [through, bare, late]: Record<string, number>[][] = [[], [], []];
    for (let i = 0; i < options.rounds; i++) {
      late!.push(await bench.latency());
      bare!.push(await bench.bare());
      through!.push(await bench.throughput());
    }
    const of = (rounds: Record<string, number>[], field: string): number => median(rounds.map((round) => round[field]!));
    conclude('events', {
      clients: options.clients, events_per_s: of(through!, 'events_per_s'), accepted_per_s: of(through!, 'accepted_per_s'),
      bare_events_per_s: of(bare!, 'events_per_s'), ratio: median(through!.map((round, i) => round.events_per_s! / bare![i]!.events_per_s!)),
      latency_p50_ms: of(late!, 'latency_p50_ms'), latency_p99_ms: of(late!, 'latency_p99_ms'), deltas: of(late!, 'deltas'), fsync_p99_ms: of(late!, 'fsync_p99_ms'),
      server_cores: of(through!, 'server_cores'), redis_cores: of(through!, 'redis_cores'),
    });
  } finally {
    await stopStack(stack);
  }
}

await main();
