// townwall.json of a data folder: what the person wrote stays, what tools/run has to know is set.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type Section = Record<string, unknown>;

const isSection = (value: unknown): value is Section => typeof value === 'object' && value !== null && !Array.isArray(value);
/** In place of any string: docs/config.md, "Secrets". */
const isSecret = (value: unknown): boolean => isSection(value) && (typeof value.$file === 'string' || typeof value.$env === 'string');

/** Reads what a person may have written. `townwalld` says what is wrong with it, by key or by line and column. */
export function readConfig(file: string, townwalld: string): Section {
  const { status, stderr, error } = spawnSync(townwalld, ['--check-config', '--config', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stderr.trim() || String(error)}\n${file} was left as it is`);
  return JSON.parse(readFileSync(file, 'utf8')) as Section;
}

/** `over` laid on `under`, section by section. */
export function laid(under: Section, over: Section): Section {
  const merged = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isSection(below) && isSection(value) && !isSecret(value) ? laid(below, value) : value;
  }
  return merged;
}

/** The keys of `config` without those that are as `made` last time: what nobody but this program wrote. */
export function written(config: Section, made: Section): Section {
  return Object.fromEntries(Object.entries(config).flatMap(([name, value]) => {
    const before = made[name];
    if (isSection(value) && isSection(before)) {
      const rest = written(value, before);
      return Object.keys(rest).length > 0 ? [[name, rest]] : [];
    }
    return JSON.stringify(value) === JSON.stringify(before) ? [] : [[name, value]];
  }));
}

/** Keys of `mine` that `must` sets otherwise, as "server.port". */
export function overruled(mine: Section, must: Section, at = ''): string[] {
  return Object.entries(must).flatMap(([name, value]) => {
    const wished = mine[name];
    if (isSection(value) && isSection(wished)) return overruled(wished, value, `${at}${name}.`);
    return wished === undefined || JSON.stringify(wished) === JSON.stringify(value) ? [] : [`${at}${name}`];
  });
}
