// The whole town for a bench: simulator, townwall-media, townwalld, Redis, all cameras live, one login.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Person, type Json, type Wall } from '../../../tests/lib/client.ts';
import { build, preset, top } from '../../../tests/lib/programs.ts';
import { startStack, stopStack } from '../../../tests/lib/stack.ts';
import type { Stack, StackOptions } from '../../supervise/stack.ts';

export { build };

export interface TownOptions {
  cameras: number;
  /** Pictures a second, and of a group. */
  rate: number;
  gop: number;
  pictureCores?: number;
  config?: StackOptions['config'];
  /** Not the town that is kept: what other benches broke in it is still told in its queue. */
  own?: boolean;
}

export interface Town {
  stack: Stack;
  operator: Person;
  /** A connection that follows the node's figures and nothing else. */
  wall: Wall;
  media: number;
  server: number;
}

/** Builds what the benches start; `web`: the pages too. */
export function buildFor(web: boolean): void {
  const built = spawnSync(join(top, 'tools/build'), [preset, ...(web ? [] : ['--no-web'])], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (built.status !== 0) process.exit(1);
}

/** Where a town is kept from bench to bench, so that several small ones start quickly. */
const keptIn = process.env.TW_BENCH_DIR;

export async function withTown(options: TownOptions, body: (town: Town) => Promise<void>): Promise<void> {
  const { server, ...config } = options.config ?? {};
  const kept = keptIn !== undefined && !options.own;
  const stack = await startStack({
    ...(kept ? { dir: keptIn } : {}),
    cameras: options.cameras, rate: options.rate, pictureCores: options.pictureCores ?? 0.6,
    simulatorArgs: ['--gop', String(options.gop), '--session-timeout', '600'],
    config: { ...config, server: { max_clients: 1000, plays_per_minute: 100_000, ...server } },
  });
  let wall: Wall | null = null;
  try {
    const operator = await Person.login(stack, 'operator');
    await operator.giveReason();
    wall = await operator.connect();
    wall.send({ t: 'sub', topic: 'media' });
    await allLive(wall, options.cameras);
    await body({
      stack, operator, wall, media: stack.children.get('townwall-media')!.pid!, server: stack.children.get('townwalld')!.pid!,
    });
  } finally {
    wall?.close();
    await stopStack(stack, kept);
  }
}

interface MediaTopic { counts: Record<string, number>; age: { p50_ms: number; p99_ms: number }; nodes: { picture_cores: number; cpu_cores: number }[] }

/** What the node said last of itself. */
export function mediaTopic(wall: Wall): MediaTopic | undefined {
  return wall.messages.findLast((message: Json) => message.topic === 'media')?.data as MediaTopic | undefined;
}

export async function allLive(wall: Wall, cameras: number, limitMs = 120_000): Promise<void> {
  await wall.until(`${cameras} cameras live`, () => mediaTopic(wall)?.counts.live === cameras, limitMs);
}
