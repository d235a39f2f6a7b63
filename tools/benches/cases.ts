// Half a million cases with five million records: what people at their desks wait for, through the real server.
// docs/performance.md explains the figures. TW_BENCH_DIR keeps the store that takes minutes to fill.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actOn, account, newKey } from '../../tests/lib/cases.ts';
import { Person } from '../../tests/lib/client.ts';
import { build } from '../../tests/lib/programs.ts';
import { startSmallStack, stopStack } from '../../tests/lib/stack.ts';
import { rowsOf } from '../../tests/lib/store.ts';
import type { Stack } from '../supervise/stack.ts';
import { conclude, percentile, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { randomOf } from './common/random.ts';
import { buildFor } from './common/town.ts';

const options = readOptions('cases', { cases: [500_000, 1000, 5_000_000], acts: [10, 8, 50], persons: [100_000, 100, 5_000_000], seconds: [20, 1, 600], desks: [4, 1, 64], writers: [32, 1, 256] }, ['no-build']);
const words = ['噪', '路', '井盖', '纠纷', '漏水', '石桥', '老街', '整改', '拖欠', '鉴定', '桥', '污水', '调解', '电动', '消防', '水', '物业', '邻里 漏水', '老街 噪音'];
const surnames = ['王伟', '李芳', '张明', '刘洋', '陈静', '伟强', '赵桂英', '芳'];
const random = randomOf(7);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const DAY_US = 86_400_000_000;

type Waits = Map<string, number[]>;

async function timed(waits: Waits, name: string, act: () => Promise<Response | { status: number }>): Promise<void> {
  const begun = performance.now();
  const answer = await act();
  if (answer instanceof Response) await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${name}: ${answer.status}`);
  const list = waits.get(name) ?? [];
  list.push(performance.now() - begun);
  waits.set(name, list);
}

class Town {
  readonly stack: Stack;
  readonly people: Person[];
  readonly supervisor: Person;
  readonly all: string[];
  readonly open: string[];
  private readonly areas: string[];

  constructor(stack: Stack, people: Person[], supervisor: Person) {
    this.stack = stack;
    this.people = people;
    this.supervisor = supervisor;
    const file = stack.path('townwall.db');
    const ids = (sql: string): string[] => rowsOf<{ id: string }>(file, sql).map(({ id }) => id);
    this.open = ids("SELECT id FROM case_file WHERE closed_us = 0 AND state = 'WORKING' ORDER BY id");
    this.all = ids('SELECT id FROM case_file WHERE closed_us > 0 ORDER BY id');
    this.areas = ids("SELECT code AS id FROM area WHERE kind IN ('cell', 'village')");
  }

  /** One thing that somebody does, by its name. */
  actions(): Record<string, (person: Person) => Promise<Response | { status: number }>> {
    const get = (path: string) => (person: Person): Promise<Response> => person.request('GET', path);
    const now = Date.now() * 1000;
    return {
      open: (person) => get(`/api/v1/cases/${pick(random() < 0.5 ? this.all : this.open)}`)(person),
      search: (person) => get(`/api/v1/cases?q=${encodeURIComponent(pick(words))}`)(person),
      list: (person) => this.listed(person, pick(['state=open', 'state=open&light=overdue', 'list=assigned', 'mine=1', 'category=livelihood&grade=urgent', `area=${pick(this.areas)}`,
        `department=${pick(['police', 'green', 'water'])}`, `from_us=${now - 30 * DAY_US}&until_us=${now}`, 'state=ARCHIVED&category=traffic'])),
      change: (person) => actOn(person, { id: pick(this.open), version: -1 }, 'comment', { text: '已电话联系，约定明日上门' }),
      person: (person) => person.request('POST', '/api/v1/persons/find', { name: pick(surnames) }),
    };
  }

  /** What is found, page by page, is what stands in the store. */
  async check(): Promise<void> {
    const file = this.stack.path('townwall.db');
    for (const word of ['号', '整改', '漏水', '无此事']) {
      let before = '';
      for (let page = 0; page < 3; page++) {
        const { cases, next } = await this.people[0]!.json<{ cases: { id: string }[]; next: string | null }>(`/api/v1/cases?q=${encodeURIComponent(word)}${before && `&before=${before}`}`);
        const want = rowsOf<{ id: string }>(file, 'SELECT id FROM case_file WHERE id < ? AND id IN (SELECT case_id FROM case_search WHERE case_search MATCH ?) ORDER BY id DESC LIMIT 50', before || '~', `"${word}"`);
        if (cases.map(({ id }) => id).join() !== want.map(({ id }) => id).join()) throw new Error(`${word}, page ${page}: other cases than the store holds`);
        if (next === null) break;
        before = next;
      }
    }
  }

  /** Lists that took longest, by what was asked. */
  readonly slow = new Map<string, number>();

  private async listed(person: Person, query: string): Promise<Response> {
    const begun = performance.now();
    const answer = await person.request('GET', `/api/v1/cases?${query}`);
    const kind = query.replaceAll(/\d{6,}/g, 'N');
    this.slow.set(kind, Math.max(this.slow.get(kind) ?? 0, performance.now() - begun));
    return answer;
  }

  /** Desks that do one thing after the other without a pause. */
  async desks(): Promise<Waits> {
    const waits: Waits = new Map();
    const actions = Object.entries(this.actions());
    const until = performance.now() + options.seconds * 1000;
    const desk = async (person: Person): Promise<void> => {
      while (performance.now() < until) {
        const [name, act] = pick(actions);
        await timed(waits, name, () => act(person));
      }
    };
    await Promise.all(Array.from({ length: options.desks }, (_, i) => desk(this.people[i % this.people.length]!)));
    return waits;
  }

  /** Of the last 30 days and of a year in turn. The first of each, after a start, may have to read the disk: it is told apart. */
  async indicators(): Promise<{ first: number; later: number[] }> {
    const waits: Waits = new Map();
    const now = Date.now() * 1000;
    for (let i = 0; i < 42; i++)
      await timed(waits, i < 2 ? 'first' : 'indicators', () => this.supervisor.request('GET', `/api/v1/case-indicators${i % 2 ? `?from_us=${now - 365 * DAY_US}&until_us=${now}` : ''}`));
    const all = waits.get('indicators')!;
    printRound({ round: 'indicators, ms', month: all.filter((_, i) => i % 2 === 0).map(Math.round), year: all.filter((_, i) => i % 2).map(Math.round) });
    return { first: Math.max(...waits.get('first')!), later: all };
  }

  /** As many changes as are answered; each is on disk then. */
  async changes(): Promise<number> {
    let done = 0;
    const begun = performance.now();
    const until = begun + options.seconds * 1000;
    const writer = async (n: number): Promise<void> => {
      for (let at = n; performance.now() < until; at += options.writers) {
        const { status } = await actOn(this.people[n % this.people.length]!, { id: this.open[at % this.open.length]!, version: -1 }, 'comment', { text: '现场已处置', key: newKey() });
        if (status !== 200) throw new Error(`change: ${status}`);
        done++;
      }
    };
    await Promise.all(Array.from({ length: options.writers }, (_, n) => writer(n)));
    return done / ((performance.now() - begun) / 1000);
  }
}

/** Everybody of the bench, made once. */
async function makePeople(stack: Stack): Promise<void> {
  const admin = await Person.login(stack, 'admin');
  const town = rowsOf<{ code: string }>(stack.path('townwall.db'), "SELECT code FROM area WHERE kind = 'town'")[0]!.code;
  for (const id of ['police', 'green', 'justice', 'housing', 'emergency', 'water']) {
    const made = await admin.request('POST', '/api/v1/departments', { id, name: id });
    if (!made.ok) throw new Error(await made.text());
  }
  await account(admin, 'bench-supervisor', [['supervisor', town]]);
}

async function loginAs(stack: Stack, login: string): Promise<Person> {
  const person = new Person(stack.url);
  const answer = await person.request('POST', '/api/v1/session', { login, password: 'a-Long-Passw0rd' });
  if (!answer.ok) throw new Error(`login ${login}: ${answer.status}`);
  person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  person.csrf = ((await answer.json()) as { csrf: string }).csrf;
  return person;
}

/** A folder with the filled store; another size is filled anew. */
async function filled(): Promise<string> {
  const parent = process.env.TW_BENCH_DIR ?? mkdtempSync(join(tmpdir(), 'townwall-bench-'));
  const size = `${options.cases} ${options.acts} ${options.persons}`;
  const dir = join(parent, `cases-${size.replaceAll(' ', '-')}`);
  const mark = join(dir, 'filled');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === size) return dir;
  mkdirSync(dir, { recursive: true });
  const stack = await startSmallStack({ dir, cameras: 4, simulator: false });
  await makePeople(stack);
  await stopStack(stack, true);
  const begun = performance.now();
  execFileSync(join(build, 'tests/bench/cases/cases_fill'), [join(dir, 'townwall.db'), join(dir, 'identity.key'), String(options.cases), String(options.acts), String(options.persons)],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  printRound({ filled_s: (performance.now() - begun) / 1000 });
  writeFileSync(mark, size);
  return dir;
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(false);
  const dir = await filled();
  const stack = await startSmallStack({ dir, cameras: 4, simulator: false });
  try {
    const town = new Town(stack, await Promise.all([Person.login(stack, 'operator'), Person.login(stack, 'operator')]), await loginAs(stack, 'bench-supervisor'));
    await town.check();
    const waits = await town.desks();
    const each = Object.fromEntries([...waits].flatMap(([name, list]) => [[`${name}_p50_ms`, percentile(list, 50)], [`${name}_p99_ms`, percentile(list, 99)]]));
    printRound({ round: 'desks', ...each });
    printRound({ round: 'longest lists, ms', ...Object.fromEntries(town.slow) });
    const { first, later: indicators } = await town.indicators();
    const changes = await town.changes();
    const every = [...waits.values()].flat();
    conclude('cases', {
      cases: town.all.length + town.open.length, actions: every.length, ...each, action_p50_ms: percentile(every, 50), action_p99_ms: percentile(every, 99),
      indicators_first_ms: first, indicators_p50_ms: percentile(indicators, 50), indicators_p99_ms: percentile(indicators, 99), changes_per_s: changes,
    });
  } finally {
    await stopStack(stack, true);
  }
}

await main();
