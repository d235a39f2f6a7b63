// Pages of meetings as people use them: a guest's way in on a phone, pictures that move, an agreement signed.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { did, openCase, type CaseTown } from './cases.ts';

export const PHONE = { width: 390, height: 844 };
/** A guest's page, with every text that came to it over its WebSocket. */
export interface Party { page: Page; heard: string[]; faults: string[]; lines: number; cut: () => Promise<void> }

/** A dispute that its department mediates. */
export async function disputeCase(town: CaseTown, title: string): Promise<string> {
  const form = { channel: 'visit', title, dimension: 'dispute', area: town.cells[0], category: 'livelihood', grade: 'annoyance', dispute: 'neighbour', scale: 'individual', ledger: 'dispute' };
  let file = await openCase(town.operator, form);
  if (file.state === 'ACCEPTED') file = await did(town.operator, file, 'triage', { form: { category: form.category, grade: form.grade } });
  file = await did(town.operator, file, 'dispatch', { lead: 'justice' });
  return (await did(town.operator, file, 'mediate')).id;
}
/** A phone opens a link. */
export async function openLink(browser: Browser, link: string): Promise<Party> {
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const one: Party = { page: await context.newPage(), heard: [], faults: [], lines: 0, cut: () => Promise.resolve() };
  one.page.setDefaultTimeout(60_000);
  one.page.on('pageerror', (error) => one.faults.push(String(error)));
  await one.page.routeWebSocket(/\/ws/, (line) => {
    const server = line.connectToServer();
    one.lines++;
    server.onMessage((message) => { one.heard.push(String(message)); line.send(message); });
    one.cut = () => Promise.all([line.close(), server.close()]).then(() => undefined);
  });
  await one.page.goto(link);
  return one;
}
/** From the link to the lobby, as a person taps; `at` is told of steps on the way. */
export async function comeIn(page: Page, at: (step: 'devices' | 'notice' | 'screening' | 'consent') => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.click('[data-action=devices]');
  await at('devices');
  await page.click('[data-action=devices-done]');
  await page.waitForSelector('[data-action=notice]');
  await at('notice');
  await page.click('[data-action=notice]');
  await page.waitForSelector('fieldset');
  for (const box of await page.locator('fieldset').all()) await box.locator('input').first().check();
  await at('screening');
  await page.click('[data-action=screening]');
  for (const kind of ['mediation', 'recording', 'publication', 'observer']) {
    await page.waitForSelector(`[data-action=consent-yes][data-kind=${kind}]`);
    if (kind === 'recording') await at('consent');
    await page.click(`[data-action=consent-yes][data-kind=${kind}]`);
  }
  await page.click('[data-action=ready]');
  await page.waitForSelector('[data-test=lobby]');
}
/** The mediator checks who it is and lets it in. */
export async function admit(host: Page, side: string): Promise<void> {
  await host.click(`[data-waiting][data-side=${side}] [data-action=identity]`);
  await host.click(`[data-waiting][data-side=${side}] [data-action=admit]`);
}
/** A machine that starves loses packets like a narrow line: pictures give way to voices, and come back after a while without trouble (server/rtc/level.h). */
const STARVED_MS = 150_000;
/** Until a page shows moving pictures of so many others; else says what stands in their places. */
export async function sees(of: Page, others: number): Promise<void> {
  await of.waitForFunction((n) => [...document.querySelectorAll('[data-seat][data-moving=true] video:not(.self)')].filter((video) => (video as HTMLVideoElement).videoWidth > 0).length >= n, others, { timeout: STARVED_MS })
    .catch(async (error: unknown) => {
      const tiles = await of.locator('[data-seat]').evaluateAll((all) => all.map((one) => `${(one as HTMLElement).innerText.replace(/\s+/g, ' ')} ${JSON.stringify((one as HTMLElement).dataset)}`));
      throw new Error(`${String(error)}: ${tiles.join(' | ')}`);
    });
}

/** Draws two strokes where one signs. */
export async function draw(on: Page): Promise<void> {
  const pad = on.locator('[data-field=strokes]');
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await pad.boundingBox())!;
  for (const [from, to] of [[0.2, 0.5], [0.55, 0.9]] as const) {
    await on.mouse.move(x + width * from, y + height * 0.3);
    await on.mouse.down();
    await on.mouse.move(x + width * to, y + height * 0.7, { steps: 8 });
    await on.mouse.up();
  }
}
export async function sign(on: Page, name: string): Promise<void> {
  assert.equal(await on.locator('[data-action=sign]').isDisabled(), true, 'not before it was read and drawn');
  await on.check('[data-field=read]');
  await on.fill('[data-field=signer]', name);
  await draw(on);
  await on.click('[data-action=sign]');
}
/** Fields of the draft of an agreement. */
export async function fillDraft(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [id, text] of Object.entries(fields)) await page.fill(`[data-field=agree-${id}]`, text);
}
/** Until a page shows that draft of the agreement in that state. */
export const stands = (on: Page, state: string, draft: number): Promise<unknown> => on.waitForSelector(`[data-test=agreement][data-state=${state}][data-draft="${draft}"]`);

/** What a page that is alone in its room was told of another room since it knew it: words of it, pictures or sound offered, who speaks. */
export const leaks = (heard: string[], words: RegExp): string[] => heard.filter((text) => {
  const message = JSON.parse(text) as { op?: string; streams?: unknown[] };
  return words.test(text) || message.op === 'speaking' || (message.op === 'offer' && (message.streams?.length ?? 0) > 0);
});
