// What pages say about cases, in the language of the page.
import { useAlertWords } from '../alerts/useAlertWords.ts';
import { useLink } from '../stores/link.ts';
import { clockOn, dueOn } from '../ui/time.ts';
import { useDictionary } from './dictionary.ts';
import { lightOf, spanParts, type Light } from './light.ts';
import type { Case, Department, Timer } from './wire.ts';

export function useCaseWords() {
  const words = useAlertWords();
  const { t, te } = words;
  const link = useLink();
  const dictionary = useDictionary();
  void dictionary.start();

  const listWord = (list: string, code: string | null | undefined): string => words.words(dictionary.word(list, code)) || (code ?? '');
  const stateName = (id: string, workflow: string | null): string => words.words(dictionary.state(id, workflow)) || id;
  const actName = (act: string): string => (te(`cases.act.${act}`) ? t(`cases.act.${act}`) : words.words(dictionary.acts.get(act)) || act);
  const departmentOf = (one: Department): string => words.named({ name: one.name, ...(one.name_en ? { name_en: one.name_en } : {}) });
  /** A department, or the grid of the place. */
  const department = (id: string | null): string => {
    if (!id) return '';
    const found = dictionary.department(id);
    return found ? departmentOf(found) : id === 'grid' ? t('cases.grid') : id;
  };
  const timerName = (id: string | null, workflow: string): string =>
    (id && words.words(dictionary.workflow(workflow)?.timers.find((one) => one.id === id))) || (id && te(`cases.timer.${id}`) ? t(`cases.timer.${id}`) : (id ?? ''));
  /** "2 天 3 小时", "12 分". */
  const span = (ms: number): string => spanParts(ms).map(({ key, n }) => t(`time.${key}`, { n })).join(' ');
  const point = (us: string | null): string => (us ? clockOn(new Date(Number(us) / 1000), new Date(link.serverNowMs()), true) : '');
  const duePoint = (us: string | null): string => {
    if (!us) return '';
    return dueOn(new Date(Number(us) / 1000), new Date(link.serverNowMs()));
  };
  /** "剩 17 分", "超 1 天 2 小时". */
  const left = (dueUs: string | null): string => {
    if (!dueUs) return '';
    const gap = Number(dueUs) / 1000 - link.serverNowMs();
    return t(gap > 0 ? 'cases.left' : 'cases.over', { span: span(Math.abs(gap)) });
  };
  const light = (one: Pick<Case, 'due_us' | 'warn_us'>): Light => lightOf(one, link.serverNowMs());
  const category = (one: Pick<Case, 'category' | 'dispute'>): string => [listWord('categories', one.category), listWord('disputes', one.dispute)].filter(Boolean).join(' › ');
  const casePlace = (one: Pick<Case, 'area' | 'address'>): string => {
    const parts = [words.area(one.area), one.address ?? ''].filter(Boolean);
    return parts.length > 0 ? parts.join(' · ') : t('alerts.noPlace');
  };
  const limit = (of: Timer['limit']): string => Object.entries(of ?? {}).filter(([key, n]) => typeof n === 'number' && te(`cases.limit.${key}`)).map(([key, n]) => words.counted(`cases.limit.${key}`, n)).join(' ');
  return { ...words, link, dictionary, listWord, stateName, actName, department, departmentOf, timerName, span, point, duePoint, left, light, category, casePlace, limit };
}
