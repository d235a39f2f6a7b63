// The machine's clock is set while cases run (libfaketime): what falls due is done once, also when the clock goes back and when the server is
// killed around it; a pause rests.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { CaseList, detailOf, did, openCase } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { SetClock } from '../lib/clock.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const dir = mkdtempSync(join(tmpdir(), 'townwall-clock-'));
const clock = new SetClock(dir);
let stack: Stack;
let operator: Person;
let list: CaseList;

function set(minutes: number): Promise<void> {
  clock.write(minutes * 60);
  return clock.seen(list.wall);
}

before(async () => {
  stack = await startSmallStack({ cameras: 2, env: { townwalld: clock.env } });
  operator = await Person.login(stack, 'operator');
  list = await CaseList.open(operator);
});
after(async () => {
  list.close();
  await endStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

const overdue = async (id: string): Promise<number> => (await detailOf(operator, id)).log.filter((one) => one.action === 'overdue').length;

test('an hour without delivery is told once, whatever the clock does after', async () => {
  const file = await openCase(operator, { channel: 'hotline', title: '下水道堵塞' });
  await set(50);
  const beside = await openCase(operator, { channel: 'hotline', title: '树枝断落' });
  assert.ok(BigInt(beside.due_us!) - BigInt(file.due_us!) > 45n * 60_000_000n);
  await set(62);
  await list.until('it is overdue in the list', () => list.cases.get(file.id)?.overdue === 1);
  assert.deepEqual([await overdue(file.id), await overdue(beside.id)], [1, 0]);
  await set(-180);
  await did(operator, { id: file.id, version: -1 }, 'comment', { text: '时钟回拨' });
  await set(63);
  await did(operator, { id: file.id, version: -1 }, 'comment', { text: '时钟恢复' });
  await set(115);
  await list.until('the other one is overdue too', () => list.cases.get(beside.id)?.overdue === 1);
  assert.deepEqual([await overdue(file.id), await overdue(beside.id)], [1, 1]);
});

test('what a hearing decided and what a leader ordered are asked for when their time is over, once, unless they are done', async () => {
  await set(120);
  const dueUs = String(Math.round(clock.nowMs + 20 * 60_000) * 1000);
  const leader = await Person.login(stack, 'leader');
  let file = await openCase(operator, { channel: 'hotline', title: '广场舞噪声' });
  file = await did(operator, file, 'meet', { kind: 'hearing', time_us: String(Math.round(clock.nowMs) * 1000), place: '镇政府会议室', people: '居民代表十二人' });
  const { meetings } = await detailOf(operator, file.id);
  assert.equal(meetings[0]!.kind, 'hearing');
  file = await did(operator, file, 'resolve', { meeting: meetings[0]!.id, text: '划定时段', due_us: dueUs });
  file = await did(operator, file, 'resolve', { meeting: meetings[0]!.id, text: '张贴告示', due_us: dueUs });
  file = await did(leader, file, 'instruct', { text: '一周内见效', due_us: dueUs });
  const { items } = await detailOf(operator, file.id);
  const of = (text: string): string => items.find((one) => one.text === text)!.id;
  await did(operator, file, 'resolve_done', { to: of('张贴告示'), text: '已张贴' });
  await set(142);
  const told = async (): Promise<string[]> => (await detailOf(operator, file.id)).log.filter((one) => one.action === 'overdue' && one.details.item).map((one) => String(one.details.item));
  await until('both are overdue', async () => (await told()).length >= 2);
  assert.deepEqual((await told()).sort(), [of('划定时段'), of('一周内见效')].sort());
  await did(leader, { id: file.id, version: -1 }, 'instruct_done', { to: of('一周内见效'), text: '已见效' });
  await set(150);
  assert.equal((await told()).length, 2);
});

test('what falls due while the server is down is done at the next start, once', async () => {
  await set(200);
  const file = await openCase(operator, { channel: 'hotline', title: '电梯困人', grade: 'urgent' });
  const kill = async (): Promise<void> => {
    process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
    operator = await until('the server is back', () => Person.login(stack, 'operator').catch(() => null)); // the old session was idle for hours
  };
  clock.write(280 * 60);
  await kill();
  await until('it is overdue', async () => (await overdue(file.id)) === 1 || undefined);
  await kill();
  const whole = await detailOf(operator, file.id);
  assert.deepEqual([whole.case.overdue, whole.broken, whole.timers.map((one) => one.state)], [1, null, ['over']]);
});
