// What somebody typed and did not send yet, kept on this display for that login alone: it outlives a reload and a lost line, and is
// gone with the session, since it may name people.
const PREFIX = 'townwall.draft.';

/** Leaves only what belongs to this login; '': nothing. */
export function keepDraftsOf(user: string): void {
  const mine = `${PREFIX}${user}.`;
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && (user === '' || !key.startsWith(mine))) localStorage.removeItem(key);
}

export function saveDraft(user: string, name: string, value: unknown): boolean {
  try {
    localStorage.setItem(`${PREFIX}${user}.${name}`, JSON.stringify(value));
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
