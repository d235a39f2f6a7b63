import { parseThumbs } from '../wire/frames.ts';
import type { Level } from './jpeg.ts';
import { LARGE, SMALL, type DecodedPicture, type Pixels } from './protocol.ts';

interface Known {
  jpeg: Uint8Array<ArrayBuffer>;
  wallMs: number;
  frozen: boolean;
  decodedMs: { [SMALL]: number; [LARGE]: number };
}

const BATCH_PICTURES = 48;
const BATCHES_IN_FLIGHT = 2;

export interface ThumbnailsPorts {
  arrived(cameras: Uint32Array<ArrayBuffer>, wallMs: Float64Array<ArrayBuffer>): void;
  pictures(pictures: DecodedPicture[]): void;
  decode(jpeg: Uint8Array<ArrayBuffer>, level: Level): Promise<Pixels>;
}

/**
 * Keeps the newest JPEG of every camera (a few megabytes for a town) and decodes those the page shows, in the size
 * it shows them: zooming in needs no new bytes. A page that is slow to upload holds decoding back.
 */
export class Thumbnails {
  private readonly known = new Map<number, Known>();
  private readonly levels = new Map<number, number>();
  private readonly due = new Set<number>();
  private readonly ports: ThumbnailsPorts;
  private inFlight = 0;
  private decoding = false;

  constructor(ports: ThumbnailsPorts) {
    this.ports = ports;
  }

  batch(message: ArrayBuffer): void {
    const { thumbs } = parseThumbs(message);
    const cameras = new Uint32Array(thumbs.length);
    const wallMs = new Float64Array(thumbs.length);
    thumbs.forEach((thumb, i) => {
      const at = Number(thumb.wallUs) / 1000;
      this.known.set(thumb.n, {
        jpeg: thumb.jpeg.slice(), // a part would hold the whole batch
        wallMs: at,
        frozen: thumb.frozen,
        decodedMs: { [SMALL]: 0, [LARGE]: 0 },
      });
      if (this.levels.has(thumb.n)) this.due.add(thumb.n);
      cameras[i] = thumb.n;
      wallMs[i] = at;
    });
    this.ports.arrived(cameras, wallMs);
    void this.run();
  }

  want(cameras: Uint32Array, levels: Uint8Array): void {
    this.levels.clear();
    this.due.clear();
    cameras.forEach((n, i) => {
      this.levels.set(n, levels[i]!);
      this.due.add(n);
    });
    void this.run();
  }

  done(): void {
    this.inFlight--;
    void this.run();
  }

  forget(): void {
    this.known.clear();
    this.due.clear();
  }

  private take(): { known: Known; n: number; level: Level }[] {
    const jobs: { known: Known; n: number; level: Level }[] = [];
    for (const n of this.due) {
      if (jobs.length >= BATCH_PICTURES) break;
      this.due.delete(n);
      const known = this.known.get(n);
      const levels = this.levels.get(n) ?? 0;
      if (!known) continue;
      for (const level of [SMALL, LARGE] as const)
        if (levels & level && known.decodedMs[level] < known.wallMs) jobs.push({ known, n, level });
    }
    return jobs;
  }

  private async run(): Promise<void> {
    if (this.decoding) return;
    this.decoding = true;
    while (this.inFlight < BATCHES_IN_FLIGHT) {
      const jobs = this.take();
      if (jobs.length === 0) break;
      const decoded = await Promise.all(jobs.map((job) => this.one(job)));
      const pictures = decoded.filter((picture) => picture !== null);
      if (pictures.length === 0) continue;
      this.inFlight++;
      this.ports.pictures(pictures);
    }
    this.decoding = false;
  }

  private async one(job: {
    known: Known;
    n: number;
    level: Level;
  }): Promise<DecodedPicture | null> {
    const { known, n, level } = job;
    try {
      const pixels = await this.ports.decode(known.jpeg, level);
      known.decodedMs[level] = known.wallMs;
      return { n, level, wallMs: known.wallMs, frozen: known.frozen, pixels };
    } catch {
      known.decodedMs[level] = known.wallMs; // a broken picture is not tried again; the next one is
      return null;
    }
  }
}
