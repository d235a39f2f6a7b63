// Following a town while things go wrong: what each camera said, and whether the others lost a picture.
import assert from 'node:assert/strict';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Person, Wall } from './client.ts';
import type { Unit } from './frames.ts';

export interface Camera {
  n: number; id: string; name: string; state: string; reason: string | null; detail: string | null; codec: string | null;
  width: number; height: number; clock_offset_ms: number | null; loss_pct: number | null; mode: string; since_us: string;
}

interface CamerasMessage { t: string; topic?: string; id?: string; data?: { cameras?: Camera[]; set?: Camera[]; gone?: number[] } }

/** The topic `cameras` of one WebSocket: the newest of each camera, and everything it ever said. */
export class Followed {
  readonly wall: Wall;
  readonly history = new Map<string, Camera[]>();
  lastId = '';
  private readonly byNumber = new Map<number, Camera>();
  private read = 0;

  /** `from`: resume behind this id, with what was known then. */
  constructor(wall: Wall, from?: Followed) {
    this.wall = wall;
    if (from) {
      for (const [n, camera] of from.byNumber) this.byNumber.set(n, camera);
      this.lastId = from.lastId;
    }
    wall.send({ t: 'sub', topic: 'cameras', ...(from ? { from: from.lastId } : {}) });
  }

  /** Every id follows on the one before: no change was left out, none came twice. */
  private follow(message: CamerasMessage): void {
    const id = String(message.id);
    const [epoch = '', number = ''] = id.split(/-(?=\d+$)/);
    if (message.t === 'delta' && this.lastId !== '')
      assert.equal(this.lastId, `${epoch}-${Number(number) - 1}`, 'ids of a topic rise by one');
    this.lastId = id;
  }

  private update(): void {
    for (; this.read < this.wall.messages.length; this.read++) {
      const message = this.wall.messages[this.read] as unknown as CamerasMessage;
      if (message.topic !== 'cameras' || !message.id) continue;
      this.follow(message);
      if (message.t === 'snapshot') this.byNumber.clear();
      for (const part of message.data?.cameras ?? message.data?.set ?? []) {
        const camera = { ...this.byNumber.get(part.n), ...part };
        this.byNumber.set(camera.n, camera);
        const said = this.history.get(camera.id) ?? [];
        this.history.set(camera.id, [...said, camera]);
      }
      for (const n of message.data?.gone ?? []) this.byNumber.delete(n);
    }
  }

  get cameras(): Camera[] {
    this.update();
    return [...this.byNumber.values()];
  }

  get(id: string): Camera | undefined {
    return this.cameras.find((camera) => camera.id === id);
  }

  /** Resolves when the camera is so, or was since it was followed. */
  saw(id: string, test: (camera: Camera) => boolean, what: string, limitMs = 60_000): Promise<Camera> {
    return this.wall.until(`${id} ${what} (is ${JSON.stringify(this.get(id))})`, () => {
      this.update();
      return this.history.get(id)?.find(test);
    }, limitMs);
  }

  is(id: string, test: (camera: Camera) => boolean, what: string, limitMs = 60_000): Promise<Camera> {
    return this.wall.until(`${id} ${what}`, () => {
      const camera = this.get(id);
      return camera && test(camera) ? camera : undefined;
    }, limitMs);
  }

  all(test: (camera: Camera) => boolean, what: string, limitMs = 90_000): Promise<boolean> {
    return this.wall.until(`all cameras ${what}`, () => {
      const cameras = this.cameras;
      return cameras.length > 0 && cameras.every(test);
    }, limitMs).catch((error: unknown) => {
      const others = this.cameras.filter((camera) => !test(camera)).slice(0, 5);
      throw new Error(`${error instanceof Error ? error.message : String(error)}\nnot so: ${JSON.stringify(others)}`);
    });
  }

  live(limitMs?: number): Promise<boolean> {
    return this.all((camera) => camera.state === 'live', 'are live', limitMs);
  }

  /** Was any camera ever so, since it was followed or forgotten? */
  ever(test: (camera: Camera) => boolean): boolean {
    this.update();
    return [...this.history.values()].some((said) => said.some(test));
  }

  forget(): void {
    this.update();
    this.history.clear();
  }
}

/** Connects and follows the cameras until all are live. */
export async function followLive(person: Person, limitMs?: number): Promise<Followed> {
  const followed = new Followed(await person.connect());
  await followed.live(limitMs);
  return followed;
}

/** Live streams of cameras that nothing is wrong with: every picture of them must arrive. */
const starvedMs = 250;

export class Witnesses {
  readonly wall: Wall;
  readonly ids: string[];
  private readonly stepUs: number;
  /** How late this very process is: on a starved machine readers fall behind, and are told what they skipped. */
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });

  /** `rate`: pictures a second that the simulator sends. */
  constructor(wall: Wall, ids: string[], rate: number) {
    this.wall = wall;
    this.ids = ids;
    this.stepUs = 1e6 / rate;
    this.delay.enable();
    ids.forEach((camera, i) => wall.send({
      t: 'play', stream: i + 1, camera, profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'],
    }));
  }

  private units(index: number): Unit[] {
    return this.wall.units.get(index + 1) ?? [];
  }

  async started(): Promise<void> {
    await this.wall.until('units of every witness', () => this.ids.every((_, i) => this.units(i).length > 0));
  }

  /** So many more units of each have come. */
  async goOn(count: number): Promise<void> {
    const want = this.ids.map((_, i) => this.units(i).length + count);
    await this.wall.until(`${count} more units of every witness`, () => want.every((least, i) => this.units(i).length >= least), 60_000);
  }

  /** Pictures missing between the first and the last that came, of the worst camera. */
  private worst(): { camera: string; missing: number; of: number } {
    let worst = { camera: '', missing: 0, of: 0 };
    const starved = this.delay.max / 1e6 > starvedMs;
    this.ids.forEach((camera, i) => {
      const units = this.units(i);
      const [first, last] = [units[0], units.at(-1)];
      assert.ok(first && last, `${camera} sent nothing`);
      units.forEach((unit, k) => {
        assert.equal(unit.sequence, k, `${camera}: sequence`);
        assert.ok(unit.dropped === 0 || starved, `${camera}: ${unit.dropped} dropped for a reader that is not slow`);
      });
      const of = Math.round((last.dtsUs - first.dtsUs) / this.stepUs) + 1 - last.dropped;
      if (of - units.length > worst.missing || worst.of === 0) worst = { camera, missing: of - units.length, of };
    });
    return worst;
  }

  /** Nothing is missing but what the simulator itself left out because the machine was late (`lateMs`). */
  assertWhole(lateMs: number): void {
    const { camera, missing, of } = this.worst();
    const unsent = Math.ceil((lateMs * 1000) / this.stepUs);
    assert.ok(missing <= unsent, `${camera} lost ${missing} of ${of} pictures; ${unsent} were never sent`);
  }
}
