// Programs are killed while events pour in, at random instants and between any two steps of an event's way. Afterwards
// each event that was answered 202 is there once, and every browser's list is that of the store.
//
// TW_ROUNDS rounds (20), drawn by TW_SEED (1); `tools/test --long no_loss` does 200.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { randomOf } from '../../tools/benches/common/random.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, allTaken, assertAccounted, openAlerts } from '../lib/account.ts';
import { AlertList } from '../lib/alert-list.ts';
import { Person } from '../lib/client.ts';
import { idOf } from '../lib/feeder.ts';
import { Feeding } from '../lib/feeding.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack, stopStack } from '../lib/stack.ts';
import { refuse } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

const rounds = Number(process.env.TW_ROUNDS ?? 20);
const random = randomOf(Number(process.env.TW_SEED ?? 1));
// in the order of an event's way
const failpoints = ['intake.added', 'events.read', 'alerts.taken', 'alerts.write', 'alerts.committed', 'alerts.told', 'events.acknowledge', 'events.acknowledged', 'bus.published'];
const victims = [['townwalld'], ['redis'], ['feeder'], ['townwalld', 'redis'], ['townwalld', 'feeder'], ['redis', 'feeder'], ['townwalld', 'redis', 'feeder']];
const poisons = 7;
/** Answered 202 as any other, but the store refuses it; no number that the feeder repeats. */
const refused = idOf(130);

let stack: Stack;
let feeding: Feeding;
let lists: AlertList[];

const draw = (most: number): number => Math.floor(random() * most);

function redis(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('redis-cli', ['-s', stack.path('redis.sock'), ...words], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

before(async () => {
  stack = await startSmallStack({ cameras: 4, simulator: false, longestDelayMs: 200, config: { server: { max_clients: 50 } } });
  const operator = await Person.login(stack, 'operator');
  refuse(stack.path('townwall.db'), 'event', `NEW.id = '${refused}'`, 'no such luck');
  lists = [await AlertList.open(operator), await AlertList.open(operator)];
  feeding = new Feeding(stack, 'killed');
  feeding.start();
  await feeding.goesOn(100);
});
after(async () => {
  for (const list of lists) list.close();
  await feeding.stop();
  await endStack(stack);
  await stopStack(stack).catch(() => undefined); // that programs fell is what was asked for
});

async function answers(): Promise<void> {
  await until('the server answers', async () => (await stack.get('/healthz')).status === 200);
}

/** The supervisor has started it again. */
async function anew(program: string, was: number): Promise<void> {
  await until(`${program} runs again`, () => (stack.children.get(program)?.pid ?? was) !== was);
}

/** A killed server's lease of the correlator runs for six seconds; the fence is what protects, so that nobody waits. */
function endLease(...more: string[]): void {
  spawnSync('redis-cli', ['-s', stack.path('redis.sock'), 'DEL', 'tw:events:lease', ...more]);
}

async function killAtRandom(set: readonly string[]): Promise<void> {
  await pause(draw(400));
  const pids = new Map(set.filter((name) => name !== 'feeder').map((name) => [name, pidOf(stack, name)]));
  for (const pid of pids.values()) process.kill(pid, 'SIGKILL');
  if (set.includes('feeder')) await feeding.kill();
  for (const [name, pid] of pids) await anew(name, pid);
  if (set.includes('feeder')) feeding.start();
}

async function killAt(failpoint: string): Promise<void> {
  const { program } = stack.children.get('townwalld')!;
  const usual = program.env;
  const first = pidOf(stack, 'townwalld');
  program.env = { ...usual, TW_FAILPOINT: `${failpoint}:${1 + draw(12)}` };
  process.kill(first, 'SIGKILL');
  await anew('townwalld', first);
  program.env = usual; // the next one goes on
  endLease('tw:changes:lease');
  const armed = pidOf(stack, 'townwalld');
  await anew('townwalld', armed);
}

for (let round = 1; round <= rounds; round++) {
  const failpoint = round % 2 === 0 ? failpoints[(round / 2 - 1) % failpoints.length]! : null;
  const set = failpoint === null ? victims[draw(victims.length)]! : [];
  test(`round ${round}: ${failpoint === null ? `${set.join(', ')} killed` : `ends itself at ${failpoint}`}`, async () => {
    if (round % 3 === 1 && round / 3 < poisons) await until('a bad entry is in the stream', () => addPoison(round));
    if (failpoint === null) await killAtRandom(set);
    else await killAt(failpoint);
    await answers();
    if (round % 4) endLease();
    await feeding.goesOn(60);
  });
}

/** Something that no feed of ours would add. Redis may just be on its way up. */
function addPoison(round: number): boolean {
  return spawnSync('redis-cli', ['-s', stack.path('redis.sock'), 'XADD', 'tw:events', '*', 'event', `{"bad":${round}`], { encoding: 'utf8' }).stdout.includes('-');
}

test('everything that was accepted is accounted for, once', async () => {
  await feeding.goesOn(40);
  await feeding.stop();
  await until('all is taken', () => allTaken(redis('XINFO', 'GROUPS', 'tw:events')));
  assertAccounted(stack.path('townwall.db'), feeding.id, feeding.journal);
  const { events, poison } = account(stack.path('townwall.db'), feeding.id);
  // each of the places where an event may end has some
  const outcomes = new Set([...events.values()].map(({ outcome }) => outcome));
  assert.deepEqual(['alert', 'count', 'inhibited'].filter((outcome) => !outcomes.has(outcome)), []);
  const aside = poison.filter(({ event }) => event !== null);
  assert.deepEqual([...new Set(aside.map(({ event }) => event))], [refused]);
  assert.ok(aside.every(({ reason }) => reason.includes('no such luck')));
  const bad = poison.filter(({ event }) => event === null).map(({ entry }) => entry);
  assert.equal(new Set(bad).size, bad.length);
  assert.equal(bad.length, Array.from({ length: rounds }, (_, i) => i + 1).filter((round) => round % 3 === 1 && round / 3 < poisons).length, 'each bad entry is set aside once');
});

test('changes that were published stand on their stream once, none is left out', () => {
  const entries = JSON.parse(redis('--json', 'XRANGE', 'tw:changes', '-', '+')) as [string, unknown][];
  const numbers = entries.map(([id]) => id.split('-').map(Number) as [number, number]);
  const torn = numbers.filter(([epoch, seq], i) => i > 0 && (numbers[i - 1]![0] !== epoch || numbers[i - 1]![1] + 1 !== seq));
  assert.ok(numbers.length > rounds);
  assert.deepEqual(torn.slice(0, 5), [], 'the numbers rise by one, through every kill');
});

test("every browser's list is that of the store", async () => {
  lists.push(await AlertList.open(lists[0]!.person));
  let said = '';
  await until('all lists are equal', () => {
    const want = openAlerts(stack.path('townwall.db'));
    const texts = lists.map((list) => list.text());
    said = texts.map((text, i) => firstDifference(`list ${i}`, text, want)).filter(Boolean).join('; ');
    return said === '';
  }, 20_000).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}: ${said}`);
  });
  assert.ok(lists[0]!.alerts.size > 0);
  assert.ok(lists[0]!.connections > 1, 'browsers were cut off in between');
});

function firstDifference(name: string, has: string, want: string): string {
  const [a, b] = [has.split('\n'), want.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  return a.length === b.length && at < 0 ? '' : `${name}: ${a.length} alerts for ${b.length}, "${a[Math.max(0, at)]}" for "${b[Math.max(0, at)]}"`;
}
