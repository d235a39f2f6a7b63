import { beforeAll, describe, expect, it, vi } from 'vitest';

const heard = new Map<string, () => void>();
const page = { hidden: false, createElement: () => ({}) };
beforeAll(() => {
  vi.stubGlobal('window', { addEventListener: (kind: string, tell: () => void) => heard.set(kind, tell) });
  vi.stubGlobal('document', page);
});

describe('somebody at the display', () => {
  it('is who moved in the last minutes before a page that is shown, and is told when they come back', async () => {
    const { moved, someoneHere, whenSomeoneComes } = await import('./someone.ts');
    const came = vi.fn();
    whenSomeoneComes(came);
    moved(1_000_000);
    came.mockClear();
    expect([someoneHere(1_000_000 + 299_000), someoneHere(1_000_000 + 301_000)]).toEqual([true, false]);
    moved(1_000_000 + 200_000);
    expect(came).not.toHaveBeenCalled();
    moved(1_000_000 + 900_000);
    expect(came).toHaveBeenCalledTimes(1);
    page.hidden = true;
    expect(someoneHere(1_000_000 + 900_001)).toBe(false);
    heard.get('keydown')!();
    expect(came).toHaveBeenCalledTimes(1);
  });
});
