// What was typed into the form of an alert and not sent: kept by alert while the page lives, and over a reload for that login.
import { dropDraft, loadDraft, saveDraft } from '../stores/drafts.ts';
import type { CaseForm } from './caseForm.ts';
import type { CaseDraft } from './wire.ts';

export interface NewCaseDraft {
  answer: CaseDraft | null;
  own: CaseForm;
  text: string;
  /** Somebody changed it: what the alert says does not go before it. */
  typed: boolean;
}
/** By login and alert. */
const drafts = new Map<string, NewCaseDraft>();
const keyOf = (user: string, alert: string): string => `${user} ${alert}`;
const nameOf = (alert: string): string => `new.${alert}`;

/** Returned: what is there, else `start`, to which it refers from now on. */
export function newCaseDraft(user: string, alert: string, start: NewCaseDraft): NewCaseDraft {
  const key = keyOf(user, alert);
  for (const other of drafts.keys()) if (!other.startsWith(keyOf(user, ''))) drafts.delete(other); // somebody else sits here now
  const saved = drafts.has(key) ? null : loadDraft<Pick<NewCaseDraft, 'own' | 'text'>>(user, nameOf(alert));
  const draft = drafts.get(key) ?? (saved ? { ...start, ...saved, typed: true } : start);
  drafts.set(key, draft);
  return draft;
}
export function keepNewCase(user: string, alert: string, { own, text, typed }: NewCaseDraft): void {
  if (typed) saveDraft(user, nameOf(alert), { own, text });
}
export function dropNewCase(user: string, alert: string): void {
  drafts.delete(keyOf(user, alert));
  dropDraft(user, nameOf(alert));
}
