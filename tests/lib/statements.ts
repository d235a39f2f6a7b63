// SQL of the server as the compiler sees it: calls of store_exec(), store_query() and store_query_int() in preprocessed C.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { build, top } from './programs.ts';

export interface Statement {
  file: string;
  /** null: put together while the program runs */
  sql: string | null;
  types: string | null;
  /** How many values the call passes. */
  values: number;
}

/** Position of the SQL among the arguments. */
const calls: Record<string, number> = { store_exec: 2, store_query: 2, store_query_int: 4 };

/** Arguments of the call whose opening parenthesis is at `at`. */
function argumentsAt(text: string, at: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let begin = at + 1;
  for (let i = at; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"' || c === "'") {
      for (i++; text[i] !== c; i++) if (text[i] === '\\') i++;
    } else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c) && --depth === 0) return [...found, text.slice(begin, i)];
    else if (c === ',' && depth === 1) {
      found.push(text.slice(begin, i));
      begin = i + 1;
    }
  }
  return found;
}

/** Neighbouring string literals as one text; null: something else stands there. */
function literal(argument: string): string | null {
  const parts = argument.match(/"(?:[^"\\]|\\.)*"/g);
  if (!parts || argument.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').trim() !== '') return null;
  return parts.map((part) => JSON.parse(part.replaceAll(/\\x([0-9a-f]{2})/gi, '\\u00$1')) as string).join('');
}

function statementsIn(file: string, text: string): Statement[] {
  return [...text.matchAll(/\b(store_exec|store_query|store_query_int)\(/g)].flatMap(({ 0: match, 1: name = '', index }) => {
    const all = argumentsAt(text, index + match.length - 1);
    const at = calls[name]!;
    if (/^\s*struct store_tx \*/.test(all[0] ?? '') || all.length < at + 2) return []; // its declaration
    return [{ file, sql: literal(all[at]!), types: literal(all[at + 1]!), values: all.length - at - 2 }];
  });
}

interface Command { file: string; directory: string; command: string }

/** Of every C file under server/ that asks the store. */
export async function statements(): Promise<Statement[]> {
  const commands = (JSON.parse(readFileSync(`${build}/compile_commands.json`, 'utf8')) as Command[])
    .filter(({ file }) => file.startsWith(`${top}/server/`) && !file.startsWith(`${top}/server/store/`) && /\bstore_(exec|query)/.test(readFileSync(file, 'utf8')));
  const found: Statement[] = [];
  const run = promisify(execFile);
  const next = async (): Promise<void> => {
    for (let one = commands.shift(); one; one = commands.shift()) {
      const words = one.command.split(' ').filter((word) => word !== '').map((word) => word.replaceAll('\\"', '"'));
      const compiler = words.findIndex((word) => /(^|\/)(cc|gcc|clang(-\d+)?)$/.test(word));
      const args = words.slice(compiler + 1).filter((word, i, all) => word !== '-c' && word !== '-o' && all[i - 1] !== '-o');
      const { stdout } = await run(words[compiler]!, [...args, '-E', '-P'], { cwd: one.directory, maxBuffer: 1 << 28 });
      found.push(...statementsIn(relative(top, one.file), stdout));
    }
  };
  await Promise.all([next(), next()]);
  return found;
}
