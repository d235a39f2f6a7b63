// The commands of docs/feeds.md, as they stand, in a town that reports from feeds of its own like the demo.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { freePort } from '../../tools/supervise/ports.ts';
import { Person } from '../lib/client.ts';
import { feeds } from '../lib/feed.ts';
import { Postgres } from '../lib/postgres.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const top = resolve(import.meta.dirname, '../..');
let stack: Stack;
let postgres: Postgres;

before(async () => {
  stack = await startSmallStack({ cameras: 4, feeds: true });
  postgres = await Postgres.start();
}, { timeout: 240_000 });
after(async () => {
  await postgres?.stop();
  if (stack) await stopStack(stack);
});

test('every block of commands runs, on names that the demo has not taken', async () => {
  const page = readFileSync(resolve(top, 'docs/feeds.md'), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);
  assert.ok(blocks.length >= 8 && !/^ {4}wallctl/m.test(page), 'all commands stand in blocks');
  const demo = (feeds(stack, 'list').feeds as { id: string }[]).map(({ id }) => id);
  assert.ok(demo.includes('12345') && demo.includes('hotline'), demo.join(' '));
  symlinkSync(stack.options.dir, stack.path('run-data'));
  symlinkSync(resolve(top, 'build'), stack.path('build'));
  const script = ['trap \'kill $(jobs -p) || true\' EXIT', ...blocks].join('\n').replaceAll('http://127.0.0.1:8443', stack.url).replaceAll('build/release/', `build/${stack.options.preset}/`);
  const port = await freePort('127.0.0.1', 0);
  const env = { ...process.env, PGHOST: postgres.dir, PGUSER: 'postgres', BROKER_PORT: String(port) };
  const { status, stdout, stderr } = spawnSync('bash', ['-eu', '-c', script], { cwd: stack.options.dir, encoding: 'utf8', env, timeout: 180_000 });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  for (const id of ['orders', 'crossing', 'visits', 'town-orders', 'xinfang', 'weather', 'archive'])
    await until(`${id} brought something`, () => feeds(stack, 'show', id).feed.numbers.accepted > 0);
  await until('the warning of the folder and that of HTTP', () => feeds(stack, 'show', 'weather').feed.numbers.accepted === 2);
  assert.match(stdout, /"accepted":1.*"ok":true/s, 'what curl was answered');
  const operator = await Person.login(stack, 'operator');
  const first = await until('the alert of the first example', async () =>
    (await operator.json<{ alerts: { title: string; area: string | null }[] }>('/api/v1/alerts?source=crossing')).alerts.find(({ title }) => title === '石桥路口追尾'));
  assert.equal(first.area, '439907103201004', 'it is somewhere');
});
