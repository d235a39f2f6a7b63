import { computed, type ComputedRef } from 'vue';
import { useWords } from '../i18n/words.ts';
import { useTown } from '../stores/town.ts';

export interface AreaChoice {
  code: string;
  name: string;
}

/** Areas to choose from, each below the one it lies in, and what codes are called. */
export function useAreaNames(): { choices: ComputedRef<AreaChoice[]>; nameOf: (code: string | null | undefined) => string } {
  const { t, named } = useWords();
  const town = useTown();
  const depth = (code: string): number => (code.length > 12 ? 2 : code.length > 9 ? 1 : 0);
  const choices = computed(() =>
    town.areas.map(({ properties }) => properties).sort((a, b) => (a.code < b.code ? -1 : 1))
      .map((area) => ({ code: area.code, name: `${'　'.repeat(depth(area.code))}${named(area)}` })));
  const nameOf = (code: string | null | undefined): string => {
    if (!code) return t('people.everywhere');
    const area = town.areaByCode.get(code)?.properties;
    return area ? named(area) : code;
  };
  return { choices, nameOf };
}
