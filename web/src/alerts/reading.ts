// Whether somebody reads the queue: the pointer is in it, the focus is, or its keys were just used. Who neither moves the
// pointer nor presses a key for a minute is gone. Times are of a clock that nobody sets.
import { computed, ref, type ComputedRef, type Ref } from 'vue';

/** So long after a key rows still stand still. */
export const LONG_ENOUGH = 6_000;
/** A pointer or a focus that was left behind for so long reads nothing. */
export const LEFT_MS = 60_000;

export interface Reading {
  /** As `now()`, for whoever watches it; it becomes false with a tick. */
  on: ComputedRef<boolean>;
  now(): boolean;
  /** Whether somebody is at the page, whatever they do there. */
  there(): boolean;
  pointer: Ref<boolean>;
  focus: Ref<boolean>;
  /** The pointer moves, or a key is pressed, in the queue. */
  moved(): void;
  /** The same anywhere on the page. */
  touched(): void;
  keyed(forMs: number): void;
  /** The queue is not shown any more. */
  end(): void;
  /** To be called now and then: time has passed. */
  tick(): void;
}

export function readable(): Reading {
  const pointer = ref(false);
  const focus = ref(false);
  const untilMs = ref(0);
  const ticks = ref(0);
  let movedMs = -LEFT_MS;
  let touchedMs = -LEFT_MS;
  const since = (ms: number): number => performance.now() - ms;
  const now = (): boolean => ((pointer.value || focus.value) && since(movedMs) < LEFT_MS) || performance.now() < untilMs.value;
  const tick = (): void => {
    ticks.value++;
  };
  const on = computed(() => {
    void ticks.value;
    return now();
  });
  return {
    on, now, pointer, focus, tick,
    there: () => since(touchedMs) < LEFT_MS,
    moved: () => {
      const was = now();
      movedMs = performance.now();
      if (!was) tick();
    },
    touched: () => {
      touchedMs = performance.now();
    },
    keyed: (forMs) => {
      untilMs.value = performance.now() + forMs;
    },
    end: () => {
      pointer.value = focus.value = false;
      untilMs.value = 0;
    },
  };
}
