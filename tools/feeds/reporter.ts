// Makes events of what happens: each source with its delays, its errors and its clock.
import { createHash } from 'node:crypto';
import { randomStream, type Random } from '../town/random.ts';
import type { View } from './kinds.ts';
import { away, blurred, cellAt, nearestCamera, type Camera, type Cell, type Place, type Point, type Sensor } from './place.ts';
import { hourUs, minuteUs, secondUs, type Event, type Meaning, type Recording } from './recording.ts';
import { sources, type Source } from './sources.ts';

const round6 = (value: number): number => Math.round(value * 1e6) / 1e6;
const clockS = 15; // what is left of an error that is known
const wrongClocks = 0.02; // recorders whose clock nobody has set
const vague = 0.05; // addresses that name the village and nothing else

export interface Words { text?: string; marks?: string[]; kind?: Event['kind']; refs?: string[]; person?: string; at?: Point }

export class Reporter {
  readonly place: Place;
  readonly recording: Recording;
  readonly random: Random;
  private readonly seed: number;
  private readonly skews = new Map<string, number>();
  private readonly counters = new Map<string, number>();

  constructor(place: Place, recording: Recording, seed: number) {
    this.place = place;
    this.recording = recording;
    this.seed = seed;
    this.random = randomStream(seed, 'reports');
  }

  private nextId(prefix: string): string {
    const next = (this.counters.get(prefix) ?? 0) + 1;
    this.counters.set(prefix, next);
    return `${prefix}-${String(next).padStart(5, '0')}`;
  }

  /** How far a clock is ahead, in seconds: one for each source, for cameras one for each recorder. */
  private skewS(source: Source, clock: string): number {
    const known = this.skews.get(clock);
    if (known !== undefined) return known;
    const random = randomStream(this.seed, `clock/${clock}`);
    const wrong = source.id === 'analytics' && random.chance(wrongClocks);
    const skew = wrong ? random.between(240, 1500) * (random.chance(0.5) ? 1 : -1) : random.between(-source.skewS, source.skewS);
    this.skews.set(clock, skew);
    return skew;
  }

  /** A voice is known again within a day, by a key of that day. */
  voice(person: string, atUs: number): string {
    const day = Math.floor((atUs + 8 * hourUs) / (24 * hourUs));
    return createHash('sha256').update(`${this.seed}/${day}/${person}`).digest('hex').slice(0, 24);
  }

  /** The words by which people name a place; the same number for some forty metres of a lane. */
  addressOf(at: Point, cell: Cell, exact = true): string {
    if (!exact) return cell.village;
    const { spot } = nearestCamera(this.place, at, cell.village);
    const number = 1 + ((Math.floor(at[0] * 2600) * 7 + Math.floor(at[1] * 2600) * 13) % 90 + 90) % 90;
    const short = cell.village.replace(/(村|社区)$/, '');
    const rest = spot.startsWith(short) ? spot.slice(short.length).replace(/^村道/, '道') : spot;
    const full = cell.village + (/^(巷内|巷口|公路路口|道)/.test(rest) ? rest : spot);
    return /(巷内|巷口|村道|沿线|中段|道)$/.test(full) ? `${full}${number}号` : full;
  }

  private times(source: Source, clock: string, atUs: number): Pick<Event, 'occurred_us' | 'received_us' | 'skew_us' | 'marks'> {
    const late = this.random.chance(source.late);
    const transportS = late ? this.random.between(2, 7) * 3600 : this.random.between(...source.transportS);
    const skewS = this.skewS(source, clock);
    const wrongS = source.skewKnown ? this.random.between(-clockS, clockS) : skewS;
    const received = Math.round(atUs + transportS * secondUs);
    const occurred = Math.round(atUs + wrongS * secondUs);
    const marks = [...(occurred > received + 5 * minuteUs ? ['future'] : []), ...(received - occurred > 24 * hourUs ? ['late'] : [])];
    return { occurred_us: occurred, received_us: received, ...(source.skewKnown ? { skew_us: Math.round(skewS * secondUs) } : {}), ...(marks.length ? { marks } : {}) };
  }

  /** Position, area and address as that source knows them. */
  private whereabouts(source: Source, at: Point, cell: Cell): Partial<Event> {
    const { random } = this;
    const told: Partial<Event> = {};
    if (!random.chance(source.noPosition)) {
      const wrong = random.chance(source.wrongPosition);
      const elsewhere = random.chance(0.5) ? this.place.office : random.pick(this.place.cells).label;
      const [lon, lat] = wrong ? elsewhere : blurred(at, source.errorM, random);
      Object.assign(told, { lon: round6(lon), lat: round6(lat), ...(source.id === '12345' ? { crs: 'GCJ02' } : {}) });
    }
    if (random.chance(source.area)) told.area = random.chance(0.9) ? cell.code : cell.code.slice(0, 12);
    if (random.chance(source.address)) told.address = `${this.place.name}${this.addressOf(at, cell, !random.chance(vague))}`;
    return told;
  }

  /** One call or one entry of a person. Returned: its id. */
  report(view: View, at: Point, atUs: number, meaning: Meaning, words: Words = {}): string {
    const source = sources[view.source];
    const cell = cellAt(this.place, at) ?? nearestCamera(this.place, at).cell;
    const where = this.whereabouts(source, at, cell);
    const said = this.random.pick(view.words);
    const times = this.times(source, source.id, atUs);
    const title = source.title((where.address ?? this.addressOf(at, cell, where.area !== undefined)).replace(this.place.name, ''), said);
    const marks = [...(times.marks ?? []), ...(words.marks ?? [])];
    const event: Event = {
      source: source.id, id: this.nextId(source.id), kind: words.kind ?? 'report', dimension: view.dimension, type: view.type, title,
      ...(words.text ? { text: words.text } : {}), ...where,
      ...(source.reporter && words.person ? { reporter: this.voice(words.person, atUs) } : {}),
      ...times, ...(marks.length ? { marks } : {}), ...(words.refs ? { refs: words.refs } : {}),
    };
    this.put(source, event, meaning);
    return event.id;
  }

  /** Sources send again what was not acknowledged, mostly under the same id. */
  private put(source: Source, event: Event, meaning: Meaning): void {
    this.recording.add(event, meaning);
    if (this.random.chance(source.again))
      this.recording.add({ ...event, received_us: event.received_us + Math.round(this.random.between(1, 90) * secondUs) }, meaning);
    if (event.kind === 'report' && this.random.chance(source.anew))
      this.recording.add({ ...event, id: `${event.id}-R1`, received_us: event.received_us + Math.round(this.random.between(60, 600) * secondUs) }, meaning);
  }

  camera(camera: Camera, kind: 'raised' | 'cleared', type: string, name: string, atUs: number, meaning: Meaning, health = false): void {
    const source = sources[health ? 'camera-health' : 'analytics'];
    this.put(source, {
      source: source.id, id: this.nextId(camera.id), kind, dimension: health ? 'camera_health' : 'camera_alarm', type,
      title: source.title(camera.name, `${name}${kind === 'cleared' ? '恢复' : ''}`), device: camera.id,
      ...(health ? { parent: camera.parent } : {}), lon: camera.at[0], lat: camera.at[1], area: camera.cell.code,
      ...(camera.azimuth === null ? {} : { azimuth: camera.azimuth }), ...(camera.fov === null ? {} : { fov: camera.fov }),
      ...this.times(source, camera.parent, atUs),
    }, meaning);
  }

  sensor(sensor: Sensor, kind: 'raised' | 'cleared', name: string, atUs: number, meaning: Meaning, marks: string[] = []): void {
    const source = sources.sensors;
    const times = this.times(source, source.id, atUs);
    const all = [...(times.marks ?? []), ...marks];
    this.put(source, {
      source: 'sensors', id: this.nextId(sensor.id), kind, dimension: 'sensor', type: sensor.kind,
      title: source.title(sensor.spot, `${name}${kind === 'cleared' ? '恢复' : ''}`), device: sensor.id,
      lon: round6(sensor.at[0]), lat: round6(sensor.at[1]), area: sensor.cell.code, ...times, ...(all.length ? { marks: all } : {}),
    }, meaning);
  }

  /** Something that hangs above cameras. */
  switchDown(parent: string, kind: 'raised' | 'cleared', atUs: number, meaning: Meaning): void {
    const source = sources['camera-health'];
    const [first] = this.place.parents.get(parent) ?? [];
    this.put(source, {
      source: source.id, id: this.nextId(parent), kind, dimension: 'camera_health', type: 'switch_down', device: parent, parent,
      title: `${first?.cell.name ?? ''}交换机 ${parent} ${kind === 'raised' ? '离线' : '恢复'}`,
      ...(first ? { area: first.cell.code } : {}), ...this.times(source, source.id, atUs),
    }, meaning);
  }

  /** Somewhere near, inside the town. */
  near(at: Point, least: number, most: number): Point {
    for (let i = 0; i < 20; i++) {
      const point = away(at, this.random.between(least, most), this.random() * 360);
      if (cellAt(this.place, point)) return point;
    }
    return at;
  }
}
