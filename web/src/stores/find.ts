import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Camera } from '../wire/messages.ts';
import { useTown } from './town.ts';

/** The command line: what is typed, what it finds, and where a jump leads (the page shown says). */
export const useFind = defineStore('find', () => {
  const town = useTown();
  const text = ref('');
  /** Rises when `/` asks for the line; whoever shows it takes the focus. */
  const asked = ref(0);
  const jumper = shallowRef<((camera: Camera) => void) | null>(null);
  const hits = computed(() => {
    void town.setVersion;
    return town.search(text.value, 2000);
  });
  const active = computed(() => text.value.trim() !== '');
  function jump(camera?: Camera): boolean {
    const to = camera ?? hits.value[0];
    if (!to || !jumper.value) return false;
    jumper.value(to);
    return true;
  }
  return { text, asked, hits, active, jumper, jump };
});
