// What taking a town in costs: townwall-media beside a program that only receives and discards the
// same bytes, alternately, against the same simulated cameras. docs/performance.md explains the figures.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync, writeFileSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { benchOf } from './common/catalog.ts';
import { median } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { cpuSeconds, residentMb, ticksPerSecond } from './common/processes.ts';
import { Talker } from './common/talker.ts';

const top = resolve(import.meta.dirname, '../..');
const preset = process.env.TW_PRESET ?? 'release';
const options = readOptions('ingest', {
  seconds: [20, 1, 600], cameras: [1447, 1, 4095], rounds: [2, 1, 20], warmup: [5, 0, 60], rate: [25, 0.5, 60], 'floor-tick-ms': [0, 0, 50],
  'h265-share': [0.3, 0, 1],
}, ['packets-apart', 'udp', 'no-build']);
const { seconds, cameras, rounds } = options;
const build = join(top, 'build', preset);
const ratioGoal = benchOf('ingest').goals.ratio!, rssGoalMb = 250;

interface Round {
  program: string; seconds: number; cpu_cores: number; mbit_per_s: number; rss_mb: number;
  units_per_s?: number; lost_packets?: number; dropped_units?: number; gop_mb?: number; rounds_per_s?: number;
}

async function measure(program: string, talker: Talker, bytes: () => number): Promise<Round> {
  await pause(options.warmup * 1000);
  const pid = talker.child.pid!;
  const before = { ...talker.last }, begunBytes = bytes(), cpu = cpuSeconds(pid), begun = performance.now();
  let rss = 0;
  for (let i = 0; i < seconds; i++) {
    await pause(1000);
    rss = Math.max(rss, residentMb(pid));
  }
  const span = (performance.now() - begun) / 1000;
  const round: Round = {
    program, seconds: span, cpu_cores: (cpuSeconds(pid) - cpu) / span,
    mbit_per_s: (bytes() - begunBytes) * 8e-6 / span, rss_mb: rss,
  };
  if (talker.last.rounds !== undefined) round.rounds_per_s = (talker.last.rounds - before.rounds) / span;
  if (talker.last.units !== undefined) {
    const told = (talker.last.mono_us - before.mono_us) / 1e6;
    round.units_per_s = (talker.last.units - before.units) / told;
    round.lost_packets = talker.last.lost_packets - before.lost_packets;
    round.dropped_units = talker.last.dropped_units - before.dropped_units;
    round.gop_mb = talker.last.ring_bytes / 1048576;
  }
  for (const key of Object.keys(round) as (keyof Round)[])
    if (typeof round[key] === 'number') (round[key] as number) = Math.round((round[key] as number) * 1000) / 1000;
  console.log(JSON.stringify(round));
  return round;
}

async function main(): Promise<void> {
  if (!options['no-build']) {
    const built = spawnSync(join(top, 'tools/build'), [preset, '--no-web'], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (built.status !== 0) process.exit(1);
  }
  const dir = mkdtempSync(join(tmpdir(), 'townwall-bench-'));
  const ready = join(dir, 'ready'), list = join(dir, 'cameras.csv'), log = join(dir, 'log'), config = join(dir, 'townwall.json');
  const simulator = spawn(join(build, 'tools/simcams/simcams'), [
    '--cameras', String(cameras), '--port', '0', '--rate', String(options.rate), '--gop', '50', '--session-timeout', '600',
    '--h265-share', String(options['h265-share']), '--clips', join(build, 'tools/simcams/clips'), '--ready-file', ready,
    ...(options['packets-apart'] ? ['--packets-apart'] : []),
  ], { stdio: ['ignore', 'ignore', openSync(log, 'a')] });
  const talkers: Talker[] = [];
  const results: Round[] = [];
  try {
    for (let i = 0; !existsSync(ready) || readFileSync(ready, 'utf8') === ''; i++) {
      if (i > 300) throw new Error(`the simulator is not ready: ${readFileSync(log, 'utf8')}`);
      await pause(100);
    }
    writeFileSync(config, JSON.stringify({ media: { transport: options.udp ? 'udp' : 'tcp' } }));
    const port = JSON.parse(readFileSync(ready, 'utf8')).port;
    const rows = Array.from({ length: cameras }, (_, i) => `c${i + 1},,rtsp://127.0.0.1:${port}/cam/${i + 1}/sub`);
    writeFileSync(list, ['id,url,sub_url', ...rows, ''].join('\n'));
    for (let round = 0; round < rounds; round++) {
      const floor = new Talker([join(build, 'tests/bench/ingest/ingest-floor'), '--cameras', list, '--tick-ms', String(options['floor-tick-ms']),
        ...(options.udp ? ['--udp'] : [])], log);
      talkers.push(floor);
      await floor.until('floor', (last) => last.cameras === cameras, 60000);
      results.push(await measure('floor', floor, () => floor.last.bytes));
      await floor.stop();
      const media = new Talker([join(build, 'pipelines/node/townwall-media'), '--cameras', list, '--stats', '--no-pictures',
        '--config', config], log);
      talkers.push(media);
      await media.until('townwall-media', (last) => last.cameras?.live === cameras, 60000);
      results.push(await measure('townwall-media', media, () => media.last.bytes));
      await media.stop();
    }
  } finally {
    for (const talker of talkers) await talker.stop();
    simulator.kill('SIGTERM');
    rmSync(dir, { recursive: true, force: true });
  }
  conclude(results);
}

const middle = (rounds: Round[], key: keyof Round): number => median(rounds.map((round) => Number(round[key] ?? 0)));

function conclude(results: Round[]): void {
  const media = results.filter((round) => round.program === 'townwall-media');
  const floor = results.filter((round) => round.program === 'floor');
  const sent = cameras * options.rate, received = middle(media, 'units_per_s');
  const least = 1 / ticksPerSecond / seconds; // few cameras may cost the floor less than can be told
  const ratio = middle(media, 'cpu_cores') / Math.max(middle(floor, 'cpu_cores'), least);
  const rss = Math.max(...media.map((round) => round.rss_mb));
  const gop = Math.max(...media.map((round) => round.gop_mb ?? 0));
  const lost = media.reduce((sum, round) => sum + (round.lost_packets ?? 0) + (round.dropped_units ?? 0), 0);
  const round3 = (value: number): number => Math.round(value * 1000) / 1000;
  const summary = {
    bench: 'ingest', cameras, units_sent_per_s: sent, units_received_per_s: round3(received),
    cpu_cores: round3(middle(media, 'cpu_cores')), floor_cpu_cores: round3(middle(floor, 'cpu_cores')),
    ratio: round3(ratio), rss_mb: round3(rss), gop_mb: round3(gop), lost,
    pass: lost === 0 && received >= sent * 0.999 && ratio <= ratioGoal && rss <= rssGoalMb + gop,
  };
  console.log(JSON.stringify(summary));
  process.exitCode = summary.pass ? 0 : 1;
}

await main();
