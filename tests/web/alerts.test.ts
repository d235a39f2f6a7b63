// Alerts on the wall and at a seat, on the real stack: a report by HTTP becomes a row, a mark and playing cameras; keys,
// two seats, a flood, filters in the address, history, the feeds page.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import type { Person } from '../lib/client.ts';
import { atRest, choose as chooseOn, Desk, fourPlay, idOf as idOn, openPage, rowOf, secondSeat } from '../lib/desk.ts';
import { send } from '../lib/feed.ts';
import { clean } from '../lib/pages.ts';
import { smallTargets, textsOf } from '../lib/screen.ts';
import { order } from '../lib/simulator.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const CAMERAS = 24;
const DEAD = 'c0004'; // refuses its password
const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
let stack: Stack;
let browser: Browser;
let seat: Visit;
let page: Page;
let desk: Desk;
let person: Person;

const report = (what: Parameters<Desk['report']>[0]): Promise<void> => desk.report(what);
const idOf = (title: string, at: Page = page): Promise<string> => idOn(at, title);
const choose = (title: string, at: Page = page): Promise<string> => chooseOn(at, title);
const open = (path: string, at: Page = page): Promise<void> => openPage(at, stack.url, path);
const clear = (): Promise<void> => desk.clear();

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  stack = await startStack({ cameras: CAMERAS });
  await order(stack, { cmd: 'fault', kind: 'unauthorized', cameras: [Number(DEAD.slice(1))] });
  await order(stack, { cmd: 'fault', kind: 'drop', cameras: [Number(DEAD.slice(1))] });
  desk = await Desk.open(stack, [['hotline', 'livelihood'], ['police', 'public_security'], ['grid', 'dispute']].map(([id = '', dimension = '']) => [id, id, dimension] as const));
  ({ person } = desk);
  browser = await startBrowser();
  seat = await visit(browser, stack, 'operator');
  page = seat.page;
  page.setDefaultTimeout(60_000);
  await until('all cameras but one live', async () => {
    const { cameras: all } = await person.json<{ cameras: { state: string }[] }>('/api/v1/cameras?limit=100&state=live');
    return all.length >= CAMERAS - 1;
  });
  // it is told itself
  await until('the camera that refuses is an alert', async () => (await person.json<{ alerts: { device: string }[] }>('/api/v1/alerts')).alerts.some(({ device }) => device === DEAD));
  await clear();
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

/** Where the address of the map says that a place is seen. */
async function seenAt([lon, lat]: [number, number]): Promise<{ x: number; y: number }> {
  const [clon = 0, clat = 0, zoom = 0] = (new URL(page.url()).searchParams.get('at') ?? '').split(',').map(Number);
  const stage = (await page.locator('.stage').boundingBox())!;
  const scale = 512 * 2 ** zoom;
  const y = (deg: number): number => 0.5 - Math.log((1 + Math.sin((deg * Math.PI) / 180)) / (1 - Math.sin((deg * Math.PI) / 180))) / (4 * Math.PI);
  return { x: stage.x + stage.width / 2 + ((lon - clon) / 360) * scale, y: stage.y + stage.height / 2 + (y(lat) - y(clat)) * scale };
}

test('a report becomes a row, a mark at its place, and the nearest working cameras play beside it', async () => {
  await open('/wall/map');
  await page.waitForSelector('[data-test=queue] [data-state-panel=empty]');
  await report({ title: '河边有人落水', type: 'drowning', priority: 1, at: DEAD, address: '清溪河西岸' });
  const id = await idOf('河边有人落水');
  await page.waitForSelector(`[data-panel=alert][data-alert="${id}"]`);
  await page.waitForFunction(() => document.querySelectorAll('[data-near] figure[data-rung=live]').length === 4);
  const near = await page.$$eval('[data-near]', (list) => list.map((one) => (one as HTMLElement).dataset.near));
  assert.ok(!near.includes(DEAD), 'one that shows nothing is passed over');
  assert.match(await page.innerText(`[data-skipped=${DEAD}]`), /密码错/);
  // the mark stands where it happened, and the leader ties it to the panel
  await page.waitForFunction(() => new URL(location.href).searchParams.has('at') && new URL(location.href).searchParams.has('alert'));
  const mark = await until('the mark stands at its place', async () => { // the address follows the map when that has come to rest
    const box = (await page.locator(`[data-mark="${id}"]`).boundingBox())!;
    const place = await seenAt(desk.places.get(DEAD)!);
    return Math.hypot(box.x + box.width / 2 - place.x, box.y + box.height / 2 - place.y) < 3 && box;
  });
  const onTop = await page.evaluate(([x = 0, y = 0]) => document.elementFromPoint(x, y)?.closest('[data-mark]')?.getAttribute('data-mark'), [mark.x + mark.width / 2, mark.y + mark.height / 2]);
  assert.equal(onTop, id, 'nothing covers the mark');
  await page.waitForSelector(`[data-label="${id}"]`);
  assert.equal(await page.locator('[data-test=leader]').count(), 1);
  assert.equal(await page.locator('[data-mark] [data-shape=p1]').count(), 1);
  assert.match(await page.innerText(`[data-row="${id}"] [data-fact=why]`), /\S/, 'a row says why');
  await page.screenshot({ path: resolve(SHOTS, 'alert-map.png') });
  // 1–4 enlarge, Esc goes back level by level
  await page.keyboard.press('2');
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>('[data-near]')].filter((one) => one.offsetHeight > 0).length === 1);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>('[data-near]')].filter((one) => one.offsetHeight > 0).length === 4);
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-panel=alert]', { state: 'detached' });
  // the address is the view
  await open(`/wall/map?alert=${id}`);
  await page.waitForSelector(`[data-panel=alert][data-alert="${id}"]`);
});

test('on the mosaic its tile lifts, and leads to the alert', async () => {
  await report({ title: '有人翻墙', type: 'help_button', priority: 1, at: 'c0003', east: 20 });
  await page.setViewportSize({ width: 1280, height: 720 });
  await open('/wall/mosaic');
  await page.waitForSelector('[data-lifted] [data-shape=p1]');
  await page.screenshot({ path: resolve(SHOTS, 'alert-mosaic.png') });
  await page.click('[data-lifted] >> nth=0');
  await page.waitForURL(/\/wall\/map\?.*alert=/);
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('from report to four playing cameras', async (t) => {
  const took: number[] = [];
  await clear();
  for (const camera of ['c0007', 'c0019', 'c0015']) {
    await open('/wall/map');
    await page.waitForSelector('[data-test=queue] [data-state-panel=empty]');
    await atRest(page);
    const began = Date.now();
    await report({ title: `求助 ${camera}`, type: 'help_button', priority: 1, at: camera });
    const ended = await fourPlay(page);
    took.push(ended - began);
    await clear();
  }
  took.sort((a, b) => a - b);
  t.diagnostic(`POST to four playing cameras: p50 ${took[took.length >> 1]} ms, all ${took.join(', ')} ms`);
  assert.ok(took.every((ms) => ms > 0));
});

test('what machines tell for information is one line until it is asked for', async () => {
  await clear();
  await open('/console');
  const tab = (): Promise<string> => page.$$eval('[data-fact=waiting] [aria-hidden]', ([one]) => one?.textContent ?? '');
  await report({ title: '画面有车停留', type: 'motion', priority: 4, device: 'c0005', kind: 'raised', at: 'c0005' });
  await page.waitForSelector('[data-action=information]');
  assert.match(await page.innerText('[data-action=information]'), /信息 1 条/);
  assert.equal(await page.locator(rowOf('画面有车停留')).count(), 0);
  assert.equal(await tab(), '', 'nobody waits for it');
  await page.keyboard.press('y');
  const id = await choose('画面有车停留');
  await page.keyboard.press('y');
  // what is chosen stays in sight
  await page.waitForSelector('[data-action=information][aria-expanded=false]');
  assert.equal(await page.locator(`[data-row="${id}"]`).count(), 1);
  await page.keyboard.press('a');
  await page.waitForSelector(`[data-row="${id}"][data-state=acknowledged]`);
  // a person's report of the same priority is a row of its own
  await report({ title: '流动摊贩', type: 'street_vendor', priority: 4, at: 'c0018' });
  await page.waitForFunction(() => document.querySelector('[data-fact=waiting] [aria-hidden]')?.textContent === '1');
  await page.keyboard.press('u'); // somebody reads: new rows wait to be asked for
  await idOf('流动摊贩');
});

test('the queue is worked by keys: chosen, acknowledged, shelved, called false, undone, commented, made a case', async () => {
  await clear();
  await open('/console');
  await report({ title: '夜间施工噪声', at: 'c0002' });
  await idOf('夜间施工噪声');
  await report({ title: '路灯成片不亮', type: 'street_light', at: 'c0009' });
  await idOf('路灯成片不亮');
  await report({ title: '燃气泄漏', type: 'gas_leak', priority: 1, at: 'c0014' });
  const gas = await idOf('燃气泄漏');
  // what is of priority 1 comes first
  assert.equal(await page.getAttribute('[data-row] >> nth=0', 'data-row'), gas);
  await page.mouse.move(5, 5);
  await page.locator('body').focus();
  await page.keyboard.press('Escape');
  await choose('燃气泄漏');
  await page.keyboard.press('a');
  await page.waitForSelector(`[data-row="${gas}"][data-state=acknowledged]`);
  assert.match(await page.innerText(`[data-row="${gas}"] [data-fact=state]`), /已确认 · 值班员/);
  await page.keyboard.press('j');
  const chosen = await page.waitForSelector('[data-row].chosen');
  const next = await chosen.getAttribute('data-row');
  assert.notEqual(next, gas);
  // shelving asks minutes and a reason
  await page.keyboard.press('s');
  await page.waitForSelector('[data-ask=shelve]');
  await page.fill('[data-ask=shelve] input[type=number]', '15');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-ask=shelve] .missing');
  await page.fill('[data-ask=shelve] input:not([type=number])', '等待到场');
  // Esc loses nothing of what was typed
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await page.keyboard.press('s');
  await page.waitForSelector('[data-ask=shelve]');
  assert.equal(await page.inputValue('[data-ask=shelve] input:not([type=number])'), '等待到场');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await page.waitForSelector('[data-told=done]');
  await until('the row is put aside', async () => (await person.json<{ alert: { state: string } }>(`/api/v1/alerts/${next}`)).alert.state === 'shelved');
  await page.waitForSelector('[data-action=aside]');
  await page.keyboard.press('z');
  await page.waitForSelector('[data-told=undone]');
  await page.waitForSelector(`[data-row="${next}"][data-state=unacknowledged]`);
  // a false alarm needs its reason, and is taken back as well
  await choose('路灯成片不亮');
  const lamp = await idOf('路灯成片不亮');
  await page.keyboard.press('x');
  await page.waitForSelector('[data-ask=false_alarm]');
  await page.click('[data-ask=false_alarm] .common button >> nth=0');
  await page.click('[data-ask=false_alarm] [type=submit]');
  await until('over', async () => (await person.json<{ alert: { end: string | null } }>(`/api/v1/alerts/${lamp}`)).alert.end === 'false_alarm');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await page.keyboard.press('z');
  await page.waitForSelector(`[data-row="${lamp}"][data-state=unacknowledged]`);
  await page.waitForSelector('[data-told=undone]');
  // words go into the history
  await choose('燃气泄漏');
  await page.keyboard.press('t');
  await page.fill('[data-ask=comment] textarea', '已通知燃气公司');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=story] >> text=已通知燃气公司');
  await page.waitForSelector('[data-ask]', { state: 'detached' }); // the story may be told before the answer: keys are words until then
  // somebody has it
  await page.keyboard.press('p');
  await page.waitForSelector('[data-ask=assign] [data-choice]');
  await page.keyboard.press('1');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await until('assigned', async () => (await person.json<{ alert: { assigned: { name: string } | null } }>(`/api/v1/alerts/${gas}`)).alert.assigned?.name === '值班员');
  // a case, with its code
  await page.keyboard.press('n');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /20\d\d-\d{4}/.test(document.querySelector('[data-told=done]')?.textContent ?? ''));
  // F: on the map, at its place
  await choose('夜间施工噪声');
  await page.keyboard.press('f');
  await page.waitForURL(/\/wall\/map/);
  await page.waitForSelector(`[data-mark="${await idOf('夜间施工噪声')}"]`);
  await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('.page[data-zoom]')?.dataset.zoom) >= 16);
});

test('two seats see each other at once; of two who act on the same one the second is told who was first', async () => {
  await clear();
  const { page: other, context } = await secondSeat(browser, stack);
  await open('/console');
  await open('/console', other);
  await report({ title: '两车剐蹭占道', type: 'accident', at: 'c0010' });
  const id = await choose('两车剐蹭占道');
  await choose('两车剐蹭占道', other);
  // the first one's act is on its way while the second one acts on what is still shown
  let release = (): void => undefined;
  const gate = new Promise<void>((done) => {
    release = done;
  });
  await other.route('**/acts', async (route) => {
    await gate;
    await route.continue();
  });
  await other.locator('body').focus();
  await other.keyboard.press('a');
  await page.keyboard.press('a');
  await page.waitForSelector(`[data-row="${id}"][data-state=acknowledged]`);
  await other.waitForSelector(`[data-row="${id}"][data-state=acknowledged]`);
  assert.match(await other.innerText(`[data-row="${id}"] [data-fact=state]`), /值班员/);
  release();
  await other.waitForSelector('[data-told=beaten]');
  assert.match(await other.innerText('[data-told=beaten]'), /值班员 先一步已确认/);
  await context.close();
});

test('rows stand still for a reader; priority 1 comes at once; the rest waits behind a line', async () => {
  await clear();
  await open('/console');
  await report({ title: '先来的一条', at: 'c0003' });
  const first = await choose('先来的一条');
  await page.hover(`[data-row="${first}"]`);
  await report({ title: '后来的一条', type: 'street_light', at: 'c0012' });
  await page.waitForSelector('[data-action=fresh]');
  assert.equal(await page.locator('[data-row]').count(), 1);
  await report({ title: '火警', type: 'fire', priority: 1, at: 'c0017' });
  await page.waitForSelector(rowOf('火警'));
  assert.equal(await page.getAttribute('[data-row] >> nth=0', 'data-priority'), '1');
  assert.match(await page.innerText('[data-action=fresh]'), /1 条新警情/);
  await page.keyboard.press('u');
  await page.waitForSelector(rowOf('后来的一条'));
  await page.mouse.move(900, 5);
});

test('sound: off is said in red until somebody touches the page, then each priority is heard until it is taken', async () => {
  await clear();
  await open('/console');
  const words = (): Promise<string> => page.innerText('[data-sound] .words');
  if ((await page.getAttribute('[data-sound]', 'data-sound')) === 'off') assert.equal(await words(), '声音已关');
  await page.click('[data-action=sound-check]');
  await page.waitForSelector('[data-sound=on]');
  await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('[data-sound]')?.dataset.sounded) >= 3);
  await page.waitForFunction(() => document.querySelector('[data-sound] .words')?.textContent === '声音正常');
  const before = Number(await page.getAttribute('[data-sound]', 'data-sounded'));
  await report({ title: '呼救', type: 'help_button', priority: 1, at: 'c0005' });
  const id = await idOf('呼救');
  await page.waitForFunction((n) => Number(document.querySelector<HTMLElement>('[data-sound]')?.dataset.sounded) >= n + 2, before);
  assert.equal(await page.getAttribute('[data-sound]', 'data-sounded-priority'), '1');
  await choose('呼救');
  await page.keyboard.press('a');
  await page.waitForSelector(`[data-row="${id}"][data-state=acknowledged]`);
  await page.keyboard.press('v');
  await page.waitForSelector('[data-sound=muted]');
  await page.keyboard.press('v');
  await page.waitForSelector('[data-sound=on]');
});

test('a situation says why its alerts belong together, and lets one go', async () => {
  await clear();
  await open('/console');
  await report({ feed: 'police', title: '石桥有人打架', type: 'fight', dimension: 'public_security', at: 'c0006' });
  const first = await choose('石桥有人打架');
  await report({ feed: 'grid', title: '两拨人推搡', type: 'fight', dimension: 'dispute', at: 'c0006', east: 15 });
  await until('both in one situation', async () => (await person.json<{ alert: { situation: string | null } }>(`/api/v1/alerts/${first}`)).alert.situation !== null);
  await page.waitForFunction(() => document.querySelectorAll('[data-member]').length === 2);
  const why = await page.innerText('[data-test=group]');
  assert.match(why, /首条|第一条/);
  assert.match(why, /m|米|网格|同/);
  await page.screenshot({ path: resolve(SHOTS, 'alert-console.png') });
});

test('situations are one row; in a flood the queue says how many it hides, and keeps priority 1', async () => {
  await clear();
  await open('/console');
  for (let i = 0; i < 5; i++)
    await report({ feed: i % 2 ? 'police' : 'hotline', title: `打架 ${i}`, type: 'fight', dimension: 'public_security', at: 'c0008', east: 12 * i - 30, north: 22 * (i % 3) });
  // what sees the same is one row at any time
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1 && document.querySelector('[data-row] .more')?.textContent?.includes('4'));
  const waiting = async (): Promise<number> => (await person.json<{ alerts: { state: string }[] }>('/api/v1/alerts?state=unacknowledged')).alerts.length;
  assert.equal(await waiting(), 5);
  await page.keyboard.press('j');
  await page.keyboard.press('a');
  await until('all of the row is acknowledged', async () => (await waiting()) === 0);
  await page.keyboard.press('z');
  await until('all of it is taken back', async () => (await waiting()) === 5);
  const kinds = ['noise', 'theft', 'garbage', 'fraud', 'missing_person', 'obstacle', 'wages', 'land', 'pollution', 'power_outage'];
  for (const [i, type] of kinds.entries()) await report({ title: `另一件 ${i}`, type, at: `c00${10 + i}` });
  await report({ title: '楼道起火', type: 'fire', priority: 1, at: 'c0020' });
  await page.waitForSelector('[data-test=queue][data-flood]');
  const said = /(\d+) 条折叠为 (\d+) 组，隐藏 (\d+) 条；1 级始终可见/;
  const panel = async (): Promise<RegExpExecArray | null> => said.exec((await page.innerText('[data-state-panel=flood]')).replace(/\s/g, ' '));
  await until('all of them are counted', async () => (await panel())?.[2] === '12');
  const [, n = 0, m = 0, k = 0] = ((await panel()) ?? []).map(Number);
  assert.deepEqual([n, n - m], [16, k]);
  // the rows stood still for who works the keys; danger to life did not wait
  await page.waitForSelector(rowOf('楼道起火'));
  await page.keyboard.press('u');
  await page.waitForFunction((rows) => document.querySelectorAll('[data-row]').length === rows, m);
  await page.waitForSelector(rowOf('楼道起火'));
  await page.click('[data-row] .more >> nth=0');
  await page.waitForSelector('[data-folded]');
  await page.screenshot({ path: resolve(SHOTS, 'alert-flood.png') });
  // the seat's own load says that it is over the limit, among its hints and on the ultra-wide wall's strip
  const { user } = await person.json<{ user: { id: string } }>('/api/v1/session');
  await open('/console');
  assert.match(await page.innerText(`[data-load="${user.id}"]:has(.over)`), /10 分钟 \d\d 条 · 超过上限/);
  await page.setViewportSize({ width: 3840, height: 1080 });
  await open('/wall/map');
  await page.waitForSelector('[data-figure=load] [data-shape]');
  await page.screenshot({ path: resolve(SHOTS, 'alert-flood-wide.png') });
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('filters are in the address; one- and two-character words are found; the history has what is over', async () => {
  await clear();
  await report({ title: '清溪河水位超警戒', type: 'water_level', at: 'c0016' });
  await report({ feed: 'grid', title: '邻里争吵', type: 'neighbour', at: 'c0021' });
  await open('/console?dimension=dispute');
  await page.waitForSelector(rowOf('邻里争吵'));
  assert.equal(await page.locator('[data-row]').count(), 1);
  assert.equal(await page.inputValue('[data-filter=dimension]'), 'dispute');
  await page.click('text=清除筛选');
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 2 && location.search === '');
  for (const word of ['水', '水位']) {
    await page.fill('[data-filter=words]', word);
    await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
    await page.waitForFunction((text) => new URL(location.href).searchParams.get('words') === text, word);
  }
  await page.reload();
  await page.waitForSelector(rowOf('水位超警戒'));
  assert.equal(await page.locator('[data-row]').count(), 1);
  await page.fill('[data-filter=words]', '');
  await page.selectOption('[data-filter=source]', 'grid');
  await page.waitForURL(/source=grid/);
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
  // over, it is found in the history
  await clear();
  await open('/alerts?words=水');
  await page.waitForSelector('[data-test=history][data-loaded=true]');
  await page.waitForSelector('[data-history]:has-text("水位超警戒")');
  assert.match(await page.innerText('[data-history]:has-text("水位超警戒")'), /已忽略/);
  await page.selectOption('[data-filter=priority]', '1');
  await page.waitForURL(/priority=1/);
  await page.fill('[data-filter=words]', '火');
  await page.waitForSelector('[data-history]:has-text("起火")');
  await page.click('[data-history] .opens >> nth=0');
  await page.waitForSelector('[data-panel=alert] [data-test=story] [data-entry=act]');
});

test('feeds: how each does, a test through one, its key turned and shown once', async () => {
  const admin = await visit(browser, stack, 'admin');
  const own = admin.page;
  own.setDefaultTimeout(60_000);
  await own.goto(`${stack.url}/feeds`);
  await own.waitForSelector('[data-feed=hotline]');
  assert.ok(Number(await own.innerText('[data-feed=hotline] [data-fact=accepted]')) > 0);
  assert.equal(await own.getAttribute('[data-feed=hotline]', 'data-feed-state'), 'good');
  await own.click('[data-feed=hotline] .opens');
  await own.waitForSelector('[data-feed-detail=hotline]');
  await own.fill('[data-test=feed-test] [data-field=title]', '联调测试');
  await own.click('[data-test=feed-test] [type=submit]');
  await own.waitForSelector('[data-told=sent]');
  await open('/console');
  await page.waitForSelector(rowOf('联调测试'));
  assert.match(await page.innerText(rowOf('联调测试')), /测试/);
  // the old key ends with the new one, which is shown until it is hidden
  await own.click('[data-action=rotate]');
  await own.click('[data-action=rotate-yes]');
  const key = (await own.innerText('[data-test=key] code')).trim();
  const body = { id: 'after', type: 'noise', title: '换钥匙之后' };
  assert.equal((await send(stack.url, 'hotline', desk.keys.get('hotline')!, body)).status, 401);
  assert.equal((await send(stack.url, 'hotline', key, body)).status, 202);
  desk.keys.set('hotline', key);
  await own.click('[data-action=hide-key]');
  await own.waitForSelector('[data-test=key]', { state: 'detached' });
  assert.ok(!(await own.content()).includes(key), 'the key is nowhere on the page');
  await own.screenshot({ path: resolve(SHOTS, 'feeds.png') });
  assert.deepEqual(admin.faults, []);
  await admin.context.close();
});

test('contrast, names, roles and words hold on the new pages, at seats, walls and phones', async () => {
  await clear();
  await report({ title: '河堤有人徘徊', type: 'help_button', priority: 1, at: 'c0013' });
  await open('/console');
  const id = await idOf('河堤有人徘徊');
  const foreign = /\b(?:Enter|Esc|Shift|English|WebCodecs|hotline|police|grid|Mbit\/s|[cr]\d+|wallctl|feeds|add|HTTP|CAP|CSV|HMAC|test)\b/g;
  const names = /[\u4e00-\u9fff]+\d\d-\d\d/g;
  for (const [width, height] of [[1920, 1080], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    for (const path of [`/console?alert=${id}`, `/wall/map?alert=${id}`, `/alerts?alert=${id}`, '/console', '/feeds'])
      for (const language of ['zh-CN', 'en'] as const) {
        await page.evaluate((locale) => localStorage.setItem('townwall.locale', locale), language);
        await open(path);
        if (path.includes('alert=')) await page.waitForSelector('[data-panel=alert] [data-test=story]');
        else if (path === '/feeds') await page.waitForSelector('[data-feed=hotline]');
        else await page.waitForSelector('[data-row]');
        for (const text of await textsOf(page)) {
          assert.doesNotMatch(text, /^[a-z]+(\.[a-zA-Z_]\w*)+$|[{}]|undefined|NaN|\[object/, `${path}: ${text}`);
          if (language === 'en') assert.doesNotMatch(text.replace(names, ''), /[\u4e00-\u9fff]/, `${path}: Chinese in English`);
          else assert.doesNotMatch(text.replace(foreign, ''), /[A-Za-z]{4,}/, `${path}: English in Chinese`);
        }
        const spill = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(spill <= 0, `${path}: ${spill} px beyond the edge`);
        if (width < 900) assert.deepEqual(await smallTargets(page, 44), [], path);
        if (language === 'en') continue;
        await clean(page, `${path} at ${width} px`);
        await page.screenshot({ path: resolve(SHOTS, `alerts-${path.replace(/\?.*/, ' open').replace(/[^a-z]+/g, ' ').trim().replaceAll(' ', '-')}-${width}.png`) });
      }
  }
  await page.evaluate(() => localStorage.setItem('townwall.locale', 'zh-CN'));
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('no fault on the way', () => assert.deepEqual(seat.faults, []));
