// What a running program holds: descriptors, memory, threads.
import { readFileSync, readdirSync } from 'node:fs';
import type { Stack } from '../../tools/supervise/stack.ts';

export interface Holds { descriptors: number; residentMb: number; threads: number }

export function holds(pid: number): Holds {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { descriptors: readdirSync(`/proc/${pid}/fd`).length, residentMb: number('VmRSS') / 1024, threads: number('Threads') };
}

export function pidOf(stack: Stack, program: string): number {
  const pid = stack.children.get(program)?.pid;
  if (!pid) throw new Error(`${program} does not run`);
  return pid;
}
