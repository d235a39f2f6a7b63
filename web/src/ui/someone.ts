// Is somebody at this display? Who moved or typed in the last minutes, in a page that is shown.
import { getCurrentScope, onScopeDispose } from 'vue';

const HERE_MS = 5 * 60_000;
const MOVES = ['pointermove', 'pointerdown', 'wheel', 'keydown'] as const;
/** A page is opened by somebody. */
let movedMs = Date.now();
const back = new Set<() => void>();

export const someoneHere = (nowMs = Date.now()): boolean => !document.hidden && nowMs - movedMs < HERE_MS;
/** Somebody moved, at that time. */
export function moved(nowMs = Date.now()): void {
  const away = !someoneHere(nowMs);
  movedMs = nowMs;
  if (away && !document.hidden) for (const tell of back) tell();
}
for (const kind of MOVES) window.addEventListener(kind, () => moved(), { capture: true, passive: true });

/** Calls when somebody comes back to a display that was left. */
export function whenSomeoneComes(tell: () => void): void {
  back.add(tell);
  if (getCurrentScope()) onScopeDispose(() => back.delete(tell));
}
