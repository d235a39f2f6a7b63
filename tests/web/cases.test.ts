// Cases in the browser, on the real stack: the board and one case by keys, at a desk and on a phone.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Feed } from '../lib/alerts.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { account, caseTown, detailOf, did, openCase, PASSWORD, type Case, type CaseTown } from '../lib/cases.ts';
import type { Person } from '../lib/client.ts';
import { clean, shoot } from '../lib/pages.ts';
import { photograph, picture } from '../lib/papers.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let browser: Browser;
let admin: Person;
let operator: Person;
let second: Person;
let taker: Person;
let seat: Visit;
let page: Page;
let cells: string[];
let town: string;
let camera: CaseTown['camera'];

const open = async (path: string, of = page): Promise<void> => {
  await of.goto(stack.url + path);
  await of.waitForSelector('[data-link=open]');
};
const form = (title: string, more = {}): Record<string, unknown> => ({ channel: 'hotline', title, area: cells[0], ...more });
const at = (file: Case): string => `[data-test=case][data-case="${file.id}"][data-loaded=true]`;

before(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'townwall-cases-'));
  writeFileSync(join(dir, 'notify.json'), JSON.stringify({ retry: { tries: 1 }, channels: [{ id: 'group', kind: 'json', url: 'http://127.0.0.1:9/', departments: ['police'] }] }));
  stack = await startStack({ dir, cameras: 6 });
  ({ admin, operator, cells, town, camera } = await caseTown(stack, [['police', '派出所'], ['justice', '司法所'], ['emergency', '应急办']]));
  second = await account(admin, 'wangqian', [['operator', town]]);
  taker = await account(admin, 'taker', [['call_taker', town]]);
  await account(admin, 'police1', [['department_handler', town]], 'police');
  browser = await startBrowser();
  seat = await visit(browser, stack, 'operator');
  page = seat.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

test('the board shows open cases by state, finds words of one character, is walked by keys; filters live in the address', async () => {
  const noise = await openCase(taker, form('夜间施工噪音', { text: '桥边工地', lon: camera.lon, lat: camera.lat, reporter: { name: '张小明', phone: '13812345678' } }));
  let wall = await openCase(taker, form('围墙倾斜'));
  wall = await did(second, wall, 'triage', { form: { category: 'safe_town', grade: 'urgent' } });
  await open('/cases');
  await page.waitForSelector(`[data-column=ACCEPTED] [data-row="${noise.id}"][data-light=normal]`);
  await page.waitForSelector(`[data-column=TRIAGED] [data-row="${wall.id}"]`);
  await shoot(page, 'cases-board');
  await clean(page, 'board');
  await page.keyboard.press('/');
  await page.keyboard.type('噪');
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
  await page.waitForSelector(`[data-row="${noise.id}"]`);
  await page.fill('[data-filter=q]', '桥边工地'); // only in its text, which the server knows
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
  await page.waitForSelector(`[data-row="${noise.id}"]`);
  await page.fill('[data-filter=q]', '噪');
  await page.waitForFunction(() => new URL(location.href).searchParams.get('q') === '噪');
  await page.keyboard.press('Enter');
  await page.keyboard.press('j');
  await page.waitForSelector(`[data-row="${noise.id}"].chosen`);
  await page.keyboard.press('Enter');
  await page.waitForSelector(at(noise));
  assert.match(await page.innerText('[data-test=reporter]'), /138\*+5678/);
  await page.waitForSelector('[data-timer=delivery][data-look=normal]');
  await page.waitForSelector('figure[data-camera] canvas');
  await shoot(page, 'case');
  await clean(page, 'case');
});

test('by keys a case is triaged and dispatched; who was faster is told by name and what was typed stays', async () => {
  const file = await openCase(taker, form('两家砌墙争吵'));
  await open(`/cases/${file.code}`);
  await page.waitForSelector(at(file));
  await page.keyboard.press('i');
  await page.click('[data-ask=triage] [data-choice=safe_town]');
  await page.fill('[data-ask=triage] textarea', '双方各五六人');
  await did(second, file, 'triage', { form: { category: 'livelihood', grade: 'annoyance' } });
  await page.waitForSelector(`${at(file)}[data-state=TRIAGED]`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('d');
  await page.selectOption('[data-ask=dispatch] [data-field=lead] select', 'police');
  // a version that is old: the other seat was faster
  const version = Number(await page.getAttribute('[data-test=case]', 'data-version'));
  await page.route('**/acts', (route) => route.continue({ postData: JSON.stringify({ ...JSON.parse(route.request().postData()!), version: version - 1 }) }), { times: 1 });
  await page.click('[data-ask=dispatch] [data-action=give]');
  await page.waitForSelector('[data-told=beaten]');
  assert.match(await page.innerText('[data-told=beaten]'), /wangqian/);
  assert.equal(await page.inputValue('[data-ask=dispatch] [data-field=lead] select'), 'police');
  await page.click('[data-ask=dispatch] [data-action=give]');
  await page.waitForSelector(`${at(file)}[data-state=DISPATCHED]`);
  await page.waitForSelector('[data-order=SENT]');
  assert.equal((await detailOf(operator, file.id)).orders.length, 1);
});

test('on a phone a department takes its order and feeds back', async () => {
  let file = await openCase(taker, form('路口信号灯不亮'));
  file = await did(second, file, 'dispatch', { lead: 'police' });
  const phone = await visit(browser, stack, 'police1', { width: 390, height: 844 }, { hasTouch: true, isMobile: true }, PASSWORD);
  const own = phone.page;
  own.setDefaultTimeout(60_000);
  await open('/cases', own);
  await own.click(`[data-row="${file.id}"] a`);
  await own.waitForSelector(at(file));
  await own.click('[data-act=take]');
  await own.waitForSelector(`${at(file)}[data-state=WORKING]`);
  await own.click('[data-act=feedback]');
  await own.fill('[data-ask=feedback] textarea', '已更换灯泡，恢复正常');
  await shoot(own, 'case-phone');
  await own.click('[data-action=give]');
  await own.waitForSelector(`${at(file)}[data-state=FEEDBACK]`);
  await clean(own, 'case on a phone');
  assert.ok(await own.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing runs out of the page sideways');
  await until('the record says it', async () => (await detailOf(operator, file.id)).log.some(({ action }) => action === 'feedback'));
  assert.deepEqual(phone.faults, []);
  await phone.context.close();
});

test('the bell tells a department of its order and opening it lets it be seen; papers are printed; administrators see what no gateway took', async () => {
  const handler = await visit(browser, stack, 'police1', { width: 1366, height: 768 }, {}, PASSWORD);
  const own = handler.page;
  own.setDefaultTimeout(60_000);
  await open('/work', own);
  await own.waitForSelector('[data-test=bell]');
  const unread = (): Promise<number> => own.getAttribute('[data-test=bell]', 'data-unread').then(Number);
  const before = await unread();
  let file = await openCase(taker, form('河堤护栏损坏', { text: '护栏断了三米，晚上有人散步', reporter: { name: '张小明', phone: '13812345678' } }));
  file = await did(second, file, 'dispatch', { lead: 'police', item: '修复护栏', standard: '三日内修复' });
  await until('the bell rings', async () => (await unread()) === before + 1);
  assert.equal((await detailOf(operator, file.id)).orders[0]!.seen_us, null, 'that it was told is not that it was seen');
  await own.keyboard.press('g');
  await own.keyboard.press('m');
  await own.waitForSelector(`[data-note=order][data-case="${file.id}"][data-read=false]`);
  await shoot(own, 'notifications');
  await clean(own, 'notifications');
  await own.click(`[data-note=order][data-case="${file.id}"]`);
  await own.waitForSelector(at(file));
  await until('it is read', async () => (await unread()) === before);
  assert.ok((await detailOf(operator, file.id)).orders[0]!.seen_us);
  const saved = async (click: () => Promise<void>, name: string): Promise<void> => {
    const [download] = await Promise.all([own.waitForEvent('download'), click()]);
    assert.equal(download.suggestedFilename(), name);
    await download.saveAs(join(import.meta.dirname, '../../build/screenshots', name));
  };
  await saved(() => own.click('[data-paper=order]'), `${file.code}-order.pdf`);
  await own.click('[data-test=case-papers] [data-action=reveal]');
  await own.fill('[data-test=case-papers] [name=reason]', '当面送达反映人');
  await clean(own, 'papers of a case');
  await saved(() => own.click('[data-test=case-papers] [type=submit]'), `${file.code}-receipt.pdf`);
  assert.deepEqual(handler.faults, []);
  await handler.context.close();
  const keeper = await visit(browser, stack, 'admin');
  await open('/people?tab=deliveries', keeper.page);
  await keeper.page.waitForSelector('[data-channel=group]');
  await keeper.page.waitForSelector('[data-delivery=given_up][data-of=group]');
  await shoot(keeper.page, 'deliveries');
  await clean(keeper.page, 'deliveries');
  await keeper.page.click('[data-channel=group] [data-action=test]');
  await keeper.page.waitForSelector('[data-of=group]:has-text("通道测试")');
  await keeper.page.click('[data-delivery=given_up] [data-action=retry]');
  await until('it was tried again', async () => (await keeper.page.innerText('[data-test=deliveries] [role=status]')).includes('排队'));
  assert.deepEqual(keeper.faults, []);
  await keeper.context.close();
});

test('an alert is sent to its department by two keys; Z takes it back; what the command line says goes before', async () => {
  const feed = new Feed(stack, 'sensors');
  await open('/console');
  await page.waitForSelector('[data-test=console][data-loaded=true]');
  await feed.report({ id: 'f1', type: 'fire', title: '老街烟感报警', text: '二楼烟雾', lon: camera.lon, lat: camera.lat, reporter: '13812345678', reporter_name: '张小明' });
  const row = '[data-row]:has-text("老街烟感报警")';
  const id = (await (await page.waitForSelector(row)).getAttribute('data-row'))!;
  await page.click(`${row} > button`);
  await page.waitForSelector(`[data-panel=alert][data-alert="${id}"]`);
  await page.mouse.move(5, 5);
  let strokes = 0;
  const press = (key: string): Promise<void> => page.keyboard.press(key, { delay: void strokes++ });
  await press('n');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  assert.deepEqual([await page.inputValue('[data-field=title]'), await page.inputValue('[data-field=category]'), await page.inputValue('[data-field=lead]')], ['老街烟感报警', 'work_safety', 'emergency']);
  await page.waitForSelector('[data-fact=reporter]:has-text("138****5678")');
  assert.match(await page.innerText('[data-test=asker]'), /张\*明 · 138\*{4}5678[^]*来自上报/, 'who reported is in the form, masked');
  await shoot(page, 'case-new');
  await clean(page, 'form of a case');
  await press('Enter');
  await page.waitForFunction(() => /已立案 20\d\d-\d{4}，派 应急办/.test(document.querySelector('[data-told=done]')?.textContent ?? ''));
  assert.equal(strokes, 2);
  const made = await operator.json<{ alert: { case: string } }>(`/api/v1/alerts/${id}`);
  const detail = await detailOf(operator, made.alert.case);
  assert.deepEqual([detail.case.state, detail.orders.map(({ department }) => department).sort(), detail.alerts[0]?.alert], ['DISPATCHED', ['emergency', 'police'], id]);
  assert.equal(detail.reporter?.phone, '138****5678', 'and is called back');
  await page.keyboard.press('z');
  await page.waitForSelector('[data-told=undone]');
  // what a department was told stays told: the case goes on without the alert
  assert.deepEqual([(await detailOf(operator, made.alert.case)).case.state, (await operator.json<{ alert: { case: string | null } }>(`/api/v1/alerts/${id}`)).alert.case], ['DISPATCHED', null]);
  // by the command line, with one word that is wrong first
  await page.click(`${row} > button`);
  await page.mouse.move(5, 5);
  await page.keyboard.press('/');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  await page.waitForFunction(() => document.activeElement?.closest('[data-test=command]'));
  await page.fill('[data-field="reporter.phone"]', '12');
  await page.press('[data-field="reporter.phone"]', 'Enter');
  await page.waitForSelector('[data-test=asker] [role=alert]:has-text("5 至 20 位数字")');
  await page.fill('[data-field="reporter.phone"]', '');
  await page.click('[data-action=asker]'); // nobody is called back
  assert.match(await page.innerText('[data-test=asker]'), /不带入上报人/);
  await page.focus('[data-test=command] input');
  await page.keyboard.type('类=邻里 派=火星');
  assert.match(await page.innerText('[data-test=command-fault]'), /派.*火星/);
  await page.keyboard.press('Enter');
  for (const key of ['Backspace', 'Backspace']) await page.keyboard.press(key);
  await page.keyboard.type('司法');
  await page.waitForFunction(() => (document.querySelector('[data-field=lead]') as HTMLSelectElement).value === 'justice');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /派 司法所/.test(document.querySelector('[data-told=done]')?.textContent ?? ''));
  const again = await operator.json<{ alert: { case: string } }>(`/api/v1/alerts/${id}`);
  const other = await detailOf(operator, again.alert.case);
  assert.deepEqual([other.case.lead, other.reporter], ['justice', null]);
});

test('at the intake desk fields follow by Enter, a reload loses nothing, one request is one case, and nothing is left of the session', async () => {
  const desk = await visit(browser, stack, 'taker', { width: 1920, height: 1080 }, {}, PASSWORD);
  const own = desk.page;
  own.setDefaultTimeout(60_000);
  await open('/', own); // who has no cameras begins with what waits for them
  await own.waitForURL(/\/work$/);
  await open('/intake', own);
  await own.waitForFunction(() => document.activeElement?.getAttribute('data-field') === 'phone');
  await own.keyboard.type('13812345678');
  await own.keyboard.press('Enter');
  await own.keyboard.type('张小明');
  await own.waitForSelector('[data-test=callers]'); // called before
  await own.keyboard.press('Enter');
  await own.waitForFunction(() => document.activeElement?.getAttribute('data-field') === 'place');
  await own.keyboard.press('Enter');
  await own.keyboard.type('楼道堆物');
  await own.selectOption('[data-field=about]', 'police'); // a complaint about the police
  await own.waitForFunction(() => Object.values(localStorage).some((text) => String(text).includes('police')));
  await own.waitForSelector('[data-test=saved]');
  await own.waitForFunction(() => Object.values(localStorage).some((text) => String(text).includes('楼道堆物')));
  await own.reload();
  await own.waitForSelector('[data-link=open]');
  await own.waitForFunction(() => document.querySelector<HTMLInputElement>('[data-field=title]')?.value === '楼道堆物');
  assert.equal(await own.inputValue('[data-field=phone]'), '13812345678');
  await shoot(own, 'intake');
  await clean(own, 'intake');
  // the answer is lost on its way: the same thing is sent again, and is one case
  await own.route('**/api/v1/cases', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await own.click('[data-action=send]');
  await own.waitForSelector('.failed[role=alert]');
  await own.click('[data-action=send]');
  await own.waitForSelector('[data-test=made]');
  const { cases } = await operator.json<{ cases: Case[] }>(`/api/v1/cases?q=${encodeURIComponent('楼道堆物')}`);
  assert.equal(cases.length, 1);
  assert.equal((await detailOf(operator, cases[0]!.id)).about, 'police');
  await open(`/cases/${cases[0]!.code}`);
  await page.click('[data-act=triage]');
  assert.equal(await page.inputValue('[data-ask=triage] [data-field="form.about"] select'), 'police');
  await page.keyboard.press('Escape');
  await own.keyboard.press('Enter');
  await own.fill('[data-field=phone]', '13900000000');
  await own.waitForFunction(() => Object.values(localStorage).some((text) => String(text).includes('13900000000')));
  await own.click('.out');
  await own.waitForURL(/\/login/);
  assert.equal(await own.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('townwall.draft.')).length), 0);
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

test('duty: the roster is typed, a shift is handed over and signed, unsigned is said at the seat and on the strip; a call pops up at the desk', async () => {
  const lead = await visit(browser, stack, 'leader', { width: 1600, height: 900 });
  lead.page.setDefaultTimeout(60_000);
  await open('/wall/mosaic', lead.page);
  await lead.page.click('.seats');
  await lead.page.waitForURL(/\/duty$/);
  await lead.page.click('td.now [data-action=edit-shift]');
  await lead.page.keyboard.type('国王 甲');
  await lead.page.keyboard.press('Control+Enter');
  await lead.page.waitForSelector('td.now [role=alert]');
  await lead.page.fill('td.now textarea', '带班领导 宋红霞\n值班员 王倩');
  await lead.page.keyboard.press('Control+Enter');
  await lead.page.waitForSelector('[data-test=duty-line]:has-text("宋红霞")');
  assert.match(await lead.page.innerText('[data-test=duty-line]'), /缺 接线员/);
  await lead.page.click('[data-test=plan] summary');
  await lead.page.fill('#plan-roles', (await lead.page.inputValue('#plan-roles')).replace('接线员 | Call taker | 1', '接线员 | Call taker | 0'));
  await lead.page.click('[data-action=save-plan]');
  await lead.page.waitForFunction(() => !document.querySelector('[data-test=duty-line]')?.textContent?.includes('缺'));
  await shoot(lead.page, 'duty');
  await clean(lead.page, 'duty');
  await open('/duty');
  await page.waitForSelector('[data-test=handover][data-state=open]');
  await page.fill('[data-field=notes]', '桥边工地夜间施工，盯到天亮');
  await page.click('[data-action=hand-over]');
  await page.waitForSelector('[data-test=handover][data-state=handed]');
  assert.equal(await page.isDisabled('[data-action=sign]'), true, 'not by who handed over');
  await open('/console');
  await page.waitForSelector('[data-test=duty-line] [data-fact=unsigned]');
  await open('/wall/ultra');
  await page.waitForSelector('[data-figure=duty]:has-text("宋红霞"):has-text("交班未签收")');
  await lead.page.setViewportSize({ width: 390, height: 844 });
  await lead.page.waitForSelector('[data-test=handover][data-state=handed]');
  assert.match(await lead.page.innerText('[data-test=handover]'), /桥边工地夜间施工/);
  await shoot(lead.page, 'duty-phone');
  await lead.page.click('[data-action=sign]');
  await lead.page.waitForSelector('[data-test=handover][data-state=signed]');
  await page.waitForSelector('[data-figure=duty]:not(:has-text("未签收"))');

  const { key } = await admin.request('POST', '/api/v1/telephone/systems', { id: 'pbx', name: '总机' }).then((answer) => answer.json() as Promise<{ key: string }>);
  const desk = await visit(browser, stack, 'taker', { width: 1600, height: 900 }, {}, PASSWORD);
  desk.page.setDefaultTimeout(60_000);
  await open('/intake', desk.page);
  await desk.page.click('.mine summary');
  await desk.page.fill('[data-own=extension]', '8001');
  await desk.page.keyboard.press('Enter');
  const call = async (event: string): Promise<boolean> => {
    const answer = await fetch(`${stack.url}/api/v1/telephone/calls`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: JSON.stringify({ call: 'c1', event, extension: '8001', number: '+86 138 1234 5678' }) });
    return ((await answer.json()) as { told: boolean }).told;
  };
  await until('somebody sits there', () => call('ringing'));
  await desk.page.waitForSelector('[data-call=c1][data-event=ringing]:has-text("+8613812345678")');
  await clean(desk.page, 'a call');
  await shoot(desk.page, 'intake-call');
  await desk.page.click('[data-action=take-call]');
  await desk.page.waitForFunction(() => document.querySelector<HTMLInputElement>('[data-field=phone]')?.value === '13812345678');
  await desk.page.waitForSelector('[data-test=earlier]:has-text("夜间施工噪音")');
  await call('ended');
  await desk.page.waitForSelector('[data-call=c1]', { state: 'detached' });
  await desk.page.click('[data-action=clear]');
  for (const one of [lead, desk]) {
    assert.deepEqual(one.faults, []);
    await one.context.close();
  }
});

test('a grid worker has the tasks of the grid under the thumb; the verifier and the supervisor have theirs', async () => {
  let file = await openCase(taker, form('路灯不亮'));
  file = await did(second, file, 'dispatch', { lead: 'grid' });
  await account(admin, 'grid1', [['grid_worker', cells[0]!]]);
  const phone = await visit(browser, stack, 'grid1', { width: 390, height: 844 }, { hasTouch: true, isMobile: true }, PASSWORD);
  const own = phone.page;
  own.setDefaultTimeout(60_000);
  await open('/work', own);
  const card = `[data-section=orders] [data-row="${file.id}"]`;
  await own.click(`${card} [data-act=take]`);
  await own.click(`${card} [data-act=feedback]`);
  await own.fill(`${card} [data-ask=feedback] textarea`, '已换两盏');
  await shoot(own, 'work-phone');
  await clean(own, 'work on a phone');
  await own.click(`${card} [data-action=give]`);
  await own.waitForSelector(card, { state: 'detached' });
  file = (await detailOf(operator, file.id)).case;
  assert.equal(file.state, 'FEEDBACK');
  assert.ok(await own.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing runs out of the page sideways');
  assert.deepEqual(phone.faults, []);
  await phone.context.close();
  await did(operator, file, 'review', { result: 'pass' });
  await account(admin, 'verifier1', [['verifier', town]]);
  const checker = await visit(browser, stack, 'verifier1', { width: 1920, height: 1080 }, {}, PASSWORD);
  await open('/work', checker.page);
  const call = `[data-section=verify] [data-row="${file.id}"]`;
  await checker.page.click(`${call} [data-act=verify]`);
  await checker.page.click(`${call} [data-choice=satisfied]`);
  await shoot(checker.page, 'work-verifier');
  await checker.page.click(`${call} [data-action=give]`);
  await until('closed', async () => (await detailOf(operator, file.id)).case.state === 'CLOSED');
  assert.deepEqual(checker.faults, []);
  await checker.context.close();
});

test('what is typed outlives a reload; filters are kept under a name; checks of the ledgers and the calendar are there', async () => {
  const file = await openCase(taker, form('河边乱倒垃圾'));
  await open(`/cases/${file.code}`);
  await page.waitForSelector(at(file));
  await page.keyboard.press('t');
  await page.fill('[data-ask=comment] textarea', '已拍照，等清运');
  await page.waitForFunction(() => Object.values(localStorage).some((text) => String(text).includes('等清运')));
  await page.reload();
  await page.waitForSelector(`${at(file)} [data-act=comment] small`); // says that there is a draft
  await page.keyboard.press('t');
  assert.equal(await page.inputValue('[data-ask=comment] textarea'), '已拍照，等清运');
  await page.keyboard.press('Enter');
  await until('it is on record', async () => (await detailOf(operator, file.id)).log.some(({ action }) => action === 'comment'));
  await page.waitForFunction((id) => !Object.keys(localStorage).some((key) => key.includes(`.act.${id}`)), file.id);

  await open('/cases');
  await page.selectOption('[data-filter=category]', 'safe_town');
  await page.click('[data-filter=mine]');
  await page.click('[data-filter=save]');
  await page.keyboard.type('我的平安类');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-filter=drop]');
  await page.click('[data-filter=clear]');
  await page.selectOption('[data-filter=saved]', { label: '我的平安类' });
  await page.waitForFunction(() => new URL(location.href).searchParams.get('category') === 'safe_town' && new URL(location.href).searchParams.get('mine') === '1');
  await page.click('[data-filter=drop]');
  await page.waitForSelector('[data-filter=saved]', { state: 'detached' });
  await page.click('[data-filter=clear]');
  await page.click('[data-view=quality]');
  await page.waitForSelector(`[data-finding=incomplete] a:has-text("${file.code}")`);
  await shoot(page, 'cases-quality');
  await clean(page, 'data quality');
  await page.click('[data-view=calendar]');
  await page.waitForSelector('[data-test=case-calendar][data-known]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-column]');
});

test('a pause is asked by a department and granted where it waits; meetings have resolutions; cases are merged and taken apart', async () => {
  let file = await openCase(taker, form('围墙开裂', { lon: camera.lon, lat: camera.lat }));
  file = await did(second, file, 'dispatch', { lead: 'police' });
  const handler = await visit(browser, stack, 'police1', { width: 1920, height: 1080 }, {}, PASSWORD);
  await open(`/cases/${file.code}`, handler.page);
  await handler.page.click('[data-act=take]');
  await handler.page.waitForSelector(`${at(file)}[data-state=WORKING]`);
  await handler.page.click('[data-action=more]');
  await handler.page.click('[data-act=ask_pause]');
  await handler.page.click('[data-ask=ask_pause] [data-choice=appraisal]');
  await handler.page.click('[data-ask=ask_pause] [data-action=give]');
  await handler.page.waitForSelector('[data-asked]');
  await account(admin, 'super1', [['supervisor', town]]);
  const chief = await visit(browser, stack, 'super1', { width: 390, height: 844 }, { hasTouch: true, isMobile: true }, PASSWORD);
  await open('/work', chief.page);
  await chief.page.click(`[data-section=asked] [data-row="${file.id}"] [data-act=grant]`);
  await chief.page.click('[data-ask=grant] [data-action=give]');
  await chief.page.waitForSelector(`[data-section=asked] [data-row="${file.id}"]`, { state: 'detached' });
  await handler.page.waitForSelector(`${at(file)}[data-state=SUSPENDED] [data-test=case-pause]`);
  await clean(handler.page, 'a case that rests');
  await handler.page.click('[data-act=resume]');
  await handler.page.click('[data-ask=resume] [data-action=give]');
  await handler.page.waitForSelector(`${at(file)}[data-state=WORKING]`);
  for (const one of [handler, chief]) {
    assert.deepEqual(one.faults, []);
    await one.context.close();
  }

  await open(`/cases/${file.code}`);
  await page.click('[data-begin=meet]');
  await page.click('[data-ask=meet] [data-choice=hearing]');
  await page.fill('[data-ask=meet] [data-field=time_us] input', `${new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)}T09:00`);
  await page.click('[data-ask=meet] [data-action=give]');
  await page.click('[data-meeting=hearing] [data-begin=resolve]');
  await page.fill('[data-ask=resolve] textarea', '先支护后拆除');
  await page.click('[data-ask=resolve] [data-action=give]');
  await page.waitForSelector('[data-item=resolution]');

  const twin = await openCase(taker, form('墙要倒了', { lon: camera.lon, lat: camera.lat }));
  await open(`/cases/${twin.code}`);
  await page.click(`[data-near="${file.id}"] [data-begin=merge]`);
  await page.click('[data-ask=merge] [data-action=give]');
  await page.waitForSelector(`${at(twin)}[data-state=MERGED]`);
  await page.click('[data-act=unmerge]');
  await page.click('[data-ask=unmerge] [data-action=give]');
  await page.waitForSelector(`${at(twin)}[data-state=ACCEPTED]`);
});

test('scripts in every text field are text', async () => {
  const bad = (n: string): string => `<img src=x onerror="window.hit='${n}'"><script>window.hit='${n}'</script>{{constructor.constructor("window.hit='${n}'")()}}`;
  const made = await admin.request('POST', '/api/v1/departments', { id: 'evil', name: bad('department').slice(0, 60) });
  assert.ok(made.ok, await made.text());
  let file = await openCase(taker, form(bad('title'), { text: bad('text'), address: bad('address'), lon: camera.lon, lat: camera.lat, reporter: { name: bad('name').slice(0, 60), phone: '13900001111' } }));
  const twin = await openCase(taker, form(bad('twin'), { lon: camera.lon, lat: camera.lat }));
  file = await did(second, file, 'dispatch', { lead: 'police', co: ['evil'], item: bad('item'), standard: bad('standard') });
  for (const [act, more] of [['comment', { text: bad('comment') }], ['call', { direction: 'out', reached: true, text: bad('call') }], ['meet', { kind: 'joint', time_us: String(Date.now() * 1000), place: bad('place'), people: bad('people'), text: bad('meeting') }],
    ['resolve', { text: bad('resolution') }], ['link', { kind: 'case', to: twin.id, text: bad('link') }], ['urge', { text: bad('urge') }], ['edit', { form: { title: bad('edited') } }]] as const) file = await did(second, file, act, more);
  await did(second, twin, 'merge', { to: file.code, text: bad('merge') });
  const filter = await operator.request('POST', '/api/v1/case-filters', { name: bad('filter').slice(0, 40), query: 'mine=1' });
  assert.ok(filter.ok, await filter.text());
  const desk = await visit(browser, stack, 'taker', { width: 1920, height: 1080 }, {}, PASSWORD);
  await open('/intake', desk.page);
  await desk.page.fill('[data-field=phone]', '13900001111');
  await desk.page.waitForSelector('[data-test=earlier]');
  const seen = async (of: Page, path: string, ready: string): Promise<void> => {
    if (path) await open(path, of);
    await of.waitForSelector(ready);
    assert.equal(await of.evaluate(() => (window as unknown as { hit?: string }).hit), undefined, path);
  };
  await seen(desk.page, '', '[data-test=earlier] a');
  await seen(page, '/cases', `[data-row="${file.id}"]`);
  await seen(page, `/cases/${file.code}`, `${at(file)} [data-item=resolution]`);
  await page.waitForFunction(() => document.title.includes('<img'));
  await seen(page, '/work', '[data-test=work][data-loaded=true]');
  await seen(page, '/cases?view=quality', '[data-test=quality][data-loaded=true]');
  await page.keyboard.press('Escape');
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

test('each number has what it is counted from and its rule, and opens the cases behind it', async () => {
  await open('/indicators');
  await page.waitForSelector('[data-test=indicators][data-loaded=true]');
  await page.waitForSelector('[data-test=chart] svg');
  const row = '[data-indicator=satisfied]';
  assert.match(await page.innerText(row), /满意度.*不足 10 件/s);
  await page.click(`${row} [data-part=numerator]`);
  await page.waitForSelector('[data-test=behind] [data-row]');
  await page.waitForFunction(() => new URL(location.href).searchParams.get('of') === 'satisfied');
  await shoot(page, 'indicators');
  await clean(page, 'indicators');
});

test('a photograph goes with a feedback from a phone over a line that breaks; it is in the time line, in full by keys, withdrawn with a reason', async () => {
  let file = await openCase(taker, form('路灯不亮'));
  file = await did(operator, file, 'triage', { form: { category: 'livelihood', grade: 'annoyance' } });
  file = await did(operator, file, 'dispatch', { lead: 'police' });
  const phone = await visit(browser, stack, 'police1', { width: 390, height: 844 }, {}, PASSWORD);
  phone.page.setDefaultTimeout(60_000);
  await open('/work', phone.page);
  const card = `[data-work="${file.id}"]`;
  await phone.page.click(`${card} [data-act=take]`);
  await phone.page.click(`${card} [data-act=feedback]`);
  await phone.page.context().setOffline(true);
  await phone.page.setInputFiles(`${card} [data-file=photo]`, { name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer: photograph(6) });
  await phone.page.waitForSelector(`${card} [data-upload=pausing]`);
  await shoot(phone.page, 'files-phone-offline');
  await phone.page.context().setOffline(false);
  await phone.page.waitForSelector(`${card} [data-upload=done]`);
  await phone.page.setInputFiles(`${card} [data-file=any]`, { name: 'virus.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('MZ\0\0') });
  await phone.page.waitForSelector(`${card} [data-upload=refused]`);
  await phone.page.fill(`${card} textarea`, '已修好，见照片');
  await shoot(phone.page, 'files-phone');
  await clean(phone.page, 'phone');
  await phone.page.click(`${card} [data-action=give]`);
  await until('it is fed back', async () => (await detailOf(operator, file.id)).case.state === 'FEEDBACK' || undefined);
  assert.deepEqual(phone.faults, []);
  await phone.context.close();

  await open(`/cases/${file.code}`);
  await page.waitForSelector(at(file));
  const inStory = '[data-action=feedback] [data-attachment] button';
  await page.waitForFunction((where) => (document.querySelector<HTMLImageElement>(`${where} img`)?.naturalHeight ?? 0) === 400, inStory);
  await shoot(page, 'files-case');
  await clean(page, 'case with files');
  await page.focus(inStory);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('[data-test=file-view] [data-picture]')?.naturalWidth === 480);
  await shoot(page, 'files-view');
  await clean(page, 'file in full');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-test=file-view]', { state: 'detached' });
  await page.waitForFunction((where) => document.activeElement === document.querySelector(where), inStory);
  await page.setInputFiles('[data-test=case-files] [data-file=any]', [{ name: '说明.txt', mimeType: 'text/plain', buffer: Buffer.from('说明') }, { name: 'b.png', mimeType: 'image/png', buffer: picture('png') }]);
  await page.waitForFunction(() => document.querySelectorAll('[data-test=case-files] [data-attachment]').length === 3);
  await page.click('[data-test=case-files] [data-kind=png] button');
  await page.click('[data-action=withdraw]');
  await page.fill('[data-test=file-view] input', '拍错了');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=file-view] [role=note]:has-text("拍错了")');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-action=detach] .withdrawn');
});

test('a table is taken along, a workbook and a ledger of another program are brought in', async () => {
  await openCase(taker, form('占道经营', { reporter: { name: '张小明', phone: '13812345678' } }));
  await openCase(taker, form('井盖松动'));
  await open('/cases');
  await page.click('[data-action=export]');
  await clean(page, 'export');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-action=take]')]);
  await page.waitForSelector('[data-fact=rows]');
  assert.match(download.suggestedFilename(), /^request_ledger-\d{8}-\d{4}\.xlsx$/);
  const workbook = readFileSync(await download.path());
  assert.equal(workbook.subarray(0, 2).toString(), 'PK');
  await page.click('[data-action=import]');
  // what was taken along has masked phones, and is there already
  await page.setInputFiles('[data-file=ledger]', { name: 'a.xlsx', mimeType: 'application/octet-stream', buffer: workbook });
  await page.waitForSelector('[data-test=faults] td:has-text("联系电话")');
  await page.waitForSelector('[data-test=duplicates] a');
  await shoot(page, 'ledger-import');
  await clean(page, 'import');
  const gbk = Buffer.concat([Buffer.from([0xca, 0xc2, 0xcf, 0xee, 0xc3, 0xfb, 0xb3, 0xc6]), Buffer.from(',when\r\nold light,2026-01-05 08:30\r\n')]); // 事项名称
  await page.setInputFiles('[data-file=ledger]', { name: 'b.csv', mimeType: 'text/csv', buffer: gbk });
  await page.waitForSelector('[data-fact=import][data-ready="0"]');
  await page.selectOption('[data-test=columns] select[aria-label=when]', 'accepted');
  await page.waitForSelector('[data-fact=import][data-ready="1"][data-bad="0"]');
  await page.click('[data-action=import]');
  await page.waitForSelector('[data-fact=import][data-imported="1"]');
  const { cases } = await operator.json<{ cases: Case[] }>('/api/v1/cases?q=old');
  assert.equal(cases.filter(({ title }) => title === 'old light').length, 1);
});

test('no fault on the way', () => assert.deepEqual(seat.faults, []));
