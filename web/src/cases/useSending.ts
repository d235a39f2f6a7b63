// From an alert to an order: the alert's own act makes the case, so that it can be taken back like any other; then it is told what the
// form says, then dispatched. What was done is remembered, so that a second try goes on where the first one stopped.
import { ref, shallowRef } from 'vue';
import { useActs } from '../alerts/useActs.ts';
import { useSession } from '../stores/session.ts';
import { api, ApiError, wordsOf } from '../stores/api.ts';
import type { Alert } from '../wire/alerts.ts';
import type { Words } from '../wire/messages.ts';
import { useCases } from './caseStore.ts';
import { dispatchBody, triageForm, type CaseForm } from './caseForm.ts';
import { newKey } from './useCaseActs.ts';
import type { By, Case, CaseDetail, Form } from './wire.ts';

interface Way {
  caseId: string;
  triageKey: string;
  dispatchKey: string;
  triaged: boolean;
  dispatched: boolean;
}
/** By alert: how far it is. */
const ways = new Map<string, Way>();
/** Alerts of which a case was asked for without an answer: it may be there. */
const unanswered = new Set<string>();

export interface Stopped {
  step: 'case' | 'triage' | 'dispatch';
  words: Words | null;
  by: By | null;
  fields: { path: string; message: Words }[];
}

export function useSending() {
  const cases = useCases();
  const acts = useActs();
  const session = useSession();
  const working = ref(false);
  const stopped = shallowRef<Stopped | null>(null);

  async function act(one: Case, body: object, key: string): Promise<Case> {
    const { case: now } = await api<{ case: Case }>('POST', `/cases/${encodeURIComponent(one.id)}/acts`, { ...body, version: one.version, key });
    cases.answer(now);
    return now;
  }
  const current = (id: string): Promise<CaseDetail> => api<CaseDetail>('GET', `/cases/${encodeURIComponent(id)}`);

  async function begin(alert: Alert, { reporter }: Form): Promise<Way | null> {
    const known = ways.get(alert.id);
    if (known) return known;
    const answer = await acts.run(alert, { act: 'case', ...(reporter === undefined ? {} : { form: { reporter } }) }, acts.askedAlong.value); // with what is folded under it
    if (!answer) return null;
    if (!answer.done && !answer.alert) unanswered.add(alert.id);
    // the first try had arrived: who "was faster" is this seat
    const arrived = unanswered.has(alert.id) && answer.by?.act === 'case' && answer.by.name === session.user?.name;
    const id = answer.alert?.case;
    if (!(answer.done || arrived) || !id) return null;
    unanswered.delete(alert.id);
    const way = { caseId: id, triageKey: newKey(), dispatchKey: newKey(), triaged: false, dispatched: false };
    ways.set(alert.id, way);
    return way;
  }
  function stop(step: Stopped['step'], error: unknown): null {
    const body = error instanceof ApiError ? (error.body as { by?: By } | null) : null;
    stopped.value = { step, words: wordsOf(error), by: body?.by ?? null, fields: error instanceof ApiError ? error.fields : [] };
    return null;
  }

  /** Returned: the case as it is then; null: it stopped, and `stopped` says where. */
  async function send(alert: Alert, wanted: CaseForm): Promise<Case | null> {
    if (working.value) return null;
    working.value = true;
    stopped.value = null;
    let step: Stopped['step'] = 'case';
    try {
      const way = await begin(alert, wanted.form);
      if (!way) return null; // the seat was told
      const detail = await current(way.caseId);
      let one: Case = detail.case;
      step = 'triage';
      const form = way.triaged ? null : triageForm(wanted.form, one as unknown as Record<string, unknown>);
      if (form) one = await act(one, { act: detail.acts.includes('triage') ? 'triage' : 'edit', form: { category: wanted.form.category, grade: wanted.form.grade, ...form } }, way.triageKey);
      way.triaged = true;
      step = 'dispatch';
      if (wanted.lead && !way.dispatched) one = await act(one, dispatchBody(wanted), way.dispatchKey);
      way.dispatched = true;
      for (const id of wanted.form.cameras ?? []) void api('POST', `/cases/${encodeURIComponent(one.id)}/acts`, { act: 'link', kind: 'camera', to: id, key: newKey() }).catch(() => undefined);
      ways.delete(alert.id);
      return one;
    } catch (error) {
      const way = ways.get(alert.id);
      // a form that was put right is another thing than the one that was refused
      if (way && error instanceof ApiError && error.status >= 400 && error.status < 500) Object.assign(way, step === 'triage' ? { triageKey: newKey() } : { dispatchKey: newKey() });
      return stop(step, error);
    } finally {
      working.value = false;
    }
  }
  return { send, working, stopped };
}
