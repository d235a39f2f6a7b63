import { describe, expect, it } from 'vitest';
import { merged } from './noteStore.ts';
import type { Note } from './rest.ts';

const note = (id: string, read_us: string | null = null): Note =>
  ({ id, kind: 'order', case: 'k', object: null, code: '2026-0001', department: null, name: null, item: '', due_us: null, timer: null, time_us: '1', read_us });

describe('notes', () => {
  it('are newest first, each once, the newest state of it', () => {
    const list = merged(merged([], [note('b'), note('a')]), [note('c'), note('a', '5')]);
    expect(list.map(({ id, read_us }) => [id, read_us])).toEqual([['c', null], ['b', null], ['a', '5']]);
  });
  it('are kept to the newest fifty', () => {
    const list = merged([], Array.from({ length: 70 }, (_, i) => note(String(100 + i))));
    expect([list.length, list[0]!.id, list.at(-1)!.id]).toEqual([50, '169', '120']);
  });
});
