// Keys that were just made, by feed: each is shown with its own feed until it is hidden or the page is left, and kept nowhere
// else. A key that comes when another feed is open already is not lost.
import { reactive } from 'vue';

export const madeKeys = reactive(new Map<string, string>());
