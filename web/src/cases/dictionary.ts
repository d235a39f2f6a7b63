// Names of what the rules speak of: categories, grades, states, acts, departments. Asked for once a session.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { api, wordsOf } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';
import type { Department, Word, WordLists, Workflow, WorkflowState } from './wire.ts';

interface WorkflowsAnswer {
  workflows: Workflow[];
  acts?: (Words & { act: string })[];
}

export const useDictionary = defineStore('case-dictionary', () => {
  const lists = shallowRef<WordLists>({});
  const workflows = shallowRef<Workflow[]>([]);
  const acts = shallowRef<ReadonlyMap<string, Words>>(new Map());
  const departments = shallowRef<Department[]>([]);
  const loaded = ref(false);
  const failure = shallowRef<Words | null>(null);
  let asking: Promise<void> | null = null;

  async function ask(): Promise<void> {
    try {
      const [words, flows, places] = await Promise.all([
        api<WordLists>('GET', '/case-words'), api<WorkflowsAnswer>('GET', '/case-workflows'),
        api<{ departments: Department[] }>('GET', '/departments').catch(() => ({ departments: [] })),
      ]);
      lists.value = words;
      workflows.value = flows.workflows;
      acts.value = new Map((flows.acts ?? []).map(({ act, zh, en }) => [act, { zh, en }]));
      departments.value = places.departments;
      loaded.value = true;
      failure.value = null;
    } catch (error) {
      failure.value = wordsOf(error);
    } finally {
      asking = null;
    }
  }
  function start(): Promise<void> {
    if (loaded.value) return Promise.resolve();
    return (asking ??= ask());
  }
  const word = (list: string, code: string | null | undefined): Word | undefined => (code ? lists.value[list]?.find((one) => one.code === code) : undefined);
  const workflow = (id: string | null): Workflow | undefined => workflows.value.find((one) => one.id === id);
  /** Of the workflow, else of any that knows it. */
  const state = (id: string, of: string | null): WorkflowState | undefined =>
    workflow(of)?.states.find((one) => one.id === id) ?? workflows.value.flatMap((one) => one.states).find((one) => one.id === id);
  const department = (id: string | null): Department | undefined => departments.value.find((one) => one.id === id);
  return { lists, workflows, acts, departments, loaded, failure, start, word, workflow, state, department };
});
