// wallctl as a script would use it.
import { spawnSync } from 'node:child_process';
import type { Stack } from '../../tools/supervise/stack.ts';

/** Returned: what it printed; throws what it complained of. */
export function wallctl(stack: Stack, words: string[], input = ''): string {
  const [program = '', ...args] = stack.wallctl;
  const { status, stdout, stderr } = spawnSync(program, [...args, ...words], { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`wallctl ${words.slice(0, 3).join(' ')}: ${stderr}`);
  return stdout;
}
