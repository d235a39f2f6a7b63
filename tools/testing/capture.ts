// Runs a command and keeps what it says.
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Output { code: number; text: string }

/** Runs a command in the project's folder, shows its output as it comes when `show`, and returns all of it. */
export function capture(command: string[], options: { env?: Record<string, string>; show?: boolean; cwd?: string } = {}): Promise<Output> {
  const [file = '', ...args] = command;
  return new Promise((done) => {
    const child = spawn(file, args, { cwd: options.cwd ?? top, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const take = (data: string): void => {
      text += data;
      if (options.show) process.stdout.write(data);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) => done({ code: 127, text: text + error.message }));
    child.once('close', (code) => done({ code: code ?? 1, text }));
  });
}
