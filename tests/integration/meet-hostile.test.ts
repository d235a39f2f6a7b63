// A hostile browser in a meeting: WebSocket and WebRTC code of its own that knows every id. While the mediator is with the other side,
// not one packet and not one message of there reaches it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json } from '../lib/client.ts';
import { Guest, Host } from '../lib/meet.ts';
import { PeerSeat } from '../lib/rtc-seat.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { changeStore, rowsOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let host: Host;
let a: Guest, b: Guest;
let words: any;
let meeting: { id: string; seats: any[] };
let lead: PeerSeat, ada: PeerSeat, hostile: PeerSeat;

const ok = async (answer: Promise<{ status: number; body: any }>): Promise<void> => {
  const { status, body } = await answer;
  assert.equal(status, 200, JSON.stringify(body));
};

before(async () => {
  stack = await startSmallStack({ cameras: 1, simulator: false });
  host = new Host(await Person.login(stack, 'mediator'));
  words = (await new Guest(stack.url).request('GET', '/words')).body;
  const at = (hours: number): string => String((Date.now() + hours * 3_600_000) * 1000);
  const made = await host.request('POST', '', {
    kind: 'mediation', title: '围墙', starts_us: at(0), ends_us: at(1), place: '镇调解室',
    seats: [{ role: 'party', side: 'a', name: '李小明' }, { role: 'party', side: 'b', name: '张文' }],
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  meeting = made.body.meeting;
  await ok(host.open(meeting.id));
  [a, b] = [new Guest(stack.url), new Guest(stack.url)];
  for (const [guest, seat] of [[a, meeting.seats[1]], [b, meeting.seats[2]]] as const) {
    await guest.enter(await host.invite(meeting.id, seat.id));
    await guest.prepare(words);
    await ok(host.act(meeting.id, 'identity', { seat: seat.id, how: 'known' }));
  }
  lead = new PeerSeat(stack.url, host.person.cookie, meeting.id, '--sound', '--picture');
  ada = new PeerSeat(stack.url, a.cookie, meeting.id, '--sound', '--picture');
  hostile = new PeerSeat(stack.url, b.cookie, meeting.id, '--sound', '--picture', '--keep');
  for (const seat of [lead, ada, hostile]) await until('it is there', () => { if (seat.faults.length) throw new Error(seat.faults.join('')); return seat.said.some((message) => message.t === 'snapshot'); });
  for (const seat of meeting.seats.slice(1)) await ok(host.act(meeting.id, 'admit', { seat: seat.id }));
}, { timeout: 120_000 });
after(async () => {
  for (const seat of [lead, ada, hostile]) await seat?.stop();
  await stopStack(stack);
});

/** A seat whose media did not begin says hello, as every browser does after it came into a room. */
async function hello(seat: PeerSeat): Promise<void> {
  await until('its stay', () => seat.numbers.gen > 0 || seat.said.some((message) => message.op === 'ice'));
}

test('in the joint room all three hear and see each other', async () => {
  for (const seat of [lead, ada, hostile]) await hello(seat);
  for (const seat of [lead, ada, hostile]) await seat.gets(120);
  const streams = (): number => Object.values(hostile.numbers.streams).filter((packets) => packets > 10).length;
  await until('two streams of each of the others', () => streams() === 4, 30_000).catch((error: unknown) => {
    throw new Error(`${String(error)} ${JSON.stringify(hostile.numbers)} ${hostile.faults.join('; ')} ${JSON.stringify(hostile.said.filter((message) => message.t === 'rtc').map(({ sdp, ...message }) => message))}`);
  });
});

test('with the other side in private: not one packet and not one message, whatever it sends', async () => {
  const oldGen = hostile.numbers.gen;
  const stays = (seat: PeerSeat): number[] => seat.said.filter((message) => message.op === 'ice').map((message) => Number(message.gen));
  await ok(host.act(meeting.id, 'private', { side: 'a' }));
  await until('both are in the private room', () => stays(lead).length > 1 && stays(ada).length > 1);
  await ada.gets(100);
  await lead.gets(100);
  const before = (await hostile.fresh()).rtp;
  const saidBefore = hostile.said.length;
  const [seatM, seatA, seatB] = meeting.seats.map((seat) => String(seat.id));
  const attempts: Json[] = [];
  for (const gen of ['GEN', oldGen, ...stays(lead), ...stays(ada)]) {
    attempts.push({ op: 'hello', gen }, { op: 'restart', gen, pc: 'recv' }, { op: 'answer', gen, n: 1, sdp: 'v=0\r\n' }, { op: 'answer', gen, n: 2, sdp: 'v=0\r\n' });
    for (const seat of [seatM, seatA]) {
      attempts.push({ op: 'layers', gen, seat, kind: 'camera', substream: 2 }, { op: 'trickle', gen, seat, pc: 'recv', candidate: null },
        { op: 'hello', gen, seat }, { op: 'publish', gen, seat, room: 'side:a', sdp: 'v=0\r\n', streams: [] });
    }
  }
  for (const one of attempts) hostile.send({ t: 'rtc', meeting: meeting.id, ...one } as Json);
  for (const raw of [
    { t: 'rtc', meeting: meeting.id, op: 'subscribe', gen: 'GEN', room: 'side:a', feed: 1, seat: seatA }, { t: 'rtc', janus: 'attach', plugin: 'janus.plugin.videoroom', transaction: 'x' },
    { t: 'sub', topic: `meeting:${meeting.id}:${seatA}`, re: 's1' }, { t: 'sub', topic: `meeting:${seatA}`, re: 's2' },
    { t: 'meet', re: 'm1', meeting: meeting.id, act: 'move', seat: seatB, room: 'side:a' }, { t: 'meet', re: 'm2', meeting: meeting.id, act: 'admit', seat: seatB, room: 'side:a' },
    { t: 'meet', re: 'm3', meeting: meeting.id, act: 'private', side: 'b' }, { t: 'meet', re: 'm4', meeting: meeting.id, act: 'joint' },
  ]) hostile.send(raw as Json);
  await until('all of it was answered', () => hostile.said.some((message) => message.re === 'm4'));
  await ada.gets(300);
  await lead.gets(300);
  const after = await hostile.fresh();
  assert.equal(after.rtp - before, 0, 'packets');
  const told = hostile.said.slice(saidBefore);
  assert.deepEqual(told.filter((message) => message.t === 'rtc' && (message.seat === seatA || message.seat === seatM || /side:a/.test(JSON.stringify(message)))), []);
  assert.deepEqual(told.filter((message) => message.op === 'offer' && message.streams.length > 0), [], 'offers only take away');
  assert.deepEqual(told.filter((message) => message.t === 'meet' && message.ok).map((message) => message.re), []);
  assert.ok(told.filter((message) => message.t === 'error').length > 0);
  assert.ok(!/side:a/.test(JSON.stringify(told)));
});

test('back in the joint room it hears them again', async () => {
  await ok(host.act(meeting.id, 'joint'));
  await hostile.gets(100);
  await ada.gets(100);
});

test('with the yes of all it is recorded, at the end it is one film with the record of the meeting', async () => {
  const state = (): string => (lead.said.findLast((message) => message.data?.recording)?.data.recording.state as string | undefined) ?? '';
  await ok(host.act(meeting.id, 'record', { on: true }));
  for (const guest of [a, b]) await ok(guest.act('consent', { kind: 'recording', answer: 'yes', version: words.consents.recording.version, language: 'zh' }));
  await until('it runs', () => state() === 'on');
  await hostile.gets(300);
  await ok(host.act(meeting.id, 'end'));
  const film = await until('the film', () => rowsOf<Json>(stack.path('townwall.db'), "SELECT details FROM meeting_event WHERE meeting = ? AND action = 'recorded'", meeting.id)[0]);
  const about = JSON.parse(String(film['details'])) as { sha256: string; attachment: string; seconds: number; tracks: { seat: string }[] };
  assert.deepEqual(new Set(about.tracks.map((track) => track.seat)), new Set(meeting.seats.map((seat) => String(seat.id))));
  assert.ok(about.seconds > 1);
  const [kept] = rowsOf<Json>(stack.path('townwall.db'), 'SELECT owner_kind, owner, sha256 FROM attachment WHERE id = ?', about.attachment);
  assert.deepEqual({ ...kept }, { owner_kind: 'meeting', owner: meeting.id, sha256: about.sha256 });
  const { recordings } = (await host.request('GET', `/${meeting.id}/recordings`)).body;
  assert.deepEqual(recordings.map((one: any) => [one.id, one.sha256, one.erased, one.tracks.length]), [[about.attachment, about.sha256, false, about.tracks.length]]);
  assert.ok(recordings[0].parts.length > 0, 'with its time line');
  const watched = await host.person.request('GET', `/api/v1/meetings/${meeting.id}/recordings/${about.attachment}?reason=${encodeURIComponent('核对笔录')}`);
  assert.equal(watched.headers.get('content-type'), 'video/mp4');
  assert.equal(createHash('sha256').update(Buffer.from(await watched.arrayBuffer())).digest('hex'), about.sha256);
  const looks = rowsOf<Json>(stack.path('townwall.db'), "SELECT user_id, details FROM meeting_event WHERE meeting = ? AND action = 'watch'", meeting.id);
  assert.deepEqual(looks.map((one) => [one['user_id'] !== null, JSON.parse(String(one['details']))]), [[true, { attachment: about.attachment, reason: '核对笔录' }]], 'each look is on record');
  for (const reason of ['', '?reason=%20', `?reason=${'x'.repeat(201)}`]) {
    const { status, body } = await host.request('GET', `/${meeting.id}/recordings/${about.attachment}${reason}`);
    assert.deepEqual([status, body.error.code], [400, 'reason_needed']);
  }
  const stranger = await Person.login(stack, 'operator');
  for (const path of ['', `/${about.attachment}`]) assert.equal((await stranger.request('GET', `/api/v1/meetings/${meeting.id}/recordings${path}`)).status, 404);
  assert.equal((await host.request('GET', `/${meeting.id}/recordings/none`)).status, 404);
  changeStore(stack.path('townwall.db'), `UPDATE attachment SET erased_us = 1, key_wrapped = NULL WHERE id = '${about.attachment}'`);
  assert.equal((await host.request('GET', `/${meeting.id}/recordings/${about.attachment}`)).status, 410, 'destroyed after its time');
  assert.equal((await host.request('GET', `/${meeting.id}/recordings`)).body.recordings[0].erased, true);
  await until('nothing unsealed is left', () => readdirSync(stack.path('recordings')).length === 0);
});
