// What tools/bench says without a name.
import { benches, goalText } from './catalog.ts';

console.log('usage: tools/bench NAME [--OPTION VALUE…]; the last line of each is one JSON object\n');
for (const bench of benches) console.log(`  ${bench.name.padEnd(9)} ${bench.what}\n  ${' '.repeat(9)} goal: ${goalText(bench)}`);
