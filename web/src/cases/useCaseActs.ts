// What is done with a case: each thing once, whatever the line does; who was faster is told by name.
import { reactive, ref, shallowRef } from 'vue';
import { api, ApiError, wordsOf } from '../stores/api.ts';
import { draftNames, dropDraft, loadDraft, saveDraft } from '../stores/drafts.ts';
import { useSession } from '../stores/session.ts';
import type { Words } from '../wire/messages.ts';
import type { Values } from './asks.ts';
import { useCases } from './caseStore.ts';
import type { By, Case } from './wire.ts';

export interface CaseTold {
  kind: 'done' | 'beaten' | 'failed';
  act: string;
  title: string;
  by: By | null;
  words: Words | null;
  fields: { path: string; message: Words }[];
}

/** A key of an act: the same while the same thing is tried again. */
export const newKey = (): string => crypto.randomUUID();

const drafts = reactive(new Map<string, Values>());
/** What was sent last of a case and act, and under which key. */
const sent = new Map<string, { text: string; key: string }>();

function keyFor(of: string, text: string): string {
  const known = sent.get(of);
  if (known?.text === text) return known.key;
  const key = newKey();
  sent.set(of, { text, key });
  return key;
}

const PREFIX = 'act.';
const nameOf = (id: string, act: string): string => `${PREFIX}${id}.${act}`;

export function useCaseActs() {
  const cases = useCases();
  const me = useSession().user?.id ?? '';
  const told = shallowRef<CaseTold | null>(null);
  const working = ref(false);

  /** What was typed for it and not sent, also before a reload; `start` goes before it. */
  function draftOf(id: string, act: string, start: Values = {}): Values {
    const key = nameOf(id, act);
    if (!drafts.has(key)) drafts.set(key, loadDraft<Values>(me, key) ?? {});
    return Object.assign(drafts.get(key)!, start);
  }
  function keep(id: string, act: string): void {
    const draft = drafts.get(nameOf(id, act));
    if (draft) saveDraft(me, nameOf(id, act), draft);
  }
  function forget(id: string, act: string): void {
    drafts.delete(nameOf(id, act));
    dropDraft(me, nameOf(id, act));
  }
  /** Acts of a case that something was typed for. */
  const keptOf = (id: string): string[] => draftNames(me, nameOf(id, ''));

  /** Returned: whether it was done. The page asks for the case anew in any case. */
  async function run(one: Pick<Case, 'id' | 'version' | 'title'>, body: Record<string, unknown>): Promise<boolean> {
    if (working.value) return false;
    const act = String(body.act);
    const of = `${one.id} ${act}`;
    const key = keyFor(of, JSON.stringify(body));
    const tell = (kind: CaseTold['kind'], more: Partial<CaseTold> = {}): void => {
      told.value = { kind, act, title: one.title, by: null, words: null, fields: [], ...more };
    };
    working.value = true;
    try {
      const { case: now } = await api<{ case: Case }>('POST', `/cases/${encodeURIComponent(one.id)}/acts`, { ...body, version: one.version, key });
      cases.answer(now);
      sent.delete(of);
      forget(one.id, act);
      tell('done');
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409 && error.code === 'conflict') {
        const { current, by } = (error.body ?? {}) as { current?: Case; by?: By };
        if (current) cases.answer(current);
        // what is tried again is based on what is there now
        sent.delete(of);
        tell(by ? 'beaten' : 'failed', { by: by ?? null, words: error.words });
      } else tell('failed', { words: wordsOf(error), fields: error instanceof ApiError ? error.fields : [] });
      return false;
    } finally {
      working.value = false;
    }
  }
  return { told, working, draftOf, keep, keptOf, run };
}
