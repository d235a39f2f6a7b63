// A mediation as it goes in a town that was started a moment ago, with the logins, departments and shared rooms that tools/run makes:
// from the page of the case to the agreement that both sides signed on their phones, which came in by the outer port, and back to the case.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { visit, type Visit } from '../lib/browser.ts';
import { caseTown, detailOf, type CaseTown } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { admit, comeIn, disputeCase, fillDraft, leaks, openLink, PHONE, sees, sign, stands, type Party } from '../lib/meet-page.ts';
import { Host } from '../lib/meet.ts';
import { clean, shoot, untranslated } from '../lib/pages.ts';
import { startMediaBrowser } from '../lib/rtc-page.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { changeStore } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

const NAMES = { a: '李小明', b: '张文' } as const;
const tomorrow = new Date(Date.now() + 86_400_000);
const day = `${tomorrow.getFullYear()}-${String(tomorrow.getMonth() + 1).padStart(2, '0')}-${String(tomorrow.getDate()).padStart(2, '0')}`;
let stack: Stack;
let browser: Browser;
let host: Visit;
let page: Page;
let town: CaseTown;
let desk: Host;
let leader: Person;
let dispute = '';
let meeting = '';
let a: Party, b: Party;
let outer = '';

interface Indicator { id: string; numerator: number; denominator: number }
const mediated = async (): Promise<number[]> => {
  const { indicators } = await leader.json<{ indicators: Indicator[] }>('/api/v1/case-indicators?from_us=0&until_us=9000000000000000');
  const one = indicators.find(({ id }) => id === 'mediated')!;
  return [one.numerator, one.denominator];
};

before(async () => {
  stack = await startStack({ cameras: 2, simulator: false, departments: true, config: { server: { outside: { listen: '127.0.0.1', port: 0 } } } });
  town = await caseTown(stack, []);
  [desk, leader] = [new Host(await Person.login(stack, 'mediator')), await Person.login(stack, 'leader')];
  dispute = await disputeCase(town, '石桥村围墙边界');
  browser = await startMediaBrowser(['--use-fake-device-for-media-stream=fps=5']); // what is shown matters, not how smoothly
  host = await visit(browser, stack, 'mediator', { width: 1440, height: 900 });
  page = host.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

test('from the page of the case it is planned in a shared room of the town, with a link for each side', async () => {
  await page.goto(`${stack.url}/cases/${dispute}`);
  await page.waitForSelector('[data-test=case][data-loaded=true][data-state=MEDIATING]');
  await shoot(page, 'meet-story-01-case');
  await page.click(`a[href*="/meetings?"][href*="${dispute}"]`);
  await page.fill('[data-field=day]', day);
  await page.fill('[data-field=hour]', '10:00');
  await page.waitForSelector('[data-field=room] option[value=hall][data-fit=free]', { state: 'attached' });
  await page.selectOption('[data-field=room]', 'hall');
  await page.waitForSelector('[data-test=room-chosen]:has-text("单独谈话间")');
  await page.fill('[data-row="0"] [data-field=name]', NAMES.a);
  await page.fill('[data-row="1"] [data-field=name]', NAMES.b);
  await shoot(page, 'meet-story-02-plan');
  await page.click('[data-action=make]');
  for (const side of ['a', 'b']) await page.click(`[data-invite][data-side=${side}] [data-action=invite]`);
  await page.waitForFunction(() => document.querySelectorAll('[data-field=link]').length === 2);
  await shoot(page, 'meet-story-03-links');
  meeting = (await page.getAttribute('[data-desk]', 'data-desk'))!;
  const links = await page.locator('[data-field=link]').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  outer = new URL(links[0]!).origin;
  assert.notEqual(outer, stack.url, 'guests come in by the outer port');
  assert.equal((await fetch(`${outer}/api/v1/session`)).status, 404, 'which knows no logins');
  [a, b] = await Promise.all([openLink(browser, links[0]!), openLink(browser, links[1]!)]);
});

test('both come in on phones: devices, rights, screening, consents; their identity is checked, all three see each other', async () => {
  await page.click('[data-action=enter]');
  await page.check('[data-field=relation-none]');
  await page.click('[data-action=open]');
  await Promise.all([
    comeIn(a.page, async (step) => { await shoot(a.page, `meet-story-04-${step}`); }),
    comeIn(b.page),
  ]);
  await shoot(b.page, 'meet-story-05-lobby');
  await page.waitForFunction(() => document.querySelectorAll('[data-waiting] [data-action=identity]').length === 2);
  await shoot(page, 'meet-story-06-host-lobby');
  for (const side of ['a', 'b']) await admit(page, side);
  for (const one of [page, a.page, b.page]) await sees(one, 2);
  await shoot(page, 'meet-story-07-joint');
  await shoot(a.page, 'meet-story-08-joint-phone');
});

test('recorded in the joint room, not while the mediator is alone with A, of which B gets nothing', async () => {
  const all = [page, a.page, b.page];
  await page.click('[data-action=record]');
  for (const one of all) await one.waitForSelector('[data-test=recording][data-recording=on]');
  await page.waitForFunction(() => /[2-9]$/.test(document.querySelector('[data-test=recording]')?.textContent?.trim() ?? '')); // seconds that it runs
  await shoot(page, 'meet-story-09-recording');
  await page.keyboard.press('Alt+a');
  await page.waitForSelector('[data-test=headline]:has-text("与 A 方单独谈 · B 方听不到 · 未录制")');
  await a.page.waitForSelector('[data-room="side:a"]');
  await Promise.all([sees(page, 1), sees(a.page, 1), b.page.waitForSelector('[data-test=away]'), b.page.waitForSelector('[data-test=grid][data-count="1"]')]);
  const before = b.heard.length;
  await page.fill('[data-field=say]', '底线是退半米');
  await page.click('[data-action=say]');
  await a.page.click('[data-action=chat]');
  await a.page.waitForSelector('[data-test=chat]:has-text("底线是退半米")');
  await shoot(page, 'meet-story-10-private');
  await shoot(a.page, 'meet-story-11-private-a');
  await shoot(b.page, 'meet-story-12-private-b');
  assert.ok(before > 0);
  assert.deepEqual(leaks(b.heard.slice(before), /底线|side:a/), []);
  assert.equal(await b.page.locator('video:not(.self)').count(), 0);
  await page.keyboard.press('Alt+j');
  for (const one of all) await sees(one, 2);
  await page.waitForSelector('[data-test=recording][data-recording=on]'); // it goes on where all agreed
  await page.click('[data-action=record]');
  await page.waitForSelector('[data-test=recording][data-recording=off]');
  assert.equal(await b.page.locator('text=底线').count(), 0);
});

test('minutes confirmed and facts agreed to on phones; the agreement is signed by both and the mediator, checked by its PDF and by a stranger', async () => {
  await page.click('[data-action=minutes]');
  await page.fill('[data-field=minutes]', '双方认可以 2009 年宅基地图为准');
  await page.click('[data-action=write]');
  await page.click('[data-action=facts]');
  await page.fill('[data-field=fact]', '围墙建于 2009 年。');
  await page.click('[data-action=write-fact]');
  for (const { page: one } of [a, b]) {
    await one.click('[data-action=papers]');
    await one.click('[data-action=confirm]');
    await one.click('[data-action=fact-yes]');
  }
  await page.waitForSelector('[data-fact="1"][data-undisputed=true]');
  await page.click('[data-action=minutes]');
  await page.waitForSelector('[data-test=confirmed]:has-text("B 方 张文已确认到第 1 条")');
  await shoot(page, 'meet-story-13-minutes');
  await page.click('[data-action=agreement]');
  await page.click('[data-action=new-draft]');
  await fillDraft(page, { issues: '东侧围墙位置。', responsibility: '双方各承担一半。', terms: '围墙退至 2009 年界址。', manner: '甲方施工，村委会验收。', deadline: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10) });
  await page.click('[data-action=draft]');
  await stands(page, 'draft', 1);
  await page.click('[data-action=offer]');
  for (const { page: one } of [a, b]) await stands(one, 'offered', 1);
  await shoot(a.page, 'meet-story-14-read');
  await sign(a.page, NAMES.a);
  await sign(b.page, NAMES.b);
  await sign(page, '调解员');
  for (const one of [page, a.page, b.page]) await stands(one, 'effective', 1);
  await page.waitForSelector('[data-test=after][data-case=done]');
  await shoot(page, 'meet-story-15-signed');
  await shoot(b.page, 'meet-story-16-signed-phone');
  const digest = await b.page.innerText('[data-test=digest]');
  const [saved] = await Promise.all([b.page.waitForEvent('download'), b.page.click('[data-action=pdf]')]);
  const printed = execFileSync('pdftotext', ['-layout', await saved.path(), '-'], { encoding: 'utf8' });
  for (const part of [digest, `签名：${NAMES.a}`, `签名：${NAMES.b}`, '围墙建于 2009 年', '围墙退至 2009 年界址']) assert.ok(printed.includes(part), part);
  const stranger = await browser.newPage({ viewport: PHONE, locale: 'zh-CN', reducedMotion: 'reduce' });
  stranger.setDefaultTimeout(60_000);
  await stranger.goto(`${outer}/meet?verify=${digest}`);
  await stranger.waitForSelector('[data-test=verify][data-verdict=effective]');
  assert.doesNotMatch(await stranger.innerText('main'), /李|张|围墙/);
  await shoot(stranger, 'meet-story-17-verify');
  await stranger.context().close();
});

test('over: guests are told, the case has the outcome with its attempt, the share of mediations that succeeded moved, the film is listed', async () => {
  await page.click('[data-action=end]');
  await page.click('[data-action=end-now]');
  await a.page.waitForSelector('[data-end=ended]');
  await shoot(a.page, 'meet-story-18-ended');
  await page.waitForSelector('[data-test=past][data-state=ended][data-up=true] [data-test=agreement]'); // no waiting room any more
  const told = await detailOf(town.operator, dispute);
  assert.equal(told.case.state, 'FEEDBACK');
  assert.deepEqual(told.log.filter(({ action }) => action === 'attempt').map(({ details }) => details['outcome']), ['agreed']);
  const done = (await town.operator.json<{ case: { attempts: number } }>(`/api/v1/cases/${dispute}`)).case;
  assert.equal(done.attempts, 1);
  assert.deepEqual(await mediated(), [1, 1], 'of none before');
  await page.goto(`${stack.url}/cases/${dispute}`);
  await page.waitForSelector('[data-test=case][data-loaded=true][data-state=FEEDBACK]');
  await page.waitForSelector(`[data-test=case-rooms] [data-room="${meeting}"][data-state=ended] [data-outcome=agreed]`);
  assert.equal(await page.locator('[data-test=case-meetings]:has-text("还没有会议")').count(), 0);
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.locator('[data-test=case-rooms]').scrollIntoViewIfNeeded();
  await shoot(page, 'meet-story-19-case');
  await clean(page, 'the case after its mediation');
  const other = await visit(browser, stack, 'operator', PHONE);
  await other.page.goto(`${stack.url}/cases/${dispute}`);
  const seen = other.page.locator(`[data-test=case-rooms] [data-room="${meeting}"]`);
  await seen.locator('[data-outcome=agreed]').waitFor();
  assert.equal(await seen.locator('a').count(), 0, 'no way for who has no seat in it');
  await seen.scrollIntoViewIfNeeded();
  await shoot(other.page, 'meet-story-19-case-phone');
  await clean(other.page, 'meetings of a case on a phone');
  await other.page.click('.switch');
  await other.page.waitForSelector('[data-test=case-rooms] >> text=Agreement in force');
  await other.context.close();
  await page.click(`[data-test=case-rooms] [data-room="${meeting}"] [data-action=meeting]`);
  await page.waitForSelector('[data-test=past][data-up=true]');
  await page.setViewportSize({ width: 1440, height: 900 });
  const films = await until('the film', async () => {
    const { recordings } = (await desk.request('GET', `/${meeting}/recordings`)).body;
    return recordings.length > 0 && recordings;
  });
  const { files } = await town.operator.json<{ files: { id: string; kind: string }[] }>(`/api/v1/cases/${dispute}`);
  const filed = files.find(({ kind }) => kind === 'mp4')!;
  assert.equal((await town.operator.request('GET', `/api/v1/cases/${dispute}/attachments/${filed.id}`)).status, 403, 'the case does not give the film away');
  assert.deepEqual([films.length, films[0].erased, new Set(films[0].tracks.map((track: any) => track.seat)).size], [1, false, 3]);
});

test('what is over looks like it: reached from the list and from the work, when, who, what came of it, what is still to be done, minutes, films; on a phone and in English', async () => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(`${stack.url}/work`);
  await page.waitForSelector(`[data-section=agreements][data-loaded=true] [data-agreement="${meeting}"] [data-due=performance]`);
  await shoot(page, 'meet-past-01-work');
  await page.goto(`${stack.url}/meetings`);
  const row = `section[aria-label="以前的"] [data-meeting="${meeting}"]`;
  await page.waitForSelector(`${row} [data-outcome=agreed]`);
  assert.deepEqual(await page.locator(`${row} [data-due]`).evaluateAll((all) => all.map((one) => one.getAttribute('data-due'))), ['performance', 'court'], 'what is due first comes first');
  await shoot(page, 'meet-past-02-list');
  await page.focus(`${row} [data-action=past]`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=past][data-up=true] [data-test=past-facts][data-outcome=agreed]');
  await page.waitForSelector('[data-test=past-films][data-count="1"]');
  await page.waitForSelector('[data-test=past-minutes] [data-entry="1"]');
  assert.deepEqual(await page.locator('[data-test=past-people] [data-came=true] b').allInnerTexts(), ['调解员', NAMES.a, NAMES.b]);
  assert.equal(await page.locator('[data-test=lobby-list], [data-action=danger], [data-action=admit], [data-field=minutes], video').count(), 0, 'nothing of a waiting room');
  await clean(page, 'a meeting that is over');
  await shoot(page, 'meet-past-03-page');
  await page.click('.switch');
  await page.waitForSelector('text=What it was');
  assert.deepEqual(await untranslated(page), []);
  await shoot(page, 'meet-past-04-page-en');
  await page.click('.switch');
  await page.setViewportSize(PHONE);
  await shoot(page, 'meet-past-05-phone');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing runs out of the page sideways');
  await page.goto(`${stack.url}/meetings`);
  await page.waitForSelector(`${row} [data-outcome=agreed]`);
  await shoot(page, 'meet-past-06-list-phone');
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('the film is on the page of films with its time line and seats; who looks says why, which stays on record; destroyed it is told', async () => {
  await page.goto(`${stack.url}/meetings`);
  await page.click(`section[aria-label="以前的"] [data-meeting="${meeting}"] [data-action=films]`);
  await page.waitForSelector('[data-test=films][data-loaded=true] [data-film][data-erased=false]');
  const row = page.locator('[data-test=time-line] tbody tr').first();
  assert.deepEqual(await row.locator('[data-seat]').evaluateAll((all) => all.map((one) => one.textContent?.trim().split('（')[0]).sort()), ['张文', '李小明', '调解员']);
  await page.click('[data-action=look]');
  assert.equal(await page.locator('[data-action=look-now]').isDisabled(), true, 'not without a reason');
  await page.fill('[data-field=reason]', '核对笔录');
  await page.click('[data-action=look-now]');
  await page.waitForFunction(() => (document.querySelector('video')?.duration ?? 0) > 1);
  await page.waitForSelector('[data-test=looks] li:has-text("核对笔录"):has-text("调解员")');
  const parts = await page.locator('[data-action=jump]').count();
  assert.ok(parts > 0);
  await page.locator('[data-action=jump]').last().click();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'VIDEO');
  await shoot(page, 'meet-story-20-films');
  await clean(page, 'films of a meeting');
  const events = (await desk.request('GET', `/${meeting}/events`)).body.events.filter((one: any) => one.action === 'watch');
  assert.deepEqual(events.map((one: any) => one.details.reason), ['核对笔录']);
  await page.setViewportSize(PHONE);
  await page.evaluate(() => scrollTo(0, 0));
  await shoot(page, 'meet-story-21-films-phone');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing runs out of the page sideways');
  await page.setViewportSize({ width: 1440, height: 900 });
  changeStore(stack.path('townwall.db'), "UPDATE attachment SET erased_us = 1, key_wrapped = NULL WHERE kind = 'mp4'");
  await page.click('[data-action=again]');
  await page.waitForSelector('[data-film][data-erased=true]:has-text("已按保存期限销毁")');
  assert.equal(await page.locator('video, [data-action=look]').count(), 0);
  await page.waitForSelector('[data-test=looks] li:has-text("核对笔录")');
  assert.deepEqual([...host.faults, ...a.faults, ...b.faults], []);
});
