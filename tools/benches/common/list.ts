// What tools/bench says without a name.
import { benches, goalText } from './catalog.ts';

console.log('usage: tools/bench NAME [--OPTION VALUE…]; the last line of each is one JSON object\n');
for (const { name, what, goals } of benches) console.log(`  ${name.padEnd(8)} ${what}\n  ${' '.repeat(8)} goal: ${goalText(goals)}`);
