// tools/run as a person meets it: from the command to the wall and back, and what it says when it cannot.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { roles, type Stack } from '../../tools/supervise/stack.ts';
import { Feed, Queue } from '../lib/alerts.ts';
import { detailOf, did, openCase } from '../lib/cases.ts';
import { Person, type Json } from '../lib/client.ts';
import { build, checkLogs, top } from '../lib/programs.ts';
import { until } from '../lib/wait.ts';

const root = mkdtempSync(join(tmpdir(), 'townwall-run-'));
const data = join(root, 'data');
const command = join(top, 'tools/run');
const built = ['--skip-install', '--skip-build'];
const startMs = 120_000;

interface Facts {
  url: string; port: number; cameras: number; logins: string;
  pids: Record<string, number | null>; sockets: Record<string, string>;
}

/** One `tools/run` that is running. */
class Run {
  static readonly all: Run[] = [];
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(...args: string[]) {
    Run.all.push(this);
    this.process = spawn(command, [...built, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => { this.stdout += text; });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => { this.stderr += text; });
  }

  get over(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  async ready(): Promise<string> {
    await until('ready', () => /^ready \S+$/m.test(this.stdout) || this.over, startMs);
    assert.ok(!this.over, `tools/run ended:\n${this.stderr}`);
    return /^ready (\S+)$/m.exec(this.stdout)?.[1] ?? '';
  }

  async interrupt(): Promise<number | null> {
    if (!this.over) this.process.kill('SIGINT');
    await until('tools/run ends', () => this.over, 60_000);
    return this.process.exitCode;
  }
}

const facts = (dir: string): Facts => JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as Facts;

/** What a command that must not start says and gives back. */
function refused(...args: string[]): { status: number | null; stderr: string; stdout: string } {
  const { status, stderr, stdout } = spawnSync(command, [...built, ...args], { encoding: 'utf8' });
  return { status, stderr, stdout };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Processes whose command line names the folder. */
function processesOf(dir: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return ''; // it ended meanwhile
    }
  }).filter((line) => line.includes(dir));
}

function wallctl(dir: string, ...args: string[]): string {
  const result = spawnSync(join(build, 'tools/wallctl/wallctl'), ['--socket', facts(dir).sockets.control ?? '', ...args], { encoding: 'utf8', input: 'a-Long-Passw0rd\n' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

const readLogins = (): string[][] => readFileSync(join(data, 'logins.txt'), 'utf8').trim().split('\n').map((line) => line.split('\t'));

let first: Run;
let foreign: ChildProcess;

before(async () => {
  const socket = join(root, 'foreign.sock');
  foreign = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', ''], { stdio: 'ignore', cwd: root });
  await until('the foreign Redis', () => existsSync(socket));
  first = new Run('--cameras', '8', '--port', '0', '--dir', data);
  await first.ready();
});

after(async () => {
  for (const run of Run.all) await run.interrupt();
  foreign.kill('SIGTERM');
  await until('the foreign Redis ends', () => foreign.exitCode !== null || foreign.signalCode !== null);
  checkLogs(join(data, 'logs'));
  rmSync(root, { recursive: true, force: true });
});

test('it prints where the wall and the logins are, and writes the rest into run.json', async () => {
  const now = facts(data);
  assert.deepEqual(first.stdout.split('\n'), [`logins ${join(data, 'logins.txt')}`, `ready ${now.url}`, '']);
  assert.deepEqual(await fetch(`${now.url}/healthz`).then((answer) => answer.json()), { status: 'ok' });
  assert.equal(now.url, `http://127.0.0.1:${now.port}`);
  assert.equal(now.cameras, 8);
  assert.equal(now.pids.supervisor, first.process.pid);
  assert.deepEqual(Object.keys(now.pids).sort(), ['feeds', 'janus', 'redis', 'simcams', 'supervisor', 'townwall-media', 'townwalld']);
  for (const [name, pid] of Object.entries(now.pids)) assert.ok(pid && alive(pid), name);
  assert.deepEqual(Object.keys(now.sockets).sort(), ['control', 'media', 'redis', 'simcams']);
  for (const path of Object.values(now.sockets)) assert.ok(statSync(path).isSocket(), path);
  assert.equal((JSON.parse(wallctl(data, 'status', '--json')) as { cameras: number }).cameras, 8);
});

test('each role has one login that opens the wall, in a file of its owner alone', async () => {
  assert.equal(statSync(join(data, 'logins.txt')).mode & 0o777, 0o600);
  const logins = readLogins();
  const single = logins.filter(([login]) => !login!.startsWith('handler_'));
  assert.deepEqual(single.map(([login, , role]) => [login, role]), roles.map(([login, role]) => [login, role]));
  assert.equal(new Set(logins.map(([, password]) => password)).size, logins.length);
  for (const [login, password] of logins) {
    const answer = await new Person(facts(data).url).request('POST', '/api/v1/session', { login, password });
    assert.equal(answer.status, 200, login);
  }
});

test('the departments that cases are routed to are there, each with a handler; a smoke alert reaches its department', async () => {
  const { url } = facts(data);
  const enter = async (name: string): Promise<Person> => {
    const person = new Person(url);
    const answer = await person.request('POST', '/api/v1/session', { login: name, password: readLogins().find(([login]) => login === name)?.[1] });
    assert.equal(answer.status, 200, name);
    person.csrf = ((await answer.json()) as { csrf: string }).csrf;
    person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return person;
  };
  const { departments } = JSON.parse(wallctl(data, 'departments', 'list', '--json')) as { departments: { id: string }[] };
  const ids = departments.map(({ id }) => id);
  const { routes } = JSON.parse(readFileSync(join(top, 'config/routing.json'), 'utf8')) as { routes: { lead: string; co: string[] }[] };
  for (const id of routes.flatMap(({ lead, co }) => [lead, ...co])) assert.ok(ids.includes(id), id);
  const { users } = JSON.parse(wallctl(data, 'users', 'list', '--json')) as { users: { login: string; department?: string }[] };
  const handlers = users.filter(({ login }) => login.startsWith('handler'));
  assert.deepEqual(handlers.map(({ department }) => department).sort(), [...ids].sort(), 'one handler for each');
  assert.equal(users.find(({ login }) => login === 'handler')?.department, 'emergency');

  const [operator, handler, other] = await Promise.all([enter('operator'), enter('handler'), enter('handler_court')]);
  const queue = await Queue.open(operator);
  const feed = new Feed({ url, wallctl: [join(build, 'tools/wallctl/wallctl'), '--socket', facts(data).sockets.control] } as Stack, 'fresh-smoke');
  const answer = await feed.post([{ id: 's1', kind: 'raised', dimension: 'sensor', type: 'smoke', device: 'smoke-17', title: '小吃店烟感报警' }]);
  assert.equal(answer.status, 202, answer.body);
  const alert = await queue.untilAlert('小吃店烟感报警', (one) => one.title === '小吃店烟感报警');
  queue.close();
  const draft = await operator.json<{ form: Json; lead: { id: string; known: boolean } }>(`/api/v1/cases/draft?alert=${alert.id}`);
  assert.deepEqual([draft.lead.id, draft.lead.known], ['emergency', true]);
  const made = await openCase(operator, { ...draft.form, category: 'work_safety', grade: 'urgent' });
  await did(operator, await did(operator, made, 'triage', { form: { category: 'work_safety', grade: 'urgent' } }), 'dispatch', { lead: draft.lead.id });
  assert.equal((await detailOf(handler, made.id)).case.lead, 'emergency');
  assert.equal((await other.request('GET', `/api/v1/cases/${made.id}`)).status, 404, 'nobody else');
});

test('a second one on the same folder is told so in one line', () => {
  const { status, stderr, stdout } = refused('--cameras', '8', '--port', '0', '--dir', data);
  assert.equal(status, 1);
  assert.equal(stderr, `tools/run: ${data} is already in use by tools/run, process ${first.process.pid}\n`);
  assert.equal(stdout, '');
  assert.ok(!first.over);
});

test('a killed program is started again', async () => {
  for (const name of ['townwall-media', 'simcams', 'redis', 'janus', 'townwalld']) {
    const old = facts(data).pids[name] ?? 0;
    process.kill(old, 'SIGKILL');
    await until(`${name} again`, () => {
      const pid = facts(data).pids[name] ?? old;
      return pid !== old && alive(pid);
    });
  }
  const { url } = facts(data);
  await until('the wall answers again', async () => (await fetch(`${url}/healthz`).catch(() => null))?.status === 200);
  assert.match(first.stderr, /townwalld ended \(SIGKILL\), starting again/);
});

test('Ctrl-C stops what it started and nothing else; the next run goes on with the same data', async () => {
  wallctl(data, 'users', 'add', 'remains', '--role', 'operator', '--password-stdin');
  const before = { logins: readFileSync(join(data, 'logins.txt'), 'utf8'), cameras: wallctl(data, 'cameras', 'list', '--json') };
  const started = Object.values(facts(data).pids).map(Number);
  assert.equal(await first.interrupt(), 0);
  assert.deepEqual(started.filter(alive), []);
  assert.deepEqual(processesOf(data), []);
  assert.ok(!existsSync(join(data, 'run.json')));
  const ping = spawnSync('redis-cli', ['-s', join(root, 'foreign.sock'), 'ping'], { encoding: 'utf8' });
  assert.equal(ping.stdout, 'PONG\n');

  const config = join(data, 'townwall.json');
  const mine = { ...JSON.parse(readFileSync(config, 'utf8')) as Record<string, object>, wall: { history_days: 31 } };
  writeFileSync(config, JSON.stringify({ ...mine, media: { picture_cores: 0.3, black_s: 61 }, server: { session: { hours: 9 }, port: 7 } }));
  const second = new Run('--cameras', '8', '--port', '0', '--dir', data);
  const url = await second.ready();
  const now = JSON.parse(readFileSync(config, 'utf8')) as Record<string, Record<string, unknown>>;
  assert.deepEqual([now.wall, now.media], [{ history_days: 31 }, { picture_cores: 0.3, black_s: 61 }], 'what was written stays');
  assert.deepEqual([now.server?.session, now.server?.port], [{ hours: 9 }, facts(data).port], 'what the run stands on is set');
  assert.match(second.stderr, /townwall\.json: server\.port is set by tools\/run/);
  assert.equal(readFileSync(join(data, 'logins.txt'), 'utf8'), before.logins);
  const fixed = (text: string): unknown[] => (JSON.parse(text) as { cameras: { id: string; name: string; url: string }[] }).cameras.map(({ id, name, url }) => [id, name, url]);
  assert.deepEqual(fixed(wallctl(data, 'cameras', 'list', '--json')), fixed(before.cameras));
  assert.match(wallctl(data, 'users', 'list'), /remains/);
  const [login, password] = readLogins()[0] ?? [];
  assert.equal((await new Person(url).request('POST', '/api/v1/session', { login, password })).status, 200);
  assert.equal(await second.interrupt(), 0);
});

test('without its file of logins a town starts all the same, with new passwords', async () => {
  const before = readLogins();
  rmSync(join(data, 'logins.txt'));
  const run = new Run('--cameras', '8', '--port', '0', '--dir', data);
  const url = await run.ready();
  assert.match(run.stderr, /get new passwords/);
  assert.deepEqual(readLogins().map(([login, , role]) => [login, role]), before.map(([login, , role]) => [login, role]));
  assert.ok(readLogins().every(([, password], i) => password !== before[i]![1]));
  const [login, password] = readLogins()[0] ?? [];
  assert.equal((await new Person(url).request('POST', '/api/v1/session', { login, password })).status, 200);
  await run.interrupt();
});

test('a folder keeps the number of cameras it was made with', () => {
  const { status, stderr } = refused('--cameras', '9', '--port', '0', '--dir', data);
  assert.equal(status, 2);
  assert.match(stderr, /demo town of 8 cameras/);
});

test('a configuration whose parts do not fit together is refused by key', () => {
  const file = join(root, 'wrong.json');
  for (const [config, words] of [
    [{ tls: { mode: 'files' } }, /server\.tls\.cert/], [{ listen: '0.0.0.0', tls: { mode: 'off' } }, /loopback address only/],
    [{ listen: 'not an ip' }, /server\.listen: expected an IP address/],
  ] as const) {
    writeFileSync(file, JSON.stringify({ server: config }));
    const { status, stderr } = spawnSync(join(build, 'server/app/townwalld'), ['--check-config', '--config', file], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, words);
    assert.ok(stderr.includes(file));
  }
  const cases = join(root, 'own-cases');
  mkdirSync(join(cases, 'workflows'), { recursive: true });
  const own = join(cases, 'workflows/own.json');
  const check = () => spawnSync(join(build, 'server/app/townwalld'), ['--check-config', '--config', file], { encoding: 'utf8' });
  writeFileSync(file, JSON.stringify({ cases: { dir: cases } }));
  const shipped = JSON.parse(readFileSync(join(import.meta.dirname, '../../config/workflows/four_orders.json'), 'utf8')) as { id: string; moves: { act: string }[] };
  writeFileSync(own, JSON.stringify({ ...shipped, id: 'own', moves: shipped.moves.filter(({ act }) => act !== 'verify') }));
  assert.match(check().stderr, /own\.json/, 'nobody verifies');
  assert.equal(check().status, 2);
  writeFileSync(own, JSON.stringify({ ...shipped, id: 'own' }));
  assert.deepEqual([check().stderr, check().status], ['', 0]);
  const routing = join(cases, 'routing.json');
  for (const [rule, words] of [[{ category: 'nocat', lead: 'police' }, /routes\[0\]: there is no category nocat/], [null, /workflows\[0\]: there is no workflow ghost/]] as const) {
    writeFileSync(routing, JSON.stringify({ routes: rule ? [rule] : [], workflows: rule ? [] : [{ ledger: 'dispute', workflow: 'ghost' }] }));
    assert.match(check().stderr, words);
  }
  rmSync(routing);
  const told = join(cases, 'notify.json');
  writeFileSync(told, '{"channels": [');
  writeFileSync(file, JSON.stringify({ cases: { dir: cases, notify: told } }));
  assert.deepEqual([check().status, check().stderr.includes(told)], [2, true]);
});

test('a configuration that cannot be read is named and left as it is', async () => {
  const file = join(data, 'townwall.json');
  const good = readFileSync(file, 'utf8');
  for (const [text, words] of [
    ['{"media": {"frozen_s": "soon"}}', /townwall\.json: media\.frozen_s: expected number 5 to 86400, got "soon"/],
    ['{\n "media": {,\n}', /townwall\.json.*line 2.*column 1\d/], ['{"medai": {}}', /townwall\.json: medai/],
  ] as const) {
    writeFileSync(file, text);
    const run = new Run('--cameras', '8', '--port', '0', '--dir', data);
    await until('tools/run ends', () => run.over, startMs);
    assert.equal(run.process.exitCode, 1);
    assert.match(run.stderr, words);
    assert.equal(readFileSync(file, 'utf8'), text);
  }
  writeFileSync(file, good);
});

test('a real town is taken as it is, without a simulator', async () => {
  const town = join(root, 'town');
  const made = spawnSync(join(top, 'tools/node'), [join(top, 'tools/town/town.ts'), '--out', town, '--cameras', '5', '--no-tiles',
    '--camera-url', 'rtsp://127.0.0.1:9/{n}/{profile}'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const files = readdirSync(town).sort();
  const dir = join(root, 'real');
  const run = new Run('--town', town, '--port', '0', '--dir', dir);
  await run.ready();
  assert.deepEqual(Object.keys(facts(dir).pids).sort(), ['janus', 'redis', 'supervisor', 'townwall-media', 'townwalld']);
  const { cameras } = JSON.parse(wallctl(dir, 'cameras', 'list', '--json')) as { cameras: unknown[] };
  assert.equal(cameras.length, 5);
  assert.equal(facts(dir).cameras, 5);
  assert.deepEqual(readdirSync(town).sort(), files, 'nothing is written into the town');
  assert.equal(await run.interrupt(), 0);
});

test('a busy port is one clear line', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const dir = join(root, 'busy');
  const { status, stderr } = refused('--port', String(port), '--dir', dir);
  await new Promise((done) => server.close(done));
  assert.equal(status, 1);
  assert.equal(stderr, `tools/run: port ${port} on 127.0.0.1 is taken by another program; choose one with --port\n`);
  assert.ok(!existsSync(dir), 'nothing was made');
});

test('wrong options are one clear line each', () => {
  const cases: [string[], string][] = [
    [['--cameras', 'many'], '--cameras: expected a whole number 0 to 20000, got "many"'],
    [['--cameras', '-1'], '--cameras: expected a whole number 0 to 20000, got "-1"'],
    [['--port', '65536'], '--port: expected a whole number 0 to 65535, got "65536"'],
    [['--rate=0'], '--rate: expected a number 0.5 to 60, got "0"'],
    [['--picture-cores', ''], '--picture-cores: expected a number 0.05 to 64, got ""'],
    [['--dir'], '--dir: a value is missing'],
    [['--dir', join(top, 'README.md')], `--dir: ${join(top, 'README.md')} is not a folder`],
    [['--town', join(top, 'docs')], `--town: ${join(top, 'docs')} has no town.json (docs/town-format.md)`],
    [['--faster'], 'unknown option --faster; tools/run --help lists them'],
    [['elsewhere'], 'unknown option elsewhere; tools/run --help lists them'],
  ];
  for (const [args, line] of cases) assert.deepEqual(refused(...args), { status: 2, stderr: `tools/run: ${line}\n`, stdout: '' });
  const help = spawnSync(command, ['--help'], { encoding: 'utf8' });
  assert.equal(help.status, 0);
  for (const option of ['--cameras', '--port', '--dir', '--town', '--no-simulator', '--no-feeds', '--rate', '--picture-cores']) assert.ok(help.stdout.includes(option), option);
});
