// The built programs that tests start: where they are, what environment they get, and what their logs may not say.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const top = resolve(import.meta.dirname, '../..');
export const preset = process.env.TW_PRESET ?? 'release';
export const build = join(top, 'build', preset);

/** The sanitizers' settings of build/asan. Leaks are looked for by the unit tests: at the end of a whole program
 * LeakSanitizer also finds a block that GLib makes while it is loaded, and cannot tell it from ours. */
export const sanitizerOptions: Record<string, string> = {
  ASAN_OPTIONS: 'intercept_tls_get_addr=0:detect_leaks=0',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  LSAN_OPTIONS: `suppressions=${join(top, 'tests/lib/lsan.supp')}:print_suppressions=0`,
};
// every program that a test starts inherits them
if (preset === 'asan') Object.assign(process.env, sanitizerOptions);

/** A sanitizer is many times slower: time limits of waits are multiplied by this. */
export const patience = preset === 'asan' ? 4 : 1;

const report = /ERROR: (?:Address|Leak)Sanitizer|runtime error: |AddressSanitizer:DEADLYSIGNAL|assertion '[^']*' failed|Bail out!/;
const linesShown = 40;

/** What sanitizers and failed assertions wrote into a log: the first report with the lines after it, or null. */
export function reportIn(text: string): string | null {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => report.test(line));
  return first < 0 ? null : lines.slice(first, first + linesShown).join('\n');
}

/** Throws when a log (or a log in a folder) holds a report: a program that was hurt fails the test it ran in. */
export function checkLogs(...paths: string[]): void {
  for (const path of paths) {
    if (!existsSync(path)) continue;
    if (statSync(path).isDirectory()) {
      checkLogs(...readdirSync(path).filter((name) => name.endsWith('.log')).map((name) => join(path, name)));
      continue;
    }
    const found = reportIn(readFileSync(path, 'utf8'));
    if (found !== null) throw new Error(`${path}:\n${found}`);
  }
}
