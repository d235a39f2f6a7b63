// A town that lives now: what happens is made up hour by hour, each event is sent when its time has come.
import { setTimeout as pause } from 'node:timers/promises';
import { randomStream } from '../town/random.ts';
import { Incidents } from './incidents.ts';
import { kinds, type SourceId } from './kinds.ts';
import { NoiseMaker } from './noise.ts';
import { Publisher } from './mqtt.ts';
import type { Place } from './place.ts';
import { hourUs, minuteUs, Recording, secondUs, type Event } from './recording.ts';
import { Reporter } from './reporter.ts';
import { itemOf, nowUs, post, signed } from './sending.ts';
import { messageOf } from './sensors.ts';
import type { TownPlan } from './towns.ts';

export interface LiveOptions {
  place: Place;
  plan: TownPlan;
  url: string;
  /** By feed; sources without one are silent. */
  keys: Readonly<Record<string, string>>;
  /** Where sensors publish, instead of posting. */
  broker?: string;
  /** How much goes on, beside the plan. */
  rate: number;
  seed: number;
  say(line: string): void;
  over: AbortSignal;
}

const batchMost = 500;
const waitingMost = 20_000; // of one feed while the server is away; the oldest go first
const retryMs = 3000;
/** When it starts, life has been going on for a while. */
const underWayUs = 40 * minuteUs;
/** Soon after the start there is something to see. */
const prologue: readonly [type: string, afterS: number][] = [['fire', -200], ['accident', 30], ['noise', 60]];

/** Events of one span, in the order in which they come in; `span` tells ids of one start from those of another. */
export function eventsOf(place: Place, plan: TownPlan, seed: number, span: string, fromUs: number, toUs: number, first: boolean): Event[] {
  const recording = new Recording();
  const reporter = new Reporter(place, recording, seed);
  const incidents = new Incidents(reporter, randomStream(seed, 'incidents'), span);
  if (first) {
    const random = randomStream(seed, 'prologue');
    for (const [type, afterS] of prologue) {
      const kind = kinds.find((one) => one.type === type)!;
      incidents.happen(kind, reporter.near(random.pick(place.cameras).at, 5, 40), fromUs + afterS * secondUs, null);
    }
  }
  const begunUs = first ? fromUs - underWayUs : fromUs;
  incidents.live(plan, begunUs, toUs);
  new NoiseMaker(reporter, randomStream(seed, 'noise'), begunUs, toUs).make(plan, incidents);
  recording.settle(first ? fromUs - secondUs : fromUs - hourUs, toUs + 4 * hourUs); // the first has no past, others tell at once what began earlier
  return recording.lines.map(({ event }) => ({ ...event, id: `${span}-${event.id}`, ...(event.refs ? { refs: event.refs.map((ref) => `${span}-${ref}`) } : {}) }));
}

/** One feed: what waits, and when it may be tried again. */
class Line {
  readonly feed: SourceId;
  readonly key: string;
  readonly waiting: Event[] = [];
  sent = 0;
  private busy = false;
  private notBefore = 0;
  private trouble = '';

  constructor(feed: SourceId, key: string) {
    this.feed = feed;
    this.key = key;
  }

  add(event: Event): void {
    this.waiting.push(event);
    if (this.waiting.length > waitingMost && !this.busy) this.waiting.shift();
  }

  /** At most one request at a time; what was not answered waits and keeps its place. */
  async send(options: LiveOptions): Promise<void> {
    if (this.busy || this.waiting.length === 0 || performance.now() < this.notBefore) return;
    this.busy = true;
    const batch = this.waiting.slice(0, batchMost);
    const body = JSON.stringify(batch.map(itemOf));
    const { status, body: text } = await post(options.url, signed(this.feed, this.key, body, nowUs()), body);
    this.busy = false;
    // 409: it was taken before and only the answer was lost
    if ([202, 400, 409, 413].includes(status)) this.settle(options, batch.length, status, text);
    else this.wait(options, status === 0 ? 'the server does not answer' : `answered ${status} ${text.slice(0, 200)}`);
  }

  private settle(options: LiveOptions, count: number, status: number, text: string): void {
    const accepted = status === 202 ? (JSON.parse(text) as { accepted: number }).accepted : 0;
    this.waiting.splice(0, count);
    this.sent += accepted;
    this.trouble = '';
    if (accepted < count && status !== 409) options.say(`${this.feed}: refused: ${text.slice(0, 300)}`);
  }

  private wait(options: LiveOptions, trouble: string): void {
    this.notBefore = performance.now() + retryMs;
    if (trouble !== this.trouble) options.say(`${this.feed}: ${trouble}; trying again`);
    this.trouble = trouble;
  }
}

/** Runs until told to stop. */
export async function live(options: LiveOptions): Promise<void> {
  const { place, seed, rate, over } = options;
  const plan: TownPlan = { ...options.plan };
  for (const often of ['incidents', 'singles', 'alarms', 'chatter', 'falseCalls', 'falseDanger', 'losses'] as const) plan[often] *= rate;
  const lines = new Map(Object.entries(options.keys).map(([feed, key]) => [feed, new Line(feed as SourceId, key)]));
  const broker = options.broker === undefined ? null : new Publisher(options.broker, options.say);
  const begun = nowUs();
  let queue: Event[] = [], madeUntil = begun, said = begun;
  while (!over.aborted) {
    const now = nowUs();
    while (madeUntil < now + minuteUs) {
      const span = Math.floor(madeUntil / secondUs).toString(36);
      const spanSeed = (seed * 1_000_003 + Math.floor(madeUntil / hourUs)) % 2 ** 31;
      queue.push(...eventsOf(place, plan, spanSeed, span, madeUntil, madeUntil + hourUs, madeUntil === begun));
      queue.sort((a, b) => a.received_us - b.received_us);
      madeUntil += hourUs;
    }
    const due = queue.findIndex((event) => event.received_us > now);
    for (const event of queue.splice(0, due < 0 ? queue.length : due)) {
      const message = broker && event.source === 'sensors' ? messageOf(event) : null;
      if (message) broker!.publish(message.topic, message.message);
      else lines.get(event.source)?.add(event);
    }
    for (const line of lines.values()) void line.send(options);
    if (now - said >= 10 * minuteUs) {
      options.say([...lines.values()].filter((line) => line.sent).map((line) => `${line.feed} ${line.sent}`).join(', '));
      said = now;
    }
    await pause(250, undefined, { signal: over }).catch(() => undefined);
  }
  broker?.end();
}
