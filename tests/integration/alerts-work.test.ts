// What people do with alerts beyond acknowledging: each act, its undo, races, checklists, warnings, what was set aside, an outage of
// all cameras at once, and what is kept how long.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { act, Feed, personFor, Queue, type ActAnswer, type Alert } from '../lib/alerts.ts';
import { Person, type Json } from '../lib/client.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { allowAgain, changeStore, refuse, textOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let operator: Person;
let second: Person;
let admin: Person;
let feed: Feed;
let queue: Queue;
let cells: string[];

before(async () => {
  stack = await startSmallStack({ cameras: 2 });
  operator = await Person.login(stack, 'operator');
  admin = await Person.login(stack, 'admin');
  const { features } = await operator.json<{ features: { properties: { code: string; level: string } }[] }>('/api/v1/areas');
  const codes = (level: string): string[] => features.filter((one) => one.properties.level === level).map((one) => one.properties.code);
  cells = codes('cell');
  second = await personFor(stack, 'seat-two', 'operator', codes('town')[0]!);
  feed = new Feed(stack, 'hotline');
  queue = await Queue.open(operator);
});
after(async () => {
  queue.close();
  await endStack(stack);
});

const sql = (query: string): string => textOf(stack.path('townwall.db'), query);
const sqlWrite = (query: string): void => changeStore(stack.path('townwall.db'), query);

let made = 0;
/** A report that nothing else is near. */
async function report(title: string, more: Json = {}): Promise<Alert> {
  made++;
  await feed.report({ id: `w${made}`, type: 'noise', title, lon: 100 + made / 10, lat: 30, ...more });
  return queue.untilAlert(title, (one) => one.title === title);
}

interface Act { act: string; name: string; undone: string | null; reason: string | null; to: string | null; text: string | null; step: string | null; done: boolean | null }
interface Whole { alert: Alert; acts: Act[]; checklist: { steps: { id: string; done: boolean; by: string | null }[] } }
const whole = (id: string): Promise<Whole> => operator.json<Whole>(`/api/v1/alerts/${id}`);

function done(answer: ActAnswer): Alert {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.alert!;
}
const did = async (alert: Alert, what: string, more: Json = {}): Promise<Alert> => done(await act(operator, alert, what, more));

/** Everything about an alert that an undo brings back. */
const shape = ({ state, end, ended_us: ended, situation, case: file, case_code: code, assigned, acknowledged_by: who, shelved_until_us: until_ }: Alert): Json =>
  ({ state, end, ended, situation, file, code, assigned, who, until_ });

test('every act is undone: the alert is as it was, the history keeps both', async () => {
  const { user } = await second.json<{ user: { id: string; name: string } }>('/api/v1/session');
  const acts: [what: string, more: Json, after: (alert: Alert) => unknown, expected: unknown][] = [
    ['acknowledge', {}, (one) => one.state, 'acknowledged'],
    ['shelve', { minutes: 20, reason: '等物业' }, (one) => one.state, 'shelved'],
    ['out_of_service', { reason: '检修' }, (one) => one.state, 'out_of_service'],
    ['assign', { to: user.id }, (one) => one.assigned?.name, user.name],
    ['ignore', { reason: '已处理' }, (one) => one.end, 'ignored'],
    ['false_alarm', { reason: '试音' }, (one) => one.end, 'false_alarm'],
    ['case', {}, (one) => one.end, 'case'],
  ];
  for (const [what, more, seen, expected] of acts) {
    const alert = await report(`逐项 ${what}`, { device: `each-${what}` });
    const after = await did(alert, what, more);
    assert.deepEqual([seen(after), after.version, after.by?.act], [expected, alert.version + 1, what]);
    if (after.ended_us) await queue.until('it leaves the list', () => !queue.alerts.has(alert.id));
    const back = await did(after, 'undo');
    assert.deepEqual([what, shape(back), back.version], [what, shape(alert), alert.version + 2]);
    await queue.untilAlert('it is in the list as it was', (one) => one.id === alert.id && one.version === back.version);
    const { acts: history } = await whole(alert.id);
    assert.deepEqual(history.map((one) => [one.act, one.undone !== null]), [['undo', false], [what, true]]);
    assert.deepEqual([history[1]!.reason, history[0]!.text], [(more['reason'] as string | undefined) ?? null, what]);
    assert.equal((await act(operator, back, 'undo')).body.error?.code, 'not_now', 'nothing is left to undo');
  }
  const shelved = await did(await report('搁置又取消', { device: 'each-unshelve' }), 'shelve', { minutes: 5, reason: '等' });
  assert.equal((await did(shelved, 'unshelve')).state, 'unacknowledged');
  for (const what of ['ignore', 'false_alarm', 'out_of_service'])
    assert.equal((await act(operator, shelved, what)).status, 400, `${what} needs a reason`);
  const unknown = await act(operator, await report('交给谁'), 'assign', { to: 'nobody' });
  assert.equal(unknown.status, 404);
});

test('merge puts one alert into the situation of another, beyond the cap too; undo takes it out again', async () => {
  const [one, other] = [await report('合并甲'), await report('合并乙')];
  assert.deepEqual([one.situation, other.situation], [null, null]);
  assert.equal((await act(operator, one, 'merge', { to: one.id })).body.error?.code, 'not_now');
  assert.equal((await act(operator, one, 'merge', { to: 'unknown' })).body.error?.code, 'not_now');
  const merged = await did(one, 'merge', { to: other.id });
  assert.equal(merged.end, 'merged');
  const grouped = await queue.untilAlert('the other is in the situation too', (alert) => alert.id === other.id && alert.situation === merged.situation);
  await queue.until('the situation holds both', () => {
    const ids = queue.situations.get(grouped.situation!)?.alerts ?? [];
    return ids.includes(one.id) && ids.includes(other.id);
  });
  const back = await did(merged, 'undo');
  assert.deepEqual(shape(back), shape(one));
  await queue.until('the situation holds one', () => queue.situations.get(grouped.situation!)?.alerts.join() === other.id);
});

test('separate takes an alert out of its situation and keeps it out; undo puts it back', async () => {
  const at = { lon: 119.5, lat: 31.5, dimension: 'sensor', kind: 'raised', type: 'smoke' };
  const one = await report('分开甲', { ...at, device: 'part-1' });
  const other = await report('分开乙', { ...at, device: 'part-2' });
  const joined = await queue.untilAlert('they are one situation', (alert) => alert.id === one.id && alert.situation !== null);
  const out = await did({ ...other, version: (await whole(other.id)).alert.version }, 'separate');
  assert.equal(out.situation, null);
  await queue.until('the situation is told without it', () => queue.situations.get(joined.situation!)?.alerts.join() === one.id);
  await feed.report({ id: 'part-again', title: '分开乙', ...at, device: 'part-2' });
  await queue.untilAlert('counted, and still out', (alert) => alert.id === other.id && alert.count === 2 && alert.situation === null);
  const back = await did(out, 'undo');
  assert.equal(back.situation, joined.situation);
  const machine = await did(back, 'undo', { text: 'join' });
  assert.equal(machine.situation, null, 'the machine\'s own decision is taken back by the same key');
});

test('an alert is linked to a case that is open, and taken from it again', async () => {
  const opened = await did(await report('案件来源'), 'case');
  const alert = await report('另一来源');
  assert.equal((await act(operator, alert, 'link_case', { to: 'unknown' })).body.error?.code, 'not_now');
  const linked = await did(alert, 'link_case', { to: opened.case! });
  assert.deepEqual([linked.end, linked.case, linked.case_code], ['case', opened.case, opened.case_code]);
  interface File { case: { state: string }; alerts: { alert: string; opened: boolean; undone_us: string | null }[]; broken: null }
  const file = (): Promise<File> => operator.json<File>(`/api/v1/cases/${opened.case}`);
  const listed = async (): Promise<unknown[]> => (await file()).alerts.map((one) => [one.alert, one.opened, one.undone_us === null]);
  assert.deepEqual(await listed(), [[opened.id, true, true], [alert.id, false, true]]);
  const back = await did(linked, 'undo');
  assert.deepEqual(shape(back), shape(alert));
  const after = await file();
  assert.deepEqual(await listed(), [[opened.id, true, true], [alert.id, false, false]]);
  assert.deepEqual([after.case.state, after.broken], ['ACCEPTED', null], 'the case goes on with its own alert');
});

test('two seats on one alert: one winner, the other is told who, whatever they do', async () => {
  const names = new Map<Person, string>();
  for (const person of [operator, second]) names.set(person, (await person.json<{ user: { name: string } }>('/api/v1/session')).user.name);
  const pairs: [string, Json, string, Json][] = [
    ['acknowledge', {}, 'acknowledge', {}], ['shelve', { minutes: 10, reason: '等' }, 'ignore', { reason: '重复' }], ['case', {}, 'false_alarm', { reason: '误报' }],
  ];
  for (const [mine, more, theirs, theirMore] of pairs) {
    const alert = await report(`争用 ${mine} ${theirs}`);
    const answers = await Promise.all([act(operator, alert, mine, more), act(second, alert, theirs, theirMore)]);
    const won = answers.findIndex((answer) => answer.status === 200);
    const lost = answers[1 - won]!;
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 409], JSON.stringify(answers));
    const winner = [operator, second][won]!;
    assert.deepEqual([lost.body.error?.code, lost.body.by?.name, lost.body.by?.act], ['conflict', names.get(winner), [mine, theirs][won]]);
    assert.deepEqual([lost.body.current?.version, lost.body.current?.state], [alert.version + 1, answers[won]!.body.alert!.state]);
    assert.deepEqual((await whole(alert.id)).acts.map((one) => one.name), [names.get(winner)], 'only one of them is on record');
  }
});

test('a step that two people tick is the first one\'s; unticked and ticked again, all is in the history', async () => {
  const alert = await report('仓库起火', { type: 'fire', dimension: 'public_security' });
  const step = (await whole(alert.id)).checklist.steps[0]!.id;
  const at = async (): Promise<unknown[]> => {
    const one = (await whole(alert.id)).checklist.steps[0]!;
    return [one.done, one.by];
  };
  const tick = async (person: Person, done_: boolean): Promise<void> => assert.equal((await act(person, alert, 'check', { step, done: done_ })).status, 200) as undefined;
  await tick(second, true);
  const first = (await at())[1];
  await tick(operator, true);
  assert.deepEqual(await at(), [true, first]);
  await tick(operator, false);
  assert.deepEqual(await at(), [false, null]);
  await tick(operator, true);
  assert.deepEqual(await at(), [true, '值班员']);
  const { acts, alert: now } = await whole(alert.id);
  assert.deepEqual(acts.map((one) => [one.act, one.step, one.done]).reverse(), [['check', step, true], ['check', step, true], ['check', step, false], ['check', step, true]]);
  assert.equal(now.version, alert.version, 'ticks are nobody\'s conflict');
});

test('warnings: three colours by cell with their numbers; a person confirms red', async () => {
  interface Cell { area: string; colour: string; confirmed_by: { name: string; colour: string } | null; categories: { dimension: string; type: string; count: number; windows: number; expected: number; p: number; colour: string }[] }
  const now = new Date();
  const today = Math.floor((now.getTime() / 1000 - now.getTimezoneOffset() * 60) / 86_400);
  const [red, yellow, green] = [cells[3]!, cells[4]!, cells[5]!];
  const counts: [string, number][] = [[red, 7], [yellow, 5], [green, 2]];
  const rows = counts.flatMap(([cell, count]) => [
    `('${cell}', 'livelihood', 'noise', ${today}, ${count})`,
    ...Array.from({ length: 12 }, (_, week) => `('${cell}', 'livelihood', 'noise', ${today - 7 * (week + 1) - 6}, 1)`),
    `('${cell}', 'petition', 'visit', ${today}, 1)`,
  ]);
  sqlWrite(`INSERT INTO cell_count (area, dimension, type, day, count) VALUES ${rows.join(',')}`);
  const warned = async (person = operator): Promise<Map<string, Cell>> =>
    new Map((await person.json<{ cells: Cell[] }>('/api/v1/warnings')).cells.map((cell) => [cell.area, cell]));
  const found = await warned();
  const poisson = (n: number): number => { // P(X >= n), mean 1
    let sum = 0, term = Math.exp(-1);
    for (let k = 0; k < n; k++, term /= k) sum += term;
    return 1 - sum;
  };
  for (const [[cell, count], colour] of counts.map((one, i) => [one, ['red', 'yellow', 'green'][i]] as const)) {
    const told = found.get(cell)!;
    const noise = told.categories.find((one) => one.type === 'noise')!;
    assert.deepEqual([told.colour, noise.colour, noise.count, noise.windows, noise.expected], [colour, colour, count, 12, 1]);
    assert.ok(Math.abs(noise.p - poisson(count)) < 1e-9, `${noise.p} ${poisson(count)}`);
    assert.equal(told.confirmed_by, null);
  }
  const confirm = async (person: Person, cell: string, body: Json = {}): Promise<number> => (await person.request('POST', `/api/v1/warnings/${cell}/confirm`, body)).status;
  const leader = await Person.login(stack, 'leader');
  const elsewhere = await personFor(stack, 'seat-cell', 'operator', green);
  assert.deepEqual([await confirm(leader, red), await confirm(elsewhere, red), await confirm(operator, red, { colour: 'blue' })], [403, 403, 400]);
  assert.deepEqual([...(await warned(elsewhere)).keys()], [green], 'who is limited to a cell is told of it alone');
  assert.equal(await confirm(operator, red, { colour: 'red' }), 200);
  const confirmed = (await warned()).get(red)!;
  assert.deepEqual([confirmed.confirmed_by?.name, (await warned()).get(yellow)!.confirmed_by], ['值班员', null]);
  assert.equal(sql(`SELECT COUNT(*) FROM audit WHERE action = 'warning.confirm' AND object = '${red}'`), '1');
  sqlWrite(`UPDATE cell_count SET count = 1 WHERE area = '${red}' AND day = ${today}`);
  assert.deepEqual([(await warned()).get(red)!.colour, (await warned()).get(red)!.confirmed_by], ['green', null], 'what was confirmed was red');
});

test('what was set aside is listed, retried and dropped over REST too', async () => {
  interface Poison { id: string; event: string | null; reason: string }
  const list = async (): Promise<Poison[]> => (await admin.json<{ poison: Poison[] }>('/api/v1/poison')).poison;
  refuse(stack.path('townwall.db'), 'event', "NEW.id LIKE 'bad%'", 'no such luck');
  await feed.report({ id: 'bad-1', type: 'noise', title: '搁下一' }, { id: 'bad-2', type: 'noise', title: '搁下二', lon: 99, lat: 31 });
  const [one, other] = await until('both are set aside', async () => {
    const found = await list();
    return found.length === 2 && found.sort((a, b) => (a.event ?? '').localeCompare(b.event ?? ''));
  });
  const retry = async (person: Person, id: string): Promise<{ status: number; body: Json }> => {
    const answer = await person.request('POST', `/api/v1/poison/${id}/retry`);
    return { status: answer.status, body: (await answer.json()) as Json };
  };
  assert.equal((await retry(operator, one!.id)).status, 403);
  const still = await retry(admin, one!.id);
  assert.ok(still.status >= 400, 'its reason is still there');
  assert.equal((await list()).length, 2);
  allowAgain(stack.path('townwall.db'), 'event');
  assert.deepEqual(await retry(admin, one!.id), { status: 200, body: { taken: one!.id, known: false } });
  await queue.untilAlert('it is an alert', (alert) => alert.title === '搁下一');
  assert.equal((await retry(admin, one!.id)).status, 404);
  assert.equal((await admin.request('DELETE', `/api/v1/poison/${other!.id}`)).status, 200);
  assert.deepEqual(await list(), []);
  assert.equal(sql("SELECT COUNT(*) FROM event WHERE id LIKE 'bad%'"), '1');
});

test('1447 cameras that go dark at once are one outage, and over when all are back', async () => {
  const all = 1447, town = 'core-switch';
  const tell = async (kind: string, round: string): Promise<void> => {
    for (let from = 0; from < all; from += 500)
      await feed.report(...Array.from({ length: Math.min(500, all - from) }, (_, i) => ({
        id: `${round}-${from + i}`, kind, dimension: 'camera_health', type: 'video_loss', title: `镜头 ${from + i} 视频丢失`, device: `dark-${from + i}`, parent: town,
        lon: 111.84 + ((from + i) % 40) / 1000, lat: 27.89 + Math.floor((from + i) / 40) / 1000,
      })));
  };
  const before = queue.alerts.size;
  await tell('raised', 'dark');
  const outage = await queue.untilAlert('one outage', (one) => one.type === 'network_fault');
  await queue.until('all are counted', () => queue.alerts.get(outage.id)?.count === all - 2);
  await queue.until('nothing else is in the list', () => queue.alerts.size === before + 1);
  assert.equal(sql("SELECT COUNT(*) FROM alert WHERE device LIKE 'dark-%'"), '2', 'two were told before it was one outage');
  assert.equal(sql("SELECT COUNT(*) FROM event WHERE id LIKE 'dark-%' AND alert IS NOT NULL"), String(all));
  await feed.report({ id: 'dark-walk', kind: 'raised', dimension: 'camera_alarm', type: 'intrusion', title: '黑屏中的入侵', device: 'dark-7', parent: town });
  await until('analytics of a dark camera are muted', () => sql("SELECT outcome FROM event WHERE id = 'dark-walk'") === 'inhibited');
  await tell('cleared', 'light');
  const over = await queue.untilAlert('the outage has returned', (one) => one.id === outage.id && one.state === 'returned');
  await queue.untilAlert('what is still there comes up', (one) => one.title === '黑屏中的入侵');
  assert.equal((await did(over, 'acknowledge')).end, 'cleared');
});

test('events are kept as long as they are to be, alerts and decisions longer', async () => {
  const alert = await report('旧事件的警情');
  const long = (Date.now() - 91 * 86_400_000) * 1000, less = (Date.now() - 89 * 86_400_000) * 1000;
  sqlWrite(`UPDATE event SET taken_us = ${long} WHERE alert = '${alert.id}';
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
    INSERT INTO event (source, id, received_us, taken_us, outcome, body) SELECT 'old', 'o' || i, ${long}, ${long}, 'nothing', '{}' FROM n;
    INSERT INTO event (source, id, received_us, taken_us, outcome, body) VALUES ('old', 'younger', ${less}, ${less}, 'nothing', '{}')`);
  const first = pidOf(stack, 'townwalld');
  process.kill(first, 'SIGTERM');
  await until('townwalld runs again', () => (stack.children.get('townwalld')?.pid ?? first) !== first);
  await until('the old ones are gone', () => sql("SELECT COUNT(*) FROM event WHERE source = 'old'") === '1');
  assert.equal(sql("SELECT id FROM event WHERE source = 'old'"), 'younger');
  await until('the server answers', async () => (await operator.request('GET', '/api/v1/session').catch(() => null))?.status === 200);
  const { alert: now, events, decisions } = await operator.json<{ alert: Alert; events: object[]; decisions: object[] }>(`/api/v1/alerts/${alert.id}`);
  assert.deepEqual([now.count, events.length, decisions.length > 0], [1, 0, true]);
});
