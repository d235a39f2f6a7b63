/** Waiting times between attempts to connect: full jitter under a growing bound, as FIELD-NOTES asks of us. */
export class Backoff {
  private attempt = 0;
  private readonly firstMs: number;
  private readonly longestMs: number;
  private readonly random: () => number;

  constructor(firstMs = 500, longestMs = 15_000, random: () => number = Math.random) {
    this.firstMs = firstMs;
    this.longestMs = longestMs;
    this.random = random;
  }

  get attempts(): number {
    return this.attempt;
  }

  /** The next waiting time; never under a tenth of its bound, so that a dead server is not hammered. */
  nextMs(): number {
    const bound = Math.min(this.longestMs, this.firstMs * 2 ** this.attempt);
    this.attempt++;
    return bound * (0.1 + 0.9 * this.random());
  }

  reset(): void {
    this.attempt = 0;
  }
}
