// What a recording is made of: events and labels as docs/events.md has them.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Dimension, SourceId } from './kinds.ts';

export const secondUs = 1_000_000;
export const minuteUs = 60 * secondUs;
export const hourUs = 60 * minuteUs;

export interface Event {
  source: SourceId;
  id: string;
  kind: 'report' | 'raised' | 'cleared' | 'cancelled' | 'updated';
  dimension: Dimension;
  type: string;
  title: string;
  text?: string;
  priority?: number;
  device?: string;
  parent?: string;
  lon?: number;
  lat?: number;
  crs?: string;
  area?: string;
  address?: string;
  azimuth?: number;
  fov?: number;
  reporter?: string;
  occurred_us?: number;
  received_us: number;
  skew_us?: number;
  marks?: string[];
  expires_us?: number;
  refs?: string[];
  shape?: object;
}

export type Noise = 'duplicate' | 'chatter' | 'decoy' | 'camera_flood' | 'outage' | 'exercise';
export type Meaning = { incident: string } | { incident: null; noise: Noise };

export interface IncidentLabel { incident: string; type: string; priority: number; lon: number; lat: number; from_us: number; to_us: number }

/** Events with what each of them means. Kept in the order in which they came in. */
export class Recording {
  readonly lines: { event: Event; meaning: Meaning }[] = [];
  readonly incidents: IncidentLabel[] = [];

  add(event: Event, meaning: Meaning): void {
    this.lines.push({ event, meaning });
  }

  /** Events of before `fromUs` and after `toUs` go, and incidents of which nothing is left; the others are put in order. */
  settle(fromUs: number, toUs: number): void {
    const kept = this.lines.filter(({ event }) => event.received_us >= fromUs && event.received_us < toUs);
    kept.sort((a, b) => a.event.received_us - b.event.received_us || (a.event.source + a.event.id < b.event.source + b.event.id ? -1 : 1));
    this.lines.splice(0, this.lines.length, ...kept);
    const told = new Set(kept.map(({ meaning }) => meaning.incident));
    const left = this.incidents.filter((one) => told.has(one.incident)).sort((a, b) => a.from_us - b.from_us);
    this.incidents.splice(0, this.incidents.length, ...left);
  }

  write(eventsFile: string, labelsFile: string): void {
    writeLines(eventsFile, this.lines.map(({ event }) => event));
    const known = new Set<string>();
    const labels = this.lines.filter(({ event }) => !known.has(`${event.source} ${event.id}`) && known.add(`${event.source} ${event.id}`))
      .map(({ event, meaning }) => ({ source: event.source, id: event.id, ...meaning }));
    writeLines(labelsFile, [...this.incidents, ...labels]);
  }
}

function writeLines(file: string, objects: readonly object[]): void {
  const fd = openSync(file, 'w');
  for (let at = 0; at < objects.length; at += 1000) writeSync(fd, objects.slice(at, at + 1000).map((one) => JSON.stringify(one) + '\n').join(''));
  closeSync(fd);
}
