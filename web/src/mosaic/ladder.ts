import type { Camera, Profile, Rung } from '../wire/messages.ts';
import { Climb } from '../worker/climb.ts';

export type TileRung = 'none' | 'thumb' | 'key' | 'live';

/** A tile that is large enough for more than its thumbnail. */
export interface Wish {
  camera: Camera;
  rung: Rung;
  profile: Profile;
}

export const MAX_LIVE = 16;
export const MAX_STREAMS = 48;

/** Which streams run: the first wishes are the most wanted, what is over the budget gets a lower rung or none. */
export function withinBudget(wishes: Wish[]): Wish[] {
  let live = 0;
  return wishes.slice(0, MAX_STREAMS).map((wish) => {
    if (wish.rung !== 'live') return wish;
    live++;
    return live <= MAX_LIVE ? wish : { ...wish, rung: 'key', profile: 'sub' };
  });
}

/** Holds the running streams of the mosaic. */
export class Ladder {
  private readonly climbs = new Map<number, Climb>();
  private readonly draw: (n: number, frame: VideoFrame | HTMLVideoElement) => void;
  private readonly dropped: (n: number) => void;

  constructor(
    draw: (n: number, frame: VideoFrame | HTMLVideoElement) => void,
    dropped: (n: number) => void,
  ) {
    this.draw = draw;
    this.dropped = dropped;
  }

  want(wishes: Wish[]): void {
    const wanted = new Map(withinBudget(wishes).map((wish) => [wish.camera.n, wish]));
    for (const n of [...this.climbs.keys()]) if (!wanted.has(n)) this.leave(n);
    for (const [n, { camera, rung, profile }] of wanted) {
      const climb = this.climbs.get(n) ?? this.begin(n, camera.id);
      climb.want(rung, profile);
    }
  }

  rungOf(n: number): { rung: Rung; wallMs: number } | null {
    const stream = this.climbs.get(n)?.shown;
    return stream ? { rung: stream.options.rung, wallMs: stream.state.wallMs } : null;
  }

  /** Why a wanted stream does not run; empty: it does, or none is wanted. */
  troubleOf(n: number): string {
    return this.climbs.get(n)?.trouble ?? '';
  }

  retry(): void {
    for (const climb of this.climbs.values()) climb.retry();
  }

  close(): void {
    for (const n of [...this.climbs.keys()]) this.leave(n);
  }

  private begin(n: number, id: string): Climb {
    const climb = new Climb(id, {
      draw: (frame) => this.draw(n, frame),
      fell: () => this.dropped(n),
      changed: () => undefined,
    });
    this.climbs.set(n, climb);
    return climb;
  }

  private leave(n: number): void {
    this.climbs.get(n)?.close();
    this.climbs.delete(n);
    this.dropped(n);
  }
}
