import { computed, onBeforeUnmount, onMounted, shallowReactive, type ComputedRef, type Ref } from 'vue';

/** `false`: not now; the key goes on to what was shown before. */
export type Act = (event: KeyboardEvent) => unknown;
/** `name`: its words in i18n, `keys.…`; keys of one name are told in one line of the help. */
export interface NamedKey {
  name: string;
  act: Act;
  /** A key that is held down acts once. */
  once?: boolean;
}
export type KeyMap = Record<string, Act | NamedKey>;

const layers: KeyMap[] = shallowReactive([]);
let prefix = '';
let prefixAtMs = 0;
const PREFIX_MS = 2500;

/** One act for several keys. */
export function keysFor(name: string, acts: Record<string, Act>): KeyMap {
  return Object.fromEntries(Object.entries(acts).map(([key, act]) => [key, { name, act }]));
}

/** The same for acts that a key held down must not do again and again. */
export function keysOnce(name: string, acts: Record<string, Act>): KeyMap {
  return Object.fromEntries(Object.entries(acts).map(([key, act]) => [key, { name, act, once: true }]));
}

export interface KeyLine {
  name: string;
  keys: string[];
}

/** What the keys mean at the moment, the page's own first. */
export const keyLines: ComputedRef<KeyLine[]> = computed(() => {
  const lines = new Map<string, string[]>();
  for (const layer of [...layers].reverse())
    for (const [key, one] of Object.entries(layer)) {
      if (typeof one === 'function') continue;
      const keys = lines.get(one.name) ?? [];
      lines.set(one.name, keys.includes(key) ? keys : [...keys, key]);
    }
  return [...lines].map(([name, keys]) => ({ name, keys }));
});

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}

/** "Shift+ArrowLeft", "f", "/", "g 1". */
function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && event.key.length > 1 ? 'Shift+' : '';
  return shift + key;
}

/** Whether an arrow moves what has the focus, or holds what has it, by itself. */
function scrolls(target: EventTarget | null, name: string): boolean {
  const across = name === 'ArrowLeft' || name === 'ArrowRight';
  if (!across && name !== 'ArrowUp' && name !== 'ArrowDown') return false;
  for (let one = target instanceof HTMLElement ? target : null; one && one !== document.body; one = one.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(one);
    const [way, room] = across ? [overflowX, one.scrollWidth - one.clientWidth] : [overflowY, one.scrollHeight - one.clientHeight];
    if (room > 0 && (way === 'auto' || way === 'scroll')) return true;
  }
  return false;
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.isComposing) return;
  if (document.querySelector('dialog:modal')) return; // it lies over the page, also when nothing in it has the focus
  const name = nameOf(event);
  if (isTyping(event.target) && name !== 'Escape') return;
  if (scrolls(event.target, name)) return;
  // a focused button or link keeps its own keys
  const own = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
  if (own && (name === 'Enter' || name === ' ')) return;
  const within = prefix !== '' && event.timeStamp - prefixAtMs < PREFIX_MS;
  const wanted = within ? `${prefix} ${name}` : name;
  prefix = '';
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const found = layer[wanted];
    if (found) {
      if (event.repeat && typeof found !== 'function' && found.once) return event.preventDefault();
      if ((typeof found === 'function' ? found : found.act)(event) === false) continue;
      event.preventDefault();
      return;
    }
    if (!within && Object.keys(layer).some((key) => key.startsWith(`${name} `))) {
      prefix = name;
      prefixAtMs = event.timeStamp; // when both were pressed counts: a page that loads handles them late
      return;
    }
  }
}

window.addEventListener('keydown', onKey);

/** Keys of a component while it is shown; those of a later one come first. `last`: all others come first. */
export function useKeys(keys: KeyMap, last = false): void {
  onMounted(() => (last ? layers.unshift(keys) : layers.push(keys)));
  onBeforeUnmount(() => {
    const at = layers.indexOf(keys);
    if (at >= 0) layers.splice(at, 1);
  });
}

/** Esc closes the row that is opened beside a list; with none opened it goes on. */
export function useClosing(open: Ref<string>): void {
  useKeys(keysFor('esc', {
    Escape: () => {
      if (!open.value) return false;
      open.value = '';
      return true;
    },
  }));
}
