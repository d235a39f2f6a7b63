// Every panel that asks the server, while the answer is slow, is refused, comes, and is out of date: what it says, that
// nothing else of the page is touched, and that one press goes on. Answers are held and refused in the browser, by route.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page, Route } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { choose, Desk, openPage } from '../lib/desk.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';

const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
const BUSY = { error: { code: 'busy', message: { zh: '服务器忙，稍后再试', en: 'the server is busy' } } };
let stack: Stack;
let browser: Browser;
let desk: Desk;
const visits = new Map<string, Visit>();

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  stack = await startSmallStack({ cameras: 8 });
  desk = await Desk.open(stack, [['hotline', 'hotline', 'livelihood']]);
  browser = await startBrowser();
  for (const login of ['operator', 'admin', 'supervisor', 'security']) {
    const one = await visit(browser, stack, login);
    one.page.setDefaultTimeout(60_000);
    visits.set(login, one);
  }
  await desk.report({ title: '路灯损坏', type: 'road', priority: 3, at: 'c0001' });
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

/** Answers to a path are held, refused or let through, as told; those that wait follow. */
class Gate {
  private mode: 'hold' | 'refuse' | 'pass' = 'hold';
  private waiting: Route[] = [];
  private readonly page: Page;
  private readonly path: RegExp;
  private constructor(page: Page, path: RegExp) {
    this.page = page;
    this.path = path;
  }
  static async before(page: Page, path: RegExp): Promise<Gate> {
    const gate = new Gate(page, path);
    await page.route(path, (route) => gate.take(route));
    return gate;
  }
  private async take(route: Route): Promise<void> {
    if (this.mode === 'hold') this.waiting.push(route);
    else if (this.mode === 'refuse') await route.fulfill({ status: 503, json: BUSY });
    else await route.continue();
  }
  async turn(mode: 'refuse' | 'pass'): Promise<void> {
    this.mode = mode;
    const waited = this.waiting.splice(0);
    for (const route of waited) await this.take(route);
  }
  /** What is still held belongs to a page that is left. */
  async end(): Promise<void> {
    await this.turn('pass').catch(() => undefined);
    await this.page.unroute(this.path);
  }
}

interface Panel {
  login?: string;
  at: string;
  /** What is pressed until the panel is there. */
  steps?: (page: Page) => Promise<unknown>;
  path: RegExp;
  /** Where it says so. */
  within: string;
  /** What is there when the answer came. */
  content: string;
  /** It shows that it waits in its own way, or in none where nothing is missing yet. */
  loading?: string | null;
}
const tab = (name: string): string => `/people?tab=${name}`;
const PANELS: Record<string, Panel> = {
  'online rates': { at: '/devices?view=rates', path: /online-rates\?by=village/, within: '.rates', content: '.rates tr.total td' },
  'the rate in the list of cameras': { at: '/devices', path: /online-rates\?by=camera/, within: '.head', content: 'tr[data-camera=c0001], [data-camera=c0001]', loading: null },
  'states of a camera over time': { at: '/devices?camera=c0001', steps: (page) => page.click('[data-tab=history]'), path: /cameras\/c0001\/history/, within: '.history', content: '[data-camera-rates]' },
  'alert load of the seats': { at: '/console', path: /alert-load$/, within: '[data-test=load]', content: '[data-load]' },
  'early warning beside an alert': { at: '/console', steps: (page) => choose(page, '路灯损坏'), path: /api\/v1\/warnings$/, within: '[data-test=warning]', content: '[data-test=warning] [data-state-panel=empty]' },
  'heat of the map': { at: '/wall/map', steps: (page) => page.click('[data-layer=heat]'), path: /alert-heat/, within: '[data-legend=heat]', content: '[data-legend=heat]:has-text("近 6 小时")' },
  'base map': { at: '/wall/map', path: /api\/v1\/style\//, within: '.stage', content: '[data-ready=true]' },
  'cameras of an alert': { at: '/console', steps: (page) => choose(page, '路灯损坏'), path: /alerts\/[^/]+\/cameras/, within: '[data-test=near]', content: '[data-near]', loading: '.slot.waiting' },
  'course of an alert': { at: '/console', steps: (page) => choose(page, '路灯损坏'), path: /api\/v1\/alerts\/[^/?]+$/, within: '[data-panel=alert] .body', content: '[data-test=story]' },
  'history of alerts': { at: '/alerts', path: /api\/v1\/alerts\?/, within: '[data-test=history]', content: '[data-history]' },
  feeds: { login: 'admin', at: '/feeds', path: /api\/v1\/feeds$/, within: '[data-test=feeds]', content: '[data-feed=hotline]' },
  'what was set aside': { login: 'admin', at: '/feeds', path: /api\/v1\/poison$/, within: '[data-test=poison]', content: '[data-test=poison] [data-state-panel=empty]' },
  users: { login: 'admin', at: tab('users'), path: /api\/v1\/users$/, within: '[data-test=users]', content: '[data-user=admin]' },
  departments: { login: 'admin', at: tab('departments'), path: /api\/v1\/departments$/, within: '[data-test=departments]', content: '[data-test=departments][data-loaded=true]' },
  roles: { login: 'admin', at: tab('roles'), path: /api\/v1\/roles$/, within: '[data-test=roles]', content: '[data-role]' },
  sessions: { login: 'admin', at: tab('sessions'), path: /api\/v1\/sessions/, within: '[data-test=sessions]', content: '[data-session]' },
  'the audit log': { login: 'security', at: tab('audit'), path: /api\/v1\/audit\?/, within: '[data-test=audit]', content: '[data-seq]' },
  'what is held': { login: 'security', at: tab('holds'), path: /api\/v1\/holds$/, within: '[data-test=holds]', content: '[data-test=holds][data-loaded=true]' },
  deliveries: { login: 'admin', at: tab('deliveries'), path: /api\/v1\/deliveries/, within: '[data-test=deliveries]', content: '[data-test=deliveries][data-loaded=true]' },
  'the roster': { at: '/duty', path: /api\/v1\/duty\?/, within: '[data-test=duty]', content: '[data-shift]' },
  indicators: { login: 'supervisor', at: '/indicators', path: /case-indicators\?/, within: '[data-test=indicators]', content: '[data-indicator]' },
};

for (const [name, { login = 'operator', at, steps, path, within, content, loading = '[data-state-panel=loading]' }] of Object.entries(PANELS))
  test(`${name}: on its way, refused, and by one press there`, async () => {
    const { page } = visits.get(login)!;
    await page.goto('about:blank');
    const gate = await Gate.before(page, path);
    await page.goto(stack.url + at);
    await page.waitForSelector('[data-link=open]');
    await steps?.(page);
    if (loading) {
      await page.waitForSelector(`${within} ${loading}, ${within}${loading}`);
      assert.equal(await page.locator(`${within} [data-state-panel=failed]`).count(), 0);
      assert.equal(await page.locator(`${within} [data-state-panel=empty]`).count(), 0, 'nothing is said to be none before it is known');
    }
    await gate.turn('refuse');
    const failed = `${within} [data-state-panel=failed]`;
    await page.waitForSelector(failed);
    assert.match(await page.innerText(failed), /服务器忙，稍后再试/);
    if (loading) assert.equal(await page.locator(`${within} ${loading}`).count(), 0, 'either, or');
    assert.equal(await page.getAttribute(failed, 'role'), 'alert');
    await gate.turn('pass');
    await page.click(`${failed} button`);
    await page.waitForSelector(failed, { state: 'detached' });
    await page.waitForSelector(content);
    await gate.end();
  });

test('what was there stays when it cannot be had anew, and says of what time it is', async () => {
  const { page } = visits.get('operator')!;
  await openPage(page, stack.url, '/console');
  await page.waitForSelector('[data-load]');
  const gate = await Gate.before(page, /alert-load$/);
  await gate.turn('refuse');
  const failed = '[data-test=load] [data-state-panel=failed]';
  await page.waitForSelector(failed);
  assert.match(await page.innerText(`${failed} [data-fact=as-of]`), /截至 \d\d:\d\d:\d\d/);
  assert.equal(await page.locator('[data-load]').count(), 1, 'the numbers stay');
  await page.screenshot({ path: resolve(SHOTS, 'panel-failed.png') });
  await gate.end();
  await page.click(`${failed} button`);
  await page.waitForSelector(failed, { state: 'detached' });
});

test('without a server each panel says of what time it is, and none says that there is nothing', async () => {
  const { page } = visits.get('operator')!;
  const townwalld = stack.children.get('townwalld')!;
  await openPage(page, stack.url, '/wall/map');
  await page.click('[data-layer=heat]');
  await page.waitForSelector('[data-legend=heat]:has-text("近 6 小时")');
  await townwalld.stop();
  try {
    await page.waitForSelector('[data-test=lost]');
    await page.waitForSelector('[data-legend=heat] [data-fact=as-of]');
    assert.match(await page.innerText('.legend'), /截至 \d\d:\d\d:\d\d/);
    await page.screenshot({ path: resolve(SHOTS, 'panel-lost.png') });
  } finally {
    townwalld.start();
  }
  await page.waitForSelector('[data-test=lost]', { state: 'detached' });
  await page.waitForSelector('[data-legend=heat] [data-fact=as-of]', { state: 'detached' });
});

test('no fault of the page on the way', () => {
  for (const { faults } of visits.values()) assert.deepEqual(faults.filter((fault) => !/WebSocket connection|ERR_/.test(fault)), []);
});
