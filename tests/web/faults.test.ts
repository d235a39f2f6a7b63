// Pages while things go wrong: reloaded in mid-stream again and again, and a full disk told on the wall.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { holds, pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const shown = ['c0001', 'c0002', 'c0003', 'c0004'];
const reloads = 5;
let stack: Stack;
let browser: Browser;
let operator: Visit;
let page: Page;

before(async () => {
  stack = await startSmallStack({ cameras: 8 });
  browser = await startBrowser();
  operator = await visit(browser, stack, 'operator');
  page = operator.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

async function metric(name: string): Promise<number> {
  const { body } = await stack.get('/metrics');
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)`, 'm').exec(body)?.[1] ?? NaN);
}

async function plays(): Promise<void> {
  for (const id of shown) {
    const selector = `figure[data-camera=${id}]`;
    await page.waitForSelector(`${selector}[data-rung="live"]`, { state: 'attached' });
    await page.waitForFunction((one) => Number(document.querySelector<HTMLElement>(one)?.dataset.frames) > 5, selector);
  }
}

test('a page reloaded in mid-stream plays again each time, and leaves nothing behind', async () => {
  await page.goto(`${stack.url}/wall/live?cameras=${shown.join(',')}&layout=4`);
  await plays();
  const before = { ...holds(pidOf(stack, 'townwalld')), readers: await metric('townwall_stream_readers') };
  for (let i = 0; i < reloads; i++) {
    await page.reload();
    await plays();
  }
  // one that is cut off half way through its start
  const url = page.url();
  for (let i = 0; i < reloads; i++) await page.goto(url, { waitUntil: 'commit' });
  await plays();
  await until('only the readers of the page that is open', async () => (await metric('townwall_stream_readers')) <= before.readers);
  await until('only its connections', () => holds(pidOf(stack, 'townwalld')).descriptors <= before.descriptors + 8);
  assert.equal(await metric('townwall_ws_clients'), 1);
  assert.deepEqual(operator.faults, []);
});
