// What `wallctl replay` makes of a recording, as the judge wants it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Town } from '../../feeds/reading.ts';
import type { Made, Placed, Told } from './score.ts';

interface Replay {
  events: { source: string; id: string; alert: string | null; muted: boolean }[];
  alerts: { id: string; situation: string | null; created_us: number; marks: string[]; priority: number; device: string | null; dimension: string; type: string }[];
}

export interface ReplayOptions { wallctl: string; events: string; areas?: string; rules?: string }

export function replay({ wallctl, events, areas, rules }: ReplayOptions): Made {
  const words = ['replay', events, '--json', '--brief', ...(areas ? ['--areas', areas] : []), ...(rules ? ['--rules', rules] : [])];
  const told = JSON.parse(execFileSync(wallctl, words, { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'inherit'] })) as Replay;
  return {
    events: new Map(told.events.filter((one) => one.alert !== null).map((one): [string, Placed] => [`${one.source} ${one.id}`, { alert: one.alert!, muted: one.muted }])),
    alerts: new Map(told.alerts.map((one) => [one.id, { situation: one.situation, createdUs: one.created_us, drill: one.marks.length > 0, priority: one.priority, type: one.type,
      informs: one.priority === 4 && one.device !== null && one.dimension !== 'camera_health' }])),
  };
}

const drill = new Set(['exercise', 'test']);

/** Events with what the labels say of them; what has no label is noise of a kind that nobody named. */
export function toldOf(town: Town): Told[] {
  return town.events.map((event) => {
    const key = `${event.source} ${event.id}`;
    const label = town.labels.get(key);
    return {
      key, opens: event.kind === 'report' || event.kind === 'raised', drill: event.marks?.some((mark) => drill.has(mark)) ?? false,
      receivedUs: event.received_us, incident: label?.incident ?? null, noise: label?.noise ?? 'unlabelled',
    };
  });
}

export const wallctlIn = (build: string): string => join(build, 'tools/wallctl/wallctl');
