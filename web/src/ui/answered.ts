// When an answer of the server came, for PanelState.
import { ref, watch, type Ref } from 'vue';

/** The page's clock of the newest value that is not null, ms; 0: none came. */
export function useAnsweredMs(answer: Ref<unknown>): Ref<number> {
  const atMs = ref(0);
  watch(answer, (now) => {
    if (now !== null && now !== undefined) atMs.value = Date.now();
  }, { immediate: true });
  return atMs;
}
