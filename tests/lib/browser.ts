// The real pages in Debian's Chromium, for tests: start, log in, wait by what the page says.
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';

const FLAGS = [
  '--headless=new', '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** Errors of the page and answers of 500 and above, other than 503; a test ends by asking for none. */
  faults: string[];
}

/** A page of its own session, logged in, with a view reason where the login may watch. `known`: its password, where the stack did not make it. */
export async function visit(browser: Browser, stack: Stack, login: string, size = { width: 1920, height: 1080 }, more: BrowserContextOptions = {}, known?: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', reducedMotion: 'reduce', ...more });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.stack ?? String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  page.on('response', (answer) => {
    if (answer.status() >= 500 && answer.status() !== 503) faults.push(`${answer.status()} ${answer.url()}`);
  });
  const password = known ?? stack.logins().find((one) => one.login === login)?.password ?? '';
  const session = await context.request.post(`${stack.url}/api/v1/session`, { data: { login, password } });
  if (!session.ok()) throw new Error(`login ${login}: ${session.status()} ${await session.text()}`);
  const { csrf, rights } = (await session.json()) as { csrf: string; rights: string[] };
  if (rights.includes('camera.live'))
    await context.request.post(`${stack.url}/api/v1/view-reason`, { data: { reason: '值班巡看' }, headers: { 'X-CSRF-Token': csrf } });
  return { page, context, faults };
}
