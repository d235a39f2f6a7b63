// The benches, what each measures and what it has to reach; docs/performance.md explains the figures.

export interface Bench {
  name: string;
  what: string;
  /** Fields of the last line and the most each may be. */
  goals: Record<string, number>;
  /** … and the least of others. */
  least?: Record<string, number>;
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
    goals: { mosaic_ratio: 4, map_ratio: 5, heap_growth: 1.1, resident_growth: 1.1 } },
  { name: 'recover', what: 'seconds until all cameras are live after a start, a reset of every connection, a killed simulator, a killed media plane',
    goals: { start_s: 10, drop_s: 15, simulator_s: 15, media_s: 15 } },
  { name: 'place', what: 'finding where something lies among 3,900 grid cells, and how much longer than among 39',
    goals: { at_us: 10, nearest_us: 50, address_us: 50, ratio: 20 } },
  { name: 'soak', what: 'random faults: memory, descriptors and threads stay, every camera comes back',
    goals: { memory_growth: 1.1, descriptor_growth: 8, thread_growth: 0, missing: 0 } },
  { name: 'events', what: 'events from signed HTTP batches to alerts in the store with 100 browsers on the topic, beside bare XADD and XREADGROUP',
    goals: { latency_p99_ms: 100 }, least: { events_per_s: 10_000 } },
  { name: 'alert', what: 'from a sensor at a broker, and from a report, to four cameras playing beside the alert in Chromium',
    goals: { sensor_p95_ms: 1000, report_p95_ms: 1000 } },
  { name: 'cases', what: '500,000 cases with 5 million records: opening, finding, listing, changing one at four desks without a pause; indicators; durable changes',
    goals: { action_p99_ms: 100, indicators_p99_ms: 1000 }, least: { changes_per_s: 200 } },
  { name: 'correlate', what: 'labelled towns through the rules: is an incident missed, is what belongs together together',
    goals: { missed_incidents: 0, missed_links_pct: 2, false_links_pct: 5, live_rows_per_10min: 2, live_missed_incidents: 0 }, least: { reduction_ratio: 50, live_reports_per_10min: 100 } },
  { name: 'rooms', what: 'rooms of meetings: from the connection to the first picture or sound, again after a cut, loss, CPU of ours beside that of Janus',
    goals: { join_p50_ms: 2000, reconnect_p50_ms: 3000, server_cpu_share_of_janus: 0.05, audio_loss_pct: 0, server_memory_growth: 1.1, janus_memory_growth: 1.1, descriptor_growth: 4 } },
];

export function benchOf(name: string): Bench {
  const found = benches.find((bench) => bench.name === name);
  if (!found) throw new Error(`no bench ${name}`);
  return found;
}

/** `age_p50_ms ≤ 2000, …, events_per_s ≥ 10000` */
export function goalText({ goals, least = {} }: Bench): string {
  return [...Object.entries(goals).map(([field, most]) => `${field} ≤ ${most}`), ...Object.entries(least).map(([field, few]) => `${field} ≥ ${few}`)].join(', ');
}
