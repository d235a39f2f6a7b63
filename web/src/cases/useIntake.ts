// A request at the desk on its way to the server: once, however often it is tried. What was asked first is asked again as it was; what was
// typed after it goes into the case that it became.
import { shallowRef, ref, type Ref } from 'vue';
import { api, ApiError, wordsOf } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';
import { newKey } from './useCaseActs.ts';
import type { Case, CaseDetail } from './wire.ts';

export interface Sending {
  /** Of the case that is asked for. */
  key: string;
  /** As it was asked first; null: not yet. */
  asked: string | null;
  /** What it became. */
  taken: Pick<Case, 'id' | 'code' | 'title'> | null;
  /** Nobody knows yet whether it arrived. */
  waiting: boolean;
}
export const notSent = (): Sending => ({ key: newKey(), asked: null, taken: null, waiting: false });

/** Fields that only a new case takes. */
const NEWS = ['workflow', 'channel', 'exercise', 'cameras'];
const RETRY_MS = 5000;
type Form = Record<string, unknown>;

/** What a case has to be told that was asked for with `before`; null: nothing. */
export function changed(before: Form, now: Form): Form | null {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => !NEWS.includes(name) && JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, now[name] ?? (name === 'text' || name === 'address' ? '' : null)])) : null;
}

/** `state`: kept with the draft by the page. `formNow`: what the page says at this moment. */
export function useIntake(state: Ref<Sending>, formNow: () => Form) {
  const working = ref(false);
  const failure = shallowRef<Words | null>(null);
  const fields = shallowRef<ApiError['fields']>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** The answer did not come, or no saving was possible: it is asked again. */
  const isAway = (error: unknown): boolean => error instanceof ApiError && (error.status === 0 || error.status === 503);
  async function open(): Promise<void> {
    const sending = state.value;
    sending.asked ??= JSON.stringify(formNow());
    try {
      sending.taken = (await api<{ case: Case }>('POST', '/cases', { key: sending.key, form: JSON.parse(sending.asked) as Form })).case;
    } catch (error) {
      const current = error instanceof ApiError && error.code === 'key_used' ? (error.body as { current?: Case } | null)?.current : undefined;
      if (!current && !isAway(error)) sending.asked = null; // refused: nothing became of it, and what is put right is another thing
      if (!current) throw error;
      sending.taken = current;
    }
  }
  async function amend(sending: Sending, now: Form): Promise<void> {
    const form = changed(JSON.parse(sending.asked ?? '{}') as Form, now);
    if (!form) return;
    const asked = JSON.stringify(now);
    const path = `/cases/${encodeURIComponent(sending.taken!.id)}`;
    const { case: one } = await api<CaseDetail>('GET', path);
    ({ case: sending.taken } = await api<{ case: Case }>('POST', `${path}/acts`, { act: 'edit', version: one.version, key: newKey(), form }));
    sending.asked = asked;
  }
  /** Returned: the case, when all that the page says is in it. `again`: nobody asked, it only is tried once more. */
  async function send(again = false): Promise<Sending['taken']> {
    if (working.value) return null;
    const sending = state.value;
    const wasWaiting = sending.waiting;
    working.value = true;
    clearTimeout(timer);
    [failure.value, fields.value] = [null, []];
    try {
      if (!sending.taken) await open();
      sending.waiting = false;
      // while somebody types on, nothing half is sent
      if (again && wasWaiting && changed(JSON.parse(sending.asked ?? '{}') as Form, formNow())) return null;
      await amend(sending, formNow());
      return sending.taken;
    } catch (error) {
      sending.waiting = isAway(error);
      failure.value = wordsOf(error);
      if (error instanceof ApiError) fields.value = error.fields;
      return null;
    } finally {
      working.value = false;
    }
  }
  /** Calls `tryAgain` a little later, while it waits. */
  function later(tryAgain: () => void): void {
    clearTimeout(timer);
    if (state.value.waiting) timer = setTimeout(tryAgain, RETRY_MS);
  }
  const stop = (): void => clearTimeout(timer);
  return { working, failure, fields, send, later, stop };
}
