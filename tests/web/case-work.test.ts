// Cases at work, on the real stack: which limit is extended, a board with more hits than one page of the server has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { account, caseTown, detailOf, did, openCase, PASSWORD, type Case, type CaseTown } from '../lib/cases.ts';
import type { Person } from '../lib/client.ts';
import { clean, shoot } from '../lib/pages.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const DAY_US = 86_400_000_000n;
let stack: Stack;
let browser: Browser;
let town: CaseTown;
let taker: Person;

const open = async (path: string, of: Page): Promise<void> => {
  await of.goto(stack.url + path);
  await of.waitForSelector('[data-link=open]');
};
const at = (file: Case): string => `[data-test=case][data-case="${file.id}"][data-loaded=true]`;
async function seat(login: string, size?: { width: number; height: number }): Promise<Visit> {
  const own = await visit(browser, stack, login, size, {}, stack.logins().some((one) => one.login === login) ? undefined : PASSWORD);
  own.page.setDefaultTimeout(60_000);
  return own;
}
async function leave(one: Visit): Promise<void> {
  assert.deepEqual(one.faults, []);
  await one.context.close();
}
/** As a field for date and time takes it: the minute in which it falls. */
const local = (us: bigint): string => {
  const when = new Date(Number(us / 1000n));
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

before(async () => {
  stack = await startStack({ cameras: 6 });
  town = await caseTown(stack, [['police', '派出所']]);
  taker = await account(town.admin, 'taker', [['call_taker', town.town]]);
  await account(town.admin, 'police1', [['department_handler', town.town]], 'police');
  await account(town.admin, 'super1', [['supervisor', town.town]]);
  browser = await startBrowser();
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

test('who asks for more time says which limit it is for; that of a petition has its reasons in writing and is extended once', async () => {
  let file = await openCase(taker, { channel: 'petition', title: '征地补偿信访', area: town.cells[0] });
  file = await did(town.operator, file, 'dispatch', { lead: 'police' });
  const handler = await seat('police1', { width: 1366, height: 768 });
  const { page } = handler;
  await open(`/cases/${file.code}`, page);
  await page.click('[data-act=take]');
  await page.waitForSelector(`${at(file)}[data-state=WORKING]`);
  const dueOf = async (): Promise<bigint> => BigInt((await detailOf(town.operator, file.id)).timers.find(({ timer }) => timer === 'petition')!.due_us!);
  const due = await dueOf();
  const ask = '[data-ask=ask_extension]';
  const begin = async (): Promise<void> => {
    await page.click('[data-action=more]');
    await page.click('[data-act=ask_extension]');
    await page.waitForSelector(ask);
  };
  await begin();
  assert.deepEqual(await page.locator(`${ask} [data-field=timer] [data-choice]`).evaluateAll((all) => all.map((one) => [(one as HTMLElement).dataset['choice'], one.getAttribute('aria-pressed')])), [['@orders', 'false'], ['petition', 'false']]);
  await page.click(`${ask} [data-choice=complex]`);
  await page.fill(`${ask} [data-field=until_us] input`, local(due + 30n * DAY_US));
  await page.click(`${ask} [data-action=give]`);
  assert.match(await page.innerText(`${ask} [data-field=timer] [role=alert]`), /延长哪个期限/);
  await page.click(`${ask} [data-choice=petition]`);
  await page.click(`${ask} [data-action=give]`);
  assert.match(await page.innerText(`${ask} [data-field=text] [role=alert]`), /请填写/);
  await shoot(page, 'extension-which');
  await clean(page, 'which limit is extended');
  // longer than the law has it: the server says so and nothing that was typed is lost
  await page.fill(`${ask} textarea`, '案情复杂，须委托评估');
  await page.fill(`${ask} [data-field=until_us] input`, local(due + 31n * DAY_US));
  await page.click(`${ask} [data-action=give]`);
  await page.waitForSelector('[data-told=failed]');
  assert.match(await page.innerText('[data-told=failed]'), /超过了最长的延长期限/);
  assert.equal(await page.inputValue(`${ask} textarea`), '案情复杂，须委托评估');
  await page.fill(`${ask} [data-field=until_us] input`, local(due + 30n * DAY_US));
  await page.click(`${ask} [data-action=give]`);
  await page.waitForSelector('[data-asked] [data-fact=limit]');
  assert.match(await page.innerText('[data-asked]'), /信访办理/);

  const chief = await seat('super1', { width: 390, height: 844 });
  await chief.page.addInitScript(() => localStorage.setItem('townwall.locale', 'en'));
  await open('/work', chief.page);
  await chief.page.click(`[data-section=asked] [data-row="${file.id}"] [data-act=grant]`);
  await chief.page.waitForSelector('[data-ask=grant] [data-choice]');
  assert.match(await chief.page.innerText('[data-ask=grant] [data-choice]'), /Petition/);
  await shoot(chief.page, 'extension-granted-phone-en');
  assert.ok(await chief.page.evaluate(() => document.querySelector('[data-ask=grant] [data-choice]')!.getBoundingClientRect().right <= innerWidth), 'what is granted is read in full');
  await chief.page.click('[data-ask=grant] [data-action=give]');
  await chief.page.waitForSelector(`[data-section=asked] [data-row="${file.id}"]`, { state: 'detached' });
  assert.equal((await dueOf()) / 60_000_000n, (due + 30n * DAY_US) / 60_000_000n);

  // once: what is left is the work on the order, and nothing has to be chosen
  await page.waitForSelector('[data-asked]', { state: 'detached' });
  await begin();
  assert.equal(await page.locator(`${ask} [data-field=timer]`).count(), 0);
  await page.click(`${ask} [data-choice=complex]`);
  await page.fill(`${ask} [data-field=until_us] input`, local(BigInt(Date.now()) * 1000n + 20n * DAY_US));
  await page.click(`${ask} [data-action=give]`);
  await page.waitForSelector('[data-asked]');
  assert.equal(await page.locator('[data-asked] [data-fact=limit]').count(), 0);
  await leave(handler);
  await leave(chief);
});

test('the board reaches every hit of words that only the record knows, page after page, and draws as many of a column as are asked for', async () => {
  const HITS = 230;
  const LANES = 8;
  await Promise.all(Array.from({ length: LANES }, async (_, lane) => {
    for (let i = lane; i < HITS; i += LANES) await openCase(taker, { channel: 'hotline', title: `路灯 ${i}`, text: '汛期夜巡发现', area: town.cells[i % 2] });
  }));
  const desk = await seat('operator');
  const { page } = desk;
  await open('/cases?q=汛期夜巡', page);
  const shown = (n: number): Promise<unknown> => page.waitForFunction((count) => document.querySelector('[data-fact=count]')?.textContent === `${count} 件`, n);
  await shown(200);
  await page.waitForSelector('[data-test=more-found]');
  await shoot(page, 'board-more');
  await clean(page, 'a board with more hits');
  await page.click('[data-action=older]');
  await shown(HITS);
  await page.waitForSelector('[data-test=more-found]', { state: 'detached' });
  for (let drawn = 50; drawn < HITS; drawn += 50) {
    await page.waitForFunction((count) => document.querySelectorAll('[data-column=ACCEPTED] [data-row]').length === count, drawn);
    await page.click('[data-draw=ACCEPTED]');
  }
  await page.waitForFunction((count) => document.querySelectorAll('[data-column=ACCEPTED] [data-row]').length === count, HITS);
  assert.equal(await page.locator('[data-draw=ACCEPTED]').count(), 0);
  // what narrows the board narrows what the server is asked for
  await page.selectOption('[data-filter=area]', town.cells[0]!);
  await shown(HITS / 2);
  await page.waitForSelector('[data-test=more-found]', { state: 'detached' });
  await page.evaluate(() => localStorage.setItem('townwall.locale', 'en'));
  await open('/cases?q=汛期夜巡', page);
  assert.match(await page.innerText('[data-test=more-found]'), /There may be older ones\s+Find 200 more/);
  await leave(desk);
});
