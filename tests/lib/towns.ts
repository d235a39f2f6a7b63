// The demo town, made once for a machine and version of the generator: making it takes many seconds of work, and the
// tests differ only in how many cameras it has.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tools/supervise/ports.ts';
import { top } from './programs.ts';

const placeholder = 'rtsp://simcams.invalid:1';
/** Towns that are made together; any other is made when it is asked for. */
const counts = [...Array.from({ length: 24 }, (_, i) => i + 1), 30, 36, 40, 45, 60, 300];
const perCount = /^(cameras|simcams)-\d+\.csv$/;

/** Tells one version of the generator from another. */
function version(): string {
  const hash = createHash('sha256');
  const dir = join(top, 'tools/town');
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.ts')) hash.update(readFileSync(join(dir, name)));
  hash.update(readFileSync(join(import.meta.dirname, 'make-towns.ts')));
  return hash.digest('hex').slice(0, 16);
}

const kept = (name: string): string => join(tmpdir(), `townwall-towns-${userInfo().uid}-${version()}-${name}`);

/** Whole or not at all. */
function makeOnce(folder: string, make: (fresh: string) => void): string {
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(`${folder}-`);
  make(fresh);
  try {
    renameSync(fresh, folder);
  } catch {
    rmSync(fresh, { recursive: true, force: true }); // another test was quicker
  }
  return folder;
}

/** The town with its map, and the cameras of several sizes of it. Who comes meanwhile waits. */
function together(sizes: number[], name: string): string {
  const folder = kept(name);
  if (existsSync(folder)) return folder;
  const run = spawnSync('flock', [`${folder}.lock`, join(top, 'tools/node'), join(top, 'tests/lib/make-towns.ts'), folder,
    `${placeholder}/cam/{n}/{profile}`, ...sizes.map(String)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`town: ${run.stderr}`);
  return folder;
}

const withSize = (cameras: number): string =>
  counts.includes(cameras) ? together(counts, 'all') : together([cameras], `only-${cameras}`);

/** The folder of one with so many cameras, without its map and with addresses that lead nowhere; not to be written to. */
export function townFolder(cameras: number): string {
  return makeOnce(kept(String(cameras)), (fresh) => putTown(fresh, cameras, false));
}

function putTown(to: string, cameras: number, map: boolean): void {
  const from = withSize(cameras);
  for (const name of readdirSync(from))
    if (!perCount.test(name) && (map || name !== 'base.mbtiles')) cpSync(join(from, name), join(to, name));
  for (const list of ['cameras', 'simcams']) cpSync(join(from, `${list}-${cameras}.csv`), join(to, `${list}.csv`));
}

/** Puts a town into the folder of a stack, as if the stack had made it before. */
export async function giveTown(dir: string, cameras: number, host: string, map = false): Promise<void> {
  const port = await freePort('127.0.0.1', 0);
  mkdirSync(join(dir, 'town'), { recursive: true, mode: 0o700 });
  putTown(join(dir, 'town'), cameras, map);
  const list = join(dir, 'town/cameras.csv');
  writeFileSync(list, readFileSync(list, 'utf8').replaceAll(placeholder, `rtsp://${host}:${port}`));
  writeFileSync(join(dir, 'town/.made'), `${cameras} ${port}`);
  writeFileSync(join(dir, 'ports.json'), JSON.stringify({ simulator_port: port }));
}
