// Feeds of the demo town: registered once, their keys kept beside the logins.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { sources } from '../feeds/sources.ts';

/** Faults of cameras come from the media plane, warnings from nobody: the demo makes neither up. */
const silent = ['camera-health', 'cap'];

function ask(wallctl: readonly string[], ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(wallctl[0] ?? '', [...wallctl.slice(1), ...words, '--json'], { encoding: 'utf8' });
}

function known(wallctl: readonly string[]): Set<string> {
  const { status, stdout, stderr } = ask(wallctl, 'feeds', 'list');
  if (status !== 0) throw new Error(`wallctl feeds list: ${stderr}`);
  return new Set((JSON.parse(stdout) as { feeds: { id: string }[] }).feeds.map((feed) => feed.id));
}

/** Adds a feed by HTTP, or gives one that is there a new key. Returned: its key. */
export function registerFeed(wallctl: readonly string[], id: string, name: string, rate?: number): string {
  const words = known(wallctl).has(id) ? ['rotate', id] : ['add', id, '--name', name, ...(rate === undefined ? [] : ['--rate', String(rate)])];
  const { status, stdout, stderr } = ask(wallctl, 'feeds', ...words);
  if (status !== 0) throw new Error(`wallctl feeds ${words.slice(0, 2).join(' ')}: ${stderr || stdout}`);
  return (JSON.parse(stdout) as { key: string }).key;
}

/** The keys of all feeds of the demo: those in `file`, and new ones for what is missing there or in the store. */
export function demoKeys(wallctl: readonly string[], file: string): Record<string, string> {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const there = known(wallctl);
  const keys: Record<string, string> = {};
  for (const { id, name } of Object.values(sources)) {
    if (silent.includes(id)) continue;
    const key = there.has(id) ? kept[id] : undefined;
    keys[id] = key ?? registerFeed(wallctl, id, name);
  }
  return keys;
}
