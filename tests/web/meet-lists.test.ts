// Shared rooms, teams and mediators as planners keep them in the browser, and as those read them who meet.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { Person } from '../lib/client.ts';
import { clean, shoot } from '../lib/pages.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';

let stack: Stack;
let browser: Browser;
let planner: Visit;
let page: Page;
let other: Person;
const list = async (name: string): Promise<any[]> => (await other.json<any>(`/api/v1/mediation/${name}`))[name];
const within = (name: string): string => `[data-panel=pool] ${name}`;
const field = (name: string): string => within(`[data-field="${name}"]`);
const closed = '2027-02-08';

before(async () => {
  stack = await startSmallStack({ cameras: 1, simulator: false });
  [browser, other] = [await startBrowser(), await Person.login(stack, 'supervisor')];
  planner = await visit(browser, stack, 'leader', { width: 1920, height: 1080 });
  page = planner.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

test('a room is written down with place, equipment, opening hours and closed days', async () => {
  await page.goto(`${stack.url}/meetings`);
  await page.click('[data-action=pool]');
  await page.waitForSelector('[data-test=pool][data-loaded=true]');
  await page.click('[data-action=add]');
  await page.fill(field('name'), '石桥共享调解室');
  await page.fill(field('address'), '石桥村 8 号');
  await page.selectOption(field('area'), { index: 1 });
  await page.click(within('[data-action=at-area]'));
  assert.match(await page.inputValue(field('lon')), /^\d+\.\d+$/, 'the middle of the area');
  await page.fill(field('seats'), '8');
  for (const one of ['camera', 'side_room']) await page.check(within(`[data-equipment=${one}]`));
  await page.click(within('[data-action=add-hours]'));
  await page.click(within('[data-action=add-hours]'));
  await page.selectOption(within('[data-hours="1"] [data-field=last]'), '6');
  await page.selectOption(within('[data-hours="1"] [data-field=first]'), '6');
  await page.fill(within('[data-hours="1"] [data-field=to]'), '12:00');
  await page.fill(field('closed-day'), closed);
  await page.press(field('closed-day'), 'Enter');
  await page.waitForSelector(within(`[data-closed="${closed}"]`));
  await page.click(within('[data-action=save]'));
  await page.waitForSelector(within('[data-test=saved]:has-text("已保存")'));
  const [room] = await list('rooms');
  assert.deepEqual([room.name, room.address, room.seats, room.equipment, room.closed, room.version], ['石桥共享调解室', '石桥村 8 号', 8, ['camera', 'side_room'], [closed], 1]);
  assert.deepEqual(room.hours.map((one: any) => `${one.day} ${one.from}–${one.to}`), [...[1, 2, 3, 4, 5].map((day) => `${day} 08:30–17:30`), '6 08:30–12:00']);
  assert.equal(typeof room.lon, 'number');
  assert.match(await page.innerText(`[data-entry="${room.id}"] [data-column=open]`), /周一至周五 08:30–17:30、周六 08:30–12:00/);
  await shoot(page, 'pool-room');
  await clean(page, 'a shared room');
});

test('who is second is told, sees what the first wrote, and changes that', async () => {
  const [room] = await list('rooms');
  const { id, busy: _busy, ...fields } = room;
  assert.equal((await other.request('PUT', `/api/v1/mediation/rooms/${id}`, { ...fields, note: '钥匙在门卫' })).status, 200);
  await page.fill(field('name'), '石桥调解室');
  await page.click(within('[data-action=save]'));
  await page.waitForSelector(within('[data-test=refused]:has-text("别人刚才改过")'));
  assert.equal((await list('rooms'))[0].name, '石桥共享调解室', 'nothing was written over');
  assert.equal(await page.innerText(within('[data-test=saved]')), '', 'nor said to be saved');
  await shoot(page, 'pool-conflict');
  await clean(page, 'who was second');
  await page.click(within('[data-action=anew]'));
  await page.waitForSelector('[data-panel=pool][data-version="2"]');
  assert.deepEqual([await page.inputValue(field('name')), await page.inputValue(field('note'))], ['石桥共享调解室', '钥匙在门卫']);
  await page.uncheck(field('active'));
  await page.click(within(`[data-closed="${closed}"] button`));
  await page.press(field('name'), 'Enter');
  await page.waitForSelector(`[data-entry="${id}"][data-version="3"]:has-text("已停用")`);
  const [now] = await list('rooms');
  assert.deepEqual([now.active, now.closed, now.note], [false, [], '钥匙在门卫']);
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-panel=pool]', { state: 'detached' });
});

test('a mediator with what it is good at, and a team with who leads it, by keys', async () => {
  await page.focus('.chips [data-list=rooms]');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=pool][data-list=mediators]');
  await page.locator('[data-entry] .opens').first().focus();
  await page.keyboard.press('Enter');
  await page.selectOption(field('kind'), 'lawyer');
  await page.check(within('[data-dispute=neighbour]'));
  await page.fill(field('languages'), '吴语，普通话');
  await page.press(field('languages'), 'Enter');
  await page.waitForSelector(within('[data-test=saved]:has-text("已保存")'));
  const [one] = await list('mediators');
  assert.deepEqual([one.kind, one.disputes, one.languages], ['lawyer', ['neighbour'], ['吴语', '普通话']]);
  await shoot(page, 'pool-mediator');
  await clean(page, 'a mediator');
  await page.click('.chips [data-list=teams]');
  await page.click('[data-action=add]');
  await page.fill(field('name'), '石桥调解小组');
  await page.selectOption(field('kind'), 'village');
  await page.selectOption(field('lead'), one.id);
  await page.check(within(`[data-member="${one.id}"]`));
  await page.click(within('[data-action=save]'));
  await page.waitForSelector(`[data-entry] [data-column=lead]:has-text("${one.name}")`);
  const [team] = await list('teams');
  assert.deepEqual([team.name, team.kind, team.lead, team.members], ['石桥调解小组', 'village', one.id, [one.id]]);
  await page.click('.chips [data-list=mediators]');
  await page.waitForSelector(`[data-entry="${one.id}"] [data-column=teams]:has-text("石桥调解小组")`);
  await clean(page, 'teams');
});

test('a mediator reads the lists on a phone and changes nothing', async () => {
  const phone = await visit(browser, stack, 'mediator', { width: 390, height: 844 }, { hasTouch: true, isMobile: true });
  phone.page.setDefaultTimeout(60_000);
  await phone.page.goto(`${stack.url}/meetings/lists`);
  await phone.page.waitForSelector('[data-test=pool][data-loaded=true]');
  assert.equal(await phone.page.locator('[data-action=add]').count(), 0);
  await shoot(phone.page, 'pool-phone');
  await clean(phone.page, 'the lists on a phone');
  await phone.page.click('[data-entry] .opens');
  await phone.page.waitForSelector(within('[data-field=name]:disabled'));
  assert.equal(await phone.page.locator(within('[data-action=save]')).count(), 0);
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing runs out of the page sideways');
  await shoot(phone.page, 'pool-room-phone');
  await clean(phone.page, 'a room on a phone');
  assert.deepEqual([...planner.faults, ...phone.faults], []);
  await phone.context.close();
});
