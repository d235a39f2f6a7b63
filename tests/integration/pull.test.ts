// Sources that can only be read, each made by programs we did not write: an HTTP server, SQLite, PostgreSQL, a folder of files.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, rmdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { feeds } from '../lib/feed.ts';
import { Postgres } from '../lib/postgres.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { StreamReader, type StoredEvent } from '../lib/stream.ts';
import { until } from '../lib/wait.ts';

const mapping = { fields: { id: 'no', type: { value: 'noise' }, title: 'what', occurred_us: { from: 'at', time: 'iso' } } };
let stack: Stack;
let stream: StreamReader;
const seen: StoredEvent[] = [];

before(async () => {
  stack = await startSmallStack({ cameras: 1, simulator: false });
  stream = new StreamReader(stack);
  mkdirSync(stack.path('drop'));
  writeFileSync(stack.path('mapping.json'), JSON.stringify(mapping));
}, { timeout: 120000 });
after(async () => {
  if (stack) await stopStack(stack);
});

function add(id: string, settings: Record<string, unknown>, secret = ''): void {
  const [file = '', ...args] = stack.wallctl;
  writeFileSync(stack.path(`${id}.json`), JSON.stringify({ every_s: 1, ...settings }));
  const words = ['feeds', 'add', id, '--kind', 'pull', '--dimension', 'livelihood', '--mapping', stack.path('mapping.json'), '--settings', stack.path(`${id}.json`)];
  const result = spawnSync(file, [...args, ...words, ...(secret ? ['--secret-stdin'] : [])], { input: `${secret}\n`, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
}

/** The ids of a feed's events that came so far. */
function came(source: string): string[] {
  seen.push(...stream.take());
  return seen.filter((e) => e.source === source).map((e) => e.id);
}

const numbers = (id: string): any => feeds(stack, 'show', id).feed.numbers;

/** An API with pages of two, as departments have them. */
class Api {
  readonly rows = Array.from({ length: 5 }, (_, i) => ({ no: i + 1, what: `第 ${i + 1} 件`, at: '2026-11-22T08:00:00+08:00' }));
  readonly asked: string[] = [];
  status = 200;
  token = '';
  private readonly server: Server;

  constructor() {
    this.server = createServer((request: IncomingMessage, answer) => {
      const since = Number(new URL(request.url ?? '', 'http://x').searchParams.get('since') ?? 0);
      this.asked.push(String(since));
      this.token = request.headers.authorization ?? '';
      answer.writeHead(this.status, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ data: { rows: this.rows.filter((r) => r.no > since).slice(0, 2) } }));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((done) => {
      this.server.close(() => done());
      this.server.closeAllConnections();
    });
  }
}

test('an HTTP address: page after page, its faults shown, and on from where it was after a crash', async () => {
  const api = new Api();
  const url = await api.listen();
  add('api', { type: 'http', url: `${url}/list?since={cursor}`, items: 'data.rows', cursor: 'no' }, 'the token');
  await until('all pages', () => came('api').length === 5);
  assert.deepEqual(came('api'), ['1', '2', '3', '4', '5']);
  assert.equal(api.token, 'Bearer the token');
  api.status = 500;
  await until('its fault is shown', () => numbers('api').failing && /HTTP 500/.test(numbers('api').error.message.en));
  api.status = 200;
  api.rows.push({ no: 6, what: '', at: '2026-11-22T08:00:00+08:00' }, { no: 7, what: '第 7 件', at: '2026-11-22T08:00:00+08:00' });
  await until('the good one of two', () => came('api').includes('7'));
  await until('the bad one is told', () => numbers('api').refused === 1);
  assert.ok(!came('api').includes('6'));
  await until('the cursor is past both', () => api.asked.at(-1) === '7');
  const pid = pidOf(stack, 'townwalld');
  process.kill(pid, 'SIGKILL');
  const before = api.asked.length;
  await until('it asks again', () => api.asked.length > before + 1);
  assert.deepEqual([...new Set(api.asked.slice(before))], ['7'], 'from where it was');
  await api.close();
  await until('the connection is missed', () => numbers('api').failing);
  feeds(stack, 'remove', 'api');
});

test('an SQLite file of another program', async () => {
  const db = stack.path('drop/other.db');
  execFileSync('sqlite3', [db, `CREATE TABLE t (no INTEGER PRIMARY KEY, what TEXT, at TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO t SELECT i, '件' || i, '2026-11-22 08:00:00' FROM n;`]);
  add('lite', { type: 'sqlite', path: db, query: 'SELECT no, what, at FROM t WHERE no > :cursor ORDER BY no', cursor: 'no', start: 0 });
  await until('all rows', () => came('lite').length === 1200);
  execFileSync('sqlite3', [db, "INSERT INTO t VALUES (1201, '新', '2026-11-22 09:00:00')"]);
  await until('the new row', () => came('lite').at(-1) === '1201');
  assert.equal(new Set(came('lite')).size, came('lite').length, 'nothing twice');
  renameSync(db, `${db}.away`);
  await until('the missing file is told', () => numbers('lite').failing && /cannot be opened/.test(numbers('lite').error.message.en));
  feeds(stack, 'remove', 'lite');
});

test('a PostgreSQL database, also when it goes and comes', async () => {
  const postgres = await Postgres.start();
  try {
    postgres.sql("CREATE TABLE t (no BIGINT PRIMARY KEY, what TEXT, at TIMESTAMPTZ DEFAULT '2026-11-22 08:00:00+08'); INSERT INTO t SELECT i, '件' || i FROM generate_series(1, 700) i");
    const conninfo = `host=${postgres.dir} user=postgres dbname=postgres`;
    const query = "SELECT no, what, to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SSOF') AS at FROM t WHERE no > $1 ORDER BY no LIMIT 500";
    add('pg', { type: 'postgresql', conninfo, query, cursor: 'no', start: 0 });
    await until('all rows', () => came('pg').length === 700);
    await postgres.close();
    await until('its absence is told', () => numbers('pg').failing && /cannot be reached/.test(numbers('pg').error.message.en));
    await postgres.open();
    postgres.sql("INSERT INTO t VALUES (701, '新')");
    await until('the new row', () => came('pg').at(-1) === '701');
    await until('it is well again', () => !numbers('pg').failing);
    add('pg-writes', { type: 'postgresql', conninfo, query: 'DELETE FROM t WHERE no > $1 RETURNING no', cursor: 'no', start: 0 });
    await until('writing is refused', () => /read-only/.test(numbers('pg-writes').error?.message.en ?? ''));
    assert.equal(postgres.sql('SELECT count(*) FROM t').trim(), '701');
    add('pg-stands', { type: 'postgresql', conninfo, query: 'SELECT no, what, nullif(no, 701) AS cursor FROM t WHERE no > $1 AND no > 600 ORDER BY no', cursor: 'cursor', start: 0 });
    await until('a cursor that is missing is told', () => /no cursor in the last row/.test(numbers('pg-stands').error?.message.en ?? ''));
  } finally {
    for (const id of ['pg', 'pg-writes', 'pg-stands']) feeds(stack, 'remove', id);
    await postgres.stop();
  }
});

test('a folder of CSV files: in order, moved away, every bad row told', async () => {
  const dir = stack.path('drop/files');
  mkdirSync(dir);
  const drop = (name: string, bytes: string | Buffer): void => {
    writeFileSync(`${dir}/.${name}`, bytes);
    utimesSync(`${dir}/.${name}`, Date.now() / 1000 - 60, Date.now() / 1000 - 60);
    renameSync(`${dir}/.${name}`, `${dir}/${name}`);
  };
  const rows = Array.from({ length: 1100 }, (_, i) => `b${i},件,2026-11-22T08:00:00`);
  drop('b.csv', ['no,what,at', ...rows].join('\n'));
  drop('a.csv', 'no,what,at\r\na1,"件,一",2026-11-22T08:00:00\r\n"a2"x,件,2026-11-22T08:00:00\r\na3,,2026-11-22T08:00:00\r\n');
  drop('c.csv', Buffer.concat([Buffer.from('no,what,at\nc1,'), Buffer.from([0xd4, 0xeb, 0xd2, 0xf4]), Buffer.from(',2026-11-22T08:00:00\n')])); // 噪音 in GB18030
  drop('d.csv', Buffer.from([0x6e, 0x00, 0xff, 0xfe]));
  add('drop', { type: 'csv_drop', dir });
  await until('everything good', () => came('drop').length === 1102);
  assert.deepEqual([came('drop')[0], came('drop').at(-1)], ['a1', 'c1']);
  assert.equal(seen.find((e) => e.id === 'c1')?.title, '噪音');
  for (const name of ['a.csv', 'b.csv', 'c.csv']) await until(`${name} is moved`, () => existsSync(`${dir}/done/${name}`));
  await until('what is no text is put aside', () => existsSync(`${dir}/bad/d.csv`));
  await until('and told', () => numbers('drop').refused === 3);
  drop('a.csv', 'no,what,at\na9,件,2026-11-22T08:00:00\n');
  const told = feeds(stack, 'rejected', 'drop').rejected;
  assert.deepEqual(told.map((r: any) => [r.kept, /a\.csv, line 3|d\.csv is no UTF-8/.test(r.message.en), r.item?.no ?? null]).sort(), [[false, true, null], [false, true, null], [true, false, 'a3']]);
  await until('another file of a name that was', () => came('drop').includes('a9'));
  renameSync(`${dir}/bad`, `${dir}/bad-was`);
  writeFileSync(`${dir}/bad`, 'in the way');
  drop('e.csv', Buffer.from([0x6e, 0x00, 0xff, 0xfe]));
  drop('f.csv', 'no,what,at\nf1,件,2026-11-22T08:00:00\n');
  await until('what comes after a file that cannot be moved', () => came('drop').includes('f1'));
  await until('the state tells of it', () => numbers('drop').failing && /1 file is dealt with and cannot be moved away .*e\.csv/.test(numbers('drop').error.message.en));
  assert.equal(feeds(stack, 'rejected', 'drop').rejected.filter((r: any) => /e\.csv cannot be moved/.test(r.message.en)).length, 1);
  rmSync(`${dir}/bad`);
  await until('it is moved, and well', () => existsSync(`${dir}/bad/e.csv`) && !numbers('drop').failing);
  feeds(stack, 'remove', 'drop');
});

test('what cannot be mapped is kept, sealed, over a kill, and taken once when the mapping is corrected', async () => {
  const db = stack.path('drop/wrong.db');
  const phone = '13812345678';
  execFileSync('sqlite3', [db, `CREATE TABLE t (no INTEGER PRIMARY KEY, what TEXT, at TEXT, phone TEXT);
    INSERT INTO t VALUES (1, '好', '2026-11-22 08:00:00', ''), (2, '', '2026-11-22 08:00:00', '${phone}'), (3, '早', 'yesterday', '${phone}')`]);
  add('wrong', { type: 'sqlite', path: db, query: 'SELECT * FROM t WHERE no > :cursor ORDER BY no', cursor: 'no', start: 0 });
  await until('two are kept', () => numbers('wrong').rejected === 2);
  assert.deepEqual(came('wrong'), ['1']);
  const pid = pidOf(stack, 'townwalld');
  process.kill(pid, 'SIGKILL');
  const kept = await until('they are there after a crash', () => {
    try {
      return feeds(stack, 'rejected', 'wrong');
    } catch {
      return undefined;
    }
  });
  assert.equal(numbers('wrong').rejected, 2);
  assert.deepEqual(kept.rejected.map((r: any) => [r.field, r.item.no, r.kept]).sort(), [['occurred_us', 3, true], ['title', 2, true]]);
  for (const file of ['townwall.db', 'townwall.db-wal']) if (existsSync(stack.path(file))) assert.ok(!readFileSync(stack.path(file)).includes(phone), `${file} tells who`);
  const tryAgain = (...words: string[]): { status: number | null; said: any } => {
    const [file = '', ...args] = stack.wallctl;
    const result = spawnSync(file, [...args, 'feeds', 'retry', 'wrong', ...words, '--lang', 'en'], { encoding: 'utf8' });
    return { status: result.status, said: result.stdout + result.stderr };
  };
  assert.equal(tryAgain().status, 1, 'nothing was corrected');
  const better = { fields: { ...mapping.fields, title: { from: 'what', default: '无标题' } } };
  writeFileSync(stack.path('better.json'), JSON.stringify(better));
  feeds(stack, 'change', 'wrong', '--mapping', stack.path('better.json'));
  const partly = tryAgain();
  assert.deepEqual([partly.status, /1 taken, 1 still wrong, 1 left/.test(partly.said)], [5, true], partly.said);
  await until('the corrected one', () => came('wrong').includes('2'));
  assert.equal(numbers('wrong').rejected, 1);
  writeFileSync(stack.path('better.json'), JSON.stringify({ fields: { ...better.fields, occurred_us: { from: 'at', time: 'iso', absent: ['yesterday'] } } }));
  feeds(stack, 'change', 'wrong', '--mapping', stack.path('better.json'));
  const redis = pidOf(stack, 'redis');
  process.kill(redis, 'SIGSTOP');
  const stopped = tryAgain();
  process.kill(redis, 'SIGCONT');
  assert.equal(stopped.status, 1, stopped.said);
  assert.equal(feeds(stack, 'rejected', 'wrong').total, 1, 'the bus was away: it stays');
  const last = await until('the last one', () => {
    const again = tryAgain();
    return again.status === 0 ? again.said : undefined;
  });
  assert.match(last, /1 taken, 0 still wrong, 0 left/);
  await until('it came', () => came('wrong').includes('3'));
  assert.deepEqual([numbers('wrong').rejected, [...new Set(came('wrong'))]], [0, ['1', '2', '3']]);
  feeds(stack, 'remove', 'wrong');
});

const OUTSIDE = 'lies outside the folders of intake.file_roots';
/** What wallctl says to a feed of these settings. */
function refused(settings: Record<string, unknown>): string {
  const [file = '', ...args] = stack.wallctl;
  writeFileSync(stack.path('wrong.json'), JSON.stringify(settings));
  const result = spawnSync(file, [...args, 'feeds', 'add', 'wrong', '--kind', 'pull', '--settings', stack.path('wrong.json')], { encoding: 'utf8' });
  assert.equal(result.status, 1, JSON.stringify(settings));
  return result.stderr.trim();
}

test('settings that cannot work are refused by name', () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{}, 'type'], [{ type: 'gopher' }, 'type'], [{ type: 'http', url: 'file:///etc/passwd', cursor: 'a' }, 'url'], [{ type: 'http', url: 'http://me:secret@x/', cursor: 'a' }, 'url'],
    [{ type: 'http', url: 'ftp://x/', cursor: 'a' }, 'url'], [{ type: 'http', url: 'http://x/' }, 'cursor'], [{ type: 'sqlite', path: '/x', query: 'SELECT 1', cursor: 'a', start: 0 }, 'query'],
    [{ type: 'sqlite', path: '/x', query: 'SELECT :cursor', cursor: 'a' }, 'start'], [{ type: 'csv_drop', dir: 'relative' }, 'dir'], [{ type: 'csv_drop', dir: '/x', every_s: 0 }, 'every_s'],
  ];
  for (const [settings, field] of wrong) assert.ok(refused(settings).endsWith(`: ${field}`), `${JSON.stringify(settings)}: ${refused(settings)}`);
  for (const parameter of ['password=x', 'service=town', 'passfile=/etc/passwd', 'sslkey=/etc/shadow', 'sslcert=/etc/passwd', 'sslrootcert=/etc/passwd', 'sslcrl=/etc/passwd', "options='-c x=y'"])
    assert.match(refused({ type: 'postgresql', conninfo: `host=/tmp ${parameter}`, query: '$1', cursor: 'a', start: 0 }), /conninfo: only host/, parameter);
  assert.match(refused({ type: 'postgresql', conninfo: 'postgresql://x/y?service=town', query: '$1', cursor: 'a', start: 0 }), /conninfo: only host/);
});

test('local files are read below intake.file_roots only, whatever links and dots say, there or not', async () => {
  const query = { query: 'SELECT no FROM t WHERE no > :cursor', cursor: 'no', start: 0 };
  symlinkSync('/etc', stack.path('drop/sideways'));
  symlinkSync(stack.path('townwall.db'), stack.path('drop/own.db'));
  for (const path of [stack.path('townwall.db'), '/etc/passwd', '/nonexistent', stack.path('drop/../townwall.db'), stack.path('drop/own.db'), stack.path('drop/sideways/x.db')])
    assert.ok(refused({ type: 'sqlite', path, ...query }).endsWith(`path: ${OUTSIDE}`), path);
  for (const dir of [stack.path('.'), '/', '/etc', stack.path('drop/sideways'), stack.path('drop/files/../..')])
    assert.ok(refused({ type: 'csv_drop', dir }).endsWith(`dir: ${OUTSIDE}`), dir);
  for (const ca_file of ['/etc/ssl/certs/ca-certificates.crt', stack.path('feeds.key')]) {
    assert.ok(refused({ type: 'http', url: 'https://x/', cursor: 'a', ca_file }).endsWith(`ca_file: ${OUTSIDE}`), ca_file);
    assert.ok(refused({ type: 'postgresql', conninfo: 'host=/tmp', query: '$1', cursor: 'a', start: 0, ca_file }).endsWith(`ca_file: ${OUTSIDE}`), ca_file);
  }
  // allowed when it was saved, a link to elsewhere when it is read
  const db = stack.path('drop/later.db');
  execFileSync('sqlite3', [db, 'CREATE TABLE t (no INTEGER PRIMARY KEY)']);
  const dir = stack.path('drop/later');
  mkdirSync(dir);
  add('later-db', { type: 'sqlite', path: db, ...query });
  add('later-dir', { type: 'csv_drop', dir });
  rmSync(db);
  symlinkSync(stack.path('townwall.db'), db);
  rmdirSync(dir);
  symlinkSync(stack.path('.'), dir);
  for (const id of ['later-db', 'later-dir']) {
    await until(`${id} is told`, () => numbers(id).failing && numbers(id).error.message.en.includes(OUTSIDE));
    feeds(stack, 'remove', id);
  }
});

test('links in a folder of CSV files are not followed, nor is what is read moved through them', async () => {
  const dir = stack.path('drop/linked');
  const outside = stack.path('outside');
  for (const path of [dir, outside]) mkdirSync(path);
  const old = (path: string): void => utimesSync(path, Date.now() / 1000 - 60, Date.now() / 1000 - 60);
  writeFileSync(`${outside}/secret.csv`, 'no,what,at\nx1,secret,2026-11-22T08:00:00\n');
  writeFileSync(`${dir}/plain.csv`, 'no,what,at\nx2,件,2026-11-22T08:00:00\n');
  for (const path of [`${outside}/secret.csv`, `${dir}/plain.csv`]) old(path);
  symlinkSync(`${outside}/secret.csv`, `${dir}/a.csv`);
  symlinkSync(outside, `${dir}/done`);
  add('linked', { type: 'csv_drop', dir });
  await until('it cannot be moved away', () => numbers('linked').failing && /1 file is dealt with and cannot be moved away/.test(numbers('linked').error.message.en));
  assert.deepEqual([...new Set(came('linked'))], ['x2']);
  assert.ok(!existsSync(`${outside}/plain.csv`));
  feeds(stack, 'remove', 'linked');
});

test('an HTTP address redirects within its origin only, and not for ever', async () => {
  const elsewhere = new Api();
  const away = await elsewhere.listen();
  const asked: string[] = [];
  const server = createServer((request, answer) => {
    const path = request.url ?? '';
    asked.push(path);
    const to: Record<string, string> = { '/near?since=': '/list', '/far': `${away}/list`, '/file': 'file:///etc/passwd', '/loop': '/loop' };
    if (path in to) answer.writeHead(302, { location: to[path] }).end();
    else answer.end(JSON.stringify([{ no: 1, what: '件', at: '2026-11-22T08:00:00+08:00' }]));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    add('near', { type: 'http', url: `${here}/near?since=`, cursor: 'no' }, 'the token');
    await until('the redirected answer', () => came('near').length > 0);
    for (const path of ['far', 'file', 'loop']) {
      add(path, { type: 'http', url: `${here}/${path}`, cursor: 'no', secret_header: 'X-Key', every_s: 3600 }, 'the token');
      await until(`${path} is told`, () => /redirects to another origin, or too often/.test(numbers(path).error?.message.en ?? ''));
    }
    assert.deepEqual(elsewhere.asked, []);
    assert.equal(asked.filter((path) => path === '/loop').length, 4);
  } finally {
    server.close();
    server.closeAllConnections();
    await elsewhere.close();
    for (const id of ['near', 'far', 'file', 'loop']) feeds(stack, 'remove', id);
  }
});
