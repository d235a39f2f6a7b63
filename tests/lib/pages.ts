// What tests ask of a page that is open: no rule of axe is broken, a picture of it for people to look at.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { zhCN } from '../../web/src/i18n/zh-CN.ts';

const SHOTS = resolve(import.meta.dirname, '../../build/screenshots');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation { id: string; nodes: { html: string; failureSummary: string }[] }

/** What a page shows for a word that no language has: `cases.commandNames.x`; rights and files are written with a dot too. */
const WORDLESS = new RegExp(`\\b(?:${Object.keys(zhCN).join('|')})(?:\\.(?!(?:see|edit|sign|json|csv|pdf|xlsx|log|db)\\b)[a-z][A-Za-z_]*)+\\b`, 'g');

export async function clean(page: Page, what: string): Promise<void> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(where: Document, how: object): Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'], rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } } });
    return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
  });
  assert.deepEqual(found, [], what);
  const told = await page.evaluate(() => [document.body.innerText, ...[...document.querySelectorAll('[aria-label],[placeholder],[title]')].map((one) => `${one.getAttribute('aria-label')} ${one.getAttribute('placeholder')} ${one.getAttribute('title')}`)].join('\n'));
  assert.deepEqual(told.match(WORDLESS), null, `${what}: names of words instead of words`);
}

/** Chinese words on a page that is in English, but for what people wrote (names, titles). */
export const untranslated = (page: Page): Promise<string[]> => page.evaluate(() => {
  const copy = document.body.cloneNode(true) as HTMLElement;
  for (const one of copy.querySelectorAll('[translate=no], h1, script, style')) one.remove();
  const labels = [...copy.querySelectorAll('[aria-label]:not([data-seat]),[placeholder],[title]')].map((one) => `${one.getAttribute('aria-label')} ${one.getAttribute('placeholder')} ${one.getAttribute('title')}`);
  return [copy.textContent ?? '', ...labels].join('\n').match(/[^\n]{0,20}\p{Script=Han}+/gu) ?? [];
});

export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: resolve(SHOTS, `${name}.png`) });
}
