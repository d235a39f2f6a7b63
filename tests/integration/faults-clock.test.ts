// The machine's clock is set while the town runs, for all programs of ours at once (libfaketime): nobody is thrown out, no
// camera is called stale or down for it, and ages are right again at once.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person } from '../lib/client.ts';
import { order } from '../lib/simulator.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { followLive, Witnesses, type Followed } from '../lib/watch.ts';

const cameras = 12;
const rate = 12.5;
const dir = mkdtempSync(join(tmpdir(), 'townwall-clock-'));
const clock = join(dir, 'clock');
let stack: Stack;
let operator: Person;
let followed: Followed;

/** Sets the wall clock of the programs so many seconds off; the monotonic one goes on as it did. */
const set = (seconds: number): void => writeFileSync(clock, `${seconds < 0 ? '' : '+'}${seconds}s\n`);

before(async () => {
  set(0);
  const env = {
    LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1', FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_RESET: '1', NO_FAKE_STAT: '1',
  };
  stack = await startSmallStack({ cameras, rate, simulatorArgs: ['--gop', '12'], env: { townwalld: env, 'townwall-media': env } });
  operator = await Person.login(stack, 'operator');
  await operator.giveReason();
  followed = await followLive(operator);
});
after(async () => {
  await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

const hour = 3600;
const steps: [what: string, seconds: number][] = [['three hours forward', 3 * hour], ['five hours back', -2 * hour], ['a month forward', 30 * 24 * hour], ['right again', 0]];

for (const [what, seconds] of steps) {
  test(`the clock is set: ${what}`, async () => {
    const { wall } = followed;
    const witnesses = new Witnesses(await operator.connect(), ['c0001', 'c0002', 'c0003'], rate);
    await witnesses.started();
    followed.forget();
    set(seconds);
    let pings = 0;
    await until('the programs see the clock that was set', async () => {
      const re = `${what} ${++pings}`;
      wall.send({ t: 'ping', re });
      const pong = await wall.message((message) => message.t === 'pong' && message.re === re);
      return Math.abs(Number(pong.now_us) / 1000 - (Date.now() + seconds * 1000)) < 60_000;
    });
    wall.thumbs.clear();
    wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
    const age = (wallUs: number): number => (wall.serverNowUs - wallUs) / 1e6;
    await wall.until('every tile is as old as it is', () => wall.thumbs.size === cameras &&
      [...wall.thumbs.values()].every((thumb) => age(thumb.wallUs) > -5 && age(thumb.wallUs) < 60));
    await witnesses.goOn(25);
    witnesses.assertWhole(Number((await order(stack, { cmd: 'stats' })).late_slots));
    witnesses.wall.close();
    assert.equal((await operator.request('GET', '/api/v1/cameras')).status, 200, 'the session holds');
    assert.equal(wall.closed, null, 'the page stays connected');
    assert.ok(!followed.ever((camera) => camera.state === 'down' || camera.state === 'stale'), 'no camera is called stale');
    assert.equal((await stack.get('/healthz')).status, 200);
    wall.send({ t: 'thumbs', cameras: [], why: 'mosaic' });
  });
}

test('a new login works with the clock set back, and a wrong password does not lock for hours', async () => {
  set(-2 * hour);
  const person = await Person.login(stack, 'leader');
  assert.equal((await person.request('GET', '/api/v1/cameras')).status, 200);
  const wrong = await new Person(stack.url).request('POST', '/api/v1/session', { login: 'leader', password: 'wrong password' });
  assert.equal(wrong.status, 401);
  followed.wall.close();
});
