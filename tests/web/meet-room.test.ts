// What a mediator does with a room and what the others see of it in their browsers: who comes how (several at one device, without a voice, between two
// languages), who speaks, what is shown, who is sent out and told why, another day.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { visit, type Visit } from '../lib/browser.ts';
import { caseTown, did, openCase, type CaseTown } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { Guest, Host } from '../lib/meet.ts';
import { clean, shoot, untranslated } from '../lib/pages.ts';
import { attach, picture } from '../lib/papers.ts';
import { startMediaBrowser } from '../lib/rtc-page.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const PHONE = { width: 390, height: 844 };
let stack: Stack;
let browser: Browser;
let town: CaseTown;
let desk: Host;
let host: Visit;
let page: Page;
let meeting: any;
/** A browser of a guest, with its line to the server. */
interface Comer { page: Page; faults: string[]; heard: string[]; say: (message: object) => void }
const comers = {} as Record<'terminal' | 'ben' | 'observer' | 'interpreter', Comer>;

before(async () => {
  stack = await startStack({ cameras: 2, simulator: false });
  town = await caseTown(stack, [['justice', '司法所']]);
  const form = { channel: 'visit', title: '石桥村围墙边界', dimension: 'dispute', area: town.cells[0], lon: town.camera.lon, lat: town.camera.lat, category: 'livelihood', grade: 'annoyance', dispute: 'neighbour', scale: 'individual', ledger: 'dispute' };
  let file = await openCase(town.operator, form);
  await attach(town.operator, file.id, picture('png'), '宅基地图.png');
  const { case: now } = await town.operator.json<{ case: typeof file }>(`/api/v1/cases/${file.id}`);
  file = now;
  if (file.state === 'ACCEPTED') file = await did(town.operator, file, 'triage', { form: { category: form.category, grade: form.grade } });
  file = await did(town.operator, file, 'dispatch', { lead: 'justice' });
  file = await did(town.operator, file, 'mediate');
  desk = new Host(await Person.login(stack, 'mediator'));
  const at = (hours: number): string => String((Date.now() + hours * 3_600_000) * 1000);
  const seats = [
    { role: 'party', side: 'a', terminal: true, place: '石桥村村部', people: [{ name: '李小明' }, { name: '李大伯' }] },
    { role: 'party', side: 'b', name: '张文' }, { role: 'observer', name: '王代表' }, { role: 'interpreter', name: '孙翻译' },
  ];
  const made = await desk.request('POST', '', { kind: 'mediation', case: file.id, starts_us: at(0), ends_us: at(1), seats });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  meeting = made.body.meeting;
  browser = await startMediaBrowser(['--auto-select-desktop-capture-source=Entire screen', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']);
  host = await visit(browser, stack, 'mediator', { width: 1920, height: 1080 });
  page = host.page;
  page.setDefaultTimeout(60_000);
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  if (stack) await stopStack(stack);
});

/** `camera`: false where the device has none. */
async function come(seat: number, size: { width: number; height: number }, camera: boolean): Promise<Comer> {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', hasTouch: true, isMobile: size.width < 600, reducedMotion: 'reduce' });
  await context.addInitScript((sees) => {
    const own = window as unknown as { lines: RTCPeerConnection[] };
    own.lines = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(how?: RTCConfiguration) {
        super(how);
        own.lines.push(this);
      }
    };
    const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
    if (!sees && ask) navigator.mediaDevices.getUserMedia = (what) => (what?.video ? Promise.reject(new DOMException('', 'NotFoundError')) : ask(what));
  }, camera);
  const one: Comer = { page: await context.newPage(), faults: [], heard: [], say: () => undefined };
  one.page.setDefaultTimeout(60_000);
  one.page.on('pageerror', (error) => one.faults.push(String(error)));
  await one.page.routeWebSocket(/\/ws/, (line) => {
    const server = line.connectToServer();
    server.onMessage((message) => { one.heard.push(String(message)); line.send(message); });
    one.say = (message) => server.send(JSON.stringify(message));
  });
  await one.page.goto(await desk.invite(meeting.id, meeting.seats[seat].id));
  await one.page.waitForSelector('[data-test=devices]');
  return one;
}
/** What was read and answered before, as the page would send it. */
async function prepared({ page: on }: Comer, acts: [act: string, more: object][]): Promise<void> {
  for (const [act, more] of acts) {
    const answer = await on.request.post(new URL('/api/v1/meet/acts', on.url()).href, { data: { act, ...more } });
    assert.equal(answer.status(), 200, `${act}: ${await answer.text()}`);
  }
}
async function tested({ page: on }: Comer): Promise<void> {
  await on.click('[data-action=devices]');
  await on.click('[data-action=devices-done]');
}
const waits = (who: string): string => `[data-waiting]:has-text("${who}")`;
const sees = (of: Page, others: number): Promise<unknown> =>
  of.waitForFunction((n) => [...document.querySelectorAll('[data-seat][data-moving=true] video:not(.self)')].filter((video) => (video as HTMLVideoElement).videoWidth > 0).length >= n, others);
/** How many voices come to a page. */
const voices = ({ page: on }: Comer): Promise<number> => on.evaluate(async () => {
  const { lines } = window as unknown as { lines: RTCPeerConnection[] };
  const counts = async (): Promise<Map<string, number>> => {
    const all = new Map<string, number>();
    for (const [i, line] of lines.entries())
      if (line.connectionState === 'connected')
        for (const report of (await line.getStats()).values()) if (report.type === 'inbound-rtp' && report.kind === 'audio') all.set(`${i} ${report.ssrc}`, report.packetsReceived);
    return all;
  };
  const first = await counts();
  await new Promise((done) => setTimeout(done, 600)); // of what comes 50 times a second, some come in this time
  return [...(await counts())].filter(([id, n]) => n > (first.get(id) ?? n)).length;
});
const hears = (who: Comer, n: number): Promise<unknown> => until(`${n} voices`, async () => (await voices(who)) === n);
const events = async (): Promise<any[]> => (await desk.request('GET', `/${meeting.id}/events`)).body.events;

test('a link that has expired, and one that was taken back, in plain words', async () => {
  const seat = meeting.seats[2].id;
  const soon = String((Date.now() + 1500) * 1000);
  const { body } = await desk.request('POST', `/${meeting.id}/seats/${seat}/invite`, { expires_us: soon });
  await until('it has expired', () => Date.now() * 1000 > Number(soon));
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', reducedMotion: 'reduce' });
  const phone = await context.newPage();
  await phone.goto(body.invite.link);
  await phone.waitForSelector('[data-end=link_expired]:has-text("链接过期了")');
  await shoot(phone, 'meet-link-expired');
  const link = await desk.invite(meeting.id, seat);
  assert.equal((await desk.act(meeting.id, 'revoke', { seat })).status, 200);
  await phone.goto('about:blank');
  await phone.goto(link);
  await phone.waitForSelector('[data-end=link_revoked]:has-text("链接作废了")');
  await clean(phone, 'a link that was taken back');
  await context.close();
});

test('a phone in English sees the pages in English, until another language is chosen, which is remembered; the login page as well', async () => {
  const context = await browser.newContext({ viewport: PHONE, locale: 'en-GB', reducedMotion: 'reduce' });
  const phone = await context.newPage();
  await phone.goto(await desk.invite(meeting.id, meeting.seats[2].id));
  await phone.waitForSelector('[data-test=devices]:has-text("Try your devices")');
  assert.deepEqual([await phone.getAttribute('html', 'lang'), await untranslated(phone)], ['en', []]);
  await shoot(phone, 'meet-english-phone');
  await phone.goto(`${stack.url}/login`);
  await phone.waitForSelector('form >> text=Log in');
  await phone.click('.switch');
  await phone.waitForSelector('form >> text=登录');
  await phone.goto(`${stack.url}/meet`);
  await phone.waitForSelector('[data-test=devices]:has-text("先试一下设备")');
  assert.equal(await phone.getAttribute('html', 'lang'), 'zh-CN');
  await context.close();
});

test('several people at one device answer one by one; an observer waits for the parties\' consent and has no voice; an interpreter comes in', async () => {
  assert.equal((await desk.open(meeting.id)).status, 200);
  await page.goto(`${stack.url}/meetings/${meeting.id}`);
  const words = (await new Guest(stack.url).request('GET', '/words')).body;
  const yes = (...kinds: string[]): [string, object][] => kinds.map((kind) => ['consent', { kind, answer: 'yes', version: words.consents[kind].version, language: 'zh' }]);
  const observer = comers.observer = await come(3, PHONE, true);
  assert.equal(await observer.page.locator('[data-action=devices]').count(), 0, 'neither camera nor microphone is asked for');
  await observer.page.click('[data-action=devices-done]');
  await observer.page.click('[data-action=consent-yes][data-kind=recording]');
  await observer.page.click('[data-action=ready]');
  await observer.page.waitForSelector('[data-test=lobby]:has-text("等双方同意旁听")');
  await page.waitForSelector(`${waits('王代表')}[data-why=observer_consent]`);
  assert.equal(await page.locator(`${waits('王代表')} [data-action=admit]`).isDisabled(), true);

  const terminal = comers.terminal = await come(1, { width: 1024, height: 768 }, false);
  await tested(terminal);
  await terminal.page.click('[data-action=notice]');
  await terminal.page.waitForSelector('fieldset');
  for (const box of await terminal.page.locator('fieldset').all()) await box.locator('input').first().check();
  await terminal.page.click('[data-action=screening]');
  for (const name of ['李小明', '李大伯'])
    for (const kind of ['mediation', 'recording', 'publication', 'observer']) {
      await terminal.page.waitForSelector(`section:has-text("请 ${name} 本人回答") [data-kind=${kind}]`);
      if (name === '李大伯' && kind === 'recording') await shoot(terminal.page, 'meet-terminal-consent');
      await terminal.page.click(`[data-action=consent-yes][data-kind=${kind}]`);
    }
  await terminal.page.click('[data-action=ready]');
  const ben = comers.ben = await come(2, PHONE, true);
  const answers = { ...Object.fromEntries(words.screening.questions.map((one: any) => [one.id, one.answers[0].id])), help: 'yes' };
  await prepared(ben, [['read_notice', { version: words.notice.version }], ['screening', { version: words.screening.version, answers }], ...yes('mediation', 'recording', 'publication'), ['consent', { kind: 'observer', answer: 'no', version: words.consents.observer.version, language: 'zh' }], ['ready', {}]]);
  await tested(ben);
  await page.waitForSelector(`${waits('王代表')}[data-why=observer_consent]`);
  await ben.page.click('[data-test=own] > summary');
  await shoot(ben.page, 'meet-own-consents');
  await clean(ben.page, 'what one agreed to');
  await ben.page.click('[data-test=own-consents] [data-kind=observer][data-answer=no] [data-action=consent-change]');
  await ben.page.waitForSelector('[data-test=own-consents] [data-kind=observer][data-answer=yes]');
  const interpreter = comers.interpreter = await come(4, PHONE, false);
  await prepared(interpreter, [...yes('recording'), ['ready', {}]]);
  await tested(interpreter);
  for (const who of ['李小明', '张文']) await page.click(`${waits(who)} [data-action=identity]`);
  for (const who of ['李小明', '张文', '王代表', '孙翻译']) await page.click(`${waits(who)} [data-action=admit]`);
  for (const one of Object.values(comers)) await one.page.waitForSelector('[data-room=joint]');
  await sees(page, 1);
  await sees(observer.page, 2);
  await hears(observer, 4);
  await hears(ben, 3);
  await page.waitForSelector('[data-seat][aria-label*="李小明、李大伯"]:has-text("村级终端")');
  await ben.page.waitForSelector('[data-test=grid] [data-seat]:has-text("翻译")');
  assert.deepEqual(await Promise.all(['mic', 'camera', 'hand', 'share'].map((act) => observer.page.locator(`[data-action=${act}]`).count())), [0, 0, 0, 0]);
  await observer.page.waitForSelector('[data-test=listens]:has-text("不发言")');
  await observer.page.click('[data-action=chat]');
  assert.equal(await observer.page.locator('[data-field=say]').count(), 0);
  await shoot(observer.page, 'meet-observer');
  await clean(observer.page, 'an observer');
  await observer.page.click('[data-action=chat]');
  await terminal.page.click('[data-action=large]');
  await shoot(terminal.page, 'meet-terminal');
  await clean(terminal.page, 'a terminal, large');
  await shoot(page, 'meet-five-host');
});

test('hands in their order, the word given to one, and taken: the others are told and not heard', async () => {
  const { ben, terminal } = comers;
  await ben.page.click('[data-action=hand]');
  await page.waitForSelector('text=举手顺序：张文');
  await terminal.page.click('[data-action=hand]');
  await page.waitForSelector('text=举手顺序：张文 → 李小明、李大伯');
  await terminal.page.waitForSelector('text=第 2 位发言');
  await page.click('[data-seat][data-side=b] [data-action=more]');
  await shoot(page, 'meet-seat-acts');
  await page.click('[role=dialog] [data-action=floor]');
  await page.click('[role=dialog] >> text=关闭');
  await ben.page.waitForSelector('[data-test=floor][data-yours=true]');
  await terminal.page.waitForSelector('text=已举手，第 1 位发言');
  await terminal.page.click('[data-action=hand]');
  await terminal.page.waitForSelector('[data-test=floor][data-yours=false]');
  await terminal.page.waitForSelector('[data-action=mic][aria-pressed=false]:disabled');
  await hears(ben, 2);
  await hears(terminal, 3);
  await shoot(ben.page, 'meet-floor-guest');
  await page.click('[data-seat][data-side=b] [data-action=mute]');
  await ben.page.waitForSelector('[data-test=muted]');
  await ben.page.waitForSelector('[data-action=mic][aria-pressed=false]:disabled');
  await hears(terminal, 2);
  await page.click('[data-seat][data-side=b] [data-action=mute]');
  await page.click('[data-action=floor-end]');
  await ben.page.waitForSelector('[data-action=mic][aria-pressed=true]');
  await hears(ben, 3);
  await hears(terminal, 3);
});

test('the mediator\'s screen is seen by all, and no more when it ends', async () => {
  await page.click('[data-action=share]');
  const all = [comers.ben, comers.terminal, comers.observer];
  for (const one of all) await one.page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-test=shown] video')?.videoWidth ?? 0) > 0);
  await shoot(comers.ben.page, 'meet-screen-guest');
  await page.click('[data-action=share]');
  for (const one of all) await one.page.waitForSelector('[data-test=shown]', { state: 'detached' });
});

test('a party shows its screen to the others', async () => {
  const { terminal, ben } = comers;
  await terminal.page.click('[data-action=share]');
  for (const other of [page, ben.page]) await other.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-test=shown] video')?.videoWidth ?? 0) > 0);
  await shoot(page, 'meet-screen-of-guest');
  await terminal.page.click('[data-action=share]');
  for (const other of [page, ben.page]) await other.waitForSelector('[data-test=shown]', { state: 'detached' });
});

test('a document of the case is shown to the room, each look on record; to one side alone, the other knows nothing of it', async () => {
  const { ben, terminal, interpreter } = comers;
  const arrived = (of: Comer): Promise<unknown> => of.page.waitForFunction(() => (document.querySelector<HTMLImageElement>('[data-test=shown] img')?.naturalWidth ?? 0) > 0);
  await page.click('[data-action=show-case-file]');
  for (const one of Object.values(comers)) await arrived(one);
  await shoot(ben.page, 'meet-case-file-guest');
  const first = await events();
  const paper = first.findLast((one) => one.action === 'show').details.shown.file;
  const looks = (list: any[], of: string): string[] => list.filter((one) => one.action === 'look' && one.details.file === of).map((one) => one.seat);
  assert.deepEqual([...new Set(looks(first, paper))].sort(), meeting.seats.map((one: any) => one.id).sort(), 'all five looked at it');
  await page.click('[data-action=show-end]');
  for (const one of Object.values(comers)) await one.page.waitForSelector('[data-test=shown]', { state: 'detached' });

  await page.click('[data-seat]:has-text("孙翻译") [data-action=more]');
  await page.click('[role=dialog] [data-action=move-a]');
  await interpreter.page.waitForSelector('[data-room="side:a"]');
  await page.keyboard.press('Alt+a');
  await terminal.page.waitForSelector('[data-room="side:a"]');
  await page.waitForSelector('[data-test=grid][data-count="3"]');
  const before = ben.heard.length;
  await page.click('[data-action=show-case-file]');
  await arrived(terminal);
  await arrived(interpreter);
  await shoot(terminal.page, 'meet-case-file-alone');
  assert.equal(await ben.page.locator('[data-test=shown]').count(), 0);
  const last = await events();
  const other = last.findLast((one) => one.action === 'show').details.shown.file;
  assert.notEqual(other, paper);
  assert.equal((await ben.page.request.get(new URL(`/api/v1/meet/files/${other}`, ben.page.url()).href)).status(), 404);
  assert.deepEqual([...new Set(looks(last, other))].sort(), [0, 1, 4].map((n) => meeting.seats[n].id).sort());
  assert.deepEqual(ben.heard.slice(before).filter((text) => text.includes(other) || text.includes('宅基地图')), []);
  await page.keyboard.press('Alt+j');
  for (const one of [terminal, interpreter]) await one.page.waitForSelector('[data-room=joint]');
});

test('the map, drawn as a picture by the mediator\'s page, is seen by guests', async () => {
  const { ben } = comers;
  await page.click('[data-action=map]');
  await page.waitForSelector('[data-test=map-show] [data-test=case-map][data-ready=true]');
  await shoot(page, 'meet-map-choose');
  await clean(page, 'choosing a piece of the map');
  await page.click('[data-action=map-now]');
  await page.waitForSelector('[data-test=map-show]', { state: 'detached' });
  await ben.page.waitForFunction(() => (document.querySelector<HTMLImageElement>('[data-test=shown] img')?.naturalWidth ?? 0) > 0);
  const { width, colors } = await ben.page.evaluate(() => {
    const image = document.querySelector<HTMLImageElement>('[data-test=shown] img')!;
    const g = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d')!;
    g.drawImage(image, 0, 0);
    const pixels = new Uint32Array(g.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data.buffer);
    const counts = new Map<number, number>();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    return { width: image.naturalWidth, colors: counts.size, most: Math.max(...counts.values()) / pixels.length };
  });
  assert.ok(width > 600 && colors > 50, `a picture of ${width} px in ${colors} colours`);
  await shoot(ben.page, 'meet-map-guest');
  await shoot(page, 'meet-map-host');
  const shown = (await events()).findLast((one) => one.action === 'show').details.shown;
  await until('the look is on record', async () => (await events()).some((one) => one.action === 'look' && one.details.file === shown.file && one.seat === meeting.seats[2].id));
  await page.click('[data-action=show-end]');
});

test('where only sound gets through it is said, until pictures move again', async () => {
  const { ben } = comers;
  await sees(ben.page, 1);
  const gen = ben.heard.map((text) => JSON.parse(text)).findLast((one) => one.t === 'rtc' && one.op === 'ice').gen;
  const picture = (how: object): void => ben.say({ t: 'rtc', meeting: meeting.id, op: 'layers', gen, seat: meeting.seats[0].id, kind: 'camera', ...how });
  picture({ on: false });
  await ben.page.waitForSelector('[data-test=sound-only]:has-text("只有声音")');
  await hears(ben, 3);
  await shoot(ben.page, 'meet-sound-only');
  picture({ substream: 2 });
  await ben.page.waitForSelector('[data-test=sound-only]', { state: 'detached' });
});

test('split into different times from the room; what somebody is afraid of stays in sight', async () => {
  const { ben, terminal } = comers;
  await page.selectOption('[data-test=meeting] [data-field=mode]', 'split');
  for (const one of [ben, terminal]) await one.page.waitForSelector('[data-action=consent-yes][data-kind=split]');
  await page.waitForSelector(`${waits('张文')}[data-why*=split_consent]`);
  await shoot(page, 'meet-split-host');
  await page.selectOption('[data-test=meeting] [data-field=mode]', 'joint');
  for (const who of ['李小明', '张文']) await page.click(`${waits(who)} [data-action=admit]`);
  for (const one of [ben, terminal]) await one.page.waitForSelector('[data-room=joint]');
  await page.waitForSelector('[data-seat][data-side=b] [data-action=care]');
  await clean(page, 'care');
});

test('who is sent out reads why', async () => {
  const { observer } = comers;
  await page.click('[data-seat]:has-text("王代表") [data-action=more]');
  await page.fill('[role=dialog] [data-field=reason]', '与一方有亲属关系');
  await page.click('[role=dialog] [data-action=remove]');
  await observer.page.waitForSelector('[data-end=removed] [data-test=why]:has-text("与一方有亲属关系")');
  await shoot(observer.page, 'meet-removed');
  await clean(observer.page, 'sent out');
});

test('another day: told what stands there then, as in planning', async () => {
  const day = new Date(Date.now() + 2 * 86_400_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  const at = (hour: string): string => String(new Date(`${date}T${hour}`).getTime() * 1000);
  assert.equal((await desk.request('POST', '', { kind: 'talk', title: '渔塘会商', starts_us: at('10:00'), ends_us: at('11:00'), seats: [] })).status, 201);
  await page.click('[data-action=adjourn]');
  await page.waitForFunction(() => (document.querySelector<HTMLInputElement>('[data-test=adjourn] [data-field=day]')?.value ?? '') !== '');
  await page.fill('[data-test=adjourn] [data-field=day]', date);
  await page.fill('[data-test=adjourn] [data-field=hour]', '10:30');
  await page.fill('[data-test=adjourn] [data-field=place]', '石桥村村部');
  await page.fill('[data-test=adjourn] [data-field=reason]', '补材料');
  await page.click('[data-action=adjourn-now]');
  await page.waitForSelector('[data-test=refused][data-code=busy]:has-text("渔塘会商")');
  await shoot(page, 'meet-adjourn-busy');
  await clean(page, 'another day that is taken');
  await page.fill('[data-test=adjourn] [data-field=hour]', '14:00');
  await page.waitForSelector('[data-test=refused]', { state: 'detached' });
  await page.click('[data-action=adjourn-now]');
  await page.waitForSelector('[data-test=meeting][data-state=adjourned]');
  await comers.ben.page.waitForSelector('[data-end=adjourned]:has-text("14:00")');
  const { body } = await desk.request('GET', `/${meeting.id}`);
  assert.deepEqual([body.meeting.starts_us, body.meeting.place], [at('14:00'), '石桥村村部']);
  assert.deepEqual([...host.faults, ...Object.values(comers).flatMap(({ faults }) => faults)], []);
});
