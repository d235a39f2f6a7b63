/** The server's clock as seen from here: the offset of the quickest of the last answers is the best one. */
export class ServerClock {
  private readonly samples: { offsetMs: number; delayMs: number }[] = [];

  /** One answer: sent and received by our clock, the server's clock in between. */
  add(sentMs: number, serverMs: number, receivedMs: number): void {
    const delayMs = receivedMs - sentMs;
    this.samples.push({ offsetMs: serverMs - (sentMs + delayMs / 2), delayMs });
    if (this.samples.length > 8) this.samples.shift();
  }

  /** A one-way hint, used only until the first answer. */
  hint(serverMs: number, receivedMs: number): void {
    if (this.samples.length === 0) this.samples.push({ offsetMs: serverMs - receivedMs, delayMs: 60_000 });
  }

  clear(): void {
    this.samples.length = 0;
  }

  get offsetMs(): number {
    let best = this.samples[0];
    for (const sample of this.samples) if (best && sample.delayMs < best.delayMs) best = sample;
    return best?.offsetMs ?? 0;
  }

  get delayMs(): number {
    return this.samples.at(-1)?.delayMs ?? 0;
  }
}
