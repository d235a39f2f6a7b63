// The one question that is open: of which act, and about which alert as it was when somebody began. A module of its own,
// since the queue looks at it too.
import { computed, ref, shallowRef } from 'vue';
import type { Alert } from '../wire/alerts.ts';

/** Acts that ask something first. */
export const ASKING = ['shelve', 'ignore', 'false_alarm', 'out_of_service', 'in_service', 'comment', 'assign', 'merge', 'case'] as const;
export type Asking = (typeof ASKING)[number];

export const asking = ref<Asking | null>(null);
/** What the answer is based on: the alert as it was seen then, or as somebody left it who was first. Kept after the answer. */
export const asked = shallowRef<Alert | null>(null);
/** What the answer takes along: folded under it then. */
export const askedAlong = shallowRef<Alert[]>([]);
export const askedOf = computed(() => asked.value?.id ?? '');
/** Whoever opened the form of a case wants its command line first. */
export const commanding = ref(false);
/** A page that shows the form of a case itself, beside the queue. */
export const formHost = ref(false);
