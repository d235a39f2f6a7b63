// Where a case is and how urgent: seen and changed on the pages, by name or by a click; where the two differ a person says which holds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Feed } from '../lib/alerts.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { account, caseTown, detailOf, did, openCase, PASSWORD, type Case, type CaseTown } from '../lib/cases.ts';
import type { Person } from '../lib/client.ts';
import { clean, shoot } from '../lib/pages.ts';
import { order } from '../lib/simulator.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

type Placed = Case & { lon: number | null; lat: number | null; grade: string | null; scale: string | null };
let stack: Stack;
let browser: Browser;
let town: CaseTown;
let taker: Person;
let seat: Visit;
let page: Page;
let cells: [string, string];

const open = async (path: string, of = page): Promise<void> => {
  await of.goto(stack.url + path);
  await of.waitForSelector('[data-link=open]');
};
const fresh = async (id: string): Promise<Placed> => (await detailOf(town.operator, id)).case as unknown as Placed;
/** The middle of the map, once it is drawn. */
async function clickMap(of: Page, within: string): Promise<void> {
  await of.waitForSelector(`${within} [data-test=case-map][data-ready=true]`);
  await of.click(`${within} [data-test=case-map]`);
}

before(async () => {
  stack = await startStack({ cameras: 4 });
  town = await caseTown(stack, [['emergency', '应急办']]);
  taker = await account(town.admin, 'taker', [['call_taker', town.town]]);
  cells = [town.cells[0]!, town.cells[5]!];
  browser = await startBrowser();
  seat = await visit(browser, stack, 'operator');
  page = seat.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

test('at the intake a cell is named and the map clicked; where they differ nothing goes until somebody says which holds', async () => {
  const desk = await visit(browser, stack, 'taker', { width: 1920, height: 1080 }, {}, PASSWORD);
  const own = desk.page;
  own.setDefaultTimeout(60_000);
  await open('/intake', own);
  await own.fill('[data-field=title]', '井盖松动');
  await own.selectOption('[data-field=area]', cells[0]);
  assert.equal(await own.innerText('[data-fact=point]'), '没有坐标', 'the name of a cell is no coordinate');
  await clickMap(own, '.map');
  await own.waitForFunction(() => document.querySelector('[data-fact=point]')?.textContent === '有坐标');
  assert.equal(await own.inputValue('[data-field=area]'), cells[0]);
  await own.selectOption('[data-field=area]', cells[1]);
  await own.waitForSelector('[data-test=place-differs]');
  await shoot(own, 'place-differs');
  await clean(own, 'which place holds');
  await own.click('[data-action=send]');
  await own.waitForFunction(() => (document.activeElement as HTMLElement).dataset['take'] === 'point');
  assert.equal(await own.locator('[data-test=made]').count(), 0);
  await own.click('[data-take=cell]');
  await own.waitForSelector('[data-test=place-differs]', { state: 'detached' });
  await own.selectOption('[data-field=scale]', { index: 1 });
  await own.click('[data-action=send]');
  await own.waitForSelector('[data-test=made]');
  const { cases } = await town.operator.json<{ cases: Case[] }>(`/api/v1/cases?q=${encodeURIComponent('井盖松动')}`);
  const made = await fresh(cases[0]!.id);
  assert.deepEqual([made.area, made.lon, made.lat], [cells[1], null, null]);
  assert.ok(made.scale);
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

test('on its page a case gets another grade only with a reason, and a place by a click; the time line says what was set', async () => {
  const file = await openCase(taker, { channel: 'hotline', title: '围墙倾斜', area: cells[0] });
  const now = await did(town.operator, file, 'triage', { form: { category: 'safe_town', grade: 'annoyance' } });
  await open(`/cases/${now.code}`);
  const at = `[data-test=case][data-case="${file.id}"][data-loaded=true]`;
  await page.waitForSelector(`${at} [data-fact=grade]`);
  await page.keyboard.press('e');
  await page.waitForSelector('[data-ask=edit]');
  await page.click('[data-ask=edit] [data-field="form.grade"] [data-choice=urgent]');
  await page.click('[data-ask=edit] [data-field="form.scale"] [data-choice] >> nth=1');
  await page.click('[data-ask=edit] [data-field="form.colour"] [data-choice] >> nth=0');
  await page.click('[data-ask=edit] [data-action=place-map]');
  await clickMap(page, '[data-ask=edit]');
  await page.waitForFunction(() => document.querySelector('[data-ask=edit] [data-fact=point]')?.textContent === '有坐标');
  await shoot(page, 'case-edit-place');
  await clean(page, 'place and grade of a case');
  await page.click('[data-ask=edit] [data-action=give]');
  await page.waitForSelector('[data-ask=edit] .missing');
  assert.match(await page.innerText('[data-ask=edit] [data-field=text]'), /改等级的理由/);
  assert.equal((await fresh(file.id)).grade, 'annoyance', 'not without a reason');
  await page.fill('[data-ask=edit] [data-field=text] textarea', '墙体继续倾斜，有人住');
  await page.click('[data-ask=edit] [data-action=give]');
  await page.waitForSelector('[data-ask=edit]', { state: 'detached' });
  const changed = await fresh(file.id);
  assert.deepEqual([changed.grade, changed.area, typeof changed.lon], ['urgent', cells[0], 'number']);
  assert.ok(changed.scale && changed.colour);
  for (const fact of ['grade', 'scale', 'colour']) await page.waitForSelector(`header [data-fact=${fact}]`);
  const line = await page.innerText('[data-test=case-story] [data-action=edit]');
  assert.match(line, /等级：急难事[^]*有坐标[^]*墙体继续倾斜/);
  await page.waitForSelector('.side [data-test=case-map][data-ready=true]');
  await shoot(page, 'case-placed');

  // another cell than the coordinate's: asked, and the coordinate is given up only when somebody says so
  await page.keyboard.press('e');
  await page.selectOption('[data-ask=edit] [data-field=area]', cells[1]);
  await page.waitForSelector('[data-ask=edit] [data-test=place-differs]');
  await page.click('[data-ask=edit] [data-action=give]');
  assert.equal((await fresh(file.id)).area, cells[0]);
  await page.click('[data-ask=edit] [data-take=point]');
  assert.equal(await page.inputValue('[data-ask=edit] [data-field=area]'), cells[0]);
  await page.selectOption('[data-ask=edit] [data-field=area]', cells[1]);
  await page.click('[data-ask=edit] [data-take=cell]');
  await page.click('[data-ask=edit] [data-action=give]');
  await page.waitForSelector('[data-ask=edit]', { state: 'detached' });
  const moved = await fresh(file.id);
  assert.deepEqual([moved.area, moved.lon], [cells[1], null]);
});

test('the form of an alert asks too; Z says what it took back: an order that was sent stays', async () => {
  const feed = new Feed(stack, 'sensors');
  const { lon, lat } = town.camera;
  await open('/console');
  await page.waitForSelector('[data-test=console][data-loaded=true]');
  await feed.report({ id: 'p1', type: 'fire', title: '库房烟感报警', text: '库房有烟', lon, lat });
  const row = '[data-row]:has-text("库房烟感报警")';
  const id = (await (await page.waitForSelector(row)).getAttribute('data-row'))!;
  await page.click(`${row} > button`);
  await page.mouse.move(5, 5);
  await page.keyboard.press('n');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  const before = await page.inputValue('[data-ask=case] [data-field=area]');
  const other = before === cells[1] ? cells[0] : cells[1];
  await page.selectOption('[data-ask=case] [data-field=area]', other);
  await page.waitForSelector('[data-ask=case] [data-test=place-differs]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset['take'] === 'point');
  await shoot(page, 'place-differs-alert');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // the cell that was named
  await page.waitForSelector('[data-ask=case] [data-test=place-differs]', { state: 'detached' });
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-told=done]:has-text("已立案")');
  const { alert } = await town.operator.json<{ alert: { case: string; case_code: string } }>(`/api/v1/alerts/${id}`);
  const made = await fresh(alert.case);
  assert.deepEqual([made.area, made.lon, made.lead], [other, null, 'emergency']);
  await page.keyboard.press('z');
  await page.waitForSelector('[data-told=undone]');
  assert.match(await page.innerText('[data-told=undone]'), new RegExp(`撤出案件 ${alert.case_code}；已派给 应急办 的任务不收回`));
  await shoot(page, 'undone-sent');
  await clean(page, 'what was taken back');
  await page.click('[data-told=undone] a');
  await page.waitForSelector(`[data-test=case][data-case="${alert.case}"]`);

  // not sent to anybody: the case is over with it
  await open('/console');
  await page.waitForSelector('[data-test=console][data-loaded=true]');
  await page.click(`${row} > button`);
  await page.mouse.move(5, 5);
  await page.keyboard.press('n');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  await page.selectOption('[data-ask=case] [data-field=lead]', '');
  await page.click('[data-ask=case] [data-action=send]');
  await page.waitForSelector('[data-told=done]:has-text("已立新案"), [data-told=done]:has-text("已立案")');
  const again = await until('another case', async () => {
    const { alert: one } = await town.operator.json<{ alert: { case: string | null } }>(`/api/v1/alerts/${id}`);
    return one.case;
  });
  await page.waitForSelector('[data-ask=case]', { state: 'detached' });
  await page.keyboard.press('z');
  await page.waitForSelector('[data-told=undone]:has-text("已撤销立案")');
  assert.equal((await fresh(again)).state, 'TERMINATED');
});

test('one time line: what is due over what was; cameras that were linked together are one row; a long one draws the newest first', async () => {
  const { cameras } = await town.operator.json<{ cameras: { id: string }[] }>('/api/v1/cameras?limit=2');
  const file = await openCase(taker, { channel: 'hotline', title: '河道漂浮物', area: cells[0] });
  let now = await did(town.operator, file, 'dispatch', { lead: 'emergency' });
  for (const { id } of cameras) now = await did(town.operator, now, 'link', { kind: 'camera', to: id });
  for (let n = 1; n <= 70; n++) now = await did(town.operator, now, 'comment', { text: `巡查 ${n}` });
  await open(`/cases/${now.code}`);
  await page.waitForSelector(`[data-test=case][data-case="${file.id}"][data-loaded=true]`);
  await page.waitForSelector('[data-ahead=take]');
  assert.equal(await page.locator('[data-test=case-story] [data-seq]').count(), 60);
  await page.click('[data-action=older]');
  await page.waitForSelector('[data-test=story-folded] summary:has-text("关联镜头 2 个")');
  await page.click('[data-test=story-folded] summary');
  await page.waitForSelector(`[data-test=story-folded] [data-action=link]:has-text("镜头"), [data-test=story-folded] [data-action=link] .fact`);
  await page.click('[data-kind=video]');
  assert.equal(await page.locator('[data-test=case-story] [data-seq]').count(), 2);
  await shoot(page, 'case-story');
  await clean(page, 'time line');
});


test('a linked camera that shows nothing says why, and the nearest that works stands beside it', async () => {
  const { cameras } = await town.operator.json<{ cameras: { id: string; name: string; n: number; lon: number; lat: number }[] }>('/api/v1/cameras?limit=10');
  const [dead, ...others] = cameras;
  const file = await openCase(town.operator, { title: '广场有人争执', area: cells[0], channel: 'hotline', lon: dead!.lon, lat: dead!.lat });
  await did(town.operator, file, 'link', { kind: 'camera', to: dead!.id });
  await order(stack, { cmd: 'fault', kind: 'unauthorized', cameras: [Number(dead!.id.slice(1))] });
  await order(stack, { cmd: 'fault', kind: 'drop', cameras: [Number(dead!.id.slice(1))] });
  for (const [i, one] of others.entries()) { // one 150 m beside it, the rest out of reach
    const { version } = await town.admin.json<{ version: number }>(`/api/v1/cameras/${one.id}`);
    const moved = await town.admin.request('PATCH', `/api/v1/cameras/${one.id}`, { version, lon: dead!.lon + (i === 0 ? 150 : 9000) / 96_000, lat: dead!.lat });
    assert.equal(moved.status, 200);
  }
  await open(`/cases/${file.code}`);
  await page.waitForSelector(`.side [data-camera="${others[0]!.id}"][data-instead="${dead!.id}"]`);
  assert.match(await page.innerText(`.side [data-instead="${dead!.id}"] > figcaption`), new RegExp(`1\\d\\d m · 替代无画面的${dead!.name}`));
  await page.waitForFunction((id) => /密码错/.test(document.querySelector(`.side [data-camera="${id}"]`)?.textContent ?? ''), dead!.id);
  await shoot(page, 'case-instead');
});

test('a second tab of the intake is a second caller: each keeps its own over a reload, and what a closed one had is not lost', async () => {
  const desk = await visit(browser, stack, 'taker', { width: 1920, height: 1080 }, {}, PASSWORD);
  desk.context.setDefaultTimeout(60_000);
  const tabs: Page[] = [desk.page, await desk.context.newPage()];
  const titled = (tab: Page, title: string): Promise<unknown> => tab.waitForFunction((text) => document.querySelector<HTMLInputElement>('[data-field=title]')?.value === text, title);
  for (const [i, tab] of tabs.entries()) {
    await open('/intake', tab);
    await tab.fill('[data-field=title]', ['楼道堆物', '水管爆裂'][i]!);
    await tab.waitForSelector('[data-test=saved]');
  }
  for (const [i, tab] of tabs.entries()) {
    await tab.reload();
    await titled(tab, ['楼道堆物', '水管爆裂'][i]!);
  }
  await tabs[1]!.close();
  const later = await desk.context.newPage();
  await open('/intake', later);
  await titled(later, '水管爆裂');
  await later.click('[data-action=clear]');
  await later.waitForFunction(() => !Object.values(localStorage).some((text) => String(text).includes('水管爆裂')));
  await titled(desk.page, '楼道堆物');
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

/** An alert and a case that both of them see; nobody sends anything. */
const both = { title: '仓库烟感报警', file: null as Case | null };
async function shared(): Promise<Case> {
  if (both.file) return both.file;
  const { lon, lat } = town.camera;
  await new Feed(stack, 'sensors-both').report({ id: 'both', type: 'fire', title: both.title, lon: lon + 0.01, lat });
  return (both.file = await openCase(taker, { channel: 'hotline', title: '井盖松动', area: cells[0] }));
}

for (const way of ['logged out', 'the session was ended'] as const)
  test(`who logs in at a browser after another one (${way}) finds nothing of what that one half typed`, async () => {
    const [one, two] = way === 'logged out' ? ['first1', 'second1'] : ['first2', 'second2'];
    for (const login of [one, two]) await (await account(town.admin, login, [['operator', town.town]])).giveReason();
    const file = await shared();
    const { page: own, context, faults } = await visit(browser, stack, one, { width: 1920, height: 1080 }, {}, PASSWORD);
    own.setDefaultTimeout(60_000);
    const row = `[data-row]:has-text("${both.title}")`;
    /** Within the page, so that what it keeps in its memory is there. */
    const toAlert = async (): Promise<string> => {
      await own.click('.view.console');
      await own.click(`${row} > button`);
      await own.mouse.move(5, 5);
      await own.keyboard.press('n');
      await own.waitForSelector('[data-ask=case][data-ready=true]');
      return own.inputValue('[data-ask=case] [data-field=title]');
    };
    const toCase = async (): Promise<string> => {
      await own.keyboard.press('Escape');
      await own.click('.view.cases');
      await own.click(`[data-row="${file.id}"] .open`);
      await own.waitForSelector(`[data-test=case][data-case="${file.id}"][data-loaded=true]`);
      await own.keyboard.press('t');
      return own.inputValue('[data-ask=comment] textarea');
    };
    const typed = (text: string): Promise<unknown> => own.waitForFunction((words) => Object.values(localStorage).some((value) => String(value).includes(words)), text);
    const kept = (): Promise<string> => own.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.body.innerText, [...document.querySelectorAll('input, textarea')].map((field) => (field as HTMLInputElement).value)]));

    await open('/console', own);
    assert.equal(await toAlert(), both.title);
    await own.fill('[data-ask=case] [data-field=title]', '半句甲');
    await typed('半句甲');
    assert.equal(await toCase(), '');
    await own.fill('[data-ask=comment] textarea', '半句乙');
    await typed('半句乙');
    await own.evaluate(() => Object.assign(window, { wasHere: true }));
    if (way === 'logged out') await own.click('.out');
    else {
      const { sessions } = await town.admin.json<{ sessions: { id: string; login: string; agent: string }[] }>('/api/v1/sessions?user=all');
      const theirs = sessions.find(({ login, agent }) => login === one && agent.includes('Chrome'));
      assert.equal((await town.admin.request('DELETE', `/api/v1/sessions/${theirs!.id}`)).status, 204);
    }
    await own.waitForSelector('[name=login]');
    assert.equal(await own.evaluate(() => 'wasHere' in window), false, 'the page was loaded anew');
    // a session that ended in the middle of a sentence: what the same login typed waits for it, out of sight
    assert.doesNotMatch(way === 'logged out' ? await kept() : await own.innerText('body'), /半句/);

    await own.fill('[name=login]', two);
    await own.fill('[name=password]', PASSWORD);
    await own.keyboard.press('Enter');
    await own.waitForSelector('[data-link=open]');
    assert.equal(await toAlert(), both.title);
    assert.equal(await toCase(), '');
    assert.equal(await own.locator('[data-act] small').count(), 0, 'no act says that there is a draft');
    assert.doesNotMatch(await kept(), /半句/);
    assert.deepEqual(faults, []);
    await context.close();
  });

test('no fault on the way', () => assert.deepEqual(seat.faults, []));
