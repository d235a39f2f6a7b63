// Named towns: what goes on in each, over how many hours.
import { randomStream } from '../town/random.ts';
import { Incidents, type Plan } from './incidents.ts';
import { NoiseMaker, type NoisePlan } from './noise.ts';
import { kinds } from './kinds.ts';
import type { Place } from './place.ts';
import { hourUs, minuteUs, Recording, type Meaning } from './recording.ts';
import { Reporter } from './reporter.ts';
import { warn } from './warnings.ts';

export interface TownPlan extends Plan, NoisePlan { hours: number; what: string; storm?: boolean; lastWeek?: number }

const usual: TownPlan = {
  hours: 24, what: '', incidents: 24, singles: 20, otherKindNear: 0.08, sameKindNear: 0.06,
  alarms: 0.05, chatter: 3, falseCalls: 2, falseDanger: 2, losses: 6, exercises: 1, outages: 0,
};

export const townPlans: Readonly<Record<string, TownPlan>> = {
  calm: { ...usual, what: 'an ordinary day' },
  flood: { ...usual, what: 'analytics on: 5 alarms a day and camera', incidents: 40, alarms: 5, chatter: 6, falseDanger: 6 },
  outage: { ...usual, what: 'switches fall, each with tens of cameras', hours: 8, incidents: 40, losses: 20, outages: 6, alarms: 0.5 },
  storm: {
    ...usual, what: 'a storm with its warnings: water, fallen trees, power and pictures lost', hours: 12, incidents: 110, singles: 30, otherKindNear: 0.12,
    sameKindNear: 0.1, alarms: 2, chatter: 16, losses: 40, outages: 2, exercises: 0, storm: true,
    more: { waterlogging: 22, power_outage: 3, obstacle: 3, accident: 1.5, noise: 0.2, street_vendor: 0.1, group_petition: 0.2, garbage: 0.3 },
  },
  mixed: {
    ...usual, what: 'all of it: many incidents, decoys, alarms, chatter, an outage, a drill, reports of last week', incidents: 80, singles: 40, otherKindNear: 0.2,
    sameKindNear: 0.15, alarms: 1, chatter: 12, falseCalls: 6, falseDanger: 6, losses: 16, exercises: 3, outages: 1, lastWeek: 4,
  },
  live: { ...usual, what: 'for a wall to look at: a flood of alarms, some three incidents an hour, no faults of cameras', incidents: 60, alarms: 5, losses: 0 },
};

/** Monday, 2 March 2026, midnight in China. */
export const usualStartUs = Date.UTC(2026, 2, 1, 16) * 1000;

/** The same place, plan, seed and start give the same recording, byte for byte. */
export function makeTown(place: Place, plan: TownPlan, seed: number, startUs = usualStartUs): Recording {
  const recording = new Recording();
  const reporter = new Reporter(place, recording, seed);
  const incidents = new Incidents(reporter, randomStream(seed, 'incidents'));
  const endUs = startUs + plan.hours * hourUs;
  incidents.live(plan, startUs, endUs);
  new NoiseMaker(reporter, randomStream(seed, 'noise'), startUs, endUs).make(plan, incidents);
  if (plan.storm) warn(reporter, incidents, startUs, endUs);
  lastWeek(reporter, recording, plan.lastWeek ?? 0, seed, startUs, endUs);
  recording.settle(startUs, endUs + 2 * hourUs);
  return recording;
}

/** What somebody enters only now though it was days ago. */
function lastWeek(reporter: Reporter, recording: Recording, count: number, seed: number, startUs: number, endUs: number): void {
  const random = randomStream(seed, 'last week');
  for (let i = 1; i <= count; i++) {
    const kind = random.pick(kinds.filter((one) => one.views.some((view) => view.source === 'grid')));
    const view = kind.views.find((one) => one.source === 'grid')!;
    const [lon, lat] = random.pick(reporter.place.cameras).at;
    const from = Math.round(startUs - random.between(30, 160) * hourUs), entered = random.between(startUs, endUs);
    const meaning: Meaning = { incident: `w${i}` };
    recording.incidents.push({ incident: `w${i}`, type: kind.type, priority: kind.priority, lon, lat, from_us: from, to_us: from + 60 * minuteUs });
    const before = recording.lines.length;
    reporter.report(view, [lon, lat], from, meaning, { text: '补录' });
    for (const { event } of recording.lines.slice(before)) Object.assign(event, { received_us: Math.round(entered), marks: ['late'] });
  }
}
