// Online rates of the cameras, read anew while somebody looks at them.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue';
import { api, wordsOf } from '../stores/api.ts';
import { useLink } from '../stores/link.ts';
import type { Words } from '../wire/messages.ts';
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

/**
 * Rates by what cameras belong to. `answer` null: not known yet; what was known stays when it cannot be had anew, and
 * `failure` says why. `atMs`: when it came.
 */
export function useRates(by: Ref<string>, wanted: Ref<boolean>) {
  const link = useLink();
  const answer = shallowRef<RateAnswer | null>(null);
  const failure = shallowRef<Words | null>(null);
  const atMs = ref(0);
  async function read(): Promise<void> {
    const asked = by.value;
    if (!wanted.value || document.hidden) return;
    try {
      const now = await api<RateAnswer>('GET', `/online-rates?by=${asked}`);
      if (by.value !== asked) return;
      answer.value = now;
      atMs.value = Date.now();
      failure.value = null;
    } catch (error) {
      if (by.value === asked) failure.value = wordsOf(error);
    }
  }
  watch([by, wanted], () => {
    if (answer.value?.by !== by.value) {
      answer.value = failure.value = null;
      atMs.value = 0;
    }
    void read();
  }, { immediate: true });
  // a server that came back is asked at once
  watch(() => link.generation, () => void read());
  const timer = setInterval(() => void read(), EVERY_MS);
  onBeforeUnmount(() => clearInterval(timer));
  return { answer, failure, atMs, read };
}
