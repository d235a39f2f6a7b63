// What somebody typed and did not send yet, kept on this display for that login alone: it outlives a reload, a lost line and a session that
// ends in the middle of a sentence. It is gone when they log out, when somebody else logs in, and after a shift, since it may name people.
const PREFIX = 'townwall.draft.';
const WRITTEN = 'townwall.drafts-written';
const KEEP_MS = 12 * 3_600_000;

export function dropOldDrafts(nowMs = Date.now()): void {
  if (nowMs - Number(localStorage.getItem(WRITTEN) ?? 0) > KEEP_MS) keepDraftsOf('');
}

/** Leaves only what belongs to this login; '': nothing. */
export function keepDraftsOf(user: string): void {
  const mine = `${PREFIX}${user}.`;
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && (user === '' || !key.startsWith(mine))) localStorage.removeItem(key);
}

export function saveDraft(user: string, name: string, value: unknown): boolean {
  try {
    localStorage.setItem(`${PREFIX}${user}.${name}`, JSON.stringify(value));
    localStorage.setItem(WRITTEN, String(Date.now()));
    return true;
  } catch {
    return false; // full, or switched off: it is kept in the page only
  }
}

/** null: there is none that can be read. */
export function loadDraft<T>(user: string, name: string): T | null {
  const text = localStorage.getItem(`${PREFIX}${user}.${name}`);
  if (!text) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

export function dropDraft(user: string, name: string): void {
  localStorage.removeItem(`${PREFIX}${user}.${name}`);
}

/** What follows `start` in the names of those that are kept. */
export function draftNames(user: string, start: string): string[] {
  const whole = `${PREFIX}${user}.${start}`;
  return Object.keys(localStorage).filter((key) => key.startsWith(whole)).map((key) => key.slice(whole.length));
}
