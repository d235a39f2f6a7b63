import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asking } from '../alerts/asking.ts';
import { LEFT_MS } from '../alerts/reading.ts';
import type { Alert } from '../wire/alerts.ts';
import { ApiError } from './api.ts';

type Told = (message: { topic: string; data: unknown }) => void;
const told = new Map<string, Told>();
const api = vi.hoisted(() => vi.fn());
vi.mock('../worker/client.ts', () => ({ useClient: () => ({ socket: { on: (kind: string, listener: Told) => told.set(kind, listener), send: () => undefined } }) }));
vi.mock('./api.ts', async (original) => ({ ...(await original<object>()), api }));
const page = new EventTarget();
vi.stubGlobal('window', page);
const { useAlerts } = await import('./alerts.ts');
const { useQueue } = await import('./queue.ts');
const { useActs } = await import('../alerts/useActs.ts');
const { useSession } = await import('./session.ts');

const NO_RIGHT = new Set<string>();
let n = 0;
const alert = (more: Partial<Alert> = {}): Alert => ({
  id: `q${++n}`, version: 1, state: 'unacknowledged', priority: 3, title: `第 ${n} 条`, source: 's', dimension: 'dispute', area: null, address: null, text: null, case_code: null, end: null,
  situation: null, created_us: String(n), first_us: String(n), last_us: String(n), count: 1, test: false, by: null, ...more,
}) as Alert;
const come = (...set: Alert[]): void => told.get('delta')!({ topic: 'alerts', data: { set, situations: [] } });
const gone = (...ids: string[]): void => told.get('delta')!({ topic: 'alerts', data: { gone: ids, situations: [] } });

describe('the queue of a seat', () => {
  let queue: ReturnType<typeof useQueue>;
  let acts: ReturnType<typeof useActs>;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'Date', 'performance'] });
    setActivePinia(createPinia());
    useAlerts().start();
    told.get('snapshot')!({ topic: 'alerts', data: { alerts: [], situations: [] } });
    queue = useQueue();
    queue.opensItself = true;
    acts = useActs();
    acts.leave();
    const session = useSession();
    session.rights = new Set(['alert.handle']);
    await vi.advanceTimersByTimeAsync(2 * LEFT_MS);
    api.mockReset();
  });
  afterEach(() => {
    useSession().rights = NO_RIGHT;
    vi.useRealTimers();
  });

  it('opens what comes where nobody is, and gives way to what is more urgent', () => {
    const [a, b] = [alert(), alert({ priority: 1 })];
    come(a);
    expect([queue.open, queue.selected]).toEqual([a.id, a.id]);
    come(b);
    expect([queue.open, queue.selected, queue.beside]).toEqual([b.id, b.id, '']);
  });
  it('opens nothing while somebody reads or is asked something; it is counted', async () => {
    const [a, b] = [alert(), alert()];
    come(a);
    await nextTick();
    queue.close();
    queue.reading.pointer = true;
    queue.reading.moved();
    await nextTick();
    come(b);
    await nextTick();
    expect([queue.open, queue.selected, queue.fresh]).toEqual(['', a.id, 1]);
    queue.reading.end();
    asking.value = 'shelve';
    come(alert({ priority: 1 }));
    expect(queue.open).toBe('');
  });
  it('leaves what somebody may be looking at, and what they chose', async () => {
    const [a, b, c] = [alert(), alert({ priority: 1 }), alert({ priority: 2 })];
    come(a);
    page.dispatchEvent(new Event('pointermove'));
    come(b);
    expect([queue.open, queue.selected]).toEqual([a.id, a.id]);
    queue.show(a.id);
    queue.close();
    await vi.advanceTimersByTimeAsync(2 * LEFT_MS);
    // nothing is open: what comes is shown, and the chosen row stays chosen
    come(c);
    expect([queue.open, queue.selected, queue.beside]).toEqual([c.id, a.id, c.id]);
    // a key first takes up what is shown; nothing was done with either
    expect(acts.begin('acknowledge')).toBe(true);
    expect([queue.selected, queue.beside, acts.told.value?.kind]).toEqual([c.id, '', 'chosen']);
    expect(api).not.toHaveBeenCalled();
    api.mockResolvedValue({ alert: { ...c, version: 2, state: 'acknowledged' }, act_id: 'x1' });
    acts.begin('acknowledge');
    expect(api.mock.calls[0]).toEqual(['POST', `/alerts/${c.id}/acts`, { act: 'acknowledge', version: 1 }]);
    await vi.advanceTimersByTimeAsync(0);
  });
  it('`/` is about the foremost row where none is chosen, and says so where there is none', async () => {
    useSession().rights = new Set(['alert.handle', 'case.open']);
    expect([acts.mayCommand.value, acts.command(), asking.value, acts.told.value]).toMatchObject([true, true, null, { kind: 'nothing', act: 'case' }]);
    const [a, b] = [alert({ priority: 2 }), alert()];
    queue.opensItself = false;
    come(b, a);
    await nextTick();
    acts.command();
    expect([asking.value, acts.askedOf.value, queue.selected]).toEqual(['case', a.id, a.id]);
  });
  it('counts the same rows at the tab as in its list, whatever is folded, filtered or put aside', async () => {
    const group = [1, 2, 3].map(() => alert({ situation: 's1', state: 'acknowledged' }));
    told.get('delta')!({ topic: 'alerts', data: { set: [...group, alert(), alert({ state: 'shelved' }), alert({ priority: 4, device: 'c1' })],
      situations: [{ id: 's1', version: 1, alerts: group.map(({ id }) => id) }] } });
    await nextTick();
    expect([queue.unfiltered.length, queue.counts.rows]).toEqual([2, 2]);
    queue.filter = { ...queue.filter, words: 'nothing like it' };
    await nextTick();
    expect([queue.unfiltered.length, queue.counts.rows]).toEqual([2, 0]);
  });
  it('does not take a pointer for a reader that was left in it, nor one that went with the page', async () => {
    queue.reading.pointer = true;
    queue.reading.moved();
    expect(queue.reading.on).toBe(true);
    await vi.advanceTimersByTimeAsync(LEFT_MS + 2_000);
    expect([queue.reading.on, queue.reading.now()]).toEqual([false, false]);
    queue.reading.moved();
    expect(queue.reading.on).toBe(true);
    queue.reading.end();
    expect(queue.reading.on).toBe(false);
  });
  it('stands still by a clock that nobody sets', async () => {
    queue.reading.keyed(6_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(queue.reading.now()).toBe(true);
    vi.setSystemTime(Date.now() - 7_200_000);
    await vi.advanceTimersByTimeAsync(6_001);
    expect(queue.reading.now()).toBe(false);
  });

  it('keeps the form of an alert that ended meanwhile, and tells who was first', async () => {
    const a = alert();
    const ended = { ...a, version: 2, state: 'normal' as const, end: 'ignored', by: { name: '王倩', act: 'ignore', time_us: '5' } };
    come(a);
    queue.show(a.id);
    acts.begin('shelve');
    gone(a.id);
    const refused = new ApiError(409, 'conflict', { zh: '已有人先处理', en: 'somebody was first' });
    refused.body = { current: ended, by: ended.by };
    api.mockRejectedValueOnce(refused);
    acts.draftOf(a.id, 'shelve').reason = '等物业';
    await acts.answer({ act: 'shelve', minutes: 30, reason: '等物业' });
    expect([acts.asking.value, acts.askedOf.value, acts.told.value?.kind, acts.told.value?.by?.name]).toEqual(['shelve', a.id, 'beaten', '王倩']);
    expect([acts.draftOf(a.id, 'shelve').reason, useAlerts().find(a.id)]).toEqual(['等物业', undefined]);
    // what is based on the new state goes on from there
    api.mockRejectedValueOnce(new ApiError(409, 'not_now', { zh: '现在不能', en: 'not now' }));
    await acts.answer({ act: 'shelve', minutes: 30, reason: '等物业' });
    expect(api.mock.calls.at(-1)![2]).toMatchObject({ version: 2 });
    expect(acts.told.value?.kind).toBe('failed');
  });
  it('puts a shelved one back by the same key', async () => {
    const a = alert({ state: 'shelved' });
    come(a);
    queue.show(a.id);
    api.mockResolvedValue({ alert: { ...a, version: 2, state: 'unacknowledged' }, act_id: 'x1' });
    acts.begin('shelve');
    expect([acts.asking.value, api.mock.calls[0]![2]]).toEqual([null, { act: 'unshelve', version: 1 }]);
    await vi.advanceTimersByTimeAsync(0);
  });
  it('takes back its own acts by their record, the newest first, and none for ever', async () => {
    const a = alert();
    come(a);
    queue.show(a.id);
    for (const [i, act] of (['acknowledge', 'separate', 'separate'] as const).entries()) {
      api.mockResolvedValueOnce({ alert: { ...a, version: i + 2 }, act_id: `x${i}` });
      await acts.run(a, { act });
    }
    const undone = async (): Promise<unknown> => {
      await acts.undo();
      return api.mock.calls.at(-1)![2];
    };
    const conflict = new ApiError(409, 'conflict', { zh: '', en: '' });
    conflict.body = { current: a, by: { name: '王倩', act: 'shelve', time_us: '1' } };
    api.mockRejectedValueOnce(conflict);
    expect(await undone()).toEqual({ act: 'undo', to: 'x2' });
    expect(acts.told.value).toMatchObject({ kind: 'beaten', by: { name: '王倩' } });
    // no line: it can be tried again
    api.mockRejectedValueOnce(new ApiError(0, 'offline', { zh: '', en: '' }));
    expect(await undone()).toEqual({ act: 'undo', to: 'x1' });
    api.mockRejectedValueOnce(new ApiError(404, 'not_found', { zh: '', en: '' }));
    expect(await undone()).toEqual({ act: 'undo', to: 'x1' });
    api.mockResolvedValueOnce({ alert: a, act_id: 'x9' });
    expect(await undone()).toEqual({ act: 'undo', to: 'x0' });
    await acts.undo();
    expect(acts.told.value?.kind).toBe('nothing');
  });
  it('takes a row with what waits under it, and takes it back at once as a whole', async () => {
    const group = [1, 2, 3].map(() => alert({ situation: 's1' }));
    told.get('delta')!({ topic: 'alerts', data: { set: group, situations: [{ id: 's1', version: 1, alerts: group.map(({ id }) => id) }] } });
    await nextTick();
    const [row] = queue.shown;
    expect([queue.shown.length, row!.folded.length]).toEqual([1, 2]);
    const sent = (): unknown[] => api.mock.calls.map(([, path, { act, to }]) => [path.split('/')[2], act, to]);
    api.mockImplementation((_method: string, path: string) => {
      const id = path.split('/')[2]!;
      return Promise.resolve({ alert: { ...group.find((one) => one.id === id)!, version: 2, state: 'acknowledged' }, act_id: `x${id}` });
    });
    const order = [row!.alert, ...row!.folded].map(({ id }) => id);
    acts.begin('acknowledge', row!.alert);
    await acts.undo();
    expect(sent()).toEqual([...order.map((id) => [id, 'acknowledge', undefined]), ...order.map((id) => [id, 'undo', `x${id}`])]);
  });
  /** Three alerts in one row; the server does what it is asked, but for those of `refused`. */
  async function row(refused: string[] = []): Promise<{ ids: string[]; head: Alert; sent: () => unknown[] }> {
    const group = [1, 2, 3].map(() => alert({ situation: 's2' }));
    told.get('delta')!({ topic: 'alerts', data: { set: group, situations: [{ id: 's2', version: 1, alerts: group.map(({ id }) => id) }] } });
    await nextTick();
    const [first] = queue.shown;
    const ids = [first!.alert, ...first!.folded].map(({ id }) => id);
    api.mockImplementation((method: string, path: string, { act }: { act: string } = { act: '' }) => {
      if (method === 'GET') return Promise.resolve({ case: { state: 'TERMINATED' }, orders: [] }); // the case that was taken back
      const id = path.split('/')[2]!;
      if (refused.includes(ids.indexOf(id) + act)) return Promise.reject(new ApiError(409, 'conflict', { zh: '', en: '' }));
      return Promise.resolve({ alert: { ...group.find((one) => one.id === id)!, version: 2, case: act === 'case' ? 'k1' : null, case_code: act === 'case' ? '2026-0001' : null }, act_id: `x${id}` });
    });
    return { ids, head: first!.alert, sent: () => api.mock.calls.filter(([method]) => method !== 'GET').map(([, path, { act, to }]) => [ids.indexOf(path.split('/')[2]), act, to]) };
  }
  it.each([
    ['shelve', { act: 'shelve', minutes: 30, reason: '等待到场' }, true], ['ignore', { act: 'ignore', reason: '重复信息' }, true],
    ['assign', { act: 'assign', to: 'u2' }, true], ['comment', { act: 'comment', text: '已派人' }, false],
  ] as const)('does to all of a row what is asked of it: %s', async (act, command, undoable) => {
    const { ids, head, sent } = await row(['2' + act]);
    acts.begin(act, head);
    expect(acts.askedAlong.value.map(({ id }) => ids.indexOf(id))).toEqual([1, 2]);
    await acts.answer(command);
    expect(acts.told.value).toMatchObject({ kind: 'done', all: 2, left: 1 });
    expect(sent().map((one) => (one as unknown[]).slice(0, 2))).toEqual([[0, act], [1, act], [2, act]]);
    await acts.undo();
    expect(sent().slice(3)).toEqual(undoable ? [[0, 'undo', `x${ids[0]}`], [1, 'undo', `x${ids[1]}`]] : []);
    expect(acts.told.value).toMatchObject(undoable ? { kind: 'undone', all: 2 } : { kind: 'nothing' });
  });
  it('opens one case for a row, with all of it linked, and takes that back', async () => {
    useSession().rights = new Set(['alert.handle', 'case.open']);
    const { ids, head, sent } = await row();
    acts.begin('case', head);
    await acts.run(head, { act: 'case' }, acts.askedAlong.value); // what the form of the case does first
    await acts.undo();
    expect(sent()).toEqual([[0, 'case', undefined], [1, 'link_case', 'k1'], [2, 'link_case', 'k1'], ...ids.map((id, i) => [i, 'undo', `x${id}`])]);
    expect(acts.told.value).toMatchObject({ kind: 'undone', code: '2026-0001', sentTo: '', ended: true });
  });
  it('takes nothing along that is over, nor with an act of the alert alone', async () => {
    const { ids, head } = await row();
    gone(ids[1]!);
    acts.begin('shelve', head);
    expect(acts.askedAlong.value.map(({ id }) => id)).toEqual([ids[2]]);
    acts.begin('out_of_service', { ...head, device: 'smoke-1' });
    expect(acts.askedAlong.value).toEqual([]);
    acts.begin('shelve', useAlerts().find(ids[2]!));
    expect(acts.askedAlong.value).toEqual([]);
  });
  it('puts only a device out of service, asks why, and back by the same key', async () => {
    const { head } = await row();
    acts.begin('out_of_service', head);
    expect([acts.asking.value, acts.told.value?.kind, acts.told.value?.words?.zh]).toEqual([null, 'failed', '只有设备报的警情可以停用']);
    acts.begin('out_of_service', { ...head, device: 'smoke-1' });
    expect(acts.asking.value).toBe('out_of_service');
    acts.begin('out_of_service', { ...head, device: 'smoke-1', state: 'out_of_service' });
    expect(acts.asking.value).toBe('in_service');
    acts.cancel();
  });
  it('merges into the case that is offered with one key, takes it back, and lists others with Shift', async () => {
    const suggestion = { case: 'k7', code: '2026-0007', score: 0.82, zh: '同网格', en: 'same cell' };
    const a = alert({ suggestion, version: 2 });
    come(a);
    queue.show(a.id);
    api.mockImplementation(() => Promise.resolve({ alert: { ...a, version: 3, case: 'k7', case_code: '2026-0007' }, act_id: 'x1' }));
    const press = (shiftKey = false): unknown => {
      const { m } = acts.keys();
      return (typeof m === 'function' ? m : m!.act)({ shiftKey } as KeyboardEvent);
    };
    press(true);
    expect([asking.value, api.mock.calls.length]).toEqual(['merge', 0]);
    acts.cancel();
    press();
    await acts.undo();
    expect(api.mock.calls.map(([, , body]) => body)).toEqual([{ act: 'link_case', to: 'k7', version: 2 }, { act: 'undo', to: 'x1' }]);
    // near by only, or with a case already: never at once
    for (const more of [{ suggestion: { ...suggestion, score: 0.69 } }, { suggestion, case_code: '2026-0001' }]) {
      const other = alert(more);
      come(other);
      queue.show(other.id);
      press();
      expect([asking.value, api.mock.calls.length]).toEqual(['merge', 2]);
      acts.cancel();
    }
  });
  it('does one after the other what is asked in quick succession, on what its own acts made of it', async () => {
    const a = alert({ version: 4 });
    come(a);
    let version = 4;
    api.mockImplementation(() => Promise.resolve({ alert: { ...a, version: ++version }, act_id: `x${version}` }));
    const first = acts.run(a, { act: 'acknowledge' });
    expect(await acts.run(a, { act: 'acknowledge' })).toBeNull();
    await Promise.all([first, acts.run(a, { act: 'case' })]);
    expect(api.mock.calls.map(([, , body]) => body)).toEqual([{ act: 'acknowledge', version: 4 }, { act: 'case', version: 5 }]);
    expect(acts.working.value).toBe(false);
  });
});
