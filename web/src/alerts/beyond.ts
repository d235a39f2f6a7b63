// The snapshot of the topic lists the most urgent alerts and says how many more there are. This number is kept up to date by
// what is told afterwards of alerts that were not listed, until the next snapshot says it anew. Pure.
import type { Alert } from '../wire/alerts.ts';

/** With fewer than so many left of the list the next ones are worth asking for. */
const LEFT = 0.9;

export class Beyond {
  count = 0;
  private listed = new Set<string>();
  private first = 0;
  private atMs = 0;

  /** A snapshot came: what it lists, and how many more there are. `nowMs`: the server's clock. */
  begin(alerts: readonly Pick<Alert, 'id'>[], more: number, nowMs: number): void {
    this.listed = new Set(more > 0 ? alerts.map(({ id }) => id) : []);
    this.first = alerts.length;
    this.count = more;
    this.atMs = nowMs;
  }

  /** One is told that is not over. What was there before the list and is not in it was beyond until now. */
  told({ id, created_us }: Pick<Alert, 'id' | 'created_us'>): void {
    if (this.count === 0 || this.listed.has(id)) return;
    this.listed.add(id);
    if (Number(created_us) / 1000 <= this.atMs) this.count--;
  }

  gone(id: string): void {
    if (this.count > 0 && !this.listed.delete(id)) this.count--;
  }

  /** Whether to ask for the list anew, so that others move up. */
  isThin(): boolean {
    return this.count > 0 && this.listed.size < this.first * LEFT;
  }
}
