// What this person was told, newest first, as the topic `notifications` tells it.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { useClient } from '../worker/client.ts';
import type { Note, NotesDelta } from './rest.ts';

const SHOWN = 50;

/** The list with what is new or changed; newest first. */
export function merged(list: readonly Note[], set: readonly Note[]): Note[] {
  const byId = new Map(list.map((one) => [one.id, one]));
  for (const one of set) byId.set(one.id, one);
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, SHOWN);
}

export const useNotes = defineStore('notes', () => {
  const notes = shallowRef<Note[]>([]);
  const unread = ref(0);
  const loaded = ref(false);
  /** Called for each that is new while the page is open. */
  const onNew = shallowRef<((one: Note) => void) | null>(null);
  let started = false;

  function take({ set = [], unread: count }: NotesDelta, whole: boolean): void {
    const known = new Set(notes.value.map(({ id }) => id));
    notes.value = merged(whole ? [] : notes.value, set);
    if (count !== undefined) unread.value = count;
    if (!whole && loaded.value) for (const one of set) if (!known.has(one.id) && !one.read_us) onNew.value?.(one);
    loaded.value = true;
  }
  function start(): void {
    if (started) return;
    started = true;
    const { socket } = useClient();
    socket.on('snapshot', ({ topic, data }) => {
      if (topic === 'notifications') take(data as NotesDelta, true);
    });
    socket.on('delta', ({ topic, data }) => {
      if (topic === 'notifications') take(data as NotesDelta, false);
    });
    socket.send({ t: 'sub', topic: 'notifications' });
  }
  return { notes, unread: computed(() => unread.value), loaded, onNew, start, take };
});
