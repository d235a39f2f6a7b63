// Waiting for what comes over a connection: looked at whenever something came.
import { patience } from './programs.ts';

export class Waiting {
  private readonly checks = new Set<() => void>();
  private readonly about: () => string;

  /** `about`: what a wait in vain tells of the connection. */
  constructor(about: () => string) {
    this.about = about;
  }

  /** Something came. */
  look(): void {
    for (const check of this.checks) check();
  }

  /** Resolves when `test` gives something, rejects after `limitMs`. */
  until<T>(what: string, test: () => T | undefined | null | false, limitMs = 30000): Promise<T> {
    return new Promise((done, fail) => {
      const check = (): void => {
        const value = test();
        if (value === undefined || value === null || value === false) return;
        clearTimeout(timer);
        this.checks.delete(check);
        done(value);
      };
      const timer = setTimeout(() => {
        this.checks.delete(check);
        fail(new Error(`${what} did not happen within ${limitMs * patience} ms; ${this.about()}`));
      }, limitMs * patience);
      this.checks.add(check);
      check();
    });
  }
}
