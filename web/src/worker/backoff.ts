/** Delay before try number `attempt` (0, 1, …): full jitter under a doubling bound. `random` in [0, 1). */
export function backoffMs(attempt: number, random: number, firstMs = 300, lastMs = 10000): number {
  const bound = Math.min(lastMs, firstMs * 2 ** Math.min(attempt, 20));
  return Math.round(bound / 2 + (bound / 2) * random);
}
