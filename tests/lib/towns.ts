// The demo town without its base map, made once for a machine and version of the generator: making it takes seconds of
// work, and most tests only need its cameras, places and people.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tools/supervise/ports.ts';
import { top } from './programs.ts';

const placeholder = 'rtsp://simcams.invalid:1';

/** Tells one version of the generator from another. */
function version(): string {
  const hash = createHash('sha256');
  const dir = join(top, 'tools/town');
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.ts')) hash.update(readFileSync(join(dir, name)));
  return hash.digest('hex').slice(0, 16);
}

function made(cameras: number): string {
  const kept = join(tmpdir(), `townwall-towns-${userInfo().uid}-${version()}-${cameras}`);
  if (existsSync(kept)) return kept;
  const fresh = mkdtempSync(`${kept}-`);
  const run = spawnSync(join(top, 'tools/node'), [join(top, 'tools/town/town.ts'), '--out', fresh, '--cameras', String(cameras), '--no-tiles',
    '--camera-url', `${placeholder}/cam/{n}/{profile}`], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`town: ${run.stderr}`);
  try {
    renameSync(fresh, kept);
  } catch {
    rmSync(fresh, { recursive: true, force: true }); // another test was quicker
  }
  return kept;
}

/** Puts a town into the folder of a stack, as if the stack had made it before. */
export async function giveTown(dir: string, cameras: number, host: string): Promise<void> {
  const port = await freePort('127.0.0.1', 0);
  cpSync(made(cameras), join(dir, 'town'), { recursive: true });
  const list = join(dir, 'town/cameras.csv');
  writeFileSync(list, readFileSync(list, 'utf8').replaceAll(placeholder, `rtsp://${host}:${port}`));
  writeFileSync(join(dir, 'town/.made'), `${cameras} ${port}`);
  writeFileSync(join(dir, 'ports.json'), JSON.stringify({ simulator_port: port }));
}
