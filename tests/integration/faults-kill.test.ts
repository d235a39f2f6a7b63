// Every set of programs killed at once, under the supervisor that people run: the wall is whole again each time,
// an open page misses no change, and what was answered 200 before the kill is there afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json } from '../lib/client.ts';
import { holds, pidOf, type Holds } from '../lib/process.ts';
import { Resuming } from '../lib/resuming.ts';
import { order } from '../lib/simulator.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { Witnesses } from '../lib/watch.ts';

const cameras = 16;
const rate = 12.5;
const programs = ['townwall-media', 'townwalld', 'redis', 'simcams'] as const;
/** Each of the 15 sets that are not empty. */
const sets = Array.from({ length: 15 }, (_, i) => programs.filter((_, bit) => ((i + 1) >> bit) & 1));

let stack: Stack;
let admin: Person;
let page: Resuming;
const first = new Map<string, Holds>();

const everyLive = (followed: { cameras: { state: string }[] }): boolean =>
  followed.cameras.length === cameras && followed.cameras.every((camera) => camera.state === 'live');

before(async () => {
  stack = await startSmallStack({ cameras, rate, longestDelayMs: 400, simulatorArgs: ['--gop', '12'], config: { media: { backoff_min_s: 0.5, backoff_max_s: 1 } } });
  admin = await Person.login(stack, 'admin');
  const operator = await Person.login(stack, 'operator');
  await operator.giveReason();
  page = await Resuming.open(operator);
  await page.shows('a whole wall', everyLive);
  for (const program of programs) first.set(program, holds(pidOf(stack, program)));
});
after(() => stopStack(stack));

async function rename(id: string, name: string): Promise<void> {
  const now = await admin.json<Json>(`/api/v1/cameras/${id}`);
  const answer = await admin.request('PUT', `/api/v1/cameras/${id}`, { ...now, name });
  assert.equal(answer.status, 200);
}

function kill(set: readonly string[]): void {
  for (const pid of set.map((program) => pidOf(stack, program))) process.kill(pid, 'SIGKILL');
}

/** The supervisor has started each of them again. */
async function restarted(set: readonly string[], killed: Map<string, number>): Promise<void> {
  await until(`${set.join(', ')} run again`, () =>
    set.every((program) => (stack.children.get(program)?.pid ?? killed.get(program)) !== killed.get(program)));
}

async function metric(name: string): Promise<number> {
  const { body } = await stack.get('/metrics');
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)`, 'm').exec(body)?.[1] ?? NaN);
}

for (const [i, set] of sets.entries()) {
  test(`${set.join(', ')} killed at once`, async () => {
    const id = `c${String(i + 1).padStart(4, '0')}`;
    const name = `改名 ${i + 1}`;
    const killed = new Map(set.map((program) => [program, pidOf(stack, program)]));
    const { connections } = page;
    await rename(id, name);
    page.followed.forget();
    kill(set);
    await restarted(set, killed);
    // the page notices: it is cut off, or cameras lose their pictures
    if (set.includes('townwalld')) await page.shows('that it connected anew', () => page.connections > connections);
    else if (!set.every((program) => program === 'redis')) await page.shows('that cameras are away', (followed) => followed.ever((camera) => camera.state !== 'live'));
    await page.shows(`${id} as ${name} and every camera live`, (followed) => everyLive(followed) && followed.get(id)?.name === name);
    await until('Redis has every change', async () => (await metric('townwall_redis_up')) === 1 && (await metric('townwall_bus_behind_changes')) === 0);
    assert.equal((await stack.get('/healthz')).status, 200);
  });
}

test('every change of before is there, once', async () => {
  const { cameras: list } = await admin.json<{ cameras: { id: string; name: string }[] }>('/api/v1/cameras');
  for (let i = 1; i <= sets.length; i++) assert.equal(list.find((camera) => camera.id === `c${String(i).padStart(4, '0')}`)?.name, `改名 ${i}`);
  assert.equal(list.length, cameras);
});

test('Redis being away costs a viewer no picture', async () => {
  const witnesses = new Witnesses(await page.person.connect(), ['c0001', 'c0002', 'c0003'], rate);
  await witnesses.started();
  kill(['redis']);
  await witnesses.goOn(40);
  witnesses.assertWhole(Number((await order(stack, { cmd: 'stats' })).late_slots));
  witnesses.wall.close();
});

test('nothing is held longer than the program needs it', async () => {
  await page.shows('a whole wall', everyLive);
  for (const program of ['townwalld', 'townwall-media']) {
    const [was, is] = [first.get(program), holds(pidOf(stack, program))];
    assert.ok(was);
    assert.ok(is.descriptors <= was.descriptors + 16, `${program}: ${was.descriptors} descriptors, now ${is.descriptors}`);
    assert.ok(is.residentMb <= was.residentMb * 1.5 + 30, `${program}: ${was.residentMb} MB, now ${is.residentMb}`);
    assert.ok(is.threads <= was.threads + 8, `${program}: ${was.threads} threads, now ${is.threads}`);
  }
  page.close();
});
