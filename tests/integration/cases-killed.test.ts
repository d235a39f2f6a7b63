// Several people work on cases at once, of every kind of act, while the server is killed at random instants and the disk fills up. Whoever got
// no answer asks again under the same key. Afterwards each act that was answered is there once, and what a case shows (state, orders, timers,
// what was merged, who was told) is what its record says.
//
// TW_ROUNDS rounds (3), drawn by TW_SEED (1).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { randomOf } from '../../tools/benches/common/random.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, actOn, caseTown, detailOf, did, newKey, openCase, type Case, type Detail, type Done } from '../lib/cases.ts';
import type { Json, Person } from '../lib/client.ts';
import { fillDisk } from '../lib/disk.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { onPostgres } from '../lib/store.ts';
import { until } from '../lib/wait.ts';
import { wallctl } from '../lib/wallctl.ts';

const rounds = Number(process.env.TW_ROUNDS ?? 3);
const seed = Number(process.env.TW_SEED ?? 1);
const random = randomOf(seed);
const disk = mkdtempSync(join(tmpdir(), 'townwall-cases-'));
const elsewhere = mkdtempSync(join(tmpdir(), 'townwall-logs-'));
const apart = ['logs', 'redis'];
let stack: Stack;
let operator: Person;
let taker: Person;
let police: Person;
let green: Person;
let roads: Person;
let supervisor: Person;
let verifier: Person;
let cells: string[];

before(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=0700', 'townwall-test', disk]);
  for (const name of apart) {
    for (const dir of [join(disk, name), join(elsewhere, name)]) mkdirSync(dir, { mode: 0o700 });
    execFileSync('mount', ['--bind', join(elsewhere, name), join(disk, name)]);
  }
  stack = await startSmallStack({ cameras: 2, simulator: false, dir: disk, longestDelayMs: 200 });
  const made = await caseTown(stack, [['police', '派出所'], ['green', '生态办'], ['roads', '公路站']]);
  ({ operator, cells } = made);
  taker = await account(made.admin, 'taker', [['call_taker', made.town]]);
  police = await account(made.admin, 'police1', [['department_handler', made.town]], 'police');
  green = await account(made.admin, 'green1', [['department_handler', made.town]], 'green');
  roads = await account(made.admin, 'roads1', [['department_handler', made.town]], 'roads');
  verifier = await account(made.admin, 'verifier1', [['verifier', made.town]]);
  supervisor = await account(made.admin, 'supervisor1', [['supervisor', made.town]]);
});
after(async () => {
  try {
    await endStack(stack);
  } finally {
    for (const name of apart) execFileSync('umount', [join(disk, name)]);
    execFileSync('umount', [disk]);
    for (const dir of [disk, elsewhere]) rmSync(dir, { recursive: true, force: true });
  }
});

/** What one person's work left, by case: acts in their order, as they were answered. */
interface Work { id: string; acts: { who: Person; act: string; more: Json; key: string; seq: number }[]; state: string; merged: string | null }
let stopped = false;
let again = 0;

/** Under one key until there is an answer. */
async function sure<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TypeError) && !/ECONNREFUSED|ECONNRESET|fetch failed|terminated|socket/i.test(String(error))) throw error;
      again++;
      await until('the server answers', async () => (await stack.get('/healthz').catch(() => null))?.status === 200);
    }
  }
}
async function acted(who: Person, work: Work, file: Case, act: string, more: Json = {}): Promise<Case> {
  const key = newKey();
  const { status, body }: Done = await sure(() => actOn(who, file, act, { ...more, key }));
  assert.equal(status, 200, `${act}: ${JSON.stringify(body)}`);
  work.acts.push({ who, act, more, key, seq: body.seq! });
  work.state = body.case!.state;
  return body.case!;
}
async function begun(done: Work[], title: string): Promise<[Work, Case]> {
  const key = newKey();
  const file = await sure(() => openCase(taker, { channel: 'hotline', title, area: cells[0] }, key));
  const work: Work = { id: file.id, acts: [{ who: taker, act: 'open', more: {}, key, seq: 1 }], state: file.state, merged: null };
  done.push(work);
  return [work, file];
}
const triage = { form: { category: 'livelihood', grade: 'annoyance' } };

/** Case after case: two departments, a return, a meeting with a resolution, urging, a card; each third one goes into the one before, which stays open, the others are closed. */
async function worker(name: string): Promise<Work[]> {
  const done: Work[] = [];
  for (let n = 1; !stopped; n++) {
    let [work, file] = await begun(done, `${name} ${n}`);
    file = await acted(operator, work, file, 'triage', triage);
    if (n % 3 === 0) {
      const into = done.at(-2)!;
      const to = (await sure(() => detailOf(operator, into.id))).case.code;
      file = await acted(operator, work, file, 'merge', { to, text: '同一处' });
      work.merged = into.id;
      if (n % 2) {
        await acted(operator, work, file, 'unmerge');
        work.merged = null;
      }
      continue;
    }
    file = await acted(operator, work, file, 'dispatch', { lead: 'police', co: n % 3 === 2 ? ['green', 'roads'] : ['green'] });
    file = await acted(police, work, file, 'take');
    file = await acted(supervisor, work, file, 'urge', { text: '请抓紧' });
    file = await acted(green, work, file, 'return', { text: '不属本部门职责' });
    const given = work.acts.at(-1)!; // who gave it away is answered again all the same
    assert.equal((await sure(() => actOn(green, file, 'return', { ...given.more, key: given.key }))).status, 200);
    file = await acted(operator, work, file, 'meet', { kind: 'joint', time_us: String(Date.now() * 1000), place: '会议室', people: '两部门' });
    const { meetings } = await sure(() => detailOf(operator, work.id));
    file = await acted(operator, work, file, 'resolve', { meeting: meetings[0]!.id, text: '周五前完成', due_us: String((Date.now() + 86_400_000) * 1000) });
    file = await acted(operator, work, file, 'comment', { text: '已电话告知' });
    file = await acted(supervisor, work, file, 'card', { colour: 'yellow', text: '进度偏慢' });
    if (n % 3 === 2) continue;
    file = await acted(police, work, file, 'feedback', { text: '已处理' });
    file = await acted(operator, work, file, 'review', { result: 'pass' });
    await acted(verifier, work, file, 'verify', { result: 'satisfied' });
  }
  return done;
}

async function kill(): Promise<void> {
  await pause(Math.floor(random() * 500));
  const pid = pidOf(stack, 'townwalld');
  process.kill(pid, 'SIGKILL');
  await until('it runs again', () => (stack.children.get('townwalld')?.pid ?? pid) !== pid);
  await until('it answers', async () => (await stack.get('/healthz').catch(() => null))?.status === 200);
}

/** How often somebody was told of an order, by case. */
async function orders(who: Person): Promise<Map<string, number>> {
  const told = new Map<string, number>();
  for (let before: string | null = ''; before !== null;) {
    const page: { notifications: { case: string; kind: string }[]; next: string | null } = await who.json(`/api/v1/notifications?limit=200${before && `&before=${before}`}`);
    for (const { case: id, kind } of page.notifications) if (kind === 'order') told.set(id, (told.get(id) ?? 0) + 1);
    before = page.next;
  }
  return told;
}

/** Everything that the case shows, held against its record. */
function holds(work: Work, file: Detail): void {
  const where = `${file.case.code} ${file.case.title}`;
  assert.equal(file.broken, null, `${where}: its chain`);
  assert.deepEqual(file.log.map(({ seq }) => seq), file.log.map((_, i) => i + 1), `${where}: nothing is left out`);
  for (const { act, seq } of work.acts) assert.equal(file.log[seq - 1]?.action, act, `${where}: ${act} stands where it was answered`);
  const people = file.log.filter(({ action }) => work.acts.some(({ act }) => act === action));
  assert.equal(people.length, work.acts.length, `${where}: each once`);
  assert.equal(file.case.state, work.state, where);
  const did = (act: string): boolean => work.acts.some((one) => one.act === act);
  const sent = work.acts.find(({ act }) => act === 'dispatch');
  assert.deepEqual(file.orders.map(({ department, state }) => `${department} ${state}`).sort(), sent
    ? [`green ${did('return') ? 'RETURNED' : 'SENT'}`, `police ${did('feedback') ? 'DONE' : did('take') ? 'TAKEN' : 'SENT'}`, ...(String(sent.more['co']).includes('roads') ? ['roads SENT'] : [])] : [], where);
  assert.deepEqual([file.meetings.length, file.items.length], [did('meet') ? 1 : 0, did('resolve') ? 1 : 0], where);
  const running = file.timers.filter(({ state }) => state === 'running').map((one) => `${one.timer} ${(one as { order?: string | null }).order ?? ''}`);
  assert.equal(new Set(running).size, running.length, `${where}: no timer twice`);
  if (['MERGED', 'CLOSED'].includes(file.case.state)) assert.deepEqual(running, [], `${where}: nothing runs any more`);
  else assert.ok(running.length > 0, `${where}: something is due`);
}

test('killed at random instants: what was answered is there once, what was not is after asking again, and all of a case agrees', async () => {
  const works = Promise.all(['甲', '乙', '丙'].map(worker));
  let failed: unknown;
  works.catch((error: unknown) => { failed = error; });
  for (let round = 0; round < rounds && !failed; round++) await kill();
  stopped = true;
  const all = (await works).flat();
  assert.ok(all.length >= 3 && again > 0, `${all.length} cases, asked again ${again} times (TW_SEED=${seed})`);
  // an order that its department has taken meanwhile need not be told; one that nobody touched is, once
  const waits = all.filter(({ acts }) => acts.some(({ more }) => String(more['co']).includes('roads'))).map(({ id }) => id);
  await until('the department was told of each order', async () => waits.every(((told) => (id) => told.has(id))(await orders(roads))));
  const [toldRoads, toldPolice] = [await orders(roads), await orders(police)];
  for (const work of all) {
    holds(work, await detailOf(operator, work.id));
    assert.equal(toldRoads.get(work.id) ?? 0, waits.includes(work.id) ? 1 : 0, `${work.id}: told once`);
    assert.ok((toldPolice.get(work.id) ?? 0) <= 1, `${work.id}: not twice`);
    if (work.merged) assert.ok((await detailOf(operator, work.merged)).merged.some(({ id }) => id === work.id), 'the other knows');
    for (const { who, act, more, key, seq } of work.acts.slice(1).filter((one) => one.act !== 'return')) // asked once more, long after; green gave its part away
      assert.deepEqual(await actOn(who, { id: work.id, version: 1 }, act, { ...more, key }).then(({ status, body }) => [status, body.seq]), [200, seq]);
  }
  const exported = join(elsewhere, 'audit.jsonl');
  writeFileSync(exported, wallctl(stack, ['audit', 'export']));
  wallctl(stack, ['audit', 'verify', exported]);
});

// the database of PostgreSQL lies on another disk
if (!onPostgres) test('on a full disk an act is refused in both languages and whole; reading goes on; with room it is done under the same key', async () => {
  let file = await openCase(taker, { channel: 'hotline', title: '满盘前', area: cells[0] });
  file = await did(operator, file, 'triage', triage);
  const other = await openCase(taker, { channel: 'hotline', title: '满盘前另一件', area: cells[0] });
  const ballast = join(disk, 'ballast');
  const { DatabaseSync } = await import('node:sqlite');
  const store = new DatabaseSync(stack.path('townwall.db'));
  store.exec('PRAGMA busy_timeout = 20000; PRAGMA wal_checkpoint(TRUNCATE)'); // what fits into its log is no full disk
  store.close();
  fillDisk(ballast, disk);
  const long = '满'.repeat(4000);
  await until('an act finds no room', async () => (await actOn(operator, file, 'comment', { text: long })).status === 507);
  const before = await detailOf(operator, file.id);
  const key = newKey();
  for (const [act, more] of [['dispatch', { lead: 'police' }], ['merge', { to: other.code, text: '同一处' }], ['comment', { text: long }]] as const) {
    const answer = await operator.request('POST', `/api/v1/cases/${file.id}/acts`, { act, version: before.case.version, key: act === 'dispatch' ? key : newKey(), ...more });
    const { error } = (await answer.json()) as { error: { code: string; message: { zh: string; en: string } } };
    assert.deepEqual([answer.status, error.code], [507, 'disk_full'], act);
    assert.match(error.message.zh, /磁盘已满/);
    assert.match(error.message.en, /full/);
  }
  const made = await taker.request('POST', '/api/v1/cases', { key: newKey(), form: { channel: 'hotline', title: '满盘', area: cells[0], text: long } });
  assert.equal(made.status, 507);
  const now = await detailOf(operator, file.id);
  assert.deepEqual([now.case.version, now.case.state, now.log.length, now.orders.length, now.broken], [before.case.version, before.case.state, before.log.length, 0, null], 'nothing of it');
  assert.equal((await operator.json<{ cases: Case[] }>(`/api/v1/cases?q=${encodeURIComponent('满盘')}`)).cases.some(({ title }) => title === '满盘'), false);
  rmSync(ballast);
  await until('there is room', async () => (await actOn(operator, now.case, 'dispatch', { lead: 'police', key })).status === 200);
  const later = await detailOf(operator, file.id);
  assert.deepEqual([later.case.state, later.orders.length, later.log.filter(({ action }) => action === 'dispatch').length, later.broken], ['DISPATCHED', 1, 1, null]);
});
