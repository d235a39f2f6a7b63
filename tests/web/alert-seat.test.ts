// A seat that works through a shift, on the real stack: what is asked where no queue is seen, acts taken back between seats,
// whose keys come first, what stays on the page while the line is away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Feed, personFor, type Alert } from '../lib/alerts.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { Person } from '../lib/client.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const CAMERAS = 12;
let stack: Stack;
let browser: Browser;
let seat: Visit;
let page: Page;
let person: Person;
let other: Person;
let feed: Feed;
let town: string;
const places = new Map<string, [lon: number, lat: number]>();
let reports = 0;

/** Each at a place of its own: what is like one that just ended is counted on it. */
async function report(title: string, at: string, more: object = {}): Promise<Alert> {
  const [lon, lat] = places.get(at)!;
  await feed.report({ id: `r${++reports}`, type: 'noise', title, lon, lat, ...more });
  return until(title, async () => {
    const { alerts } = await person.json<{ alerts: Alert[] }>('/api/v1/alerts?limit=20&state=open');
    return alerts.find((one) => one.title === title);
  });
}
const now = (id: string): Promise<Alert> => person.json<{ alert: Alert }>(`/api/v1/alerts/${id}`).then(({ alert }) => alert);
async function act(by: Person, id: string, what: string, more: object = {}): Promise<void> {
  const answer = await by.request('POST', `/api/v1/alerts/${id}/acts`, { act: what, version: (await now(id)).version, ...more });
  assert.equal(answer.status, 200, await answer.text());
}
async function clear(): Promise<void> {
  const { alerts } = await person.json<{ alerts: Alert[] }>('/api/v1/alerts?limit=200&state=open');
  for (const { id } of alerts) await act(person, id, 'ignore', { reason: '清场' });
}
async function open(path: string): Promise<void> {
  await page.goto(stack.url + path);
  await page.waitForSelector('[data-link=open]');
  if (path.startsWith('/wall/map') || path.startsWith('/wall/ultra')) await page.waitForSelector('[data-ready=true]');
}
const row = (id: string): string => `[data-row="${id}"]`;
const panel = (id: string): string => `[data-panel=alert][data-alert="${id}"]`;
/** Opens its panel by hand; the pointer reads nothing afterwards, and keys are the page's. */
async function choose(id: string): Promise<void> {
  await page.click(`${row(id)} > button`);
  await page.waitForSelector(panel(id));
  await page.mouse.move(5, 5);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

before(async () => {
  stack = await startStack({ cameras: CAMERAS });
  person = await Person.login(stack, 'operator');
  feed = new Feed(stack, 'hotline');
  new Feed(stack, 'police');
  const { features } = await person.json<{ features: { properties: { code: string; level: string } }[] }>('/api/v1/areas');
  town = features.find(({ properties: { level } }) => level === 'town')!.properties.code;
  other = await personFor(stack, 'wangqian', 'operator', town);
  const { cameras } = await person.json<{ cameras: { id: string; lon: number; lat: number }[] }>('/api/v1/cameras?limit=100');
  for (const { id, lon, lat } of cameras) places.set(id, [lon, lat]);
  browser = await startBrowser();
  seat = await visit(browser, stack, 'operator');
  page = seat.page;
  page.setDefaultTimeout(60_000);
  await until('all cameras live', async () => (await person.json<{ cameras: object[] }>('/api/v1/cameras?limit=100&state=live')).cameras.length === CAMERAS);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

test('in the history an act asks, and is told, in the panel; its keys work there; another page asks nothing', async () => {
  const { id } = await report('桥下有人烧烤', 'c0001');
  await open('/alerts');
  await page.click(`[data-history="${id}"] .opens`);
  await page.waitForSelector(`${panel(id)} [data-test=story]`);
  await page.click(`${panel(id)} [data-act=shelve]`);
  await page.fill(`${panel(id)} [data-ask=shelve] input:not([type=number])`, '等城管到场');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-act') === 'shelve');
  await page.keyboard.press('s');
  await page.waitForSelector('[data-ask=shelve]');
  assert.equal(await page.inputValue('[data-ask=shelve] input:not([type=number])'), '等城管到场');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`${panel(id)} [data-told=done]`);
  assert.equal((await now(id)).state, 'shelved');
  // the same key puts it back
  await page.keyboard.press('s');
  await page.waitForFunction(() => document.querySelector('[data-told=done]')?.textContent?.includes('已取消搁置'));
  await page.keyboard.press('x');
  await page.waitForSelector('[data-ask=false_alarm]');
  assert.equal(await page.getAttribute('[data-ask=false_alarm] input', 'maxlength'), '200');
  await page.click('.view.console');
  await page.waitForSelector(row(id));
  assert.equal(await page.locator('[data-ask]').count(), 0);
  assert.equal(await page.locator('[data-told]').count(), 0);
});

test('where the queue is hidden the panel asks: on a phone, and beside a map without room', async () => {
  await clear();
  const { id } = await report('楼顶有人放孔明灯', 'c0002');
  await page.setViewportSize({ width: 390, height: 844 });
  await open('/console');
  await page.click(`${row(id)} > button`);
  await page.click(`${panel(id)} [data-act=comment]`);
  await page.fill(`${panel(id)} [data-ask=comment] textarea`, '已电话劝阻');
  await page.click(`${panel(id)} [data-ask=comment] [type=submit]`);
  await page.waitForSelector(`${panel(id)} [data-told=done]`);
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(`/wall/map?alert=${id}`);
  await page.waitForSelector(panel(id));
  await page.click(`${panel(id)} [data-act=ignore]`);
  await page.waitForSelector(`${panel(id)} [data-ask=ignore]`);
  await page.click('[data-ask=ignore] .common button >> nth=0');
  await page.click('[data-ask=ignore] [type=submit]');
  await until('over', async () => (await now(id)).end === 'ignored');
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('one key takes back the own newest act; a key that is held takes back one; what another did since stays', async () => {
  await clear();
  const { id } = await report('电梯困人', 'c0004', { type: 'lift' });
  await open('/console');
  await choose(id);
  await page.keyboard.press('a');
  await page.waitForSelector(`${row(id)}[data-state=acknowledged]`);
  await page.keyboard.press('p');
  await page.waitForSelector('[data-ask=assign] [data-choice]');
  await page.keyboard.press('1');
  await page.waitForSelector('[data-ask]', { state: 'detached' });
  const undone: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.postData()?.includes('"undo"')) undone.push(request.postData()!);
  });
  for (let i = 0; i < 6; i++) await page.keyboard.down('z');
  await page.keyboard.up('z');
  await page.waitForSelector('[data-told=undone]');
  assert.equal((await now(id)).assigned, null);
  assert.deepEqual([undone.length, (await now(id)).state], [1, 'acknowledged']);
  await act(other, id, 'shelve', { minutes: 30, reason: '等维保' });
  await page.keyboard.press('z');
  await page.waitForSelector('[data-told=beaten]');
  assert.match(await page.innerText('[data-told=beaten]'), /wangqian 先一步已搁置/);
  assert.equal((await now(id)).state, 'shelved');
  await page.keyboard.press('z');
  await page.waitForSelector('[data-told=nothing]');
});

test('an answer about an alert that another ended keeps its form and tells who; characters being composed give nothing', async () => {
  await clear();
  const { id } = await report('流浪犬伤人', 'c0006', { type: 'dog' });
  await open('/console');
  await choose(id);
  await page.keyboard.press('t');
  await page.fill('[data-ask=comment] textarea', '已联系');
  await page.evaluate(() => document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
  assert.equal(await page.locator('[data-ask=comment]').count(), 1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('x');
  await page.fill('[data-ask=false_alarm] input', '只是路过');
  await act(other, id, 'ignore', { reason: '重复' });
  await page.waitForFunction((of) => !document.querySelector(of) || document.querySelector(of)!.classList.contains('gone'), row(id));
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-told=beaten]');
  assert.match(await page.innerText('[data-told=beaten]'), /wangqian 先一步已忽略/);
  assert.equal(await page.inputValue('[data-ask=false_alarm] input'), '只是路过');
  await page.keyboard.press('Escape');
});

test('what was told of an alert stays while it cannot be had anew; the button that acted keeps the focus', async () => {
  await clear();
  const { id } = await report('仓库冒烟', 'c0008', { type: 'fire' });
  await open('/console');
  await choose(id);
  await page.waitForSelector('[data-test=story]');
  await page.waitForSelector('[data-test=checklist]');
  await page.focus(`${panel(id)} [data-act=acknowledge]`);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`${row(id)}[data-state=acknowledged]`);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-act')), 'acknowledge');
  await page.focus('[data-step] >> nth=0');
  await page.keyboard.press(' ');
  await page.waitForSelector('[data-step][aria-checked=true]');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'checkbox');
  const path = `**/api/v1/alerts/${id}`;
  await page.route(path, (route) => route.abort());
  await act(other, id, 'comment', { text: '消防在路上' });
  await page.waitForSelector(`${panel(id)} .failed[data-state-panel=failed]`);
  assert.equal(await page.locator(`${panel(id)} [data-test=story]`).count(), 1);
  assert.equal(await page.locator(`${panel(id)} [data-test=checklist]`).count(), 1);
  await page.unroute(path);
  await page.click(`${panel(id)} .failed button`);
  await page.waitForSelector('[data-test=story] >> text=消防在路上');
  assert.equal(await page.locator(`${panel(id)} .failed`).count(), 0);
});

test('only the camera that is shown large plays, as main stream; arrows in the panel move its text, not the map', async () => {
  await clear();
  const { id } = await report('河道漂浮物', 'c0005', { type: 'garbage' });
  await page.setViewportSize({ width: 1920, height: 700 });
  await open(`/wall/map?alert=${id}`);
  await page.waitForFunction(() => document.querySelectorAll('[data-near] figure[data-rung=live]').length === 4);
  const width = (): Promise<number> => page.evaluate(() => document.querySelector<HTMLCanvasElement>('[data-near] canvas')!.width);
  const sub = await width();
  await page.keyboard.press('1');
  await page.waitForFunction(() => document.querySelectorAll('[data-near]').length === 1);
  await page.waitForFunction((least) => document.querySelector<HTMLCanvasElement>('[data-near] canvas')!.width > least, sub);
  await page.keyboard.press('1');
  await page.waitForFunction(() => document.querySelectorAll('[data-near] figure[data-rung=live]').length === 4);
  await page.waitForFunction(() => new URL(location.href).searchParams.has('at'));
  const at = new URL(page.url()).searchParams.get('at');
  await page.focus(`${panel(id)} .body`);
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((of) => document.querySelector(of)!.scrollTop > 0, `${panel(id)} .body`);
  assert.equal(new URL(page.url()).searchParams.get('at'), at);
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('on the ultra-wide wall the tool and the chosen camera of the map go before the queue', async () => {
  await clear();
  const { id } = await report('广告牌松动', 'c0007', { type: 'hazard' });
  await page.setViewportSize({ width: 3200, height: 800 });
  await open('/wall/ultra');
  await choose(id);
  await page.keyboard.press('c');
  await page.waitForSelector('[data-tool=circle][aria-pressed=true]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-tool=circle][aria-pressed=false]');
  assert.equal(await page.locator(panel(id)).count(), 1);
  await page.keyboard.press('Escape');
  await page.waitForSelector(panel(id), { state: 'detached' });
  await open('/wall/ultra?camera=c0002');
  await page.waitForSelector(row(id));
  await page.waitForFunction(() => document.querySelector('.side.chosen') !== null);
  await page.keyboard.press('j');
  await page.waitForSelector(`${row(id)}.chosen`);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/wall\/live\?.*cameras=c0002/);
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('keys that are listed do something: `/` opens the form of the foremost row', async () => {
  await clear();
  const { id } = await report('沿街堆物', 'c0003', { type: 'hazard' });
  await open('/console');
  await page.waitForSelector(row(id));
  await page.keyboard.press('?');
  await page.waitForSelector('[data-keys="/"]');
  assert.deepEqual(await page.$$eval('[data-keys="/"] + dd', (all) => all.map((one) => one.textContent)), ['命令行填表']);
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-describedby') === 'command-hint');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
});

test('a press of the red sound key switches it on', async () => {
  const fresh = await visit(browser, stack, 'operator');
  fresh.page.setDefaultTimeout(60_000);
  // a page that is looked at by the test counts as touched, so that it may sound from the start
  await fresh.page.addInitScript(() => {
    const Own = AudioContext;
    window.AudioContext = class extends Own {
      constructor() {
        super();
        void this.suspend();
      }
    };
  });
  await fresh.page.goto(`${stack.url}/console`);
  await fresh.page.waitForSelector('[data-link=open]');
  await fresh.page.waitForSelector('[data-sound=off]');
  await fresh.page.click('[data-sound] .say');
  await fresh.page.waitForSelector('[data-sound=on]');
  await fresh.page.click('[data-sound] .say');
  await fresh.page.waitForSelector('[data-sound=muted]');
  assert.deepEqual(fresh.faults, []);
  await fresh.context.close();
});

test('g 7 opens the feeds; a new key is shown with its own feed, whichever is open when it comes', async () => {
  const admin = await visit(browser, stack, 'admin');
  const own = admin.page;
  own.setDefaultTimeout(60_000);
  await own.goto(`${stack.url}/devices`);
  await own.waitForSelector('[data-link=open]');
  await own.keyboard.press('g');
  await own.keyboard.press('7');
  await own.waitForURL(/\/feeds/);
  await own.click('[data-feed=police] .opens');
  await own.click('[data-action=rotate]');
  let release = (): void => undefined;
  const gate = new Promise<void>((done) => {
    release = done;
  });
  await own.route('**/feeds/police/key', async (route) => {
    await gate;
    await route.continue();
  });
  const answered = own.waitForResponse('**/feeds/police/key');
  await own.click('[data-action=rotate-yes]');
  await own.click('[data-feed=hotline] .opens');
  await own.waitForSelector('[data-feed-detail=hotline]');
  release();
  await (await answered).finished();
  await own.waitForSelector('[data-feed-detail=hotline] [data-action=toggle]:not(:disabled)');
  assert.equal(await own.locator('[data-test=key]').count(), 0);
  await own.click('[data-feed=police] .opens');
  await own.waitForSelector('[data-feed-detail=police] [data-test=key]');
  await own.click('[data-action=hide-key]');
  await own.waitForSelector('[data-test=key]', { state: 'detached' });
  assert.deepEqual(admin.faults, []);
  await admin.context.close();
});

test('no fault on the way', () => assert.deepEqual(seat.faults, []));
