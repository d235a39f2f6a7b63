// Alerts and situations that are not over, as the topic `alerts` tells them, and what people do with them. Plain objects,
// never deeply reactive; `version` rises with every change.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { ActCommand, Alert, AlertsDelta, AlertsSnapshot, By, Flood, Situation, SourceNames } from '../wire/alerts.ts';
import { useClient } from '../worker/client.ts';
import { AlertTable, type Taken } from './alertTable.ts';
import { api, ApiError, wordsOf } from './api.ts';
import { useLink } from './link.ts';
import type { Words } from '../wire/messages.ts';

/** How an act went. `by`: somebody was first. */
export interface ActAnswer {
  done: boolean;
  alert: Alert | null;
  by: By | null;
  failure: Words | null;
  /** Of those taken along: done, and left because somebody else acted on them or it makes no sense there. */
  along: number;
  left: number;
}
const ALONE = { along: 0, left: 0 };
interface Mine {
  id: string;
  title: string;
  act: string;
  /** Which one it was, for the server. */
  record: string;
  /** Of the case that came of it, ''. */
  code: string;
  /** Done to others with it, and taken back with it. */
  along: { id: string; record: string }[];
}
const UNDOABLE = 20;
/** What can never be taken back: somebody acted since, it is not there, it may not be. */
const REFUSED = [403, 404, 409];

export const useAlerts = defineStore('alerts', () => {
  const table = new AlertTable();
  const version = ref(0);
  const loaded = ref(false);
  /** When one was over last, our clock, for the empty queue. */
  const lastEndMs = ref(0);
  /** What this seat did, the newest last: one key takes it back. */
  const mine = shallowRef<Mine[]>([]);
  const flood = shallowRef<Flood['seats']>({});
  /** Names of feeds, by their ids. */
  const sources = shallowRef<SourceNames>({});
  /** How many more there are than the server lists: less urgent, known by their number only. */
  const hidden = ref(0);
  const link = useLink();
  const newListeners = new Set<(fresh: Alert[]) => void>();
  let started = false;
  let asked = false;

  function taken({ fresh, ended }: Taken, told: Pick<AlertsDelta, 'flood' | 'sources'>, first = false): void {
    if (ended) lastEndMs.value = Date.now();
    if (told.flood) flood.value = told.flood.seats;
    if (told.sources) sources.value = told.sources;
    hidden.value = table.beyond.count;
    version.value++;
    if (fresh.length > 0 && !first) for (const listener of newListeners) listener(fresh);
  }

  function take(data: AlertsDelta): void {
    taken(table.take(data), data);
  }

  function takeSnapshot(data: AlertsSnapshot): void {
    const known = !loaded.value || asked; // nothing of it just came
    loaded.value = true;
    taken(table.begin(data, link.serverNowMs()), data, known);
    asked = false;
  }
  /** Once many of the list are over others move up: it is asked for anew. */
  function renew(): void {
    if (asked || !table.beyond.isThin()) return;
    asked = true;
    const { socket } = useClient();
    socket.send({ t: 'unsub', topic: 'alerts' });
    socket.send({ t: 'sub', topic: 'alerts' });
  }

  function start(): void {
    if (started) return;
    started = true;
    const { socket } = useClient();
    socket.on('snapshot', ({ topic, data }) => {
      if (topic === 'alerts') takeSnapshot(data as AlertsSnapshot);
    });
    socket.on('delta', ({ topic, data }) => {
      if (topic !== 'alerts') return;
      take(data as AlertsDelta);
      renew();
    });
    socket.send({ t: 'sub', topic: 'alerts' });
  }

  /** Calls with alerts that were not known, except those of the first snapshot. Returned: a call that ends it. */
  function onNew(listener: (fresh: Alert[]) => void): () => void {
    newListeners.add(listener);
    return () => newListeners.delete(listener);
  }

  /** Somebody was first: the answer holds the alert as it is now, and who. */
  function beaten(error: ApiError): ActAnswer {
    const { current, by } = (error.body ?? {}) as { current?: Alert; by?: By };
    if (current) taken(table.answer(current), {});
    return { done: false, alert: current ?? null, by: by ?? current?.by ?? null, failure: error.words, ...ALONE };
  }

  /** Returned: how it went, the record of the act, and the status (0: no answer). */
  async function send(id: string, body: object): Promise<{ answer: ActAnswer; record: string; status: number }> {
    try {
      const { alert, act_id: record } = await api<{ alert: Alert; act_id: string }>('POST', `/alerts/${encodeURIComponent(id)}/acts`, body);
      taken(table.answer(alert), {});
      return { answer: { done: true, alert, by: null, failure: null, ...ALONE }, record, status: 200 };
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      const answer = error instanceof ApiError && status === 409 ? beaten(error) : { done: false, alert: null, by: null, failure: wordsOf(error), ...ALONE };
      return { answer, record: '', status };
    }
  }

  /** `along`: the same to these, with it; what somebody else did to one of them meanwhile stays. A new case has them all. */
  async function act({ id, version: seen, title }: Pick<Alert, 'id' | 'version' | 'title'>, command: ActCommand, along: Alert[] = []): Promise<ActAnswer> {
    const { answer, record } = await send(id, { ...command, version: seen });
    if (!answer.done || command.act === 'check') return answer;
    const one: Mine = { id, title, act: command.act, record, code: answer.alert?.case_code ?? '', along: [] };
    if (command.act !== 'comment' && command.act !== 'undo') mine.value = [...mine.value, one].slice(-UNDOABLE);
    const same = command.act === 'case' ? { act: 'link_case', to: answer.alert?.case } : command;
    for (const other of along) {
      const more = await send(other.id, { ...same, version: other.version });
      if (more.answer.done) one.along.push({ id: other.id, record: more.record });
    }
    return { ...answer, along: one.along.length, left: along.length - one.along.length };
  }

  /** Takes back the newest act of this seat, if nobody acted since. Returned: null, there is none. */
  async function undo(): Promise<(ActAnswer & { of: Mine }) | null> {
    const last = mine.value.at(-1);
    if (!last) return null;
    const { answer, status } = await send(last.id, { act: 'undo', to: last.record });
    if (!answer.done && !REFUSED.includes(status)) return { ...answer, of: last };
    for (const { id, record } of last.along) await send(id, { act: 'undo', to: record });
    mine.value = mine.value.filter((one) => one !== last);
    return { ...answer, of: last };
  }

  const find = (id: string): Alert | undefined => table.alerts.get(id);
  const situation = (id: string): Situation | undefined => table.situations.get(id);
  const timesTold = (id: string): number => table.told.get(id) ?? 0;
  const all = (): Alert[] => [...table.alerts.values()];
  /** Alerts of a situation that are not over. */
  const members = (id: string): Alert[] => all().filter((alert) => alert.situation === id);

  return { version, loaded, lastEndMs, flood, hidden, sources, mine, start, onNew, act, undo, timesTold, find, situation, all, members };
});
