// Sound and pictures between real browsers over a real Janus: rooms, muting, layers, moving, Janus gone and back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Server } from 'node:http';
import { all, Desk, none } from '../lib/rtc-desk.ts';
import { emptySite, Seat, startMediaBrowser } from '../lib/rtc-page.ts';
import { until } from '../lib/wait.ts';

let desk: Desk;
let browser: Browser;
let site: { server: Server; url: string };
let mediator: Seat, ada: Seat, ben: Seat;

before(async () => {
  desk = new Desk();
  [browser, site] = await Promise.all([startMediaBrowser(), emptySite()]);
  await desk.ready();
  mediator = await Seat.open(browser, site.url, desk, 'm1');
  ada = await Seat.open(browser, site.url, desk, 'a1');
  ben = await Seat.open(browser, site.url, desk, 'b1', ['mic', 'camera', 'screen']);
});
after(async () => {
  await browser?.close();
  site?.server.close();
  await desk?.stop();
});

const join = (seat: Seat, room = 'joint', may = all): void => desk.do('join', { meeting: '7', seat: seat.id, room, may });
const move = (seat: Seat, room: string, may = all): void => desk.do('move', { seat: seat.id, room, may });

/** The largest size of cameras that the server lets through to that browser; below 0: none, as a starved machine loses packets like a narrow line. */
const sizeOf = async (who: Seat): Promise<number> => Number((await who.look()).said.findLast((message) => message.op === 'size')?.size ?? 2);

/** `who` gets new packets of `kind` of `of`, from now on; of a camera that gave way to sound at least its line. */
async function gets(who: Seat, of: Seat, kind: string): Promise<void> {
  let from: number | null = null;
  await until(`${who.id} gets ${kind} of ${of.id}`, async () => {
    const track = await who.track(of.id, kind);
    if (!track) return false;
    from ??= track.packets;
    return (track.packets > from + 5 && (kind === 'mic' || track.frames > 2)) || (kind === 'camera' && (await sizeOf(who)) < 0);
  }).catch(async (error: unknown) => {
    const { gen, answered, tracks, said } = await who.look();
    throw new Error(`${String(error)}: ${JSON.stringify({ gen, answered, tracks, said: said.slice(-12) })}`);
  });
}

test('those in a room see and hear each other, a shared screen too', async () => {
  for (const seat of [mediator, ada, ben]) join(seat);
  for (const who of [mediator, ada, ben]) {
    for (const other of [mediator, ada, ben]) {
      if (who === other) continue;
      await gets(who, other, 'mic');
      await gets(who, other, 'camera');
    }
  }
  await gets(ada, ben, 'screen');
  const stats = await desk.stats();
  assert.deepEqual([stats.rooms, stats.seats, stats.sending, stats.receiving], [1, 3, 3, 3]);
  assert.ok((await ada.look()).said.every((message) => message.op !== 'fault'));
});

test('who speaks is told', async () => {
  await until('speaking', async () => (await ada.look()).said.some((message) => message.op === 'speaking' && message.seat === 'b1' && message.on === true));
});

test('a muted voice does not pass, whatever its browser sends; pictures go on', async () => {
  desk.do('allow', { seat: 'b1', may: { ...all, talk: false } });
  await until('he is told', async () => (await ben.look()).said.some((message) => message.op === 'may' && (message.may as { talk: boolean }).talk === false));
  const packets = async (): Promise<[number, number, number]> => [(await ada.track('b1', 'mic'))?.packets ?? -1, (await ada.track('b1', 'camera'))?.packets ?? -1, (await ben.look()).sentPackets];
  await gets(ada, ben, 'camera'); // what was on its way has come
  const [mic, camera, sent] = await packets();
  await until('he sends and is seen', async () => { const now = await packets(); return now[2] > sent + 100 && now[1] > camera + 20; });
  assert.equal((await packets())[0], mic);
  desk.do('allow', { seat: 'b1', may: all });
  await gets(ada, ben, 'mic');
});

test('a browser gets the size of a picture that it wants', async () => {
  const width = async (): Promise<number> => (await ada.track('b1', 'camera'))?.width ?? 0;
  const { gen } = await ada.look();
  await ada.say('layers', { gen, seat: 'b1', kind: 'camera', substream: 0 });
  await until('the small one', async () => (await width()) === 320);
  await ada.say('layers', { gen, seat: 'b1', kind: 'camera', on: false });
  let before = -1;
  await until('no picture', async () => {
    const now = (await ada.track('b1', 'camera'))?.packets ?? 0;
    const still = now === before;
    before = now;
    return still;
  });
  await gets(ada, ben, 'mic');
  await ada.say('layers', { gen, seat: 'b1', kind: 'camera', substream: 1 });
  await until('the large one', async () => (await width()) === 640);
});

test('who is moved is heard in the new room alone, and comes back', async () => {
  move(ben, 'side:b');
  move(mediator, 'side:b');
  await gets(mediator, ben, 'camera');
  await gets(ben, mediator, 'mic');
  await until('ada has nobody', async () => (await ada.look()).tracks.length === 0);
  await until('two rooms', async () => (await desk.stats()).rooms === 2);
  await until('the mediator has ben alone', async () => { const { tracks } = await mediator.look(); return tracks.length > 0 && tracks.every((track) => track.seat === 'b1'); });
  move(mediator, 'joint');
  await gets(ada, mediator, 'camera');
  await until('ben is alone', async () => (await ben.look()).tracks.length === 0);
  move(ben, 'joint');
  await gets(ada, ben, 'mic');
  await gets(ben, ada, 'camera');
  await until('one room', async () => (await desk.stats()).rooms === 1);
});

test('an observer sees and hears, and is refused when it would send', async () => {
  const observer = await Seat.open(browser, site.url, desk, 'o1');
  join(observer, 'joint', none);
  await until('refused', () => desk.last('refused', { seat: 'o1', code: 'no_right' }));
  await gets(observer, ada, 'camera');
  assert.equal((await observer.look()).answered, false);
  desk.do('leave', { seat: 'o1' });
  await until('it is out', async () => (await observer.look()).said.some((message) => message.op === 'gone' && message.why === 'left'));
  await observer.page.context().close();
});

test('a message that is not of the contract does not reach Janus', async () => {
  const { gen } = await ada.look();
  for (const bad of [{ op: 'publish', sdp: 'v=0\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n', streams: [] }, { op: 'layers', seat: 'b1', kind: 'mic', substream: 0 }, { op: 'destroy' }]) {
    const before = desk.told.filter((line) => line.tell === 'refused').length;
    await ada.say(bad.op, { ...bad, gen });
    await until(`${bad.op} refused`, () => desk.told.filter((line) => line.tell === 'refused' && line.code === 'bad_message').length > 0 && desk.told.filter((line) => line.tell === 'refused').length > before);
  }
});

test('a browser that begins anew is in its seat again', async () => {
  const { gen } = await ben.look();
  await ben.say('hello', { gen: 0 });
  await until('a new stay', async () => (await ben.look()).gen > gen);
  await gets(ada, ben, 'camera');
  await gets(ben, ada, 'mic');
});

/** ben begins anew; what he says is held back until `then` has run. */
async function meanwhile(who: Seat, op: string, then: (held: ReturnType<Seat['hold']>) => Promise<void>): Promise<void> {
  const held = who.hold(op);
  const { gen } = await ben.look();
  await ben.say('hello', { gen: 0 });
  await until('a new stay', async () => (await ben.look()).gen > gen);
  await then(held);
  held.release();
}

test('who offers twice before anything of theirs comes is seen and heard by all', async () => {
  await meanwhile(ben, 'answer', async ({ messages }) => {
    await until('an answer', () => messages.length === 1);
    await ben.offerAgain();
    await until('another', () => messages.length === 2);
    messages.pop(); // the page has made one offer
  });
  for (const who of [mediator, ada]) for (const kind of ['mic', 'camera', 'screen']) await gets(who, ben, kind);
});

test('a restart that is asked for while an offer is open holds up nothing', async () => {
  const { gen } = await ada.look();
  await meanwhile(ada, 'offer', async ({ messages }) => {
    await until('an offer', () => messages.length > 0);
    await ada.say('restart', { gen });
  });
  for (const kind of ['mic', 'camera', 'screen']) await gets(ada, ben, kind);
  await until('with new candidates', async () => (await ada.look()).said.filter((message) => message.op === 'offer' && message.gen === gen).length > 1);
  await ben.say('hello', { gen: 0 });
  await gets(ada, ben, 'camera');
});

test('an offer that no browser answers is given up for another connection', async () => {
  await meanwhile(ada, 'offer', async ({ messages }) => {
    await until('another connection', () => new Set(messages.map(({ link }) => link)).size > 1);
    messages.splice(0, messages.length - 1);
  });
  for (const other of [ben, mediator]) for (const kind of ['mic', 'camera']) await gets(ada, other, kind);
});

test('who sends no more without a word begins anew', async () => {
  const { gen } = await ben.look();
  await ben.closeSend();
  await until('a new stay', async () => (await ben.look()).gen > gen);
  for (const kind of ['mic', 'camera', 'screen']) await gets(ada, ben, kind);
});

test('Janus gone: everybody is told; back and asked anew, all see each other again', async () => {
  const before = (await ada.look()).said.length;
  process.kill(desk.janus?.pid ?? 0, 'SIGKILL');
  await until('it is told', () => desk.last('state')?.ready === false);
  await until('browsers too', async () => (await ada.look()).said.slice(before).some((message) => message.op === 'gone' && message.why === 'media_away'));
  await desk.ready();
  for (const seat of [mediator, ada, ben]) join(seat);
  await gets(ada, ben, 'camera');
  await gets(ben, ada, 'camera');
  await gets(mediator, ada, 'mic');
});

test('the end of a meeting leaves nothing', async () => {
  desk.do('close', { meeting: '7' });
  await until('nothing is left', async () => { const stats = await desk.stats(); return stats.rooms === 0 && stats.seats === 0 && stats.receiving === 0; });
  await until('browsers are told', async () => (await ada.look()).said.at(-1)?.why === 'left');
});
