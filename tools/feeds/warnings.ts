// Warnings of the weather service: they rise, and are taken back in the end (CAP 1.2 as events).
import type { Incidents } from './incidents.ts';
import { kinds } from './kinds.ts';
import { hourUs, minuteUs, type Event, type Meaning } from './recording.ts';
import type { Reporter } from './reporter.ts';

const levels: readonly [zh: string, priority: number][] = [['蓝色', 4], ['黄色', 3], ['橙色', 2], ['红色', 1]];

/** Rain that grows through the span; one alert, its updates and its end. */
export function warn(reporter: Reporter, incidents: Incidents, fromUs: number, toUs: number): void {
  const { place, random, recording } = reporter;
  const begin = Math.round(fromUs + random.between(5, 40) * minuteUs), end = Math.round(toUs - random.between(20, 60) * minuteUs);
  const id = incidents.nextId();
  const [lon, lat] = place.office;
  incidents.all.push({ id, kind: { ...kinds[0]!, type: 'rainstorm', views: [] }, at: place.office, fromUs: begin, toUs: end, sensor: null, silent: true });
  recording.incidents.push({ incident: id, type: 'rainstorm', priority: 1, lon, lat, from_us: begin, to_us: end });
  const meaning: Meaning = { incident: id };
  const shape = { type: 'Polygon', coordinates: [place.outline] };
  const common = { source: 'cap' as const, dimension: 'warning' as const, type: 'rainstorm', area: place.code, shape };
  const told: string[] = [];
  const add = (kind: Event['kind'], title: string, priority: number, at: number): void => {
    recording.add({
      ...common, id: `cap-rain-${told.length + 1}`, kind, title, priority, occurred_us: at, received_us: at + Math.round(random.between(2, 20) * 1e6),
      expires_us: end + hourUs, ...(kind === 'report' ? {} : { refs: [told.at(-1)!] }),
    }, meaning);
    told.push(`cap-rain-${told.length + 1}`);
  };
  levels.forEach(([zh, priority], i) =>
    add(i === 0 ? 'report' : 'updated', `${place.name}发布暴雨${zh}预警信号`, priority, Math.round(begin + (i * (end - begin)) / 5)));
  add('cancelled', `${place.name}解除暴雨预警信号`, 4, end);
}
