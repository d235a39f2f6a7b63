import { useI18n } from 'vue-i18n';
import type { Words } from '../wire/messages.ts';
import { durationWords } from '../ui/time.ts';
import { troubleOf } from '../stores/areas.ts';
import type { Camera } from '../wire/messages.ts';

/** What pages say about cameras and times, in the language of the page. */
export function useWords() {
  const { t, locale } = useI18n();
  const words = (both: Words | null | undefined): string =>
    both ? (locale.value === 'en' ? both.en : both.zh) : '';
  const named = (area: { name: string; name_en?: string }): string =>
    locale.value === 'en' ? (area.name_en ?? area.name) : area.name;
  const duration = (ms: number): string => {
    const { key, n } = durationWords(ms);
    return t(`time.${key}`, { n });
  };
  /** State of a camera, and its reason where there is one. */
  const stateWords = (camera: Pick<Camera, 'state' | 'reason'>): string => {
    const trouble = troubleOf(camera);
    const state = t(`state.${camera.state}`);
    return trouble && trouble !== 'disabled' ? `${state} · ${t(`why.${trouble}`)}` : state;
  };
  return { t, words, named, duration, stateWords };
}
