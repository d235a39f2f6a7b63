// The suites of tools/test: how each is run and how its own report is counted.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Result { passed: number; failed: number; failures: string[] }

export interface Suite {
  name: string;
  long: boolean;
  /** `filter`: names the user gave that are not suites; empty: everything */
  run(filter: string[]): Promise<Result>;
  /** names of the tests or files, for the filter and --list */
  list(): string[];
}

interface Output { code: number; text: string }

/** Runs a command, shows its output as it comes when `show`, and returns all of it. */
function capture(command: string[], options: { env?: Record<string, string>; show?: boolean; cwd?: string } = {}): Promise<Output> {
  const [file = '', ...args] = command;
  return new Promise((done) => {
    const child = spawn(file, args, { cwd: options.cwd ?? top, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const take = (data: Buffer): void => {
      text += data.toString('utf8');
      if (options.show) process.stdout.write(data);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => done({ code: 127, text: text + error.message }));
    child.once('close', (code) => done({ code: code ?? 1, text }));
  });
}

function one(name: string, output: Output): Result {
  const ok = output.code === 0;
  if (!ok) process.stdout.write(output.text.split('\n').slice(-60).join('\n') + '\n');
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, failures: ok ? [] : [name] };
}

async function build(preset: string, web: boolean): Promise<Result | null> {
  const output = await capture([resolve(top, 'tools/build'), preset, ...(web ? [] : ['--no-web'])]);
  return output.code === 0 ? null : one(`build ${preset}`, output);
}

/** ctest of one preset; `regex` chooses its tests. */
async function ctest(preset: string, regex: string, filter: string[]): Promise<Result> {
  const broken = await build(preset, false);
  if (broken) return broken;
  const chosen = filter.length ? ['-R', filter.map((f) => f.replace(/[^\w/-]/g, '.')).join('|')] : ['-R', regex];
  const output = await capture(['ctest', '--test-dir', `build/${preset}`, '--output-on-failure', '-j', String(availableParallelism()), ...chosen]);
  const total = /tests? failed out of (\d+)|tests passed, (\d+) tests failed out of (\d+)/.exec(output.text);
  const match = /(\d+)% tests passed, (\d+) tests failed out of (\d+)/.exec(output.text);
  if (!match && !total) return one(`ctest ${preset}`, { ...output, code: 1 });
  const failed = Number(match?.[2] ?? 0);
  const failures = [...output.text.matchAll(/^\s*\d+ - (\S+) \(/gm)].map((m) => `${m[1]} (${preset})`);
  if (failed) process.stdout.write(output.text);
  return { passed: Number(match?.[3] ?? 0) - failed, failed, failures };
}

const ctestNames = (kind: string): string[] => {
  const folder = resolve(top, 'tests', kind);
  return existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]).filter((f) => f.endsWith('.c')) : [];
};

const nodeFiles = (folder: string): string[] => {
  const at = resolve(top, 'tests', folder);
  return existsSync(at) ? readdirSync(at).filter((f) => f.endsWith('.test.ts')).sort() : [];
};

/** node:test files of one folder, one file after the other (they start real programs). */
async function nodeTests(folder: string, filter: string[], env: Record<string, string>): Promise<Result> {
  const broken = await build(env.TW_PRESET ?? 'release', true);
  if (broken) return broken;
  await capture([resolve(top, 'tools/node'), '--install', 'tests']);
  const sum: Result = { passed: 0, failed: 0, failures: [] };
  for (const file of nodeFiles(folder)) {
    if (filter.length && !filter.some((f) => `${folder}/${file}`.includes(f))) continue;
    const started = Date.now();
    const output = await capture([resolve(top, 'tools/node'), '--test', '--test-reporter=tap', '--test-timeout=300000', `tests/${folder}/${file}`], { env });
    const count = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)`, 'm').exec(output.text)?.[1] ?? 0);
    const passed = count('pass');
    const failed = count('fail') + count('cancelled') || (output.code === 0 ? 0 : 1);
    sum.passed += passed;
    sum.failed += failed;
    console.log(`  ${folder}/${file}: ${passed} passed, ${failed} failed, ${((Date.now() - started) / 1000).toFixed(0)} s`);
    if (failed) {
      process.stdout.write(output.text);
      sum.failures.push(...[...output.text.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map((m) => `${folder}/${file}: ${m[1]}`));
    }
  }
  return sum;
}

const script = (name: string, command: string[], long = false): Suite => ({
  name, long,
  list: () => [name],
  run: async () => one(name, await capture(command, { show: long })),
});

const nodeSuite = (name: string, folder: string, env: Record<string, string>): Suite => ({
  name, long: false,
  list: () => nodeFiles(folder).map((f) => `${folder}/${f}`),
  run: (filter) => nodeTests(folder, filter, env),
});

export const suites: Suite[] = [
  script('lint', [resolve(top, 'tools/lint')]),
  { name: 'unit', long: false, list: () => ctestNames('unit'), run: (filter) => ctest('release', '^unit/', filter) },
  { name: 'sanitizer', long: false, list: () => [], run: (filter) => ctest('asan', '^(unit|fuzz|peers)/', filter) },
  script('web-unit', ['bash', '-c', 'tools/node --install web && cd web && ../tools/node --npm run --silent check && ../tools/node --npm test --silent']),
  nodeSuite('integration', 'integration', { TW_PRESET: 'release' }),
  nodeSuite('integration-sanitizer', 'integration', { TW_PRESET: 'asan' }),
  nodeSuite('web', 'web', { TW_PRESET: 'release' }),
  script('fuzzers', [resolve(top, 'tools/fuzz')], true),
  script('fresh', [resolve(top, 'tests/fresh/run')], true),
];
