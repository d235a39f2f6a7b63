// Rooms of meetings on the real programs: links, lobby, consents, private rooms, chat; nothing crosses from one side to the other.
import { Ajv2020 } from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, Wall, type Json } from '../lib/client.ts';
import { openCase } from '../lib/cases.ts';
import { Guest, Host, Jar, type Answer, type Seat } from '../lib/meet.ts';
import { attach } from '../lib/papers.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { rowsOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let host: Host;
let other: Host;
let words: any;
const HOUR = 3_600_000_000;
const at = (hours: number): string => String(Date.now() * 1000 + hours * HOUR);
const rows = <T = Json>(sql: string, ...values: (string | number)[]): T[] => rowsOf<T>(stack.path('townwall.db'), sql, ...values);
const party = (side: string, name: string): Json => ({ role: 'party', side, name });

let hours = 0;
async function meeting(more: Json = {}, from = (hours += 2)): Promise<{ id: string; seats: any[] }> {
  const made = await host.request('POST', '', { kind: 'mediation', title: '石桥村围墙边界', starts_us: at(from), ends_us: at(from + 1), place: '镇调解室', seats: [party('a', '李小明'), party('b', '张文')], ...more });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body.meeting;
}
async function guest(of: { id: string }, seat: { id: string }): Promise<Guest> {
  const one = new Guest(stack.url);
  const entered = await one.enter(await host.invite(of.id, seat.id));
  assert.equal(entered.status, 200, JSON.stringify(entered.body));
  return one;
}
const ok = async (answer: Promise<{ status: number; body: any }>): Promise<void> => {
  const { status, body } = await answer;
  assert.equal(status, 200, JSON.stringify(body));
};
/** Lets a prepared party in. */
async function admit(id: string, seat: string): Promise<void> {
  await ok(host.act(id, 'identity', { seat, how: 'id_card' }));
  await ok(host.act(id, 'admit', { seat }));
}

/** An act whose second half comes when `end` is called; its status. */
function slowAct(guest: Guest, act: string): { begun: Promise<void>; end: () => Promise<number> } {
  const text = JSON.stringify({ act });
  const ask = httpRequest(`${guest.url}/api/v1/meet/acts`, { method: 'POST', headers: { cookie: guest.cookie, 'content-type': 'application/json', 'content-length': text.length } });
  const status = new Promise<number>((done, fail) => ask.on('response', (answer) => done(answer.resume().statusCode ?? 0)).on('error', fail));
  return { begun: new Promise((done) => ask.write(text.slice(0, 5), () => done())), end: () => (ask.end(text.slice(5)), status) };
}

before(async () => {
  stack = await startSmallStack({ cameras: 2, simulator: false, config: { server: { outside: { listen: '127.0.0.1', port: 0 } }, mediation: { away_s: 1 } } });
  host = new Host(await Person.login(stack, 'mediator'));
  other = new Host(await Person.login(stack, 'leader'));
  words = (await new Guest(stack.url).request('GET', '/words')).body;
  const hall = await (await Person.login(stack, 'supervisor')).request('PUT', '/api/v1/mediation/rooms/hall', { version: 0, name: '镇调解室', address: '文昌路 1 号' });
  assert.equal(hall.status, 200);
}, { timeout: 120_000 });
after(() => stopStack(stack));

test('from a link to the end: entered once, let in when everything is there, joint, ended', async () => {
  const made = await meeting({}, 100);
  assert.deepEqual(made.seats.map((seat) => [seat.role, seat.side, seat.state, seat.name]),
    [['mediator', '', 'invited', '调解员'], ['party', 'a', 'invited', '李小明'], ['party', 'b', 'invited', '张文']]);
  assert.equal((await other.request('GET', `/${made.id}`)).status, 404, 'without a seat nothing is told');
  const { body } = await host.request('POST', `/${made.id}/seats/${made.seats[1].id}/invite`, {});
  assert.match(body.invite.link, /\/meet#[A-Za-z0-9_-]{22}$/);
  assert.match(body.invite.svg, /^<svg [^]*<\/svg>$/);
  const a = new Guest(stack.url);
  assert.deepEqual(await new Guest(stack.url).enter('x#nonsense').then(({ status, body: b }) => [status, b.error.code]), [404, 'no_link']);
  const entered = await a.enter(body.invite.link);
  assert.deepEqual([entered.status, entered.body.view.you.state, entered.body.view.you.why], [200, 'lobby', ['notice', 'screening', 'consent', 'identity', 'state']]);
  assert.equal((await a.enter(body.invite.link)).status, 200, 'the same browser comes in again');
  assert.deepEqual(await new Guest(stack.url).enter(body.invite.link).then(({ status, body: b }) => [status, b.error.code]), [409, 'link_used']);
  assert.deepEqual(rows('SELECT id FROM meeting_invite WHERE token_hash = ? OR cookie_hash = ?', body.invite.link.split('#')[1], a.cookie.slice(8)), [], 'only digests are kept');

  const lead = await host.connect(made.id);
  await lead.until('the mediator is in the lobby', () => lead.view.seats?.find((s) => s.role === 'mediator')?.state === 'lobby');
  assert.equal((await a.act('open')).status, 403);
  await ok(host.open(made.id));
  const seatA = await a.connect();
  assert.equal(seatA.view.room.name, 'lobby');
  assert.equal(seatA.view.room.members.length, 0, 'the lobby shows nobody');
  const early = await host.act(made.id, 'admit', { seat: a.seat });
  assert.deepEqual([early.status, early.body.error.code, early.body.error.why], [409, 'not_ready', ['notice', 'screening', 'consent', 'identity']]);
  await a.prepare(words);
  await lead.until('it is told what is still missing', () => lead.view.seats?.find((s) => s.id === a.seat)?.why.join() === 'identity');
  assert.equal(lead.view.seats?.find((s) => s.id === a.seat)?.answers.violence, 'no', 'the mediator reads the screening first');
  await admit(made.id, a.seat);
  await seatA.until('A is in the joint room', () => seatA.view.room?.name === 'joint' && seatA.view.room.members.length === 2);
  assert.deepEqual(seatA.view.room.members.map((m) => [m.role, m.name, m.here]), [['mediator', '调解员', 'on'], ['party', '李小明', 'on']]);
  assert.deepEqual(seatA.view.you.may, { talk: true, camera: true, screen: true, chat: true });
  assert.equal(seatA.view.seats, undefined);
  await ok(host.act(made.id, 'end'));
  await seatA.until('it is over', () => seatA.view.meeting['state'] === 'ended' && seatA.view.room.name === 'lobby');
  assert.equal((await a.act('say', { text: '在吗' })).status, 409);
  const publication = { kind: 'publication', version: words.consents.publication.version, language: 'zh' };
  assert.equal((await a.act('consent', { ...publication, answer: 'yes' })).status, 409, 'nothing is agreed to after the end');
  assert.equal((await a.act('consent', { kind: 'recording', version: '1', language: 'zh', answer: 'withdrawn' })).status, 409);
  await ok(a.act('consent', { ...publication, answer: 'withdrawn' }));
  const { events } = (await host.request('GET', `/${made.id}/events`)).body as { events: any[] };
  assert.deepEqual(events.map((e) => e.action).filter((x) => x !== 'consent'),
    ['make', 'invite', 'enter', 'arrive', 'disclose', 'open', 'read_notice', 'screening', 'ready', 'identity', 'admit', 'end']);
  assert.deepEqual(rows("SELECT COUNT(*) AS n FROM audit WHERE action LIKE 'meeting.%' AND object = ?", made.id).map((r) => Number(r['n'])), [events.length]);
  seatA.close();
  lead.close();
});

/** Mediator, A and B in the joint room. */
interface Table { id: string; lead: Seat; a: Guest; b: Guest; seatA: Seat; seatB: Seat }
async function table(more: Json = {}, consents: string[] = []): Promise<Table> {
  const made = await meeting(more);
  const [a, b] = [await guest(made, made.seats[1]), await guest(made, made.seats[2])];
  const lead = await host.connect(made.id);
  await ok(host.open(made.id));
  for (const one of [a, b]) {
    await one.prepare(words, ...consents);
    await admit(made.id, one.seat);
  }
  const [seatA, seatB] = [await a.connect(), await b.connect()];
  await lead.until('all three are there', () => lead.view.room.members.filter((m) => m.here === 'on').length === 3);
  return { id: made.id, lead, a, b, seatA, seatB };
}
async function clear({ id, lead, seatA, seatB }: Table): Promise<void> {
  await ok(host.act(id, 'end'));
  for (const seat of [lead, seatA, seatB]) seat.close();
}

test('a private room: words, files, presence and what is shown stay on one side, to the last number', async () => {
  const all = await table();
  const { id, lead, a, b, seatA, seatB } = all;
  assert.deepEqual(seatB.view.room.members.map((m) => m.name), ['调解员', '李*明', '张文'], 'the other guest is masked');
  assert.equal((await seatA.act('say', { text: '大家好' }))['ok'], true);
  await seatB.until('B reads it', () => seatB.view.chat.length === 1);
  await ok(host.act(id, 'private', { side: 'a' }));
  await seatA.until('A is alone with the mediator', () => seatA.view.room.name === 'side:a' && seatA.view.room.members.length === 2);
  await seatB.until('B is told no more than that', () => seatB.view.away && seatB.view.room.members.length === 1);
  assert.deepEqual([seatA.view.chat, seatA.view.away], [[], false]);
  const before = { count: seatB.messages.length, last: seatB.lastId };
  assert.deepEqual(await seatB.act('hand', { up: true }).then(({ ok: fine, seq }) => [fine, seq]), [true, undefined], 'no number counts what others do');
  assert.deepEqual((await b.act('hand', { up: false })).body, { ok: true });
  await seatB.until('it knows', () => seatB.view.room.members.find((m) => m.seat === b.seat)?.hand_us == null);
  before.count = seatB.messages.length;
  before.last = seatB.lastId;
  assert.equal((await seatA.act('say', { text: '底线是一米二' }))['ok'], true);
  for (let i = 0; i < 100; i++) assert.equal((await a.act('say', { text: `第 ${i} 句` })).status, 200);
  assert.equal((await lead.act('say', { text: '知道了' }))['ok'], true);
  const given = await a.request('POST', '/files', new TextEncoder().encode('只给调解员看'), { 'x-townwall-name': 'a.txt', 'content-type': 'application/octet-stream' });
  assert.equal(given.status, 201, JSON.stringify(given.body));
  const file = given.body.file.id as string;
  await ok(host.act(id, 'show', { file }));
  await seatA.act('hand', { up: true });
  await seatA.until('A sees it all', () => seatA.view.chat.length === 100 && seatA.view.chat.at(-1)?.text === '知道了' && seatA.view.files.length === 1 && seatA.view.room.shown?.file === file);
  assert.equal((await a.request('GET', `/files/${file}`)).body.toString(), '只给调解员看');
  // B knows every id and tries everything
  assert.equal((await b.request('GET', `/files/${file}`)).status, 404);
  assert.equal((await b.act('move', { seat: b.seat, room: 'side:a' })).status, 403);
  for (const message of [
    { t: 'sub', topic: `meeting:${id}:${a.seat}` }, { t: 'sub', topic: 'cases' }, { t: 'sub', topic: 'alerts' }, { t: 'thumbs', cameras: 'all' },
    { t: 'meet', meeting: id, seat: a.seat, act: 'private', side: 'a' }, { t: 'rtc', op: 'subscribe', seat: a.seat },
  ]) seatB.send({ ...message, re: 'hostile' });
  await seatB.until('each is refused', () => seatB.messages.filter((m) => m['re'] === 'hostile' && m['t'] === 'error').length === 6);
  assert.deepEqual(seatB.messages.slice(before.count).filter((m) => m['topic'] !== undefined), [], 'not one message of its topic');
  const again = await b.connect(before.last);
  again.view = { ...seatB.view };
  assert.equal(again.messages.find((m) => m['topic'])!['t'], 'current', 'nothing was missed');
  await seatB.until('the first browser is told that another took the seat', () => seatB.messages.some((m) => m['op'] === 'replaced'));
  const { body } = await b.request('GET', '/view');
  assert.doesNotMatch(JSON.stringify(body), /底线|知道了|a\.txt|side:a/);
  // A calls while the mediator is with B
  await ok(host.act(id, 'private', { side: 'b' }));
  await again.until('B is with the mediator', () => again.view.room.name === 'side:b' && !again.view.away);
  assert.deepEqual([again.view.chat, again.view.files, again.view.room.shown], [[], [], null]);
  assert.deepEqual((await seatA.act('call'))['ok'], true);
  await lead.until('the mediator hears the call', () => lead.view.calls?.[0]?.room === 'side:a');
  assert.doesNotMatch(JSON.stringify(again.view), /side:a/);
  await ok(host.act(id, 'joint'));
  await seatA.until('all are together again', () => seatA.view.room.name === 'joint' && seatA.view.room.members.length === 3);
  assert.deepEqual(seatA.view.chat.map((line) => line.text), ['大家好'], 'what was said alone stays there');
  assert.deepEqual(rows('SELECT words FROM meeting_chat WHERE meeting = ?', id).filter((row) => String(row['words']).includes('底线')), [], 'words are sealed');
  again.close();
  await clear(all);
});

test('one who waits is looked at by the mediator alone, reads nothing there, and is let in or waits on', async () => {
  const made = await meeting();
  const [a, b] = [await guest(made, made.seats[1]), await guest(made, made.seats[2])];
  const lead = await host.connect(made.id);
  await ok(host.open(made.id));
  await a.prepare(words);
  const [seatA, seatB] = [await a.connect(), await b.connect()];
  const quiet = (): Json[] => seatB.messages.filter((m) => m['topic'] !== undefined);
  const before = quiet().length;
  const room = `check:${a.seat}`;
  assert.equal((await a.act('look', { seat: a.seat })).status, 403);
  await ok(host.act(made.id, 'look', { seat: a.seat }));
  await seatA.until('the two see each other', () => seatA.view.room.name === room && seatA.view.room.members.length === 2 && seatA.view.you.may.camera);
  await lead.until('so does the mediator', () => lead.view.room.name === room && lead.view.room.members.length === 2);
  assert.deepEqual([seatA.view.minutes, seatA.view.agreement, seatA.view.facts], [null, null, null], 'texts are for whom they know');
  assert.equal((await host.act(made.id, 'move', { seat: b.seat, room })).status, 409);
  assert.deepEqual((await host.act(made.id, 'admit', { seat: a.seat })).body.error.why, ['identity']);
  await ok(host.act(made.id, 'back', { seat: a.seat }));
  await seatA.until('A waits again, ready', () => seatA.view.room.name === 'lobby' && seatA.view.you.ready);
  await lead.until('the mediator is back', () => lead.view.room.name === 'joint');
  await ok(host.act(made.id, 'look', { seat: a.seat }));
  await ok(host.act(made.id, 'look', { seat: b.seat }));
  await seatB.until('B is looked at', () => seatB.view.room.name === `check:${b.seat}`);
  await seatA.until('A waits meanwhile', () => seatA.view.room.name === 'lobby');
  await ok(host.act(made.id, 'joint'));
  await seatB.until('B waits again', () => seatB.view.room.name === 'lobby');
  await ok(host.act(made.id, 'look', { seat: a.seat }));
  await admit(made.id, a.seat);
  await seatA.until('both are in the joint room', () => seatA.view.room.name === 'joint' && seatA.view.room.members.length === 2);
  const chair = made.seats[0].id;
  for (const act of [{ act: 'back' }, { act: 'remove', reason: '走开' }]) assert.equal((await host.act(made.id, act.act, { seat: chair, ...act })).status, 409, 'who chairs is sent nowhere');
  await ok(host.act(made.id, 'leave'));
  await lead.until('the mediator left', () => lead.view.room.name === 'lobby');
  await ok(host.act(made.id, 'joint'));
  await lead.until('and comes back', () => lead.view.room.name === 'joint');
  assert.doesNotMatch(JSON.stringify(quiet().slice(before)), new RegExp(`${room}|${a.seat}`), 'B learned nothing of A');
  await clear({ id: made.id, lead, a, b, seatA, seatB });
});

test('what a plan is refused for is said; what stands there of others is no more than a time', async () => {
  const plan = (more: Json): Promise<any> => host.request('POST', '', { kind: 'mediation', title: '围墙', starts_us: at(300), ends_us: at(301), seats: [party('a', '李小明'), party('b', '张文')], ...more });
  const said = async (more: Json): Promise<string> => { const { status, body } = await plan(more); return `${status} ${body.error.message.zh}`; };
  assert.match(await said({ seats: [{ role: 'party', side: 'a', name: '李小明', phone: 'abc' }] }), /^400 李小明：电话号码须为 5 至 20 位数字/);
  assert.match(await said({ seats: [party('a', '李小明'), { role: 'party', side: 'b', people: [{ name: '张文' }, { name: '王芳' }] }] }), /^400 张文：一个座位上有几个人，请勾选村级终端/);
  assert.match(await said({ seats: [{ role: 'party', name: '李小明' }] }), /^400 李小明：.*哪一方/);
  assert.match(await said({ title: '' }), /^400 请写事由/);
  assert.match(await said({ starts_us: at(-3), ends_us: at(-2) }), /^400 时间已经过去/);
  assert.match(await said({ starts_us: at(24 * 800), ends_us: at(24 * 800 + 1) }), /^400 时间/);
  assert.match(await said({ starts_us: at(301), ends_us: at(300) }), /^400 结束要晚于开始/);
  const secret = await other.request('POST', '', { kind: 'talk', title: '保密标题', starts_us: at(300), ends_us: at(301), place_id: 'hall', seats: [] });
  assert.equal(secret.status, 201, JSON.stringify(secret.body));
  const { status, body } = await plan({ place_id: 'hall' });
  assert.deepEqual([status, body.error.busy.map((one: any) => [one.what, one.meeting, one.title])], [409, [['place', null, null]]]);
  await ok(other.act(secret.body.meeting.id, 'cancel', { reason: '完了' }));
});

test('consents: recording waits for everybody and ends with the first who takes it back; mediation itself can be left', async () => {
  const all = await table();
  const { id, lead, a, b, seatA, seatB } = all;
  await ok(host.act(id, 'record', { on: true }));
  await seatA.until('who is waited for is told to all', () => seatA.view.recording.state === 'waiting' && seatA.view.recording.waiting_for.length === 2);
  const yes = { kind: 'recording', answer: 'yes', version: words.consents.recording.version, language: 'zh' };
  assert.deepEqual(await a.act('consent', { ...yes, version: '0' }).then(({ status, body }) => [status, body.error.code]), [409, 'old_words']);
  await ok(a.act('consent', yes));
  await ok(b.act('consent', { ...yes, language: 'en' }));
  await seatB.until('nobody is waited for', () => seatB.view.recording.waiting_for.length === 0);
  assert.notEqual(seatB.view.recording.state, 'on', 'nothing is said to be recorded that is not');
  await ok(b.act('consent', { kind: 'recording', answer: 'withdrawn', language: 'zh' }));
  await seatA.until('B has taken it back', () => seatA.view.recording.waiting_for.join() === b.seat);
  const kept = rows<{ answer: string; version: string; sha256: string; language: string }>("SELECT answer, version, sha256, language FROM meeting_consent WHERE seat = ? AND kind = 'recording' ORDER BY seq", b.seat);
  assert.deepEqual(kept.map((row) => [row.answer, row.version, row.language]), [['yes', yes.version, 'en'], ['withdrawn', yes.version, 'zh']]);
  assert.equal(kept[0]!.sha256, await digest(words.consents.recording.text.en));
  assert.equal(lead.view.consents.filter((c) => c.kind === 'recording').length, 3, 'the mediator agreed by asking for it');
  assert.ok(seatA.view.consents.every((c) => c.seat === a.seat), 'each sees their own');
  await ok(a.act('consent', { kind: 'mediation', answer: 'withdrawn', language: 'zh' }));
  await seatA.until('A has left by that', () => seatA.view.room.name === 'lobby' && seatA.view.you.why.join() === 'consent');
  await clear(all);
});
const digest = async (text: string): Promise<string> => Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex');

test('an observer needs the parties, a terminal has several people, a side stays on its side in split mode', async () => {
  const made = await meeting({ seats: [party('a', '李小明'), { role: 'party', side: 'b', terminal: true, place: '东村便民点', people: [{ name: '张文' }, { name: '王芳' }] }, { role: 'observer', name: '孙代表' }, { role: 'interpreter', name: '何译' }] });
  const [, sa, sb, so, si] = made.seats;
  const a = await guest(made, sa), b = await guest(made, sb), o = await guest(made, so), i = await guest(made, si);
  await ok(host.open(made.id));
  const lead = await host.connect(made.id);
  await a.prepare(words, 'observer');
  await b.prepare(words);
  const agree = (person: number, kind: string): Promise<void> => ok(b.act('consent', { kind, answer: 'yes', version: words.consents[kind].version, language: 'zh', person }));
  const why = async (seat: string, room?: string): Promise<string[]> => (await host.act(made.id, 'admit', { seat, ...(room ? { room } : {}) })).body.error?.why ?? [];
  await ok(host.act(made.id, 'identity', { seat: b.seat, how: 'known' }));
  assert.deepEqual(await why(b.seat), ['consent'], 'each person at the terminal is asked');
  await agree(2, 'mediation');
  await admit(made.id, a.seat);
  assert.deepEqual([await why(b.seat), await why(o.seat), await why(i.seat)], [[], ['observer_consent'], []]);
  await agree(1, 'observer');
  await agree(2, 'observer');
  assert.deepEqual(await why(o.seat), []);
  const seatO = await o.connect(), seatB = await b.connect();
  assert.deepEqual(seatO.view.you.may, { talk: false, camera: false, screen: false, chat: false });
  assert.equal((await o.act('say', { text: '我说一句' })).status, 403);
  assert.deepEqual(seatO.view.room.members.map((m) => [m.role, m.name, m.place]), [['mediator', '调解员', ''], ['party', '李*明', ''], ['party', '张*、王*', '东村便民点'], ['observer', '孙代表', ''], ['interpreter', '何*', '']]);
  assert.equal((await host.act(made.id, 'move', { seat: o.seat, room: 'side:a' })).status, 409, 'never in a private room');
  assert.equal((await host.act(made.id, 'move', { seat: a.seat, room: 'side:b' })).body.error.why.join(), 'other_side');
  await ok(host.act(made.id, 'floor', { seat: a.seat }));
  await seatB.until('only A speaks', () => seatB.view.room.floor === a.seat && !seatB.view.you.may.talk);
  await ok(host.act(made.id, 'floor', { seat: null }));
  await ok(host.act(made.id, 'mute', { seat: b.seat }));
  await seatB.until('B is muted', () => seatB.view.you.muted && !seatB.view.you.may.talk && seatB.view.room.floor === null);
  await ok(a.act('consent', { kind: 'observer', answer: 'withdrawn', language: 'zh' }));
  await seatO.until('the observer is out', () => seatO.view.room.name === 'lobby');
  await ok(host.act(made.id, 'mode', { mode: 'split' }));
  await seatB.until('the sides are apart', () => seatB.view.room.name === 'lobby' && seatB.view.you.why.includes('split_consent'));
  await agree(1, 'split');
  await agree(2, 'split');
  assert.deepEqual(await why(b.seat, 'joint'), ['other_side']);
  await ok(host.act(made.id, 'admit', { seat: b.seat }));
  await seatB.until('B is in its own room', () => seatB.view.room.name === 'side:b');
  await ok(host.act(made.id, 'private', { side: 'b' }));
  await lead.until('the mediator is with B', () => lead.view.room.name === 'side:b' && lead.view.room.members.length === 2);
  await ok(host.act(made.id, 'end'));
  for (const seat of [lead, seatO, seatB]) seat.close();
});

test('links are taken back, people are removed, a lost browser keeps its seat, a meeting is adjourned', async () => {
  const all = await table();
  const { id, lead, a, b, seatA, seatB } = all;
  seatA.close();
  await lead.until('A is missed', () => lead.view.room.members.some((m) => m.seat === a.seat && m.here === 'lost'));
  const back = await a.connect(seatA.lastId);
  assert.notEqual(back.messages.find((m) => m['topic'])!['t'], 'snapshot', 'it goes on where it was');
  await lead.until('A is back in the same seat', () => lead.view.room.members.some((m) => m.seat === a.seat && m.here === 'on'));
  const late = slowAct(a, 'ready');
  await late.begun;
  const fresh = await host.invite(id, a.seat);
  await back.until('a new link sends the old browser away', () => back.closed?.code === 4003);
  assert.equal((await a.request('GET', '/view')).status, 401);
  const device = new Guest(stack.url);
  const you = (await device.enter(fresh)).body.view.you;
  assert.deepEqual([you.state, you.identity, you.why], ['lobby', false, ['identity']], 'whoever comes by another link is looked at again');
  assert.equal(await late.end(), 401, 'what began with the old cookie ends with it');
  assert.deepEqual(await host.act(id, 'admit', { seat: a.seat }).then(({ status, body }) => [status, body.error.why]), [409, ['identity']]);
  assert.equal((await device.act('fact', { n: 1, version: 1, answer: 'yes' })).body.error.code, 'not_yours', 'joint texts wait for that too');
  assert.deepEqual(await host.act(id, 'revoke', { seat: a.seat }).then(() => new Guest(stack.url).enter(fresh)).then(({ status, body }) => [status, body.error.code]), [410, 'link_revoked']);
  assert.equal((await host.act(id, 'remove', { seat: b.seat })).status, 400, 'with a reason');
  await ok(host.act(id, 'remove', { seat: b.seat, reason: '辱骂他人' }));
  await seatB.until('B is out', () => seatB.closed?.code === 4003);
  assert.equal(seatB.messages.find((m) => m['op'] === 'removed')?.['reason'], '辱骂他人', 'and told why');
  assert.equal((await b.act('ready')).status, 401);
  assert.equal((await host.act(id, 'adjourn', { starts_us: at(50), ends_us: at(51), reason: '改日继续' })).status, 200);
  await lead.until('it rests', () => lead.view.meeting['state'] === 'adjourned' && lead.view.room.name === 'lobby');
  await ok(host.open(id));
  await lead.until('the second sitting', () => lead.view.meeting['sittings'] === 2 && lead.view.room.name === 'joint');
  const soon = String(Date.now() * 1000 + 2_000_000);
  const short = await host.request('POST', `/${id}/seats/${a.seat}/invite`, { expires_us: soon });
  assert.equal(short.body.invite.expires_us, soon);
  await lead.until('it has expired', () => Date.now() * 1000 > Number(soon) || (setTimeout(() => lead.send({ t: 'ping' }), 500), false));
  assert.deepEqual(await new Guest(stack.url).enter(short.body.invite.link).then(({ status, body }) => [status, body.error.code]), [410, 'link_expired']);
  back.close();
  await clear(all);
});

test('one mediator and one room at a time; a case gives its place; a talk has fewer rules', async () => {
  const first = await meeting({ place_id: 'hall' }, 200);
  const busy = await host.request('POST', '', { kind: 'talk', title: '会商', starts_us: at(200.5), ends_us: at(202) });
  assert.deepEqual([busy.status, busy.body.error.code, busy.body.error.busy.map((one: any) => [one.what, one.meeting])], [409, 'busy', [['mediator', first.id]]]);
  const hall = await other.request('POST', '', { kind: 'talk', title: '会商', starts_us: at(200.5), ends_us: at(202), place_id: 'hall' });
  assert.deepEqual(hall.body.error.busy.map((one: any) => one.what), ['place']);
  assert.equal((await other.request('POST', '', { kind: 'mediation', title: '调解', starts_us: at(200), ends_us: at(201) })).status, 403, 'only a mediator chairs a mediation');
  await ok(host.act(first.id, 'cancel', { reason: '撤回申请' }));
  const free = await other.request('POST', '', { kind: 'talk', title: '会商', starts_us: at(200.5), ends_us: at(202), place_id: 'hall', seats: [{ role: 'official', name: '村主任' }] });
  assert.equal(free.status, 201, JSON.stringify(free.body));
  const { id, seats } = free.body.meeting;
  const cadre = new Guest(stack.url);
  const invite = await other.request('POST', `/${id}/seats/${seats[1].id}/invite`, {});
  await cadre.enter(invite.body.invite.link);
  await ok(other.act(id, 'open'));
  await ok(other.act(id, 'admit', { seat: cadre.seat }));
  assert.equal((await cadre.request('GET', '/view')).body.view.room.name, 'joint');
  const unknown = await host.request('POST', '', { kind: 'mediation', case: 'none', starts_us: at(300), ends_us: at(301) });
  assert.deepEqual([unknown.status, unknown.body.error.fields[0].path], [404, 'case']);
});

test('of a case: its documents are shown to the room where the mediator is, and each look is on record', async () => {
  const operator = await Person.login(stack, 'operator');
  const { features } = await operator.json<{ features: { properties: { code: string; level: string } }[] }>('/api/v1/areas');
  const area = features.find((one) => one.properties.level === 'cell')!.properties.code;
  const file = await openCase(operator, { channel: 'hotline', title: '围墙纠纷', area });
  const foreign = await host.request('POST', '', { kind: 'mediation', case: file.id, starts_us: at(300), ends_us: at(301) });
  assert.equal(foreign.status, 404, 'a mediator sees only cases that are mediated');
  const { id: paper } = await attach(operator, file.id, Buffer.from('宅基地图'), '图.txt');
  const desk = new Host(operator);
  const made = await desk.request('POST', '', { kind: 'talk', case: file.id, starts_us: at(0), ends_us: at(1), seats: [{ role: 'official', name: '村主任' }] });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id, seats, title, case: of } = made.body.meeting;
  assert.deepEqual([title, of, made.body.meeting.area], ['围墙纠纷', file.id, area]);
  const cadre = new Guest(stack.url);
  await cadre.enter(await desk.invite(id, seats[1].id));
  await ok(desk.open(id));
  const lead = await desk.connect(id);
  assert.equal((await desk.act(id, 'show', { case_file: 'none' })).status, 404);
  await ok(desk.act(id, 'show', { case_file: paper }));
  await lead.until('it is among the room\'s files as soon as it is shown', () => lead.view.files.some((one) => one.id === lead.view.room.shown?.file));
  lead.close();
  await ok(desk.act(id, 'admit', { seat: cadre.seat }));
  const { view } = (await cadre.request('GET', '/view')).body;
  assert.deepEqual(view.files.map((one: any) => [one.name, one.case]), [['图.txt', true]]);
  assert.equal(view.room.shown.file, view.files[0].id);
  assert.equal((await cadre.request('GET', `/files/${view.files[0].id}`)).body.toString(), '宅基地图');
  assert.equal((await cadre.request('GET', `/files/${paper}`)).status, 404, 'by the name of the room alone');
  await ok(desk.act(id, 'show', { map: { lon: 118.4, lat: 35.1, zoom: 15 } }));
  assert.equal((await desk.act(id, 'show', { map: { lon: 500, lat: 35.1, zoom: 15 } })).status, 400);
  const seen = (await cadre.request('GET', '/view')).body.view.room.shown;
  assert.deepEqual([seen.kind, seen.lon, seen.zoom], ['map', 118.4, 15]);
  const audit = rows<{ action: string; login: string }>("SELECT action, login FROM audit WHERE object = ? AND action IN ('meeting.show', 'meeting.look') ORDER BY seq", id);
  assert.deepEqual(audit.map((row) => [row.action, row.login]), [['meeting.show', 'operator'], ['meeting.look', 'guest'], ['meeting.show', 'operator']]);
  const list = async (person: Person): Promise<[number, any[]]> => {
    const answer = await person.request('GET', `/api/v1/cases/${file.id}/meetings`);
    return [answer.status, ((await answer.json()) as { meetings?: any[] }).meetings ?? []];
  };
  const told = { id, kind: 'talk', state: 'open', sittings: 1, outcome: null, ended_us: null };
  const parts = ([status, all]: [number, any[]]): unknown => [status, all.map(({ starts_us: _from, ends_us: _to, ...rest }) => rest)];
  assert.deepEqual(parts(await list(operator)), [200, [{ ...told, seat: true, leads: true, title }]]);
  assert.deepEqual(parts(await list(await Person.login(stack, 'supervisor'))), [200, [{ ...told, seat: false, leads: false, title: null }]], 'who sees the case sees that there is one');
  assert.deepEqual(await list(host.person), [404, []], 'who does not see the case');
  await ok(desk.act(id, 'end'));
  const [, [over]] = await list(operator);
  assert.deepEqual([over.state, Number(over.ended_us) > Number(over.starts_us) - 60_000_000], ['ended', true]);
});

test('a seat waits for its browser, also while the server is killed', async () => {
  const all = await table();
  const { id, lead, a, seatA, seatB } = all;
  await ok(host.act(id, 'private', { side: 'a' }));
  await seatA.until('A is with the mediator', () => seatA.view.room.name === 'side:a');
  seatA.close();
  await lead.until('A has been gone for long', () => lead.view.room.members.some((m) => m.seat === a.seat && m.here === 'off'));
  const back = await a.connect();
  assert.deepEqual([back.view.room.name, back.view.room.members.length], ['side:a', 2], 'into the same seat');
  assert.equal((await back.act('say', { text: '我回来了' }))['ok'], true);
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  await seatB.until('B is cut off too', () => seatB.closed);
  await until('the server is back', () => host.request('GET', `/${id}`).then(({ status }) => status === 200, () => false));
  // the outer port is a free one of each start
  a.url = stack.url;
  const after = await a.connect();
  assert.deepEqual([after.view.meeting['state'], after.view.room.name, after.view.chat.map((line) => line.text)], ['open', 'side:a', ['我回来了']]);
  after.close();
  await ok(host.act(id, 'end'));
});

test('the outer door knows guests alone', async () => {
  const made = await meeting();
  const a = await guest(made, made.seats[1]);
  assert.notEqual(a.url, stack.url, 'links lead there');
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<number> => (await fetch(a.url + path, { headers })).status;
  const staff = { cookie: host.person.cookie };
  for (const path of ['/', '/index.html', '/console', '/healthz', '/metrics', '/api/v1/session', '/api/v1/cameras', '/api/v1/meetings', `/api/v1/meetings/${made.id}`, '/api/v1/openapi.yaml'])
    assert.deepEqual([path, await ask(path, staff)], [path, 404]);
  const login = await fetch(`${a.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login: 'mediator', password: 'x' }) });
  assert.equal(login.status, 404);
  assert.deepEqual([await ask('/meet'), await ask('/api/v1/meet/words'), await ask('/api/v1/meet/view'), await ask('/api/v1/meet/view', { cookie: a.cookie })], [200, 200, 401, 200]);
  await assert.rejects(Wall.open(Object.assign(new Person(a.url), { cookie: host.person.cookie })), /401/, 'an account opens no WebSocket there');
  const seat = await a.connect();
  seat.send({ t: 'sub', topic: 'cameras', re: 'x' });
  assert.equal((await seat.until('it is refused', () => seat.messages.find((m) => m['re'] === 'x')))['code'], 'no_right');
  await assert.rejects(Wall.open(Object.assign(new Person(stack.url), { cookie: a.cookie })), /401/, 'nor a guest one of accounts');
  const more: Seat[] = [];
  for (let i = 0; i < 3; i++) more.push(await a.connect());
  await assert.rejects(a.connect(), /1008/, 'a seat has four connections at most');
  for (const one of more) one.close();
  const inside = new Guest(stack.url);
  inside.cookie = a.cookie;
  assert.equal((await inside.request('GET', '/view')).status, 200, 'the console port serves guests too');
  seat.close();
  await ok(host.act(made.id, 'cancel', { reason: '试验' }));
});

test('one browser holds several seats, each for itself', async () => {
  const [first, second, third] = [await meeting({ title: '王家坡土地' }), await meeting(), await meeting()] as const;
  const jar = new Jar(stack.url);
  const link = await host.invite(first.id, first.seats[1].id);
  const one = (await jar.enter(link)).body.seat as string;
  const two = (await jar.enter(await host.invite(second.id, second.seats[1].id))).body.seat as string;
  const back = await jar.enter(link);
  assert.deepEqual([back.status, back.body.seat], [200, one], 'back by the first link');
  assert.deepEqual([(await jar.ask('GET', `/view?seat=${one}`)).body.meeting, (await jar.ask('GET', `/view?seat=${two}`)).body.meeting], [first.id, second.id]);
  assert.equal((await jar.ask('GET', '/view')).body.seat, one, 'without a word: the last that came in');
  const held = async (of: Jar): Promise<string[]> => (await of.ask('GET', '/seats')).body.seats.map((seat: Json) => seat['seat']).sort();
  assert.deepEqual(await held(jar), [one, two].sort());
  const [at1, at2] = [await jar.connect(one, first.id), await jar.connect(two, second.id)];
  assert.deepEqual([at1.view.you.seat, at2.view.you.seat], [one, two], 'both at once');
  assert.equal((await at1.act('read_notice', { version: words.notice.version }))['ok'], true);
  await at1.until('read in the one', () => at1.view.you.notice === true);
  assert.equal(at2.view.you.notice, false, 'and not in the other');

  const thief = new Jar(stack.url);
  thief.cookies.set(`tw_meet_${one}`, jar.cookies.get(`tw_meet_${two}`)!);
  assert.equal((await thief.ask('GET', `/view?seat=${one}`)).body.meeting, second.id, 'a cookie is of its own seat, whatever its name says');
  assert.deepEqual(await held(thief), []);
  assert.equal((await thief.ask('GET', `/view?seat=${two}`)).status, 401);
  assert.equal((await thief.enter(link)).body.error.code, 'link_used');
  for (const bad of ['', 'x'.repeat(300), '..%2F']) assert.equal((await jar.ask('GET', `/view?seat=${bad}`)).status, 401, bad);
  at1.send({ t: 'sub', topic: `meeting:${second.id}`, re: 'foreign' });
  await at1.until('no other meeting on that line', () => at1.messages.some((m) => m['t'] === 'error' && m['re'] === 'foreign' && m['code'] === 'no_right'));

  await ok(host.act(first.id, 'revoke', { seat: one }));
  await at1.until('that seat is over', () => at1.closed !== null);
  assert.deepEqual([(await jar.ask('GET', `/view?seat=${one}`)).status, (await jar.ask('GET', `/view?seat=${two}`)).status, at2.closed], [401, 200, null], 'the other goes on');
  assert.deepEqual(await held(jar), [two]);
  assert.equal((await jar.enter(await host.invite(third.id, third.seats[1].id))).status, 200);
  assert.deepEqual([jar.cookies.has(`tw_meet_${one}`), jar.cookies.size], [false, 3], 'what is of no use is forgotten');
  for (const seat of [at1, at2]) seat.close();
  for (const { id } of [first, second, third]) await ok(host.act(id, 'cancel', { reason: '试验' }));
});

test('one guest does not use up the files of a room', async () => {
  const all = await table();
  const give = (of: Guest, n: number): Promise<Answer> => of.request('POST', '/files', new TextEncoder().encode(`第 ${n} 页`), { 'x-townwall-name': `${n}.txt`, 'content-type': 'application/octet-stream' });
  for (let n = 1; n <= 30; n++) assert.equal((await give(all.a, n)).status, 201);
  const { status, body } = await give(all.a, 31);
  assert.deepEqual([status, body.error.code], [409, 'too_many']);
  assert.equal((await give(all.b, 1)).status, 201, 'the other side gives one');
  await ok(host.act(all.id, 'end'));
});

test('danger: undone in time it is nothing, otherwise an alert of the first priority with the place of the room', async () => {
  const all = await table({ place: '镇调解室二号', lon: 118.4, lat: 35.1 });
  const { id, lead, b, seatA, seatB } = all;
  assert.equal((await seatA.act('danger'))['ok'], true);
  await seatA.until('it can be undone', () => seatA.view.danger !== null);
  assert.equal(seatB.view.danger, null, 'the other side is not told');
  assert.equal((await seatA.act('undo_danger'))['ok'], true);
  await seatA.until('it is undone', () => seatA.view.danger === null);
  assert.equal((await seatA.act('undo_danger'))['code'], 'too_late');
  const codes = new Set<string>();
  for (let round = 0; round < 20 && !codes.has('too_often'); round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => b.act('hand', { up: 'perhaps' })));
    for (const { body } of answers) codes.add(body.error.code);
  }
  assert.deepEqual([...codes], ['bad_act', 'too_often']);
  assert.equal((await seatB.act('danger'))['ok'], true, 'help is never too often');
  await lead.until('who leads sees who calls', () => lead.view.dangers?.length === 1);
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  await seatB.until('the server is gone before the 5 s are over', () => seatB.closed);
  await until('it is back', () => host.request('GET', `/${id}`).then(({ status }) => status === 200, () => false));
  const operator = await Person.login(stack, 'operator');
  const alert = await until('it is an alert', async () => (await operator.json<{ alerts: any[] }>('/api/v1/alerts?state=open')).alerts.find((one) => one.title.startsWith('调解室求助')));
  assert.deepEqual([alert.priority, alert.title, alert.lon], [1, '调解室求助：石桥村围墙边界', 118.4]);
  b.url = stack.url; // the outer port is another one now
  const again = { host: await until('who leads is back', () => host.connect(id).catch(() => null)), b: await until('who called is back', () => b.connect().catch(() => null)) };
  await again.b.until('who called reads that it was told', () => again.b.view.danger === null && Number(again.b.view.helped_us) > 0);
  assert.deepEqual((again.host.view.dangers ?? []).map((one) => [one.seat, one.told]), [[b.seat, true]], 'and who leads');
  assert.equal((await again.b.act('danger'))['ok'], true, 'help can be called again');
  await again.host.until('that too', () => again.host.view.dangers?.length === 2 && again.host.view.dangers.at(-1)!.told === false);
  assert.equal((await again.b.act('undo_danger'))['ok'], true);
  for (const one of Object.values(again)) one.close();
  await ok(host.act(id, 'end'));
});

test('the shipped words are as their schema says', () => {
  const read = (name: string): any => JSON.parse(readFileSync(resolve(import.meta.dirname, '../../config', name), 'utf8'));
  const validate = new Ajv2020({ allErrors: true }).compile(read('mediation.schema.json'));
  assert.ok(validate(read('mediation.json')), JSON.stringify(validate.errors));
});
