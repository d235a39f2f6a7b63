// The built programs that tests start: where they are, what environment they get, and what their logs may not say.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const top = resolve(import.meta.dirname, '../..');
export const preset = process.env.TW_PRESET ?? 'release';
export const build = join(top, 'build', preset);

/** The sanitizers' settings of build/asan. Leaks are looked for by the unit tests (`tools/test sanitizer`). */
export const sanitizerOptions: Record<string, string> = {
  ASAN_OPTIONS: 'intercept_tls_get_addr=0:detect_leaks=0',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};
// Every program that a test starts inherits them. Whether one leaked is judged by its log, see quarkTable.
if (preset === 'asan') Object.assign(process.env, sanitizerOptions, { LSAN_OPTIONS: 'exitcode=0' });

/** A sanitizer is many times slower: time limits of waits are multiplied by this. */
export const patience = preset === 'asan' ? 4 : 1;

const report = /ERROR: (?:Address|Leak)Sanitizer|runtime error: |AddressSanitizer:DEADLYSIGNAL|assertion '[^']*' failed|Bail out!/;
const linesShown = 40;

/** A leak that is none: GLib never frees its first table of quarks (2048 pointers) when a program needs more of them,
 * as those with GStreamer do. No suppression can name it without GLib's symbols; nothing else is reported like this. */
const quarkTable = new RegExp([
  /=+\n==\d+==ERROR: LeakSanitizer: detected memory leaks\n\n/,
  /Direct leak of 16384 byte\(s\) in 1 object\(s\) allocated from:\n/,
  / +#0 .*malloc.*\n +#1 .* in g_malloc .*\n(?: +#\d+ .*libglib.*\n)*\n/,
  /SUMMARY: AddressSanitizer: 16384 byte\(s\) leaked in 1 allocation\(s\)\.\n/,
].map((part) => part.source).join(''), 'g');

/** What sanitizers and failed assertions wrote into a log: the first report with the lines after it, or null. */
export function reportIn(text: string): string | null {
  const lines = text.replace(quarkTable, '').split('\n');
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
