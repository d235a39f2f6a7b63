// What really happens: when, where, and who notices it. With neighbours in place and time that are something else.
import type { Random } from '../town/random.ts';
import { analyticsNames, areRelated, kinds, single, type Kind, type View } from './kinds.ts';
import { cellAt, distanceM, sees, type Camera, type Place, type Point, type Sensor } from './place.ts';
import { hourUs, minuteUs, secondUs, type Meaning } from './recording.ts';
import type { Reporter } from './reporter.ts';

export interface Plan {
  /** Incidents a day that several sources see, and small ones of one source. */
  incidents: number;
  singles: number;
  /** Share of incidents that get a neighbour: another kind 60 to 100 m away, the same kind in the next street. */
  otherKindNear: number;
  sameKindNear: number;
  /** Kinds that are more frequent than usual, by their type. */
  more?: Readonly<Record<string, number>>;
}

export interface Incident { id: string; kind: Kind; at: Point; fromUs: number; toUs: number; sensor: Sensor | null; /** only devices notice it */ silent: boolean }

const shareOfSilent = 0.04;
/** Two of one kind nearer than this in place and time are one: nobody could tell them apart. Decoys are on purpose. */
const apartM = 350, apartExtents = 4, apartMin = 90;
/** The same kind in the next street is another one only where it does not reach so far. */
const narrowM = 30;
const longestDelayMin = 35;
const busybodies = 3;

/** How much goes on at an hour of the day, beside the busiest. */
function liveliness(hour: number, night: number): number {
  return hour >= 7 && hour < 21 ? 1 : hour >= 21 || hour < 1 ? 0.2 + 0.8 * Math.min(1, night) : 0.05 + 0.35 * night;
}

const hourOfDay = (us: number): number => ((us + 8 * hourUs) / hourUs) % 24;

function someTime(random: Random, fromUs: number, toUs: number, night: number): number {
  for (;;) {
    const at = random.between(fromUs, toUs);
    if (random() * Math.max(1, night) < liveliness(hourOfDay(at), night)) return at;
  }
}

function choose(random: Random, list: readonly Kind[], more: Readonly<Record<string, number>>): Kind {
  const weight = (kind: Kind): number => kind.share * (more[kind.type] ?? 1);
  let left = random() * list.reduce((sum, kind) => sum + weight(kind), 0);
  return list.find((kind) => (left -= weight(kind)) < 0) ?? list[0]!;
}

function somewhere(place: Place, random: Random, kind: Kind): Point {
  const fitting = place.cameras.filter((camera) => kind.scenes.length === 0 || kind.scenes.includes(camera.scene));
  for (let i = 0; i < 50; i++) {
    const camera = random.pick(fitting.length ? fitting : place.cameras);
    const far = random.between(3, kind.scenes.length ? 60 : 140);
    const angle = random() * 2 * Math.PI;
    const at: Point = [camera.at[0] + (far * Math.sin(angle)) / 98_200, camera.at[1] + (far * Math.cos(angle)) / 111_195];
    if (cellAt(place, at)) return at;
  }
  return place.office;
}

export class Incidents {
  private readonly reporter: Reporter;
  private readonly place: Place;
  private readonly random: Random;
  private readonly prefix: string;
  readonly all: Incident[] = [];

  constructor(reporter: Reporter, random: Random, prefix = 'i') {
    this.reporter = reporter;
    this.place = reporter.place;
    this.random = random;
    this.prefix = prefix;
  }

  /** A whole span of ordinary life. */
  live(plan: Plan, fromUs: number, toUs: number): void {
    const days = (toUs - fromUs) / (24 * hourUs);
    const some = (perDay: number): number => Math.round(perDay * days);
    for (let i = 0; i < some(plan.incidents); i++) {
      const kind = choose(this.random, kinds, plan.more ?? {});
      const one = this.happen(kind, ...this.apart(kind, fromUs, toUs));
      if (this.random.chance(plan.otherKindNear)) this.neighbour(one, false);
      if (this.random.chance(plan.sameKindNear)) this.neighbour(one, true);
    }
    for (let i = 0; i < some(plan.singles); i++) {
      const kind = choose(this.random, single, {});
      this.happen(kind, ...this.apart(kind, fromUs, toUs));
    }
  }

  /** Where and when nothing of this kind happens yet. */
  private apart(kind: Kind, fromUs: number, toUs: number): [at: Point, fromUs: number] {
    for (let tries = 0; ; tries++) {
      const at = somewhere(this.place, this.random, kind), when = someTime(this.random, fromUs, toUs, kind.night);
      if (!this.taken(kind, at, when) || tries > 200) return [at, when];
    }
  }

  private taken(kind: Kind, at: Point, when: number): boolean {
    const far = Math.max(apartM, apartExtents * kind.extent);
    return this.all.some((one) => one.kind.type === kind.type && Math.abs(one.fromUs - when) < apartMin * minuteUs && distanceM(one.at, at) < far);
  }

  nextId(): string {
    return `${this.prefix}${this.all.length + 1}`;
  }

  /** Something else, near in place and time. */
  private neighbour(one: Incident, same: boolean): void {
    if (same && one.kind.extent > narrowM) return;
    let { kind } = one;
    while (!same && areRelated(kind.type, one.kind.type)) kind = choose(this.random, kinds, {});
    const at = same ? this.reporter.near(one.at, 180, 290) : this.reporter.near(one.at, 60, 100);
    this.happen(kind, at, one.fromUs + this.random.between(-12, 20) * minuteUs, null);
  }

  /** `sensor`: null where none may be the cause. Returned: what happened, reported by whoever noticed it. */
  happen(kind: Kind, about: Point, fromUs: number, sensor?: Sensor | null): Incident {
    const cause = sensor === undefined ? this.besideSensor(kind, fromUs) : sensor;
    const at = cause ? this.reporter.near(cause.at, 0, cause.kind === 'water_level' ? 30 : 8) : about;
    const one: Incident = {
      id: this.nextId(), kind, at, sensor: cause, fromUs: Math.round(fromUs),
      toUs: Math.round(fromUs + this.random.between(...kind.lastsMin) * minuteUs), silent: this.random.chance(shareOfSilent),
    };
    this.all.push(one);
    this.reporter.recording.incidents.push({
      incident: one.id, type: kind.type, priority: kind.priority, lon: Math.round(at[0] * 1e6) / 1e6, lat: Math.round(at[1] * 1e6) / 1e6, from_us: one.fromUs, to_us: one.toUs,
    });
    this.tell(one);
    return one;
  }

  /** Devices are where their trouble is: an incident that one notices begins at it. */
  private besideSensor(kind: Kind, when: number): Sensor | null {
    const view = kind.views.find((each) => each.source === 'sensors');
    if (!view || !this.random.chance(view.chance)) return null;
    const fitting = this.place.sensors.filter((sensor) => sensor.kind === view.type && !this.taken(kind, sensor.at, when));
    return fitting.length ? this.random.pick(fitting) : null;
  }

  private tell(one: Incident): void {
    const { random } = this;
    const seeing = this.place.cameras.filter((camera) => distanceM(camera.at, one.at) < 120 && sees(camera, one.at));
    const byDevice = (view: View): boolean => view.source === 'analytics' || view.source === 'sensors';
    const devicesCan = one.sensor !== null || (seeing.length > 0 && one.kind.views.some((view) => view.source === 'analytics'));
    const silent = one.silent && devicesCan;
    const noticed = one.kind.views.filter((view) =>
      view.source === 'sensors' ? one.sensor !== null : view.source === 'analytics' ? seeing.length > 0 && (silent || random.chance(view.chance)) : !silent && random.chance(view.chance));
    const people = one.kind.views.filter((view) => !byDevice(view));
    for (const view of people) if (noticed.length < Math.min(2, one.kind.views.length) && !silent && !noticed.includes(view)) noticed.push(view);
    for (const view of noticed) {
      if (view.source === 'sensors') this.tellSensor(one, one.sensor!);
      else if (view.source === 'analytics') this.tellCameras(one, view, seeing);
      else this.tellPeople(one, view);
    }
  }

  private delayUs([middle, spread]: View['delay']): number {
    const gauss = Math.sqrt(-2 * Math.log(1 - this.random() * 0.9999)) * Math.cos(2 * Math.PI * this.random());
    return Math.min(middle * Math.exp(spread * gauss), longestDelayMin * (0.8 + 0.2 * this.random())) * minuteUs;
  }

  private tellPeople(one: Incident, view: View): void {
    const { random, reporter } = this;
    const meaning: Meaning = { incident: one.id };
    const count = view.times[0] + random.index(view.times[1] - view.times[0] + 1);
    let person = '', id = '';
    for (let i = 0; i < count; i++) {
      const again = i > 0 && random.chance(0.25); // nobody has come yet: the same one calls once more
      if (!again) person = random.chance(0.03) ? `busybody ${random.index(busybodies)}` : `${one.id}/${view.source}/${i}`;
      const atUs = one.fromUs + this.delayUs(view.delay) + (again ? random.between(4, 12) * minuteUs : 0);
      const at = reporter.near(one.at, 0, one.kind.extent);
      id = reporter.report(view, at, atUs, meaning, { person });
      // the police writes down more when it was there
      if (view.source === '110' && random.chance(0.06))
        reporter.report(view, one.at, atUs + random.between(6, 20) * minuteUs, meaning, { kind: 'updated', refs: [id], person, text: '民警到场核实，信息更新' });
    }
  }

  private tellSensor(one: Incident, sensor: Sensor): void {
    const { random, reporter } = this;
    const meaning: Meaning = { incident: one.id };
    const words = one.kind.views.find((view) => view.source === 'sensors')!.words[0]!;
    let at = one.fromUs + this.delayUs([0.7, 0.5]);
    const flaps = random.chance(0.15) ? 2 + random.index(4) : 0; // a value about its limit
    for (let i = 0; i < flaps; i++) {
      reporter.sensor(sensor, 'raised', words, at, meaning);
      reporter.sensor(sensor, 'cleared', words, at + random.between(4, 12) * secondUs, meaning);
      at += random.between(14, 28) * secondUs;
    }
    reporter.sensor(sensor, 'raised', words, at, meaning);
    if (sensor.kind !== 'help_button' || random.chance(0.7)) reporter.sensor(sensor, 'cleared', words, one.toUs, meaning);
  }

  private tellCameras(one: Incident, view: View, seeing: readonly Camera[]): void {
    const { random, reporter } = this;
    const count = Math.min(seeing.length, view.times[0] + random.index(view.times[1]));
    for (const camera of random.shuffled(seeing).slice(0, count)) {
      let at = one.fromUs + this.delayUs(view.delay);
      for (let rounds = 1 + random.index(4); rounds > 0 && at < one.toUs; rounds--) {
        const end = at + random.between(15, 150) * secondUs;
        reporter.camera(camera, 'raised', view.type, analyticsNames[view.type] ?? view.type, at, { incident: one.id });
        reporter.camera(camera, 'cleared', view.type, analyticsNames[view.type] ?? view.type, end, { incident: one.id });
        at = end + random.between(20, 400) * secondUs;
      }
    }
  }
}
