// What a person does with alerts at a seat, each act seen at the other seat and taken back by one key; the layers of the
// map, what was set aside by the feeds page, sounds counted where WebAudio makes them. One stack for all of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { choose, Desk, idOf, openPage, rowOf, secondSeat, type Told } from '../lib/desk.ts';
import { send } from '../lib/feed.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const CAMERAS = 12;
const SIZE = { width: 1600, height: 900 };
const FEEDS = [['hotline', '民生热线', 'livelihood'], ['police', '警务平台', 'public_security'], ['grid', '网格上报', 'dispute']] as const;
const dir = mkdtempSync(join(tmpdir(), 'townwall-acts-'));
const clock = join(dir, 'clock');
let stack: Stack;
let browser: Browser;
let desk: Desk;
let seat: Visit;
let other: Visit;
let page: Page;

/** The server's wall clock, so many seconds ahead of ours. */
const ahead = (seconds: number): void => writeFileSync(clock, `+${seconds}s\n`);
function sqlWrite(statement: string): void {
  const store = new DatabaseSync(stack.path('townwall.db'));
  store.exec('PRAGMA busy_timeout = 20000');
  store.exec(statement);
  store.close();
}
const open = (path: string, at = page): Promise<void> => openPage(at, stack.url, path);
/** For the eye: TW_SHOTS=FOLDER. */
const shoot = async (at: Page, name: string): Promise<void> => void (process.env.TW_SHOTS && (await at.screenshot({ path: join(process.env.TW_SHOTS, `acts-${name}.png`) })));
const told = (kind: string, at = page): Promise<string> => at.innerText(`[data-told=${kind}]`);
/** Keys go to the page, and nobody seems to read the queue. */
async function away(at = page): Promise<void> {
  await at.mouse.move(SIZE.width - 20, 5);
  await at.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}
/** Both seats at the console with nothing but what is reported here. */
async function begin(...reports: Parameters<Desk['report']>[0][]): Promise<string[]> {
  await desk.clear();
  await Promise.all([open('/console'), open('/console', other.page)]);
  await Promise.all([away(), away(other.page)]);
  for (const one of reports) await desk.report(one);
  return Promise.all(reports.map(({ title }) => idOf(page, title)));
}
async function undone(act: string, said = `已撤销“${act}”`): Promise<void> {
  await away();
  await page.keyboard.press('z');
  await page.waitForFunction((words) => new RegExp(words).test(document.querySelector('[data-told=undone]')?.textContent ?? ''), said);
}
/** A case that nobody was sent is ended, one that a department has goes on. */
const caseUndone = (): Promise<void> => undone('新案', '已撤销立案，案件 20\\d\\d-\\d{4} 终止|警情已撤出案件 20\\d\\d-\\d{4}');
/** What the story of the open alert says, once it says `words`. */
const story = async (words: string, at = page): Promise<void> => void (await at.waitForSelector(`[data-test=story] >> text=${words}`));

before(async () => {
  ahead(0);
  const env = {
    LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1', FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_RESET: '1', NO_FAKE_STAT: '1',
  };
  [stack, browser] = await Promise.all([startStack({ cameras: CAMERAS, env: { townwalld: env, 'townwall-media': env } }), startBrowser()]);
  desk = await Desk.open(stack, FEEDS);
  [seat, other] = await Promise.all([visit(browser, stack, 'operator', SIZE), secondSeat(browser, stack, SIZE)]);
  page = seat.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

test('merged, separated, and each taken back; the table names feeds, cells and why', async () => {
  const [noise = '', lamp = ''] = await begin({ title: '半夜音响扰民', at: 'c0002' }, { feed: 'police', title: '路灯不亮', type: 'street_light', dimension: 'public_security', at: 'c0002', east: 30 });
  await choose(page, '半夜音响扰民');
  await away();
  await page.keyboard.press('m');
  await page.waitForSelector('[data-ask=merge] [data-choice]');
  assert.match(await page.innerText(`[data-choice="${lamp}"]`), /路灯不亮[^]*3[01] m/);
  await page.keyboard.press('1');
  // what it was merged into opens, with both in its table
  await page.waitForSelector(`[data-panel=alert][data-alert="${lamp}"] [data-member="${noise}"]`);
  await other.page.waitForSelector(rowOf('半夜音响扰民'), { state: 'detached' });
  assert.match(await page.innerText(`[data-member="${noise}"]`), /已并入/);
  const from = await page.innerText(`[data-member="${lamp}"] [data-fact=from]`);
  assert.match(from, /^警务平台 · \S+ \d+ 网格$/, 'names, not ids');
  assert.match(await page.innerText(`[data-member="${noise}"] [data-fact=from]`), /^民生热线 · /);
  await undone('并案');
  await other.page.waitForSelector(rowOf('半夜音响扰民'));
  // two that the machine put together
  await desk.report({ feed: 'grid', title: '两户争吵', type: 'neighbour', at: 'c0007' });
  const first = await choose(page, '两户争吵');
  await away();
  await desk.report({ feed: 'hotline', title: '楼上漏水争吵', type: 'neighbour', dimension: 'dispute', at: 'c0007', east: 12 });
  const second = await idOf(page, '楼上漏水争吵');
  await page.waitForSelector(`[data-separate="${second}"]`);
  await page.click(`[data-separate="${second}"]`);
  await page.waitForSelector(`[data-member="${second}"]`, { state: 'detached' });
  await until('each for itself', async () => (await desk.alert(first)).situation !== (await desk.alert(second)).situation || (await desk.alert(second)).situation === null);
  await undone('分开');
  // one row again, under the newer of both
  await choose(page, '楼上漏水争吵');
  await page.waitForSelector(`[data-member="${first}"]`);
  assert.equal(await page.locator(rowOf('两户争吵')).count(), 0);
});

test('assigned, ignored, called false, commented, made a case: seen at once at the other seat, and taken back', async () => {
  const [id = ''] = await begin({ title: '河堤塌方', type: 'road_damage', at: 'c0003' });
  await choose(page, '河堤塌方');
  await choose(other.page, '河堤塌方');
  await away();
  await page.keyboard.press('p');
  await page.click('[data-ask=assign] [data-choice]:has-text("王倩")');
  await other.page.waitForSelector(`[data-row="${id}"] [data-fact=state]:has-text("王倩")`);
  await undone('指派');
  await until('nobody has it', async () => (await desk.alert(id)).assigned === null);
  for (const [key, act, word] of [['i', 'ignore', '忽略'], ['x', 'false_alarm', '误报']] as const) {
    await page.keyboard.press(key);
    await page.waitForSelector(`[data-ask=${act}]`);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`[data-ask=${act}] .missing`);
    await page.fill(`[data-ask=${act}] input`, `${word}的理由`);
    await page.keyboard.press('Enter');
    await until('it is over', async () => (await desk.alert(id)).end !== null);
    // who had it open sees that it is over, and by whom
    await other.page.waitForSelector('[data-panel=alert] [data-fact=state]:has-text("已结束")');
    await story(`${word}的理由`, other.page);
    await undone(word);
    await other.page.waitForSelector(`[data-row="${id}"][data-state=unacknowledged]`);
    await choose(page, '河堤塌方');
    await away();
  }
  await page.keyboard.press('t');
  await page.fill('[data-ask=comment] textarea', '已联系水务');
  await page.keyboard.press('Enter');
  await story('已联系水务', other.page);
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await page.keyboard.press('n');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /已立新案 20\d\d-\d{4}/.test(document.querySelector('[data-told=done]')?.textContent ?? ''));
  assert.notEqual((await desk.alert(id)).case_code, null);
  await caseUndone();
  await until('no case', async () => (await desk.alert(id)).case_code === null);
  await choose(page, '河堤塌方');
  assert.ok((await page.locator('[data-test=story] [data-entry=act] .undone').count()) >= 1, 'what was taken back is struck through');
});

test('an act on a row is done to all that is folded under it, and taken back with one key', async () => {
  const at = (i: number): object => ({ type: 'fight', dimension: 'public_security', at: 'c0008', east: 22 * i - 30, north: 22 * (i % 2) });
  await begin();
  for (let i = 0; i < 3; i++) await desk.report({ title: `斗殴 ${i}`, ...at(i) });
  await desk.report({ title: '斗殴 0', ...at(0) });
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1 && document.querySelector('[data-row] .more')?.textContent?.includes('2'));
  await page.click('[data-row] .more');
  await page.waitForSelector('[data-folded]:has-text("斗殴 0") [data-fact=times]:has-text("×2")');
  await page.click('[data-row] > button');
  await away();
  const all = (): Promise<Told[]> => desk.person.json<{ alerts: Told[] }>('/api/v1/alerts?limit=200&q=斗殴').then(({ alerts }) => alerts);
  const of = async (fits: (one: Told) => boolean): Promise<number> => (await all()).filter(fits).length;
  assert.equal((await all()).length, 3);
  await page.keyboard.press('s');
  assert.match(await page.innerText('[data-ask=shelve] [data-fact=all]'), /同组 3 条一并办理/);
  await page.click('[data-ask=shelve] .common .chip >> nth=0');
  await page.keyboard.press('Enter');
  await until('all of the row are on the shelf', async () => (await of(({ state }) => state === 'shelved')) === 3);
  await page.waitForFunction(() => /已搁置.*同组共 3 条/.test(document.querySelector('[data-told=done]')?.textContent ?? ''));
  await undone('搁置');
  await until('all of it is back', async () => (await of(({ state }) => state === 'unacknowledged')) === 3);
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
  await page.click('[data-row] > button');
  await away();
  await page.keyboard.press('n');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  await page.keyboard.press('Enter');
  await until('one case has them all', async () => new Set((await all()).map((one) => one.case_code)).size === 1 && (await of(({ case_code: code }) => code !== null)) === 3);
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 0);
  await caseUndone();
  await until('no case', async () => (await of(({ case_code: code }) => code === null)) === 3);
});

test('steps of the checklist are ticked, seen by both, and stay in the history', async () => {
  await begin({ title: '厨房冒烟', type: 'fire', priority: 1, at: 'c0004' });
  await choose(page, '厨房冒烟');
  await choose(other.page, '厨房冒烟');
  const step = await page.getAttribute('[data-step] >> nth=1', 'data-step');
  await page.click(`[data-step="${step}"]`);
  await other.page.waitForSelector(`[data-step="${step}"][aria-checked=true]`);
  assert.match(await other.page.innerText('[data-test=checklist]'), /1 \/ \d+ 步/);
  assert.match(await other.page.innerText(`li:has([data-step="${step}"])`), /值班员/);
  await other.page.click('[data-step] >> nth=0');
  await page.waitForFunction(() => /2 \/ \d+ 步/.test(document.querySelector('[data-test=checklist]')?.textContent ?? ''));
  const words = (await page.innerText(`[data-step="${step}"]`)).trim();
  await story(words);
  await page.click(`[data-step="${step}"]`);
  await other.page.waitForSelector(`[data-step="${step}"][aria-checked=false]`);
});

test('what was lately here is counted at the row and told in the panel', async () => {
  // cases that were taken back are closed cases of this place
  await begin();
  for (let i = 1; i <= 3; i++) {
    await desk.report({ title: `井盖松动 ${i}`, type: 'road_damage', at: 'c0005', east: 40 * i });
    const id = await idOf(page, `井盖松动 ${i}`);
    const { version } = await desk.alert(id);
    const made = (await (await desk.act(id, version, 'case')).json()) as { alert: { version: number } };
    await desk.act(id, made.alert.version, 'undo');
    await desk.act(id, made.alert.version + 1, 'ignore', { reason: '清场' });
    await page.waitForSelector(rowOf(`井盖松动 ${i}`), { state: 'detached' });
  }
  await desk.report({ title: '井盖又松了', type: 'road_damage', at: 'c0005', east: -40 });
  const id = await idOf(page, '井盖又松了');
  assert.equal((await page.innerText(`[data-row="${id}"] [data-tag=recent]`)).trim(), '近 30 天此处 3 件');
  await choose(page, '井盖又松了');
  await page.waitForFunction(() => document.querySelectorAll('[data-panel=alert] [data-tag=recent] .past').length === 3);
});

test('a case that is offered is taken by one key and taken back by one; others are listed with Shift', async () => {
  const [first = ''] = await begin({ title: '楼道堆物争执', type: 'neighbour', dimension: 'dispute', feed: 'grid', at: 'c0009' });
  const { version } = await desk.alert(first);
  assert.equal((await desk.act(first, version, 'case')).status, 200);
  const code = (await desk.alert(first)).case_code!;
  // told again where it is a case already, not in one situation with it
  await desk.report({ title: '又为楼道堆物争吵', type: 'neighbour', dimension: 'dispute', at: 'c0009', east: 12 });
  const id = await choose(page, '又为楼道堆物争吵');
  await page.waitForSelector(`[data-test=suggestion]:has-text("${code}")`);
  const offered = await page.innerText('[data-test=suggestion]');
  assert.match(offered, /匹配 (0\.[7-9]\d|1\.00)[^]*同/, 'with its score and why');
  await page.waitForSelector(`[data-row="${id}"] [data-tag=link]:has-text("${code}")`);
  await away();
  await page.keyboard.press('Shift+M');
  await page.waitForSelector('[data-ask=merge] [data-choice]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await away();
  await page.keyboard.press('m');
  await until('it is in the case', async () => (await desk.alert(id)).case_code === code);
  await page.waitForFunction(() => document.querySelector('[data-told=done]')?.textContent?.includes('已并案'));
  await undone('并案');
  await until('and out of it', async () => (await desk.alert(id)).case_code === null);
  // as far as this it is only near by, not lately closed
  await desk.report({ title: '隔街邻居争吵', type: 'neighbour', dimension: 'dispute', feed: 'grid', at: 'c0009', east: 275 });
  const by = await choose(page, '隔街邻居争吵');
  assert.equal((await page.locator('[data-test=suggestion]').count()), 0);
  assert.match(await page.innerText('[data-test=nearby]'), /附近在办\s+附近在办 [1-9]\d* 件/);
  await page.waitForSelector(`[data-panel=alert][data-alert="${by}"] [data-tag=near] .past:has-text("${code}")`);
  const lately = page.locator(`[data-panel=alert] [data-tag=recent] .past:has-text("${code}")`);
  assert.equal(await lately.count(), 0, 'an open case is not told as lately closed');
  await shoot(page, 'near');
});

test('what the machine decided is taken back by one key or its button, and says so', async () => {
  await begin();
  await desk.report({ feed: 'grid', title: '摊主争吵', type: 'neighbour', at: 'c0011' });
  const first = await idOf(page, '摊主争吵');
  await desk.report({ feed: 'hotline', title: '摊位争吵', type: 'neighbour', dimension: 'dispute', at: 'c0011', east: 12 });
  await until('both in one situation', async () => (await desk.alert(first)).situation !== null);
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
  await page.click('[data-row] > button');
  await page.waitForSelector('[data-test=story] [data-entry=decision]');
  const joined = (await desk.person.json<{ alerts: Told[] }>('/api/v1/alerts?limit=200&state=open&q=摊位')).alerts[0]!.id;
  await page.goto(`${stack.url}/console?alert=${joined}`);
  await page.waitForSelector(`[data-panel=alert][data-alert="${joined}"] [data-take-back=join]`);
  await shoot(page, 'take-back');
  await away();
  await page.keyboard.press('Shift+Z');
  await until('it is alone', async () => (await desk.alert(joined)).situation !== (await desk.alert(first)).situation || (await desk.alert(joined)).situation === null);
  await story('已撤销 · 并入警情组');
  await page.waitForSelector('[data-take-back]', { state: 'detached' });
  // a device that comes and goes: chattering, until a person says that it is not
  const key = desk.keys.get('grid')!;
  for (let i = 0; i < 3; i++) for (const kind of ['raised', 'cleared'])
    assert.equal((await send(stack.url, 'grid', key, { id: `d${i}${kind}`, kind, type: 'smoke', device: 'smoke-9', title: '烟感九号', lon: desk.places.get('c0012')![0], lat: desk.places.get('c0012')![1] })).status, 202);
  const device = await choose(page, '烟感九号');
  await page.click('[data-take-back=chatter]');
  await until('not taken for chattering', async () => !(await desk.alert(device) as Told & { chatter: boolean }).chatter);
});

test('three colours by cell with their numbers, confirmed by a person; heat on the ground', async () => {
  await desk.clear();
  const { features } = await desk.person.json<{ features: { properties: { code: string; level: string; label: [number, number] } }[] }>('/api/v1/areas');
  const cells = features.flatMap(({ properties }) => (properties.level === 'cell' ? [properties] : []));
  await desk.report({ feed: 'grid', title: '宅基地纠纷', type: 'neighbour', at: 'c0006' });
  await until('counted', async () => (await desk.person.json<{ cells: unknown[] }>('/api/v1/warnings')).cells.length > 0);
  const store = new DatabaseSync(stack.path('townwall.db'), { readOnly: true });
  const counted = store.prepare("SELECT area, day FROM cell_count WHERE type = 'neighbour' ORDER BY day DESC, count LIMIT 1").get() as { area: string; day: number };
  store.close();
  const { area: red, day } = counted;
  // far from each other, so that each capsule has its room
  const chosen = cells.filter(({ code }) => code === red);
  const far = ({ label: [x, y] }: (typeof cells)[number]): number => Math.min(...chosen.map(({ label }) => Math.hypot(x - label[0], y - label[1])));
  for (let i = 0; i < 2; i++) chosen.push(cells.reduce((a, b) => (far(b) > far(a) ? b : a)));
  const [, yellow = '', green = ''] = chosen.map(({ code }) => code);
  // twelve weeks of one a week, and what is new this week
  const rows = [[red, 9], [yellow, 5], [green, 3]].flatMap(([area, fresh]) => [`('${area}', 'dispute', 'contract', ${day}, ${fresh})`,
    ...Array.from({ length: 12 }, (_, i) => `('${area}', 'dispute', 'contract', ${day - 7 * (i + 1)}, ${area === green ? 3 : 1})`)]);
  sqlWrite(`INSERT INTO cell_count (area, dimension, type, day, count) VALUES ${rows.join(', ')}`);
  await open('/wall/map');
  const capsules = async (): Promise<string[]> => (await page.locator('[data-warned]').allInnerTexts()).map((text) => text.trim());
  await page.waitForFunction(() => document.querySelectorAll('[data-warned]').length >= 3);
  const shown = (await capsules()).join('\n');
  assert.match(shown, /红 \d+ 起 \/ 常态 \d+\.\d/);
  assert.match(shown, /黄 5 起 \/ 常态 1\.0/);
  assert.match(shown, /绿 3 起 \/ 常态 3\.0/);
  await page.click('[data-layer=warnings]');
  await page.waitForSelector('[data-warned]', { state: 'detached' });
  await page.click('[data-layer=warnings]');
  await page.waitForSelector('[data-warned]');
  // heat: the ground around where alerts were gets lighter
  const stage = (await page.locator('.stage').boundingBox())!;
  const calm = await page.screenshot({ clip: stage });
  await page.click('[data-layer=heat]');
  await page.waitForSelector('[data-layer=heat][aria-pressed=true]');
  const heat = await desk.person.json<{ points: [number, number, number][] }>('/api/v1/alert-heat?hours=6');
  assert.ok(heat.points.length > 0);
  await until('the ground shows it', async () => !(await page.screenshot({ clip: stage })).equals(calm));
  assert.match(await page.innerText('[data-legend=heat]'), /近 6 小时警情/);
  // a person confirms red, and the other seat is told who
  await open('/console');
  await choose(page, '宅基地纠纷');
  await page.waitForSelector('[data-test=warning] [data-colour=red]');
  assert.match(await page.innerText('[data-test=warning]'), /矛盾纠纷 · 合同纠纷 9 起，常态 1\.0，p = /);
  await page.click('[data-action=confirm-red]');
  await page.waitForSelector('[data-test=warning] >> text=值班员 已确认');
  await open('/console', other.page);
  await choose(other.page, '宅基地纠纷');
  await other.page.waitForSelector('[data-test=warning] >> text=值班员 已确认');
});

test('what was set aside is seen with its reason on the feeds page, retried and dropped; keys, tests and refusals', async () => {
  await begin();
  const admin = await visit(browser, stack, 'admin', SIZE);
  const own = admin.page;
  own.setDefaultTimeout(60_000);
  sqlWrite("CREATE TRIGGER bad BEFORE INSERT ON event WHEN NEW.id = 'bad' BEGIN SELECT RAISE(ABORT, 'no such luck'); END");
  await desk.report({ id: 'bad', title: '写不进去的一条', at: 'c0008' });
  execFileSync('redis-cli', ['-s', stack.path('redis.sock'), 'XADD', 'tw:events', '*', 'event', '{"source":"x"']);
  await open('/feeds', own);
  await until('both are listed', async () => (await own.locator('[data-poison]').count()) === 2);
  const bad = own.locator('[data-poison]:has-text("no such luck")');
  assert.match(await bad.innerText(), /民生热线[^]*试过 \d+ 次/);
  await bad.locator('[data-action=retry]').click();
  await own.waitForSelector('[data-test=poison] [data-told=failed]');
  assert.equal(await own.locator('[data-poison]').count(), 2, 'what still cannot be taken stays');
  sqlWrite('DROP TRIGGER bad');
  await bad.locator('[data-action=retry]').click();
  await page.waitForSelector(rowOf('写不进去的一条'));
  await until('one is left', async () => (await own.locator('[data-poison]').count()) === 1);
  await own.locator('[data-poison] [data-action=drop]').click();
  await own.waitForSelector('[data-test=poison] [data-state-panel=empty]');
  // a key is only turned when one says so twice
  await own.click('[data-feed=police] .opens');
  await own.click('[data-action=rotate]');
  await own.click('[data-action=rotate-no]');
  assert.equal((await send(stack.url, 'police', desk.keys.get('police')!, { id: 'still', type: 'noise', title: '旧密钥仍有效' })).status, 202);
  await own.click('[data-action=rotate]');
  await own.click('[data-action=rotate-yes]');
  const key = (await own.innerText('[data-test=key] code')).trim();
  assert.equal((await send(stack.url, 'police', desk.keys.get('police')!, { id: 'late', type: 'noise', title: '旧密钥' })).status, 401);
  assert.equal((await send(stack.url, 'police', key, { id: 'new', type: 'noise', title: '新密钥' })).status, 202);
  desk.keys.set('police', key);
  // a test runs the whole way and is marked; what is refused names its field
  await own.fill('[data-test=feed-test] [data-field=title]', '联调走一遍');
  await own.fill('[data-test=feed-test] [data-field=place]', '500,99');
  await own.click('[data-test=feed-test] [type=submit]');
  await own.waitForSelector('[data-told=refused]');
  assert.match(await told('refused', own), /经度|纬度|lon|lat/);
  await own.fill('[data-test=feed-test] [data-field=place]', desk.places.get('c0009')!.join(','));
  await own.click('[data-test=feed-test] [type=submit]');
  await own.waitForSelector('[data-told=sent]');
  await page.waitForSelector(`${rowOf('联调走一遍')} >> text=测试`);
  assert.deepEqual(admin.faults, []);
  await admin.context.close();
});

test('sounds: silent until somebody acts and told so, then by priority until acknowledged', async () => {
  await desk.clear();
  const fresh = await visit(browser, stack, 'operator', SIZE);
  const own = fresh.page;
  own.setDefaultTimeout(60_000);
  await own.addInitScript(() => {
    const made: { hz: number; running: boolean }[] = [];
    Object.assign(window, { tones: made });
    // as where nobody touched anything: a page that a test looks at counts as touched
    const Own = AudioContext;
    window.AudioContext = class extends Own {
      constructor() {
        super();
        void this.suspend();
      }
    };
    const create = Own.prototype.createOscillator;
    Own.prototype.createOscillator = function (this: AudioContext) {
      const tone = create.call(this);
      const start = tone.start.bind(tone);
      tone.start = (at?: number) => {
        made.push({ hz: tone.frequency.value, running: this.state === 'running' });
        start(at);
      };
      return tone;
    };
  });
  const tones = (): Promise<{ hz: number; running: boolean }[]> => own.evaluate(() => (window as unknown as { tones: { hz: number; running: boolean }[] }).tones);
  await open('/console', own);
  await desk.report({ title: '落水呼救', type: 'drowning', priority: 1, at: 'c0010' });
  await own.waitForSelector(rowOf('落水呼救'));
  await own.waitForSelector('[data-sound=off]');
  assert.equal(await own.innerText('[data-sound] .words'), '声音已关');
  assert.match((await own.getAttribute('[data-sound] .say', 'title')) ?? '', /按 V 打开/);
  const [colour, red] = await own.evaluate(() => [getComputedStyle(document.querySelector('[data-sound] .say')!).color, getComputedStyle(document.documentElement).getPropertyValue('--p1').trim()]);
  const [r, g, b] = (red!.match(/[0-9a-f]{2}/g) ?? []).map((pair) => parseInt(pair, 16));
  assert.equal(colour, `rgb(${r}, ${g}, ${b})`, 'in the colour of priority 1');
  assert.deepEqual(await tones(), [], 'nothing is played that nobody can hear');
  await own.keyboard.press('v');
  await own.waitForSelector('[data-sound=on]');
  // three quick ones, again and again
  await until('repeated', async () => (await tones()).length >= 6);
  assert.deepEqual((await tones()).slice(0, 6).map(({ hz }) => hz), [960, 960, 1280, 960, 960, 1280]);
  await choose(own, '落水呼救');
  await own.keyboard.press('a');
  await own.waitForSelector(`[data-row="${await idOf(own, '落水呼救')}"][data-state=acknowledged]`);
  // the less urgent one sounds in its own way
  await away(own);
  await desk.report({ title: '货车侧翻', type: 'accident', priority: 2, at: 'c0011' });
  await until('of priority 2', async () => (await tones()).at(-1)!.hz === 720);
  await choose(own, '货车侧翻');
  await own.keyboard.press('a');
  await own.waitForSelector(`[data-row="${await idOf(own, '货车侧翻')}"][data-state=acknowledged]`);
  const from = (await tones()).length;
  await away(own);
  await desk.report({ title: '垃圾堆放', type: 'garbage', priority: 3, at: 'c0012' });
  await until('of priority 3', async () => (await tones()).at(-1)!.hz === 520);
  assert.deepEqual((await tones()).slice(from).map(({ hz }) => hz), [520], 'what was taken is not heard again');
  // the check at the start of a shift plays each, the most urgent first
  await own.click('[data-action=sound-check]');
  await until('each was played', async () => (await tones()).length >= from + 1 + 6);
  assert.deepEqual((await tones()).slice(from + 1, from + 7).map(({ hz }) => hz), [960, 960, 1280, 720, 720, 520]);
  assert.ok((await tones()).every(({ running }) => running));
  await own.waitForFunction(() => document.querySelector('[data-sound] .words')?.textContent === '声音正常');
  await own.keyboard.press('v');
  await own.waitForSelector('[data-sound=muted]');
  assert.equal(await own.innerText('[data-sound] .words'), '已静音');
  assert.deepEqual(fresh.faults, []);
  await fresh.context.close();
});

test('shelved with time and reason: out of the queue and its sound, back when the time is over', async () => {
  const [id = ''] = await begin({ title: '水位计报警', type: 'water_level', priority: 1, at: 'c0001' });
  await choose(page, '水位计报警');
  await away();
  await page.keyboard.press('s');
  await page.fill('[data-ask=shelve] input[type=number]', '1');
  await page.click('[data-ask=shelve] .common button >> nth=0');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await away();
  await page.waitForSelector(`[data-row="${id}"]`, { state: 'detached' });
  await story('等待到场');
  // by hand
  await page.click('[data-action=aside]');
  await page.waitForSelector(`[data-row="${id}"] [data-fact=state]:has-text("搁置至")`);
  await away();
  await page.keyboard.press('s');
  await page.waitForFunction(() => document.querySelector('[data-told=done]')?.textContent?.includes('已取消搁置'));
  await undone('取消搁置');
  await until('shelved again', async () => (await desk.alert(id)).state === 'shelved');
  // by time
  await page.click('[data-action=aside]');
  ahead(90);
  await page.waitForSelector(`[data-row="${id}"][data-state=unacknowledged]`);
});

test('more than the list holds: the rest is told as a number, in both languages, with a way to the history', async () => {
  await desk.clear();
  const many = Array.from({ length: 3_060 }, (_, i) => ({ id: `m${i}`, type: 'garbage', title: `清运 ${i}`, priority: 4, lon: 122 + (i % 60) / 50, lat: 28 + Math.floor(i / 60) / 50 }));
  for (let i = 0; i < many.length; i += 1000)
    assert.equal((await send(stack.url, 'grid', desk.keys.get('grid')!, many.slice(i, i + 1000))).status, 202);
  const store = new DatabaseSync(stack.path('townwall.db'), { readOnly: true });
  const count = store.prepare('SELECT COUNT(*) AS n FROM alert WHERE ended_us = 0');
  await until('all are alerts', () => (count.get() as { n: number }).n >= many.length);
  store.close();
  await open('/console');
  const hidden = Number(/另有 (\d+) 条较轻的未列出/.exec(await page.innerText('[data-test=queue] [data-fact=beyond]'))?.[1]);
  assert.ok(hidden >= 60, String(hidden));
  assert.match(await page.innerText('.view.console'), /\+/);
  await open('/wall/map');
  await page.waitForSelector('.legend [data-fact=beyond]');
  await page.evaluate(() => localStorage.setItem('townwall.locale', 'en'));
  await open('/console');
  assert.match(await page.innerText('[data-test=queue] [data-fact=beyond]'), new RegExp(`${hidden} less urgent ones are not listed`));
  await page.evaluate(() => localStorage.setItem('townwall.locale', 'zh-CN'));
  await open('/console');
  await page.focus('[data-test=queue] [data-fact=beyond] a');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/alerts\?state=open/);
  await page.waitForSelector('[data-history]');
});

test('no fault on the way', () => assert.deepEqual([...seat.faults, ...other.faults], []));
