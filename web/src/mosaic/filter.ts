import { troubleOf } from '../stores/areas.ts';
import { REASONS, STATES, type Camera, type CameraState, type Reason } from '../wire/messages.ts';

/** What the toolbar shows alone: a state or a reason. */
export type Filter = CameraState | Reason;

export function parseFilter(text: unknown): Filter | null {
  const known: readonly string[] = [...STATES, ...REASONS];
  return typeof text === 'string' && known.includes(text) ? (text as Filter) : null;
}

export function matches(camera: Pick<Camera, 'state' | 'reason'>, filter: Filter): boolean {
  return camera.state === filter || troubleOf(camera) === filter;
}

export interface Counts {
  total: number;
  states: Map<CameraState, number>;
  reasons: Map<Reason, number>;
  /** Of those that show no picture. */
  downReasons: Map<Reason, number>;
}

export function countTown(cameras: Camera[]): Counts {
  const counts: Counts = { total: cameras.length, states: new Map(), reasons: new Map(), downReasons: new Map() };
  for (const camera of cameras) {
    counts.states.set(camera.state, (counts.states.get(camera.state) ?? 0) + 1);
    const trouble = troubleOf(camera);
    if (!trouble || trouble === 'disabled') continue;
    for (const of of camera.state === 'down' ? [counts.reasons, counts.downReasons] : [counts.reasons]) of.set(trouble, (of.get(trouble) ?? 0) + 1);
  }
  return counts;
}
