// The town's sensors at a broker: what they publish, and how the server is told to understand it (docs/feeds.md "MQTT").
import type { Place } from './place.ts';
import type { Event } from './recording.ts';

const topics = 'town/{type}/{device}';

/** Settings of the feed of kind `mqtt`. */
export function brokerSettings(broker: string, user?: string): object {
  return {
    broker, ...(user ? { user } : {}),
    topics: [{ topic: topics, values: [{ at: 'value', raised: ['on'], cleared: ['off'] }], time: { at: 'ts', form: 'ms' } }],
  };
}

/** The register of sensors, for `wallctl sensors import`. */
export function sensorsCsv(place: Place, feed: string): string {
  const rows = place.sensors.map(({ id, kind, name, at, cell, spot }) => [feed, id, kind, name, `${place.name}${cell.village}${spot}`, at[0].toFixed(6), at[1].toFixed(6), cell.code]);
  return [['feed', 'device', 'type', 'name', 'address', 'lon', 'lat', 'area'], ...rows].map((row) => row.join(',')).join('\n') + '\n';
}

/** What a sensor publishes when an event of it is due. */
export function messageOf(event: Event): { topic: string; message: string } {
  return {
    topic: topics.replace('{type}', event.type).replace('{device}', event.device!),
    message: JSON.stringify({ value: event.kind === 'raised' ? 'on' : 'off', ts: Math.round(event.occurred_us! / 1000) }),
  };
}
