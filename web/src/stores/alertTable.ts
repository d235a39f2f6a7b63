// Alerts and situations that are not over, kept up to date with what the topic `alerts` tells (docs/alerts.md). Objects are
// replaced, never changed, so that whoever holds one sees it as it was.
import { Beyond } from '../alerts/beyond.ts';
import { isOver } from '../alerts/queue.ts';
import type { Alert, AlertsDelta, AlertsSnapshot, Counts, Situation } from '../wire/alerts.ts';

/** What a delta did. */
export interface Taken {
  fresh: Alert[];
  ended: boolean;
}

const later = (a: string, b: string): string => (BigInt(a) > BigInt(b) ? a : b);

export class AlertTable {
  readonly alerts = new Map<string, Alert>();
  readonly situations = new Map<string, Situation>();
  /** How often each was told: comments and ticks change nothing of the alert itself. */
  readonly told = new Map<string, number>();
  /** Those that are not listed. */
  readonly beyond = new Beyond();
  /** What an act ended, with its version since then: what the topic says of the time before is old. */
  private readonly over = new Map<string, number>();

  private tell(id: string): void {
    this.told.set(id, (this.told.get(id) ?? 0) + 1);
  }

  private end(id: string): boolean {
    this.told.delete(id);
    return this.alerts.delete(id);
  }

  /** An answer and a delta may overtake each other: the higher version stays, and counts never fall. */
  private put(alert: Alert, taken: Taken): void {
    const old = this.alerts.get(alert.id);
    const known = old ? Number(old.version) : (this.over.get(alert.id) ?? -1) + 1;
    if (known > Number(alert.version)) return;
    this.over.delete(alert.id);
    this.tell(alert.id);
    if (isOver(alert)) {
      taken.ended = this.end(alert.id) || taken.ended;
      return;
    }
    this.beyond.told(alert);
    const counted = old && old.count > alert.count;
    this.alerts.set(alert.id, counted ? { ...alert, count: old.count, last_us: later(old.last_us, alert.last_us) } : alert);
    if (!old) taken.fresh.push(alert);
  }

  private count({ alerts, situations }: Counts): void {
    for (const [id, count, lastUs] of alerts) {
      const alert = this.alerts.get(id);
      if (!alert || alert.count > count) continue;
      this.alerts.set(id, { ...alert, count, last_us: lastUs });
      this.tell(id);
    }
    for (const [id, lastUs] of situations) {
      const situation = this.situations.get(id);
      if (situation) this.situations.set(id, { ...situation, last_us: lastUs });
    }
  }

  take(delta: AlertsDelta): Taken {
    const taken: Taken = { fresh: [], ended: false };
    for (const alert of delta.set ?? []) this.put(alert, taken);
    for (const id of delta.gone ?? []) {
      this.beyond.gone(id);
      this.over.delete(id);
      taken.ended = this.end(id) || taken.ended;
    }
    for (const situation of delta.situations ?? []) this.situations.set(situation.id, situation);
    for (const id of delta.situations_gone ?? []) this.situations.delete(id);
    if (delta.counts) this.count(delta.counts);
    return taken;
  }

  /** An answer to an act. The topic decides what is there: an answer changes what is known, and brings back nothing. */
  answer(alert: Alert): Taken {
    const taken: Taken = { fresh: [], ended: false };
    const old = this.alerts.get(alert.id);
    if (!old) return taken;
    if (Number(alert.version) > Number(old.version)) this.put(alert, taken);
    else this.tell(alert.id);
    if (taken.ended) this.over.set(alert.id, Number(alert.version));
    return taken;
  }

  /** The whole as it is, whatever was known before: what is not in it is over, or beyond it. `nowMs`: the server's clock. */
  begin({ alerts, situations, hidden = 0 }: AlertsSnapshot, nowMs: number): Taken {
    const before = new Set(this.alerts.keys());
    const there = new Set(alerts.map(({ id }) => id));
    for (const id of before) if (!there.has(id)) this.told.delete(id);
    for (const all of [this.alerts, this.situations, this.over]) all.clear();
    this.beyond.begin([], 0, 0);
    const { fresh } = this.take({ set: alerts, situations });
    this.beyond.begin(alerts, hidden, nowMs);
    return { fresh: fresh.filter(({ id }) => !before.has(id)), ended: [...before].some((id) => !there.has(id)) };
  }
}
