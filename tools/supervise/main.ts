// tools/run's second half: starts the stack, keeps it running, stops it.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseOptions, UsageError, type Options } from './options.ts';
import { probePort } from './ports.ts';
import { Stack } from './stack.ts';

const say = (line: string): void => {
  console.error(`[${new Date().toTimeString().slice(0, 8)}] ${line}`);
};
function die(message: string, code: number): never {
  console.error(`tools/run: ${message}`);
  process.exit(code);
}

/** The supervisor that has the data folder, null when none lives; its number may have gone to another program. */
function holder(file: string): number | null {
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const command = `/proc/${pid}/cmdline`;
  return pid > 0 && existsSync(command) && readFileSync(command, 'utf8').includes('supervise/main.ts') ? pid : null;
}

function refuse(dir: string, pid: number): never {
  die(`${dir} is already in use by tools/run, process ${pid}`, 1);
}

/** One supervisor a data folder; the lock of a dead one is taken over. */
function lock(dir: string): string {
  const file = `${dir}/run.lock`;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      const fd = openSync(file, 'wx', 0o600);
      writeSync(fd, `${process.pid}\n`);
      closeSync(fd);
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = holder(file);
      if (pid !== null) refuse(dir, pid);
      rmSync(file, { force: true });
    }
  }
}

/** Before anything is built or made. */
async function checkOnly(options: Options): Promise<void> {
  const pid = holder(`${options.dir}/run.lock`);
  if (pid !== null) refuse(options.dir, pid);
  try {
    await probePort(options.listen, options.port);
  } catch {
    die(`port ${options.port} on ${options.listen} is taken by another program; choose one with --port`, 1);
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const check = args[0] === '--check';
  const options = parseOptions(check ? args.slice(1) : args, process.cwd());
  if (check) return checkOnly(options);
  const lockFile = lock(options.dir);
  say(`machine: ${availableParallelism()} cores; simulated cameras ${options.rate} pictures/s (--rate), ` +
    `${options.pictureCores} cores for small pictures (--picture-cores)`);
  // the town's clock, whatever the machine's zone; China has one
  const env = { townwalld: { TZ: process.env['TZ'] ?? '<+08>-8' } };
  const stack = new Stack({ ...options, env, preset: 'release', departments: options.town === null, progress: say });
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    say('stopping');
    await stack.stop();
    rmSync(lockFile, { force: true });
    process.exit(code);
  };
  process.on('SIGINT', () => void stop(0));
  process.on('SIGTERM', () => void stop(0));
  try {
    await stack.start();
  } catch (error) {
    if (stopping) return;
    console.error(`tools/run: ${error instanceof Error ? error.message : String(error)}`);
    await stop(1);
    return;
  }
  console.log(`logins ${stack.path('logins.txt')}`);
  console.log(`ready ${stack.url}`);
}

main().catch((error: unknown) => die(error instanceof Error ? error.message : String(error), error instanceof UsageError ? 2 : 1));
