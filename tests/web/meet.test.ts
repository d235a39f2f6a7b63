// A mediation in three browsers with fake cameras: planned by the mediator, entered by links on phones, seen by each other; nothing of a
// private room comes to the other side's page.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { visit, type Visit } from '../lib/browser.ts';
import { caseTown, detailOf, type CaseTown } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { Guest, Host } from '../lib/meet.ts';
import { admit, comeIn, disputeCase, draw, fillDraft, leaks, openLink, PHONE, sees, sign, stands, type Party } from '../lib/meet-page.ts';
import { clean, shoot, untranslated } from '../lib/pages.ts';
import { pdf } from '../lib/papers.ts';
import { startMediaBrowser } from '../lib/rtc-page.ts';
import { pidOf } from '../lib/process.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let browser: Browser;
let host: Visit;
let page: Page;
let town: CaseTown;
let dispute = '';
let links: string[] = [];
/** The meeting of the first tests. */
let first = '';
/** Pages of A and B. */
const parties: Record<string, Party> = {};

before(async () => {
  stack = await startStack({ cameras: 2, simulator: false, departments: true }); // as the demo is, with its logins
  town = await caseTown(stack, []);
  dispute = await disputeCase(town, '石桥村围墙边界');
  browser = await startMediaBrowser();
  host = await visit(browser, stack, 'mediator', { width: 1440, height: 900 });
  page = host.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

const open = (link: string): Promise<Party> => openLink(browser, link);
/** From the link to the lobby. */
async function enter(side: string, link: string): Promise<void> {
  const one = await open(link);
  parties[side] = one;
  await comeIn(one.page, async (step) => { if (side === 'a' && step !== 'notice') await shoot(one.page, `meet-${step}`); });
}

test('planned with links, told of what stands there already', async () => {
  await page.goto(`${stack.url}/meetings?new=1&case=${dispute}`);
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
  links = await page.locator('[data-field=link]').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  await page.click('[data-action=enter]');
  await page.waitForSelector('[data-test=begin]');
  first = new URL(page.url()).pathname.split('/').at(-1)!;
  await shoot(page, 'meet-begin');
  await page.check('[data-field=relation-none]');
  await page.click('[data-action=open]');
  await enter('a', links[0]!);
  await enter('b', links[1]!);
  await shoot(parties.b!.page, 'meet-lobby');
  for (const called of ['true', 'false']) { // help from the lobby too, and taken back
    await parties.b!.page.click('[data-action=danger]');
    await parties.b!.page.waitForSelector(`[data-action=danger][data-called=${called}]`);
  }
  await shoot(page, 'meet-host-lobby');
  await page.click('[data-waiting][data-side=a] [data-action=look]'); // seen before they are let in
  await page.waitForSelector('[data-test=headline]:has-text("与 李小明 视频核对身份 · 别人看不到、听不到 · 未录制")');
  await parties.a!.page.waitForSelector('[data-room^="check:"] [data-test=headline]:has-text("调解员与您核对身份")');
  for (const one of [page, parties.a!.page]) await sees(one, 1);
  await shoot(page, 'meet-look-host');
  await shoot(parties.a!.page, 'meet-look-guest');
  await clean(page, 'looking at one who waits');
  for (const side of ['a', 'b']) await admit(page, side);
  for (const one of [page, parties.a!.page, parties.b!.page]) await sees(one, 2);
  assert.equal(await page.locator('[data-test=grid]').getAttribute('data-count'), '3');
  await shoot(page, 'meet-joint-host');
  await clean(page, 'the mediator in the joint room');
  await clean(parties.a!.page, 'a guest in the joint room');
  await shoot(parties.a!.page, 'meet-joint-guest');
  const row = await parties.a!.page.locator('[data-test=guest] > header').evaluate((one) => one.getBoundingClientRect().height);
  assert.ok(row <= 56, `one row with the danger button, ${row} px`);
  await parties.a!.page.click('[data-action=title]');
  await parties.a!.page.waitForSelector('[data-test=title]:visible:text-is("石桥村围墙边界")');
  await shoot(parties.a!.page, 'meet-joint-guest-title');
  await parties.a!.page.click('[data-action=title]');
  // in English and large, as b reads it: no word of the page is left in Chinese
  const phone = parties.b!.page;
  await phone.click('.switch');
  await phone.click('[data-action=large]');
  await phone.click('[data-action=papers]');
  await phone.waitForSelector('[data-test=papers] >> text=Back to the room');
  await shoot(phone, 'meet-english-large-papers');
  assert.deepEqual(await untranslated(phone), []);
  await phone.click('[data-action=papers-close]');
  await shoot(phone, 'meet-english-large');
  await clean(phone, 'a guest in English, large');
  await phone.click('[data-action=large]');
  await phone.click('.switch');
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
  await page.fill('[data-field=say]', '只对甲方说 https://example.org/x javascript:alert(1) <a href="https://example.org">看</a>');
  await page.click('[data-action=say]');
  await a.page.click('[data-action=chat]');
  await a.page.waitForSelector('[data-test=chat]:has-text("只对甲方说 https://example.org/x javascript:alert(1) <a href=")');
  for (const one of [page, a.page]) assert.equal(await one.locator('[role=log] a').count(), 0, 'a link in words is words');
  await a.page.setInputFiles('[data-field=file]', { name: '账单.txt', mimeType: 'text/plain', buffer: Buffer.from('一共三千元\n') });
  await page.waitForSelector('[data-test=files]:has-text("账单")');
  await shoot(page, 'meet-private-host');
  await shoot(a.page, 'meet-private-guest');
  assert.ok(before > 0);
  assert.deepEqual(leaks(b.heard.slice(before), /只对甲方说|账单|side:a/), []);
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

test('who calls for help reads that it was told, and the mediator who calls', async () => {
  const [a, b] = [parties.a!, parties.b!];
  await a.page.click('[data-action=danger]');
  await page.waitForSelector('[data-test=danger-call][data-told=false]:has-text("李小明 正在求助")');
  await page.waitForSelector('[data-test=danger-call][data-told=true]:has-text("镇指挥室已收到")');
  await a.page.waitForSelector('[data-test=danger-told]');
  assert.equal(await b.page.locator('[data-test=danger-told], [data-test=danger-call]').count(), 0, 'the other side is not told');
  await shoot(page, 'meet-danger-host');
  await shoot(a.page, 'meet-danger-guest');
  await clean(page, 'somebody called for help');
  await clean(a.page, 'having called for help');
  await page.click('[data-action=danger-seen]');
  await page.waitForSelector('[data-test=danger-call]', { state: 'detached' });
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
  await page.click('[data-action=map]');
  await page.waitForSelector('[data-test=map-show] [data-test=case-map][data-ready=true]');
  await page.click('[data-test=map-show] canvas', { position: { x: 200, y: 150 } });
  await shoot(page, 'meet-map-host');
  await page.click('[data-action=map-now]');
  for (const one of [page, parties.a!.page, parties.b!.page]) // a guest has no map: it is a picture, and not an empty one
    assert.ok(await one.waitForFunction(() => {
      const img = document.querySelector<HTMLImageElement>('[data-test=shown] img');
      if (!img || img.naturalWidth === 0 || !img.alt.startsWith('地图')) return 0;
      const sheet = Object.assign(document.createElement('canvas'), { width: 64, height: 64 }).getContext('2d')!;
      sheet.drawImage(img, 0, 0, 64, 64);
      const pixels = sheet.getImageData(0, 0, 64, 64).data;
      return new Set(Array.from({ length: 4096 }, (_, i) => `${pixels[4 * i]} ${pixels[4 * i + 1]} ${pixels[4 * i + 2]}`)).size > 4;
    }));
  await shoot(parties.b!.page, 'meet-map-guest');
  await page.click('[data-action=show-end]');
});

test('the service of sound and pictures is killed while it records: everybody is told, nothing claims to be recorded meanwhile, all are back in their seats', async () => {
  const all = [page, parties.a!.page, parties.b!.page];
  await parties.a!.page.click('[data-action=recording-consent]');
  for (const one of all) await one.waitForSelector('[data-test=recording][data-recording=on]');
  for (const one of all) // it may be back before anybody looks
    await one.evaluate(() => {
      const seen = Object.assign(window, { seen: { away: false, off: false } }).seen;
      new MutationObserver(() => {
        seen.away ||= document.querySelector('[data-test=media-away]') !== null;
        seen.off ||= document.querySelector('[data-test=recording]')?.getAttribute('data-recording') !== 'on';
      }).observe(document.body, { childList: true, subtree: true, attributes: true });
    });
  process.kill(pidOf(stack, 'janus'), 'SIGKILL');
  for (const one of all) await one.waitForFunction(() => { const { seen } = window as unknown as { seen: { away: boolean; off: boolean } }; return seen.away && seen.off; });
  for (const one of all) {
    await one.waitForSelector('[data-test=media-away]', { state: 'detached' });
    await sees(one, 2);
    await one.waitForSelector('[data-test=recording][data-recording=on]'); // everybody still agrees
  }
  await page.click('[data-action=record]');
  for (const one of all) await one.waitForSelector('[data-test=recording][data-recording=off]');
});

test('minutes written by the mediator, confirmed by a party', async () => {
  await page.click('[data-action=minutes]');
  await page.fill('[data-field=minutes]', '双方认可以 2008 年宅基地图为准');
  await page.dblclick('[data-action=write]');
  await page.waitForSelector('[data-entry="1"]');
  await page.click('[data-entry="1"] [data-action=edit]');
  await page.fill('[data-field=minutes]', '双方认可以 2009 年宅基地图为准');
  await page.click('[data-action=write]');
  await page.waitForSelector('[data-entry="1"]:has-text("2009 年")');
  await page.fill('[data-field=minutes]', '写错的一条');
  await page.press('[data-field=minutes]', 'Enter');
  await page.click('[data-entry="2"] [data-action=strike-entry]');
  await page.waitForSelector('[data-entry="2"].struck');
  assert.equal(await page.locator('[data-entry]').count(), 2, 'a double click writes once');
  await shoot(page, 'meet-minutes-edited');
  const a = parties.a!.page;
  await a.click('[data-action=papers]');
  await a.waitForSelector('[data-test=minutes]:has-text("宅基地图")');
  await a.click('[data-action=confirm]');
  await page.waitForSelector('[data-test=confirmed]:has-text("A 方 李小明已确认到第 2 条")');
  await shoot(page, 'meet-minutes-host');
  await a.click('[data-action=papers-close]');
});

const fill = (fields: Record<string, string>): Promise<void> => fillDraft(page, fields);

test('facts that both agree to stand in the draft; it is read and signed by all on their own pages; another wording takes all signatures back', async () => {
  const [a, b] = [parties.a!.page, parties.b!.page];
  await page.click('[data-action=facts]');
  await page.fill('[data-field=fact]', '围墙建于 2009 年。');
  await page.click('[data-action=write-fact]');
  for (const one of [a, b]) {
    await one.click('[data-action=papers]');
    await one.waitForSelector('[data-test=disclosures]:has-text("没有关系")');
    await one.click('[data-action=fact-yes]');
  }
  await b.click('[data-action=object]');
  await b.fill('[data-field=objection]', '换一位');
  await b.click('[data-action=object-now]');
  await page.waitForSelector('[data-test=notices][data-count="1"] [data-objection=true]:has-text("B 方"):has-text("换一位")');
  await page.waitForSelector('[data-action=minutes] [data-test=unread]');
  await page.setViewportSize({ width: 1920, height: 1080 });
  await shoot(page, 'meet-notice-host');
  await clean(page, 'another mediator is asked for');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.click('[data-action=minutes]');
  await page.waitForSelector('[data-test=notices], [data-test=unread]', { state: 'detached' });
  await page.waitForSelector('[data-test=disclosures] [data-objection=true]:has-text("换一位")');
  await page.click('[data-action=facts]');
  await page.waitForSelector('[data-fact="1"][data-undisputed=true]');
  await shoot(page, 'meet-facts-host');
  await page.click('[data-action=agreement]');
  await page.click('[data-action=new-draft]');
  assert.equal(await page.inputValue('[data-field=agree-facts]'), '围墙建于 2009 年。');
  await fill({ issues: '东侧围墙位置。', responsibility: '双方各承担一半。', terms: '围墙退至 2009 年界址。', manner: '甲方施工，村委会验收。', deadline: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10) });
  await shoot(page, 'meet-draft-host');
  await clean(page, 'writing the agreement');
  await page.click('[data-action=draft]');
  await stands(page, 'draft', 1);
  assert.equal(await a.locator('[data-test=agreement]').count(), 0, 'a draft is the mediator\'s');
  const first = await page.innerText('[data-test=digest]');
  await page.click('[data-action=offer]');
  await stands(a, 'offered', 1);
  await sign(a, '李小明');
  await page.waitForSelector('[data-test=agreement] [data-side=a][data-signed=true]');
  await page.click('[data-action=redraft]');
  await fill({ terms: '围墙退至 2009 年界址，通道净宽不少于 1.5 米。' });
  await page.click('[data-action=draft]');
  await stands(page, 'draft', 2);
  await a.waitForSelector('[data-test=agreement]', { state: 'detached' });
  await page.click('[data-action=offer]');
  for (const one of [a, b]) {
    await stands(one, 'offered', 2);
    assert.match(await one.innerText('[data-test=agreement] pre'), /通道净宽不少于 1.5 米/);
  }
  await a.check('[data-field=read]');
  await draw(a);
  await shoot(a, 'meet-sign-guest');
  await clean(a, 'signing on a phone');
  await a.click('[data-action=clear]');
  await a.uncheck('[data-field=read]');
  await sign(a, '李小明');
  await sign(b, '张文');
  await sign(page, '调解员');
  for (const one of [page, a, b]) await stands(one, 'effective', 2);
  await page.waitForSelector('[data-test=after][data-case=done]');
  await shoot(page, 'meet-effective-host');
  await clean(page, 'the agreement in force');

  const digest = await b.innerText('[data-test=digest]');
  const [saved] = await Promise.all([b.waitForEvent('download'), b.click('[data-action=pdf]')]);
  const printed = execFileSync('pdftotext', ['-layout', await saved.path(), '-'], { encoding: 'utf8' });
  for (const part of [digest, '签名：李小明', '签名：张文', '通道净宽不少于 1.5 米']) assert.ok(printed.includes(part), part);
  const told = await detailOf(town.operator, dispute);
  assert.equal(told.case.state, 'FEEDBACK');
  assert.deepEqual(told.log.filter(({ action }) => action === 'attempt').map(({ details }) => details['outcome']), ['agreed']);
  await page.click('[data-action=court-applied]');
  await page.waitForSelector('[data-test=after]:has-text("已申请司法确认")');
  for (const one of [a, b]) await one.click('[data-action=papers-close]');
  await page.click('[data-action=minutes]');

  const stranger = await browser.newPage({ viewport: PHONE, locale: 'zh-CN', reducedMotion: 'reduce' });
  stranger.setDefaultTimeout(60_000);
  await stranger.goto(`${new URL(links[0]!).origin}/meet?verify=${digest}`);
  await stranger.waitForSelector('[data-test=verify][data-verdict=effective]');
  assert.doesNotMatch(await stranger.innerText('main'), /李|张|围墙/);
  await shoot(stranger, 'meet-verify');
  await clean(stranger, 'an agreement verified');
  for (const [text, verdict] of [[first, 'replaced'], ['0'.repeat(64), 'unknown'], ['abc', 'malformed']] as const) {
    await stranger.fill('[data-field=digest]', text);
    await stranger.click('[data-action=verify]');
    await stranger.waitForSelector(`[data-test=verify][data-verdict=${verdict}]`);
  }
  await stranger.context().close();
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
  await page.fill('[data-test=adjourn] [data-field=reason]', '补材料'); // a week later at the same place, unless it is said otherwise
  await page.click('[data-action=adjourn-now]');
  await page.waitForSelector('[data-state=adjourned]');
  await a.page.waitForSelector('[data-end=adjourned]');
  await shoot(a.page, 'meet-adjourned');
  assert.deepEqual([...host.faults, ...a.faults, ...b.faults], []);
  await clean(page, 'adjourned');
});

test('on paper by its scan, by word of mouth, or none: written by the mediator at the page', async () => {
  const desk = new Host(await Person.login(stack, 'mediator'));
  const words = (await new Guest(stack.url).request('GET', '/words')).body;
  /** A running meeting whose sides are there, with the mediator's page in it. */
  async function table(hours: number): Promise<Guest[]> {
    const at = (h: number): string => String(Date.now() * 1000 + h * 3_600_000_000);
    const seats = [{ role: 'party', side: 'a', name: '李小明' }, { role: 'party', side: 'b', name: '张文' }];
    const { meeting } = (await desk.request('POST', '', { kind: 'mediation', title: `纠纷 ${hours}`, starts_us: at(hours), ends_us: at(hours + 1), seats })).body;
    assert.equal((await desk.open(meeting.id)).status, 200);
    const guests: Guest[] = [];
    for (const seat of meeting.seats.slice(1)) {
      const one = new Guest(stack.url);
      await one.enter(await desk.invite(meeting.id, seat.id));
      await one.prepare(words);
      await desk.act(meeting.id, 'identity', { seat: one.seat, how: 'id_card' });
      assert.equal((await desk.act(meeting.id, 'admit', { seat: one.seat })).status, 200);
      guests.push(one);
    }
    await page.goto(`${stack.url}/meetings/${meeting.id}`);
    await page.click('[data-action=agreement]');
    return guests;
  }
  await table(40);
  await page.click('[data-action=fail]');
  await page.fill('[data-field=why]', '双方未谈拢');
  await page.click('[data-action=fail-now]');
  await page.waitForSelector('[data-test=failed]:has-text("本次已记为未达成协议")');
  assert.equal(await page.locator('[data-action=new-draft]').count(), 0, 'one sitting, one outcome');
  const [a] = await table(45);
  await page.click('[data-action=new-draft]');
  await page.selectOption('[data-field=how]', 'paper');
  await fill({ facts: '围墙', issues: '位置', responsibility: '各半', terms: '退让 0.5 米', manner: '三日内', deadline: new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10) });
  await page.click('[data-action=draft]');
  await page.click('[data-action=offer]');
  await stands(page, 'offered', 1);
  assert.equal(await page.locator('[data-action=sign]').count(), 0, 'what is signed on paper is not signed here');
  const sent = await a!.request('POST', '/files', new Uint8Array(pdf()), { 'content-type': 'application/octet-stream', 'x-townwall-name': encodeURIComponent('签好的协议.pdf'), 'x-townwall-key': 'scan-page' });
  assert.equal(sent.status, 201, JSON.stringify(sent.body));
  await page.selectOption('[data-field=scan]', { label: '签好的协议.pdf' });
  await page.click('[data-action=scan]');
  await stands(page, 'effective', 1);

  const sides = await table(50);
  await page.click('[data-action=new-draft]');
  await page.selectOption('[data-field=how]', 'oral');
  await fill({ facts: '围墙', terms: '退让 0.5 米', manner: '三日内' });
  await page.click('[data-action=draft]');
  await page.click('[data-action=offer]');
  await stands(page, 'offered', 1);
  const digest = await page.innerText('[data-test=digest]');
  for (const [i, name] of ['李小明', '张文'].entries()) assert.equal((await sides[i]!.act('sign', { draft: 1, sha256: digest, name })).status, 200);
  await page.check('[data-field=read]');
  assert.equal(await page.locator('[data-field=strokes]').count(), 0, 'nothing is drawn');
  await page.click('[data-action=sign]');
  await stands(page, 'effective', 1);
  assert.deepEqual(host.faults, []);
});

test('a terminal serves another meeting while one rests, and comes back into it', async () => {
  const desk = new Host(await Person.login(stack, 'mediator')), context = parties.a!.page.context();
  const at = (h: number): string => String(Date.now() * 1000 + h * 3_600_000_000);
  const { meeting } = (await desk.request('POST', '', { kind: 'talk', title: '周末说事：村口停车', starts_us: at(60), ends_us: at(61), place: '石桥村终端', seats: [{ role: 'official', name: '王书记' }] })).body;
  assert.equal((await desk.act(meeting.id, 'open')).status, 200);
  const seat = meeting.seats[1].id as string;
  const link = await desk.invite(meeting.id, seat);
  const other = await context.newPage();
  other.setDefaultTimeout(60_000);
  await other.goto(link);
  await other.waitForFunction((id) => location.search === `?seat=${id}` && location.hash === '', seat);
  assert.equal((await desk.act(meeting.id, 'admit', { seat })).status, 200);
  await other.click('[data-action=devices]');
  await other.click('[data-action=devices-done]');
  await other.waitForSelector('[data-test=room]');

  const again = await context.newPage();
  again.setDefaultTimeout(60_000);
  await again.goto(`${new URL(link).origin}/meet`);
  await again.waitForSelector('[data-test=seats]:has-text("石桥村围墙边界"):has-text("周末说事：村口停车")');
  assert.equal(await again.locator('[data-held]').count(), 2);
  await shoot(again, 'meet-seats');
  await clean(again, 'choosing one of two meetings');
  await again.click('[data-held]:has-text("石桥村围墙边界")');
  await again.waitForSelector('[data-end=adjourned]');
  assert.equal((await desk.act(first, 'open')).status, 200);
  await again.waitForSelector('[data-end=adjourned]', { state: 'detached' });
  await again.reload();
  await again.waitForSelector('[data-action=devices]');
  assert.match(await again.innerText('h1'), /石桥村围墙边界/);
  await again.goto(links[0]!); // the first link once more
  await again.waitForSelector('[data-action=devices]');
  assert.match(await again.innerText('h1'), /石桥村围墙边界/);
  assert.equal(await other.locator('[data-test=room]').count(), 1, 'the other goes on');
});
