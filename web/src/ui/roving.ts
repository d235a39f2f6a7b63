// One stop of Tab for many: arrows, Home and End move within.

const FOCUSABLE = 'button:not(:disabled), a[href], [data-roving]';

function stops(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.offsetParent !== null);
}

function keep(root: HTMLElement, current?: HTMLElement): void {
  const all = stops(root);
  const stop = current ?? all.find((one) => one.tabIndex === 0) ?? all[0];
  for (const one of all) one.tabIndex = one === stop ? 0 : -1;
}

/** What the stops were when they were counted last. Which of them are seen is asked of the layout, which is not free: a
 * component that moves with a map is drawn anew with each frame. */
const counted = new WeakMap<HTMLElement, string[]>();
const numbers = new WeakMap<HTMLElement, string>();
let last = 0;
function signs(root: HTMLElement): string[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].map((one) => {
    const number = numbers.get(one) ?? String(++last);
    numbers.set(one, number);
    return `${number} ${one.tabIndex} ${one.style.display}`;
  });
}
function keepIfChanged(root: HTMLElement): void {
  const before = counted.get(root);
  const now = signs(root);
  if (before?.length === now.length && now.every((sign, i) => sign === before[i])) return;
  keep(root, stops(root).find((one) => one === document.activeElement));
  counted.set(root, signs(root));
}

function step(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowLeft':
    case 'ArrowUp':
      return (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

function onKey(root: HTMLElement, event: KeyboardEvent): void {
  const all = stops(root);
  const at = all.indexOf(event.target as HTMLElement);
  const to = at < 0 ? null : step(event.key, at, all.length);
  if (to === null || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  keep(root, all[to]);
  all[to]!.focus();
}

/** `v-roving` on a toolbar or a list of buttons. */
export const vRoving = {
  mounted(root: HTMLElement): void {
    keep(root);
    root.addEventListener('keydown', (event) => onKey(root, event));
    root.addEventListener('focusin', (event) => {
      const target = event.target as HTMLElement;
      if (stops(root).includes(target)) keep(root, target);
    });
  },
  updated: keepIfChanged,
};
