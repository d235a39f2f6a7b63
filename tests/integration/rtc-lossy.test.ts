// A real Chromium behind a line that loses 5 % of all packets and is 100 ms long each way (a namespace of its own): it comes in, hears and is heard, with
// how much of the sound had to be made up. Needs root.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { Network, type Wire } from '../lib/network.ts';
import { all, Desk } from '../lib/rtc-desk.ts';
import { Seat, startMediaBrowser, type Track } from '../lib/rtc-page.ts';
import { until } from '../lib/wait.ts';

const HERE = '10.97.61.1', THERE = '10.97.61.2';
const net = new Network();
const dir = mkdtempSync(join(tmpdir(), 'townwall-lossy-'));
let wire: Wire, desk: Desk, site: Server, near: Browser, far: Browser, ada: Seat, ben: Seat;

before(async () => {
  const space = net.space('far');
  wire = await net.wire('', HERE, space, THERE);
  desk = new Desk({ addresses: HERE });
  site = createServer((_request, answer) => { answer.setHeader('Content-Type', 'text/html'); answer.end('<!doctype html><title>seat</title>'); });
  await new Promise<void>((done) => site.listen(0, HERE, done));
  const url = `http://${HERE}:${(site.address() as AddressInfo).port}/`;
  const program = join(dir, 'chromium');
  writeFileSync(program, `#!/bin/sh\nexec ${net.enter(space).join(' ')} /usr/bin/chromium "$@"\n`);
  chmodSync(program, 0o755);
  const trusted = `--unsafely-treat-insecure-origin-as-secure=${url.slice(0, -1)}`;
  [near, far] = await Promise.all([startMediaBrowser([trusted]), startMediaBrowser([trusted], program)]);
  await desk.ready();
  ada = await Seat.open(near, url, desk, 'a1');
  ben = await Seat.open(far, url, desk, 'b1');
}, { timeout: 180_000 });
after(async () => {
  await Promise.all([near?.close(), far?.close()]);
  site?.close();
  await desk?.stop();
  await net.end();
  rmSync(dir, { recursive: true, force: true });
});

/** The sound of `of` that `who` got during the next `seconds` of it. */
async function hears(who: Seat, of: Seat, seconds: number): Promise<{ made: number; lost: number }> {
  const first = await until(`${who.id} hears ${of.id}`, async () => {
    const track = await who.track(of.id, 'mic');
    return track && track.samples > 48_000 && track;
  }) as Track;
  const last = await until('it goes on', async () => {
    const track = await who.track(of.id, 'mic');
    return track && track.samples >= first.samples + seconds * 48_000 && track;
  }) as Track;
  return { made: (last.concealed - first.concealed) / (last.samples - first.samples), lost: (last.lost - first.lost) / (last.packets - first.packets) };
}

test('5 % lost and 100 ms each way: both come in, hear each other, and little of it is made up', async () => {
  await wire.shape({ delayMs: 100, loss: 0.05 });
  for (const seat of [ada, ben]) desk.do('join', { meeting: '7', seat: seat.id, room: 'joint', may: all });
  const [down, up] = await Promise.all([hears(ben, ada, 20), hears(ada, ben, 20)]);
  console.log(`# made up: heard there ${(100 * down.made).toFixed(1)} % (lost ${(100 * down.lost).toFixed(1)} %), heard here ${(100 * up.made).toFixed(1)} % (lost ${(100 * up.lost).toFixed(1)} %)`);
  assert.ok(down.lost > 0.01 && down.lost < 0.12, 'the line loses what it should');
  for (const { made } of [down, up]) assert.ok(made < 0.1, `of what is heard, made up: ${made}`);
});

test('a line so bad that pictures stop still carries the voice, and pictures come back with the line', async () => {
  await wire.shape({ delayMs: 100, loss: 0.25 });
  await until('there are fewer pictures of Ada', async () => (await ben.look()).said.some((message) => message.op === 'slow'));
  const bad = await hears(ben, ada, 10);
  console.log(`# at 25 % loss made up: ${(100 * bad.made).toFixed(1)} %`);
  assert.ok(bad.made < 0.45, `made up: ${bad.made}`);
  await wire.mend();
  const from = (await ben.track('a1', 'camera'))?.frames ?? 0;
  await until('pictures move again', async () => ((await ben.track('a1', 'camera'))?.frames ?? 0) > from + 20);
});
