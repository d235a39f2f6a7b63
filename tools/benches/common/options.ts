// Options of a bench: numbers with bounds, switches and words. Every mistake is one clear line and exit 2.
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** default, least, most; whole numbers unless the default or a bound has a fraction */
type NumberOption = readonly [usual: number, least: number, most: number];

export function readOptions<N extends string, S extends string = never, T extends string = never>(
  bench: string, numbers: Record<N, NumberOption>, switches: readonly S[] = [], texts: readonly T[] = [],
): Record<N, number> & Record<S, boolean> & Partial<Record<T, string>> {
  try {
    return parse(numbers, switches, texts);
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    const known = [...Object.entries<NumberOption>(numbers).map(([name, [usual]]) => `--${name} ${usual}`), ...switches.map((name) => `--${name}`),
      ...texts.map((name) => `--${name} …`)];
    console.error(`tools/bench ${bench}: ${line}; options: ${known.join(' ')}`);
    process.exit(2);
  }
}

function parse<N extends string, S extends string, T extends string>(
  numbers: Record<N, NumberOption>, switches: readonly S[], words: readonly T[],
): Record<N, number> & Record<S, boolean> & Partial<Record<T, string>> {
  const texts = [...Object.keys(numbers), ...words].map((name) => [name, { type: 'string' }] as const);
  const flags = switches.map((name) => [name, { type: 'boolean' }] as const);
  const options: ParseArgsConfig['options'] = Object.fromEntries([...texts, ...flags]);
  const values: Record<string, unknown> = parseArgs({ options }).values;
  const read: Record<string, number | boolean | string | undefined> = {};
  for (const name of switches) read[name] = values[name] === true;
  for (const name of words) read[name] = values[name] as string | undefined;
  for (const [name, [usual, least, most]] of Object.entries<NumberOption>(numbers)) {
    const text = values[name];
    const value = text === undefined ? usual : Number(text);
    const whole = [usual, least, most].every(Number.isInteger);
    if (text === '' || !(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      throw new Error(`--${name}: expected a ${whole ? 'whole ' : ''}number ${least} to ${most}, got "${String(text)}"`);
    read[name] = value;
  }
  return read as Record<N, number> & Record<S, boolean> & Partial<Record<T, string>>;
}
