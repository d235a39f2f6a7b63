// A PostgreSQL server of Debian for one test, in a folder of its own, on a Unix socket.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait.ts';

export interface PostgresOptions {
  /** Folder that its own is made in. */
  parent?: string;
  /** What it answers is on disk: our store takes no other. */
  durable?: boolean;
}

export class Postgres {
  /** folder of the socket: host=DIR of a conninfo */
  readonly dir: string;
  private readonly bin: string;
  private readonly options: PostgresOptions;
  private process: ChildProcess | null = null;

  private constructor(options: PostgresOptions) {
    this.options = options;
    this.dir = mkdtempSync(join(options.parent ?? tmpdir(), 'tw-postgres-'));
    const version = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))[0] ?? '';
    this.bin = `/usr/lib/postgresql/${version}/bin`;
  }

  /** The server refuses to run as root: it gets the account that Debian made for it. */
  private as(program: string, args: string[]): [string, string[]] {
    return process.getuid?.() === 0 ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', '--pdeathsig', 'INT', '--', program, ...args]] : [program, args];
  }

  private run(program: string, ...args: string[]): string {
    const [file, words] = this.as(join(this.bin, program), args);
    return execFileSync(file, words, { encoding: 'utf8', cwd: this.dir });
  }

  static async start(options: PostgresOptions = {}): Promise<Postgres> {
    const server = new Postgres(options);
    if (process.getuid?.() === 0) {
      const id = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
      chownSync(server.dir, id('-u'), id('-g'));
    }
    chmodSync(server.dir, 0o755);
    server.run('initdb', '-D', join(server.dir, 'data'), '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync');
    await server.open();
    return server;
  }

  async open(): Promise<void> {
    const [file, words] = this.as(join(this.bin, 'postgres'), ['-D', join(this.dir, 'data'), '-k', this.dir, '-c', 'listen_addresses=', ...(this.options.durable ? [] : ['-F'])]);
    this.process = spawn(file, words, { cwd: this.dir, stdio: 'ignore' });
    this.process.unref(); // a test that is done does not wait for it
    await until('PostgreSQL answers', () => {
      try {
        return this.sql('SELECT 1').trim() === '1';
      } catch {
        return false;
      }
    });
  }

  sql(text: string): string {
    return execFileSync(join(this.bin, 'psql'), ['-h', this.dir, '-U', 'postgres', '-AtqX', '-v', 'ON_ERROR_STOP=1', '-c', text], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }

  async close(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null) return;
    child.ref();
    await new Promise<void>((done) => {
      child.once('exit', () => done());
      child.kill('SIGINT');
    });
  }

  /** At once and without waiting, when the test's process ends. */
  drop(): void {
    this.process?.kill('SIGQUIT');
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  async stop(): Promise<void> {
    await this.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
