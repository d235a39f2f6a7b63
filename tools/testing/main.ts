// tools/test's second half: chooses suites, runs them one after the other, sums up.
import { again } from './again.ts';
import { suites, type Result } from './suites.ts';

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const long = args.includes('--long');
  const names = args.filter((a) => !a.startsWith('--'));
  const unknown = args.filter((a) => a.startsWith('--') && !['--long', '--list', '--once', '--skip-install'].includes(a));
  if (unknown.length) {
    console.error(`tools/test: unknown option ${unknown.join(' ')}`);
    return 2;
  }
  again.allowed = !args.includes('--once');
  if (args.includes('--list')) {
    for (const suite of suites) console.log(`${suite.name}${suite.long ? ' (--long)' : ''}\n  ${suite.list().join('\n  ')}`);
    return 0;
  }
  const named = suites.filter((s) => names.includes(s.name));
  const filter = names.filter((n) => !suites.some((s) => s.name === n));
  const chosen = names.length === 0 ? suites.filter((s) => !s.long || long)
    : [...new Set([...named, ...suites.filter((s) => filter.some((f) => s.list().some((t) => t.includes(f))))])];
  if (chosen.length === 0) {
    console.error(`tools/test: nothing is called ${names.join(' ')}; --list shows what there is`);
    return 2;
  }
  const sum: Result = { passed: 0, failed: 0, failures: [] };
  for (const suite of chosen) {
    const started = Date.now();
    console.log(`== ${suite.name}`);
    const result = await suite.run(named.includes(suite) ? [] : filter);
    console.log(`== ${suite.name}: ${result.passed} passed, ${result.failed} failed, ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
    sum.passed += result.passed;
    sum.failed += result.failed;
    sum.failures.push(...result.failures.map((f) => `${suite.name}: ${f}`));
  }
  for (const failure of sum.failures) console.log(`FAILED ${failure}`);
  if (sum.passed + sum.failed === 0) console.log('FAILED: no test ran');
  for (const name of again.unsteady) console.log(`UNSTEADY (failed, then passed by itself) ${name}`);
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

process.exit(await main());
