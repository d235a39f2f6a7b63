// A mediation in three browsers with fake cameras: planned by the mediator, entered by links on phones, seen by each other; nothing of a
// private room comes to the other side's page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { visit, type Visit } from '../lib/browser.ts';
import { clean, shoot } from '../lib/pages.ts';
import { startMediaBrowser } from '../lib/rtc-page.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const PHONE = { width: 390, height: 844 };
let stack: Stack;
let browser: Browser;
let host: Visit;
let page: Page;
/** Pages of A and B, with every text that came to them over their WebSocket. */
interface Party { page: Page; heard: string[]; faults: string[]; lines: number; cut: () => Promise<void> }
const parties: Record<string, Party> = {};

before(async () => {
  stack = await startSmallStack({ cameras: 2, simulator: false });
  browser = await startMediaBrowser();
  host = await visit(browser, stack, 'mediator', { width: 1440, height: 900 });
  page = host.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

async function open(link: string): Promise<Party> {
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const one: Party = { page: await context.newPage(), heard: [], faults: [], lines: 0, cut: () => Promise.resolve() };
  one.page.setDefaultTimeout(60_000);
  one.page.on('pageerror', (error) => one.faults.push(String(error)));
  await one.page.routeWebSocket(/\/ws/, (line) => {
    const server = line.connectToServer();
    one.lines++;
    server.onMessage((message) => { one.heard.push(String(message)); line.send(message); });
    one.cut = () => Promise.all([line.close(), server.close()]).then(() => undefined);
  });
  await one.page.goto(link);
  return one;
}
/** From the link to the lobby, as a person taps. */
async function enter(side: string, link: string): Promise<void> {
  const one = await open(link);
  parties[side] = one;
  await one.page.click('[data-action=devices]');
  if (side === 'a') await shoot(one.page, 'meet-devices');
  await one.page.click('[data-action=devices-done]');
  await one.page.click('[data-action=notice]');
  await one.page.waitForSelector('fieldset');
  for (const box of await one.page.locator('fieldset').all()) await box.locator('input').first().check();
  if (side === 'a') await shoot(one.page, 'meet-screening');
  await one.page.click('[data-action=screening]');
  for (const kind of ['mediation', 'recording', 'publication', 'observer']) {
    if (side === 'a' && kind === 'recording') await shoot(one.page, 'meet-consent');
    await one.page.click(`[data-action=consent-yes][data-kind=${kind}]`);
  }
  await one.page.click('[data-action=ready]');
  await one.page.waitForSelector('[data-test=lobby]');
}
const admit = async (side: string): Promise<void> => {
  await page.click(`[data-waiting][data-side=${side}] [data-action=identity]`);
  await page.click(`[data-waiting][data-side=${side}] [data-action=admit]`);
};
/** Until a page shows moving pictures of so many others. */
const sees = (of: Page, others: number): Promise<unknown> =>
  of.waitForFunction((n) => [...document.querySelectorAll('[data-seat][data-moving=true] video:not(.self)')].filter((video) => (video as HTMLVideoElement).videoWidth > 0).length >= n, others);

test('planned with links, told of what stands there already', async () => {
  await page.goto(`${stack.url}/meetings?new=1`);
  const fill = async (title: string): Promise<void> => {
    await page.fill('[data-field=title]', title);
    await page.fill('[data-field=place]', '镇调解室');
    await page.fill('[data-row="0"] [data-field=name]', '李小明');
    await page.fill('[data-row="1"] [data-field=name]', '张文');
    await page.click('[data-action=make]');
  };
  await fill('石桥村围墙边界');
  await page.waitForSelector('article:has-text("石桥村围墙边界") [data-invite]');
  await page.click('[data-action=new]');
  await fill('另一件');
  assert.match(await page.locator('[data-test=refused]').innerText(), /石桥村围墙边界/);
  await page.click('[data-test=new-meeting] >> text=取消');
  for (const side of ['a', 'b']) await page.click(`[data-invite][data-side=${side}] [data-action=invite]`);
  await page.waitForFunction(() => document.querySelectorAll('[data-field=link]').length === 2);
  await shoot(page, 'meet-links');
  await clean(page, 'links');
});

test('guests come in on phones, wait in the lobby, are let in and see each other', async () => {
  const links = await page.locator('[data-field=link]').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  await page.click('[data-action=enter]');
  await page.waitForSelector('[data-test=begin]');
  await shoot(page, 'meet-begin');
  await page.check('[data-field=relation-none]');
  await page.click('[data-action=open]');
  await enter('a', links[0]!);
  await enter('b', links[1]!);
  await shoot(parties.b!.page, 'meet-lobby');
  await shoot(page, 'meet-host-lobby');
  for (const side of ['a', 'b']) await admit(side);
  for (const one of [page, parties.a!.page, parties.b!.page]) await sees(one, 2);
  assert.equal(await page.locator('[data-test=grid]').getAttribute('data-count'), '3');
  await shoot(page, 'meet-joint-host');
  await clean(page, 'the mediator in the joint room');
  await clean(parties.a!.page, 'a guest in the joint room');
  await shoot(parties.a!.page, 'meet-joint-guest');
  const again = await open(links[0]!);
  await again.page.waitForSelector('[data-test=end][data-end=link_used]');
  await shoot(again.page, 'meet-link-used');
  await again.page.context().close();
});

test('alone with A by a key: B sees and hears nothing of it', async () => {
  const [a, b] = [parties.a!, parties.b!];
  await page.keyboard.press('Alt+a');
  await page.waitForSelector('[data-test=headline]:has-text("与 A 方单独谈 · B 方听不到 · 未录制")');
  await a.page.waitForSelector('[data-room="side:a"]');
  await sees(page, 1);
  await sees(a.page, 1);
  await b.page.waitForSelector('[data-test=away]');
  assert.equal(await b.page.locator('[data-test=grid]').getAttribute('data-count'), '1');
  const before = b.heard.length;
  await page.fill('[data-field=say]', '只对甲方说');
  await page.click('[data-action=say]');
  await a.page.click('[data-action=chat]');
  await a.page.waitForSelector('[data-test=chat]:has-text("只对甲方说")');
  await a.page.setInputFiles('[data-field=file]', { name: '账单.txt', mimeType: 'text/plain', buffer: Buffer.from('一共三千元\n') });
  await page.waitForSelector('[data-test=files]:has-text("账单")');
  await shoot(page, 'meet-private-host');
  await shoot(a.page, 'meet-private-guest');
  assert.ok(before > 0);
  const told = b.heard.slice(before).filter((text) => !text.includes('"t":"pong"'));
  assert.deepEqual(told.filter((text) => /只对甲方说|账单|side:a|"op":"(offer|speaking)"/.test(text)), []);
  assert.equal(await b.page.locator('video:not(.self)').count(), 0);
  await page.keyboard.press('Alt+j');
  for (const one of [page, a.page, b.page]) await sees(one, 2);
  assert.equal(await b.page.locator('text=只对甲方说').count(), 0);
});

test('recorded while everybody agrees, over when one takes it back; help called and taken back', async () => {
  const [a, b] = [parties.a!, parties.b!];
  await page.click('[data-action=record]');
  for (const one of [page, a.page, b.page]) await one.waitForSelector('[data-test=recording][data-recording=on]');
  await shoot(page, 'meet-recording-host');
  await a.page.click('[data-action=recording-consent]');
  for (const one of [page, a.page, b.page]) await one.waitForSelector('[data-test=recording][data-recording=waiting]');
  assert.match(await page.locator('[data-test=recording]').innerText(), /未录制，等 A 方 李小明 同意/);
  await page.keyboard.press('F9');
  await page.waitForSelector('[data-action=danger][data-called=true]');
  await page.keyboard.press('F9');
  await page.waitForSelector('[data-action=danger][data-called=false]');
});

test('the mediator\'s page loaded anew comes back into the room; a picture is shown to it', async () => {
  await page.reload();
  for (const one of [page, parties.a!.page, parties.b!.page]) await sees(one, 2);
  await page.setInputFiles('[data-field=file]', { name: '现场.jpg', mimeType: 'image/jpeg', buffer: await page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, width: 640, height: 360 } }) });
  await page.click('[data-action=show-file]');
  for (const one of [page, parties.a!.page, parties.b!.page])
    await one.waitForFunction(() => (document.querySelector<HTMLImageElement>('[data-test=shown] img')?.naturalWidth ?? 0) > 0);
  await shoot(page, 'meet-shown-host');
  await shoot(parties.b!.page, 'meet-shown-guest');
  await page.click('[data-action=show-end]');
  await parties.b!.page.waitForSelector('[data-test=shown]', { state: 'detached' });
});

test('minutes written by the mediator, confirmed by a party', async () => {
  await page.click('[data-action=minutes]');
  await page.fill('[data-field=minutes]', '双方认可以 2009 年宅基地图为准');
  await page.click('[data-action=write]');
  const a = parties.a!.page;
  if ((await a.locator('[data-test=chat]').count()) === 0) await a.click('[data-action=chat]');
  await a.waitForSelector('[data-test=minutes]:has-text("宅基地图")');
  await a.click('[data-action=confirm]');
  await page.waitForSelector('[data-test=confirmed]:has-text("A 方已确认到第 1 条")');
  await shoot(page, 'meet-minutes-host');
});

test('hands, mute, a line that is cut, adjourned', async () => {
  const [a, b] = [parties.a!, parties.b!];
  await b.page.click('[data-action=hand]');
  await page.waitForSelector('text=举手顺序');
  await page.click('[data-seat][data-side=b] [data-action=mute]');
  await b.page.waitForSelector('text=主持人让你静音');
  const tiles = await b.page.locator('[data-seat] video:not(.self)').evaluateAll((all) => all.map((one) => ((one as HTMLVideoElement).srcObject as MediaStream).id));
  const lines = b.lines;
  await b.cut();
  await b.page.waitForSelector('[data-test=guest][data-up=true]');
  await until('B is connected again', () => b.lines > lines);
  await sees(b.page, 2);
  assert.deepEqual(await b.page.locator('[data-seat] video:not(.self)').evaluateAll((all) => all.map((one) => ((one as HTMLVideoElement).srcObject as MediaStream).id)), tiles, 'pictures went on');
  await a.page.reload();
  await a.page.click('[data-action=devices]');
  await a.page.click('[data-action=devices-done]');
  await a.page.waitForSelector('[data-room=joint]');
  await sees(page, 2);
  await page.click('[data-action=adjourn]');
  const soon = new Date(Date.now() + 86_400_000);
  await page.fill('[data-field=next]', `${soon.getFullYear()}-${String(soon.getMonth() + 1).padStart(2, '0')}-${String(soon.getDate()).padStart(2, '0')}T09:00`);
  await page.fill('form.ask [data-field=reason]', '补材料');
  await page.click('[data-action=adjourn-now]');
  await page.waitForSelector('[data-state=adjourned]');
  await a.page.waitForSelector('[data-end=adjourned]');
  await shoot(a.page, 'meet-adjourned');
  assert.deepEqual([...host.faults, ...a.faults, ...b.faults], []);
  await clean(page, 'adjourned');
});
