// Whether each test that docs/coverage.md names is there. One line for each that is not; exit 1 when there is one.
// `kind/NAME` is a file (integration, web) or a ctest (unit, fuzz), quoted words behind it are tests in it; "…" stands for
// what was left out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

const top = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/coverage.md';

interface Source { names: string[]; text: string }

function sources(folder: string, end: string): Source[] {
  const at = resolve(top, folder);
  if (!existsSync(at)) return [];
  return (readdirSync(at, { recursive: true, encoding: 'utf8' }))
    .filter((file) => file.endsWith(end) && !file.includes('node_modules'))
    .map((file) => {
      const name = basename(file).slice(0, -end.length);
      // in C the folder is said too: rtsp/address_test.c is unit/rtsp_address, and so is its ctest
      const bare = name.replace(/_(test|fuzz)$/, '');
      const folders = dirname(file).replaceAll('/', '_');
      return { names: [name, bare, `${folders}_${name}`, `${folders}_${bare}`], text: readFileSync(resolve(at, file), 'utf8') };
    });
}
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** With "…" and "." of a regular expression in a name as wildcards. */
const like = (text: string, whole: boolean): RegExp => {
  const pattern = text.split('…').map((part) => escaped(part.trim())).join('[^]*?');
  return new RegExp(whole ? `^${pattern}$` : pattern);
};

const scripts: Record<string, Source[]> = { integration: sources('tests/integration', '.test.ts'), web: sources('tests/web', '.test.ts') };
const vitest = sources('web/src', '.test.ts');
const programs: Record<string, Source[]> = { unit: sources('tests/unit', '.c'), fuzz: sources('tests/fuzz', '.c') };
/** ctests are named in the build files: NAME_test.c of a folder may be FOLDER_NAME_test, and be run more than once. */
const declared = ['tests/unit', 'tests/fuzz'].flatMap((folder) => sources(folder, 'CMakeLists.txt')).map(({ text }) => text).join('\n');

/** The named tests of a file, as they are written there. */
function named(text: string): string[] {
  return [...text.matchAll(/(?:\b(?:test|it|describe)(?:\.\w+)?\(|\bg_test_add\w*\(|\b[A-Z_]{3,}\(|\]?(?: as const)?\)\(|^\s*\{?)\s*(["'`])((?:\\.|(?!\1)[^\\])+)\1/gm)].map((match) => match[2]!.replace(/\\(.)/g, '$1').replace(/\$\{[^}]*\}/g, '…'));
}
/** Names that are put together hold parts which are known when the test runs: as far as both are known they agree. */
function fits(quoted: string, name: string): boolean {
  if (like(quoted, false).test(name)) return true;
  if (!name.includes('…')) return false;
  const [known = '', asked = ''] = [name.split('…')[0], quoted.split('…')[0]];
  return quoted.includes('…') && (known.startsWith(asked) || asked.startsWith(known)) ? true : like(name, true).test(quoted);
}

interface Claim { line: number; kind: string; file: string; quotes: string[] }

function claims(): Claim[] {
  const found: Claim[] = [];
  readFileSync(resolve(top, PAGE), 'utf8').split('\n').forEach((text, i) => {
    const row = /^\|.*\|\s*(.*?)\s*\|$/.exec(text);
    if (!row) return;
    let claim: Claim | null = null;
    for (const part of row[1]!.matchAll(/\b(integration|web|unit|fuzz|vitest)[ /]([\w./…-]+)|["“]([^"”]+)["”]|[;]/g)) {
      const [whole, kind, file, quote] = part;
      if (kind && file) found.push((claim = { line: i + 1, kind, file: file.replace(/[.,]$/, ''), quotes: [] }));
      else if (quote && claim) claim.quotes.push(quote);
      else if (whole === ';') continue;
    }
  });
  return found;
}

const faults: string[] = [];
for (const { line, kind, file, quotes } of claims()) {
  const say = (what: string): void => void faults.push(`${PAGE}:${line}: ${what}`);
  const of = kind === 'vitest' ? vitest : (scripts[kind] ?? programs[kind]!);
  const name = file.split('/').at(-1)!.replace(/\.test\.ts$/, '');
  const files = of.filter(({ names }) => names.some((one) => like(name, true).test(one)));
  const isProgram = kind === 'unit' || kind === 'fuzz';
  if (files.length === 0 && !(isProgram && like(name, false).test(declared))) {
    say(`${kind}/${file}: there is no such test`);
    continue;
  }
  const names = (isProgram ? programs[kind]! : files).flatMap(({ text }) => named(text));
  for (const quote of quotes) if (!names.some((one) => fits(quote, one))) say(`${kind}/${file}: no test is called “${quote}”`);
}
for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
