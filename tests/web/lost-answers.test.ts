// What somebody typed survives: an answer that never came, a server that was away with the line up, a session that ended. Nothing of it is
// thrown away, nothing is made twice, and a place is taken for none that was not meant.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page, Route } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Feed } from '../lib/alerts.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { account, caseTown, detailOf, PASSWORD, type Case, type CaseTown } from '../lib/cases.ts';
import { clean, shoot } from '../lib/pages.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let browser: Browser;
let town: CaseTown;
let desk: Visit;
let page: Page;

const open = async (path: string, of = page): Promise<void> => {
  await of.goto(stack.url + path);
  await of.waitForSelector('[data-link=open]');
};
/** It arrives and its answer is lost, once. */
const lost = async (route: Route): Promise<void> => {
  await route.fetch();
  await route.abort();
};
const called = async (title: string): Promise<Case[]> => (await town.operator.json<{ cases: Case[] }>('/api/v1/cases?limit=100')).cases.filter((one) => one.title === title);

before(async () => {
  stack = await startStack({ cameras: 4, departments: true });
  town = await caseTown(stack, []);
  for (const login of ['taker', 'taker2']) await account(town.admin, login, [['call_taker', town.town]]);
  browser = await startBrowser();
  desk = await visit(browser, stack, 'taker', { width: 1920, height: 1080 }, {}, PASSWORD);
  page = desk.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

test('an answer of the intake that is lost: what is typed after it goes into the case that the first part became', async () => {
  await open('/intake');
  await page.fill('[data-field=phone]', '13812345678');
  await page.fill('[data-field=title]', '小区停水');
  await page.fill('[data-field=text]', '一楼停水');
  await page.route('**/api/v1/cases', lost, { times: 1 });
  await page.click('[data-action=send]');
  await page.waitForFunction(() => /自动再送/.test(document.querySelector('[role=alert]')?.textContent ?? ''));
  await page.fill('[data-field=text]', '一楼停水。二楼有人被困，需要救援');
  await page.waitForSelector('[data-test=taken]'); // by itself, and what was added is not half sent
  assert.match(await page.innerText('[data-test=taken]'), /已受理为 \d{4}-\d{4}/);
  assert.equal(await page.inputValue('[data-field=text]'), '一楼停水。二楼有人被困，需要救援');
  await shoot(page, 'intake-taken');
  await clean(page, 'intake, the first part taken');
  await page.reload();
  await page.waitForSelector('[data-test=taken]');
  await page.click('[data-action=send]');
  await page.waitForSelector('[data-test=made]');
  const made = await called('小区停水');
  assert.equal(made.length, 1);
  assert.equal((await detailOf(town.operator, made[0]!.id)).case.text, '一楼停水。二楼有人被困，需要救援');
});

test('a server that is away while the line is up: it goes by itself, once', async () => {
  await open('/intake');
  await page.fill('[data-field=title]', '路灯全灭');
  await page.route('**/api/v1/cases', (route) => route.abort(), { times: 1 });
  await page.click('[data-action=send]');
  await page.waitForFunction(() => /自动再送/.test(document.querySelector('[role=alert]')?.textContent ?? ''));
  await page.waitForSelector('[data-test=made]');
  assert.equal((await called('路灯全灭')).length, 1);
});

test('a cell by its name however it is written, a number that one cell has; a name that none has takes the place away', async () => {
  const { features } = await town.operator.json<{ features: { properties: { code: string; level: string; name: string; parent: string } }[] }>('/api/v1/areas');
  const cell = features.find(({ properties: { level } }) => level === 'cell')!.properties;
  const village = features.find(({ properties: { code } }) => code === cell.parent)!.properties;
  const number = /\d+/.exec(cell.name)![0];
  const area = (): Promise<string> => page.inputValue('[data-field=area]');
  const say = async (text: string): Promise<void> => {
    await page.fill('[data-field=place]', '');
    await page.locator('[data-field=place]').pressSequentially(text);
    await page.keyboard.press('Enter');
  };
  await open('/intake');
  for (const text of [`${village.name}${number}`, `${village.name}${number}网格`, `${village.name} ${number} 网格`]) {
    await say(text);
    assert.equal(await area(), cell.code, text);
  }
  await say(village.name);
  assert.equal(await area(), village.code);
  await say('东门市场');
  assert.equal(await area(), '');
  assert.match(await page.innerText('[data-test=unknown-place]'), /没有唯一对应/);
  await page.click('[data-action=clear]').catch(() => undefined);
});

test('a session that ends in the middle of a sentence: the same login finds it again, another one nothing', async () => {
  await open('/intake');
  await page.fill('[data-field=title]', '半句话');
  await page.waitForFunction(() => Object.values(localStorage).some((text) => String(text).includes('半句话')));
  const end = async (login: string): Promise<void> => {
    const { sessions } = await town.admin.json<{ sessions: { id: string; login: string; agent: string }[] }>('/api/v1/sessions?user=all');
    for (const one of sessions.filter((each) => each.login === login && each.agent.includes('Chrome'))) assert.equal((await town.admin.request('DELETE', `/api/v1/sessions/${one.id}`)).status, 204);
    await page.waitForSelector('[name=login]');
  };
  const enter = async (login: string): Promise<void> => {
    await page.fill('[name=login]', login);
    await page.fill('[name=password]', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-link=open]');
    await open('/intake');
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-field') === 'phone');
  };
  await end('taker');
  await enter('taker');
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[data-field=title]')?.value === '半句话');
  await end('taker');
  await enter('taker2');
  assert.equal(await page.inputValue('[data-field=title]'), '');
  assert.equal(await page.evaluate(() => Object.values(localStorage).some((text) => String(text).includes('半句话'))), false);
  assert.deepEqual(desk.faults, []);
});

test('an alert whose case was made without an answer is sent by the next Enter, as it was typed', async () => {
  const { lon, lat } = town.camera;
  const seat = await visit(browser, stack, 'operator');
  const own = seat.page;
  own.setDefaultTimeout(60_000);
  await open('/console', own);
  await new Feed(stack, 'sensors').report({ id: 'lost', type: 'smoke', title: '二号楼烟感报警', lon, lat });
  await own.click('[data-row]:has-text("二号楼烟感报警") > button');
  await own.mouse.move(5, 5);
  await own.keyboard.press('n');
  await own.waitForSelector('[data-ask=case][data-ready=true]');
  await own.fill('[data-ask=case] [data-field=text]', '有人被困');
  await own.focus('[data-ask=case] [data-field=title]');
  await own.route('**/api/v1/alerts/*/acts', lost, { times: 1 });
  await own.keyboard.press('Enter');
  const opened = await until('the case is there', async () => (await called('二号楼烟感报警'))[0]);
  assert.equal(opened.lead, null);
  await own.waitForFunction(() => document.querySelector('[data-told=failed], [data-told=beaten], [data-ask=case] [role=alert]') !== null);
  await own.keyboard.press('Enter');
  await own.waitForFunction(() => /派 /.test(document.querySelector('[data-told=done]')?.textContent ?? ''));
  const made = await called('二号楼烟感报警');
  assert.equal(made.length, 1);
  const detail = await detailOf(town.operator, made[0]!.id);
  assert.deepEqual([detail.case.state, detail.case.text, detail.orders.length > 0], ['DISPATCHED', '有人被困', true]);
  await seat.context.close();
});
