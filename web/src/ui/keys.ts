import { computed, onBeforeUnmount, onMounted, shallowReactive, type ComputedRef } from 'vue';

export type Act = (event: KeyboardEvent) => void;
/** `name`: its words in i18n, `keys.…`; keys of one name are told in one line of the help. */
export interface NamedKey {
  name: string;
  act: Act;
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

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  const name = nameOf(event);
  if (isTyping(event.target) && name !== 'Escape') return;
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
      event.preventDefault();
      (typeof found === 'function' ? found : found.act)(event);
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

/** Keys of a component while it is shown; those of a later one come first. */
export function useKeys(keys: KeyMap): void {
  onMounted(() => layers.push(keys));
  onBeforeUnmount(() => {
    const at = layers.indexOf(keys);
    if (at >= 0) layers.splice(at, 1);
  });
}
