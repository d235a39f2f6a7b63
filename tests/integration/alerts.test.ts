// From an event to what people see and do: HTTP, Redis, correlator, store, topic, acts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { act, Feed, personFor, Queue, type Alert, type Counts, type Situation } from '../lib/alerts.ts';
import { Person, type Json } from '../lib/client.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let operator: Person;
let leader: Person;
let feed: Feed;

before(async () => {
  stack = await startSmallStack({ cameras: 4 });
  operator = await Person.login(stack, 'operator');
  leader = await Person.login(stack, 'leader');
  feed = new Feed(stack, 'hotline');
});
after(() => stopStack(stack));

const titled = (title: string) => (alert: Alert): boolean => alert.title === title;

test('an event by HTTP is an alert on the WebSocket, with its reason', async () => {
  const queue = await Queue.open(operator);
  await feed.report({ id: 'e1', type: 'noise', title: '广场噪音扰民', address: '清溪镇' });
  const alert = await queue.untilAlert('the alert', titled('广场噪音扰民'));
  assert.equal(alert.state, 'unacknowledged');
  assert.equal(alert.count, 1);
  assert.equal(alert.version, 1);
  assert.ok(alert.reason?.zh && alert.reason.en);
  const whole = await operator.json<{ alert: Alert; events: { id: string }[]; decisions: { kind: string; zh: string; en: string; inputs: object; rules: string }[]; sources: object }>(`/api/v1/alerts/${alert.id}`);
  assert.deepEqual(whole.events.map((event) => event.id), ['e1']);
  const made = whole.decisions.find((decision) => decision.kind === 'alert');
  const { features } = await operator.json<{ features: { properties: { code: string; name: string; name_en: string } }[] }>('/api/v1/areas');
  const { name, name_en: english } = features.find(({ properties }) => properties.code === alert.area)!.properties;
  assert.ok(made);
  assert.ok(made.zh.includes(`区域 ${name}（${alert.area}）`), made?.zh);
  assert.ok(made.en.includes(`area ${english} (${alert.area})`), made.en);
  assert.deepEqual(whole.sources, { hotline: { zh: 'hotline', en: 'hotline' } });
  assert.ok(made.zh && made.rules.length === 64 && Object.keys(made.inputs).length > 0);
  queue.close();
});

test('the same event again changes nothing, one like it is counted', async () => {
  const queue = await Queue.open(operator);
  const item = { id: 'd1', type: 'smoke', title: '烟感报警', dimension: 'sensor', kind: 'raised', device: 'smoke-7' };
  await feed.report(item, item);
  await feed.report(item);
  const alert = await queue.untilAlert('the alert', titled('烟感报警'));
  await feed.report({ ...item, id: 'd2' });
  const counted = await queue.untilAlert('the second one', (one) => one.id === alert.id && one.count === 2);
  assert.equal(counted.version, alert.version, 'counting is nobody\'s change');
  const { events } = await operator.json<{ events: { id: string }[] }>(`/api/v1/alerts/${alert.id}`);
  assert.deepEqual(events.map((event) => event.id), ['d1', 'd2']);
  queue.close();
});

test('what is only seen again is told in few bytes, the list equals the store, also after a resume', async () => {
  const gone = await operator.connect();
  gone.send({ t: 'sub', topic: 'alerts' });
  const start = await gone.message((message) => message['t'] === 'snapshot' && message['topic'] === 'alerts');
  const queue = await Queue.open(operator);
  const raised = (round: number) => Array.from({ length: 6 }, (_, i) =>
    ({ id: `n${round}-${i}`, type: 'smoke', title: `楼道烟感 ${i}`, dimension: 'sensor', kind: 'raised', device: `stairs-${i}`, lon: 116.9 + Math.floor(i / 3) / 10, lat: 35.9 }));
  await feed.report(...raised(0));
  await queue.until('all are there', () => [...queue.alerts.values()].filter((one) => one.title.startsWith('楼道烟感')).length === 6);
  await queue.until('and grouped', () => [...queue.situations.values()].filter((one) => one.title.startsWith('楼道烟感')).length === 2);
  const from = queue.wall.messages.length;
  const [before] = [...queue.situations.values()].filter((one) => one.title.startsWith('楼道烟感'));
  gone.close();
  for (let round = 1; round <= 5; round++) await feed.report(...raised(round));
  const mine = (): Alert[] => [...queue.alerts.values()].filter((one) => one.title.startsWith('楼道烟感'));
  await queue.until('all are counted', () => mine().every((one) => one.count === 6));
  const since = queue.wall.messages.slice(from).filter((message) => message['topic'] === 'alerts').map((message) => message['data'] as { set: Alert[]; situations: Situation[]; counts?: Counts });
  assert.ok(since.some((data) => data.counts));
  assert.deepEqual(since.flatMap((data) => data.set).filter((one) => one.title.startsWith('楼道烟感')), [], 'no alert is told whole again');
  assert.deepEqual(since.flatMap((data) => data.situations), []);
  const stored = await operator.json<{ situation: Situation; alerts: Alert[] }>(`/api/v1/situations/${before!.id}`);
  assert.ok(before && BigInt(stored.situation.last_us) > 0n);
  await queue.until('the situation was seen again', () => queue.situations.get(before.id)?.last_us === stored.situation.last_us);
  assert.equal(stored.situation.version, before.version);
  const told = (one: Alert): object => ({ ...one, by: null });
  for (const one of stored.alerts) assert.deepEqual(told(queue.alerts.get(one.id)!), told(one));
  const again = await Queue.resume(operator, start['id'] as string, start['data'] as Json);
  await again.until('the resumed list is the same', () => again.alerts.size === queue.alerts.size && [...queue.alerts.values()].every((one) => again.alerts.get(one.id)?.last_us === one.last_us));
  assert.equal(again.snapshots, 0, 'the missed deltas are enough');
  for (const one of queue.alerts.values()) assert.deepEqual(again.alerts.get(one.id), one);
  assert.deepEqual([...again.situations.values()].map((one) => one.id).sort(), [...queue.situations.keys()].sort());
  queue.close();
  again.close();
});

test('two seats race: one wins, the other is told who', async () => {
  const one = await Queue.open(operator), two = await Queue.open(operator);
  await feed.report({ id: 'r1', type: 'theft', title: '电动车被盗' });
  const alert = await one.untilAlert('the alert', titled('电动车被盗'));
  const answers = await Promise.all([act(operator, alert, 'acknowledge'), act(operator, alert, 'false_alarm', { reason: '重复来电' })]);
  const won = answers.find((answer) => answer.status === 200), lost = answers.find((answer) => answer.status === 409);
  assert.ok(won && lost, JSON.stringify(answers));
  assert.equal(lost.body.error?.code, 'conflict');
  assert.equal(lost.body.by?.name, '值班员');
  assert.equal(lost.body.current?.version, alert.version + 1);
  for (const queue of [one, two])
    await queue.until('both seats see it', () => {
      const now = queue.alerts.get(alert.id);
      return !now || now.state === 'acknowledged';
    });
  one.close();
  two.close();
});

test('an act is undone by one key', async () => {
  const queue = await Queue.open(operator);
  await feed.report({ id: 'u1', type: 'noise', title: '夜间施工噪音' });
  let alert = await queue.untilAlert('the alert', titled('夜间施工噪音'));
  const ended = await act(operator, alert, 'ignore', { reason: '已由物业处理' });
  assert.equal(ended.status, 200);
  assert.equal(ended.body.alert?.end, 'ignored');
  await queue.until('it leaves the list', () => !queue.alerts.has(alert.id));
  const named = await act(operator, ended.body.alert!, 'undo', { text: 'ignore' });
  assert.equal(named.body.error?.code, 'bad_act', 'by name only what the machine decided');
  const back = await act(operator, ended.body.alert!, 'undo');
  assert.equal(back.status, 200, JSON.stringify(back.body));
  assert.equal(back.body.alert?.state, 'unacknowledged');
  assert.equal(back.body.alert?.ended_us, null);
  alert = await queue.untilAlert('it is back', titled('夜间施工噪音'));
  assert.equal((await act(operator, alert, 'undo')).body.error?.code, 'not_now', 'nothing is left to undo');
  queue.close();
});

test('everybody takes back what they did, and nothing that others did since', async () => {
  const queue = await Queue.open(operator);
  const other = await personFor(stack, 'second-operator', 'operator', '');
  await feed.report({ id: 'u2', type: 'noise', title: '凌晨装卸噪音' });
  const alert = await queue.untilAlert('the alert', titled('凌晨装卸噪音'));
  const mine = await act(operator, alert, 'acknowledge');
  const theirs = await act(other, mine.body.alert!, 'shelve', { minutes: 30, reason: '等物业' });
  assert.ok(mine.body.act_id && theirs.body.act_id && mine.body.act_id !== theirs.body.act_id);
  // neither by naming the own one, nor with the version of now
  const named = (person: Person, to: string) => person.request('POST', `/api/v1/alerts/${alert.id}/acts`, { act: 'undo', to });
  for (const refused of [await named(operator, mine.body.act_id), (await operator.request('POST', `/api/v1/alerts/${alert.id}/acts`, { act: 'undo', version: theirs.body.alert!.version }))]) {
    assert.equal(refused.status, 409);
    const { error, by, current } = (await refused.json()) as { error: { code: string }; by: Alert['by']; current: Alert };
    assert.deepEqual([error.code, by?.name, by?.act, current.state], ['conflict', 'second-operator', 'shelve', 'shelved']);
  }
  // the other one's own, by name alone; then one's own is the newest again
  const back = (await (await named(other, theirs.body.act_id)).json()) as { alert: Alert };
  assert.equal(back.alert.state, 'acknowledged');
  assert.equal((await named(other, theirs.body.act_id)).status, 409, 'once');
  assert.equal(((await (await named(operator, mine.body.act_id)).json()) as { alert: Alert }).alert.state, 'unacknowledged');
  const { acts } = await operator.json<{ acts: { act: string; text: string; to: string }[] }>(`/api/v1/alerts/${alert.id}`);
  assert.deepEqual(acts.slice(0, 2).map(({ act: what, text, to }) => [what, text, to]), [['undo', 'acknowledge', mine.body.act_id], ['undo', 'shelve', theirs.body.act_id]]);
  queue.close();
});

test('an alert that was put into a case is taken out of it again', async () => {
  const queue = await Queue.open(operator);
  await feed.report({ id: 'l1', type: 'neighbour', title: '楼道堆物纠纷', dimension: 'dispute' }, { id: 'l2', type: 'neighbour', title: '楼道堆物再报', dimension: 'dispute' });
  const opened = await act(operator, await queue.untilAlert('the first', titled('楼道堆物纠纷')), 'case');
  const linked = await act(operator, await queue.untilAlert('the second', titled('楼道堆物再报')), 'link_case', { to: opened.body.alert!.case });
  assert.equal(linked.body.alert?.case_code, opened.body.alert!.case_code, JSON.stringify(linked.body));
  const back = await act(operator, linked.body.alert!, 'undo', { to: linked.body.act_id });
  assert.equal(back.status, 200, JSON.stringify(back.body));
  assert.deepEqual([back.body.alert?.case, back.body.alert?.end], [null, null]);
  const file = await operator.json<{ case: { state: string } }>(`/api/v1/cases/${opened.body.alert!.case}`);
  assert.equal(file.case.state, 'ACCEPTED');
  queue.close();
});

test('a case is opened once, and taken back', async () => {
  const queue = await Queue.open(operator);
  await feed.report({ id: 'c1', type: 'neighbour', title: '邻里漏水纠纷', dimension: 'dispute' });
  const alert = await queue.untilAlert('the alert', titled('邻里漏水纠纷'));
  const answers = await Promise.all([act(operator, alert, 'case'), act(operator, alert, 'case')]);
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 409]);
  const opened = answers.find((answer) => answer.status === 200)!.body.alert!;
  assert.match(opened.case_code ?? '', /^\d{4}-\d{4}$/);
  assert.equal(opened.end, 'case');
  const { case: file, log, broken } = await operator.json<{ case: { code: string; state: string }; log: object[]; broken: null }>(`/api/v1/cases/${opened.case}`);
  assert.equal(file.code, opened.case_code);
  assert.equal(file.state, 'ACCEPTED');
  assert.equal(log.length, 1);
  assert.equal(broken, null);
  const back = await act(operator, opened, 'undo');
  assert.equal(back.status, 200, JSON.stringify(back.body));
  assert.equal(back.body.alert?.case, null);
  assert.equal(back.body.alert?.case_code, null);
  const later = await operator.json<{ case: { state: string } }>(`/api/v1/cases/${opened.case}`);
  assert.equal(later.case.state, 'TERMINATED');
  const again = await act(operator, back.body.alert!, 'case');
  assert.equal(again.status, 200);
  assert.notEqual(again.body.alert?.case_code, opened.case_code, 'a number is never given twice');
  queue.close();
});

test('what a fault muted comes up when the fault is over and it is still there', async () => {
  const queue = await Queue.open(operator);
  const tell = (id: string, kind: string, dimension: string, type: string, device: string): Promise<void> =>
    feed.report({ id, kind, dimension, type, device, title: `${device} ${type}`, lon: 117.5, lat: 36.2 });
  await tell('m1', 'raised', 'camera_health', 'video_loss', 'dark-1');
  const fault = await queue.untilAlert('the fault', titled('dark-1 video_loss'));
  await tell('m2', 'raised', 'camera_alarm', 'intrusion', 'dark-1');
  await tell('m3', 'raised', 'camera_alarm', 'climbing', 'dark-1');
  await tell('m4', 'cleared', 'camera_alarm', 'climbing', 'dark-1');
  interface Whole { events: { id: string }[]; decisions: { kind: string; other: string | null; zh: string }[] }
  const whole = (id: string): Promise<Whole> => operator.json<Whole>(`/api/v1/alerts/${id}`);
  await until('both are muted, one is over', async () =>
    (await whole(fault.id)).decisions.filter((one) => one.kind === 'inhibited').length >= 2 && (await whole(fault.id)).events.length === 4);
  assert.ok(![...queue.alerts.values()].some((one) => /^dark-1 (intrusion|climbing)/.test(one.title)));
  await tell('m5', 'cleared', 'camera_health', 'video_loss', 'dark-1');
  const risen = await queue.untilAlert('what is still there', titled('dark-1 intrusion'));
  assert.match(risen.reason?.zh ?? '', /故障已结束而情况仍在/);
  assert.deepEqual([risen.count, risen.state], [1, 'unacknowledged']);
  assert.deepEqual((await whole(risen.id)).events.map((one) => one.id), ['m2'], 'its event is its own now');
  assert.ok((await whole(risen.id)).decisions.some((one) => one.other === fault.id));
  assert.deepEqual((await whole(fault.id)).events.map((one) => one.id).sort(), ['m1', 'm3', 'm4', 'm5']);
  assert.ok(![...queue.alerts.values()].some(titled('dark-1 climbing')));
  queue.close();
});

test('a new case is offered to what is open already, and withdrawn when it is taken back', async () => {
  const queue = await Queue.open(operator);
  const place = { type: 'noise', lon: 118.31, lat: 35.21 };
  await feed.report({ id: 'o1', title: '厂房噪音甲', reporter: 'a1', ...place }, { id: 'o2', title: '厂房噪音乙', reporter: 'b2', ...place, lon: 118.3103 });
  const first = await queue.untilAlert('the first', titled('厂房噪音甲'));
  const second = await queue.untilAlert('the second', titled('厂房噪音乙'));
  assert.equal(second.suggestion, null);
  const opened = await act(operator, first, 'case');
  assert.equal(opened.status, 200);
  const code = opened.body.alert!.case_code!;
  const offered = await queue.untilAlert('the offer', (one) => one.id === second.id && one.suggestion !== null);
  assert.deepEqual([offered.suggestion!.case, offered.suggestion!.code, offered.version], [opened.body.alert!.case, code, second.version]);
  assert.match(offered.suggestion!.zh, new RegExp(code));
  assert.equal((await act(operator, opened.body.alert!, 'undo')).status, 200);
  await queue.untilAlert('it is withdrawn', (one) => one.id === second.id && one.suggestion === null);
  queue.close();
});

test('a case of an exercise is offered to no real alert', async () => {
  const queue = await Queue.open(operator);
  const place = { type: 'noise', lon: 118.41, lat: 35.11 };
  await feed.report({ id: 'x1', title: '演练噪音', marks: ['exercise'], reporter: 'a1', ...place });
  const trial = await queue.untilAlert('the exercise', titled('演练噪音'));
  const opened = await act(operator, trial, 'case');
  assert.equal(opened.status, 200);
  await feed.report({ id: 'x2', title: '真实噪音', reporter: 'b2', ...place });
  const real = await queue.untilAlert('the real one', titled('真实噪音'));
  assert.deepEqual([real.suggestion, real.nearby], [null, 0]);
  // nor is anything real put into it, but another of the exercise is
  const to = opened.body.alert!.case!;
  assert.equal((await act(operator, real, 'link_case', { to })).status, 409);
  await feed.report({ id: 'x3', title: '演练噪音二', marks: ['exercise'], reporter: 'c3', ...place, lon: 118.4104 });
  const before = await queue.untilAlert('the second of the exercise', titled('演练噪音二'));
  // which case is one of an exercise is known to a server that was started meanwhile
  const old = pidOf(stack, 'townwalld');
  process.kill(old, 'SIGKILL');
  await until('it answers again', async () => stack.children.get('townwalld')?.pid !== old && (await stack.get('/healthz')).status === 200);
  const again = await Queue.open(operator);
  assert.equal((await act(operator, real, 'link_case', { to })).status, 409);
  const second = await again.untilAlert('the second of the exercise', titled('演练噪音二'));
  const linked = await act(operator, second, 'link_case', { to });
  assert.deepEqual([linked.status, linked.body.alert?.case], [200, to]);
  for (const one of [linked, opened]) assert.equal((await act(operator, one.body.alert!, 'undo')).status, 200);
  assert.equal(before.id, second.id);
  again.close();
  queue.close();
});

test('the history is found by words of one and two characters, and by filters', async () => {
  const queue = await Queue.open(operator);
  await feed.report({ id: 's1', type: 'noise', title: '老槐树下广场舞', text: '音响声大', priority: 3 });
  const alert = await queue.untilAlert('the alert', titled('老槐树下广场舞'));
  const found = async (query: string): Promise<string[]> =>
    (await operator.json<{ alerts: Alert[] }>(`/api/v1/alerts?limit=200&${query}`)).alerts.map((one) => one.id);
  for (const word of ['槐', '音响', '老槐树', '广场舞 声大', 'nois'])
    assert.ok((await found(`q=${encodeURIComponent(word)}`)).includes(alert.id), word);
  assert.ok(!(await found(`q=${encodeURIComponent('槐花')}`)).includes(alert.id));
  assert.deepEqual(await found(`q=${encodeURIComponent('!')}`), []);
  assert.ok((await found('state=open&type=noise&source=hotline')).includes(alert.id));
  assert.ok(!(await found('dimension=traffic')).includes(alert.id));
  const first = await operator.json<{ alerts: Alert[]; next: string }>('/api/v1/alerts?limit=1');
  const second = await operator.json<{ alerts: Alert[] }>(`/api/v1/alerts?limit=1&before=${first.next}`);
  assert.ok(second.alerts[0]!.id < first.alerts[0]!.id);
  queue.close();
});

test('who may only see may not act; who may neither gets nothing', async () => {
  const queue = await Queue.open(leader);
  await feed.report({ id: 'p1', type: 'noise', title: '装修噪音' });
  const alert = await queue.untilAlert('the alert', titled('装修噪音'));
  assert.equal((await act(leader, alert, 'acknowledge')).status, 403);
  queue.close();
  const grid = await Person.login(stack, 'grid');
  assert.equal((await grid.request('GET', '/api/v1/alerts')).status, 403);
});

test('acts that are not complete are refused by field', async () => {
  const queue = await Queue.open(operator);
  await feed.report({ id: 'b1', type: 'noise', title: '卡拉OK噪音' });
  const alert = await queue.untilAlert('the alert', titled('卡拉OK噪音'));
  const answer = await operator.request('POST', `/api/v1/alerts/${alert.id}/acts`, { act: 'shelve' });
  assert.equal(answer.status, 400);
  const { error } = (await answer.json()) as { error: { fields: { path: string }[] } };
  assert.deepEqual(error.fields.map((field) => field.path).sort(), ['minutes', 'reason', 'version']);
  const shelved = await act(operator, alert, 'shelve', { minutes: 30, reason: '等物业' });
  assert.equal(shelved.body.alert?.state, 'shelved');
  assert.ok(shelved.body.alert?.shelved_until_us);
  const comment = await act(operator, alert, 'comment', { text: '已电话联系' });
  assert.equal(comment.status, 200, 'a comment needs no version');
  const { acts } = await operator.json<{ acts: { act: string; text: string | null; name: string }[] }>(`/api/v1/alerts/${alert.id}`);
  assert.deepEqual(acts.map((one) => one.act), ['comment', 'shelve']);
  assert.equal(acts[0]?.text, '已电话联系');
  queue.close();
});

test('what cannot be read is set aside with its reason, retried and dropped', async () => {
  const add = (text: string): void => {
    execFileSync('redis-cli', ['-s', stack.path('redis.sock'), 'XADD', 'tw:events', '*', 'event', text]);
  };
  add('{"source":"x"');
  const wallctl = (...words: string[]): string =>
    execFileSync(stack.wallctl[0]!, [...stack.wallctl.slice(1), ...words, '--json'], { encoding: 'utf8' });
  const listed = await until('it is set aside', () => {
    const { poison } = JSON.parse(wallctl('poison', 'list')) as { poison: { id: string; reason: string; body: string }[] };
    return poison.find((one) => one.body === '{"source":"x"');
  });
  assert.ok(listed.reason.length > 3);
  assert.throws(() => wallctl('poison', 'retry', listed.id));
  wallctl('poison', 'drop', listed.id);
  assert.equal((JSON.parse(wallctl('poison', 'list')) as { poison: object[] }).poison.length, 0);
});

test('who is limited to an area sees and handles what is there, and what has no place', async () => {
  const { features } = await operator.json<{ features: { properties: { code: string; level: string; lon?: number }; geometry: { coordinates: number[][][] } }[] }>('/api/v1/areas');
  const cells = features.filter((one) => one.properties.level === 'cell');
  const [mine, other] = [cells[0]!.properties.code, cells.at(-1)!.properties.code];
  const limited = await personFor(stack, 'cell-operator', 'operator', mine);
  const queue = await Queue.open(limited);
  await feed.report(
    { id: 'a1', type: 'noise', title: '本格噪音', area: mine }, { id: 'a2', type: 'noise', title: '外格噪音', area: other },
    { id: 'a3', type: 'theft', title: '地点不明' },
  );
  const own = await queue.untilAlert('the own one', titled('本格噪音'));
  await queue.untilAlert('the one without a place', titled('地点不明'));
  assert.equal([...queue.alerts.values()].filter((one) => one.area !== null && one.area !== mine).length, 0);
  const all = await Queue.open(operator);
  const foreign = await all.untilAlert('the other one', titled('外格噪音'));
  assert.equal((await limited.request('GET', `/api/v1/alerts/${foreign.id}`)).status, 404);
  assert.equal((await act(limited, foreign, 'acknowledge')).status, 403);
  assert.ok(!(await limited.json<{ alerts: Alert[] }>('/api/v1/alerts?limit=200')).alerts.some((one) => one.id === foreign.id));
  assert.equal((await act(limited, own, 'acknowledge')).status, 200);
  for (const one of [queue, all]) one.close();
});

/** Two points some metres apart, the first in a cell, the second in another one beside it. */
function acrossBorder(cells: { properties: { code: string }; geometry: { coordinates: number[][][] } }[]): { code: string; here: number[]; there: number[] } {
  const holds = (ring: number[][], [x, y]: number[]): boolean => ring.reduce((inside, [x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length]!;
    return (y1! > y!) !== (y2! > y!) && x! < ((x2! - x1!) * (y! - y1!)) / (y2! - y1!) + x1! ? !inside : inside;
  }, false);
  const cellAt = (point: number[]): string | undefined => cells.find((cell) => holds(cell.geometry.coordinates[0]!, point))?.properties.code;
  for (const { properties: { code }, geometry } of cells)
    for (const [i, [x1, y1]] of geometry.coordinates[0]!.slice(0, -1).entries()) {
      const [x2, y2] = geometry.coordinates[0]![i + 1]!, length = Math.hypot(x2! - x1!, y2! - y1!);
      const at = (side: number): number[] => [(x1! + x2!) / 2 - ((y2! - y1!) / length) * side * 1e-4, (y1! + y2!) / 2 + ((x2! - x1!) / length) * side * 1e-4];
      for (const [here, there] of [[at(1), at(-1)], [at(-1), at(1)]] as const)
        if (cellAt(here) === code && cellAt(there) !== undefined && cellAt(there) !== code) return { code, here, there };
    }
  throw new Error('no two cells lie beside each other');
}

test('who is limited to an area is told no case, and no decision, of another one', async () => {
  const { features } = await operator.json<{ features: { properties: { code: string; level: string }; geometry: { coordinates: number[][][] } }[] }>('/api/v1/areas');
  const { code, here, there } = acrossBorder(features.filter((one) => one.properties.level === 'cell'));
  const limited = await personFor(stack, 'border-operator', 'operator', code);
  const queue = await Queue.open(operator);
  await feed.report({ id: 'border-1', type: 'noise', title: '界外噪音', lon: there[0], lat: there[1], reporter: 'n1' });
  const foreign = await queue.untilAlert('the one over there', titled('界外噪音'));
  const opened = await act(operator, foreign, 'case');
  assert.equal((await act(operator, opened.body.alert!, 'undo')).status, 200, 'closed lately');
  await feed.report({ id: 'border-2', type: 'noise', title: '界内噪音', lon: here[0], lat: here[1], reporter: 'n2' });
  const own = await queue.untilAlert('the one here', titled('界内噪音'));
  assert.deepEqual([own.area, own.situation !== null], [code, true]);
  interface Told { recent: { cases: { code: string }[] }; decisions: { alert: string | null; other: string | null }[] }
  const told = async (person: Person): Promise<[number, number]> => {
    const { recent } = await person.json<Told>(`/api/v1/alerts/${own.id}`);
    const { decisions } = await person.json<Told>(`/api/v1/situations/${own.situation}`);
    return [recent.cases.length, decisions.filter((one) => one.alert === foreign.id).length];
  };
  assert.deepEqual(await told(operator), [1, 1]);
  assert.deepEqual(await told(limited), [0, 0]);
  queue.close();
});

test('checklists of a type are ticked and kept in the history', async () => {
  const queue = await Queue.open(operator);
  await feed.report({ id: 'k1', type: 'fire', title: '仓库冒烟' });
  const alert = await queue.untilAlert('the alert', titled('仓库冒烟'));
  assert.equal(alert.priority, 1);
  interface Whole { checklist: { zh: string; steps: { id: string; zh: string; done: boolean; by: string | null }[]; call: { phone?: string }[] }; acts: { act: string; step: string; done: boolean }[] }
  const whole = (): Promise<Whole> => operator.json<Whole>(`/api/v1/alerts/${alert.id}`);
  const { checklist } = await whole();
  assert.ok(checklist.steps.length > 3 && checklist.call.some((one) => one.phone === '119'));
  const step = checklist.steps[1]!.id;
  assert.equal((await act(operator, alert, 'check', { step, done: true })).status, 200);
  const ticked = await whole();
  assert.deepEqual([ticked.checklist.steps[1]!.done, ticked.checklist.steps[1]!.by], [true, '值班员']);
  assert.deepEqual([ticked.acts[0]!.act, ticked.acts[0]!.step, ticked.acts[0]!.done], ['check', step, true]);
  assert.equal((await act(operator, alert, 'check', { step, done: false })).status, 200);
  assert.equal((await whole()).checklist.steps[1]!.done, false);
  queue.close();
});

test('rules and checklists change with their files; a wrong one leaves the old in force', async () => {
  const admin = await Person.login(stack, 'admin');
  interface Rules { text: string; digest: string; origin: string; version: number; file_fault: string | null }
  const rules = (): Promise<Rules> => admin.json<Rules>('/api/v1/rules');
  const first = await rules();
  assert.equal(first.origin, 'built-in');
  writeFileSync(stack.path('rules.json'), first.text.replace('"name": "default"', '"name": "of the town"'));
  const second = await until('the file holds', async () => {
    const now = await rules();
    return now.origin === 'file' && now;
  });
  assert.notEqual(second.digest, first.digest);
  writeFileSync(stack.path('rules.json'), '{"name": 5}');
  const third = await until('the fault is told', async () => {
    const now = await rules();
    return now.file_fault ? now : null;
  });
  assert.equal(third.digest, second.digest);
  writeFileSync(stack.path('checklists.json'), JSON.stringify({ checklists: [{ types: ['noise'], zh: '噪音', en: 'Noise', steps: [{ id: 'go', zh: '到场劝阻', en: 'Go there' }] }] }));
  const queue = await Queue.open(operator);
  await feed.report({ id: 'k2', type: 'noise', title: '鞭炮噪音' });
  const alert = await queue.untilAlert('the alert', titled('鞭炮噪音'));
  await until('the new checklist holds', async () =>
    (await operator.json<{ checklist: { zh: string } | null }>(`/api/v1/alerts/${alert.id}`)).checklist?.zh === '噪音');
  const made = (await operator.json<{ decisions: { kind: string; rules: string }[] }>(`/api/v1/alerts/${alert.id}`)).decisions.find((one) => one.kind === 'alert');
  assert.equal(made?.rules, second.digest, 'a decision names the rules it was made by');
  queue.close();
});

test('a flood is told to the seat; exercises do not count', async () => {
  const queue = await Queue.open(operator);
  const { user } = await operator.json<{ user: { id: string } }>('/api/v1/session');
  const before = await queue.until('the load is told', () => queue.flood[user.id]);
  const drills = Array.from({ length: 5 }, (_, i) => ({ id: `x${i}`, type: 'noise', title: `演练 ${i}`, marks: ['exercise'], lon: 123 + i, lat: 31 }));
  await feed.report(...drills);
  const drill = await queue.untilAlert('an exercise', titled('演练 4'));
  assert.equal(drill.exercise, true);
  const real = Array.from({ length: 12 }, (_, i) => ({ id: `f${i}`, type: 'noise', title: `真实 ${i}`, lon: 100 + i, lat: 31 }));
  // a row of the queue counts once, however many see the same
  const together = Array.from({ length: 4 }, (_, i) => ({ id: `t${i}`, type: 'noise', title: `同一处 ${i}`, lon: 99 + i * 0.0004, lat: 31 }));
  await feed.report(...together, ...real);
  const { situation } = await queue.untilAlert('the last of them', titled('同一处 3'));
  assert.ok(situation);
  const flood = await queue.until('the flood is told', () => (queue.flood[user.id]?.per_10min ?? 0) >= before.per_10min + 13 && queue.flood[user.id]);
  assert.equal(flood.in_flood, true);
  assert.equal(flood.per_10min, before.per_10min + 13);
  const load = await operator.json<{ seats: { user: string; in_flood: boolean }[]; alerts_10min: number }>('/api/v1/alert-load');
  assert.equal(load.seats.find((seat) => seat.user === user.id)?.in_flood, true);
  interface Slot { begin_us: string; reports: number; alerts: number; seats: { user: string; alerts: number; seconds: number; flood_seconds: number }[] }
  const recorded = (slots: Slot[], key: 'alerts' | 'seconds' | 'flood_seconds'): number =>
    slots.flatMap((slot) => slot.seats).filter((seat) => seat.user === user.id).reduce((sum, seat) => sum + seat[key], 0);
  const history = await until('the flood is on record', async () => {
    const { slots } = await operator.json<{ slots: Slot[] }>('/api/v1/alert-load/history?hours=1');
    return recorded(slots, 'flood_seconds') >= 2 && slots;
  });
  assert.ok(recorded(history, 'alerts') >= 13 && recorded(history, 'alerts') <= flood.per_10min);
  assert.ok(recorded(history, 'seconds') >= recorded(history, 'flood_seconds'));
  assert.ok(history.every((slot) => BigInt(slot.begin_us) % 600_000_000n === 0n));
  assert.ok(history.reduce((sum, slot) => sum + slot.reports, 0) > history.reduce((sum, slot) => sum + slot.alerts, 0), 'reports are more than alerts');
  const heat = await operator.json<{ points: [number, number, number][] }>('/api/v1/alert-heat?hours=1');
  assert.ok(heat.points.some(([lon]) => Math.round(lon) === 111) && !heat.points.some(([lon]) => Math.round(lon) === 127));
  const flooded = async (): Promise<string | undefined> => /^townwall_alerts_flooded_seats (\d+)/m.exec(await (await fetch(`${stack.url}/metrics`)).text())?.[1];
  assert.equal(await flooded(), '1');
  queue.close();
  await until('who has gone is no seat in a flood', async () => (await flooded()) === '0');
});

test('the nearest working cameras, and those that would be nearer but do not work', async () => {
  const { cameras: all } = await operator.json<{ cameras: { id: string; lon: number; lat: number }[] }>('/api/v1/cameras');
  const queue = await Queue.open(operator);
  await feed.report({ id: 'near', type: 'theft', title: '摄像机旁被盗', lon: all[0]!.lon, lat: all[0]!.lat });
  const alert = await queue.untilAlert('the alert', titled('摄像机旁被盗'));
  const { cameras } = await until('the cameras play', async () => {
    const near = await operator.json<{ cameras: { id: string; distance_m: number }[]; reach_m: number }>(`/api/v1/alerts/${alert.id}/cameras?count=4`);
    return near.cameras.length === 4 && near;
  });
  // a place that no camera sees has none, however many there are elsewhere
  await feed.report({ id: 'far', type: 'theft', title: '外地被盗', lon: 118.41, lat: 35.11 });
  const away = await queue.untilAlert('the one far away', titled('外地被盗'));
  assert.deepEqual(await operator.json(`/api/v1/alerts/${away.id}/cameras?count=4`), { cameras: [], skipped: [], reach_m: 3000 });
  assert.ok(cameras.some((camera) => camera.id === all[0]!.id && camera.distance_m === 0));
  // the one that stands there falls: another takes its place, and it is told what is missing
  const admin = await Person.login(stack, 'admin');
  const whole = await admin.json<Record<string, unknown>>(`/api/v1/cameras/${all[0]!.id}`);
  const change = async (with_: object): Promise<void> => {
    const now = await admin.json<Record<string, unknown>>(`/api/v1/cameras/${all[0]!.id}`);
    assert.equal((await admin.request('PUT', `/api/v1/cameras/${all[0]!.id}`, { ...now, ...with_ })).status, 200);
  };
  await change({ url: 'file:///nowhere', sub_url: '' });
  await until('it is passed over', async () => {
    const near = await operator.json<{ cameras: { id: string }[]; skipped: { id: string }[] }>(`/api/v1/alerts/${alert.id}/cameras?count=4`);
    return near.skipped.some(({ id }) => id === all[0]!.id) && near.cameras.length === 3 && near.cameras.every(({ id }) => id !== all[0]!.id);
  });
  await change({ url: whole['url'], sub_url: whole['sub_url'] ?? '' });
  queue.close();
});
