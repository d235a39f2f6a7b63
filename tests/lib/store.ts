// The record of truth of a test's programs: SQLite, or with TW_STORE=postgresql a PostgreSQL of its own. A place is the
// path of the database file, as tests name it, or the URL that stands for it.
import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Postgres } from './postgres.ts';

export const onPostgres = process.env.TW_STORE === 'postgresql';

/** In memory, where there is so much of it, a sync costs nothing. */
const roomBytes = 1 << 30;
const folder = (): string => {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > roomBytes ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
};

let server: Promise<Postgres> | null = null;
const urls = new Map<string, string>();

/** One server a test file, which ends with it. */
export function postgres(): Promise<Postgres> {
  server ??= Postgres.start({ parent: folder(), durable: true }).then((started) => {
    process.on('exit', () => started.drop());
    return started;
  });
  return server;
}

/** A new, empty database for the data in `dir`, the same one each time; null: SQLite. */
export async function storeUrl(dir: string): Promise<string | null> {
  if (!onPostgres) return null;
  const running = await postgres();
  const name = `t${urls.size + 1}`;
  const file = join(dir, 'townwall.db');
  const known = urls.get(file);
  if (known) return known;
  running.sql(`CREATE DATABASE ${name}`);
  const url = `postgresql:///${name}?host=${running.dir}&user=postgres`;
  urls.set(file, url);
  return url;
}

type Value = string | number | null;

/** Rows of a query (`?` stands for values), beside the running server. */
export function rowsOf<T>(place: string, sql: string, ...values: Value[]): T[] {
  const url = urls.get(place) ?? (place.startsWith('postgresql:') ? place : null);
  if (url) return rowsOfPostgres<T>(url, sql, values);
  const store = new DatabaseSync(place, { readOnly: true });
  try {
    store.exec('PRAGMA busy_timeout = 20000'); // one that is just starting has it for itself for a moment
    return store.prepare(sql).all(...values) as T[];
  } finally {
    store.close();
  }
}

function psql(url: string, sql: string): string {
  return execFileSync('psql', [url, '-AtqX', '-v', 'ON_ERROR_STOP=1', '-f', '-'], { encoding: 'utf8', input: sql, maxBuffer: 1 << 30 }).trim();
}

function rowsOfPostgres<T>(url: string, sql: string, values: Value[]): T[] {
  let next = 0;
  const literal = (value: Value): string => (value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`);
  const text = sql.replaceAll('?', () => literal(values[next++] ?? null));
  return JSON.parse(psql(url, `SELECT COALESCE(json_agg(asked), '[]') FROM (${text}) AS asked`)) as T[];
}

/** Statements behind the server's back. */
export function changeStore(place: string, sql: string): void {
  const url = urls.get(place);
  if (url) psql(url, sql);
  else execFileSync('sqlite3', ['-cmd', '.timeout 20000', place, sql]);
}

/** Values of a query as the command lines of both engines print them: columns parted by |, a row a line. */
export function textOf(place: string, sql: string): string {
  const url = urls.get(place);
  if (url) return psql(url, sql);
  return execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 20000', place, sql], { encoding: 'utf8' }).trim();
}

/** The store takes no new row of a table where `when` holds, until allowAgain(). */
export function refuse(place: string, table: string, when: string, why: string): void {
  const name = `refuse_${table}`;
  changeStore(place, urls.has(place)
    ? `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '${why}'; END $$;
       CREATE TRIGGER ${name} BEFORE INSERT ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION ${name}()`
    : `CREATE TRIGGER ${name} BEFORE INSERT ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, '${why}'); END`);
}
export function allowAgain(place: string, table: string): void {
  changeStore(place, urls.has(place) ? `DROP FUNCTION refuse_${table}() CASCADE` : `DROP TRIGGER refuse_${table}`);
}
