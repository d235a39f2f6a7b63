// What is done with the chosen alert: at once, or after one question. What was typed outlives Esc. Shared by queue, panel
// and console, so that every key and every button does the same.
import { computed, reactive, ref, shallowRef } from 'vue';
import { api } from '../stores/api.ts';
import { useSession } from '../stores/session.ts';
import { useAlerts, type ActAnswer } from '../stores/alerts.ts';
import { useQueue } from '../stores/queue.ts';
import { keysOnce, type KeyMap } from '../ui/keys.ts';
import type { Act, ActCommand, Alert, By } from '../wire/alerts.ts';
import type { Words } from '../wire/messages.ts';
import { foldedUnder, offerOf, waitingOf } from './queue.ts';
import { asked, askedAlong, askedOf, ASKING, asking, commanding, type Asking } from './asking.ts';

export interface Told {
  kind: 'done' | 'undone' | 'beaten' | 'failed' | 'nothing' | 'chosen';
  title: string;
  act: string;
  by: By | null;
  words: Words | null;
  /** Code of the case that came of it, and whom it was sent to. */
  code: string;
  sentTo: string;
  /** Of a case that was taken back: it is over, or goes on without the alert. */
  ended: boolean;
  /** How many it was done to, and to how many it could not be. */
  all: number;
  left: number;
}

export interface Draft {
  minutes: number;
  reason: string;
  text: string;
  to: string;
}

const told = shallowRef<Told | null>(null);
const working = ref(false);
/** Done with a row of the queue, these are done with all that is folded under it: people see one row. */
const WHOLE: readonly Act[] = ['shelve', 'unshelve', 'ignore', 'false_alarm', 'comment', 'assign', 'case', 'link_case'];
const NO_DEVICE: Words = { zh: '只有设备报的警情可以停用', en: 'only what a device tells can be put out of service' };
/** What the same key takes back, where it was done. */
const BACK: Partial<Record<Act, { state: Alert['state']; act: Act }>> = { shelve: { state: 'shelved', act: 'unshelve' }, out_of_service: { state: 'out_of_service', act: 'in_service' } };
/** What is on its way. */
let going: Promise<unknown> = Promise.resolve();
const flying = new Set<string>();
/** The newest act of this seat: the version that was seen, and what it became. */
let own: { id: string; seen: Alert['version']; version: Alert['version'] } | null = null;
const drafts = reactive(new Map<string, Draft>());
const START: Draft = { minutes: 30, reason: '', text: '', to: '' };

export function useActs() {
  const alerts = useAlerts();
  const queue = useQueue();
  const session = useSession();
  const mayHandle = computed(() => session.may('alert.handle'));
  const mayOpen = computed(() => session.may('case.open'));
  const mayCommand = computed(() => mayHandle.value && mayOpen.value);

  function tell(kind: Told['kind'], act: string, title: string, more: Partial<Told> = {}): void {
    told.value = { kind, act, title, by: null, words: null, code: '', sentTo: '', ended: false, all: 1, left: 0, ...more };
  }
  function report(answer: ActAnswer, act: string, title: string): void {
    if (answer.done) tell('done', act, title, { code: answer.alert?.case_code ?? '', all: 1 + answer.along, left: answer.left });
    else if (answer.by) tell('beaten', act, title, { by: answer.by });
    else tell('failed', act, title, { words: answer.failure });
  }

  /** After what is on its way, which may have been about the same alert. Returned: null, the same act of it is on its way. */
  async function run(alert: Alert, command: ActCommand, along: Alert[] = []): Promise<ActAnswer | null> {
    const name = `${alert.id} ${command.act}`;
    if (flying.has(name)) return null;
    const ask = (): Promise<ActAnswer> => {
      const version = own?.id === alert.id && own.seen === alert.version ? own.version : alert.version;
      return alerts.act({ ...alert, version }, command, along);
    };
    const asked = flying.size > 0 ? going.then(ask) : ask();
    going = asked;
    flying.add(name);
    working.value = true;
    try {
      const answer = await asked;
      if (answer.done && answer.alert) own = { id: alert.id, seen: alert.version, version: answer.alert.version };
      report(answer, command.act, alert.title);
      return answer;
    } finally {
      flying.delete(name);
      working.value = flying.size > 0;
    }
  }

  function draftOf(id: string, act: Asking): Draft {
    const key = `${id} ${act}`;
    const known = drafts.get(key);
    if (known) return known;
    drafts.set(key, { ...START });
    return drafts.get(key)!;
  }

  /** What keys act on. null: none, or one that opened by itself had to be taken up first, which was said. */
  function chosen(): Alert | null {
    const came = queue.beside ? alerts.find(queue.beside) : undefined;
    if (!came) return alerts.find(queue.selected) ?? null;
    queue.show(came.id);
    tell('chosen', '', came.title);
    return null;
  }
  /** Begins an act on an alert, else on the chosen one. Returned: false, there is none or it may not be. */
  function begin(act: Act, about?: Alert | null): boolean {
    if (!mayHandle.value || (act === 'case' && !mayOpen.value)) return false;
    const taken = queue.beside;
    const alert = about ?? chosen();
    if (!alert) return taken !== '';
    // the same key takes back what it did
    const command: Act = BACK[act]?.state === alert.state ? BACK[act].act : act;
    if (command === 'out_of_service' && !alert.device) {
      tell('failed', act, alert.title, { words: NO_DEVICE });
      return true;
    }
    if ((ASKING as readonly string[]).includes(command)) {
      asking.value = command as Asking;
      asked.value = alert;
      askedAlong.value = under(alert, command === 'merge' ? 'link_case' : command);
    } else if (command === 'acknowledge') acknowledge(alert);
    else void run(alert, { act: command }, under(alert, command));
    return true;
  }
  /** What an act on an alert takes along: what is folded under it where it leads a row. */
  function under(alert: Alert, act: Act): Alert[] {
    if (!WHOLE.includes(act)) return [];
    const row = queue.shown.find((one) => one.alert.id === alert.id);
    return row ? foldedUnder(row, (id) => alerts.find(id)).filter((one) => act !== 'unshelve' || one.state === 'shelved') : [];
  }
  /** Into a case that is there. */
  function link(alert: Alert, to: string): void {
    void run(alert, { act: 'link_case', to }, under(alert, 'link_case'));
  }
  /** M: takes the case that was offered with a score high enough; with Shift, or without an offer, the list. */
  function merge(about: Alert | null | undefined, choose: boolean): boolean {
    const alert = about ?? (queue.beside ? null : alerts.find(queue.selected));
    const offer = choose || !mayHandle.value || !alert ? null : offerOf(alert);
    if (!alert || !offer) return begin('merge', about);
    link(alert, offer.case);
    return true;
  }
  /** A row of the queue with what waits under it. */
  function acknowledge(alert: Alert): void {
    const row = queue.shown.find((one) => one.alert.id === alert.id);
    const [first = alert, ...along] = row ? waitingOf(row) : [];
    void run(first, { act: 'acknowledge' }, along);
  }
  /** The form of a case with its command line: `/` of a seat. With nothing chosen it is about the foremost row. */
  function command(): boolean {
    if (!alerts.find(queue.selected) && !queue.beside && queue.shown[0]) queue.show(queue.shown[0].alert.id);
    commanding.value = begin('case') && asking.value === 'case';
    if (!commanding.value && queue.shown.length === 0) tell('nothing', 'case', '');
    return true;
  }
  function tellCase(alert: Alert, code: string, sentTo: string): void {
    tell('done', 'case', alert.title, { code, sentTo });
  }
  function cancel(): boolean {
    const was = asking.value !== null;
    asking.value = null;
    return was;
  }
  /** Another page: what was asked and told here means nothing there. What was typed is kept. */
  function leave(): void {
    asking.value = null;
    told.value = null;
  }
  /** Whoever was first, also with an end: the form stays, and the next answer is based on what is there now. */
  async function answer(command: ActCommand): Promise<void> {
    const [act, about] = [asking.value, asked.value];
    if (!act || !about) return void cancel();
    const given = await run(about, command, WHOLE.includes(command.act) ? askedAlong.value : []);
    if (given?.alert) asked.value = given.alert;
    if (!given?.done) return;
    drafts.delete(`${about.id} ${act}`);
    asking.value = null;
    // what it belongs to goes on
    if (command.act === 'merge' && command.to) queue.show(command.to);
  }
  /** Waits for what is on its way: who takes back at once means that. */
  async function undo(): Promise<void> {
    await going;
    if (!mayHandle.value || working.value) return;
    working.value = true;
    try {
      const result = await alerts.undo();
      if (!result) return tell('nothing', 'undo', '');
      if (result.done) {
        tell('undone', result.of.act, result.of.title, { all: 1 + result.of.along.length, ...(result.of.act === 'case' && result.of.code ? await leftOf(result.of.code) : {}) });
        if (result.alert) queue.choose(result.alert.id);
      } else report(result, 'undo', result.of.title);
    } finally {
      working.value = false;
    }
  }
  /** What a department was told stays told: a case that was sent goes on without the alert. */
  async function leftOf(code: string): Promise<Pick<Told, 'code' | 'sentTo' | 'ended'>> {
    const left = await api<{ case: { state: string }; orders: { name: string; state: string }[] }>('GET', `/cases/${encodeURIComponent(code)}`).catch(() => null);
    const names = (left?.orders ?? []).filter(({ state }) => state !== 'WITHDRAWN' && state !== 'RETURNED').map(({ name }) => name);
    return { code, sentTo: names.join(' '), ended: left?.case.state === 'TERMINATED' };
  }
  /** The keys of acts. `about`: what they act on where there is no queue to choose from. */
  function keys(about?: () => Alert | null): KeyMap {
    const key = (act: Act) => (): boolean => {
      const alert = about?.();
      return about && !alert ? false : begin(act, alert);
    };
    return {
      ...keysOnce('acknowledge', { a: key('acknowledge') }), ...keysOnce('shelve', { s: key('shelve') }), ...keysOnce('newCase', { n: key('case') }),
      ...keysOnce('merge', { m: (event) => (about && !about() ? false : merge(about?.(), event.shiftKey)) }), ...keysOnce('falseAlarm', { x: key('false_alarm') }), ...keysOnce('ignore', { i: key('ignore') }),
      ...keysOnce('comment', { t: key('comment') }), ...keysOnce('assign', { p: key('assign') }), ...keysOnce('outOfService', { d: key('out_of_service') }), ...keysOnce('undo', { z: () => void undo() }),
    };
  }
  return { asking, asked, askedAlong, askedOf, told, working, mayHandle, mayOpen, mayCommand, draftOf, begin, command, tellCase, cancel, leave, answer, undo, run, link, merge, keys };
}
