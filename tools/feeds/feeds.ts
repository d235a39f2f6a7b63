// What flows into a town: labelled recordings, or a live town that reports to a server. docs/feeds-generator.md
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { live } from './live.ts';
import { readPlace } from './place.ts';
import { brokerSettings, sensorsCsv } from './sensors.ts';
import { makeTown, townPlans } from './towns.ts';

const USAGE = `tools/node tools/feeds/feeds.ts make --place DIR --out DIR [OPTION…]   write labelled recordings
  --place DIR        town's folder (docs/town-format.md)
  --out DIR          where NAME-SEED.events.ndjson and NAME-SEED.labels.ndjson are written
  --town NAME        ${Object.keys(townPlans).join(', ')}; may be given several times (all but live)
  --seed N           may be given several times, or FROM-TO (1)
  --hours H          how long, instead of the town's own span

tools/node tools/feeds/feeds.ts live --place DIR --url URL --keys FILE [OPTION…]   report to a server until stopped
  --url URL          where it answers: http://127.0.0.1:8443
  --keys FILE        JSON object: key by feed; other sources stay silent
  --mqtt URL         sensors publish to that broker instead: mqtt://[user:password@]host[:port]
  --town NAME        what goes on (live)
  --rate R           how much goes on: 1 as it is, 2 twice as much (1)
  --seed N           (1)

tools/node tools/feeds/feeds.ts sensors --place DIR --out DIR --broker URL [--user NAME] [--feed ID]
  writes sensors.csv for "wallctl sensors import" and sensors.json for "wallctl feeds add ID --kind mqtt --settings"`;

class Mistake extends Error {}

function seedsOf(texts: string[]): number[] {
  return texts.flatMap((text) => {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text);
    const from = Number(match?.[1]), to = Number(match?.[2] ?? match?.[1]);
    if (!match || to < from || to - from > 1000) throw new Mistake(`--seed: expected N or FROM-TO, not "${text}"`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

function make(args: string[]): void {
  const { values } = parseArgs({
    args, options: {
      place: { type: 'string' }, out: { type: 'string' }, town: { type: 'string', multiple: true }, seed: { type: 'string', multiple: true }, hours: { type: 'string' },
    },
  });
  if (!values.place || !values.out) throw new Mistake('--place DIR and --out DIR are needed');
  const hours = values.hours === undefined ? undefined : Number(values.hours);
  if (hours !== undefined && !(hours > 0 && hours <= 24 * 31)) throw new Mistake(`--hours: expected more than 0 and up to 744, not "${values.hours}"`);
  const place = readPlace(resolve(values.place));
  mkdirSync(values.out, { recursive: true });
  for (const name of values.town ?? Object.keys(townPlans).filter((one) => one !== 'live')) {
    const plan = townPlans[name];
    if (!plan) throw new Mistake(`--town: there is no "${name}", but ${Object.keys(townPlans).join(', ')}`);
    for (const seed of seedsOf(values.seed ?? ['1'])) {
      const recording = makeTown(place, { ...plan, ...(hours === undefined ? {} : { hours }) }, seed);
      recording.write(join(values.out, `${name}-${seed}.events.ndjson`), join(values.out, `${name}-${seed}.labels.ndjson`));
      console.log(`${name} ${seed}: ${recording.lines.length} events, ${recording.incidents.length} incidents`);
    }
  }
}

function number(text: string, option: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high)) throw new Mistake(`--${option}: expected a number ${low} to ${high}, not "${text}"`);
  return value;
}

function report(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args, options: {
      place: { type: 'string' }, url: { type: 'string' }, keys: { type: 'string' }, town: { type: 'string', default: 'live' },
      rate: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' }, mqtt: { type: 'string' },
    },
  });
  if (!values.place || !values.url || !values.keys) throw new Mistake('--place DIR, --url URL and --keys FILE are needed');
  const plan = townPlans[values.town];
  if (!plan) throw new Mistake(`--town: there is no "${values.town}", but ${Object.keys(townPlans).join(', ')}`);
  const keys = JSON.parse(readFileSync(values.keys, 'utf8')) as Record<string, string>;
  const over = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => over.abort());
  return live({
    ...(values.mqtt === undefined ? {} : { broker: values.mqtt }),
    place: readPlace(resolve(values.place)), plan, url: values.url, keys, rate: number(values.rate, 'rate', 0.01, 1000), seed: number(values.seed, 'seed', 0, 1e9),
    say: (line) => console.log(line), over: over.signal,
  });
}

function sensors(args: string[]): void {
  const { values } = parseArgs({
    args, options: {
      place: { type: 'string' }, out: { type: 'string' }, broker: { type: 'string' }, user: { type: 'string' }, feed: { type: 'string', default: 'broker' },
    },
  });
  if (!values.place || !values.out || !values.broker) throw new Mistake('--place DIR, --out DIR and --broker URL are needed');
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'sensors.csv'), sensorsCsv(readPlace(resolve(values.place)), values.feed));
  writeFileSync(join(values.out, 'sensors.json'), JSON.stringify(brokerSettings(values.broker, values.user), null, 2) + '\n');
}

try {
  const [command, ...args] = process.argv.slice(2);
  if (command === 'make') make(args);
  else if (command === 'live') await report(args);
  else if (command === 'sensors') sensors(args);
  else if (command === '--help') console.log(USAGE);
  else throw new Mistake(`expected make, live or sensors, not "${command ?? ''}"; --help explains`);
} catch (error) {
  console.error(`feeds: ${(error as Error).message}`);
  process.exit(error instanceof Mistake ? 2 : 1);
}
