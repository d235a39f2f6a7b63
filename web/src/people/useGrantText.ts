import { useWords } from '../i18n/words.ts';
import { useLink } from '../stores/link.ts';
import { useNow } from '../ui/ticks.ts';
import { grantState, momentText, type Grant } from './rest.ts';
import { useAreaNames } from './useAreaNames.ts';

/** A grant in words: "民情收集 · 石桥村（2026-12-01 08:00 至 2026-12-31 18:00、未开始）". */
export function useGrantText(roleName: (role: string) => string): (grant: Grant) => string {
  const { t } = useWords();
  const { nameOf } = useAreaNames();
  const link = useLink();
  const now = useNow();
  return (grant) => {
    void now.value;
    const state = grantState(grant, link.serverNowMs());
    const [from, until] = [momentText(grant.from_us), momentText(grant.until_us)];
    const span = from && until ? t('people.span', { from, until }) : from ? t('people.spanFrom', { from }) : until ? t('people.spanUntil', { until }) : '';
    const facts = [span, state === 'holds' ? '' : t(`people.grantState.${state}`)].filter(Boolean).join(t('people.comma'));
    return `${roleName(grant.role)} · ${nameOf(grant.area)}${facts ? t('people.inBrackets', { facts }) : ''}`;
  };
}
