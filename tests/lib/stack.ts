// A small town for one test file: the real programs in a folder of their own, stopped when the test ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack, type StackOptions } from '../../tools/supervise/stack.ts';

export const preset = process.env.TW_PRESET ?? 'release';

export async function startStack(options: Partial<StackOptions> = {}): Promise<Stack> {
  const dir = mkdtempSync(join(tmpdir(), 'townwall-test-'));
  const lines: string[] = [];
  const stack = new Stack({
    cameras: 20, port: 0, listen: '127.0.0.1', dir, town: null, simulator: true, rate: 12.5, pictureCores: 0.5, preset,
    progress: (line) => lines.push(line),
    ...options,
  });
  try {
    await stack.start();
  } catch (error) {
    await stack.stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${lines.join('\n')}`);
  }
  return stack;
}

export async function stopStack(stack: Stack): Promise<void> {
  await stack.stop();
  rmSync(stack.options.dir, { recursive: true, force: true });
}
