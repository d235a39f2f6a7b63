// What an alert looks like and what is done about the machine behind it: marks that pulse and those that must not, the plate
// of an emergency warning, a device that chatters put on the shelf or out of service, and the figures of feeds and seats
// against what was really sent.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { choose, Desk, idOf, openPage, rowOf, type Told } from '../lib/desk.ts';
import { feeds, send, sign } from '../lib/feed.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const CAMERAS = 12;
const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
let stack: Stack;
let browser: Browser;
let desk: Desk;
let seat: Visit;
let admin: Visit;
let page: Page;
let capKey: string;

const open = (path: string, at = page): Promise<void> => openPage(at, stack.url, path);
/** Keys go to the page, and nobody seems to read the queue. */
async function away(): Promise<void> {
  await page.mouse.move(1900, 5);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}
const shot = (name: string, at = page): Promise<unknown> => at.screenshot({ path: resolve(SHOTS, `${name}.png`) });

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  stack = await startStack({ cameras: CAMERAS });
  desk = await Desk.open(stack, [['hotline', '民生热线', 'livelihood'], ['sensors', '传感器', 'sensor'], ['figures', '数字核对', 'livelihood']]);
  capKey = feeds<{ key: string }>(stack, 'add', 'weather', '--kind', 'cap', '--name', '气象预警', '--dimension', 'warning').key;
  browser = await startBrowser();
  seat = await visit(browser, stack, 'operator', { width: 1920, height: 1080 }, { reducedMotion: 'no-preference' });
  admin = await visit(browser, stack, 'admin');
  page = seat.page;
  for (const one of [seat, admin]) one.page.setDefaultTimeout(60_000);
  await until('all cameras live', async () => (await desk.person.json<{ cameras: unknown[] }>('/api/v1/cameras?limit=100&state=live')).cameras.length === CAMERAS);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

interface Seen { shape: string; path: string; fill: string; moves: boolean; started: string; largest: number; second: string }
/** A mark as it is drawn, halfway through a beat. */
function markOf(selector: string): Promise<Seen> {
  return page.$eval(selector, (root) => {
    const svg = root.querySelector('svg')!;
    const shape = root.querySelector('.shape')!;
    const [beat] = svg.getAnimations();
    const started = String(beat?.startTime ?? '');
    if (beat) {
      beat.pause();
      beat.currentTime = 500;
    }
    const { a } = new DOMMatrix(getComputedStyle(svg).transform);
    const moves = beat !== undefined;
    if (beat) {
      beat.play();
      beat.startTime = 0;
    }
    const ring = root.querySelector('.ring');
    return {
      shape: (root as HTMLElement).dataset.shape!, path: shape.getAttribute('d')!, fill: getComputedStyle(shape).fill, moves, started, largest: Math.round(a * 100) / 100,
      second: ring ? getComputedStyle(ring).display : 'none',
    };
  });
}
/** What a token is, as the browser writes colours. */
const colour = (token: string): Promise<string> => page.evaluate((name) => {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.querySelector('.alert-mark')!.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}, token);

test('what nobody took pulses in the queue, on the map and in the mosaic, all in phase, in its shape and colour; not where motion is unwanted', async () => {
  await desk.report({ title: '河边有人落水', type: 'drowning', priority: 1, at: 'c0003' });
  await desk.report({ title: '路灯损坏', type: 'road', priority: 3, at: 'c0009' });
  const places = [['/console', (id: string) => `[data-row="${id}"] .alert-mark`], ['/wall/map', (id: string) => `[data-mark="${id}"] .alert-mark`], ['/wall/mosaic', (id: string) => `[data-test=mosaic] [data-alert="${id}"] .alert-mark, .over [data-alert="${id}"] .alert-mark`]] as const;
  for (const [path, selector] of places) {
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await open('/console');
    const [first, third] = [await idOf(page, '河边有人落水'), await idOf(page, '路灯损坏')];
    await open(path);
    await page.waitForSelector(selector(first));
    await page.waitForSelector(selector(third));
    await page.waitForFunction((one) => document.querySelector(`${one} svg`)!.getAnimations().length === 1, selector(first));
    const [diamond, square] = [await markOf(selector(first)), await markOf(selector(third))];
    assert.deepEqual([diamond.shape, square.shape], ['p1', 'p3'], path);
    assert.notEqual(diamond.path, square.path, 'told apart without colour');
    assert.deepEqual([diamond.fill, square.fill], [await colour('--p1-fill'), await colour('--p3-fill')], path);
    assert.deepEqual([diamond.moves, square.moves, diamond.started, square.started], [true, true, '0', '0'], `${path}: in phase`);
    assert.deepEqual([diamond.largest, square.largest], [1.15, 1.15], path);
    assert.equal(diamond.second, 'none');
    await shot(`pulse-${path.split('/').at(-1)}`);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const still = await markOf(selector(first));
    assert.deepEqual([still.moves, still.largest, still.second], [false, 1, 'block'], `${path}: a second outline in place of the beat`);
    assert.deepEqual([still.shape, still.fill], [diamond.shape, diamond.fill]);
  }
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await open('/console');
  const id = await choose(page, '河边有人落水');
  await page.keyboard.press('a');
  await page.waitForSelector(`[data-row="${id}"][data-state=acknowledged]`);
  assert.equal((await markOf(`[data-row="${id}"] .alert-mark`)).moves, false, 'taken: it is still');
  await page.emulateMedia({ reducedMotion: 'reduce' });
});

function cap(id: string, { status = 'Actual', type = 'Alert', headline = '暴雨橙色预警', references = '', info = true, signed = false } = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${id}</identifier><sender>cma@gov.cn</sender><sent>${new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z$/, '+00:00')}</sent>
<status>${status}</status><msgType>${type}</msgType><scope>Public</scope>${references ? `<references>${references}</references>` : ''}
${info ? `<info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty><senderName>县气象台</senderName><headline>${headline}</headline><area><areaDesc>清溪镇</areaDesc></area></info>` : ''}
${signed ? '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>' : ''}</alert>`;
}
async function issue(body: string): Promise<void> {
  const answer = await fetch(`${stack.url}/api/v1/cap`, { method: 'POST', body, headers: sign('weather', capKey, body, undefined, '/api/v1/cap') });
  assert.equal(answer.status, 202, await answer.text());
}

test('an emergency warning shows its plate: issuer, level, whether in earnest, and that its signature was not verified', async () => {
  await desk.clear();
  await issue(cap('A1', { signed: true }));
  await issue(cap('A2', { status: 'Exercise', headline: '大风红色预警' }));
  await issue(cap('A3', { status: 'Test', headline: '大雾蓝色预警' }));
  const of = async (title: string): Promise<Record<string, string>> => {
    await open('/console');
    await choose(page, title);
    await page.waitForSelector('[data-test=cap]');
    return page.$eval('[data-test=cap]', (root) => {
      const fact = (name: string): string => root.querySelector(`[data-fact=${name}]`)?.textContent?.trim() ?? '';
      return {
        level: fact('level'), sender: fact('sender'), status: fact('status'), type: fact('type'), signature: fact('signature'), said: root.querySelector('svg.plate')!.getAttribute('aria-label')!,
        stairs: String(root.querySelectorAll('.stair.full').length), ground: getComputedStyle(root.querySelector('.ground')!).fill, whole: root.textContent!,
      };
    });
  };
  const orange = await of('暴雨橙色预警');
  assert.deepEqual([orange.level, orange.sender, orange.status, orange.type, orange.signature, orange.stairs], ['橙色预警 Ⅱ 级', 'cma@gov.cn', '实况', '发布', '签名未核验', '3']);
  assert.match(orange.whole!, /县气象台/);
  assert.equal(orange.said, orange.level, 'a screen reader is told the same');
  await shot('cap-plate');
  const red = await of('大风红色预警');
  assert.deepEqual([red.level, red.status, red.signature, red.stairs], ['红色预警 Ⅰ 级', '演练', '', '4']);
  const blue = await of('大雾蓝色预警');
  assert.deepEqual([blue.level, blue.status, blue.stairs], ['蓝色预警 Ⅳ 级', '测试', '1']);
  assert.equal(new Set([orange.ground, red.ground, blue.ground]).size, 3);
  // an update is what counts then
  await issue(cap('A4', { type: 'Update', headline: '暴雨红色预警', references: `cma@gov.cn,A1,${new Date().toISOString().replace(/\.\d+Z$/, '+00:00')}` }));
  await open('/console');
  await choose(page, '暴雨红色预警');
  await page.waitForSelector('[data-test=cap] [data-fact=level]:has-text("红色")');
  assert.equal(await page.innerText('[data-test=cap] [data-fact=type]'), '更新');
  // a report by telephone has none
  await open('/console');
  await desk.report({ title: '路口积水', type: 'flood', priority: 2, at: 'c0005' });
  await choose(page, '路口积水');
  await page.waitForSelector('[data-test=story]');
  assert.equal(await page.locator('[data-test=cap]').count(), 0);
});

/** A device that comes and goes so often that it chatters. Returned: its alert. */
async function chatters(device: string, title: string): Promise<string> {
  const [lon, lat] = desk.places.get('c0011')!;
  for (let i = 0; i < 3; i++) for (const kind of ['raised', 'cleared'])
    assert.equal((await send(stack.url, 'sensors', desk.keys.get('sensors')!, { id: `${device}-${i}${kind}`, kind, type: 'smoke', device, title, lon, lat })).status, 202);
  const id = await idOf(page, title);
  await until('it chatters', async () => (await desk.alert(id) as Told & { chatter: boolean }).chatter);
  return id;
}

test('what chatters offers the shelf in its row: minutes and a reason, on record, taken back by the same key', async () => {
  await desk.clear();
  await open('/console');
  const id = await chatters('smoke-7', '烟感七号');
  const button = `[data-row="${id}"] [data-action=shelve-chatter]`;
  await page.waitForSelector(button);
  await shot('chatter');
  // by keys alone: Tab goes from the row to it
  await page.focus(`[data-row="${id}"] > button.row`);
  await page.focus(button);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-ask=shelve]');
  assert.equal(await page.inputValue('[data-ask=shelve] [data-words]'), '频繁抖动', 'why is known already');
  await page.fill('[data-ask=shelve] [type=number]', '45');
  await page.keyboard.press('Enter');
  await until('on the shelf', async () => (await desk.alert(id)).state === 'shelved');
  const { acts } = await desk.person.json<{ acts: { act: string; minutes: number; reason: string; name: string }[] }>(`/api/v1/alerts/${id}`);
  assert.deepEqual(acts.filter(({ act }) => act === 'shelve').map(({ minutes, reason }) => [minutes, reason]), [[45, '频繁抖动']]);
  await page.waitForSelector(`[data-row="${id}"]`, { state: 'detached' });
  await page.click('[data-action=aside]');
  await page.waitForSelector(`[data-row="${id}"][data-state=shelved]`);
  assert.equal(await page.locator(button).count(), 0, 'on the shelf it offers none');
});

test('a broken device is put out of service and back by buttons and by D, each with its reason, on record; a report cannot be', async () => {
  await desk.clear();
  await open('/console');
  const id = await chatters('smoke-8', '烟感八号');
  await choose(page, '烟感八号');
  await page.click('[data-act=out_of_service]');
  await page.waitForSelector('[data-ask=out_of_service]');
  await page.keyboard.press('Enter');
  assert.match(await page.innerText('[data-ask=out_of_service] .missing'), /理由/);
  await page.click('[data-ask=out_of_service] .common .chip >> nth=1');
  await page.keyboard.press('Enter');
  await until('out of service', async () => (await desk.alert(id)).state === 'out_of_service');
  await page.waitForSelector(`[data-row="${id}"][data-state=out_of_service]`); // it stands for who reads, and says what became of it
  await away();
  await page.waitForSelector(`[data-row="${id}"]`, { state: 'detached' });
  // what it says meanwhile rings nowhere
  const [lon, lat] = desk.places.get('c0011')!;
  assert.equal((await send(stack.url, 'sensors', desk.keys.get('sensors')!, { id: 'again', kind: 'raised', type: 'smoke', device: 'smoke-8', title: '烟感八号', lon, lat })).status, 202);
  await page.click('[data-action=aside]');
  await page.waitForSelector(`[data-row="${id}"][data-state=out_of_service]`);
  await page.click(`[data-row="${id}"] > button.row`);
  await page.waitForSelector('[data-act=out_of_service]:has-text("恢复启用")');
  await shot('out-of-service');
  await away();
  await page.keyboard.press('d');
  await page.waitForSelector('[data-ask=in_service]');
  await page.fill('[data-ask=in_service] [data-words]', '已换新探头');
  await page.keyboard.press('Enter');
  await until('in service', async () => (await desk.alert(id)).state !== 'out_of_service');
  const { acts } = await desk.person.json<{ acts: { act: string; reason: string }[] }>(`/api/v1/alerts/${id}`);
  assert.deepEqual(acts.map(({ act, reason }) => [act, reason]).filter(([act]) => act?.endsWith('service')), [['in_service', '已换新探头'], ['out_of_service', '设备损坏']], 'the newest first');
  const log = await desk.person.json<{ events: unknown[] }>(`/api/v1/alerts/${id}`);
  assert.ok(log.events.length >= 7, 'what it said while it was out of service is kept');
  await open('/console');
  await desk.report({ title: '有人来电', type: 'noise', priority: 3, at: 'c0002' });
  const call = await choose(page, '有人来电');
  assert.equal(await page.locator('[data-act=out_of_service]').count(), 0);
  await away();
  await page.keyboard.press('d');
  await page.waitForSelector('[data-told=failed]:has-text("只有设备报的警情可以停用")');
  assert.equal((await desk.alert(call)).state, 'unacknowledged');
});

test('the figures of a feed are those of what was sent: rate, delay, refusals, the newest event and fault', async () => {
  const own = admin.page;
  await own.goto(`${stack.url}/feeds`);
  const cell = (fact: string): Promise<string> => own.innerText(`[data-feed=figures] [data-fact=${fact}]`);
  await own.waitForSelector('[data-feed=figures]');
  assert.deepEqual([await cell('rate'), await cell('accepted'), await cell('refused'), await cell('last')], ['0.0', '0', '0', '还没有']);
  const key = desk.keys.get('figures')!;
  // 18 in one minute are 0.3 a second; they happened 40 s before they were sent
  const happened = (Date.now() - 40_000) * 1000;
  const batch = Array.from({ length: 18 }, (_, i) => ({ id: `n${i}`, type: 'noise', title: `噪声 ${i}`, occurred_us: happened, marks: ['test'] }));
  const good = await send(stack.url, 'figures', key, batch);
  assert.deepEqual([good.status, good.accepted], [202, 18]);
  await own.waitForFunction(() => document.querySelector('[data-feed=figures] [data-fact=accepted]')?.textContent?.trim() === '18');
  assert.equal(await cell('rate'), '0.3');
  assert.match(await cell('lag'), /^4\d s/);
  assert.match(await cell('last'), /^\d{1,2}(\.\d)? s前/);
  assert.equal(await own.getAttribute('[data-feed=figures]', 'data-feed-state'), 'good');
  const bad = await send(stack.url, 'figures', key, [{ id: 'b1', type: 'noise' }, { id: 'b2', title: '没有类型' }]);
  assert.equal(bad.status, 400);
  await own.waitForSelector('[data-feed=figures][data-feed-state=failing]');
  assert.equal(await cell('refused'), '2');
  assert.match(await cell('error'), /title|type/);
  assert.equal(await cell('accepted'), '18');
  await own.click('[data-feed=figures] .opens');
  await own.waitForSelector('[data-feed-detail=figures]');
  const facts = await own.$$eval('[data-feed-detail=figures] dl dt', (all) => Object.fromEntries(all.map((one) => [one.textContent, one.nextElementSibling?.textContent])));
  assert.deepEqual(Object.values(facts).slice(0, 3), ['18', '2', '2'], JSON.stringify(facts));
  await shot('feed-figures', own);
  // a stranger who knows the name and not the key changes nothing of how the feed does
  const again = await send(stack.url, 'figures', key, { id: 'n18', type: 'noise', title: '噪声', marks: ['test'] });
  assert.equal(again.status, 202);
  await own.waitForSelector('[data-feed=figures][data-feed-state=good]');
  assert.equal((await send(stack.url, 'figures', 'a-guess', { id: 's1', type: 'noise', title: '冒名' })).status, 401);
  await own.waitForSelector('[data-test=stranger]');
  assert.equal(await own.getAttribute('[data-feed=figures]', 'data-feed-state'), 'good', 'a stranger does not make it fail');
  assert.deepEqual([await cell('accepted'), await cell('refused')], ['19', '2']);
});

test('the load of a seat is what came into its queue: one more for each alert, none for what was only seen again', async () => {
  await desk.clear();
  await open('/console');
  const { user } = await desk.person.json<{ user: { id: string } }>('/api/v1/session');
  const seatLoad = `[data-load="${user.id}"]`;
  await page.waitForSelector(seatLoad);
  const shown = async (): Promise<{ seat: number; reports: number; alerts: number }> => page.evaluate((one) => {
    const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
    const [, seat = -1] = numbers(document.querySelector(`${one} .n`)!.textContent!);
    const [, reports = -1, alerts = -1] = numbers(document.querySelector('[data-fact=load-reports]')!.textContent!);
    return { seat, reports, alerts };
  }, seatLoad);
  const start = await shown();
  const told = async (): Promise<unknown> => {
    const load = await desk.person.json<{ seats: { user: string; per_10min: number }[]; reports_10min: number; alerts_10min: number }>('/api/v1/alert-load');
    return { seat: load.seats.find((one) => one.user === user.id)?.per_10min, reports: load.reports_10min, alerts: load.alerts_10min };
  };
  assert.deepEqual(start, await told());
  // three alerts far from each other, one of them told twice more
  for (const [i, at] of ['c0001', 'c0006', 'c0012'].entries()) await desk.report({ title: `负荷 ${i}`, type: ['road', 'noise', 'garbage'][i]!, priority: 3, at, reporter: `p${i}` });
  for (let i = 0; i < 2; i++) await desk.report({ title: '负荷 0', type: 'road', priority: 3, at: 'c0001', reporter: 'p0' });
  await page.waitForSelector(`${rowOf('负荷 2')}`);
  await page.waitForFunction(([one, n]) => document.querySelector(`${one} .n`)!.textContent!.includes(` ${n} `), [seatLoad, start.seat + 3] as const);
  const then = await shown();
  assert.deepEqual(then, { seat: start.seat + 3, reports: start.reports + 5, alerts: start.alerts + 3 });
  assert.deepEqual(then, await told());
});

test('no fault on the way', () => assert.deepEqual([...seat.faults, ...admin.faults], []));
