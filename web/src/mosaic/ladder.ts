import type { Camera, Profile, Rung } from '../wire/messages.ts';
import { openStream, type Stream } from '../worker/streams.ts';

export type TileRung = 'none' | 'thumb' | 'key' | 'live';

/** A tile that is large enough for more than its thumbnail, largest wish first. */
export interface Wish {
  camera: Camera;
  rung: Rung;
  profile: Profile;
}

interface Climb {
  camera: Camera;
  wish: Wish;
  /** What is drawn. */
  shown: Stream | null;
  /** What is opening; takes the place of `shown` with its first frame. */
  next: Stream | null;
  retryAtMs: number;
  trouble: string;
}

export const MAX_LIVE = 16;
export const MAX_STREAMS = 48;
const RETRY_MS = 10_000;

/** Which streams the sizes of the tiles ask for, within the budget; the first wishes are the most wanted. */
export function withinBudget(wishes: Wish[]): Wish[] {
  let live = 0;
  return wishes.slice(0, MAX_STREAMS).map((wish) => {
    if (wish.rung !== 'live') return wish;
    live++;
    return live <= MAX_LIVE ? wish : { ...wish, rung: 'key', profile: 'sub' };
  });
}

const same = (a: Wish, b: Wish): boolean => a.rung === b.rung && a.profile === b.profile;

/** Holds the running streams of the mosaic: each rung is drawn until the next has arrived. */
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
    for (const [n, climb] of this.climbs) if (!wanted.has(n)) this.leave(n, climb);
    for (const [n, wish] of wanted) {
      const climb = this.climbs.get(n);
      if (climb) this.change(climb, wish);
      else this.begin(n, wish);
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

  /** Tries failed ones again at once, after a view reason was given or the line came back. */
  retry(): void {
    for (const climb of this.climbs.values()) {
      climb.retryAtMs = 0;
      if (climb.trouble !== '') this.open(climb);
    }
  }

  close(): void {
    for (const [n, climb] of this.climbs) this.leave(n, climb);
  }

  private begin(n: number, wish: Wish): void {
    const climb: Climb = {
      camera: wish.camera,
      wish,
      shown: null,
      next: null,
      retryAtMs: 0,
      trouble: '',
    };
    this.climbs.set(n, climb);
    this.open(climb);
  }

  private change(climb: Climb, wish: Wish): void {
    const failed = climb.trouble !== '' && Date.now() >= climb.retryAtMs;
    if (same(climb.wish, wish) && !failed) return;
    climb.wish = wish;
    this.open(climb);
  }

  private open(climb: Climb): void {
    climb.next?.close();
    climb.trouble = '';
    const { camera, wish } = climb;
    const stream: Stream = openStream({
      camera: camera.id,
      profile: wish.profile,
      rung: wish.rung,
      draw: (frame) => {
        if (climb.next === stream) {
          climb.shown?.close();
          climb.shown = stream;
          climb.next = null;
        }
        if (climb.shown === stream) this.draw(camera.n, frame);
      },
      changed: (state) => {
        if (state.phase === 'ended') this.ended(climb, stream, state.code);
      },
    });
    climb.next = stream;
  }

  private ended(climb: Climb, stream: Stream, code: string): void {
    stream.close();
    climb.trouble = code;
    climb.retryAtMs = Date.now() + RETRY_MS;
    if (climb.next === stream) climb.next = null;
    if (climb.shown !== stream) return;
    climb.shown = null;
    this.dropped(climb.camera.n); // back to the thumbnail
  }

  private leave(n: number, climb: Climb): void {
    climb.next?.close();
    climb.shown?.close();
    this.climbs.delete(n);
    this.dropped(n);
  }
}
