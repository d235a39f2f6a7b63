// What about relations and objections has to be noticed: told in a bar and marked at its tab until somebody says that it was read.
import { computed, ref, watch } from 'vue';
import type { Room } from './useRoom.ts';
import type { Disclosure } from './wire.ts';

/** Of others, and not that there is nothing. Pure. */
export const notable = (all: readonly Disclosure[], ownSeat: string): Disclosure[] => all.filter(({ seat, objection, relation }) => seat !== ownSeat && (objection || relation === 'related'));
const keyOf = ({ seat, time_us: time }: Disclosure): string => `${seat} ${time}`;

/** Kept by this browser for each seat, so that a page loaded anew does not tell it again, and who comes later is told. */
export function useNotices(room: Room) {
  const place = computed(() => (room.you.value ? `townwall.meet.read.${room.you.value.seat}` : ''));
  const read = ref<ReadonlySet<string>>(new Set());
  watch(place, (now) => { read.value = new Set(now ? (localStorage.getItem(now) ?? '').split('|') : []); }, { immediate: true });
  const unread = computed(() => notable(room.view.value?.disclosures ?? [], room.you.value?.seat ?? '').filter((one) => !read.value.has(keyOf(one))));
  function readAll(): void {
    if (unread.value.length === 0) return;
    read.value = new Set([...read.value, ...unread.value.map(keyOf)].filter(Boolean));
    localStorage.setItem(place.value, [...read.value].join('|'));
  }
  return { unread, readAll };
}
export type Notices = ReturnType<typeof useNotices>;
