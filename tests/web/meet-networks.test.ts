// A guest's page in a network of its own that is bad in one way after the other: no UDP (TURN over TCP, by a real coturn), then 300 kbit/s each way.
// Needs root.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stack } from '../../tools/supervise/stack.ts';
import { visit } from '../lib/browser.ts';
import { Person } from '../lib/client.ts';
import { Host } from '../lib/meet.ts';
import { Network, type Wire } from '../lib/network.ts';
import { clean, shoot } from '../lib/pages.ts';
import { startMediaBrowser } from '../lib/rtc-page.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { TurnServer } from '../lib/turnserver.ts';
import { until } from '../lib/wait.ts';

const HERE = '10.97.62.1', THERE = '10.97.62.2';
const net = new Network();
const dir = mkdtempSync(join(tmpdir(), 'townwall-networks-'));
let wire: Wire, turn: TurnServer, stack: Stack, near: Browser, far: Browser, host: Page, guest: Page;

/** Of the peer connections that a page has open; `large`: frames of its largest picture that went out. */
interface Media {
  heard: { samples: number; made: number; packets: number; lost: number }; width: number; frames: number; sentBytes: number; large: number; rttMs: number;
  relays: string[]; ways: number; failed: number;
}

/** What runs in a page before anything else: its peer connections are kept, to be looked at. */
function keep(): void {
  const page = window as unknown as { kept: RTCPeerConnection[]; RTCPeerConnection: typeof RTCPeerConnection; media(): Promise<Media> };
  const Native = page.RTCPeerConnection;
  page.kept = [];
  page.RTCPeerConnection = class extends Native {
    constructor(how?: RTCConfiguration) {
      super(how);
      page.kept.push(this);
    }
  };
  page.media = async () => {
    const all: Media = { heard: { samples: 0, made: 0, packets: 0, lost: 0 }, width: 0, frames: 0, sentBytes: 0, large: 0, rttMs: 0, relays: [], ways: 0, failed: page.kept.filter(({ connectionState }) => connectionState === 'failed').length };
    for (const pc of page.kept.filter(({ connectionState }) => connectionState !== 'closed')) {
      const stats = await pc.getStats();
      for (const one of stats.values()) {
        if (one.type === 'inbound-rtp' && one.kind === 'audio') all.heard = { samples: one.totalSamplesReceived ?? 0, made: one.concealedSamples ?? 0, packets: one.packetsReceived, lost: one.packetsLost };
        if (one.type === 'inbound-rtp' && one.kind === 'video') Object.assign(all, { width: one.frameWidth ?? 0, frames: one.framesDecoded ?? 0 });
        if (one.type === 'outbound-rtp' && one.rid === 'h') all.large = one.framesSent ?? 0;
        if (one.type !== 'transport' || !one.selectedCandidatePairId) continue;
        all.sentBytes += one.bytesSent;
        const pair = stats.get(one.selectedCandidatePairId);
        const local = stats.get(pair?.localCandidateId);
        all.ways++;
        all.rttMs = Math.max(all.rttMs, Math.round((pair?.currentRoundTripTime ?? 0) * 1000));
        if (local?.candidateType === 'relay') all.relays.push(local.relayProtocol);
      }
    }
    return all;
  };
}
const media = (page: Page): Promise<Media> => page.evaluate(() => (window as unknown as { media(): Promise<Media> }).media());

interface Voice { seconds: number; made: number; lost: number }
/** The voice that a page gets during the next seconds of it: shares that are made up, and lost on the way. */
async function voice(page: Page, seconds: number): Promise<Voice> {
  const first = await until('a voice is heard', async () => { const { heard } = await media(page); return heard.samples > 24_000 && heard; });
  const last = await until('it goes on', async () => { const { heard } = await media(page); return heard.samples >= first.samples + seconds * 48_000 && heard; });
  const samples = last.samples - first.samples, packets = last.packets - first.packets, lost = last.lost - first.lost;
  return { seconds, made: (last.made - first.made) / samples, lost: lost / (packets + lost) };
}
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const moves = async (page: Page): Promise<unknown> => {
  let { frames } = await media(page); // counted from 0 by a new connection
  return until('pictures move', async () => {
    const now = await media(page);
    frames = Math.min(frames, now.frames);
    return now.frames > frames + 10;
  });
};
/** Until the line is learned: two seconds of voice with little made up. Returned: how long that took, seconds. */
async function whole(page: Page): Promise<number> {
  const from = performance.now();
  await until('the voice is whole', async () => (await voice(page, 2)).made < 0.05);
  return (performance.now() - from) / 1000;
}
/** From the test of devices into the room. */
async function comeIn(): Promise<void> {
  await guest.click('[data-action=devices]');
  await guest.click('[data-action=devices-done]');
  await guest.waitForSelector('[data-test=room]');
}

before(async () => {
  const space = net.space('narrow');
  wire = await net.wire('', HERE, space, THERE);
  turn = await TurnServer.start(HERE, HERE);
  stack = await startSmallStack({
    cameras: 2, simulator: false, config: { server: { outside: { listen: HERE, port: 0 } }, rtc: { addresses: HERE, ice: [{ urls: turn.url, secret: turn.secret }] } },
  });
  const program = join(dir, 'chromium');
  writeFileSync(program, `#!/bin/sh\nexec ${net.enter(space).join(' ')} /usr/bin/chromium "$@"\n`);
  chmodSync(program, 0o755);
  [near, far] = await Promise.all([startMediaBrowser(), startMediaBrowser([], program)]);
  const leader = new Host(await Person.login(stack, 'mediator'));
  const now = Date.now() * 1000;
  const made = await leader.request('POST', '', { kind: 'talk', title: '渔塘会商', starts_us: String(now), ends_us: String(now + 3_600_000_000), seats: [{ role: 'official', name: '村主任' }] });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id, seats } = made.body.meeting;
  const link = await leader.invite(id, seats[1].id);
  assert.equal((await leader.act(id, 'open')).status, 200);
  host = (await visit(near, stack, 'mediator', { width: 1440, height: 900 })).page;
  await host.addInitScript(keep);
  await host.goto(`${stack.url}/meetings/${id}`);
  const context = await far.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', hasTouch: true, isMobile: true, reducedMotion: 'reduce', ignoreHTTPSErrors: true });
  guest = await context.newPage();
  for (const page of [host, guest]) page.setDefaultTimeout(60_000);
  await guest.addInitScript(keep);
  await wire.shape({ udp: false });
  await guest.goto(link);
  await guest.waitForSelector('[data-action=devices]');
  assert.equal((await leader.act(id, 'admit', { seat: seats[1].id })).status, 200);
}, { timeout: 240_000 });
after(async () => {
  await Promise.all([near?.close(), far?.close()]);
  if (stack) await stopStack(stack);
  await turn?.end();
  await net.end();
  rmSync(dir, { recursive: true, force: true });
});

test('where no UDP passes, a guest comes in by TURN over TCP, hears and is heard', async () => {
  await comeIn();
  const from = performance.now();
  await until('by a relay', async () => (await media(guest)).relays.length === 2);
  const took = (performance.now() - from) / 1000;
  for (const page of [host, guest]) await moves(page);
  const [down, up] = await Promise.all([voice(guest, 5), voice(host, 5)]);
  console.log(`# by TURN over TCP: there after ${took.toFixed(1)} s; made up: heard there ${percent(down.made)}, heard here ${percent(up.made)}`);
  for (const { made } of [down, up]) assert.ok(made < 0.2, `made up: ${made}`);
  const { relays, ways } = await media(guest);
  assert.deepEqual([relays, ways], [['tcp', 'tcp'], 2]);
  assert.equal(await guest.locator('[data-test=media-blocked]').count(), 0);
});

test('turnserver takes a login of now, none that is over or made with another secret, and leads to Janus alone', async () => {
  /** What a browser is given for a login: relays, codes of refusals (701: an address that leads there by no way). */
  const ask = (server: RTCIceServer): Promise<string> => guest.evaluate((one) => new Promise<string>((done) => {
    const pc = new RTCPeerConnection({ iceServers: [one], iceTransportPolicy: 'relay' });
    const given = new Set<string>();
    pc.onicecandidate = ({ candidate }) => {
      if (candidate) given.add(candidate.type ?? '');
      else done([...given].join());
    };
    pc.onicecandidateerror = ({ errorCode }) => { if (errorCode !== 701) given.add(String(errorCode)); };
    pc.createDataChannel('x');
    void pc.setLocalDescription();
  }), server);
  const now = Date.now() / 1000;
  assert.equal(await ask(turn.login(now + 3600)), 'relay');
  assert.equal(await ask(turn.login(now - 10)), '401');
  assert.equal(await ask(turn.login(now + 3600, 'another')), '401');
  assert.match(turn.ask(THERE), /403 \(Forbidden IP\)/);
  assert.equal(await turn.bindOverTls(), 0x0101);
});

test('without TURN the page says that the network lets nothing through, until it does', async () => {
  await turn.stop();
  await guest.reload();
  await comeIn();
  await guest.waitForSelector('[data-test=media-blocked]:has-text("网络不让声音画面通过")');
  await shoot(guest, 'meet-blocked');
  await clean(guest, 'a network that lets no media through');
  await turn.start();
  await guest.waitForSelector('[data-test=media-blocked]', { state: 'detached' });
  await moves(guest);
  await voice(guest, 1);
});

test('a network that is cut whole: who was cut is back in the same seat by itself, with pictures and voices both ways, and was away meanwhile', async () => {
  await wire.mend();
  await guest.reload();
  await comeIn();
  for (const page of [host, guest]) await moves(page);
  const theirs = '[data-seat]:has(video:not(.self))';
  const seat = await host.getAttribute(theirs, 'data-seat');
  for (const long of [false, true]) {
    await wire.cut();
    await guest.waitForSelector('[data-test=guest][data-up=false]');
    await host.waitForSelector(`${theirs}[data-here=lost]`);
    if (long) await until('its connections have failed', async () => (await media(guest)).failed === 2);
    await shoot(guest, `meet-cut${long ? '-long' : ''}`);
    await clean(guest, 'a network that is cut');
    await wire.mend();
    const from = performance.now();
    await host.waitForSelector(`${theirs}[data-here=on]`);
    const here = (performance.now() - from) / 1000;
    await Promise.all([moves(guest), moves(host)]);
    const took = (performance.now() - from) / 1000;
    const [down, up] = await Promise.all([voice(guest, 3), voice(host, 3)]);
    console.log(`# cut whole${long ? ' until its connections failed' : ''} and mended: here after ${here.toFixed(1)} s, pictures both ways after ${took.toFixed(1)} s; then made up: heard there ${percent(down.made)}, heard here ${percent(up.made)}`);
    for (const { made } of [down, up]) assert.ok(made < 0.2, `made up: ${made}`);
    assert.equal(await host.getAttribute(theirs, 'data-seat'), seat, 'the same seat');
  }
});

test('at 300 kbit/s each way voices and pictures go on both ways, small ones on it; large ones when the line is wide again', async () => {
  await wire.shape({ kbits: 300, queueMs: 400, delayMs: 20 });
  await guest.reload();
  await comeIn();
  await Promise.all([moves(guest), moves(host)]);
  const [from, fromMs] = [(await media(guest)).sentBytes, performance.now()];
  const [down, up] = await Promise.all([voice(guest, 12), voice(host, 12)]); // a larger size is tried in it
  const kbits = ((await media(guest)).sentBytes - from) * 8 / (performance.now() - fromMs);
  console.log(`# 300 kbit/s, made up: heard there ${percent(down.made)} (lost ${percent(down.lost)}), heard here ${percent(up.made)} (lost ${percent(up.lost)}); sent ${kbits.toFixed(0)} kbit/s`);
  for (const { made } of [down, up]) assert.ok(made < 0.3, `made up: ${made}`);
  assert.ok(kbits < 300, `sent: ${kbits}`);
  // of the sizes that one fits which those who send have the processor for: nothing waits long on the line
  const fits = await until('pictures that fit', async () => { const now = await media(guest); return now.rttMs < 250 && now; });
  console.log(`# pictures ${fits.width} wide, ${fits.rttMs} ms there and back`);
  await Promise.all([moves(guest), moves(host)]);
  await wire.mend();
  await guest.waitForSelector('[data-test=grid][data-size="2"]', { timeout: 150_000 });
  const { large } = await media(guest);
  await until('large pictures go out', async () => (await media(guest)).large > large + 10);
});

test('a line too narrow for pictures carries the voice alone, and the page says so', async () => {
  await wire.shape({ kbits: 100, queueMs: 400, delayMs: 20 });
  await guest.waitForSelector('[data-test=grid][data-size="-1"]');
  await guest.waitForSelector('[data-seat] :text("网络太慢，只传声音")');
  const took = await Promise.all([whole(guest), whole(host)]);
  const [down, up] = await Promise.all([voice(guest, 5), voice(host, 5)]);
  console.log(`# 100 kbit/s after a wide line: whole after ${took.map((s) => s.toFixed(0)).join(' and ')} s; then made up: heard there ${percent(down.made)} (lost ${percent(down.lost)}), heard here ${percent(up.made)} (lost ${percent(up.lost)})`);
  for (const { made } of [down, up]) assert.ok(made < 0.2, `made up: ${made}`);
  await shoot(guest, 'meet-voice-only');
});
