// Open cases as the topic `cases` tells them. Plain objects, replaced and never changed; `version` rises with every change.
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { useClient } from '../worker/client.ts';
import type { Case, CasesDelta, CasesSnapshot } from './wire.ts';

export const useCases = defineStore('cases', () => {
  const byId = new Map<string, Case>();
  /** How often each was told: who shows one asks for it again. */
  const told = new Map<string, number>();
  const version = ref(0);
  const loaded = ref(false);
  /** Open ones beyond what is listed. */
  const hidden = ref(0);
  let started = false;

  const tell = (id: string): void => void told.set(id, (told.get(id) ?? 0) + 1);

  /** An answer and a delta may overtake each other: the higher version stays. */
  function put(one: Case): void {
    const old = byId.get(one.id);
    if (old && old.version > one.version) return;
    if (one.closed_us) byId.delete(one.id);
    else byId.set(one.id, one);
    tell(one.id);
  }
  function takeSnapshot(data: CasesSnapshot): void {
    byId.clear();
    for (const one of data.cases) put(one);
    hidden.value = data.hidden ?? 0;
    loaded.value = true;
    version.value++;
  }
  function take({ set = [], gone = [] }: CasesDelta): void {
    for (const one of set) put(one);
    for (const id of gone) {
      byId.delete(id);
      tell(id);
    }
    version.value++;
  }
  /** What an act answered. */
  function answer(one: Case): void {
    put(one);
    version.value++;
  }
  function start(): void {
    if (started) return;
    started = true;
    const { socket } = useClient();
    socket.on('snapshot', ({ topic, data }) => {
      if (topic === 'cases') takeSnapshot(data as CasesSnapshot);
    });
    socket.on('delta', ({ topic, data }) => {
      if (topic === 'cases') take(data as CasesDelta);
    });
    socket.send({ t: 'sub', topic: 'cases' });
  }
  const all = (): Case[] => [...byId.values()];
  const find = (id: string): Case | undefined => byId.get(id);
  const timesTold = (id: string): number => told.get(id) ?? 0;
  return { version, loaded, hidden, start, answer, take, takeSnapshot, all, find, timesTold };
});
