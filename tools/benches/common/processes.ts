// What a running program uses, from /proc.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** CPU time is told in these steps. */
export const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);

const read = (pid: number, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');

/** Fields of /proc/PID/stat from the third on (proc(5) counts from 1). */
function stat(pid: number): (field: number) => number {
  const fields = read(pid, 'stat').split(') ').at(-1)!.split(' ');
  return (field) => Number(fields[field - 3]);
}

/** Children of all threads of a program; a thread that ends meanwhile has none. */
export function childrenOf(pid: number): number[] {
  const of = (task: string): string => {
    try {
      return read(pid, `task/${task}/children`);
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
      throw error;
    }
  };
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => of(task).split(' ').filter(Boolean).map(Number));
}

/** A program and everything it started that still runs. */
export function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap((child) => {
    try {
      return treeOf(child);
    } catch {
      return []; // it ended meanwhile
    }
  })];
}

/** CPU seconds of this process alone. */
export function cpuSeconds(pid: number): number {
  const field = stat(pid);
  return (field(14) + field(15)) / ticksPerSecond;
}

/** CPU seconds of a program with its children, those that have ended too. */
export function treeCpuSeconds(pid: number): number {
  return treeOf(pid).reduce((sum, one) => {
    const field = stat(one);
    return sum + (field(14) + field(15) + field(16) + field(17)) / ticksPerSecond;
  }, 0);
}

export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(pid, 'status'))?.[1] ?? 0) / 1024;
}

export function treeResidentMb(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + residentMb(one), 0);
}

export const threadsOf = (pid: number): number => stat(pid)(20);

export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
