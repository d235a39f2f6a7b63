// A small town for one test file: the real programs in a folder of their own, stopped when the test ends.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack, type StackOptions } from '../../tools/supervise/stack.ts';
import { checkLogs, patience, preset } from './programs.ts';
import { storeUrl } from './store.ts';
import { giveTown } from './towns.ts';

export { preset };

/** Programs that ended by themselves, by stack: a restart hides from a test what went wrong. */
const fallen = new WeakMap<Stack, string[]>();
const fall = /ended \((SIG(?:SEGV|ABRT|BUS|ILL|FPE|TRAP)|exit [1-9]\d*)\)/;

/** A small town whose map nobody looks at: quicker to start. */
export async function startSmallStack(options: Partial<StackOptions> = {}): Promise<Stack> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'townwall-test-'));
  await giveTown(dir, options.cameras ?? 20, options.simulatorHost ?? '127.0.0.1');
  return startPrograms({ ...options, dir });
}

/** With its map. */
export async function startStack(options: Partial<StackOptions> = {}): Promise<Stack> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'townwall-test-'));
  if (!options.town && !existsSync(join(dir, 'town/.made')))
    await giveTown(dir, options.cameras ?? 20, options.simulatorHost ?? '127.0.0.1', true);
  return startPrograms({ ...options, dir });
}

async function startPrograms(options: Partial<StackOptions> & { dir: string }): Promise<Stack> {
  const lines: string[] = [];
  const fell: string[] = [];
  const url = await storeUrl(options.dir);
  const stack = new Stack({
    cameras: 20, port: 0, listen: '127.0.0.1', town: null, simulator: true, feeds: false, rate: 12.5, pictureCores: 0.5, preset, patience,
    progress: (line) => {
      lines.push(line);
      if (fall.test(line)) fell.push(line);
    },
    ...options,
    config: url ? { ...options.config, store: { url } } : options.config,
  });
  fallen.set(stack, fell);
  try {
    await stack.start();
  } catch (error) {
    await stack.stop();
    checkLogs(stack.logs);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${lines.join('\n')}`);
  }
  return stack;
}

/** The same where programs end by themselves because the test makes them: only reports are looked for. */
export async function endStack(stack: Stack): Promise<void> {
  await stack.stop();
  checkLogs(stack.logs);
}

/** Stops the programs; throws when one of them fell, or wrote a sanitizer's report on its way. `keep`: leaves the folder. */
export async function stopStack(stack: Stack, keep = false): Promise<void> {
  await endStack(stack);
  const fell = fallen.get(stack) ?? [];
  if (fell.length) throw new Error(fell.join('\n'));
  if (!keep) rmSync(stack.options.dir, { recursive: true, force: true });
}
