// People and rights in the browser: users, departments, grants, sessions, the second factor, the audit log.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { checkAudit } from '../lib/audit-check.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { Person, type Json } from '../lib/client.ts';
import { SetClock } from '../lib/clock.ts';
import { clean } from '../lib/pages.ts';
import { smallTargets } from '../lib/screen.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { totp } from '../lib/totp.ts';
import { wallctl } from '../lib/wallctl.ts';

const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
const PASSWORD = 'Long enough 7';
const dir = mkdtempSync(join(tmpdir(), 'townwall-people-'));
/** The server's alone. */
const clock = new SetClock(dir);
let stack: Stack;
let browser: Browser;
let admin: Visit;
let security: Visit;

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  stack = await startStack({ cameras: 3, env: { townwalld: clock.env } });
  browser = await startBrowser();
  [admin, security] = [await visit(browser, stack, 'admin'), await visit(browser, stack, 'security')];
  for (const { page } of [admin, security]) page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

async function open(page: Page, tab: string): Promise<void> {
  await page.goto(`${stack.url}/people?tab=${tab}`);
  await page.waitForSelector('[data-test=people] [data-loaded=true]');
}
async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: resolve(SHOTS, `people-${name}.png`) });
}

test('a department and a user with grants come into being by keys alone', async () => {
  const { page } = admin;
  await open(page, 'departments');
  await page.focus('[data-action=add]');
  await page.keyboard.press('Enter');
  await page.fill('[data-panel=department] [data-field=id]', 'sifa');
  await page.fill('[data-panel=department] [data-field=name]', '司法所');
  await page.fill('[data-panel=department] [data-field=leader]', '陈所长');
  await page.fill('[data-panel=department] [data-field=phone]', '139 0000 1111');
  await page.keyboard.press('Enter');
  await page.waitForSelector('tr[data-department=sifa]');
  await shot(page, 'departments');

  await open(page, 'users');
  await page.focus('[data-action=add]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (document.activeElement as HTMLElement | null)?.dataset.field === 'login');
  await page.keyboard.type('li.si');
  await page.fill('[data-panel=user] [data-field=name]', '李四');
  await page.selectOption('[data-panel=user] [data-field=department]', 'sifa');
  await page.selectOption('[data-grant="0"] [data-field=role]', 'department_handler');
  await page.click('[data-action=add-grant]');
  await page.selectOption('[data-grant="1"] [data-field=role]', 'deputy_observe');
  await page.fill('[data-panel=user] [data-field=phone]', '13812345678');
  await page.fill('[data-panel=user] [data-field=password]', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-panel=user] [role=alert]')?.innerText.includes('人大代表'));
  await page.selectOption('[data-grant="1"] [data-field=role]', 'deputy');
  await page.focus('[data-panel=user] [data-field=name]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('tr[data-user="li.si"]');
  assert.match(await page.innerText('tr[data-user="li.si"]'), /司法所[\s\S]*部门办理员 · 全部区域；人大代表 · 全部区域/);
  await shot(page, 'users');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-panel=user]', { state: 'detached' });
  await page.fill('[data-field=search]', '李四');
  assert.deepEqual(await page.$$eval('tr[data-user]', (rows) => rows.map((row) => (row as HTMLElement).dataset.user)), ['li.si']);
});

test('an auditor is not the administrator\'s to change; roles say what they may', async () => {
  const { page } = admin;
  await open(page, 'users');
  await page.click('tr[data-user=security] .opens');
  await page.waitForSelector('[data-user-detail=security]');
  assert.equal(await page.locator('[data-panel=user] form').count(), 0);
  assert.equal(await page.locator('[data-tab=audit]').count(), 0);
  await open(page, 'roles');
  assert.equal(await page.locator('tr[data-role]').count(), 18);
  assert.match(await page.innerText('tr[data-role=deputy]'), /地图/);
});

test('one\'s own second factor: enrolled with its QR code, asked for at the login, taken off', async () => {
  const own = await visit(browser, stack, 'li.si', { width: 390, height: 844 }, {}, PASSWORD);
  const { page } = own;
  page.setDefaultTimeout(60_000);
  await open(page, 'own');
  await page.fill('[data-field=totp-password]', 'wrong one');
  await page.click('[data-action=totp]');
  await page.waitForSelector('[data-fact=told]');
  await page.fill('[data-field=totp-password]', PASSWORD);
  await page.click('[data-action=totp]');
  await page.waitForSelector('svg.qr');
  const secret = (await page.innerText('[data-fact=secret]')).replaceAll(' ', '');
  await shot(page, 'own-390');
  await page.fill('[data-field=code]', totp(secret));
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=own][data-totp=true]');

  await own.context.clearCookies();
  await page.goto(`${stack.url}/login?next=/people?tab=own`);
  await page.fill('[name=login]', 'li.si');
  await page.fill('[name=password]', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (document.activeElement as HTMLInputElement | null)?.name === 'code');
  await page.keyboard.type(totp(secret, 30));
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=own][data-totp=true]');
  await page.fill('[data-field=totp-password]', PASSWORD);
  await page.click('[data-action=totp]');
  await page.waitForSelector('[data-test=own][data-totp=false]');
  assert.deepEqual(own.faults, []);

  const manager = admin.page;
  await open(manager, 'sessions');
  await shot(manager, 'sessions');
  await manager.click('tr[data-session="li.si"] [data-action=end]');
  await manager.waitForFunction(() => document.querySelectorAll('tr[data-session="li.si"]').length <= 1);
  for (const button of await manager.$$('tr[data-session="li.si"] [data-action=end]')) await button.click();
  await page.goto(`${stack.url}/people?tab=own`);
  await page.waitForSelector('[name=login]');
  await own.context.close();
});

test('the audit log is filtered, checked and exported', async () => {
  const { page } = security;
  await open(page, 'audit');
  await page.selectOption('[data-field=action]', 'totp.');
  await page.waitForFunction(() => {
    const actions = [...document.querySelectorAll<HTMLElement>('tr[data-audit-action]')].map((row) => row.dataset.auditAction);
    return actions.length > 0 && actions.every((action) => action?.startsWith('totp.'));
  });
  await page.selectOption('[data-field=action]', '');
  await page.fill('[data-field=login]', 'li.si');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>('tr[data-seq] td:nth-child(3)')].every((cell) => cell.innerText === 'li.si'));
  await page.click('[data-action=check]');
  await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-fact=checked]')?.innerText.includes('链条完整'));
  await shot(page, 'audit');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-action=export]')]);
  const found = checkAudit(readFileSync(await download.path()), wallctl(stack, ['audit', 'key']).trim());
  assert.ok(found.records > 10 && found.heads >= 1);
  assert.deepEqual(security.faults, []);
});

test('a legal hold is placed with a reason, seen by the administrator, and lifted by who audits alone', async () => {
  const { page } = security;
  await open(page, 'holds');
  await page.selectOption('[data-field=kind]', 'view_log');
  await page.fill('[data-field=reason]', '行政调查');
  await page.keyboard.press('Enter');
  await page.waitForSelector('tr[data-hold="*"][data-lifted=false]');
  await open(admin.page, 'holds');
  await admin.page.waitForSelector('tr[data-hold="*"]');
  assert.equal(await admin.page.locator('[data-action=lift], [data-test=place-hold]').count(), 0);
  assert.match(await admin.page.innerText('[data-test=holds]'), /当事人: 1095 天/);
  await page.click('[data-action=lift]');
  await page.fill('[data-field=why]', '调查结束');
  await page.keyboard.press('Enter');
  await page.waitForSelector('tr[data-hold="*"][data-lifted=true]');
});

/** As a field for date and time has it, days from now. */
const inDays = (days: number): string => {
  const at = new Date(Date.now() + days * 86_400_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

test('a deputy is granted something for a time, sees it on the own page, and the page follows when it begins and ends', async () => {
  const { page } = admin;
  const rest = await Person.login(stack, 'admin');
  const grants = [{ role: 'deputy', area: '' }];
  assert.equal((await rest.request('POST', '/api/v1/users', { login: 'dai', name: '代表甲', password: PASSWORD, grants })).status, 201);
  await open(page, 'users');
  await page.click('tr[data-user=dai] .opens');
  await page.waitForSelector('[data-user-detail=dai] form');
  await page.click('[data-action=add-grant]');
  await page.selectOption('[data-grant="1"] [data-field=role]', 'deputy_collect');
  await page.fill('[data-grant="1"] [data-field=from]', inDays(2));
  await page.fill('[data-grant="1"] [data-field=until]', inDays(1));
  await page.click('[data-panel=user] button[type=submit]');
  await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-panel=user] [role=alert]')?.innerText.includes('结束须晚于开始'));
  await page.fill('[data-grant="1"] [data-field=from]', inDays(1));
  await page.fill('[data-grant="1"] [data-field=until]', inDays(2));
  await page.click('[data-panel=user] button[type=submit]');
  await page.waitForFunction(() => /民情收集 · 全部区域（.* 至 .*、未开始）/.test(document.querySelector<HTMLElement>('tr[data-user=dai]')?.innerText ?? ''));
  await shot(page, 'grant-times');
  await clean(page, 'a grant with its times');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('[data-grant="1"]').scrollIntoViewIfNeeded();
  await shot(page, 'grant-times-390');
  assert.deepEqual(await smallTargets(page, 40), []);
  await page.setViewportSize({ width: 1920, height: 1080 });

  const own = await visit(browser, stack, 'dai', { width: 1280, height: 800 }, {}, PASSWORD);
  own.page.setDefaultTimeout(60_000);
  await open(own.page, 'own');
  await own.page.waitForFunction(() => document.querySelector<HTMLElement>('.who ul')?.innerText.includes('未开始'));
  assert.equal(await own.page.locator('.view.intake').count(), 0);
  const wall = await rest.connect();
  clock.write(1.5 * 86_400);
  await clock.seen(wall);
  await own.page.waitForSelector('.view.intake'); // by itself, the same session
  await own.page.click('.view.intake');
  await own.page.waitForFunction(() => document.activeElement?.getAttribute('data-field') === 'phone');
  await own.page.keyboard.type('13812345678');
  clock.write(2.5 * 86_400);
  await clock.seen(wall);
  await own.page.waitForSelector('[data-test=no-right]'); // nothing that it brought is left in the page
  assert.match(await own.page.innerText('[data-test=no-right]'), /授权尚未开始或已到期/);
  assert.equal(await own.page.locator('.view.intake, [data-field=phone]').count(), 0);
  assert.deepEqual(own.faults, []);
  await own.context.close();
  await open(page, 'users');
  await page.waitForFunction(() => /民情收集 · 全部区域（.*、已到期）/.test(document.querySelector<HTMLElement>('tr[data-user=dai]')?.innerText ?? ''));
  const auditor = await Person.login(stack, 'security');
  const { records } = await auditor.json<{ records: Json[] }>('/api/v1/audit?action=grant.end');
  assert.equal(records.filter(({ details }) => (details as Json).login === 'dai').length, 1);
  wall.close();
});

test('contrast, names, roles and words of every tab, on a desk and on a phone', async () => {
  for (const size of [{ width: 1920, height: 1080 }, { width: 390, height: 844 }]) {
    for (const [{ page }, tabs] of [[admin, ['users', 'departments', 'roles', 'sessions', 'own']], [security, ['audit', 'holds']]] as const) {
      await page.setViewportSize(size);
      for (const tab of tabs) {
        await open(page, tab);
        if (size.width < 900) await shot(page, `${tab}-390`);
        await clean(page, `${tab} at ${size.width}`);
        const wide = await page.evaluate(() => [...document.querySelectorAll('.people *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.tabs')).map((one) => one.outerHTML.slice(0, 80)));
        assert.deepEqual(wide.slice(0, 3), [], `${tab} fits ${size.width}`);
        assert.deepEqual(await smallTargets(page, size.width < 900 ? 40 : 24), [], `${tab} at ${size.width}`);
      }
    }
  }
  await security.page.setViewportSize({ width: 1920, height: 1080 });
  await security.page.evaluate(() => localStorage.setItem('townwall.locale', 'en'));
  await open(security.page, 'audit');
  assert.match(await security.page.innerText('[data-test=people] h1'), /People and rights/);
  assert.deepEqual(admin.faults, []);
});
