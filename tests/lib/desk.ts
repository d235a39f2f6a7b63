// A seat of the command room in Chromium: reports come in over HTTP, rows are found by their title and worked by keys.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { visit, type Visit } from './browser.ts';
import { Person } from './client.ts';
import { addFeed, send } from './feed.ts';

export interface Report { feed?: string; title: string; type?: string; priority?: number; at?: string; east?: number; north?: number; [field: string]: unknown }
export interface Told { id: string; version: number; state: string; end: string | null; situation: string | null; case_code: string | null; recent: number; assigned: { name: string } | null }

const PAGE_MS = 60_000;

export const rowOf = (title: string): string => `[data-row]:has-text("${title}")`;

/** Opens a path of the pages and waits until it shows what it has. */
export async function openPage(page: Page, url: string, path: string): Promise<void> {
  await page.goto(url + path);
  await page.waitForSelector('[data-link=open]');
  if (path.startsWith('/wall/map')) await page.waitForSelector('[data-ready=true]');
  if (path.startsWith('/console')) await page.waitForSelector('[data-test=console][data-loaded=true]');
}
export async function idOf(page: Page, title: string): Promise<string> {
  return (await page.waitForSelector(rowOf(title))).getAttribute('data-row').then((id) => id ?? '');
}
/** Chooses a row and waits for its panel. Returned: the alert's id. */
export async function choose(page: Page, title: string): Promise<string> {
  const id = await idOf(page, title);
  await page.click(`[data-row="${id}"] > button`);
  await page.waitForSelector(`[data-panel=alert][data-alert="${id}"]`);
  return id;
}

/** Until a wall is as one that has been open for a while: the map that was just drawn for the first time takes no frames any
 * more. A machine that is busy with something else never gets there: it goes on after the limit. */
export function atRest(page: Page, limitMs = 10_000): Promise<void> {
  return page.evaluate((limit) => new Promise((done) => {
    const over = performance.now() + limit;
    let last = performance.now();
    let calm = 0;
    const look = (now: number): void => {
      calm = now - last < 50 ? calm + 1 : 0;
      last = now;
      if (calm < 30 && now < over) requestAnimationFrame(look);
      else done();
    };
    requestAnimationFrame(look);
  }), limitMs);
}

/** Until four cameras play beside an alert. Returned: the page's time of day then, in milliseconds. */
export function fourPlay(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((done) => {
    const look = (): void => {
      if (document.querySelectorAll('[data-near] figure[data-rung=live]').length === 4) done(Date.now());
      else requestAnimationFrame(look);
    };
    look();
  }));
}

/** The second operator of a town. */
export async function secondSeat(browser: Browser, stack: Stack, size = { width: 1600, height: 900 }): Promise<Visit> {
  const [file = '', ...args] = stack.wallctl;
  const added = spawnSync(file, [...args, 'users', 'add', 'second', '--role', 'operator', '--name', '王倩', '--password-stdin'], { input: 'Second-seat-1\n', encoding: 'utf8' });
  if (added.status !== 0 && !added.stderr.includes('second')) throw new Error(added.stderr);
  const seat = await visit(browser, stack, 'second', size, {}, 'Second-seat-1');
  seat.page.setDefaultTimeout(PAGE_MS);
  return seat;
}

/** The town as its feeds and its own API have it. */
export class Desk {
  readonly keys = new Map<string, string>();
  readonly places = new Map<string, [lon: number, lat: number]>();
  readonly stack: Stack;
  readonly person: Person;
  private reports = 0;

  private constructor(stack: Stack, person: Person) {
    this.stack = stack;
    this.person = person;
  }

  /** `feeds`: id, name and dimension of each. */
  static async open(stack: Stack, feeds: readonly (readonly [id: string, name: string, dimension: string])[]): Promise<Desk> {
    const desk = new Desk(stack, await Person.login(stack, 'operator'));
    for (const [id, name, dimension] of feeds) desk.keys.set(id, addFeed(stack, id, '--name', name, '--dimension', dimension));
    const { cameras } = await desk.person.json<{ cameras: { id: string; lon: number; lat: number }[] }>('/api/v1/cameras?limit=100');
    for (const { id, lon, lat } of cameras) desk.places.set(id, [lon, lat]);
    return desk;
  }

  /** Reports over HTTP, at a camera's place or metres beside it. */
  async report({ feed = 'hotline', at, east = 0, north = 0, ...rest }: Report): Promise<void> {
    const place = at ? this.places.get(at) : undefined;
    const where = place ? { lon: place[0] + east / 96_000, lat: place[1] + north / 111_000 } : {};
    const answer = await send(this.stack.url, feed, this.keys.get(feed)!, { id: `r${++this.reports}`, type: 'noise', ...where, ...rest });
    assert.equal(answer.status, 202, JSON.stringify(answer));
  }
  alert(id: string): Promise<Told> {
    return this.person.json<{ alert: Told }>(`/api/v1/alerts/${id}`).then(({ alert }) => alert);
  }
  act(id: string, version: number, act: string, more: object = {}): Promise<Response> {
    return this.person.request('POST', `/api/v1/alerts/${id}/acts`, { act, version, ...more });
  }
  /** Nothing is left of the tests before. */
  async clear(): Promise<void> {
    const { alerts } = await this.person.json<{ alerts: Told[] }>('/api/v1/alerts?limit=200&state=open');
    await Promise.all(alerts.map(({ id, version }) => this.act(id, version, 'ignore', { reason: '清场' })));
  }
}
