// Orders to the camera simulator of a stack, over its control socket (docs/simcams.md).
import { createConnection } from 'node:net';
import type { Stack } from '../../tools/supervise/stack.ts';

export const order = (stack: Stack, command: object): Promise<Record<string, unknown>> => orderAt(stack.path('simcams.sock'), command);

/** The same to a simulator started with `--control PATH`. */
export function orderAt(path: string, command: object): Promise<Record<string, unknown>> {
  return new Promise((done, fail) => {
    const socket = createConnection(path);
    let text = '';
    socket.setEncoding('utf8');
    socket.once('error', fail);
    socket.on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end < 0) return;
      socket.end();
      const answer = JSON.parse(text.slice(0, end)) as Record<string, unknown>;
      if (answer.ok === true) done(answer);
      else fail(new Error(text));
    });
    socket.write(`${JSON.stringify(command)}\n`);
  });
}
