import { beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyForm } from './caseForm.ts';
import { dropNewCase, keepNewCase, newCaseDraft, type NewCaseDraft } from './newCaseDrafts.ts';

const start = (): NewCaseDraft => ({ answer: null, own: emptyForm({}), text: '', typed: false });

describe('what was typed into the form of an alert', () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
  });
  it('is there again for who typed it, and for nobody else at the same display', () => {
    const draft = newCaseDraft('anna', 'a1', start());
    Object.assign(draft, { text: '张三说邻居漏水', typed: true });
    keepNewCase('anna', 'a1', draft);
    expect(newCaseDraft('anna', 'a1', start())).toBe(draft);
    const other = newCaseDraft('bert', 'a1', start());
    expect([other.text, other.typed]).toEqual(['', false]);
    expect(newCaseDraft('anna', 'a1', start())).toMatchObject({ text: '张三说邻居漏水', typed: true }); // from what is kept, not from the page
    dropNewCase('anna', 'a1');
    expect(newCaseDraft('anna', 'a1', start()).text).toBe('');
  });
});
