// 200 browsers on one server, each with every topic and the small pictures of the whole town, beside a bare
// program that writes the same bytes to as many sockets. docs/performance.md explains the figures.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { order } from '../../tests/lib/simulator.ts';
import { conclude, median, printRound, type Figures } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { cpuSeconds, residentMb } from './common/processes.ts';
import { Talker } from './common/talker.ts';
import { build, buildFor, withTown, type Town } from './common/town.ts';

const options = readOptions('fanout', {
  cameras: [1447, 1, 4095], clients: [200, 1, 900], seconds: [12, 1, 600], warmup: [6, 0, 60], rounds: [3, 1, 20],
  'gop-seconds': [2, 0.5, 60], changes: [2, 0, 100],
}, ['no-build']);
const { clients, seconds, warmup } = options;
const periodMs = 100;
const viewers = join(build, 'tests/bench/fanout/viewers');
const limitMs = (seconds + warmup + 60) * 1000;

interface Sent extends Figures { bytes_per_s: number; cpu_cores: number }

/** Breaks connections of cameras, one after the other, so that topics have something to tell. */
async function trouble(town: Town, over: AbortSignal): Promise<void> {
  for (let i = 0; !over.aborted && options.changes > 0; i++) {
    await order(town.stack, { cmd: 'fault', kind: 'drop', cameras: [(i % options.cameras) + 1] });
    await pause(1000 / options.changes);
  }
}

async function throughServer(town: Town): Promise<Sent> {
  const log = town.stack.path('logs', 'viewers.log');
  const before = residentMb(town.server);
  const talker = new Talker([viewers, '--port', String(town.stack.options.port), '--cookie', town.operator.cookie,
    '--clients', String(clients), '--warmup', String(warmup), '--seconds', String(seconds)], log);
  const over = new AbortController();
  const troubling = trouble(town, over.signal);
  try {
    await talker.until('viewers', (last) => last.phase === 'measuring', limitMs);
    const cpu = cpuSeconds(town.server);
    await talker.until('viewers', (last) => last.phase === 'over', limitMs);
    const used = cpuSeconds(town.server) - cpu;
    const { last } = talker;
    const round: Sent = {
      program: 'townwalld', cpu_cores: used / last.seconds, bytes_per_s: last.bytes / last.seconds,
      mbit_per_s: (last.bytes * 8e-6) / last.seconds, pictures_per_s: last.pictures / last.seconds, batches_per_s: last.batches / last.seconds, texts_per_s: last.texts / last.seconds,
      delivery_p50_ms: last.delivery_p50_ms, delivery_p99_ms: last.delivery_p99_ms,
      topic_p50_ms: last.topic_p50_ms, topic_p99_ms: last.topic_p99_ms,
      memory_per_client_kb: ((residentMb(town.server) - before) * 1024) / clients,
    };
    printRound(round);
    return round;
  } finally {
    over.abort();
    await talker.stop();
    await troubling;
  }
}

async function bare(town: Town, bytesPerSecond: number): Promise<Sent> {
  const log = town.stack.path('logs', 'viewers.log');
  const each = Math.max(1, Math.round((bytesPerSecond / clients / 1000) * periodMs));
  const writer = new Talker([join(build, 'tests/bench/fanout/bare'), '--clients', String(clients), '--bytes', String(each),
    '--period', String(periodMs), '--seconds', String(seconds)], log);
  let readers: Talker | null = null;
  try {
    await writer.until('bare', (last) => last.port > 0, 10_000);
    readers = new Talker([viewers, '--raw', '--port', String(writer.last.port), '--clients', String(clients), '--seconds', '600'], log);
    await writer.until('bare', (last) => last.cpu_s !== undefined, limitMs);
    await readers.stop();
    const { last } = writer;
    const round = {
      program: 'bare', cpu_cores: last.cpu_s / last.seconds, bytes_per_s: last.bytes / last.seconds, mbit_per_s: (last.bytes * 8e-6) / last.seconds,
    };
    printRound(round);
    return round;
  } finally {
    await readers?.stop();
    await writer.stop();
  }
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(false);
  const gopSeconds = options['gop-seconds'];
  // what counts here is how often there is a new picture: few pictures a second leave the machine to what is measured
  const rate = 2 / gopSeconds;
  await withTown({ cameras: options.cameras, rate: Math.max(0.5, rate), gop: 2, pictureCores: 2 }, async (town) => {
    const server: Sent[] = [], floor: Sent[] = [];
    for (let round = 0; round < options.rounds; round++) {
      server.push(await throughServer(town));
      floor.push(await bare(town, server.at(-1)!.bytes_per_s));
    }
    const of = (rounds: Sent[], field: string): number => median(rounds.map((round) => Number(round[field])));
    // by the byte: the two of a pair seldom sent exactly the same
    const ratios = server.map((one, i) => one.cpu_cores / one.bytes_per_s / (floor[i]!.cpu_cores / floor[i]!.bytes_per_s));
    conclude('fanout', {
      cameras: options.cameras, clients, mbit_per_s: of(server, 'mbit_per_s'), cpu_cores: of(server, 'cpu_cores'),
      floor_cpu_cores: of(floor, 'cpu_cores'), ratio: median(ratios), delivery_p50_ms: of(server, 'delivery_p50_ms'),
      delivery_p99_ms: of(server, 'delivery_p99_ms'), topic_p99_ms: of(server, 'topic_p99_ms'),
      memory_per_client_kb: Math.max(...server.map((round) => Number(round.memory_per_client_kb))),
    });
  });
}

await main();
