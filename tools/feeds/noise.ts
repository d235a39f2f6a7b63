// What comes in and is nothing: analytics that see leaves and headlights, devices about their limit, false calls,
// exercises; and a switch that takes its cameras with it.
import type { Random } from '../town/random.ts';
import { analyticsNames, kinds, nuisances, type View } from './kinds.ts';
import { distanceM, type Camera, type Place, type Sensor } from './place.ts';
import { hourUs, minuteUs, secondUs, type Meaning } from './recording.ts';
import type { Incidents } from './incidents.ts';
import type { Reporter } from './reporter.ts';

export interface NoisePlan {
  /** Alarms of analytics a day and camera; most come from few cameras, and from weather and light over a whole quarter. */
  alarms: number;
  /** A day: sensors that flap for a while, false calls, lone dangerous-looking alarms, cameras that lose their picture. */
  chatter: number;
  falseCalls: number;
  falseDanger: number;
  losses: number;
  exercises: number;
  /** Switches that fall, as often as that in the whole span. */
  outages: number;
}

const flood: Meaning = { incident: null, noise: 'camera_flood' };
const decoy: Meaning = { incident: null, noise: 'decoy' };
const chatter: Meaning = { incident: null, noise: 'chatter' };
const outage: Meaning = { incident: null, noise: 'outage' };
const exercise: Meaning = { incident: null, noise: 'exercise' };
/** Of all alarms: bad cameras, weather and light; the others come by themselves. */
const ofBadCameras = 0.72, ofWeather = 0.24;

export class NoiseMaker {
  private readonly reporter: Reporter;
  private readonly place: Place;
  private readonly random: Random;
  private readonly fromUs: number;
  private readonly toUs: number;

  constructor(reporter: Reporter, random: Random, fromUs: number, toUs: number) {
    this.reporter = reporter;
    this.place = reporter.place;
    this.random = random;
    this.fromUs = fromUs;
    this.toUs = toUs;
  }

  private get days(): number {
    return (this.toUs - this.fromUs) / (24 * hourUs);
  }

  private when(): number {
    return this.random.between(this.fromUs, this.toUs);
  }

  /** Rounded by chance, so that short spans get their share. */
  private some(perDay: number): number {
    const exact = perDay * this.days;
    return Math.floor(exact) + (this.random.chance(exact % 1) ? 1 : 0);
  }

  private nuisance(): string {
    let left = this.random() * nuisances.reduce((sum, [, share]) => sum + share, 0);
    return nuisances.find(([, share]) => (left -= share) < 0)?.[0] ?? 'motion';
  }

  private alarm(camera: Camera, type: string, atUs: number, lastsS: number, meaning: Meaning): void {
    this.reporter.camera(camera, 'raised', type, analyticsNames[type] ?? type, atUs, meaning);
    this.reporter.camera(camera, 'cleared', type, analyticsNames[type] ?? type, atUs + lastsS * secondUs, meaning);
  }

  make(plan: NoisePlan, incidents: Incidents): void {
    this.analytics(plan.alarms);
    for (let i = this.some(plan.chatter); i > 0; i--) this.flap(this.random.pick(this.place.sensors));
    for (let i = this.some(plan.falseCalls); i > 0; i--) this.falseCall();
    for (let i = this.some(plan.falseDanger); i > 0; i--) this.falseDanger();
    for (let i = this.some(plan.losses); i > 0; i--) this.loss(incidents);
    for (let i = this.some(plan.exercises); i > 0; i--) this.exercise();
    for (let i = 0; i < plan.outages; i++) this.switchFails(incidents, this.random.between(0.1, 0.8));
  }

  private analytics(perDay: number): void {
    const all = Math.round(perDay * this.days * this.place.cameras.length);
    this.badCameras(Math.round(all * ofBadCameras));
    this.weather(Math.round(all * ofWeather));
    for (let left = all - Math.round(all * ofBadCameras) - Math.round(all * ofWeather); left > 0; left--)
      this.alarm(this.random.pick(this.place.cameras), this.nuisance(), this.when(), this.random.between(5, 60), flood);
  }

  /** A loose cable, a web before the lens, a flag in the wind: one camera alarms for an hour or more. */
  private badCameras(alarms: number): void {
    const bad = this.random.shuffled(this.place.cameras).slice(0, Math.max(1, Math.round(this.place.cameras.length * 0.02)));
    for (let left = alarms; left > 0;) {
      const camera = this.random.pick(bad);
      const type = this.nuisance();
      const end = this.random.between(20, 120) * minuteUs;
      for (let at = this.when(), begun = at; left > 0 && at < begun + end && at < this.toUs; left--) {
        const lasts = this.random.between(4, 25);
        this.alarm(camera, type, at, lasts, flood);
        at += (lasts + this.random.between(4, 45)) * secondUs;
      }
    }
  }

  /** Rain, wind, headlights at dusk: cameras of a quarter alarm, each a few times. */
  private weather(alarms: number): void {
    for (let left = alarms; left > 0;) {
      const about = this.random.pick(this.place.cameras);
      const reach = this.random.between(250, 700);
      const type = this.nuisance();
      const begun = this.when(), lasts = this.random.between(15, 50) * minuteUs;
      for (const camera of this.place.cameras.filter((one) => distanceM(one.at, about.at) < reach)) {
        for (let times = this.random.index(5); times > 0 && left > 0; times--, left--)
          this.alarm(camera, this.random.chance(0.8) ? type : 'motion', begun + this.random() * lasts, this.random.between(5, 40), flood);
      }
    }
  }

  private flap(sensor: Sensor): void {
    const names = { smoke: '烟感报警', water_level: '水位超警戒', door: '门禁异常开启', air: '空气质量超标', help_button: '求助' };
    let at = this.when();
    for (let times = 4 + this.random.index(40); times > 0; times--) {
      const on = this.random.between(2, 20);
      this.reporter.sensor(sensor, 'raised', names[sensor.kind], at, chatter);
      this.reporter.sensor(sensor, 'cleared', names[sensor.kind], at + on * secondUs, chatter);
      at += (on + this.random.between(3, 30)) * secondUs;
    }
  }

  /** Taken back some minutes later. */
  private falseCall(): void {
    const kind = this.random.pick(kinds);
    const views = kind.views.filter((view) => !['analytics', 'sensors'].includes(view.source));
    const view: View = this.random.pick(views);
    const camera = this.random.pick(this.place.cameras);
    const at = this.reporter.near(camera.at, 5, 100), when = this.when();
    const id = this.reporter.report(view, at, when, decoy, { person: `nobody ${Math.round(when)}` });
    this.reporter.report(view, at, when + this.random.between(6, 25) * minuteUs, decoy, { kind: 'cancelled', refs: [id], text: '核实为误报' });
  }

  /** Dust for smoke, somebody who ties a shoe for one who fell. */
  private falseDanger(): void {
    this.alarm(this.random.pick(this.place.cameras), this.random.pick(['fire_seen', 'fall_seen', 'water_seen', 'fight_seen']), this.when(), this.random.between(10, 60), decoy);
  }

  /** One camera without a picture: somebody has to look after it. */
  private loss(incidents: Incidents): void {
    const camera = this.random.pick(this.place.cameras);
    const from = this.when(), to = from + this.random.between(15, 100) * minuteUs;
    const meaning = this.trouble(incidents, 'video_loss', 3, camera, from, to);
    this.reporter.camera(camera, 'raised', 'video_loss', analyticsNames.video_loss!, from, meaning, true);
    this.reporter.camera(camera, 'cleared', 'video_loss', analyticsNames.video_loss!, to, meaning, true);
  }

  private trouble(incidents: Incidents, type: string, priority: 2 | 3, camera: Camera, fromUs: number, toUs: number): Meaning {
    const { all } = incidents;
    const id = incidents.nextId();
    all.push({ id, kind: { ...kinds[0]!, type, priority, views: [] }, at: camera.at, fromUs, toUs, sensor: null, silent: true });
    this.reporter.recording.incidents.push({ incident: id, type, priority, lon: camera.at[0], lat: camera.at[1], from_us: Math.round(fromUs), to_us: Math.round(toUs) });
    return { incident: id };
  }

  /** A switch loses power: its cameras go within seconds and come back with a jolt; some switches tell of it themselves. */
  switchFails(incidents: Incidents, at: number): void {
    const { random, reporter } = this;
    const large = [...this.place.parents].filter(([, cameras]) => cameras.length >= Math.min(20, this.place.cameras.length / 2));
    const [parent, cameras] = random.pick(large.length ? large : [...this.place.parents]);
    const from = this.fromUs + at * (this.toUs - this.fromUs), to = from + random.between(12, 55) * minuteUs;
    const meaning = this.trouble(incidents, 'switch_down', 2, cameras[0]!, from, to);
    const tells = random.chance(0.5);
    if (tells) reporter.switchDown(parent, 'raised', from + random.between(1, 20) * secondUs, meaning);
    for (const camera of cameras) {
      reporter.camera(camera, 'raised', 'video_loss', analyticsNames.video_loss!, from + random.between(2, 45) * secondUs, meaning, true);
      const back = to + random.between(5, 90) * secondUs;
      reporter.camera(camera, 'cleared', 'video_loss', analyticsNames.video_loss!, back, meaning, true);
      if (random.chance(0.3)) this.alarm(camera, random.pick(['motion', 'tamper']), from + random.between(3, 60) * secondUs, random.between(3, 20), outage);
      if (random.chance(0.4)) this.alarm(camera, 'motion', back - random.between(1, 30) * secondUs, random.between(3, 20), outage);
    }
    if (tells) reporter.switchDown(parent, 'cleared', to, meaning);
  }

  /** A fire drill that every source takes part in, or a test of many sensors. */
  private exercise(): void {
    const { random, reporter } = this;
    let when = this.when();
    if (random.chance(0.5)) {
      for (const sensor of random.shuffled(this.place.sensors.filter((one) => one.kind === 'smoke')).slice(0, 20)) {
        reporter.sensor(sensor, 'raised', '烟感测试', when, exercise, ['test']);
        reporter.sensor(sensor, 'cleared', '烟感测试', when + 10 * secondUs, exercise, ['test']);
        when += random.between(20, 60) * secondUs;
      }
      return;
    }
    const fire = kinds.find((kind) => kind.type === 'fire')!;
    const about = random.pick(this.place.cameras).at;
    for (const view of fire.views.filter((one) => !['analytics', 'sensors'].includes(one.source)))
      reporter.report(view, about, when + random.between(0, 10) * minuteUs, exercise, { marks: ['exercise'], text: '【演练】消防应急演练', person: `drill ${view.source}` });
  }
}
