// Nobody can lose or bury a case: what is asked twice with other words is told, every open state has a clock, pauses end, limits follow the
// grade, orders follow the place, whoever has to do something sees the case, and a complaint stays away from whom it is about.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, actOn, caseTown, detailOf, did, newKey, openCase, type Case, type Detail } from '../lib/cases.ts';
import { Person, type Json } from '../lib/client.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let operator: Person;
let taker: Person;
let police: Person;
let justice: Person;
let supervisor: Person;
let verifier: Person;
let admin: Person;
let cells: string[];
const grid: Record<'here' | 'there', Person> = {} as never;

before(async () => {
  stack = await startSmallStack({ cameras: 12, env: { townwalld: { TZ: '<+08>-8' } } });
  const made = await caseTown(stack, [['police', '派出所'], ['justice', '司法所']]);
  ({ admin, operator, cells } = made);
  taker = await account(admin, 'taker', [['call_taker', made.town]]);
  police = await account(admin, 'police1', [['department_handler', made.town]], 'police');
  justice = await account(admin, 'justice1', [['department_handler', made.town]], 'justice');
  supervisor = await account(admin, 'supervisor1', [['supervisor', made.town]]);
  verifier = await account(admin, 'verifier1', [['verifier', made.town]]);
  for (const [side, cell] of [['here', cells[0]!], ['there', cells[1]!]] as const) grid[side] = await account(admin, `grid-${side}`, [['grid_worker', cell]]);
});
after(() => endStack(stack));

const fresh = (title: string, more: Json = {}): Promise<Case> => openCase(taker, { channel: 'hotline', title, area: cells[0]!, ...more });
const opened = (key: string, form: Json, person = taker): Promise<Response> => person.request('POST', '/api/v1/cases', { key, form });
const code = async (answer: Response): Promise<[number, string | undefined]> => [answer.status, ((await answer.json()) as { error?: { code: string } }).error?.code];
const refusal = async (person: Person, file: { id: string; version: number }, act: string, more: Json = {}): Promise<string | undefined> => (await actOn(person, file, act, more)).body.error?.code;
/** Limits that run, but those of orders. */
const running = ({ timers }: Detail): string[] => timers.filter(({ state, order }) => state === 'running' && !order).map(({ timer }) => timer);
const bells = async (person: Person, id: string): Promise<string[]> => (await person.json<{ notifications: { kind: string; case: string }[] }>('/api/v1/notifications')).notifications.filter((one) => one.case === id).map(({ kind }) => kind);

test('a key that was used for other words is told, with the case that it made; nothing is thrown away', async () => {
  const key = newKey();
  const form = { channel: 'hotline', title: '停水', text: '一楼停水', area: cells[0]! };
  assert.equal((await opened(key, form)).status, 201);
  assert.equal((await opened(key, form)).status, 200);
  const other = await opened(key, { ...form, text: '一楼停水。二楼有人被困' });
  const body = (await other.json()) as { error: { code: string }; current: Case };
  assert.deepEqual([other.status, body.error.code], [409, 'key_used']);
  const file = (await detailOf(taker, body.current.id)).case;
  assert.equal(file.text, '一楼停水');
  const again = newKey();
  await did(operator, file, 'comment', { text: '已电话核实', key: again });
  await did(operator, { id: file.id, version: -1 }, 'comment', { text: '已电话核实', key: again });
  assert.equal(await refusal(operator, file, 'comment', { text: '另一句', key: again }), 'key_used');
  assert.equal(await refusal(operator, file, 'urge', { key: again }), 'key_used');
});

test('a title of blanks and an area that there is not are refused where they stand', async () => {
  const place = async (form: Json): Promise<unknown> => ((await (await opened(newKey(), form, operator)).json()) as { error: { fields: { path: string }[] } }).error.fields.map(({ path }) => path);
  assert.deepEqual(await place({ title: ' 　\t' }), ['form.title']);
  assert.deepEqual(await place({ title: '无处', area: '999999999' }), ['form.area']);
  const file = await fresh('路灯');
  assert.equal(await refusal(operator, file, 'edit', { form: { area: '999999999' } }), 'no_area');
});

test('every open state has a clock: given back, to be ruled on, fed back, reopened', async () => {
  let file = await fresh('乱搭建');
  file = await did(operator, file, 'dispatch', { lead: 'police', co: ['justice'] });
  file = await did(police, file, 'return', { text: '不属本所' });
  assert.deepEqual([file.state, running(await detailOf(operator, file.id))], ['RETURNED', ['delivery']]);
  file = await did(justice, file, 'take'); // who helps goes on
  assert.equal(file.state, 'RETURNED');
  // who helped until now becomes the lead
  file = await did(operator, file, 'dispatch', { lead: 'justice' });
  assert.deepEqual([file.state, file.lead, file.departments], ['DISPATCHED', 'justice', ['justice']]);
  file = await did(justice, file, 'return', { text: '不属本所' });
  assert.deepEqual([file.state, running(await detailOf(operator, file.id))], ['RULING', ['delivery']]);
  file = await did(supervisor, file, 'dispatch', { lead: 'police', co: ['justice'] });
  file = await did(police, file, 'take');
  file = await did(justice, file, 'take');
  file = await did(justice, file, 'feedback', { text: '已协助' });
  file = await did(police, file, 'feedback', { text: '已拆除' });
  assert.deepEqual([file.state, running(await detailOf(operator, file.id))], ['FEEDBACK', ['review']]);
  file = await did(operator, file, 'review', { result: 'pass' });
  file = await did(verifier, file, 'verify', { result: 'dissatisfied', text: '又搭起来了' });
  assert.deepEqual([file.state, running(await detailOf(operator, file.id))], ['REOPENED', ['delivery']]);
});

test('who handled it neither passes nor verifies it, nor does anybody of that department', async () => {
  const both = await account(admin, 'both1', [['department_handler', ''], ['supervisor', ''], ['verifier', '']], 'police');
  const colleague = await account(admin, 'colleague1', [['verifier', '']], 'police');
  let file = await did(operator, await fresh('树枝压线'), 'dispatch', { lead: 'police' });
  file = await did(both, file, 'take');
  file = await did(both, file, 'feedback', { text: '已修剪' });
  assert.equal(await refusal(both, file, 'review', { result: 'pass' }), 'reviewer_is_handler');
  file = await did(operator, file, 'review', { result: 'pass' });
  for (const person of [both, colleague]) assert.equal(await refusal(person, file, 'verify', { result: 'satisfied' }), 'verifier_is_handler');
  assert.equal((await did(verifier, file, 'verify', { result: 'satisfied' })).state, 'CLOSED');
});

test('no order goes to a department that is disabled, nor one that was due yesterday', async () => {
  assert.equal((await admin.request('POST', '/api/v1/departments', { id: 'closed', name: '撤并站所' })).status, 201);
  const { departments } = await admin.json<{ departments: { id: string; version: number }[] }>('/api/v1/departments');
  const { version } = departments.find(({ id }) => id === 'closed')!;
  assert.equal((await admin.request('PUT', '/api/v1/departments/closed', { version, enabled: false })).status, 200);
  const file = await fresh('占用盲道');
  assert.equal(await refusal(operator, file, 'dispatch', { lead: 'closed' }), 'no_department');
  assert.equal(await refusal(operator, file, 'dispatch', { lead: 'police', due_us: String((Date.now() - 86_400_000) * 1000) }), 'past');
  assert.equal(await refusal(operator, file, 'resolve', { text: '巡查', due_us: '1000' }), 'past');
});

test('a page that asks by itself with nobody there is no delivery', async () => {
  const file = await did(operator, await fresh('占道施工'), 'dispatch', { lead: 'justice' });
  const seen = async (): Promise<string | null> => (await detailOf(operator, file.id)).orders[0]!.seen_us;
  await justice.json(`/api/v1/cases/${file.id}?glance=1`);
  assert.equal(await seen(), null);
  await justice.json(`/api/v1/cases/${file.id}`);
  await until('it is seen', seen);
});

test('a pause that was granted until a time ends by itself then, on record and told', async () => {
  let file = await fresh('等待鉴定');
  file = await did(operator, file, 'dispatch', { lead: 'police' });
  file = await did(police, file, 'take');
  const untilUs = BigInt(Date.now() + 3000) * 1000n;
  file = await did(police, file, 'ask_pause', { reason: 'appraisal', until_us: String(untilUs) });
  const { asks } = await detailOf(operator, file.id);
  file = await did(supervisor, file, 'grant', { to: asks[0]!.id });
  assert.equal(file.state, 'SUSPENDED');
  const now = await until('it goes on', async () => {
    const detail = await detailOf(operator, file.id);
    return detail.case.state === 'WORKING' && detail;
  });
  const resumed = now.log.at(-1)!;
  assert.equal(resumed.action, 'resume');
  assert.ok(now.timers.some(({ timer, state }) => timer === 'work' && state === 'running'));
  await until('the department is told', async () => (await bells(police, file.id)).includes('resumed'));
  assert.equal(now.broken, null);
});

test('another grade has its limits at once, from the same beginning', async () => {
  let file = await fresh('房屋开裂', { grade: 'concern' });
  file = await did(operator, file, 'dispatch', { lead: 'police' });
  const due = async (timer: string): Promise<bigint> => BigInt((await detailOf(operator, file.id)).timers.find((one) => one.timer === timer && one.state === 'running')!.due_us!);
  const [take, work] = [await due('take'), await due('work')];
  file = await did(operator, file, 'edit', { form: { grade: 'urgent' }, text: '墙体继续倾斜' });
  const { orders } = await detailOf(operator, file.id);
  assert.equal(await due('take'), BigInt((orders[0] as unknown as { sent_us: string }).sent_us) + 600_000_000n);
  assert.ok((await due('take')) < take && (await due('work')) < work);
  file = await did(operator, file, 'edit', { form: { grade: 'concern' }, text: '已加固' });
  assert.deepEqual([await due('take'), await due('work')], [take, work]);
});

test('the order of the grid goes with the place: withdrawn there, told and due here', async () => {
  let file = await fresh('井盖缺失');
  file = await did(operator, file, 'dispatch', { lead: 'grid' });
  await until('the first cell is told', async () => (await bells(grid.here, file.id)).includes('order'));
  file = await did(operator, file, 'edit', { form: { area: cells[1]! }, text: '地点更正' });
  await until('the other cell is told', async () => (await bells(grid.there, file.id)).includes('order'));
  await until('the first one too', async () => (await bells(grid.here, file.id)).includes('withdrawn'));
  const { orders } = await detailOf(operator, file.id);
  assert.deepEqual(orders.map(({ state }) => state).sort(), ['SENT', 'WITHDRAWN']);
  assert.equal((await did(grid.there, file, 'take')).state, 'WORKING');
});

test('who is to do what a meeting decided sees the case, and tells that it is done', async () => {
  let file = await fresh('集市占道');
  file = await did(operator, file, 'dispatch', { lead: 'justice' });
  assert.equal((await police.request('GET', `/api/v1/cases/${file.id}`)).status, 404);
  file = await did(operator, file, 'meet', { kind: 'hearing', time_us: String(Date.now() * 1000), place: '会议室', people: '商户代表' });
  const { meetings } = await detailOf(operator, file.id);
  const dueUs = String((Date.now() + 86_400_000) * 1000);
  assert.equal(await refusal(operator, file, 'resolve', { meeting: meetings[0]!.id, department: 'nowhere', text: '巡查', due_us: dueUs }), 'no_department');
  file = await did(operator, file, 'resolve', { meeting: meetings[0]!.id, department: 'police', text: '每日巡查', due_us: dueUs });
  const { items } = await detailOf(police, file.id);
  assert.ok((await police.json<{ cases: Case[] }>('/api/v1/cases?list=items')).cases.some(({ id }) => id === file.id));
  await did(police, file, 'resolve_done', { to: items[0]!.id, text: '已排班' });
  assert.equal(await refusal(police, file, 'take'), 'no_order');
});

test('a complaint is merged with none but one about the same department, and nothing of it is given to that department', async () => {
  const plain = await did(operator, await fresh('路面破损'), 'dispatch', { lead: 'police' });
  const complaint = await fresh('投诉民警不作为', { about: 'police' });
  assert.equal(await refusal(operator, complaint, 'merge', { to: plain.id }), 'conflict_of_interest');
  assert.equal(await refusal(operator, plain, 'merge', { to: complaint.id }), 'conflict_of_interest');
  const second = await fresh('再次投诉民警', { about: 'police' });
  await did(operator, second, 'merge', { to: complaint.id });
  const now = (await detailOf(operator, complaint.id)).case;
  assert.equal(await refusal(operator, now, 'edit', { form: { about: null } }), 'has_merged');
  assert.equal(await refusal(supervisor, now, 'card', { colour: 'yellow', department: 'police', text: '限期' }), 'conflict_of_interest');
  const leader = await Person.login(stack, 'leader');
  assert.equal(await refusal(leader, now, 'instruct', { department: 'police', text: '速办' }), 'conflict_of_interest');
  assert.equal(await refusal(operator, now, 'resolve', { department: 'police', text: '整改' }), 'conflict_of_interest');
});

test('a department whose case is merged is told, sees where it went, and is back with it', async () => {
  let file = await did(operator, await fresh('水管爆裂'), 'dispatch', { lead: 'justice' });
  file = await did(justice, file, 'take');
  const into = await fresh('路面积水');
  assert.equal((await justice.request('GET', `/api/v1/cases/${into.id}`)).status, 404);
  file = await did(operator, file, 'merge', { to: into.id });
  await until('it is told', async () => (await bells(justice, file.id)).includes('merged'));
  assert.deepEqual((await detailOf(justice, into.id)).merged.map(({ id }) => id), [file.id]);
  assert.equal(await refusal(justice, file, 'feedback', { text: '已修复' }), 'merged');
  await did(justice, { id: into.id, version: -1 }, 'comment', { text: '已修复' });
  file = await did(operator, file, 'unmerge');
  assert.equal((await justice.request('GET', `/api/v1/cases/${into.id}`)).status, 404);
  assert.equal((await did(justice, file, 'feedback', { text: '已修复' })).state, 'FEEDBACK');
});

test('what the reporter of a complaint said is not read by who is only asked to act', async () => {
  const SAID = '冯举报说电话是 13722223333';
  let file = await fresh('投诉窗口态度', { about: 'police', text: '态度差' });
  await did(taker, { id: file.id, version: -1 }, 'call', { direction: 'in', reached: true, text: SAID });
  await did(taker, { id: file.id, version: -1 }, 'comment', { text: SAID });
  file = await did(operator, file, 'dispatch', { lead: 'justice', text: '请核实窗口监控' });
  const words = JSON.stringify(await detailOf(justice, file.id));
  assert.ok(!words.includes('13722223333') && words.includes('请核实窗口监控'));
  assert.ok(JSON.stringify(await detailOf(operator, file.id)).includes('13722223333'));
});

test('tables to take along tell the town\'s time, whatever the machine\'s zone, and the order\'s own deadline', async () => {
  const file = await did(operator, await fresh('路灯闪烁', { grade: 'concern' }), 'dispatch', { lead: 'police' });
  const answer = await operator.request('POST', '/api/v1/cases/export?list=assigned', { table: 'assigned', format: 'csv', language: 'zh' });
  const [head = '', ...rows] = (await answer.text()).replace(/^\ufeff/, '').trim().split('\r\n');
  const names = head.split(',');
  const cells = rows.find((row) => row.includes(file.code))!.split(',');
  const cell = (name: string): string => cells[names.indexOf(name)]!;
  const china = (us: string): string => new Date(Number(us) / 1000 + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  const { timers } = await detailOf(operator, file.id);
  assert.equal(cell('受理时间').slice(0, 16), china(String((file as unknown as { accepted_us: string }).accepted_us)));
  assert.equal(cell('办理期限').slice(0, 16), china(timers.find(({ timer }) => timer === 'work')!.due_us!));
});

test('who only works on cases knows no other persons than those', async () => {
  const reporter = { name: '欧阳若兰', phone: '13900139007' };
  const complaint = await fresh('投诉派出所', { about: 'police', reporter });
  const mine = await did(operator, await fresh('邻里噪音', { reporter: { name: '司徒静', phone: '13900139008' } }), 'dispatch', { lead: 'justice' });
  const find = async (person: Person, body: Json): Promise<string[]> => ((await (await person.request('POST', '/api/v1/persons/find', body)).json()) as { persons: { id: string }[] }).persons.map(({ id }) => id);
  const [whole] = await find(taker, { phone: reporter.phone });
  assert.ok(whole, 'the desk knows who calls again');
  for (const person of [police, justice, grid.here, verifier]) assert.deepEqual(await find(person, { name: '欧阳' }), []);
  for (const person of [police, justice, grid.here, verifier]) assert.deepEqual(await code(await person.request('POST', `/api/v1/persons/${whole}/reveal`, { reason: '试试看' })), [404, 'not_found']);
  const [theirs] = await find(justice, { name: '司徒' });
  assert.ok(theirs);
  assert.equal((await justice.request('POST', `/api/v1/persons/${theirs}/reveal`, { reason: '上门走访' })).status, 200);
  assert.equal((await police.request('GET', `/api/v1/persons/${theirs}`)).status, 404);
  assert.ok(mine.id && complaint.id);
});

test('persons are let go with whatever end a case has; a hold by its code keeps them, and names what there is', async () => {
  const security = await Person.login(stack, 'security');
  const hold = (kind: string, object: string): Promise<Response> => security.request('POST', '/api/v1/holds', { kind, object, reason: '行政复议' });
  const phone = '13900139009';
  const file = await fresh('重复来访', { reporter: { name: '令狐明', phone } });
  const [person] = ((await (await taker.request('POST', '/api/v1/persons/find', { phone })).json()) as { persons: { id: string }[] }).persons;
  const erase = (): Promise<Response> => admin.request('POST', `/api/v1/persons/${person!.id}/erase`, { reason: '本人要求' });
  assert.deepEqual(await code(await erase()), [409, 'in_use']);
  await did(operator, file, 'refuse', { text: '已由法院受理', remedies: '可申请复核' });
  assert.deepEqual(await code(await hold('case', '2026-9999')), [404, 'no_object']);
  assert.deepEqual(await code(await hold('rocket', '*')), [400, 'invalid_hold']);
  const held = await hold('case', file.code);
  assert.equal(held.status, 201);
  assert.deepEqual(await code(await erase()), [409, 'in_use']);
  const { id } = (await held.json()) as { id: string };
  assert.equal((await security.request('POST', `/api/v1/holds/${id}/lift`, { reason: '复议终结' })).status, 200);
  assert.equal((await erase()).status, 204);
});
