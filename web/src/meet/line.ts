// How long packets wait in front of a narrow line before they come to us: seen by when the reports of their sender come. Pure.
const WINDOW_MS = 120_000;

/** A report (RTCP SR) by its sender's clock and by ours. */
export interface Report { key: string; sentMs: number; gotMs: number }

/** Clocks differ by what nobody knows and drift apart: only the way beyond the shortest of the last minutes counts. */
export class LineDelay {
  private readonly known = new Map<string, number>();
  private shortest = Infinity;
  private shortestBefore = Infinity;
  private sinceMs = 0;

  /** Returned: milliseconds beyond the shortest way, of the quickest report that is new; null: none is. */
  take(reports: Report[], nowMs: number): number | null {
    const fresh = reports.filter(({ key, sentMs }) => this.known.get(key) !== sentMs);
    if (fresh.length === 0) return null;
    for (const { key, sentMs } of fresh) this.known.set(key, sentMs);
    if (nowMs - this.sinceMs > WINDOW_MS) {
      this.shortestBefore = this.shortest;
      this.shortest = Infinity;
      this.sinceMs = nowMs;
    }
    const way = Math.min(...fresh.map(({ sentMs, gotMs }) => gotMs - sentMs));
    this.shortest = Math.min(this.shortest, way);
    return way - Math.min(this.shortest, this.shortestBefore);
  }
}
