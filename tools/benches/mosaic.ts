// How old the small pictures of the whole town are with one core for them, as a client gets them, and what one
// costs beside a bare loop over the same keyframes. docs/performance.md explains the figures.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Person, Wall } from '../../tests/lib/client.ts';
import { conclude, median, percentile, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { treeCpuSeconds } from './common/processes.ts';
import { build, buildFor, mediaTopic, withTown, type Town } from './common/town.ts';

const options = readOptions('mosaic', {
  cameras: [1447, 1, 4095], seconds: [12, 1, 600], warmup: [6, 0, 60], rounds: [3, 1, 20], rate: [25, 1, 60],
  cores: [1, 0.1, 64], 'gop-seconds': [1, 0.2, 60],
}, ['no-build']);
const { cameras, seconds } = options;
const sampleMs = 250, bareCpuS = Math.min(4, seconds / 3), capturedAtOnce = 36, captured = 288;

/** Keyframes of cameras all over the town, as many as there are cameras (repeated), in the format of
 * tests/bench/picture/picture_bare.c. */
async function keyframes(operator: Person): Promise<Buffer> {
  const wall = await operator.connect();
  const parts: Buffer[] = [];
  const { cameras: known } = await operator.json<{ cameras: { id: string }[] }>('/api/v1/cameras?limit=5000');
  const every = Math.max(1, Math.floor(known.length / captured));
  const chosen = known.filter((_, i) => i % every === 0).slice(0, captured);
  for (let at = 0; at < chosen.length; at += capturedAtOnce) {
    const some = chosen.slice(at, at + capturedAtOnce);
    wall.units.clear();
    some.forEach(({ id }, i) => wall.send({ t: 'play', stream: i + 1, camera: id, profile: 'sub', rung: 'key', format: 'annexb', codecs: ['h264', 'h265'] }));
    await wall.until('a keyframe of each camera', () => wall.units.size === some.length);
    for (const [unit] of wall.units.values()) {
      const head = Buffer.alloc(5);
      head.writeUInt8(unit!.h265 ? 1 : 0, 0);
      head.writeUInt32LE(unit!.data.length, 1);
      parts.push(head, Buffer.from(unit!.data));
    }
    some.forEach((_, i) => wall.send({ t: 'stop', stream: i + 1 }));
    await pause(500); // 200 commands a second are the most that a browser may send
  }
  wall.close();
  const once = Buffer.concat(parts);
  const copies = Array<Buffer>(Math.max(1, Math.round(known.length / chosen.length))).fill(once);
  return Buffer.concat([...copies, Buffer.alloc(64)]); // a decoder may read a little further
}

interface Round { cores: number; perS: number; p50: number; p99: number }

/** One client that shows the whole town; the ages of all pictures, looked at four times a second. */
async function watching(town: Town): Promise<Round> {
  const wall = await town.operator.connect();
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  await wall.until('a picture of each camera', () => wall.thumbs.size === cameras, 120_000);
  await pause(options.warmup * 1000);
  const ages: number[] = [];
  let pictures = 0;
  const before = new Map<number, number>();
  const look = (count: boolean): void => {
    const now = Date.now();
    for (const [n, { wallUs }] of wall.thumbs) {
      if (count && before.get(n) !== wallUs) pictures++;
      before.set(n, wallUs);
      if (count) ages.push(now - wallUs / 1000);
    }
  };
  look(false);
  const begun = performance.now(), cpu = treeCpuSeconds(town.media);
  while (performance.now() - begun < seconds * 1000) {
    await pause(sampleMs);
    look(true);
  }
  const span = (performance.now() - begun) / 1000;
  const round = {
    cores: (treeCpuSeconds(town.media) - cpu) / span, perS: pictures / span, p50: percentile(ages, 50), p99: percentile(ages, 99),
  };
  printRound({ program: 'townwall-media', cpu_cores: round.cores, pictures_per_s: round.perS, age_p50_ms: round.p50, age_p99_ms: round.p99,
    picture_cores: mediaTopic(town.wall)?.nodes[0]?.picture_cores });
  await gone(wall);
  return round;
}

/** Closes a client and waits until the pictures it wanted are no longer made. */
async function gone(wall: Wall): Promise<void> {
  wall.send({ t: 'thumbs', cameras: [] });
  await pause(500);
  wall.close();
}

/** Everything but pictures: nobody looks. */
async function idle(town: Town): Promise<number> {
  await pause(2000); // what was due is made
  const begun = performance.now(), cpu = treeCpuSeconds(town.media);
  await pause(seconds * 500);
  const cores = ((treeCpuSeconds(town.media) - cpu) * 1000) / (performance.now() - begun);
  printRound({ program: 'townwall-media, nobody looks', cpu_cores: cores });
  return cores;
}

function bare(file: string): number {
  const { stdout, status } = spawnSync(join(build, 'tests/bench/picture/picture_bare'), [file, String(bareCpuS)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`picture_bare ended with ${status}`);
  const said = JSON.parse(stdout) as { pictures: number; refused: number; cpu_s: number };
  if (said.refused > 0) throw new Error(`picture_bare could not decode ${said.refused} of ${said.pictures} pictures`);
  const ms = (said.cpu_s * 1000) / said.pictures;
  printRound({ program: 'bare loop', cpu_ms_per_picture: ms, pictures: said.pictures });
  return ms;
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(false);
  const { rate } = options;
  const media = { idle_refresh_s: 3600 };
  await withTown({ cameras, rate, gop: Math.max(1, Math.round(rate * options['gop-seconds'])), pictureCores: options.cores, config: { media } }, async (town) => {
    const file = town.stack.path('keyframes');
    writeFileSync(file, await keyframes(town.operator));
    const watched: Round[] = [], costs: number[] = [], floors: number[] = [], ratios: number[] = [];
    for (let i = 0; i < options.rounds; i++) {
      const round = await watching(town);
      const without = await idle(town);
      const floor = bare(file);
      const cost = ((round.cores - without) * 1000) / round.perS;
      watched.push(round);
      costs.push(cost);
      floors.push(floor);
      ratios.push(cost / floor);
    }
    conclude('mosaic', {
      cameras, pictures_per_s: median(watched.map((one) => one.perS)), age_p50_ms: median(watched.map((one) => one.p50)),
      age_p99_ms: median(watched.map((one) => one.p99)), picture_ms: median(costs), floor_ms: median(floors), ratio: median(ratios),
      cpu_cores: median(watched.map((one) => one.cores)),
    });
  });
}

await main();
