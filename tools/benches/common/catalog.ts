// The benches, what each measures and what it has to reach; docs/performance.md explains the figures.

export interface Bench {
  name: string;
  what: string;
  /** Fields of the last line and the most each may be. */
  goals: Record<string, number>;
}

export const benches: Bench[] = [
  { name: 'ingest', what: 'taking all cameras in, beside a program that only receives and discards', goals: { ratio: 1.15 } },
  { name: 'mosaic', what: 'age of all small pictures with one core; CPU beside a bare loop over the same keyframes',
    goals: { age_p50_ms: 2000, age_p99_ms: 4000, ratio: 1.15 } },
  { name: 'open', what: 'opening a camera: request to first decodable unit', goals: { open_p99_ms: 50 } },
  { name: 'latency', what: 'camera sends to browser shows, read from the time in the picture', goals: { glass_p99_ms: 300 } },
  { name: 'fanout', what: '200 browsers with every topic and the whole town, beside bare writing of the same bytes',
    goals: { ratio: 1.5 } },
  { name: 'browser', what: 'frame time of mosaic and map beside static tiles; memory over hours',
    goals: { mosaic_ratio: 1.5, map_ratio: 1.5, heap_growth: 1.1, resident_growth: 1.1 } },
  { name: 'recover', what: 'seconds until all cameras are live after a start, a reset of every connection, a killed simulator, a killed media plane',
    goals: { start_s: 10, drop_s: 15, simulator_s: 15, media_s: 15 } },
  { name: 'soak', what: 'random faults: memory, descriptors and threads stay, every camera comes back',
    goals: { memory_growth: 1.1, descriptor_growth: 0, thread_growth: 0, missing: 0 } },
];

export function goalsOf(name: string): Record<string, number> {
  const found = benches.find((bench) => bench.name === name);
  if (!found) throw new Error(`no bench ${name}`);
  return found.goals;
}

/** `age_p50_ms ≤ 2000, …` */
export function goalText(goals: Record<string, number>): string {
  return Object.entries(goals).map(([field, most]) => `${field} ≤ ${most}`).join(', ');
}
