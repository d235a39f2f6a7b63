// Our own Janus beside the server: started with secrets of its own, only the VideoRoom, and back after its end.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pidOf } from '../lib/process.ts';
import { all, Desk } from '../lib/rtc-desk.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { Child } from '../../tools/supervise/child.ts';
import { freePort } from '../../tools/supervise/ports.ts';
import type { Stack } from '../../tools/supervise/stack.ts';

let stack: Stack;
before(async () => { stack = await startSmallStack({ simulator: false, cameras: 1, longestDelayMs: 500 }); });
after(async () => { await endStack(stack); });

async function number(name: string): Promise<number> {
  const { body } = await stack.get('/metrics');
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]);
}
const up = (): Promise<boolean> => number('townwall_janus_up').then((n) => n === 1);

/** Asks the living Janus over its socket, as another program of this machine would. */
function ask(message: object): Promise<Record<string, unknown>> {
  return new Promise((done, fail) => {
    const call = request({
      socketPath: stack.path('janus.sock'), path: '/', headers: {
        Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Protocol': 'janus-protocol',
      },
    });
    call.once('error', fail);
    call.once('upgrade', (_answer, socket) => {
      const body = Buffer.from(JSON.stringify({ transaction: 't', ...message }));
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 255, 0, 0, 0, 0]), body]));
      socket.once('data', (data: Buffer) => {
        socket.destroy();
        done(JSON.parse(data.subarray(data[1] === 126 ? 4 : 2).toString()) as Record<string, unknown>);
      });
    });
    call.end();
  });
}

test('it runs beside the server, with nothing but the VideoRoom behind one socket', async () => {
  await until('Janus is there', up);
  assert.deepEqual(readdirSync(stack.path('janus/plugins')), ['libjanus_videoroom.so']);
  assert.deepEqual(readdirSync(stack.path('janus/transports')), ['libjanus_websockets.so']);
  for (const file of ['janus.jcfg', 'secret']) assert.equal(statSync(stack.path('janus', file)).mode & 0o077, 0, file);
  const pid = pidOf(stack, 'janus');
  const held = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const listening = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === '0A').map((columns) => `socket:[${columns[9]}]`);
  assert.deepEqual(held.filter((name) => listening.includes(name)), []);
  const info = await ask({ janus: 'info' });
  assert.equal(info.janus, 'server_info');
  assert.deepEqual(Object.keys(info.plugins as object), ['janus.plugin.videoroom']);
});

test('without its secret nobody gets a session, with it one does', async () => {
  const refused = await ask({ janus: 'create' }) as { janus: string; error: { code: number } };
  assert.deepEqual([refused.janus, refused.error.code], ['error', 403]);
  const secret = readFileSync(stack.path('janus/secret'), 'utf8');
  assert.match(secret, /^[0-9a-f]{48}$/);
  assert.equal((await ask({ janus: 'create', apisecret: secret })).janus, 'success');
});

test('one that is there already is used by its URL, with its secret and not without', async () => {
  const dir = join(stack.options.dir, 'elsewhere');
  cpSync(stack.path('janus'), dir, { recursive: true, verbatimSymlinks: true });
  const port = await freePort('127.0.0.1', 0);
  const edit = (file: string, change: (text: string) => string): void => writeFileSync(join(dir, file), change(readFileSync(join(dir, file), 'utf8')));
  edit('janus.jcfg', (text) => text.replaceAll(stack.path('janus'), dir).replace(/api_secret = ".*"/, 'api_secret = "north"'));
  edit('janus.transport.websockets.jcfg', (text) => text.replace(/ws_unix = .*/, `ws_port = ${port}\n\tws_ip = "127.0.0.1"`));
  const other = new Child({ name: 'janus', command: ['janus', '-F', dir], log: join(dir, 'janus.log') });
  other.start();
  const desks = ['north', 'south'].map((secret) => new Desk({ url: `ws://127.0.0.1:${port}`, secret }));
  const [right, wrong] = desks as [Desk, Desk];
  await right.ready();
  await until('it is refused', () => /Unauthorized/.test(String(wrong.last('state')?.why)));
  right.do('join', { meeting: '1', seat: 's', room: 'joint', may: all });
  await until('a room is made there', () => right.told.some((line) => line.tell === 'send' && (line.message as { op: string }).op === 'ice'));
  for (const desk of desks) await desk.stop();
  await other.stop();
});

test('killed, it is started again and the server is with it again', async () => {
  const pid = pidOf(stack, 'janus');
  process.kill(pid, 'SIGKILL');
  await until('it is gone for the server', async () => !(await up()));
  await until('it is back', up);
  assert.notEqual(pidOf(stack, 'janus'), pid);
  assert.equal((await stack.get('/healthz')).status, 200);
});

test('the server ended, Janus goes on and takes it back', async () => {
  const pid = pidOf(stack, 'janus');
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  await until('the server is back with Janus', async () => (await stack.get('/healthz')).status === 200 && up());
  assert.equal(pidOf(stack, 'janus'), pid);
});

test('another secret than its own is refused, and said so', async () => {
  const file = join(stack.path('janus'), 'secret');
  const secret = readFileSync(file, 'utf8');
  writeFileSync(file, 'f'.repeat(48));
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  await until('the log says so', () => /Janus: refused: Unauthorized/.test(readFileSync(stack.path('logs/townwalld.log'), 'utf8')));
  assert.equal((await stack.get('/healthz')).status, 200);
  assert.equal(await up(), false);
  writeFileSync(file, secret);
});
