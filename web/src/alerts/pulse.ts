// Which marks pulse: what nobody has taken, at most six, the most urgent first; all in phase.
import type { Alert } from '../wire/alerts.ts';
import { byUrgency } from './queue.ts';

export const MOST_PULSES = 6;

export function pulsing(alerts: Alert[]): ReadonlySet<string> {
  const waiting = alerts.filter(({ state }) => state === 'unacknowledged').sort(byUrgency);
  return new Set(waiting.slice(0, MOST_PULSES).map(({ id }) => id));
}
