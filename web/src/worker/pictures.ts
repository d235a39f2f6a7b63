import type { ThumbsWhy } from '../wire/messages.ts';
import { useClient } from './client.ts';
import { LARGE, SMALL, type DecodedPicture } from './protocol.ts';

export { LARGE, SMALL };

/** What one panel shows: camera handle → SMALL, LARGE or both. */
export type PictureWish = Map<number, number>;

interface Panel {
  why: ThumbsWhy;
  wish: PictureWish;
  take: (picture: DecodedPicture) => void;
}

const INTERVAL_MS = 1000;
const ORDER: ThumbsWhy[] = ['mosaic', 'map', 'layout'];

/**
 * The thumbnails of the page. Several panels may show some at once; the server and the decoder are told the sum.
 * A picture is given to each panel's `take`; several may hold it, so that none writes into it.
 */
class Pictures {
  /** Arrival of the newest keyframe we hold, by camera handle, server time in ms. Not reactive: 1447 × 1/s. */
  readonly wallMs = new Map<number, number>();
  private readonly panels = new Map<symbol, Panel>();
  private readonly client = useClient();
  private scheduled = false;
  private told = '';

  constructor() {
    this.client.decoder.on('arrived', ({ cameras, wallMs }) => {
      cameras.forEach((n, i) => this.wallMs.set(n, wallMs[i]!));
    });
    this.client.decoder.on('pictures', ({ pictures }) => {
      for (const picture of pictures) {
        for (const panel of this.panels.values())
          if ((panel.wish.get(picture.n) ?? 0) & picture.level) panel.take(picture);
      }
      this.client.decoder.send({ t: 'pictures_done' });
    });
    this.client.socket.on('hello', ({ restarted }) => {
      if (!restarted) return;
      this.wallMs.clear();
      this.told = '';
    });
  }

  panel(why: ThumbsWhy, take: Panel['take']): { want(wish: PictureWish): void; close(): void } {
    const key = Symbol(why);
    const panel: Panel = { why, wish: new Map(), take };
    this.panels.set(key, panel);
    return {
      want: (wish) => {
        panel.wish = wish;
        this.schedule();
      },
      close: () => {
        this.panels.delete(key);
        this.schedule();
      },
    };
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.tell();
    });
  }

  private tell(): void {
    const sum: PictureWish = new Map();
    for (const { wish } of this.panels.values())
      for (const [n, levels] of wish) sum.set(n, (sum.get(n) ?? 0) | levels);
    this.client.decoder.send({
      t: 'want',
      cameras: Uint32Array.from(sum.keys()),
      levels: Uint8Array.from(sum.values()),
    });
    const used = new Set([...this.panels.values()].map((panel) => panel.why));
    const why = ORDER.find((one) => used.has(one)) ?? 'mosaic';
    const cameras = [...sum.keys()].sort((a, b) => a - b);
    const told = `${why} ${cameras.join()}`;
    if (told === this.told) return;
    this.told = told;
    this.client.socket.send({ t: 'thumbs', cameras, interval_ms: INTERVAL_MS, why });
  }
}

let pictures: Pictures | null = null;
export function usePictures(): Pictures {
  pictures ??= new Pictures();
  return pictures;
}
