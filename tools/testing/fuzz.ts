// tools/fuzz's second half: builds the fuzz targets and runs each from its corpus, one a core.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { capture, top } from './capture.ts';

interface Target { name: string; binary: string; corpus: string[] }

const folder = resolve(top, 'build/fuzz');
const quickRuns = 20_000;
const longRuns = 10_000_000;
const longestS = 3600; // of a long run; a target whose inputs are slow stops there
const slowestInputS = 30; // by the clock on the wall: a busy machine may be slow itself
const memoryMb = 2048;

class UsageError extends Error {}

function positive(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new UsageError(`${flag}: expected a whole number above 0, got "${text}"`);
  return value;
}

async function listTargets(): Promise<Target[]> {
  const shown = await capture(['ctest', '--test-dir', folder, '--show-only=json-v1', '-R', '^fuzz/']);
  const { tests } = JSON.parse(shown.text) as { tests: { name: string; command: string[] }[] };
  return tests.map((test) => ({ name: test.name.replace('fuzz/', ''), binary: test.command[0] ?? '', corpus: test.command.slice(2) }));
}

/** What a person needs of a failed run: what was found, where in our code, and the input. */
function telling(text: string, input: string | undefined): string {
  const lines = text.split('\n').filter((line) =>
    /runtime error|ERROR: |SUMMARY: |^(\w|-)*ERROR:|assertion failed|Test unit written/.test(line) || (/^\s+#\d+ /.test(line) && line.includes(top)));
  const said = (lines.length ? lines : text.trimEnd().split('\n').slice(-10)).slice(0, 16).map((line) => `    ${line.trim()}`);
  return [...said, ...(input ? [`    input: ${relative(top, input)}`] : [])].join('\n');
}

/** Returned: whether the target stood. */
async function run(target: Target, runs: number | null, seconds: number | null): Promise<boolean> {
  const grown = resolve(folder, 'corpus', target.name);
  const found = resolve(folder, 'found', target.name);
  for (const made of [grown, found]) mkdirSync(made, { recursive: true });
  const known = new Set(readdirSync(found));
  const started = Date.now();
  const output = await capture(['nice', target.binary, ...(runs === null ? [] : [`-runs=${runs}`]), ...(seconds === null ? [] : [`-max_total_time=${seconds}`]),
    `-artifact_prefix=${found}/`, `-timeout=${slowestInputS}`, `-rss_limit_mb=${memoryMb}`, '-print_final_stats=1', grown, ...target.corpus],
  { env: { ASAN_OPTIONS: 'detect_leaks=1', UBSAN_OPTIONS: 'print_stacktrace=1' } });
  const done = /stat::number_of_executed_units:\s+(\d+)/.exec(output.text)?.[1] ?? '0';
  console.log(`  ${target.name}: ${output.code === 0 ? 'passed' : 'FAILED'}, ${done} runs, ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (output.code === 0) return true;
  const input = readdirSync(found).find((name) => !known.has(name));
  console.log(telling(output.text, input && resolve(found, input)));
  return false;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { long: { type: 'boolean' }, list: { type: 'boolean' }, runs: { type: 'string' }, seconds: { type: 'string' } },
  });
  const seconds = positive('--seconds', values.seconds);
  const runs = positive('--runs', values.runs) ?? (seconds === null ? (values.long ? longRuns : quickRuns) : null);
  const limitS = seconds ?? (values.long ? longestS : null);
  const built = await capture([resolve(top, 'tools/build'), 'fuzz', '--no-web']);
  if (built.code !== 0) {
    console.error(built.text.trimEnd());
    return 1;
  }
  const targets = await listTargets();
  const chosen = targets.filter((target) => positionals.length === 0 || positionals.some((name) => target.name.includes(name)));
  const strange = positionals.find((name) => !targets.some((target) => target.name.includes(name)));
  if (strange !== undefined) throw new UsageError(`no target is called ${strange}; --list shows them`);
  const empty = chosen.find((target) => target.corpus.length === 0 || !target.corpus.every((path) => existsSync(path)));
  if (empty) throw new UsageError(`${empty.name} has no corpus`);
  if (values.list) {
    for (const target of chosen) console.log(`${target.name}\t${target.corpus.map((path) => relative(top, path)).join(' ')}`);
    return 0;
  }
  const failed: string[] = [];
  const queue = [...chosen];
  const worker = async (): Promise<void> => {
    for (let target = queue.shift(); target; target = queue.shift()) if (!(await run(target, runs, limitS))) failed.push(target.name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  for (const name of failed) console.log(`FAILED ${name}`);
  console.log(`${chosen.length - failed.length} passed, ${failed.length} failed`);
  return failed.length ? 1 : 0;
}

main().then((code) => process.exit(code), (error: unknown) => {
  const usage = error instanceof UsageError || String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  const said = error instanceof Error ? error.message : String(error);
  console.error(`tools/fuzz: ${usage ? said.split('. ')[0] : said}`);
  process.exit(usage ? 2 : 1);
});
