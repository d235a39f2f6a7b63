// How fast a whole town is back: after a start, after every connection was reset, after the cameras' machine (the
// simulator) died and came back, after the media plane was killed. The configuration is that of tools/run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { order } from '../../tests/lib/simulator.ts';
import { machineDefaults } from '../supervise/options.ts';
import { Stack } from '../supervise/stack.ts';
import { conclude, median, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';

const top = resolve(import.meta.dirname, '../..');
const preset = process.env.TW_PRESET ?? 'release';
const options = readOptions('recover', { cameras: [1447, 1, 4095], rounds: [1, 1, 20], rest: [10, 0, 120], limit: [90, 5, 600] }, ['no-build']);
const seeMs = 100;

/** Live cameras as the wall tells them. */
async function live(stack: Stack): Promise<number> {
  const { body } = await stack.get('/metrics');
  return Number(/^townwall_cameras\{state="live"\} (\d+)/m.exec(body)?.[1] ?? 0);
}

async function until(what: string, stack: Stack, test: (live: number) => boolean): Promise<void> {
  const end = Date.now() + options.limit * 1000;
  for (let seen = await live(stack); !test(seen); seen = await live(stack)) {
    if (Date.now() > end) throw new Error(`${what}: ${seen} of ${options.cameras} are live after ${options.limit} s; logs: ${stack.logs}`);
    await pause(seeMs);
  }
}

/** Seconds from `act` until every camera is live again. */
async function recovery(what: string, stack: Stack, act: () => Promise<void> | void): Promise<number> {
  await pause(options.rest * 1000);
  const begun = performance.now();
  await act();
  await until(`${what}: the fault`, stack, (count) => count < options.cameras / 2);
  await until(what, stack, (count) => count === options.cameras);
  const seconds = (performance.now() - begun) / 1000;
  printRound({ fault: what, live_s: seconds });
  return seconds;
}

function kill(stack: Stack, name: string): void {
  const pid = stack.children.get(name)?.pid;
  if (!pid) throw new Error(`${name} does not run`);
  process.kill(pid, 'SIGKILL');
}

/** A stack in `dir`, every camera live. Returned with the seconds from the start of townwall-media. */
async function begin(dir: string): Promise<[Stack, number]> {
  let launched = 0;
  const { rate, pictureCores } = machineDefaults(availableParallelism());
  const stack = new Stack({
    cameras: options.cameras, port: 0, listen: '127.0.0.1', dir, town: null, simulator: true, feeds: false, rate, pictureCores, preset,
    progress: (line) => {
      if (line === 'waiting for the wall') launched = performance.now(); // said when the programs have been started
    },
  });
  await stack.start();
  await until('start', stack, (count) => count === options.cameras);
  return [stack, (performance.now() - launched) / 1000];
}

async function main(): Promise<void> {
  if (!options['no-build']) {
    const built = spawnSync(join(top, 'tools/build'), [preset, '--programs'], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (built.status !== 0) process.exit(1);
  }
  const dir = mkdtempSync(join(tmpdir(), 'townwall-recover-'));
  const found: Record<'start' | 'drop' | 'simulator' | 'media', number[]> = { start: [], drop: [], simulator: [], media: [] };
  try {
    const [first] = await begin(dir); // takes the cameras in; a start is measured with what is known then
    await first.stop();
    for (let round = 0; round < options.rounds; round++) {
      const [stack, seconds] = await begin(dir);
      try {
        printRound({ fault: 'start', live_s: seconds });
        found.start.push(seconds);
        found.drop.push(await recovery('drop', stack, async () => void (await order(stack, { cmd: 'fault', kind: 'drop', all: true }))));
        found.simulator.push(await recovery('simulator', stack, () => kill(stack, 'simcams')));
        found.media.push(await recovery('media', stack, () => kill(stack, 'townwall-media')));
      } finally {
        await stack.stop();
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const figures = Object.fromEntries(Object.entries(found).map(([name, values]) => [`${name}_s`, median(values)]));
  conclude('recover', { cameras: options.cameras, rounds: options.rounds, ...figures });
}

await main();
