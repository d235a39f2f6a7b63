// Random faults of cameras from a seed, viewers that come and go, for as long as is asked: memory, descriptors and
// threads of both programs stay what they were, and in the end every camera is back.
import { setTimeout as pause } from 'node:timers/promises';
import type { Wall } from '../../tests/lib/client.ts';
import { order } from '../../tests/lib/simulator.ts';
import { conclude, growth, printRound, type Figures } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { descriptorsOf, threadsOf, treeOf, treeResidentMb } from './common/processes.ts';
import { randomOf } from './common/random.ts';
import { buildFor, mediaTopic, withTown, type Town } from './common/town.ts';

const options = readOptions('soak', {
  minutes: [60, 0.1, 10_000], cameras: [300, 1, 4095], rate: [12.5, 1, 60], gop: [25, 1, 600], seed: [1, 0, 1e9], settle: [120, 1, 600], linger: [12, 0, 600],
  back: [660, 1, 3600], // who answered 401 is left alone for up to ten minutes
}, ['no-build']);
const kinds: [kind: string, value?: number][] = [
  ['refuse'], ['unauthorized'], ['limit', 0], ['slow', 2000], ['stall'], ['freeze'], ['black'], ['loss', 0.05], ['desync'], ['clock', 3_600_000],
  ['oversize', 200_000], ['resolution'], ['drop'],
];
const sampleMs = 5000, linesEveryMs = 60_000;
const random = randomOf(options.seed);
const between = (low: number, high: number): number => low + (high - low) * random();
const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

interface Sample { memory: number; descriptors: number; threads: number }

function sample(town: Town): Sample {
  const both = [town.media, town.server].flatMap(treeOf);
  const sum = (count: (pid: number) => number): number => both.reduce((all, pid) => all + count(pid), 0);
  return { memory: treeResidentMb(town.media) + treeResidentMb(town.server), descriptors: sum(descriptorsOf), threads: sum(threadsOf) };
}

async function fault(town: Town): Promise<string> {
  const [kind, value] = oneOf(kinds);
  const share = between(0.01, 0.2), seconds = Math.round(between(3, 25));
  await order(town.stack, { cmd: 'fault', kind, share, seconds, ...(value === undefined ? {} : { value }) });
  return kind;
}

/** Opens the whole mosaic and some streams of either size and format, stays a little, leaves. */
async function look(town: Town): Promise<void> {
  const wall = await town.operator.connect();
  wall.send({ t: 'sub', topic: 'cameras' });
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  const streams = Math.ceil(between(0, 8));
  for (let stream = 1; stream <= streams; stream++) {
    const camera = `c${String(Math.ceil(between(0, options.cameras))).padStart(4, '0')}`;
    wall.send({ t: 'play', stream, camera, profile: oneOf(['sub', 'sub', 'main']), rung: oneOf(['live', 'key']), format: oneOf(['annexb', 'fmp4']),
      codecs: oneOf([['h264'], ['h264', 'h265']]) });
  }
  const until = Date.now() + between(2000, 20_000);
  while (Date.now() < until) {
    await pause(500);
    wall.units.clear(); // nobody looks at them
    wall.messages.length = 0;
  }
  wall.close();
}

/** Faults and viewers until the time is over. */
async function storm(town: Town): Promise<{ samples: Sample[]; faults: Record<string, number> }> {
  const end = Date.now() + options.minutes * 60_000;
  const samples: Sample[] = [], faults: Record<string, number> = {};
  const troubles = async (): Promise<void> => {
    while (Date.now() < end) {
      const kind = await fault(town);
      faults[kind] = (faults[kind] ?? 0) + 1;
      await pause(between(1000, 6000));
    }
  };
  const viewers = async (): Promise<void> => {
    while (Date.now() < end) await look(town);
  };
  const watch = async (): Promise<void> => {
    for (let next = 0; Date.now() < end;) {
      samples.push(sample(town));
      if (Date.now() >= next) {
        printRound({ ...samples.at(-1)!, live: mediaTopic(town.wall)?.counts.live ?? 0 });
        next = Date.now() + linesEveryMs;
      }
      town.wall.messages.splice(0, town.wall.messages.length - 10);
      await pause(sampleMs);
    }
  };
  await Promise.all([troubles(), viewers(), viewers(), watch()]);
  return { samples, faults };
}

/** Waits until the wall says that all are live, as long as the limit allows; how many are not. */
async function missing(wall: Wall): Promise<number> {
  const live = (): number => mediaTopic(wall)?.counts.live ?? 0;
  await wall.until('all back', () => live() === options.cameras, options.back * 1000).catch(() => undefined);
  return options.cameras - live();
}

/** What is left when all is quiet: what idles a while before it goes may take its time. */
async function settled(town: Town, before: Sample): Promise<Sample> {
  const end = Date.now() + options.settle * 1000;
  for (;;) {
    const now = sample(town);
    if ((now.descriptors <= before.descriptors && now.threads <= before.threads) || Date.now() > end) return now;
    await pause(1000);
  }
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(false);
  const media = { backoff_min_s: 1, backoff_max_s: 15 };
  await withTown({ cameras: options.cameras, rate: options.rate, gop: options.gop, pictureCores: 0.4, config: { media } }, async (town) => {
    await look(town); // whatever is made once is made
    await pause(options.linger * 1000); // main streams and pipelines linger so long
    const before = sample(town);
    const { samples, faults } = await storm(town);
    await order(town.stack, { cmd: 'clear', all: true });
    const notBack = await missing(town.wall);
    const after = await settled(town, before);
    const figures: Figures = {
      cameras: options.cameras, minutes: options.minutes, seed: options.seed, faults, memory_before_mb: before.memory, memory_after_mb: after.memory,
      memory_growth: growth(samples.map(({ memory }) => memory)), descriptors: after.descriptors, descriptor_growth: after.descriptors - before.descriptors,
      threads: after.threads, thread_growth: after.threads - before.threads, missing: notBack,
    };
    conclude('soak', figures);
  });
}

await main();
