// tools/run's second half: starts the stack, keeps it running, stops it.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseOptions, UsageError, type Options } from './options.ts';
import { probePort } from './ports.ts';
import { Stack } from './stack.ts';

const say = (line: string): void => {
  console.error(`[${new Date().toTimeString().slice(0, 8)}] ${line}`);
};
const die = (message: string, code: number): never => {
  console.error(`tools/run: ${message}`);
  process.exit(code);
};

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
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
      const pid = Number(readFileSync(file, 'utf8'));
      if (pid > 0 && alive(pid)) die(`${dir} is already in use by tools/run, process ${pid}`, 1);
      rmSync(file, { force: true });
    }
  }
}

async function checkOnly(options: Options): Promise<void> {
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
  const stack = new Stack({ ...options, preset: 'release', progress: say });
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
