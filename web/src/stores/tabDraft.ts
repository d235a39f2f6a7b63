// A draft that one tab has for itself: two tabs of a form at one desk are two callers.
import { draftNames } from './drafts.ts';

export interface TabDraft {
  /** For loadDraft, saveDraft, dropDraft. */
  name: string;
  /** The form is left: another tab may go on with what was kept. */
  release(): void;
}
/** The page that was there before a reload may still be letting go. */
const PATIENCE_MS = 500;

/** null: another tab has it. Without locks (an old browser) everybody has everything. */
function hold(key: string, options: LockOptions): Promise<(() => void) | null> {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    locks.request(key, options, (lock) => (lock ? new Promise<void>((release) => resolve(release)) : resolve(null))).catch(() => resolve(null));
  });
}

/** The draft that this tab had, else one that no tab has open, else a new one. `start`: what its name begins with. */
export async function claimDraft(user: string, start: string): Promise<TabDraft> {
  const remembered = `townwall.tab.${start}`;
  const own = sessionStorage.getItem(remembered);
  const take = async (rest: string, options: LockOptions): Promise<TabDraft | null> => {
    const release = await hold(`townwall.draft.${user}.${start}${rest}`, options);
    if (release) sessionStorage.setItem(remembered, rest);
    return release && { name: start + rest, release };
  };
  const mine = own === null ? null : await take(own, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (mine) return mine;
  for (const rest of draftNames(user, start).sort()) {
    const free = await take(rest, { ifAvailable: true });
    if (free) return free;
  }
  const rest = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  return (await take(rest, { ifAvailable: true })) ?? { name: start + rest, release: () => undefined };
}
