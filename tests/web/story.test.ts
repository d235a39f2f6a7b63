// One case from its alert to the archive, as nine people live it in the browser, from a town that was started a moment ago, with the departments
// and logins that the demo has: a smoke sensor and a call are one case; two departments and the grid, a joint meeting over a holiday; a caller who is not satisfied; mediation that fails in the
// village and succeeds in the town; cards, indicators, audit log. The dispatcher's seat is worked by keys alone, which are counted. The
// server's clock is set (libfaketime): it begins before the national holiday.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { checkAudit } from '../lib/audit-check.ts';
import { Feed } from '../lib/alerts.ts';
import { startBrowser, visit, type Visit } from '../lib/browser.ts';
import { CaseList, caseTown, detailOf, type Case, type CaseTown, type Detail } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { SetClock } from '../lib/clock.ts';
import { clean, shoot } from '../lib/pages.ts';
import { picture } from '../lib/papers.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { wallctl } from '../lib/wallctl.ts';

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1920, height: 1080 };
const dir = mkdtempSync(join(tmpdir(), 'townwall-story-'));
const clock = new SetClock(dir, SetClock.to('2026-09-30T09:00:00+08:00'));
let stack: Stack;
let browser: Browser;
let town: CaseTown;
let feed: Feed;
interface Smoke { area: string; lon: number; lat: number; label: [number, number] }
let smoke: Smoke;
/** The case that all of it is about, and the call that went into it. */
let code = '';
let id = '';
let call = '';
const seats = new Map<string, Visit>();

/** A login's own browser; all are the demo's, with the passwords of `logins.txt`. */
async function seat(login: string, size = DESK): Promise<Page> {
  const known = seats.get(login);
  if (known) return known.page;
  assert.ok(stack.logins().some((one) => one.login === login), `${login} is a login of the demo`);
  const phone = size.width < 900 ? { hasTouch: true, isMobile: true } : {};
  const one = await visit(browser, stack, login, size, { timezoneId: 'Asia/Shanghai', ...phone });
  one.page.setDefaultTimeout(60_000);
  seats.set(login, one);
  return one.page;
}
/** Everybody has gone home: days go by, sessions end. */
async function leave(...logins: string[]): Promise<void> {
  for (const login of logins.length > 0 ? logins : [...seats.keys()]) {
    const one = seats.get(login)!;
    assert.deepEqual(one.faults, [], login);
    await one.context.close();
    seats.delete(login);
  }
}
async function open(page: Page, path: string): Promise<void> {
  await page.goto(stack.url + path);
  await page.waitForSelector('[data-link=open]');
}
async function fits(page: Page, what: string): Promise<void> {
  await clean(page, what);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}: nothing runs out of the page sideways`);
}
const at = (of: string, state = ''): string => `[data-test=case][data-case="${of}"][data-loaded=true]${state ? `[data-state=${state}]` : ''}`;
const card = (section: string, of: string): string => `[data-section=${section}] [data-row="${of}"]`;
const detail = (): Promise<Detail> => detailOf(town.operator, id);
/** The dispatcher's keys, counted; nothing else touches that seat. */
const keys = { all: 0 };
async function press(page: Page, ...list: string[]): Promise<void> {
  for (const key of list) {
    keys.all++;
    await page.keyboard.press(key);
  }
}
/** An act of a page other than the dispatcher's: the button, what the form asks, done. Without `fill` it is done at once. */
async function act(page: Page, name: string, fill: Record<string, string> | null = null, within = ''): Promise<void> {
  await settled(page, within);
  const button = page.locator(`${within} [data-act="${name}"]`);
  const more = page.locator(`${within} [data-action=more]`);
  await button.or(more).first().waitFor();
  if ((await button.count()) === 0) await more.click();
  await button.click();
  if (fill) await give(page, name, fill, within);
}
/** The page shows what is there now: who acts on something older is told so, and acts again. */
async function settled(page: Page, within = ''): Promise<void> {
  const { version } = (await detail()).case;
  await page.waitForSelector(`${within || `[data-test=case][data-case="${id}"]`}[data-version="${version}"]`);
}
/** Fills the form that was opened: `#code` is a choice. */
async function give(page: Page, name: string, fill: Record<string, string>, within = ''): Promise<void> {
  const form = `${within} [data-ask="${name}"]`;
  await settled(page, within);
  for (const [field, value] of Object.entries(fill)) {
    const place = page.locator(`${form} [data-field="${field}"]`);
    if (value.startsWith('#')) await place.locator(`[data-choice="${value.slice(1)}"]`).click();
    else if ((await place.locator('select').count()) > 0) await place.locator('select').selectOption(value);
    else await place.locator('input, textarea').first().fill(value);
  }
  await page.click(`${form} [data-action=give]`);
  await page.waitForSelector(form, { state: 'detached' });
}
/** Days later: everybody logs in anew. */
async function later(moment: string): Promise<void> {
  await leave();
  clock.write(SetClock.to(moment));
  town.operator = await until('the server tells that day', async () => {
    const person = await Person.login(stack, 'operator');
    const list = await CaseList.open(person);
    list.wall.send({ t: 'ping', re: moment });
    const { now_us: nowUs } = await list.wall.message((message) => message['t'] === 'pong');
    list.close();
    return clock.tells(Number(nowUs)) && person;
  });
}

before(async () => {
  stack = await startStack({ cameras: 4, departments: true, env: { townwalld: clock.env, 'townwall-media': clock.env } });
  [town, browser] = await Promise.all([caseTown(stack, []), startBrowser()]);
  const { features } = await town.operator.json<{ features: { properties: { code: string; name: string; label?: [number, number] } }[] }>('/api/v1/areas');
  const { cameras } = await town.operator.json<{ cameras: { area: string; lon: number; lat: number }[] }>('/api/v1/cameras?limit=100');
  // where the map of the desk shows it beside the middle of its cell
  smoke = cameras.map((one) => {
    const label = features.find(({ properties }) => properties.code === one.area)!.properties.label!;
    return { ...one, label, far: Math.hypot(one.lon - label[0], one.lat - label[1]) };
  }).sort((a, b) => a.far - b.far)[0]!;
  feed = new Feed(stack, 'sensors');
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

test('a smoke sensor: two keys make it a case at the department, which sees it at once and has ten minutes', async () => {
  const handler = await seat('handler');
  await open(handler, '/work');
  await handler.waitForSelector('[data-test=work][data-loaded=true]');
  const page = await seat('operator');
  await page.addInitScript(() => addEventListener('pointerdown', () => ((window as unknown as { touched: boolean }).touched = true), true));
  await open(page, '/console');
  await page.waitForSelector('[data-test=console][data-loaded=true]');
  const items = [{ id: 's1', kind: 'raised', dimension: 'sensor', type: 'smoke', device: 'smoke-17', title: '老街小吃店烟感报警', lon: smoke.lon, lat: smoke.lat }];
  assert.equal((await feed.post(items, clock.offsetS * 1_000_000)).status, 202);
  await page.waitForSelector('[data-row]:has-text("老街小吃店烟感报警")');
  await press(page, 'j');
  await page.waitForSelector('[data-panel=alert]');
  keys.all = 0;
  await press(page, 'n');
  await page.waitForSelector('[data-ask=case][data-ready=true]');
  await shoot(page, 'story-01-alert');
  await press(page, 'Enter');
  await page.waitForFunction(() => /已立案 2026-\d{4}，派 应急管理办/.test(document.querySelector('[data-told=done]')?.textContent ?? ''));
  assert.ok(keys.all <= 2, `${keys.all} keys from the alert to the order`);
  // told at once, by the bell and in the list
  await handler.waitForFunction(() => Number(document.querySelector<HTMLElement>('[data-test=bell]')?.dataset['unread']) > 0);
  const row = await handler.waitForSelector('[data-section=orders] [data-row]');
  id = (await row.getAttribute('data-row'))!;
  const first = await until('the order was seen', async () => (await detail()).orders.find(({ department }) => department === 'emergency')?.seen_us && detail());
  code = first.case.code;
  assert.deepEqual([first.case.lead, first.orders.map(({ department }) => department).sort()], ['emergency', ['emergency', 'police']]);
  await handler.click(`[data-row="${id}"] a`);
  await handler.waitForSelector(`${at(id)} [data-timer=take][data-look=normal]`);
  assert.equal(first.timers.find(({ timer }) => timer === 'delivery')?.state, 'met');
  await handler.waitForSelector('[data-test=case-map][data-ready=true]');
  await shoot(handler, 'story-02-department');
  await until('cameras are linked', async () => (await detail()).log.some(({ action }) => action === 'link'));
  await act(handler, 'take');
  await handler.waitForSelector(at(id, 'WORKING'));
});

test('a call about the same smoke: the desk is told that there is a case, the dispatcher makes them one and brings in others', async () => {
  const desk = await seat('calltaker');
  await open(desk, '/intake');
  await desk.waitForFunction(() => document.activeElement?.getAttribute('data-field') === 'phone');
  await desk.keyboard.type('13812345678');
  await desk.keyboard.press('Enter');
  await desk.keyboard.type('张小明');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[data-test=case-map][data-ready=true]');
  const name = (await desk.locator(`[data-field=area] option[value="${smoke.area}"]`).textContent())!;
  await desk.keyboard.type(name);
  await desk.waitForFunction((area) => (document.querySelector('[data-field=area]') as HTMLSelectElement).value === area, smoke.area);
  await desk.keyboard.press('Enter');
  await desk.keyboard.type('小吃店又冒烟，油烟直灌楼上');
  // a click on the map says it better than the name of the cell
  const box = (await desk.locator('[data-test=case-map]').boundingBox())!;
  const perDegree = (512 * 2 ** 15.5) / 360;
  const [east, north] = [(smoke.lon - smoke.label[0]) * perDegree, ((smoke.lat - smoke.label[1]) * perDegree) / Math.cos((smoke.lat * Math.PI) / 180)];
  assert.ok(Math.abs(east) < box.width / 2 && Math.abs(north) < box.height / 2, 'it is on the map');
  await desk.click('[data-test=case-map]', { position: { x: box.width / 2 + east, y: box.height / 2 - north } });
  await desk.waitForSelector('[data-test=similar]'); // a case that is not the desk's to see
  await shoot(desk, 'story-03-intake');
  await desk.click('[data-action=send]');
  await desk.waitForSelector('[data-test=made]');
  const { cases } = await town.operator.json<{ cases: Case[] }>(`/api/v1/cases?q=${encodeURIComponent('油烟')}`);
  call = cases[0]!.id;

  const page = await seat('operator');
  keys.all = 0;
  await press(page, 'g', '9');
  await page.waitForSelector(`[data-column=ACCEPTED] [data-row="${call}"]`);
  await press(page, 'j');
  await page.waitForSelector(`[data-row="${call}"].chosen`);
  await press(page, 'Enter');
  await page.waitForSelector(at(call));
  await page.waitForSelector(`[data-test=case-near] [data-near="${id}"]`);
  await shoot(page, 'story-04-duplicate');
  await press(page, 'm');
  await page.waitForFunction((wanted) => (document.querySelector('[data-ask=merge] input') as HTMLInputElement | null)?.value === wanted, code);
  await press(page, 'Enter');
  await page.waitForSelector(at(call, 'MERGED'));
  assert.ok(keys.all <= 6, `${keys.all} keys to make two cases one`);
  await press(page, 'Escape');
  await page.waitForSelector(`[data-column=WORKING] [data-row="${id}"]`);
  await press(page, 'j', 'Enter');
  await page.waitForSelector(at(id, 'WORKING'));
  await settled(page);
  assert.match(await page.innerText(`[data-merged="${call}"]`), /138\*+5678/);
  keys.all = 0;
  await press(page, 'd');
  await page.waitForSelector('[data-ask=dispatch]');
  await press(page, 'Tab', '0', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('[data-order=SENT]').length === 2);
  assert.equal(keys.all, 4);
  assert.deepEqual((await detail()).case.departments.sort(), ['emergency', 'grid', 'police']);
});

test('a joint meeting before the holiday: three working days end after it; the leader wants to hear of it', async () => {
  const other = await seat('handler_police', PHONE);
  await open(other, '/work');
  await act(other, 'take', null, card('orders', id));
  const handler = await seat('handler');
  await act(handler, 'joint', { text: '堵了消防通道，要两家一起办' });
  await handler.waitForSelector(at(id, 'JOINT'));
  const plan = (await detail()).timers.find(({ timer }) => timer === 'plan');
  assert.equal(Number(plan?.due_us) / 1000, new Date('2026-10-11T00:00:00+08:00').getTime(), '24:00 of the third working day, a Saturday that is worked');
  await act(handler, 'meet', { kind: '#joint', time_us: '2026-10-09T09:30', place: '镇政府 302', people: '应急管理办、派出所、石桥村' });
  await handler.waitForSelector('[data-meeting=joint]');
  await handler.waitForSelector('[data-timer=plan][data-look=normal]');
  await shoot(handler, 'story-05-joint');
  const leader = await seat('leader');
  await open(leader, `/cases/${code}`);
  await act(leader, 'instruct', { text: '节后第一周报结果', department: 'emergency', due_us: '2026-10-10T18:00' });
  await leader.waitForSelector('[data-test=case-instructions] [data-item=instruction]');
  // the calendar says why
  await open(leader, '/cases?view=calendar');
  await leader.waitForSelector('[data-day="2026-10-10"][data-kind=makeup]');
  await shoot(leader, 'story-06-calendar');
  await clean(leader, 'calendar');
});

test('after the holiday: overdue work gets a yellow card, the plan is set in time, all feed back, the grid worker from a phone', async () => {
  await later('2026-10-09T10:00:00+08:00');
  const supervisor = await seat('supervisor', PHONE);
  await open(supervisor, '/work');
  await act(supervisor, 'card', { colour: '#yellow', text: '一个工作日没有办结' }, card('overdue', id));
  await supervisor.waitForSelector(`${card('overdue', id)} .chip`);
  await shoot(supervisor, 'story-07-supervisor-phone');
  await fits(supervisor, 'work of a supervisor on a phone');
  const handler = await seat('handler');
  await open(handler, `/cases/${code}`);
  await handler.click('[data-meeting=joint] [data-begin=resolve]');
  await give(handler, 'resolve', { text: '停用旧烟道，清出消防通道', department: 'police', due_us: '2026-10-16T18:00' });
  await handler.waitForSelector('[data-item=resolution][data-look=normal]');
  await act(handler, 'plan', { text: '先停用旧烟道，一周内改道' });
  await handler.waitForSelector(`${at(id, 'WORKING')} [data-timer=plan][data-look=done]`);
  const worker = await seat('grid', PHONE);
  await open(worker, '/work');
  const task = card('orders', id);
  await act(worker, 'take', null, task);
  await worker.click(`${task} [data-act=feedback]`);
  await worker.setInputFiles(`${task} [data-file=photo]`, { name: '现场.jpg', mimeType: 'image/jpeg', buffer: picture('jpg') });
  await worker.waitForSelector(`${task} [data-upload=done]`);
  await worker.fill(`${task} [data-ask=feedback] textarea`, '旧烟道已封，现场无烟');
  await shoot(worker, 'story-08-grid-phone');
  await give(worker, 'feedback', {}, task);
  await fits(worker, 'work of the grid on a phone');
  const other = await seat('handler_police', PHONE);
  await open(other, `/cases/${code}`);
  await act(other, 'feedback', { text: '消防通道已清' });
  await other.click('[data-item=resolution] [data-begin=finish]');
  await give(other, 'resolve_done', { text: '已验收' });
  await fits(other, 'case of a department on a phone');
  await act(handler, 'feedback', { text: '现场复查合格' });
  await handler.click('[data-item=instruction] [data-begin=finish]');
  await give(handler, 'instruct_done', { text: '已报' });
  await handler.waitForSelector(at(id, 'FEEDBACK'));
  await handler.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('[data-action=feedback] [data-attachment] img')].some((one) => one.naturalWidth > 0)); // the photograph, at the record
  await shoot(handler, 'story-09-feedback');
  await leave('handler', 'handler_police', 'grid');
});

test('the caller is not satisfied: reopened, mediated in the village in vain, settled in the town', async () => {
  const page = await seat('operator');
  await page.addInitScript(() => addEventListener('pointerdown', () => ((window as unknown as { touched: boolean }).touched = true), true));
  await open(page, '/cases');
  await page.waitForSelector(`[data-column=FEEDBACK] [data-row="${id}"]`);
  keys.all = 0;
  await press(page, 'j', 'Enter');
  await page.waitForSelector(at(id, 'FEEDBACK'));
  await settled(page);
  await press(page, 'y');
  await page.waitForSelector('[data-ask=review]');
  await press(page, '1', 'Enter');
  await page.waitForSelector(at(id, 'VERIFY'));
  const verifier = await seat('verifier', PHONE);
  await open(verifier, '/work');
  await verifier.click(`${card('verify', id)} a`);
  await verifier.waitForSelector(at(id, 'VERIFY'));
  const reporter = `[data-merged="${call}"]`;
  await verifier.click(`${reporter} [data-action=reveal]`);
  await verifier.fill(`${reporter} input`, '回访');
  await verifier.keyboard.press('Enter');
  await verifier.waitForFunction((where) => document.querySelector(where)?.textContent?.includes('13812345678'), reporter);
  await act(verifier, 'call', { text: '接通，三分钟' });
  await act(verifier, 'verify', { result: '#dissatisfied', text: '晚上仍有油烟，要求赔清洗费' });
  await verifier.waitForSelector(at(id, 'REOPENED'));
  await shoot(verifier, 'story-10-verifier-phone');
  await fits(verifier, 'case of a verifier on a phone');

  await page.waitForSelector(at(id, 'REOPENED'));
  await settled(page);
  await press(page, 'd');
  await page.waitForSelector('[data-ask=dispatch]');
  // to the justice office, by the keys of a list
  const steps = await page.evaluate(() => {
    const list = [...document.querySelectorAll<HTMLOptionElement>('[data-ask=dispatch] [data-field=lead] option')].map(({ value }) => value);
    return list.indexOf('justice') - list.indexOf((document.querySelector('[data-ask=dispatch] [data-field=lead] select') as HTMLSelectElement).value);
  });
  await press(page, ...Array<string>(Math.abs(steps)).fill(steps > 0 ? 'ArrowDown' : 'ArrowUp'), 'Enter');
  await page.waitForSelector(at(id, 'DISPATCHED'));
  await settled(page);
  await press(page, 'q');
  await page.waitForSelector('[data-ask=mediate]');
  await press(page, 'Enter');
  await page.waitForSelector(at(id, 'MEDIATING'));
  assert.deepEqual([(await detail()).case.lead, (await detail()).case.level], ['justice', 1]);

  const mediator = await seat('mediator', PHONE);
  await open(mediator, '/work');
  const talks = card('mediate', id);
  for (const [n, said] of ['店主不同意赔偿', '金额谈不拢', '住户坚持原价'].entries()) {
    await act(mediator, 'attempt', { result: '#failed', text: said }, talks);
    await until('it is on record', async () => (await detail()).log.filter(({ action }) => action === 'attempt').length === n + 1);
  }
  assert.equal((await detail()).case.level, 2, 'the third failed attempt goes to the next level by itself');
  await shoot(mediator, 'story-11-mediator-phone');
  await fits(mediator, 'work of a mediator on a phone');
  await mediator.click(`${talks} a`);
  await mediator.waitForSelector(at(id, 'MEDIATING'));
  await act(mediator, 'escalate', { text: '村委会调解不成，请镇调委会' });
  await until('the town mediates', async () => (await detail()).case.level === 3);
  await act(mediator, 'attempt', { result: '#agreed', text: '店主清洗外墙并赔偿六百元' });
  await mediator.waitForSelector(at(id, 'FEEDBACK'));

  await page.waitForSelector(at(id, 'FEEDBACK'));
  await settled(page);
  await press(page, 'y');
  await page.waitForSelector('[data-ask=review]');
  await press(page, '1', 'Enter');
  await page.waitForSelector(at(id, 'VERIFY'));
  await open(verifier, '/work');
  await act(verifier, 'verify', { result: '#satisfied', text: '满意' }, card('verify', id));
  await page.waitForSelector(at(id, 'CLOSED'));
  await settled(page);
  await press(page, 'z');
  await page.waitForSelector(at(id, 'ARCHIVED'));
  await shoot(page, 'story-12-archived');
  assert.ok(keys.all <= 15 + Math.abs(steps), `${keys.all} keys of the dispatcher from the feedback to the archive`);
  assert.equal(await page.evaluate(() => (window as unknown as { touched?: boolean }).touched), undefined, 'the dispatcher\'s seat is worked by keys alone');
  const whole = await detail();
  assert.deepEqual([whole.case.reopened, whole.case.satisfaction, whole.broken], [1, 'satisfied', null]);
});

test('the supervisor sees the card, the leader the numbers with the case behind them, the auditor a log that holds', async () => {
  const supervisor = await seat('supervisor', PHONE);
  await open(supervisor, `/cases/${code}`);
  await supervisor.waitForSelector('[data-test=case-timers] .sign.yellow');
  const leader = await seat('leader');
  await open(leader, '/indicators?span=year');
  await leader.waitForSelector('[data-test=indicators][data-loaded=true]');
  for (const name of ['reopened', 'mediated', 'satisfied']) {
    await leader.click(`[data-indicator=${name}] [data-part=numerator]`);
    await leader.waitForFunction((of) => new URL(location.href).searchParams.get('of') === of, name);
    await leader.waitForSelector(`[data-test=behind] [data-row="${id}"]`);
  }
  await shoot(leader, 'story-13-indicators');
  await clean(leader, 'indicators of a leader');
  const auditor = await seat('security');
  await open(auditor, '/people?tab=audit');
  await auditor.selectOption('[data-field=action]', 'case.');
  await auditor.fill('[data-field=object]', code);
  await auditor.keyboard.press('Enter');
  await auditor.waitForFunction(() => document.querySelectorAll('tr[data-audit-action="case.archive"]').length === 1 && document.querySelectorAll('tr[data-seq]').length > 20);
  await auditor.click('[data-action=check]');
  await auditor.waitForFunction(() => document.querySelector<HTMLElement>('[data-fact=checked]')?.innerText.includes('链条完整'));
  await shoot(auditor, 'story-14-audit');
  const file = join(dir, 'audit.txt');
  writeFileSync(file, wallctl(stack, ['audit', 'export']));
  const key = wallctl(stack, ['audit', 'key']).trim();
  wallctl(stack, ['audit', 'verify', file, '--key', key]);
  const { json } = checkAudit(readFileSync(file), key);
  const acts = json.filter(({ object }) => object === code).map(({ action, login }) => `${String(login)} ${String(action).slice('case.'.length)}`);
  const wanted = ['operator open', 'operator dispatch', 'handler take', 'operator merged_in', 'handler_police take', 'handler joint', 'handler meet', 'leader instruct', 'supervisor card', 'handler resolve', 'handler plan', 'grid take', 'grid feedback',
    'handler_police feedback', 'handler_police resolve_done', 'handler feedback', 'handler instruct_done', 'operator review', 'verifier call', 'verifier verify', 'operator mediate', 'mediator attempt', 'mediator escalate', 'operator archive'];
  assert.deepEqual(wanted.filter((one) => !acts.includes(one)), [], acts.join(', '));
  assert.ok(json.some(({ action, login }) => action === 'person.reveal' && login === 'verifier'), 'that the number was shown is on record');
  await leave();
});
