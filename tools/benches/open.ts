// From the request of a camera to the first unit that a decoder can begin with, by a real WebSocket client: the sub
// stream, which is there already, and beside it the main stream, which the camera is asked for only now.
import { setTimeout as pause } from 'node:timers/promises';
import type { Unit } from '../../tests/lib/frames.ts';
import type { Wall } from '../../tests/lib/client.ts';
import { conclude, percentile, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { pick, randomOf } from './common/random.ts';
import { buildFor, withTown } from './common/town.ts';

const options = readOptions('open', {
  cameras: [1447, 1, 4095], opens: [200, 1, 4095], mains: [40, 0, 1000], rounds: [3, 1, 20], rate: [25, 1, 60], gop: [50, 1, 600],
  seed: [1, 0, 1e9], cores: [0.6, 0.1, 64],
}, ['no-build']);
const betweenMs = 20; // 200 commands a second are the most that a browser may send

/** Kinds of NAL unit that a picture begins with. */
function nalTypes({ data, h265 }: Unit): Set<number> {
  const types = new Set<number>();
  for (let i = 0; i + 3 < data.length; i++)
    if (data[i] === 0 && data[i + 1] === 0 && data[i + 2] === 1) types.add(h265 ? (data[i + 3]! >> 1) & 63 : data[i + 3]! & 31);
  return types;
}

function requireDecodable(unit: Unit): void {
  const types = nalTypes(unit);
  const needed = unit.h265 ? [32, 33, 34] : [7, 8];
  if (!unit.key || !needed.every((type) => types.has(type))) throw new Error(`the first unit cannot be decoded: NAL units ${[...types].join(' ')}`);
}

/** Milliseconds until the first unit is here. */
async function open(wall: Wall, camera: string, profile: 'sub' | 'main'): Promise<number> {
  wall.units.clear();
  wall.messages.length = 0;
  const begun = performance.now();
  wall.send({ t: 'play', stream: 1, camera, profile, rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  const unit = await wall.until(`a unit of ${camera}`, () => wall.units.get(1)?.[0]);
  const tookMs = performance.now() - begun;
  requireDecodable(unit);
  wall.send({ t: 'stop', stream: 1 });
  await pause(betweenMs);
  return tookMs;
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(false);
  const random = randomOf(options.seed);
  await withTown({ cameras: options.cameras, rate: options.rate, gop: options.gop, pictureCores: options.cores }, async (town) => {
    const { cameras } = await town.operator.json<{ cameras: { id: string }[] }>('/api/v1/cameras?limit=5000');
    const subs: number[] = [], mains: number[] = [];
    const perRound = Math.ceil(options.opens / options.rounds), mainsPerRound = Math.ceil(options.mains / options.rounds);
    const left = pick(cameras, options.opens, random);
    for (let round = 0; left.length > 0; round++) {
      const wall = await town.operator.connect();
      const some = left.splice(0, perRound);
      const tookMs: number[] = [], mainMs: number[] = [];
      for (const { id } of some) tookMs.push(await open(wall, id, 'sub'));
      for (const { id } of pick(some, mainsPerRound, random)) mainMs.push(await open(wall, id, 'main'));
      wall.close();
      printRound({ round, opens: tookMs.length, open_p50_ms: percentile(tookMs, 50), open_p99_ms: percentile(tookMs, 99), open_max_ms: Math.max(...tookMs),
        main_p50_ms: percentile(mainMs, 50), main_p99_ms: percentile(mainMs, 99) });
      subs.push(...tookMs);
      mains.push(...mainMs);
    }
    conclude('open', {
      cameras: options.cameras, opens: subs.length, open_p50_ms: percentile(subs, 50), open_p99_ms: percentile(subs, 99),
      main_opens: mains.length, main_p50_ms: percentile(mains, 50), main_p99_ms: percentile(mains, 99),
    });
  });
}

await main();
