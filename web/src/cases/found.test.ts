import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, ref, type EffectScope } from 'vue';
import { NO_CASE_FILTER, type CaseFilter } from './boardFilter.ts';
import { useCases } from './caseStore.ts';
import { askOf, useBoardFound } from './useBoardFound.ts';
import type { Case } from './wire.ts';

const asked: URLSearchParams[] = [];
let all: Case[] = [];
vi.mock('../stores/api.ts', () => ({
  api: (_method: string, path: string) => {
    const query = new URLSearchParams(path.split('?')[1]);
    asked.push(query);
    const older = all.filter(({ id }) => !query.get('before') || id < query.get('before')!);
    const cases = older.slice(0, Number(query.get('limit')));
    return Promise.resolve({ cases, next: cases.length < older.length ? cases.at(-1)!.id : null });
  },
}));

const many = (count: number): Case[] => Array.from({ length: count }, (_, i) => ({ id: `c${String(count - i).padStart(5, '0')}`, version: 1, closed_us: null }) as Case);
let scope: EffectScope;
beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  asked.length = 0;
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});
const begin = (filter: CaseFilter) => scope.run(() => useBoardFound(ref(filter)))!;

describe('what the server finds', () => {
  it('is asked by everything that narrows the board; without words among the open ones', () => {
    expect(askOf({ ...NO_CASE_FILTER, q: ' 桥 ', category: 'a' }, '')).toBe(new URLSearchParams({ q: '桥', category: 'a', limit: '200' }).toString());
    expect(askOf({ ...NO_CASE_FILTER, mine: true }, 'x')).toBe('state=open&mine=1&before=x&limit=200');
    expect(askOf({ ...NO_CASE_FILTER, state: 'VERIFY' }, '')).toBe('state=VERIFY&limit=200');
  });
  it('of words comes page after page, each once, until none is left', async () => {
    all = many(450);
    const { found, more, next } = begin({ ...NO_CASE_FILTER, q: '桥' });
    await vi.runAllTimersAsync();
    expect([found.value!.length, more.value]).toEqual([200, true]);
    await next();
    await next();
    expect([found.value!.length, more.value]).toEqual([450, false]);
    expect(new Set(found.value!.map(({ id }) => id)).size).toBe(450);
  });
  it('passes over what is listed until it comes to what is not', async () => {
    all = many(650);
    const cases = useCases();
    const { found, more, next } = begin({ ...NO_CASE_FILTER });
    expect(asked).toHaveLength(0);
    cases.takeSnapshot({ cases: all.slice(0, 500), hidden: 150 });
    await vi.runAllTimersAsync();
    expect(asked).toHaveLength(3);
    expect([found.value!.length, more.value]).toEqual([600, true]);
    await next();
    expect([found.value!.length, more.value]).toEqual([650, false]);
  });
});
