import { useI18n } from 'vue-i18n';
import type { Words } from '../wire/messages.ts';
import { durationWords } from '../ui/time.ts';
import { troubleOf } from '../stores/areas.ts';
import type { Camera } from '../wire/messages.ts';

/** What pages say about cameras and times, in the language of the page. */
export function useWords() {
  const { t, te, locale } = useI18n();
  const words = (both: Words | null | undefined): string =>
    both ? (locale.value === 'en' ? both.en : both.zh) : '';
  const named = (area: { name: string; name_en?: string }): string =>
    locale.value === 'en' ? (area.name_en ?? area.name) : area.name;
  const duration = (ms: number): string => {
    const { key, n } = durationWords(ms);
    return t(`time.${key}`, { n });
  };
  /** A reason or code in words; one of a newer server is said to be another. */
  const whyWords = (code: string): string => t(te(`why.${code}`, 'zh-CN') ? `why.${code}` : 'why.other');
  /** "1 seat", "3 seats". */
  const counted = (key: string, n: number): string => t(key, { n }, n);
  /** State of a camera, and its reason where there is one. */
  const stateWords = (camera: Pick<Camera, 'state' | 'reason'>): string => {
    const trouble = troubleOf(camera);
    const state = t(`state.${camera.state}`);
    return trouble && trouble !== 'disabled' ? `${state} · ${whyWords(trouble)}` : state;
  };
  return { t, te, words, named, counted, duration, stateWords, whyWords };
}
