// The queue of this seat: what it filters, which alert is chosen and which is open beside the map. Map, panel, mosaic and
// queue share it, so that they always speak of the same one.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { asking } from '../alerts/asking.ts';
import { filterFromQuery, filterToQuery, isFiltered, NO_FILTER, passes, type AlertFilter } from '../alerts/filter.ts';
import { byUrgency, held, hidden, inFlood, isInformation, rowsOf, stepped, withInformation, type Row } from '../alerts/queue.ts';
import { LONG_ENOUGH, readable } from '../alerts/reading.ts';
import { ALERT_STATES, type Alert, type AlertState } from '../wire/alerts.ts';
import { useAlerts } from './alerts.ts';
import { useLink } from './link.ts';
import { useSession } from './session.ts';
import { useTown } from './town.ts';

const FLOOD_CHECK_MS = 2_000;
/** Keys that move through the rows keep opening cameras waiting for so long. */
const SETTLE_MS = 180;

export const useQueue = defineStore('queue', () => {
  const alerts = useAlerts();
  const town = useTown();
  const link = useLink();
  const session = useSession();
  const filter = ref<AlertFilter>({ ...NO_FILTER });
  const selected = ref('');
  /** The alert whose panel is shown; '': none. */
  const open = ref('');
  /** Somebody opened it; by itself it gives way to what is more urgent. */
  const byHand = ref(false);
  /** What opened by itself beside a row that somebody had chosen; '': nothing. Keys take it up before they act. */
  const beside = ref('');
  /** What was chosen along with what opened by itself. */
  let chosenItself = '';
  /** A page that shows the panel by itself. */
  const opensItself = ref(false);
  /** Rises when the map is asked to go to the open alert. */
  const sought = ref(0);
  /** A camera of the panel that is shown large, 0: none. */
  const enlarged = ref(0);
  /** The cameras that play in the panel: the map and the mosaic show which. */
  const cameras = shallowRef<string[]>([]);
  /** Alerts at a place that the map leaves out because there are too many. */
  const undrawn = ref(0);
  /** Rows are seen now; where they are not, the panel asks and tells. */
  const inSight = ref(false);
  const nowMs = ref(Date.now());
  const reading = readable();
  let began = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  setInterval(() => {
    nowMs.value = Date.now();
    reading.tick();
  }, FLOOD_CHECK_MS);
  for (const kind of ['pointermove', 'pointerdown', 'wheel', 'keydown']) window.addEventListener(kind, reading.touched, { capture: true, passive: true });

  const place = (code: string | null): string => (code ? (town.names.get(code) ?? '') : '');
  const everything = computed(() => {
    void alerts.version;
    return alerts.all();
  });
  const passed = computed(() => everything.value.filter((alert) => passes(alert, filter.value, place)));
  /** The server counts for this seat; until it has said so, what is seen here counts. */
  const load = computed(() => (session.user ? alerts.flood[session.user.id] : undefined));
  const flood = computed(() => load.value?.in_flood ?? inFlood(everything.value, nowMs.value + link.offsetMs));
  const lines = computed(() => rowsOf(passed.value, alerts.situation, true));
  /** Information of machines is shown; else only how much of it there is. Whoever filters sees all of what was asked for. */
  const informed = ref(false);
  const current = computed(() => withInformation(lines.value, informed.value || isFiltered(filter.value), [selected.value, open.value]));
  const information = computed(() => lines.value.filter(isInformation).length);
  /** What the list is with no filter, information left out. */
  const unfiltered = computed(() => rowsOf(everything.value.filter((alert) => passes(alert, NO_FILTER, place)), alerts.situation, true).filter((row) => !isInformation(row)));
  const shown = shallowRef<Row[]>([]);
  const fresh = ref(0);
  const counts = computed(() => {
    const states = Object.fromEntries(ALERT_STATES.map((state) => [state, 0])) as Record<AlertState, number>;
    for (const { state } of everything.value) states[state]++;
    return { states, passed: passed.value.length, rows: lines.value.length - information.value, information: information.value, hidden: hidden(current.value) };
  });

  function update(): void {
    shown.value = current.value;
    fresh.value = 0;
  }
  function follow(): void {
    if (!reading.now()) return update();
    const kept = held(shown.value, current.value);
    shown.value = kept.rows;
    fresh.value = kept.fresh;
  }
  watch(current, follow, { immediate: true });
  watch(reading.on, (reads) => {
    if (!reads) update();
  });
  // another filter or a flood that came or went is another list
  watch([filter, flood, informed], update, { deep: true });

  const alert = computed<Alert | undefined>(() => {
    void alerts.version;
    return alerts.find(selected.value);
  });
  /** What the address of the page says of it. */
  const query = computed<Record<string, string>>(() => ({ ...filterToQuery(filter.value), ...(open.value ? { alert: open.value } : {}) }));
  const filtered = computed(() => isFiltered(filter.value));

  /** Takes a row for the keys, whatever is open. */
  function choose(id: string): void {
    selected.value = id;
    chosenItself = beside.value = '';
  }
  function show(id: string, hand = true): void {
    clearTimeout(timer);
    const chosen = !hand && selected.value !== chosenItself && alerts.find(selected.value) !== undefined;
    if (!chosen) {
      choose(id);
      if (!hand) chosenItself = id;
    } else beside.value = selected.value === id ? '' : id;
    if (open.value !== id) enlarged.value = 0;
    open.value = id;
    byHand.value = hand;
  }
  function close(): void {
    clearTimeout(timer);
    open.value = beside.value = '';
    cameras.value = [];
    enlarged.value = 0;
    byHand.value = false;
  }
  /** The next or the last row; its panel follows once the keys rest. */
  function step(by: number): boolean {
    const row = stepped(shown.value, selected.value, by);
    if (!row) return false;
    reading.keyed(LONG_ENOUGH);
    choose(row.alert.id);
    clearTimeout(timer);
    timer = setTimeout(() => show(row.alert.id), SETTLE_MS);
    return true;
  }
  /** Takes over what an address says, where it says anything of alerts. */
  function restore(from: Record<string, unknown>): void {
    const wanted = filterFromQuery(from);
    if (isFiltered(wanted)) filter.value = wanted;
    if (typeof from.alert === 'string' && from.alert) show(from.alert);
  }

  // nothing is taken away from somebody who reads or is asked something; the queue counts what came
  alerts.onNew((come) => {
    if (!opensItself.value || reading.now() || asking.value) return;
    const [first] = come.filter((one) => one.priority <= 3 && one.state === 'unacknowledged' && passes(one, filter.value, place)).sort(byUrgency);
    if (!first) return;
    const shownNow = alerts.find(open.value);
    if (open.value === '' || (!byHand.value && !reading.there() && (!shownNow || shownNow.priority > first.priority))) show(first.id, false);
  });
  /** A page that was just opened begins with the most urgent one that waits for somebody. */
  watch([opensItself, () => alerts.loaded], ([itself, loaded]) => {
    if (!itself || !loaded || open.value || began) return;
    began = true;
    const first = everything.value.filter((one) => one.state === 'unacknowledged' && one.priority <= 2 && passes(one, filter.value, place)).sort(byUrgency)[0];
    if (first) show(first.id, false);
  });
  watch(opensItself, (itself) => {
    if (!itself) began = false;
  });
  // what opened by itself closes by itself
  watch(() => alerts.version, () => {
    if (open.value && !byHand.value && alerts.loaded && !alerts.find(open.value)) close();
  });

  return {
    filter, filtered, informed, selected, open, byHand, beside, inSight, opensItself, sought, enlarged, cameras, undrawn, passed, shown, fresh, flood, load, counts, unfiltered, alert, query, nowMs,
    reading, place, update, choose, show, close, step, restore,
  };
});
