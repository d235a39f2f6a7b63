// What the server finds of the board's filter beyond what the topic tells: words of the record, closed ones, and open ones that the
// list has no room for. Page after page, the newest first, until there is none left.
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { api } from '../stores/api.ts';
import { caseFilterTo, type CaseFilter } from './boardFilter.ts';
import { useCases } from './caseStore.ts';
import type { Case } from './wire.ts';

const TYPING_MS = 250;
export const PAGE_CASES = 200;
/** At most so many pages in one go, while they hold nothing that is not listed already. */
const MOST_PAGES = 20;

/** Of words among all cases, else among the open ones. */
export function askOf(filter: CaseFilter, before: string): string {
  const { q, ...rest } = caseFilterTo(filter);
  const words = filter.q.trim();
  return new URLSearchParams({ ...(words && q ? { q: words } : { state: 'open' }), ...rest, ...(before ? { before } : {}), limit: String(PAGE_CASES) }).toString();
}

export function useBoardFound(filter: Ref<CaseFilter>) {
  const cases = useCases();
  /** null: nothing was asked. */
  const found = shallowRef<Case[] | null>(null);
  /** Older ones may be there. */
  const more = ref(false);
  const working = ref(false);
  let before = '';
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(mine: number, start: readonly Case[]): Promise<void> {
    const seen = new Set(start.map(({ id }) => id));
    let list = [...start];
    working.value = true;
    for (let page = 0; page < MOST_PAGES; page++) {
      const got = await api<{ cases: Case[]; next: string | null }>('GET', `/cases?${askOf(filter.value, before)}`).catch(() => null);
      if (mine !== asked) return;
      if (!got) break; // asked again with the next page: what was found stays
      const fresh = got.cases.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      list = [...list, ...fresh];
      before = got.next ?? '';
      more.value = got.next !== null;
      if (!got.next || fresh.some(({ id }) => !cases.find(id))) break;
      if (filter.value.q.trim()) break;
    }
    found.value = list;
    working.value = false;
  }
  /** The next page, or the first one. */
  const next = (): Promise<void> => (working.value ? Promise.resolve() : read(++asked, found.value ?? []));
  function seek(): void {
    const mine = ++asked;
    [before, more.value, working.value] = ['', false, false];
    if (!filter.value.q.trim() && cases.hidden === 0) return void (found.value = null);
    more.value = !filter.value.q.trim();
    void read(mine, []);
  }
  watch([() => JSON.stringify(filter.value), () => cases.hidden > 0], () => {
    clearTimeout(timer);
    timer = setTimeout(seek, TYPING_MS);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    asked++;
  });
  if (filter.value.q) seek();
  return { found, more, working, next };
}
