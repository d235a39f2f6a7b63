// Every page of cases with its roles, on a phone, in English, with large text: nothing runs out sideways or is cut off, nothing is
// untranslated; all that people can type is a script, and stays text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit } from '../lib/browser.ts';
import { account, caseTown, detailOf, did, openCase, PASSWORD, type Case } from '../lib/cases.ts';
import { attach } from '../lib/papers.ts';
import { clean, shoot } from '../lib/pages.ts';
import { textsOf } from '../lib/screen.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const PHONE = '13900001111';
let stack: Stack;
let browser: Browser;
/** Cases in the states that pages show. */
let files: Record<'working' | 'verify' | 'open', Case>;

const bad = (of: string, most = 200): string => `<img src=x onerror="window.hit='${of}'"><svg onload="window.hit='${of}'">`.slice(0, most);

before(async () => {
  stack = await startStack({ cameras: 4 });
  const { admin, operator, cells, town, camera } = await caseTown(stack, [['police', bad('department', 64)], ['emergency', '应急办']]);
  const taker = await account(admin, 'taker', [['call_taker', town]]);
  const police = await account(admin, 'police1', [['department_handler', town]], 'police');
  const form = (title: string): Record<string, unknown> => ({ channel: 'hotline', title, text: bad('text'), address: bad('address'), area: cells[0], lon: camera.lon, lat: camera.lat, reporter: { name: bad('name', 60), phone: PHONE } });
  const sent = async (title: string): Promise<Case> => did(police, await did(operator, await did(operator, await openCase(taker, form(title)), 'triage', { form: { category: 'safe_town', grade: 'urgent' } }), 'dispatch', { lead: 'police', item: bad('item'), standard: bad('standard') }), 'take');
  let working = await sent(bad('working'));
  working = (await detailOf(operator, working.id)).case;
  await attach(police, working.id, Buffer.from('text'), `${bad('file', 60)}.txt`);
  working = (await detailOf(operator, working.id)).case;
  for (const [act, more] of [['comment', { text: bad('comment') }], ['call', { direction: 'out', reached: true, text: bad('call') }], ['meet', { kind: 'joint', time_us: String(Date.now() * 1000), place: bad('place'), people: bad('people'), text: bad('meeting') }], ['resolve', { text: bad('resolution') }]] as const)
    working = await did(police, working, act, more);
  await did(police, working, 'ask_extension', { reason: 'complex', text: bad('ask'), until_us: String((Date.now() + 9 * 86_400_000) * 1000) }).catch(() => did(police, working, 'comment', { text: bad('ask') }));
  let verify = await did(police, await sent(bad('verify')), 'feedback', { text: bad('feedback') });
  verify = await did(operator, verify, 'review', { result: 'pass', text: bad('review') });
  files = { working, verify, open: await openCase(taker, form(bad('open'))) };
  browser = await startBrowser();
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

/** By login: each page and what it has to show first. */
const pagesOf = (): Record<string, [path: string, ready: string][]> => ({
  operator: [['/cases', `[data-row="${files.open.id}"]`], [`/cases/${files.working.code}`, `[data-test=case][data-loaded=true] [data-item=resolution]`], ['/work', '[data-test=work][data-loaded=true] [data-row]'], ['/cases?view=quality', '[data-test=quality][data-loaded=true]'], ['/cases?view=calendar', '[data-test=case-calendar][data-known]'], ['/duty', '[data-test=duty], .duty'], ['/indicators', '[data-test=indicators][data-loaded=true]']],
  taker: [['/intake', '[data-test=intake]'], ['/work', '[data-test=work][data-loaded=true] [data-row]']],
  police1: [['/work', '[data-section=orders] [data-row]'], [`/cases/${files.working.code}`, '[data-test=case][data-loaded=true]']],
  supervisor: [['/work', '[data-test=work][data-loaded=true]'], ['/cases', `[data-row="${files.working.id}"]`], [`/cases/${files.working.code}`, '[data-test=case][data-loaded=true] [data-act=urge], [data-test=case][data-loaded=true] [data-action=more]']],
  verifier: [['/work', `[data-section=verify] [data-row="${files.verify.id}"]`], [`/cases/${files.verify.code}`, '[data-test=case][data-loaded=true]']],
});

/** What is wider than its box and neither scrolls nor ends in dots, or stands beyond the edge. */
const cutOff = (page: Page): Promise<string[]> => page.evaluate(() => [...document.querySelectorAll('button, h1, h2, label, .chip, .btn')].filter((one) => {
  const { left, right, width, height } = one.getBoundingClientRect();
  if (width < 2 || height < 2 || one.closest('.hidden-for-eyes, .maplibregl-map')) return false;
  const { overflowX, textOverflow } = getComputedStyle(one);
  const wide = one.scrollWidth > one.clientWidth + 2 && overflowX === 'hidden' && textOverflow !== 'ellipsis';
  let scrolls = false;
  for (let up = one.parentElement; up; up = up.parentElement) scrolls ||= ['auto', 'scroll'].includes(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth;
  return wide || (!scrolls && (right > innerWidth + 1 || left < -1));
}).map((one) => `${one.outerHTML.slice(0, 100)} ${Math.round(one.getBoundingClientRect().right)}`));

/** Names are as the town gave them. */
const CAMERA_NAME = /[\u4e00-\u9fff]+\d\d-\d\d/g;
const FOREIGN = /\b(?:Enter|Esc|Shift|Space|English|Ctrl|CSV|XLSX|PDF|Word|Excel|WebCodecs|townwall|km)\b/g;
const MODES = [
  { name: 'phone', size: { width: 390, height: 844 }, language: 'zh-CN', factor: '1' },
  { name: 'phone-en', size: { width: 390, height: 844 }, language: 'en', factor: '1' },
  { name: 'phone-large', size: { width: 390, height: 844 }, language: 'zh-CN', factor: '1.5' },
  { name: 'desk-en-large', size: { width: 1920, height: 1080 }, language: 'en', factor: '2' },
] as const;

for (const { name, size, language, factor } of MODES)
  test(`every page of cases, ${name}: nothing beyond the edge, one language, scripts are text`, async () => {
    const wrong: string[] = [];
    for (const [login, list] of Object.entries(pagesOf())) {
      const own = stack.logins().some((one) => one.login === login) ? undefined : PASSWORD;
      const { page, context, faults } = await visit(browser, stack, login, size, size.width < 900 ? { hasTouch: true, isMobile: true } : {}, own);
      page.setDefaultTimeout(60_000);
      await page.addInitScript(([locale, large]) => {
        localStorage.setItem('townwall.locale', locale!);
        localStorage.setItem('townwall.factor', large!);
      }, [language, factor]);
      for (const [path, ready] of list) {
        await page.goto(stack.url + path);
        await page.waitForSelector(ready);
        if (path === '/intake') {
          await page.fill('[data-field=phone]', PHONE);
          await page.waitForSelector('[data-test=earlier] a');
        }
        const where = `${login} ${path}`;
        const spill = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (spill > 0) wrong.push(`${where}: ${spill} px beyond the edge`);
        for (const one of await cutOff(page)) wrong.push(`${where}: cut off ${one}`);
        for (const text of await textsOf(page)) {
          if (/^[a-z]+(\.[a-zA-Z_]\w*)+$/.test(text) || /undefined|NaN|\[object/.test(text)) wrong.push(`${where}: no words “${text}”`);
          if (language === 'en' ? /[\u4e00-\u9fff]/.test(text.replace(CAMERA_NAME, '')) && text !== '中文' : /[A-Za-z]{4,}/.test(text.replace(FOREIGN, ''))) wrong.push(`${where}: another language “${text.slice(0, 60)}”`);
        }
        const hit = await page.evaluate(() => (window as unknown as { hit?: string }).hit);
        if (hit) wrong.push(`${where}: a script of ${hit} ran`);
        if (name === 'phone') await clean(page, where);
        await shoot(page, `screen-${name}-${login}-${path.replace(/[^a-z0-9]+/g, '')}`);
      }
      wrong.push(...faults);
      await context.close();
    }
    assert.deepEqual([...new Set(wrong)], []);
  });
