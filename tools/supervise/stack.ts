// The programs of one town on one machine, and the files they stand on. tools/run and the tests start the
// same stack through here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCsv } from '../../tests/lib/csv.ts';
import { Child, stopMs, type Program } from './child.ts';
import { laid, overruled, readConfig, written, type Section } from './config.ts';
import { demoKeys } from './feeds.ts';
import type { Options } from './options.ts';
import { makePool } from './pool.ts';
import { freePort, probePort } from './ports.ts';

export const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface StackOptions extends Options {
  /** build/PRESET whose programs run */
  preset: string;
  /** merged over the generated configuration, section by section */
  config?: Record<string, Record<string, unknown>>;
  /** how much longer than usual starting and stopping may take (1); for builds with sanitizers */
  patience?: number;
  /** the departments of the demo town are written down, each with a login of its handler, and its shared rooms and teams of
   * mediation; tests make their own (false) */
  departments?: boolean;
  /** more arguments for the simulator */
  simulatorArgs?: string[];
  /** longest wait before a program that ended is started again (5000) */
  longestDelayMs?: number;
  /** where the simulator listens and cameras are reached (127.0.0.1) */
  simulatorHost?: string;
  /** what a program's command begins with, by program: into a network of its own */
  enter?: Record<string, string[]>;
  /** more environment by program */
  env?: Record<string, Record<string, string>>;
  progress?(line: string): void;
}

export interface Login { login: string; password: string; role: string }

interface Handler { department: string; name: string }

export const roles: [login: string, role: string, name: string][] = [
  ['calltaker', 'call_taker', '接线员'], ['operator', 'operator', '值班员'], ['grid', 'grid_worker', '网格员'],
  ['handler', 'department_handler', '部门办理员'], ['supervisor', 'supervisor', '督办员'], ['verifier', 'verifier', '回访员'],
  ['mediator', 'mediator', '调解员'], ['deputy', 'deputy', '人大代表'], ['inspector', 'auditor', '监督员'],
  ['frontdesk', 'front_desk', '综合受理'], ['leader', 'leader', '领导'], ['admin', 'system_admin', '系统管理员'],
  ['security', 'security_auditor', '安全审计员'],
];

const startMs = 60000;

export class Stack {
  readonly options: StackOptions;
  readonly children = new Map<string, Child>();
  readonly logs: string;
  url = '';
  private simulatorPort = 0;
  /** on the wall when it was ready; null before */
  private cameras: number | null = null;
  private stopped = false;

  constructor(options: StackOptions) {
    this.options = options;
    this.logs = this.path('logs');
  }

  private get simulatorHost(): string {
    return this.options.simulatorHost ?? '127.0.0.1';
  }
  path(...parts: string[]): string {
    return resolve(this.options.dir, ...parts);
  }
  binary(folder: string, name: string): string {
    return resolve(top, 'build', this.options.preset, folder, name);
  }
  private say(line: string): void {
    this.options.progress?.(line);
  }

  async start(): Promise<void> {
    const { dir } = this.options;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    mkdirSync(this.logs, { recursive: true });
    const before = this.readRun();
    await this.checkPort();
    await this.makeTown(before);
    this.writeConfig();
    this.writeRedisConfig();
    this.launch({ name: 'redis', command: ['redis-server', this.path('redis.conf')], log: this.log('redis') });
    if (this.options.simulator) await this.startSimulator();
    const config = this.path('townwall.json');
    this.startJanus(config);
    this.launch({ name: 'townwalld', command: [this.binary('server/app', 'townwalld'), '--config', config], log: this.log('townwalld') });
    this.launch({ name: 'townwall-media', command: [this.binary('pipelines/node', 'townwall-media'), '--config', config], log: this.log('townwall-media') });
    await this.waitHealthy();
    this.writeRun();
    await this.importCameras();
    this.cameras = (JSON.parse(this.ask(['status', '--json'])) as { cameras: number }).cameras;
    await this.makeLogins();
    if (this.options.feeds) this.startFeeds();
    this.writeRun();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const order = ['feeds', 'townwall-media', 'townwalld', 'janus', 'simcams', 'redis'];
    for (const name of order) await this.children.get(name)?.stop(stopMs * (this.options.patience ?? 1));
    rmSync(this.path('run.json'), { force: true });
  }

  private log(name: string): string {
    return resolve(this.logs, `${name}.log`);
  }

  private launch(program: Program): Child {
    const { env, enter, longestDelayMs } = this.options;
    const command = [...(enter?.[program.name] ?? []), ...program.command];
    const child = new Child({ ...program, command, longestDelayMs, env: env?.[program.name] }, {
      started: () => this.noteRun(),
      ended: (name, how, restartInMs) => {
        if (this.stopped || restartInMs === null) return;
        this.say(`${name} ended (${how}), starting again in ${restartInMs} ms; its log: ${this.log(name)}`);
      },
    });
    this.children.set(program.name, child);
    child.start();
    return child;
  }

  private async checkPort(): Promise<void> {
    const { listen, port } = this.options;
    try {
      this.options.port = await probePort(listen, port);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new Error(code === 'EADDRINUSE'
        ? `port ${port} on ${listen} is taken by another program; choose one with --port`
        : `cannot listen on ${listen}:${port}: ${code ?? String(error)}`);
    }
  }

  /** The town's folder: the given one, or the demo made once per number of cameras. */
  private async makeTown(before: Record<string, unknown> | null): Promise<void> {
    if (this.options.town !== null) return;
    const town = this.path('town');
    const wished = (before?.simulator_port as number | undefined) ?? 0;
    this.simulatorPort = await freePort('127.0.0.1', wished);
    const made = this.path('town', '.made');
    const key = `${this.options.cameras} ${this.simulatorPort}`;
    if (existsSync(made) && readFileSync(made, 'utf8') === key) return;
    this.say(`making the demo town with ${this.options.cameras} cameras`);
    await this.command('town', [resolve(top, 'tools/node'), resolve(top, 'tools/town/town.ts'), '--out', town,
      '--cameras', String(this.options.cameras),
      '--camera-url', `rtsp://${this.simulatorHost}:${this.simulatorPort}/cam/{n}/{profile}`]);
    writeFileSync(made, key);
  }

  get town(): string {
    return this.options.town ?? this.path('town');
  }

  /** What a person wrote into townwall.json stays; what this run stands on is set, and said where that is another. */
  private writeConfig(): void {
    const [file, madeFile] = [this.path('townwall.json'), this.path('.townwall.made.json')];
    const must: Section = {
      data_dir: this.options.dir,
      server: { listen: this.options.listen, port: this.options.port, web_dir: resolve(top, 'web/dist') },
      redis: { url: `unix:${this.path('redis.sock')}` },
      town: { dir: this.town },
    };
    const cores: Section = { media: { picture_cores: this.options.pictureCores } };
    const made = existsSync(madeFile) ? JSON.parse(readFileSync(madeFile, 'utf8')) as Section : {};
    const mine = existsSync(file) ? written(readConfig(file, this.binary('server/app', 'townwalld')), made) : {};
    const set = laid(laid(must, this.options.pictureCoresGiven === false ? {} : cores), this.options.config ?? {});
    for (const key of overruled(mine, set)) this.say(`${file}: ${key} is set by tools/run, what stood there was replaced`);
    const now = laid(laid(cores, mine), set);
    writeAtomic(madeFile, JSON.stringify(laid(cores, set), null, 2) + '\n', 0o600);
    writeAtomic(file, JSON.stringify(now, null, 2) + '\n', 0o600);
  }

  private writeRedisConfig(): void {
    mkdirSync(this.path('redis'), { recursive: true, mode: 0o700 });
    writeAtomic(this.path('redis.conf'), [
      'port 0', `unixsocket ${this.path('redis.sock')}`, 'unixsocketperm 700', `dir ${this.path('redis')}`,
      'appendonly yes', 'appendfsync always', 'save ""', 'daemonize no', 'maxmemory-policy noeviction', '',
    ].join('\n'), 0o600);
  }

  /** Sound and pictures of meetings; everything else goes on without it. */
  private startJanus(config: string): void {
    const { rtc } = JSON.parse(readFileSync(config, 'utf8')) as { rtc?: { url?: string; secret?: unknown } };
    if (rtc?.secret !== undefined || !(rtc?.url ?? 'unix:').startsWith('unix:')) return;
    const made = spawnSync(this.binary('server/app', 'townwalld'), ['--write-janus', '--config', config], { encoding: 'utf8' });
    if (made.status !== 0) {
      this.say(`meetings have neither sound nor pictures: ${made.stderr.trim()}`);
      return;
    }
    this.launch({ name: 'janus', command: ['janus', '-F', this.path('janus')], log: this.log('janus') });
  }

  private async startSimulator(): Promise<void> {
    const ready = this.path('simcams.ready');
    rmSync(ready, { force: true });
    const list = resolve(this.town, 'simcams.csv');
    this.say('starting the camera simulator');
    this.launch({
      name: 'simcams', log: this.log('simcams'),
      command: [this.binary('tools/simcams', 'simcams'), '--cameras', String(this.options.cameras),
        '--listen', this.simulatorHost, '--port', String(this.simulatorPort), '--rate', String(this.options.rate),
        ...(existsSync(list) ? ['--list', list] : []),
        '--ready-file', ready, '--control', this.path('simcams.sock'), ...(this.options.simulatorArgs ?? [])],
    });
    await this.until('the camera simulator', async () => existsSync(ready), 180000);
  }

  private async waitHealthy(): Promise<void> {
    this.say('waiting for the wall');
    for (const scheme of this.options.listen.startsWith('127.') || this.options.listen === '::1' ? ['http'] : ['https']) {
      this.url = `${scheme}://${this.options.listen.includes(':') ? `[${this.options.listen}]` : this.options.listen}:${this.options.port}`;
    }
    await this.until('townwalld', async () => (await this.get('/healthz')).status === 200, startMs);
  }

  /** A plain request to our own server; its certificate may be self-signed. */
  get(path: string): Promise<{ status: number; body: string }> {
    const go = this.url.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((done) => {
      const request = go(this.url + path, { rejectUnauthorized: false, timeout: 5000 }, (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (text: string) => { body += text; });
        answer.on('end', () => done({ status: answer.statusCode ?? 0, body }));
        answer.on('error', () => done({ status: 0, body: '' }));
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => done({ status: 0, body: '' }));
      request.end();
    });
  }

  private async importCameras(): Promise<void> {
    const csv = resolve(this.town, 'cameras.csv');
    if (!existsSync(csv)) return;
    const sum = createHash('sha256').update(readFileSync(csv)).digest('hex');
    const mark = this.path('.imported');
    if (existsSync(mark) && readFileSync(mark, 'utf8') === sum) return;
    this.say('importing the cameras');
    await this.command('import', [...this.wallctl, 'cameras', 'import', csv]);
    writeFileSync(mark, sum);
  }

  get wallctl(): string[] {
    return [this.binary('tools/wallctl', 'wallctl'), '--socket', this.path('wall.sock')];
  }

  /** One login per role, with a password made here; kept for the next start. Without the file (lost, or a
   * start that was broken off) the logins that exist get new passwords. */
  private async makeLogins(): Promise<void> {
    const file = this.path('logins.txt');
    if (existsSync(file)) return;
    const known = this.loginNames();
    if (known.size > 0) this.say('logins.txt is not there: the demo logins get new passwords');
    const logins: Login[] = [];
    const handlers = this.options.departments ? this.makeDepartments() : new Map<string, Handler>();
    const more = [...handlers].filter(([login]) => !roles.some(([one]) => one === login));
    for (const [login, role, name] of [...roles, ...more.map(([login, { name }]) => [login, 'department_handler', name] as const)]) {
      const password = randomBytes(9).toString('base64url');
      const words = known.has(login) ? ['password', login] : ['add', login, '--role', role, '--name', name];
      this.ask(['users', ...words, '--password-stdin'], password + '\n');
      const department = handlers.get(login)?.department;
      if (department && !known.has(login)) this.ask(['users', 'change', login, '--department', department]);
      logins.push({ login, password, role });
    }
    const planner = logins.find(({ role }) => role === 'leader');
    if (this.options.departments && planner) await makePool(this.url, planner);
    writeAtomic(file, logins.map((l) => `${l.login}\t${l.password}\t${l.role}`).join('\n') + '\n', 0o600);
  }

  /** The departments of the town's folder that are not known yet. Returned: who handles their orders, by login. */
  private makeDepartments(): Map<string, Handler> {
    const rows = (name: string): Record<string, string>[] => {
      const file = resolve(this.town, name);
      return existsSync(file) ? parseCsv(readFileSync(file, 'utf8')).rows : [];
    };
    const { departments } = JSON.parse(this.ask(['departments', 'list', '--json'])) as { departments: { id: string }[] };
    const names = new Map<string, string>();
    for (const { code = '', name = '', name_en = '' } of rows('departments.csv')) {
      names.set(code, name);
      if (!departments.some(({ id }) => id === code))
        this.ask(['departments', 'add', code, '--name', name, ...(name_en ? ['--name-en', name_en] : [])]);
    }
    return new Map(rows('people.csv')
      .filter(({ login, role, department = '' }) => login && role === 'department_handler' && names.has(department))
      .map(({ login = '', department = '' }) => [login, { department, name: `${names.get(department)}办理员` }]));
  }

  private loginNames(): Set<string> {
    const { users } = JSON.parse(this.ask(['users', 'list', '--json'])) as { users: { login: string }[] };
    return new Set(users.map((user) => user.login));
  }

  private startFeeds(): void {
    const file = this.path('feeds.json');
    writeAtomic(file, JSON.stringify(demoKeys(this.wallctl, file)) + '\n', 0o600);
    this.say('starting what reports incidents');
    this.launch({
      name: 'feeds', log: this.log('feeds'),
      command: [resolve(top, 'tools/node'), resolve(top, 'tools/feeds/feeds.ts'), 'live', '--place', this.town, '--url', this.url, '--keys', file],
    });
  }

  /** Returned: what wallctl printed. */
  private ask(words: string[], input = ''): string {
    const result = spawnSync(this.wallctl[0] ?? '', [...this.wallctl.slice(1), ...words], { input, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`wallctl ${words.slice(0, 3).join(' ')}: ${result.stderr || result.error?.message}`);
    return result.stdout;
  }

  logins(): Login[] {
    return readFileSync(this.path('logins.txt'), 'utf8').trim().split('\n').map((line) => {
      const [login = '', password = '', role = ''] = line.split('\t');
      return { login, password, role };
    });
  }

  private readRun(): Record<string, unknown> | null {
    try {
      return JSON.parse(readFileSync(this.path('ports.json'), 'utf8')) as Record<string, unknown>;
    } catch {
      return null;
    }
  }

  private writeRun(): void {
    const pids: Record<string, number | null> = { supervisor: process.pid };
    for (const [name, child] of this.children) pids[name] = child.pid;
    const run = {
      url: this.url, port: this.options.port, simulator_port: this.simulatorPort, cameras: this.cameras, pids,
      sockets: { control: this.path('wall.sock'), media: this.path('media.sock'), redis: this.path('redis.sock'), simcams: this.path('simcams.sock') },
      logs: this.logs, logins: this.path('logins.txt'), config: this.path('townwall.json'), town: this.town,
    };
    writeAtomic(this.path('run.json'), JSON.stringify(run, null, 2) + '\n', 0o600);
    writeAtomic(this.path('ports.json'), JSON.stringify({ simulator_port: this.simulatorPort }) + '\n', 0o600);
  }

  /** A program that was started again matters more than the file that tells of it: a disk may be full. */
  private noteRun(): void {
    try {
      this.writeRun();
    } catch (error) {
      this.say(`run.json was not written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private command(name: string, command: string[]): Promise<void> {
    const [file = '', ...args] = command;
    return new Promise((done, fail) => {
      const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let last = '';
      const take = (data: Buffer): void => {
        for (const line of data.toString('utf8').split('\n')) if (line.trim()) { last = line.trim(); this.say(`  ${name}: ${last}`); }
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('error', fail);
      child.once('close', (code) => (code === 0 ? done() : fail(new Error(`${name} failed: ${last}`))));
    });
  }

  private async until(what: string, test: () => Promise<boolean>, limitMs: number): Promise<void> {
    const end = Date.now() + limitMs * (this.options.patience ?? 1);
    while (!(await test())) {
      if (this.stopped) throw new Error('stopped');
      if (Date.now() > end) throw new Error(`${what} did not answer within ${limitMs / 1000} s; logs are in ${this.logs}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

export function writeAtomic(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
}
