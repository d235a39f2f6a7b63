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
const drafts = new Map<string, NewCaseDraft>();
const nameOf = (alert: string): string => `new.${alert}`;

/** Returned: what is there, else `start`, to which it refers from now on. */
export function newCaseDraft(user: string, alert: string, start: NewCaseDraft): NewCaseDraft {
  const saved = drafts.has(alert) ? null : loadDraft<Pick<NewCaseDraft, 'own' | 'text'>>(user, nameOf(alert));
  const draft = drafts.get(alert) ?? (saved ? { ...start, ...saved, typed: true } : start);
  drafts.set(alert, draft);
  return draft;
}
export function keepNewCase(user: string, alert: string, { own, text, typed }: NewCaseDraft): void {
  if (typed) saveDraft(user, nameOf(alert), { own, text });
}
export function dropNewCase(user: string, alert: string): void {
  drafts.delete(alert);
  dropDraft(user, nameOf(alert));
}
