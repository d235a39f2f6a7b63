// A second run for what failed once: docs/decisions/2026-11-23-second-run.md.
import type { Result } from './suites.ts';

/** So many files, and tests of a file (of a suite of ctest), may need a second run before the whole is called broken. */
const mostFiles = 6, mostTests = 3;

class Again {
  /** what failed and then passed by itself */
  readonly unsteady: string[] = [];
  /** off where somebody hunts for exactly these (`--once`) */
  allowed = true;
  private files = 0;

  /** Whether what failed is run again: few did, and few others did before it. */
  may(name: string, failed: number): boolean {
    if (!this.allowed || failed === 0 || failed > mostTests || this.files >= mostFiles) return false;
    this.files++;
    console.log(`  ${name}: run again, by itself`);
    return true;
  }

  /** What counts where the second run is whole: the first run's failures are told, as unsteady. */
  steady(first: Result, second: Result): Result {
    if (first.failed === 0) return first;
    this.unsteady.push(...first.failures);
    return { passed: Math.max(second.passed, first.passed + first.failed), failed: 0, failures: [] };
  }
}

export const again = new Again();
