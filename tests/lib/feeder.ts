// A feed as a program of its own, which may be killed at any time: it writes down what it sends before it sends it, and
// what was answered 202 after that, and goes on where it was.
//
//   tools/node tests/lib/feeder.ts URL FEED KEY JOURNAL EVENTS_PER_S
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { nowUs, post, signed } from '../../tools/feeds/sending.ts';

export interface Span { from: number; to: number }

/** What a journal says: all that was ever sent, and all that was answered 202. A line that was cut short says nothing. */
export function readJournal(file: string): { sent: Span[]; accepted: Span[] } {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const spans = (letter: string): Span[] => lines.flatMap((line) => {
    const match = /^([SA]) (\d+) (\d+)$/.exec(line);
    return match?.[1] === letter ? [{ from: Number(match[2]), to: Number(match[3]) }] : [];
  });
  return { sent: spans('S'), accepted: spans('A') };
}

export const idOf = (n: number): string => `n${n}`;

/** The event of a number is always the same: reports here and there, devices that begin, end and repeat themselves. */
export function itemOf(n: number): object {
  const at = { lon: 111.84 + ((n * 7919) % 500) / 10_000, lat: 27.89 + ((n * 104_729) % 400) / 10_000 };
  const kinds = ['noise', 'neighbour', 'accident', 'garbage'];
  const kind = n % 20;
  if (kind === 0) return { id: idOf(n), kind: 'report', dimension: 'livelihood', type: kinds[(n / 20) % 4], title: `第 ${n} 件`, ...at };
  const device = `d${(n * 31) % 60}`;
  if (kind < 8) return { id: idOf(n), kind: 'raised', dimension: 'sensor', type: 'door', device, title: `${device} 开启`, lon: 111.85, lat: 27.91 };
  if (kind < 14) return { id: idOf(n), kind: 'cleared', dimension: 'sensor', type: 'door', device, title: `${device} 关闭`, lon: 111.85, lat: 27.91 };
  const camera = `k${n % 7}`;
  // now and then one of them sees nothing for a while: what it says meanwhile is muted
  const blind = `k${Math.floor(n / 400) % 7}`;
  if (n % 400 === 14 || n % 400 === 214) {
    const over = n % 400 === 214;
    return { id: idOf(n), kind: over ? 'cleared' : 'raised', dimension: 'camera_health', type: 'video_loss', device: blind, title: `${blind} 视频丢失`, lon: 111.86, lat: 27.92 };
  }
  return { id: idOf(n), kind: 'raised', dimension: 'camera_alarm', type: 'motion', device: camera, title: `${camera} 移动侦测`, lon: 111.86, lat: 27.92 };
}

const batchSize = 20;

async function feed(url: string, id: string, key: string, journal: string, perSecond: number): Promise<void> {
  const { sent, accepted } = readJournal(journal);
  const file = openSync(journal, 'a');
  const note = (letter: string, from: number): void => {
    writeSync(file, `${letter} ${from} ${from + batchSize - 1}\n`);
    fsyncSync(file);
  };
  let over = false;
  process.once('SIGTERM', () => { over = true; });
  // what was not answered is sent again under the same ids
  let next = accepted.reduce((most, span) => Math.max(most, span.to + 1), 0);
  const known = new Set(sent.map((span) => span.from));
  while (!over) {
    const begun = performance.now();
    if (!known.has(next)) note('S', next);
    const items = Array.from({ length: batchSize }, (_, i) => itemOf(next + i));
    if (next % (batchSize * 7) === 0 && next > 0) items.push(itemOf(next - 3)); // sources repeat themselves
    const body = JSON.stringify(items);
    const { status } = await post(url, signed(id, key, body, nowUs()), body, 3000);
    if (status === 202) {
      note('A', next);
      next += batchSize;
    } else if (![0, 409, 429, 503].includes(status)) {
      throw new Error(`answered ${status}`);
    }
    await pause(Math.max(status === 202 ? 0 : 100, (batchSize * 1000) / perSecond - (performance.now() - begun)));
  }
  closeSync(file);
}

if (process.argv[1] === import.meta.filename) {
  const [url = '', id = '', key = '', journal = '', perSecond = ''] = process.argv.slice(2);
  await feed(url, id, key, journal, Number(perSecond));
}
