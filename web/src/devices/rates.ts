// Online rates of the cameras, read anew while somebody looks at them.
import { onBeforeUnmount, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { api } from '../stores/api.ts';
import type { Rates } from './timeline.ts';

export interface RateGroup extends Rates {
  key: string;
  cameras: number;
}
export interface RateAnswer {
  by: string;
  total: RateGroup;
  groups: RateGroup[];
}
const EVERY_MS = 120_000;

/** Hours and minutes, "23:48 / 24:00 h". */
export function hoursOf({ online_s, observed_s }: { online_s: number; observed_s: number }): { online: string; observed: string } {
  const hours = (s: number): string => `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, '0')}`;
  return { online: hours(online_s), observed: `${hours(observed_s)} h` };
}

/** Rates by what cameras belong to; null: not known yet, or the server could not tell. */
export function useRates(by: Ref<string>, wanted: Ref<boolean>): ShallowRef<RateAnswer | null> {
  const answer = shallowRef<RateAnswer | null>(null);
  async function read(): Promise<void> {
    const asked = by.value;
    if (!wanted.value || document.hidden) return;
    const now = await api<RateAnswer>('GET', `/online-rates?by=${asked}`).catch(() => null);
    if (now && by.value === asked) answer.value = now;
  }
  watch([by, wanted], () => {
    if (answer.value?.by !== by.value) answer.value = null;
    void read();
  }, { immediate: true });
  const timer = setInterval(() => void read(), EVERY_MS);
  onBeforeUnmount(() => clearInterval(timer));
  return answer;
}
