// Every act that a rule refuses, on the real server: its code, and that it left nothing. A code in the source that no test names is a fault.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readdirSync, readFileSync } from 'node:fs';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, actOn, caseTown, detailOf, did, newKey, openCase, type Case } from '../lib/cases.ts';
import type { Json, Person } from '../lib/client.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';

let stack: Stack;
let operator: Person;
let taker: Person;
let police: Person;
let both: Person; // handles for the green department, verifies and rules: so much as one person may never do to one case
let supervisor: Person;
let verifier: Person;
let deputy: Person;
let cell: string;

before(async () => {
  stack = await startSmallStack({ cameras: 2 });
  const made = await caseTown(stack, [['police', '派出所'], ['green', '生态办']]);
  const { admin, town } = made;
  operator = made.operator;
  cell = made.cells[0]!;
  taker = await account(admin, 'taker', [['call_taker', town]]);
  police = await account(admin, 'police1', [['department_handler', town]], 'police');
  both = await account(admin, 'both', [['department_handler', town], ['verifier', town], ['supervisor', town]], 'green');
  deputy = await account(admin, 'deputy1', [['deputy', town], ['deputy_hand_over', town]]);
  supervisor = await account(admin, 'supervisor1', [['supervisor', town]]);
  verifier = await account(admin, 'verifier1', [['verifier', town]]);
});
after(() => endStack(stack));

const fresh = (title: string, more: Json = {}): Promise<Case> => openCase(taker, { channel: 'hotline', title, area: cell, ...more });

/** The act is refused with that code; version and record stay as they were. */
async function refused(person: Person, file: Case, code: string, act: string, more: Json = {}): Promise<void> {
  const { log } = await detailOf(operator, file.id);
  const { status, body } = await actOn(person, file, act, more);
  assert.deepEqual([status === 200, body.error?.code], [false, code], act);
  const now = await detailOf(operator, file.id);
  assert.deepEqual([now.case.version, now.case.state, now.log.length], [file.version, file.state, log.length], `${act} left something`);
}

test('orders: a lead is needed, that exists, once, and not the one complained about; only one\'s own is taken', async () => {
  let file = await fresh('乱堆杂物');
  await refused(operator, file, 'no_lead', 'dispatch', { co: ['green'] });
  await refused(operator, file, 'no_department', 'dispatch', { lead: 'nowhere' });
  await refused(operator, file, 'has_order', 'dispatch', { lead: 'police', co: ['police'] });
  await refused(operator, await fresh('投诉民警', { about: 'police' }), 'conflict_of_interest', 'dispatch', { lead: 'police' });
  file = await did(operator, file, 'dispatch', { lead: 'police' });
  file = await did(police, file, 'take');
  await refused(police, file, 'no_order', 'take');
});

test('three lists: what is assigned says item, standard and time limit', async () => {
  const file = await fresh('拓宽村道', { workflow: 'three_lists' });
  const whole = { lead: 'police', item: '拓宽东段', standard: '路面 3.5 米', due_us: String((Date.now() + 86_400_000) * 1000) };
  for (const name of ['item', 'standard', 'due_us']) await refused(deputy, file, 'incomplete_order', 'dispatch', { ...whole, [name]: undefined });
  assert.equal((await did(deputy, file, 'dispatch', whole)).state, 'DISPATCHED');
});

test('pauses and extensions: not in the past, once at a time, never granted by who asked; a petition\'s limit at most as the law has it', async () => {
  let file = await fresh('墙体开裂', { channel: 'petition' });
  file = await did(operator, file, 'dispatch', { lead: 'green' });
  file = await did(both, file, 'take');
  await refused(both, file, 'past', 'ask_pause', { reason: 'appraisal', until_us: '1' });
  await refused(both, file, 'not_asked', 'grant', { to: 'nothing' });
  file = await did(both, file, 'ask_pause', { reason: 'appraisal' });
  await refused(both, file, 'asked_already', 'ask_pause', { reason: 'appraisal' });
  const { asks, timers } = await detailOf(operator, file.id);
  await refused(both, file, 'own_request', 'grant', { to: asks[0]!.id });
  await refused(both, file, 'own_request', 'deny', { to: asks[0]!.id, text: '不同意' });
  file = await did(supervisor, file, 'deny', { to: asks[0]!.id, text: '不同意' });
  const due = BigInt(timers.find((one) => one.timer === 'petition')!.due_us!);
  const extension = (days: bigint, more: Json = {}): Json => ({ reason: 'complex', timer: 'petition', text: '案情复杂', until_us: String(due + days * 86_400_000_000n), ...more });
  await refused(both, file, 'too_long', 'ask_extension', extension(31n));
  await refused(both, file, 'no_reason', 'ask_extension', extension(30n, { text: undefined }));
  await refused(both, file, 'no_limit', 'ask_extension', extension(30n, { timer: 'delivery' }));
  file = await did(both, file, 'ask_extension', extension(30n));
  const ask = (await detailOf(operator, file.id)).asks.find((one) => one.state === 'open')!;
  file = await did(supervisor, file, 'grant', { to: ask.id });
  const after30 = (await detailOf(operator, file.id)).timers.find((one) => one.timer === 'petition')!;
  assert.equal(BigInt(after30.due_us!) - due, 30n * 86_400_000_000n);
  await refused(both, file, 'extended_already', 'ask_extension', extension(30n));
});

test('the end: on the spot by who took it first, a call before "unverified", never verified by who handled it', async () => {
  let file = await fresh('问路');
  await refused(operator, file, 'not_first', 'spot', { text: '已答复' });
  file = await did(operator, file, 'dispatch', { lead: 'green' });
  file = await did(both, file, 'take');
  file = await did(both, file, 'feedback', { text: '已处理' });
  await refused(operator, file, 'no_agreement', 'court', { result: 'applied' });
  file = await did(operator, file, 'review', { result: 'pass' });
  await refused(both, file, 'verifier_is_handler', 'verify', { result: 'satisfied' });
  await refused(verifier, file, 'call_first', 'verify', { result: 'unverified' });
});

test('merging into an open other case that is not merged itself; the last level; calls, links and files that are none', async () => {
  const [one, two, three] = [await fresh('甲'), await fresh('乙'), await fresh('丙')];
  await refused(operator, one, 'bad_target', 'merge', { to: one.id });
  await did(operator, one, 'merge', { to: two.id });
  const merged = (await detailOf(operator, two.id)).case;
  await refused(operator, merged, 'has_merged', 'merge', { to: three.id });
  let file = await did(operator, three, 'dispatch', { lead: 'police' });
  file = await did(operator, file, 'mediate');
  for (let level = 1; level < 4; level++) file = await did(operator, file, 'escalate', { text: '村里调解不了' });
  await refused(operator, file, 'last_level', 'escalate', { text: '还要升级' });
  await refused(operator, file, 'bad_direction', 'call', { direction: 'up', reached: true });
  await refused(operator, file, 'no_target', 'link', { kind: 'camera', to: 'none' });
  await refused(operator, file, 'no_target', 'unlink', { kind: 'camera', to: 'none' });
  await refused(operator, file, 'no_file', 'comment', { text: '见附件', attachments: ['none'] });
});

test('a key that was used is nothing that tells of a case which one does not see', async () => {
  const own = await did(operator, await fresh('路面坑洼'), 'dispatch', { lead: 'police' });
  const unseen = await fresh('井盖松动');
  const key = newKey();
  await did(police, own, 'take', { key });
  await refused(police, unseen, 'not_found', 'take', { key });
  assert.equal((await actOn(police, { id: 'none', version: 1 }, 'take', { key })).body.error?.code, 'not_found');
});

test('every refusal in the source is named in a test', () => {
  const read = (dir: string, ending: RegExp): string =>
    readdirSync(new URL(dir, import.meta.url)).filter((name) => ending.test(name)).map((name) => readFileSync(new URL(`${dir}/${name}`, import.meta.url), 'utf8')).join('\n');
  const codes = new Set([...read('../../server/cases', /\.c$/).matchAll(/case_job_refuse\(\s*\w+,\s*"([a-z_]+)"/g)].map((match) => match[1]!));
  assert.ok(codes.size > 25, `${codes.size} codes were found`);
  const tests = read('.', /\.ts$/) + read('../unit/cases', /\.c$/);
  assert.deepEqual([...codes].filter((code) => !tests.includes(`'${code}'`) && !tests.includes(`"${code}"`)), []);
});
