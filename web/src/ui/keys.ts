import { onBeforeUnmount, onMounted } from 'vue';

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const layers: KeyMap[] = [];
let prefix = '';
let prefixAtMs = 0;
const PREFIX_MS = 1500;

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
  // a focused button keeps its own keys
  if ((name === 'Enter' || name === ' ') && event.target instanceof HTMLButtonElement) return;
  const within = prefix !== '' && performance.now() - prefixAtMs < PREFIX_MS;
  const wanted = within ? `${prefix} ${name}` : name;
  prefix = '';
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const act = layer[wanted];
    if (act) {
      event.preventDefault();
      act(event);
      return;
    }
    if (!within && Object.keys(layer).some((key) => key.startsWith(`${name} `))) {
      prefix = name;
      prefixAtMs = performance.now(); // not the event's time: a page that loads handles keys late
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
