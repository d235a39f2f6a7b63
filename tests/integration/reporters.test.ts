// Who reported something is called back: from the report of a feed, sealed on its way, to the alert, the form of a case and the case. Nobody
// reads them on the way, who may see persons sees them masked, and they are let go with the alert.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Stack } from '../../tools/supervise/stack.ts';
import { act, Feed, Queue, type Alert } from '../lib/alerts.ts';
import { account, caseTown, detailOf, openCase } from '../lib/cases.ts';
import type { Person } from '../lib/client.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { textOf } from '../lib/store.ts';

interface Known { person: string; name: string | null; phone: string | null; erased: boolean; area: string | null }

let stack: Stack;
let admin: Person;
let operator: Person;
let feed: Feed;
let queue: Queue;
let town: string;
let cells: string[];

before(async () => {
  stack = await startSmallStack({ cameras: 2 });
  ({ admin, operator, cells, town } = await caseTown(stack, [['police', '派出所']]));
  feed = new Feed(stack, 'line');
  queue = await Queue.open(operator);
});
after(() => {
  queue.close();
  return endStack(stack);
});

const PHONE = '138-0013-8000', NAME = '赵铁柱';
let next = 0;
/** Each far from the others. */
const place = (): { lon: number; lat: number } => ({ lon: 118 + 0.02 * next++, lat: 30 });
async function reported(title: string, more: object): Promise<Alert> {
  await feed.report({ id: `r-${title}`, type: 'noise', title, ...place(), ...more });
  return queue.untilAlert(title, (one) => one.title === title);
}
const reporterOf = async (who: Person, alert: Alert): Promise<Known | null> => (await who.json<{ reporter: Known | null }>(`/api/v1/alerts/${alert.id}`)).reporter;
const draftOf = async (alert: Alert): Promise<Known | null> => (await operator.json<{ reporter: Known | null }>(`/api/v1/cases/draft?alert=${alert.id}`)).reporter;
async function caseOf(alert: Alert, form?: object): Promise<string> {
  const { status, body } = await act(operator, alert, 'case', form ? { form } : {});
  assert.equal(status, 200, JSON.stringify(body));
  return body.alert!.case!;
}

test('a caller of a feed is masked beside the alert and in the form, and the case has them', async () => {
  const alert = await reported('夜市喇叭', { reporter: PHONE, reporter_name: NAME, area: cells[0] });
  const known = await reporterOf(operator, alert);
  assert.deepEqual([known?.name, known?.phone, known?.erased, known?.area], ['赵*柱', '138****8000', false, cells[0]]);
  assert.deepEqual(await draftOf(alert), known);
  const leader = await account(admin, 'leader1', [['leader', town]]);
  assert.equal(await reporterOf(leader, alert), null, 'not for who may not see persons');
  const file = await caseOf(alert);
  const { reporter } = await detailOf(operator, file) as unknown as { reporter: Known };
  assert.equal(reporter.person, known!.person, 'one person, not a copy');
  const found = (await (await operator.request('POST', '/api/v1/persons/find', { phone: '+86 13800138000' })).json()) as { persons: { id: string }[] };
  assert.deepEqual(found.persons.map(({ id }) => id), [known!.person]);
  assert.deepEqual((await operator.json<{ cases: { id: string }[] }>(`/api/v1/cases?reporter=${known!.person}`)).cases.map(({ id }) => id), [file]);
  const plain = await (await operator.request('POST', `/api/v1/persons/${known!.person}/reveal`, { reason: '核实情况' })).json() as { name: string; phone: string };
  assert.deepEqual([plain.name, plain.phone], [NAME, PHONE]);
  assert.ok(!JSON.stringify(await operator.json(`/api/v1/alerts/${alert.id}`)).includes('contact'), 'not in the reports that are kept');
});

test('nobody reads name or number: not in a file, not on the bus', async () => {
  for (const file of readdirSync(stack.options.dir, { recursive: true, encoding: 'utf8' })) {
    const path = stack.path(file);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    for (const secret of [PHONE, '13800138000', NAME]) assert.ok(!bytes.includes(secret), `${secret} in ${file}`);
  }
  assert.equal(textOf(stack.path('townwall.db'), "SELECT COUNT(*) FROM event WHERE body LIKE '%contact%'"), '0');
});

test('somebody else may be called back, or nobody', async () => {
  const typed = await caseOf(await reported('装修声', { reporter: PHONE, reporter_name: NAME }), { reporter: { name: '钱小楼', phone: '13612345678' } });
  assert.deepEqual([(await detailOf(operator, typed)).reporter?.name, (await detailOf(operator, typed)).reporter?.phone], ['钱*楼', '136****5678']);
  const nobody = await caseOf(await reported('狗叫声', { reporter: PHONE, reporter_name: NAME }), { reporter: null });
  assert.equal((await detailOf(operator, nobody)).reporter, null);
});

test('an account, a digest, a short number: nobody to call', async () => {
  for (const [title, more] of [['匿名一', { reporter: 'wx_8821' }], ['匿名二', { reporter: '0f9a3c51e8aa01d2bb7c' }], ['匿名三', { reporter: '12' }], ['匿名四', {}]] as const)
    assert.equal(await reporterOf(operator, await reported(title, more)), null, title);
  assert.equal((await reporterOf(operator, await reported('只有姓名', { reporter: NAME })))?.name, '赵*柱');
  assert.equal((await reporterOf(operator, await reported('另写姓名', { reporter_name: '孙丽' })))?.name, '孙*');
});

test('what is no text is refused by its field, in both languages', async () => {
  const answer = await feed.post([{ id: 'bad', type: 'noise', title: '坏', kind: 'report', dimension: 'livelihood', reporter_name: { a: 1 } }]);
  const item = (JSON.parse(answer.body) as { items: { ok: boolean; field: string; message: { zh: string; en: string } }[] }).items[0]!;
  assert.deepEqual([answer.status, item.ok, item.field, item.message.zh], [400, false, 'reporter_name', '应为文字']);
});

test('a smoke detector and a caller in one situation: whoever called is called back', async () => {
  const at = place();
  await feed.report({ id: 'smoke', type: 'fire', kind: 'raised', device: 'smoke-7', title: '烟感报警', ...at } as never);
  const smoke = await queue.untilAlert('smoke', (one) => one.title === '烟感报警');
  await feed.report({ id: 'called', type: 'fire', title: '楼道冒烟', ...at, reporter: '13712340000', reporter_name: '周红' });
  await queue.until('one situation', () => [...queue.situations.values()].find(({ alerts }) => alerts.length === 2 && alerts.includes(smoke.id)));
  assert.equal((await draftOf(smoke))?.phone, '137****0000');
  const now = queue.alerts.get(smoke.id)!;
  assert.equal((await detailOf(operator, await caseOf(now))).reporter?.name, '周*');
});

test('joined to a case without a reporter the caller is its; taken back it is not', async () => {
  const alert = await reported('路灯闪烁', { reporter: '13512340001', reporter_name: '吴敏' });
  const file = await openCase(operator, { channel: 'grid', title: '路灯巡查', area: cells[0] });
  const linked = await act(operator, alert, 'link_case', { to: file.id });
  assert.equal(linked.status, 200);
  assert.equal((await detailOf(operator, file.id)).reporter?.name, '吴*');
  const undone = await act(operator, linked.body.alert!, 'undo', { to: linked.body.act_id! });
  assert.equal(undone.status, 200, JSON.stringify(undone.body));
  assert.equal((await detailOf(operator, file.id)).reporter, null);
  const named = await openCase(operator, { channel: 'hotline', title: '路灯来电', area: cells[0], reporter: { name: '郑重', phone: '13912340002' } });
  assert.equal((await act(operator, undone.body.alert!, 'link_case', { to: named.id })).status, 200);
  assert.equal((await detailOf(operator, named.id)).reporter?.name, '郑*', 'who is there stays');
});

test('the first who gives a name is the caller; later ones change nothing', async () => {
  const at = { ...place(), address: '石桥村道9号' };
  await feed.report({ id: 'twice-1', type: 'noise', title: '两次来电', ...at });
  const alert = await queue.untilAlert('first', (one) => one.title === '两次来电');
  assert.equal(await reporterOf(operator, alert), null);
  await feed.report({ id: 'twice-2', type: 'noise', title: '两次来电', ...at, reporter: '13612340003' });
  await queue.untilAlert('counted', (one) => one.id === alert.id && one.count === 2);
  assert.equal((await reporterOf(operator, alert))?.phone, '136****0003');
  await feed.report({ id: 'twice-3', type: 'noise', title: '两次来电', ...at, reporter: '13612340004' });
  await queue.untilAlert('counted again', (one) => one.id === alert.id && one.count === 3);
  assert.equal((await reporterOf(operator, alert))?.phone, '136****0003');
});

test('a person is kept while the alert is open, and can be erased after it ended', async () => {
  const alert = await reported('误报一起', { reporter: '13512340009', reporter_name: '冯远' });
  const known = (await reporterOf(operator, alert))!;
  const erase = (): Promise<Response> => admin.request('POST', `/api/v1/persons/${known.person}/erase`, { reason: '本人要求删除' });
  assert.equal((await erase()).status, 409, 'somebody may have to call');
  const ended = await act(operator, alert, 'false_alarm', { reason: '核实无事' });
  assert.equal(ended.status, 200, JSON.stringify(ended.body));
  assert.equal((await erase()).status, 204);
  const gone = await reporterOf(operator, alert);
  assert.deepEqual([gone?.erased, gone?.name ?? null, gone?.phone ?? null], [true, null, null]);
});
