// One case with all that belongs to it: asked for anew whenever the topic tells of it, or the line comes back.
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { useAnswer } from '../alerts/detail.ts';
import { useLink } from '../stores/link.ts';
import { someoneHere, whenSomeoneComes } from '../ui/someone.ts';
import { useCases } from './caseStore.ts';
import type { CaseDetail } from './wire.ts';

export function useCase(id: Ref<string>) {
  const cases = useCases();
  const link = useLink();
  const known = shallowRef('');
  const path = computed(() => (id.value ? `/cases/${encodeURIComponent(id.value)}` : ''));
  /** Rises when somebody here asks for it again. */
  const again = ref(0);
  const key = ref('');
  /** It was asked for with nobody there to see it: no order is seen by that. */
  let glanced = false;
  const { answer, failure, loading, ask } = useAnswer<CaseDetail>(path, key, { zh: '没有这个案件', en: 'there is no such case' }, () => {
    glanced = !someoneHere();
    return glanced ? '?glance=1' : '';
  });
  whenSomeoneComes(() => {
    if (glanced) again.value++;
  });
  watch([id, () => cases.version, () => link.state === 'open', answer, again], () => {
    // the address may hold its code
    known.value = answer.value && [answer.value.case.id, answer.value.case.code].includes(id.value) ? answer.value.case.id : id.value;
    key.value = id.value ? [id.value, cases.timesTold(known.value), link.state === 'open', again.value].join(' ') : '';
  }, { immediate: true });
  const detail = computed(() => (answer.value && [answer.value.case.id, answer.value.case.code].includes(id.value) ? answer.value : null));
  return { detail, failure, loading, ask, again: () => void again.value++ };
}
