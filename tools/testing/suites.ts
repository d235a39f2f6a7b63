// The suites of tools/test: how each is run and how its own report is counted.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { sanitizerOptions } from '../../tests/lib/programs.ts';
import { again } from './again.ts';
import { capture, top, type Output } from './capture.ts';

/** `failures`: the name of each, in lines below it what it said. */
export interface Result { passed: number; failed: number; failures: string[] }

export interface Suite {
  name: string;
  long: boolean;
  /** `filter`: names the user gave that are not suites; empty: everything */
  run(filter: string[]): Promise<Result>;
  /** names of the tests or files, for the filter and --list */
  list(): string[];
}

const linesShown = 80;
const reasonLines = 12;

function one(name: string, output: Output): Result {
  const ok = output.code === 0;
  if (!ok) process.stdout.write(output.text.trimEnd().split('\n').slice(-linesShown).join('\n') + '\n');
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, failures: ok ? [] : [name] };
}

function add(sum: Result, more: Result): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.failures.push(...more.failures);
}

/** A test's report in TAP without what went well: each `not ok` with its reason, and what programs said. */
function tellingLines(report: string): string[] {
  const lines: string[] = [];
  let skipTo: string | null = null; // the line that ends the details of a test that passed
  for (const line of report.split('\n')) {
    if (skipTo !== null) {
      if (line === skipTo) skipTo = null;
      continue;
    }
    const passed = /^(\s*)ok \d+/.exec(line);
    if (passed) {
      skipTo = /# (SKIP|TO[D]O)/i.test(line) ? null : `${passed[1]}  ...`;
      continue;
    }
    if (!/^\s*(# Subtest: |TAP version|---$|\.\.\.$|duration_ms: |type: |\d+\.\.\d+$)/.test(line)) lines.push(line);
  }
  return lines;
}

async function build(preset: string, web: boolean): Promise<Result | null> {
  const output = await capture([resolve(top, 'tools/build'), preset, ...(web ? [] : ['--no-web'])]);
  return output.code === 0 ? null : one(`build ${preset}`, output);
}

/** The tests of one preset that `chosen` chooses, with what those say that fail. */
async function ctestOnce(preset: string, chosen: string[], lanes: number): Promise<Result> {
  const output = await capture(['ctest', '--test-dir', `build/${preset}`, '--output-on-failure', '--no-tests=error',
    '-j', String(lanes), ...chosen], { env: preset === 'asan' ? sanitizerOptions : {} });
  const match = /% tests passed, (\d+) tests failed out of (\d+)/.exec(output.text);
  if (!match) return one(`ctest ${preset}`, { ...output, code: 1 });
  const failed = Number(match[1]);
  const failures = [...output.text.matchAll(/^\s*\d+ - (\S+) \(/gm)].map((m) => `${m[1]} (${preset})`);
  if (failed) {
    const quiet = /^(\s*Start +\d+: |.* Passed +[\d.]+ sec$|\s*ok \d+|# (random seed|Start of|End of) |TAP version|\d+\.\.\d+$|\s*$)/;
    process.stdout.write(output.text.split('\n').filter((line) => !quiet.test(line)).join('\n') + '\n');
  }
  return { passed: Number(match[2]) - failed, failed, failures };
}

/** ctest of one preset; `regex` chooses its tests. */
async function ctest(preset: string, regex: string, filter: string[]): Promise<Result> {
  const broken = await build(preset, false);
  if (broken) return broken;
  const chosen = filter.length ? ['-R', filter.map((f) => f.replace(/[^\w/-]/g, '.')).join('|')] : ['-R', regex];
  const first = await ctestOnce(preset, chosen, availableParallelism());
  if (!again.may(preset, first.failed)) return first;
  const second = await ctestOnce(preset, ['--rerun-failed'], 1);
  return second.failed ? first : again.steady(first, second);
}

const ctestNames = (kind: string): string[] => {
  const folder = resolve(top, 'tests', kind);
  return existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]).filter((f) => f.endsWith('.c')) : [];
};

const webFiles = (): string[] =>
  (readdirSync(resolve(top, 'web/src'), { recursive: true }) as string[]).filter((f) => f.endsWith('.test.ts')).map((f) => `web/src/${f}`).sort();

const nodeFiles = (folder: string): string[] => {
  const at = resolve(top, 'tests', folder);
  return existsSync(at) ? readdirSync(at).filter((f) => f.endsWith('.test.ts')).sort() : [];
};

/** What a test that failed said, short enough for the end of a long report: the rest stands where it failed. */
function reason(details: string): string {
  const [, said = ''] = /^\s*error: (.*(?:\n(?!\s*(?:code|name|stack): ).*)*)/m.exec(details) ?? [];
  return said.split('\n').map((line) => line.trim()).filter((line) => line && line !== '|-').slice(0, reasonLines).map((line) => `    ${line.slice(0, 300)}`).join('\n');
}

/** One file of node:test, with what it has to say. */
async function nodeTest(folder: string, file: string, preset: string, env: Record<string, string>): Promise<Result> {
  const started = Date.now();
  const output = await capture([resolve(top, 'tools/node'), '--test', '--test-reporter=tap', '--test-timeout=600000', `tests/${folder}/${file}`],
    { env: { TW_PRESET: preset, ...env } });
  const count = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)`, 'm').exec(output.text)?.[1] ?? 0);
  const passed = count('pass');
  let failed = count('fail') + count('cancelled') + count('skipped') + count('todo');
  if (failed === 0 && (output.code !== 0 || passed === 0)) failed = 1; // it fell before it could count
  console.log(`  ${folder}/${file}: ${passed} passed, ${failed} failed, ${((Date.now() - started) / 1000).toFixed(0)} s`);
  const names = [...output.text.matchAll(/^(\s*)not ok \d+ - (.*)\n((?:\1  .*\n)*)/gm)].filter(([, , , told]) => !told?.includes("failureType: 'subtestsFailed'"))
    .map(([, , name, told = '']) => `${folder}/${file}: ${name}\n${reason(told)}`.trimEnd());
  if (failed) console.log(tellingLines(output.text).join('\n'));
  return { passed, failed, failures: failed && names.length === 0 ? [`${folder}/${file}`] : names };
}

/** Files that compare processor time, lose what comes late, or draw a whole wall: nothing runs beside them. */
const alone = /^(benches|faults-cameras|looks|troubles|simcams-play)\.test\.ts$/;

/** Files that wait the longest begin first, so that none of them is left over at the end. */
const patient = /^(faults-|alerts-faults|no_loss|peers|run)/;

/** node:test files of one folder. They start real programs and wait for them most of the time: so many at once. */
async function nodeTests(folder: string, files: string[], filter: string[], preset: string, lanes: number, env: Record<string, string>): Promise<Result> {
  const broken = await build(preset, true);
  if (broken) return broken;
  const installed = await capture([resolve(top, 'tools/node'), '--install', 'tests', 'tools/town']);
  if (installed.code !== 0) return one(`packages of ${folder}`, installed);
  const chosen = files.filter((file) => filter.length === 0 || filter.some((f) => `tests/${folder}/${file}`.includes(f)));
  const results = new Map<string, Result>();
  const shared = chosen.filter((file) => !alone.test(file)).sort((a, b) => Number(patient.test(b)) - Number(patient.test(a)));
  const lane = async (): Promise<void> => {
    for (let file = shared.shift(); file; file = shared.shift()) results.set(file, await nodeTest(folder, file, preset, env));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  for (const file of chosen.filter((name) => alone.test(name))) results.set(file, await nodeTest(folder, file, preset, env));
  const sum: Result = { passed: 0, failed: 0, failures: [] };
  for (const [file, first] of results) {
    const second = again.may(`${folder}/${file}`, first.failed) ? await nodeTest(folder, file, preset, env) : first;
    add(sum, second.failed ? first : again.steady(first, second));
  }
  return sum;
}

interface VitestReport {
  numPassedTests: number; numTotalTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

/** Types of everything written in TypeScript, then the pages' own tests. */
async function webUnit(filter: string[]): Promise<Result> {
  const sum: Result = { passed: 0, failed: 0, failures: [] };
  const installed = await capture([resolve(top, 'tools/node'), '--install', 'web', 'tests', 'tools/town']);
  if (installed.code !== 0) return one('packages of web', installed);
  const tsc = [resolve(top, 'tools/node'), 'tests/node_modules/typescript/bin/tsc', '--noEmit', '-p'];
  if (filter.length === 0) {
    add(sum, one('types of web', await capture([resolve(top, 'tools/node'), '--npm', 'run', '--silent', 'check'], { cwd: resolve(top, 'web') })));
    add(sum, one('types of tests and tools', await capture([...tsc, 'tests'])));
    add(sum, one('types of tools/town', await capture([...tsc, 'tools/town'])));
  }
  const file = resolve(top, 'build/vitest.json');
  mkdirSync(resolve(top, 'build'), { recursive: true });
  rmSync(file, { force: true });
  const output = await capture([resolve(top, 'tools/node'), 'node_modules/vitest/vitest.mjs', 'run', '--reporter=json', `--outputFile=${file}`,
    ...filter.map((f) => f.replace(/^web\//, ''))], { cwd: resolve(top, 'web') });
  if (!existsSync(file)) {
    add(sum, one('vitest', { ...output, code: 1 }));
    return sum;
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  let failed = report.numTotalTests - report.numPassedTests;
  const failures: string[] = [];
  for (const at of report.testResults) {
    const name = relative(top, at.name);
    const bad = at.assertionResults.filter((test) => test.status !== 'passed');
    for (const test of bad) console.log(`${name}: ${test.fullName}: ${test.status}\n${test.failureMessages.join('\n')}`);
    failures.push(...bad.map((test) => `${name}: ${test.fullName}`));
    if (at.status === 'passed' || bad.length) continue;
    console.log(`${name}:\n${at.message}`); // the file itself does not load
    failed++;
    failures.push(name);
  }
  add(sum, { passed: report.numPassedTests, failed, failures });
  if (output.code !== 0 && failed === 0) add(sum, one('vitest', output));
  return sum;
}

const script = (name: string, command: string[], long = false): Suite => ({
  name, long,
  list: () => [name],
  run: async () => one(name, await capture(command, { show: long })),
});

/** Every fuzz target for a long time; each is one test. */
async function fuzzers(): Promise<Result> {
  const output = await capture([resolve(top, 'tools/fuzz'), '--long'], { show: true });
  const count = /^(\d+) passed, (\d+) failed$/m.exec(output.text);
  if (!count) return one('fuzzers', { ...output, code: 1 });
  return { passed: Number(count[1]), failed: Number(count[2]), failures: [...output.text.matchAll(/^FAILED (.*)$/gm)].map((m) => m[1] ?? '') };
}

const nodeSuite = (name: string, folder: string, preset: string, lanes: number, files = (): string[] => nodeFiles(folder), env: Record<string, string> = {}): Suite => ({
  name, long: false,
  list: () => files().map((f) => `${folder}/${f}`),
  run: (filter) => nodeTests(folder, files(), filter, preset, lanes, env),
});

/** Run with sanitizers too: the files that start our own programs and reach every part of them. The others start
 * none (town), ask only for what these have asked (openapi), or try tools/run, which starts the release build. */
const sanitized = ['media.test.ts', 'simcams.test.ts', 'simcams-play.test.ts', 'wall.test.ts'];

/** Run with the record of truth in a PostgreSQL too. */
const onBothStores = [
  'agreement.test.ts', 'alerts-clock.test.ts', 'alerts-faults.test.ts', 'alerts-work.test.ts', 'alerts.test.ts', 'backup.test.ts', 'cases-clock.test.ts',
  'cases-kept.test.ts', 'cases-killed.test.ts', 'cases-refusals.test.ts', 'cases.test.ts', 'devices.test.ts', 'duty.test.ts', 'feeds.test.ts', 'files.test.ts', 'identity-grants.test.ts', 'identity-rights.test.ts', 'ledger.test.ts',
  'letters.test.ts', 'mediation.test.ts', 'no_loss.test.ts', 'notify.test.ts', 'pool.test.ts', 'reporters.test.ts', 'rights.test.ts',
];

export const suites: Suite[] = [
  script('lint', [resolve(top, 'tools/lint'), '--recent']),
  { name: 'unit', long: false, list: () => ctestNames('unit'), run: (filter) => ctest('release', '^(unit|fuzz|peers)/', filter) },
  { name: 'sanitizer', long: false, list: () => [], run: (filter) => ctest('asan', '^(unit|fuzz|peers)/', filter) },
  { name: 'web-unit', long: false, list: webFiles, run: webUnit },
  nodeSuite('integration', 'integration', 'release', 3),
  nodeSuite('integration-sanitizer', 'integration', 'asan', 2, () => nodeFiles('integration').filter((f) => sanitized.includes(f))),
  nodeSuite('integration-postgresql', 'integration', 'release', 3, () => nodeFiles('integration').filter((f) => onBothStores.includes(f)), { TW_STORE: 'postgresql', TW_ROUNDS: '3' }),
  nodeSuite('web', 'web', 'release', 2),
  { name: 'fuzzers', long: true, list: () => [], run: fuzzers },
  script('no_loss', ['env', 'TW_ROUNDS=200', resolve(top, 'tools/node'), '--test', '--test-reporter=spec', 'tests/integration/no_loss.test.ts'], true),
  script('cases-killed', ['env', 'TW_ROUNDS=60', resolve(top, 'tools/node'), '--test', '--test-reporter=spec', 'tests/integration/cases-killed.test.ts'], true),
  script('soak', [resolve(top, 'tools/bench'), 'soak', '--minutes', '60'], true),
  script('rooms-soak', [resolve(top, 'tools/bench'), 'rooms', '--seconds', '5400'], true),
  script('lint-all', [resolve(top, 'tools/lint')], true),
  script('recover', [resolve(top, 'tools/bench'), 'recover'], true),
  script('fresh', [resolve(top, 'tests/fresh/run')], true),
];
