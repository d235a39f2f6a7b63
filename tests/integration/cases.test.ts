// Cases in the closed loop through the real server: from a call and from an alert to the archive, who sees and may what, two who click at
// once, the same key twice, the calendar against another program's, words, the topic, and a server that is killed in between.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import chineseDays from 'chinese-days';
import type { Stack } from '../../tools/supervise/stack.ts';
import { act as actOnAlert, Feed, Queue } from '../lib/alerts.ts';
import { checkAudit } from '../lib/audit-check.ts';
import { account, actOn, CaseList, caseTown, detailOf, did, newKey, openCase, type Case } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { textOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';
import { wallctl } from '../lib/wallctl.ts';

let stack: Stack;
let admin: Person;
let operator: Person;
let taker: Person;
let police: Person;
let green: Person;
let verifier: Person;
let supervisor: Person;
let cells: string[];
let town: string;
let closed: Case;

before(async () => {
  stack = await startSmallStack({ cameras: 2 });
  ({ admin, operator, cells, town } = await caseTown(stack, [['police', '派出所'], ['green', '生态办'], ['emergency', '应急办']]));
  taker = await account(admin, 'taker', [['call_taker', town]]);
  police = await account(admin, 'police1', [['department_handler', town]], 'police');
  green = await account(admin, 'green1', [['department_handler', town]], 'green');
  verifier = await account(admin, 'verifier1', [['verifier', town]]);
  supervisor = await account(admin, 'supervisor1', [['supervisor', town]]);
});
after(() => endStack(stack));

const form = (title: string, more = {}): Record<string, unknown> => ({ channel: 'hotline', title, area: cells[0], ...more });
const triage = { form: { category: 'livelihood', grade: 'annoyance' } };

test('a call becomes a case, is worked by two departments, verified by another person, archived', async () => {
  const list = await CaseList.open(operator);
  let file = await openCase(taker, form('楼上装修噪音', { colour: 'yellow', text: '夜里十点还在施工', reporter: { name: '张小明', phone: '13812345678' } }));
  await list.until('it is in the operator\'s list', () => list.cases.get(file.id)?.state === 'ACCEPTED');
  assert.equal(file.due_timer, 'delivery');
  assert.equal(file.colour, 'yellow', 'a case carries its colour');
  file = await did(operator, file, 'triage', { form: { ...triage.form, colour: 'red' } });
  await list.until('in red', () => list.cases.get(file.id)?.colour === 'red');
  file = await did(operator, file, 'dispatch', { lead: 'police', co: ['green'], item: '劝停施工', standard: '当天' });
  assert.deepEqual([file.state, file.lead, file.departments.sort()], ['DISPATCHED', 'police', ['green', 'police']]);
  const seen = await detailOf(police, file.id);
  assert.equal(seen.case.colour, 'red');
  assert.deepEqual([seen.acts.includes('take'), seen.acts.includes('dispatch')], [true, false]);
  assert.match(seen.reporter?.phone ?? '', /^138\*+5678$/);
  for (const who of [police, green]) file = await did(who, file, 'take');
  for (const who of [police, green]) file = await did(who, file, 'feedback', { text: '已劝停，承诺晚八点后不施工' });
  file = await did(operator, file, 'review', { result: 'pass' });
  assert.equal((await actOn(operator, file, 'verify', { result: 'satisfied' })).body.error?.code, 'no_right');
  file = await did(verifier, file, 'verify', { result: 'satisfied', text: '来电人表示满意' });
  assert.deepEqual([file.state, file.satisfaction], ['CLOSED', 'satisfied']);
  await list.until('it has left the list', () => !list.cases.has(file.id));
  file = await did(operator, file, 'archive');
  await list.until('that a closed one changed is told too', () => list.versions.get(file.id) === file.version);
  const whole = await detailOf(operator, file.id);
  assert.equal(whole.broken, null);
  assert.deepEqual(whole.log.map((one) => one.action),
    ['open', 'triage', 'dispatch', 'take', 'take', 'feedback', 'feedback', 'review', 'verify', 'archive']);
  assert.ok(!JSON.stringify(whole.log).includes('13812345678') && !JSON.stringify(whole.log).includes('张小明'), 'no person in the record');
  assert.ok(whole.orders.every((one) => one.seen_us), 'the departments have seen their orders');
  list.close();
  closed = file;
});

test('its record, exported, is checked by wallctl and by a stranger; what ended it was signed then; a changed or shortened one is found', async () => {
  const key = wallctl(stack, ['audit', 'key']).trim();
  const signed = textOf(stack.path('townwall.db'), `SELECT seq FROM chain_head WHERE chain = 'case/${closed.id}' ORDER BY seq`).split('\n');
  assert.deepEqual(signed, ['9', '10'], 'verify and archive ended it');
  const answer = await operator.request('GET', `/api/v1/cases/${closed.code}/record`);
  assert.match(answer.headers.get('content-disposition') ?? '', new RegExp(`${closed.code}\\.record\\.txt`));
  const text = await answer.text();
  const found = checkAudit(Buffer.from(text), key);
  assert.deepEqual([found.records, found.heads, found.signedTo], [10, 2, 10]);
  const file = stack.path('case.txt');
  const check = (content: string): void => {
    writeFileSync(file, content);
    wallctl(stack, ['audit', 'verify', file, '--key', key]);
  };
  check(text);
  const lines = text.split('\n');
  const tampered = [text.replace('劝停施工', '劝停'), lines.filter((line) => !line.includes('"seq":4,')).join('\n'), text.replace(`case ${closed.id}`, 'case other'), `${lines.slice(0, -3).join('\n')}\n`,
    [...lines.slice(0, 3), `from 3 ${lines[5]!.split(' ')[1]}`, ...lines.slice(6)].join('\n')]; // begins later
  for (const bad of tampered) {
    assert.notEqual(bad, text);
    assert.throws(() => check(bad), /audit verify/);
    assert.throws(() => checkAudit(Buffer.from(bad), key));
  }
  assert.equal((await green.request('GET', `/api/v1/cases/${(await openCase(taker, form('未派单'))).id}/record`)).status, 404, 'only who sees the case');
});

test('an alert becomes a case whose form is filled; what is near is told', async () => {
  const feed = new Feed(stack, 'sensors');
  const queue = await Queue.open(operator);
  await feed.report({ id: 's1', type: 'fire', dimension: 'livelihood', title: '老街烟感报警', lon: 120.5, lat: 30.5, text: '二楼烟雾' } as never);
  const alert = await queue.untilAlert('老街烟感报警', (one) => one.title === '老街烟感报警');
  const draft = await operator.json<{ form: { title: string; category: string; grade: string }; lead: { id: string; known: boolean }; workflow: string; similar: unknown[] }>(
    `/api/v1/cases/draft?alert=${alert.id}`);
  assert.deepEqual([draft.form.title, draft.form.category, draft.lead.id, draft.lead.known, draft.workflow, draft.similar.length],
    ['老街烟感报警', 'work_safety', 'emergency', true, 'default', 0]);
  assert.equal((await actOnAlert(operator, alert, 'case', { form: { grade: 'no such' } })).status, 400);
  assert.equal((await actOnAlert(operator, alert, 'case', { form: { reporter: { phone: '12' } } })).status, 400);
  const { body } = await actOnAlert(operator, alert, 'case', { form: { ...draft.form, title: '老街二楼冒烟', reporter: { name: '钱小楼', phone: '13612345678' } } });
  const file = await detailOf(operator, body.alert!.case!);
  assert.equal(file.reporter?.phone, '136****5678', 'who reported is called back');
  assert.ok(!JSON.stringify(file.log).includes('钱小楼'), 'no person in the record');
  assert.deepEqual([file.case.state, file.case.title, file.alerts.map((one) => one.alert)], ['ACCEPTED', '老街二楼冒烟', [alert.id]]);
  const { count, cases } = await operator.json<{ count: number; cases: { id: string; distance_m: number }[] }>('/api/v1/cases/similar?lon=120.5002&lat=30.5');
  assert.deepEqual([count, cases[0]?.id], [1, file.case.id]);
  assert.ok(cases[0]!.distance_m > 15 && cases[0]!.distance_m < 25);
  assert.equal((await operator.json<{ count: number }>('/api/v1/cases/similar?lon=120.51&lat=30.5')).count, 0);
  queue.close();
});

test('a case of a call is offered to an alert beside it, and no more once it is over', async () => {
  const feed = new Feed(stack, 'street');
  const queue = await Queue.open(operator);
  const place = { lon: 121.25, lat: 31.25 };
  const file = await openCase(operator, { channel: 'hotline', title: '夜市噪音', dimension: 'livelihood', type: 'noise', ...place });
  await feed.report({ id: 'beside', type: 'noise', title: '广场音响扰民', ...place });
  const offered = await queue.untilAlert('it is offered the case', (one) => one.title === '广场音响扰民' && one.suggestion?.case === file.id);
  assert.equal(offered.suggestion?.code, file.code);
  await did(supervisor, file, 'terminate', { text: '当事人撤回' });
  await queue.untilAlert('it is not offered any more', (one) => one.id === offered.id && one.suggestion === null);
  queue.close();
});

test('two who click at once: one is told who was faster; a retry changes nothing', async () => {
  const key = newKey();
  const file = await openCase(taker, form('路灯不亮'), key);
  assert.equal((await openCase(taker, form('路灯不亮'), key)).id, file.id, 'one case for one key');
  const both = await Promise.all([actOn(operator, file, 'triage', triage), actOn(operator, file, 'triage', triage)]);
  const [won, lost] = both[0]!.status === 200 ? both : both.toReversed();
  assert.deepEqual([won!.status, lost!.status, lost!.body.error?.code, lost!.body.by?.act], [200, 409, 'conflict', 'triage']);
  assert.equal(lost!.body.current?.version, won!.body.case?.version);
  const again = newKey();
  const first = await actOn(operator, won!.body.case!, 'dispatch', { lead: 'police', key: again });
  const second = await actOn(operator, won!.body.case!, 'dispatch', { lead: 'police', key: again });
  assert.deepEqual([first.status, second.status, second.body.seq], [200, 200, first.body.seq]);
  assert.equal((await detailOf(operator, file.id)).orders.length, 1);
});

test('a complaint about a department never goes there and is not seen there', async () => {
  let file = await openCase(taker, form('投诉派出所态度', { about: 'police', reporter: { name: '李四', phone: '13912345678' } }));
  file = await did(operator, file, 'triage', triage);
  assert.equal((await actOn(operator, file, 'dispatch', { lead: 'police' })).body.error?.code, 'conflict_of_interest');
  assert.equal((await actOn(operator, file, 'dispatch', { lead: 'green', co: ['police'] })).body.error?.code, 'conflict_of_interest');
  file = await did(operator, file, 'dispatch', { lead: 'green' });
  assert.equal((await police.request('GET', `/api/v1/cases/${file.id}`)).status, 404);
  assert.equal((await detailOf(green, file.id)).reporter, null, 'nor is the reporter named to who acts on it');
  const chief = await account(admin, 'chief', [['supervisor', town]], 'police');
  assert.equal((await detailOf(chief, file.id)).reporter, null, 'nor to who supervises from there');
  assert.equal((await detailOf(supervisor, file.id)).reporter?.phone, '139****5678');
  const leader = await account(admin, 'leader1', [['leader', town]]);
  assert.deepEqual([(await detailOf(leader, file.id)).reporter?.name, (await detailOf(leader, file.id)).reporter?.phone], [null, null]);
});

test('everybody sees and finds what concerns them, by words of one and two characters', async () => {
  const file = await openCase(taker, form('井盖破损', { text: '石桥路口' }));
  const other = await openCase(operator, form('井盖丢失'));
  const found = async (who: Person, query: string): Promise<string[]> =>
    (await who.json<{ cases: Case[] }>(`/api/v1/cases?${query}`)).cases.map((one) => one.id);
  assert.deepEqual(await found(operator, `q=${encodeURIComponent('井盖')}`), [other.id, file.id]);
  assert.deepEqual(await found(operator, `q=${encodeURIComponent('桥')}`), [file.id]);
  assert.deepEqual(await found(taker, `q=${encodeURIComponent('井盖')}`), [file.id]);
  assert.deepEqual(await found(police, `q=${encodeURIComponent('井盖')}`), []);
  await did(operator, { id: file.id, version: -1 }, 'comment', { text: '市政已备件' });
  assert.deepEqual(await found(operator, `q=${encodeURIComponent('备件')}`), [file.id]);
  assert.deepEqual(await found(operator, `area=${cells[0]!.slice(0, 12)}&state=ACCEPTED&limit=1`), [other.id]);
  assert.equal((await police.request('GET', `/api/v1/cases/${file.id}`)).status, 404);
  assert.equal((await police.request('POST', '/api/v1/cases', { key: newKey(), form: form('x') })).status, 403);
  const { states } = await operator.json<{ states: { state: string; open: number }[] }>('/api/v1/case-board');
  assert.ok(states.some((one) => one.state === 'ACCEPTED' && one.open >= 2));
});

test('a pause is asked by one and granted by another', async () => {
  let file = await openCase(taker, form('围墙倾斜'));
  file = await did(operator, file, 'dispatch', { lead: 'green' });
  file = await did(green, file, 'take');
  file = await did(green, file, 'ask_pause', { reason: 'appraisal', text: '等房屋鉴定' });
  const { asks } = await detailOf(supervisor, file.id);
  const waiting = async (): Promise<string[]> => (await supervisor.json<{ cases: Case[] }>('/api/v1/cases?list=asked')).cases.map(({ id }) => id);
  assert.deepEqual(await waiting(), [file.id], 'it is found by who rules on it');
  assert.equal((await actOn(green, file, 'grant', { to: asks[0]!.id })).status, 403);
  file = await did(supervisor, file, 'grant', { to: asks[0]!.id });
  assert.deepEqual([file.state, file.due_us, await waiting()], ['SUSPENDED', null, []]);
  file = await did(green, file, 'resume');
  assert.equal(file.state, 'WORKING');
  assert.ok(file.due_us);
});

test('what was merged is told with who reported it, and comes back where it was', async () => {
  const first = await openCase(operator, form('厨房冒烟', { channel: 'sensor' }));
  let call = await openCase(taker, form('隔壁有焦味', { reporter: { name: '周大明', phone: '13712345678' } }));
  call = await did(operator, call, 'merge', { to: first.code, text: '同一处' });
  assert.equal(call.state, 'MERGED');
  const both = await detailOf(verifier, first.id).catch(() => null);
  assert.equal(both, null, 'nothing to verify yet');
  assert.deepEqual((await detailOf(supervisor, first.id)).merged.map(({ id, reporter }) => [id, reporter?.phone]), [[call.id, '137****5678']]);
  assert.equal((await did(operator, call, 'unmerge')).state, 'ACCEPTED');
  assert.deepEqual((await detailOf(operator, first.id)).merged, []);
});

test('a meeting has its resolutions, each open until it is done; every act is on the audit log with the hash of its record', async () => {
  let file = await openCase(taker, form('占道经营'));
  file = await did(operator, file, 'meet', { kind: 'weekend', time_us: String(Date.now() * 1000), place: '村委会', people: '村干部、商户' });
  const { meetings } = await detailOf(operator, file.id);
  file = await did(operator, file, 'resolve', { meeting: meetings[0]!.id, text: '划定摊位', due_us: String((Date.now() + 86_400_000) * 1000) });
  const open = async (): Promise<boolean> => (await operator.json<{ cases: Case[] }>('/api/v1/cases?list=items')).cases.some(({ id }) => id === file.id);
  const { items } = await detailOf(operator, file.id);
  assert.ok(await open());
  file = await did(operator, file, 'resolve_done', { to: items[0]!.id, text: '已划线' });
  assert.equal(await open(), false);
  const auditor = await Person.login(stack, 'security');
  const { records } = await auditor.json<{ records: { login: string; action: string; details: { seq: number; hash: string } }[] }>(`/api/v1/audit?object=${file.code}`);
  assert.deepEqual(records.map(({ login, action, details }) => [login, action, details.seq]).toReversed(), [['taker', 'case.open', 1], ['operator', 'case.meet', 2], ['operator', 'case.resolve', 3], ['operator', 'case.resolve_done', 4]]);
  assert.ok(records.every(({ details }) => /^[0-9a-f]{64}$/.test(details.hash)));
});

test('bad acts are refused with their place', async () => {
  const file = await openCase(taker, form('噪声'));
  const places = async (act: string, more: object): Promise<string[] | undefined> =>
    (await actOn(operator, file, act, more as never)).body.error?.fields?.map((one) => one.path);
  assert.deepEqual(await places('dance', {}), ['act']);
  assert.deepEqual(await places('comment', {}), ['text']);
  assert.deepEqual(await places('triage', { form: { category: 'none', lon: 1 } }), ['form.category', 'form.lon']);
  assert.deepEqual(await places('dispatch', { lead: 'police', more: 1 }), ['more']);
  assert.deepEqual(await places('dispatch', { lead: 'a b' }), ['lead']);
  assert.deepEqual(await places('comment', { text: 'x', key: 'short' }), ['key']);
  assert.equal((await actOn(operator, file, 'archive')).body.error?.code, 'not_now');
  assert.equal((await operator.request('POST', '/api/v1/cases', { key: newKey(), form: { title: '' } })).status, 400);
});

test('numbers have numerator, denominator and rule, and open the cases behind them', async () => {
  interface Indicator { id: string; numerator: number; denominator: number; percent: string | null; rule: { zh: string } }
  const { indicators } = await supervisor.json<{ indicators: Indicator[] }>('/api/v1/case-indicators');
  const of = (id: string): Indicator => indicators.find((one) => one.id === id)!;
  assert.deepEqual([of('satisfied').numerator, of('satisfied').denominator, of('satisfied').percent], [1, 1, null]);
  assert.ok(of('closed').denominator > of('closed').numerator && of('closed').rule.zh);
  for (const { id, numerator, denominator } of indicators) {
    for (const [part, count] of [['numerator', numerator], ['denominator', denominator]] as const) {
      const { cases } = await supervisor.json<{ cases: Case[] }>(`/api/v1/case-indicators/${id}/cases?part=${part}&limit=200`);
      assert.ok(cases.length <= count && (count === 0) === (cases.length === 0), `${id} ${part}: ${cases.length} cases for ${count}`);
    }
  }
  assert.equal((await taker.request('GET', '/api/v1/case-indicators')).status, 403);
  // times from ten on, and only of those that were taken
  const before = of('response') as Indicator & { times: unknown };
  for (let i = 0; i < 11; i++) {
    let file = await openCase(taker, form(`路面坑洼 ${i}`));
    file = await did(operator, file, 'triage', triage);
    file = await did(operator, file, 'dispatch', { lead: 'police' });
    if (i < 10) await did(police, file, 'take');
  }
  const { indicators: then } = await supervisor.json<{ indicators: (Indicator & { times?: { p50_min: number; p90_min: number } | null })[] }>('/api/v1/case-indicators');
  const response = then.find(({ id }) => id === 'response')!;
  assert.deepEqual([response.numerator - before.numerator, response.denominator - before.denominator], [10, 11]);
  assert.deepEqual(response.times, { p50_min: 1, p90_min: 1 }, 'minutes that were begun');
  assert.ok(then.every(({ id, times }) => (times !== undefined) === (id === 'response')));
  assert.equal(then.find(({ id }) => id === 'performed')!.denominator, 0);
  const { indicators: elsewhere } = await supervisor.json<{ indicators: Indicator[] }>('/api/v1/case-indicators?area=999999');
  assert.ok(elsewhere.every((one) => one.denominator === 0));
  const { findings } = await operator.json<{ findings: { kind: string }[] }>('/api/v1/case-quality');
  assert.ok(findings.some((one) => one.kind === 'incomplete'));
  const named = await openCase(taker, form('请回电', { text: '住户电话 138 1234 5678' }));
  const told = (await operator.json<{ findings: { kind: string; case: string }[] }>('/api/v1/case-quality')).findings;
  assert.deepEqual(told.filter((one) => one.kind === 'person_in_text').map((one) => one.case), [named.id]);
});

test('a killed server has every act that was answered, and timers go on', async () => {
  let file = await openCase(taker, form('停电抢修'));
  file = await did(operator, file, 'triage', triage);
  const asked = Array.from({ length: 30 }, (_, i) => actOn(operator, file, 'comment', { text: `第 ${i} 次备注` }));
  const answered = (await Promise.allSettled([...asked.slice(0, 20), (async () => {
    await asked[0];
    process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  })(), ...asked.slice(20)])).filter((one) => one.status === 'fulfilled' && one.value && one.value.status === 200).length;
  const whole = await until('the server is back', () => detailOf(operator, file.id).catch(() => null));
  const comments = whole.log.filter((one) => one.action === 'comment').length;
  assert.ok(comments >= answered, `${comments} on record, ${answered} answered`);
  assert.equal(whole.broken, null);
  assert.deepEqual(whole.timers.map((one) => [one.timer, one.state]), [['delivery', 'running']]);
  assert.equal((await did(operator, whole.case, 'dispatch', { lead: 'police' })).state, 'DISPATCHED');
});

for (const failpoint of ['cases.row', 'cases.log', 'cases.write', 'cases.committed'])
  test(`a server that ends itself at ${failpoint} has the act once or not at all, and once after the retry`, async () => {
    let file = await openCase(taker, form(`断电 ${failpoint}`));
    file = await did(operator, file, 'triage', triage);
    const { program } = stack.children.get('townwalld')!;
    const usual = program.env;
    const restart = async (): Promise<void> => {
      const pid = pidOf(stack, 'townwalld');
      await until('it has ended', () => stack.children.get('townwalld')?.pid !== pid || undefined);
      await until('it answers', () => detailOf(operator, file.id).catch(() => null));
    };
    program.env = { ...usual, TW_FAILPOINT: `${failpoint}:1` };
    process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
    await restart();
    program.env = usual;
    const key = newKey();
    const ended = restart();
    await assert.rejects(actOn(operator, file, 'dispatch', { lead: 'police', key }));
    await ended;
    const between = await detailOf(operator, file.id);
    const there = between.log.filter((one) => one.action === 'dispatch').length;
    assert.deepEqual([between.orders.length, between.case.version - 2, between.broken], [there, there, null], 'whole or not at all');
    assert.equal(there, failpoint === 'cases.committed' ? 1 : 0);
    assert.equal((await actOn(operator, file, 'dispatch', { lead: 'police', key })).status, 200);
    const after = await detailOf(operator, file.id);
    assert.deepEqual([after.orders.length, after.case.state, after.log.length], [1, 'DISPATCHED', 3]);
  });

test('every day of the calendar is what another program says', async () => {
  for (const year of [2025, 2026]) {
    const { known, off, work } = await operator.json<{ known: boolean; off: string[]; work: string[] }>(`/api/v1/case-calendar?year=${year}`);
    assert.ok(known);
    for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86_400_000) {
      const text = new Date(day).toISOString().slice(0, 10);
      const weekday = new Date(day).getUTCDay();
      const ours = work.includes(text) || (!off.includes(text) && weekday !== 0 && weekday !== 6);
      assert.equal(ours, chineseDays.isWorkday(text), text);
    }
  }
  assert.equal((await operator.json<{ known: boolean }>('/api/v1/case-calendar?year=2027')).known, false);
});

test('the shipped rules fit their schemas', () => {
  const config = resolve(import.meta.dirname, '../../config');
  const read = (file: string): object => JSON.parse(readFileSync(resolve(config, file), 'utf8')) as object;
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false });
  const workflow = ajv.compile(read('workflow.schema.json')), routing = ajv.compile(read('routing.schema.json'));
  for (const file of readdirSync(resolve(config, 'workflows'))) assert.ok(workflow(read(`workflows/${file}`)), `${file}: ${ajv.errorsText(workflow.errors)}`);
  assert.ok(routing(read('routing.json')), ajv.errorsText(routing.errors));
  assert.equal(workflow({ ...read('workflows/default.json'), surprise: 1 }), false);
});

test('workflows tell who may what in which state', async () => {
  const { workflows } = await operator.json<{ workflows: { id: string; table: { state: string; act: string; roles: string[] }[] }[] }>('/api/v1/case-workflows');
  assert.deepEqual(workflows.map((one) => one.id), ['default', 'four_orders', 'whistle', 'three_lists', 'mediation']);
  for (const { id, table } of workflows) {
    const handlers = new Set(table.filter((one) => ['take', 'feedback', 'attempt', 'spot'].includes(one.act)).flatMap((one) => one.roles));
    const verifiers = table.filter((one) => one.act === 'verify').flatMap((one) => one.roles);
    assert.ok(verifiers.length > 0 && verifiers.every((role) => !handlers.has(role)), id);
  }
});
