// The device list on the real stack: filters, order, the drawer with its legal record, import with dry run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { clean, shoot } from '../lib/pages.ts';
import { shiftsOf, textsOf, watchShifts } from '../lib/screen.ts';
import { order } from '../lib/simulator.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const CAMERAS = 45;
let stack: Stack;
let browser: Browser;
let admin: Visit;
let page: Page;

before(async () => {
  stack = await startStack({ cameras: CAMERAS });
  browser = await startBrowser();
  admin = await visit(browser, stack, 'admin');
  page = admin.page;
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

async function open(query = ''): Promise<void> {
  await page.goto(`${stack.url}/devices${query}`);
  await page.waitForSelector('tr[data-camera], .empty');
}
const rows = (): Promise<string[]> =>
  page.$$eval('tr[data-camera]', (list) => list.map((row) => (row as HTMLElement).dataset.camera ?? ''));
const untilCount = (text: string): Promise<unknown> =>
  page.waitForFunction((wanted) => document.querySelector<HTMLElement>('[data-count]')?.innerText === wanted, text);
const list = (): string => readFileSync(stack.path('town', 'cameras.csv'), 'utf8');
const upload = (text: string): Promise<void> =>
  page.setInputFiles('[data-file]', { name: 'cameras.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
const sum = async (key: string): Promise<number> => Number(/\d+/.exec(await page.innerText(`[data-sum=${key}]`))?.[0]);

test('lists every camera, with only the rows near the window in the page', async () => {
  await open();
  await untilCount(`${CAMERAS} / ${CAMERAS} 路`);
  assert.equal((await rows())[0], 'c0001');
  assert.equal(await page.getAttribute('table', 'aria-rowcount'), String(CAMERAS + 1));
  await page.setViewportSize({ width: 1920, height: 480 });
  await page.waitForFunction((all) => document.querySelectorAll('tr[data-camera]').length < all, CAMERAS);
  await page.focus('tr[data-camera=c0001]');
  await page.keyboard.press('End');
  await page.waitForFunction((id) => (document.activeElement as HTMLElement).dataset.camera === id, `c00${CAMERAS}`);
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('searches, filters and sorts; the address keeps the filter', async () => {
  await open();
  await page.fill('[data-field=search]', 'c0007');
  await untilCount(`1 / ${CAMERAS} 路`);
  assert.deepEqual(await rows(), ['c0007']);
  await page.fill('[data-field=search]', '');
  const village = (await page.$$eval('[data-field=area] option', (all) => all.map((one) => [(one as HTMLOptionElement).value, one.textContent ?? ''])))[1]!;
  await page.selectOption('[data-field=area]', village[0]!);
  const count = Number(/(\d+)$/.exec(village[1]!)?.[1]);
  await untilCount(`${count} / ${CAMERAS} 路`);
  assert.equal(new URL(page.url()).searchParams.get('area'), village[0]);
  await page.reload();
  await untilCount(`${count} / ${CAMERAS} 路`);
  await page.click('[data-sort=id]');
  await page.waitForSelector('th.id[aria-sort=descending]');
  const sorted = await rows();
  assert.deepEqual(sorted, [...sorted].sort().reverse());
});

test('a wrong clock of a camera is marked in the table and told in words', async () => {
  await order(stack, { cmd: 'fault', kind: 'clock', value: -7_200_000, cameras: [3] });
  await open();
  await page.evaluate(() => localStorage.setItem('townwall.devices.columns', JSON.stringify(['id', 'name', 'state', 'offset'])));
  await open();
  await page.waitForFunction(() => document.querySelector<HTMLElement>('tr[data-camera=c0003] td.offset.wrong')?.innerText.startsWith('慢'));
  assert.equal(await page.locator('tr[data-camera=c0004] td.offset.wrong').count(), 0);
  await page.click('tr[data-camera=c0003]');
  await page.click('[data-drawer=c0003] [data-tab=record]');
  await page.waitForSelector('dd.wrong[data-record=offset]');
  await order(stack, { cmd: 'clear', kind: 'clock', cameras: [3] });
  await page.waitForFunction(() => !document.querySelector('tr[data-camera=c0003] td.offset.wrong'));
  await page.evaluate(() => localStorage.removeItem('townwall.devices.columns'));
});

test('a camera opens with its legal record, never with a password', async () => {
  await open();
  await page.focus('tr[data-camera=c0001]');
  await page.keyboard.press('Enter');
  await page.click('[data-drawer=c0001] [data-tab=record]');
  await page.waitForSelector('[data-drawer=c0001] [data-legal]');
  const [header, first] = list().split('\n').map((line) => line.split(','));
  const filing = first![header!.indexOf('filing_no')]!;
  await page.waitForFunction((no) => document.querySelector<HTMLElement>('[data-legal]')?.innerText.includes(no), filing);
  assert.doesNotMatch(await page.innerText('[data-drawer]'), /rtsp:\/\/[^/\s]*:[^/\s]*@/);
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-drawer]', { state: 'detached' });
});

test('a dry run names each wrong row by line and column and changes nothing', async () => {
  await open();
  const lines = list().split('\n');
  const columns = lines[0]!.split(',');
  const fields = lines[3]!.split(',');
  fields[columns.indexOf('lon')] = '999';
  lines[3] = fields.join(',');
  await page.click('[data-import]');
  await upload(lines.join('\n'));
  await page.waitForSelector('[data-phase=checked]');
  assert.equal(await sum('refused'), 1);
  assert.equal(await sum('unchanged'), CAMERAS - 1);
  await page.waitForSelector('[data-errors] [data-line="4"][data-column=lon]');
  assert.equal(await page.isDisabled('[data-apply]'), true);
  await page.waitForSelector('[data-replace].n-checkbox--disabled'); // a list with wrong rows replaces nothing
});

test('a good list is applied and the table shows it at once', async () => {
  await open();
  const [header, first] = list().split('\n');
  const fields = first!.split(',');
  fields[0] = 'c9001';
  fields[1] = '新装01-01';
  await page.click('[data-import]');
  await upload(`${header}\n${fields.join(',')}\n`);
  await page.waitForSelector('[data-phase=checked]');
  assert.equal(await sum('created'), 1);
  await page.waitForSelector('[data-change-line="2"][data-what=new]');
  assert.equal(await sum('missing'), CAMERAS, 'the others are not in the list, and stay');
  await page.click('[data-apply]');
  await page.waitForSelector('[data-phase=done]');
  await page.keyboard.press('Escape');
  await page.fill('[data-field=search]', '新装01-01');
  await page.waitForSelector('tr[data-camera=c9001]');
});

test('what is no list is refused in one line', async () => {
  await open();
  await page.click('[data-import]');
  await upload('no such column\n1\n');
  await page.waitForSelector('[data-problem]');
  assert.notEqual((await page.innerText('[data-problem]')).trim(), '');
});

test('people without the right to edit see no import; the list fits a phone', async () => {
  const operator = await visit(browser, stack, 'operator', { width: 390, height: 844 });
  await operator.page.goto(`${stack.url}/devices`);
  await operator.page.waitForSelector('tr[data-camera]');
  assert.equal(await operator.page.locator('[data-import], [data-add]').count(), 0);
  const wider = await operator.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `the page is ${wider} px wider than the screen`);
  const height = await operator.page.$eval('tr[data-camera]', (row) => row.getBoundingClientRect().height);
  assert.ok(height >= 48, `rows are ${height} px high`);
  await operator.page.click('tr[data-camera]');
  for (const tab of ['history', 'diagnosis', 'record']) {
    await operator.page.click(`[data-tab=${tab}]`);
    const over = await operator.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${tab} is ${over} px wider than the screen`);
  }
  assert.deepEqual(operator.faults, []);
  await operator.context.close();
});

/** What the page sends by itself, seen by the server at once. */
async function rest<T>(method: string, path: string, data?: unknown): Promise<T> {
  const session = (await (await admin.context.request.get(`${stack.url}/api/v1/session`)).json()) as { csrf: string };
  const answer = await admin.context.request.fetch(`${stack.url}/api/v1${path}`, { method, data, headers: { 'X-CSRF-Token': session.csrf } });
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

test('totals filter, columns are chosen and stay, the rows as shown are a file', async () => {
  await open();
  const live = Number(/\d+/.exec(await page.innerText('[data-total=live]'))?.[0]);
  assert.ok(live > 0);
  await page.click('[data-total=live]');
  await page.waitForFunction((n) => document.querySelector<HTMLElement>('[data-count]')?.innerText.startsWith(`${n} /`), live);
  await page.waitForFunction(() => new URL(location.href).searchParams.get('state') === 'live');
  await page.click('[data-columns]');
  await page.click('[data-column=offset]');
  await page.waitForSelector('th.offset');
  await page.keyboard.press('Escape');
  await page.reload();
  await page.waitForSelector('th.offset');
  await page.selectOption('[data-field=codec]', 'h264');
  await page.waitForFunction(() => new URL(location.href).searchParams.get('codec') === 'h264');
  const shown = Number((await page.innerText('[data-count]')).split(' ')[0]);
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-export]')]);
  const text = readFileSync(await file.path(), 'utf8');
  const lines = text.trim().split('\r\n');
  assert.ok(text.startsWith('\ufeff'), 'a byte-order mark, which trim() takes away');
  assert.match(lines[0]!, /^编号,名称,状态,.*时钟偏差$/);
  assert.equal(lines.length, shown + 1);
  assert.ok(lines.slice(1).every((line) => line.includes('H264')));
});

test('a diagnosis goes step by step and is copied as text', async () => {
  await admin.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open('?camera=c0002');
  await page.click('[data-drawer=c0002] [data-diagnose]');
  await page.waitForSelector('[data-diagnosis=ok]', { timeout: 60_000 });
  const steps = await page.$$eval('[data-step]', (list) => list.map((one) => (one as HTMLElement).dataset.step));
  assert.deepEqual(steps, ['address', 'dns', 'tcp', 'OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'packet', 'keyframe', 'stream']);
  await page.click('[data-copy]');
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('DESCRIBE: 200 OK'));
});

test('states over time: the bar, the changes, the online rate with its base', async () => {
  await open('?camera=c0004');
  await page.click('[data-drawer=c0004] [data-tab=history]');
  await page.waitForSelector('[data-history=c0004] [data-kind=online]');
  await page.waitForSelector('[data-change=live]');
  assert.match(await page.innerText('[data-camera-rates]'), /\d+\.\d\d % · \d+:\d\d \/ \d+:\d\d h/);
  await page.click('[data-view=rates]');
  await page.waitForSelector('[data-rates=village] [data-group]');
  const village = (await page.getAttribute('[data-group]', 'data-group'))!;
  await page.click(`[data-group="${village}"] button`);
  await page.waitForSelector('tr[data-camera]');
  await page.waitForFunction((code) => new URL(location.href).searchParams.get('area') === code, village);
});

test('a camera is changed, disabled with its reason, enabled, deleted', async () => {
  await rest('POST', '/cameras', { id: 'd9002', name: '待删', url: 'rtsp://admin:geheim@127.0.0.1:1/x' });
  await open('?camera=d9002&q=d9002');
  await page.waitForSelector('tr[data-camera=d9002][data-state=down]');
  await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-advice]')?.innerText.includes('连不上'));
  await page.click('[data-edit-open]');
  await page.waitForSelector('[data-edit]');
  assert.equal(await page.inputValue('[data-edit-field=url]'), 'rtsp://***@127.0.0.1:1/x');
  await page.fill('[data-edit-field=url]', 'rtsp://***@127.0.0.1:2/x');
  await page.click('[data-save]');
  await page.waitForSelector('[data-edit-problem]'); // another port: the password is asked for again
  await page.fill('[data-edit-field=url]', 'rtsp://***@127.0.0.1:1/y');
  await page.fill('[data-edit-field=keeper]', '村委会');
  await page.click('[data-save]');
  await page.waitForSelector('[data-edit]', { state: 'detached' });
  const detail = await rest<{ url: string; keeper: string }>('GET', '/cameras/d9002');
  assert.deepEqual([detail.url, detail.keeper], ['rtsp://***@127.0.0.1:1/y', '村委会']);
  await page.click('[data-toggle]');
  await page.waitForSelector('tr[data-camera=d9002][data-state=disabled]');
  await page.click('[data-toggle]');
  await page.waitForSelector('tr[data-camera=d9002]:not([data-state=disabled])');
  await page.click('[data-remove]');
  await page.click('[data-remove-sure]');
  await page.waitForSelector('tr[data-camera=d9002]', { state: 'detached' });
});

test('what somebody else changed meanwhile is told field by field, and both changes stay', async () => {
  await open('?camera=c0005');
  await page.click('[data-edit-open]');
  await page.waitForSelector('[data-edit]');
  await page.fill('[data-edit-field=name]', '我改的名字');
  await page.keyboard.press('Escape'); // typing is not lost by one Esc
  await page.waitForSelector('[data-unsaved]');
  const { version } = await rest<{ version: number }>('GET', '/cameras/c0005');
  await rest('PATCH', '/cameras/c0005', { keeper: '别人改的单位', name: '别人改的名字', version });
  await page.click('[data-save]');
  await page.waitForSelector('[data-conflict]');
  const fields = await page.$$eval('[data-conflict-field]', (list) => list.map((one) => (one as HTMLElement).dataset.conflictField));
  assert.deepEqual(fields, ['name', 'keeper']);
  assert.match(await page.innerText('[data-conflict-field=name]'), /别人改的名字.*我改的名字/);
  await page.click('[data-keep-mine]');
  await page.click('[data-save]');
  await page.waitForSelector('[data-edit]', { state: 'detached' });
  const saved = await rest<{ name: string; keeper: string }>('GET', '/cameras/c0005');
  assert.deepEqual([saved.name, saved.keeper], ['我改的名字', '别人改的单位']);
});

test('who administers cameras is told why there are no pictures; who watches sees them', async () => {
  await open('?camera=c0001');
  await page.waitForSelector('[data-picture=no-right]');
  const operator = await visit(browser, stack, 'operator');
  await operator.page.goto(`${stack.url}/devices?camera=c0001`);
  await operator.page.waitForSelector('[data-picture=drawn]', { timeout: 60_000 });
  assert.equal(await operator.page.locator('[data-actions]').count(), 0);
  await operator.context.close();
});

/** Each place of the page, and what shows that it is there. */
const PLACES: [query: string, shown: string][] = [
  ['', 'tr[data-camera]'], ['?camera=c0002', '[data-state-history], [data-picture]'], ['?view=rates', '[data-rates], table'], ['?add=1', '[data-edit]'], ['?import=1', '[data-file]'],
];

test('roles, contrast, no raw key and a still table, in both languages, on a desk and a phone', async () => {
  const seen = await visit(browser, stack, 'admin');
  await watchShifts(seen.page);
  for (const [language, width, height] of [['zh-CN', 1920, 1080], ['en', 1920, 1080], ['zh-CN', 390, 844]] as const) {
    await seen.page.setViewportSize({ width, height });
    await seen.page.goto(`${stack.url}/devices`);
    await seen.page.evaluate((locale) => localStorage.setItem('townwall.locale', locale), language);
    for (const [query, shown] of PLACES) {
      const what = `/devices${query} ${language} ${width}`;
      await seen.page.goto(`${stack.url}/devices${query}`);
      await seen.page.waitForSelector(shown, { state: 'attached' });
      await clean(seen.page, what);
      for (const text of await textsOf(seen.page)) {
        assert.doesNotMatch(text, /^[a-z]+(\.[a-zA-Z_]\w*)+$|[{}]|undefined|NaN|\[object/, what);
      }
      assert.ok(await seen.page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0, `${what}: beyond the edge`);
      if (!query && width > 900) assert.ok((await shiftsOf(seen.page)).sum < 0.02, `${what}: ${(await shiftsOf(seen.page)).what.join('; ')}`);
    }
    await shoot(seen.page, `devices-${language}-${width}`);
  }
  assert.deepEqual(seen.faults, []);
  await seen.context.close();
});

test('Tab reaches what the table and the record of a camera have, and shows where it is', async () => {
  for (const query of ['', '?camera=c0002']) {
    await open(query);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const stops = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const { at, ring } = await page.evaluate(() => {
        const it = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(it);
        return { at: it.outerHTML.slice(0, 120), ring: it === document.body || (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none' };
      });
      assert.ok(ring, `nothing shows that the keys are at ${at}`);
      stops.add(at);
    }
    assert.ok(stops.size > 10, `${query}: ${stops.size} stops`);
  }
});

test('the login reads well without a session', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' });
  const stranger = await context.newPage();
  await stranger.goto(`${stack.url}/login`);
  await stranger.waitForSelector('input[type=password]');
  await clean(stranger, '/login');
  assert.ok(await stranger.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0);
  await context.close();
});

test('no fault on the page', () => assert.deepEqual(admin.faults, []));
