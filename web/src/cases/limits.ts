// Which limit an extension moves: that of the orders, or one of the case itself that its workflow lets be extended. Pure.
import type { CaseDetail, Workflow } from './wire.ts';

/** Stands for the limits of the orders; no timer is called so, and it is not sent. */
export const ORDERS = '@orders';

export interface Extendable {
  /** ORDERS, or the id of a timer. */
  id: string;
  /** Of the limit as it is; null: of several, or unknown. */
  due_us: string | null;
  /** The latest it can be moved to; null: nobody says. */
  most_us: string | null;
}

const DAY_US = 86_400_000_000n;
const RUNS = ['running', 'paused'];

/** As the server takes them (docs/cases.md `ask_extension`): once each, not when it is over. `nowMs`: the server's. */
export function extendable(detail: Pick<CaseDetail, 'timers' | 'asks' | 'orders'>, workflow: Workflow | undefined, nowMs: number): Extendable[] {
  const found: Extendable[] = [];
  if (detail.orders.some(({ state }) => state === 'SENT' || state === 'TAKEN')) found.push({ id: ORDERS, due_us: null, most_us: null });
  for (const { id, extend } of workflow?.timers ?? []) {
    const timer = detail.timers.find((one) => one.timer === id && !one.order && !one.ended_us && RUNS.includes(one.state));
    if (!extend || !timer?.due_us) continue;
    if (detail.asks.some((ask) => ask.timer === id && ask.state === 'granted')) continue;
    if (timer.state === 'running' && Number(timer.due_us) <= nowMs * 1000) continue;
    found.push({ id, due_us: timer.due_us, most_us: String(BigInt(timer.due_us) + BigInt(extend.days) * DAY_US) });
  }
  return found;
}
