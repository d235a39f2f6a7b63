// The device list on the real stack: filters, order, the drawer with its legal record, import with dry run.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
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
  const village = (await page.$$eval('[data-field=village] option', (all) => all.map((one) => [(one as HTMLOptionElement).value, one.textContent ?? ''])))[1]!;
  await page.selectOption('[data-field=village]', village[0]!);
  const count = Number(/(\d+)$/.exec(village[1]!)?.[1]);
  await untilCount(`${count} / ${CAMERAS} 路`);
  assert.equal(new URL(page.url()).searchParams.get('village'), village[0]);
  await page.reload();
  await untilCount(`${count} / ${CAMERAS} 路`);
  await page.click('[data-sort=id]');
  await page.waitForSelector('th.id[aria-sort=descending]');
  const sorted = await rows();
  assert.deepEqual(sorted, [...sorted].sort().reverse());
});

test('a camera opens with its legal record, never with a password', async () => {
  await open();
  await page.focus('tr[data-camera=c0001]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-drawer=c0001] [data-legal]');
  const [header, first] = list().split('\n').map((line) => line.split(','));
  const filing = first![header!.indexOf('filing_no')]!;
  await page.waitForFunction((no) => document.querySelector<HTMLElement>('[data-legal]')?.innerText.includes(no), filing);
  assert.doesNotMatch(await page.innerText('[data-drawer]'), /rtsp:\/\/[^/\s]*:[^/\s]*@/);
  await page.click('[data-diagnose]');
  await page.waitForSelector('[data-diagnosis], [data-drawer] [role=alert]');
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
  assert.equal(await operator.page.locator('[data-import]').count(), 0);
  const wider = await operator.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `the page is ${wider} px wider than the screen`);
  const height = await operator.page.$eval('tr[data-camera]', (row) => row.getBoundingClientRect().height);
  assert.ok(height >= 48, `rows are ${height} px high`);
  assert.deepEqual(operator.faults, []);
  await operator.context.close();
});

/** The same town before anybody gave it cameras or a base map. */
function emptyTown(): string {
  const dir = stack.path('empty-town');
  mkdirSync(dir, { recursive: true });
  const town = JSON.parse(readFileSync(stack.path('town', 'town.json'), 'utf8')) as { files: Record<string, string>; base_map?: unknown };
  copyFileSync(stack.path('town', town.files.areas!), join(dir, town.files.areas!));
  town.files = { areas: town.files.areas! };
  delete town.base_map;
  writeFileSync(join(dir, 'town.json'), JSON.stringify(town));
  return dir;
}

test('a town without cameras says how to add them', async () => {
  const empty = await startStack({ cameras: 1, simulator: false, town: emptyTown() });
  try {
    const visitor = await visit(browser, empty, 'admin');
    await visitor.page.goto(`${empty.url}/devices`);
    await visitor.page.waitForSelector('.first ol li');
    await visitor.page.click('.first .btn');
    await visitor.page.waitForSelector('[data-phase=choose]');
    await visitor.page.goto(`${empty.url}/wall/map`);
    await visitor.page.waitForSelector('[data-ready=true] .empty');
    assert.deepEqual(visitor.faults, []);
    await visitor.context.close();
  } finally {
    await stopStack(empty);
  }
});

test('no fault on the page', () => assert.deepEqual(admin.faults, []));
