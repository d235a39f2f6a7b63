// Cameras behind TLS, HTTP tunnels and IPv6, served by gst-rtsp-server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gstPeer, Rig, type Link, type Peer } from '../lib/media.ts';
import { RtspServer } from '../lib/rtsp-server.ts';
import { until } from '../lib/wait.ts';

const rig = new Rig(), closers: (() => void)[] = [];
after(async () => {
  for (const close of closers) close();
  await rig.stop();
});

const start = (media: Record<string, unknown> = {}): Promise<Link> => rig.start({ backoff_max_s: 1, ...media });

/** A certificate that the camera made itself, with its key; and its fingerprint. */
function certificate(link: Link, name: string): { pem: string; fingerprint: string } {
  const key = join(link.dir, `${name}.key`), pem = join(link.dir, `${name}.pem`);
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj', `/CN=${name}`, '-keyout', key, '-out', pem], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const shown = spawnSync('openssl', ['x509', '-in', pem, '-noout', '-fingerprint', '-sha256'], { encoding: 'utf8' });
  writeFileSync(pem, readFileSync(pem, 'utf8') + readFileSync(key, 'utf8'));
  return { pem, fingerprint: shown.stdout.trim().split('=')[1]! };
}

async function gst(link: Link, ...options: string[]): Promise<{ peer: Peer; port: number }> {
  const peer = gstPeer(link.dir, ...options);
  return { peer, port: await rig.portOf(peer) };
}

async function live(link: Link, urls: string[]): Promise<void> {
  link.cameras(urls.map((url, i) => ({ n: i + 1, id: `c${i + 1}`, url })));
  await link.until('all live', () => urls.every((_, i) => link.states.get(i + 1)?.state === 'live'))
    .catch((error: unknown) => { throw new Error(`${String(error)}\n${urls.filter((_, i) => link.states.get(i + 1)?.state !== 'live').join('\n')}`); });
}

const isDown = (link: Link, n: number) => link.states.get(n)?.state === 'down';

test('rtsps plays, and a certificate that changed is told before anything is asked', async () => {
  const link = await start();
  const first = certificate(link, 'camera-1'), second = certificate(link, 'camera-2');
  const { peer, port } = await gst(link, '--tls', first.pem, '--user', 'admin', '--password', 'secret');
  await live(link, [`rtsps://admin:secret@127.0.0.1:${port}/h264`]);
  link.subscribe(1, 1);
  await link.until('units', () => link.unitsOf(1).length > 30);
  link.send({ t: 'diagnose', req: 7, n: 1, profile: 'sub' });
  await link.until('a diagnosis', () => link.messages.some((m) => m.t === 'diagnosis' && m.req === 7));
  const steps = link.messages.find((m) => m.t === 'diagnosis' && m.req === 7).steps as { step: string; ok: boolean; detail: string | null }[];
  const tls = steps.find((step) => step.step === 'tls');
  assert.ok(tls?.ok && tls.detail?.includes(first.fingerprint), JSON.stringify(steps));
  assert.ok(!JSON.stringify(steps).includes('secret'));
  const file = join(link.dir, 'camera-certificates');
  assert.match(readFileSync(file, 'utf8'), new RegExp(`^127\\.0\\.0\\.1:${port} ${first.fingerprint} `));
  await peer.stop();
  await link.until('down', () => isDown(link, 1));
  await gst(link, '--tls', second.pem, '--port', String(port));
  await link.until('the change is told', () => link.states.get(1)?.reason === 'wrong_certificate');
  const { detail } = link.states.get(1)!;
  assert.ok(detail!.includes(first.fingerprint) && detail!.includes(second.fingerprint) && detail!.includes('camera-certificates'), detail!);
  writeFileSync(file, ''); // the town's officer has compared and accepts it
  await link.until('live again', () => link.states.get(1)?.state === 'live');
  assert.ok(readFileSync(file, 'utf8').includes(second.fingerprint));
});

test('certificates are believed as configured, and what speaks no TLS is told', async () => {
  const [strict, any] = [await start({ tls_trust: 'ca' }), await start({ tls_trust: 'any' })];
  const own = certificate(strict, 'camera-1');
  const [tls, plain] = await Promise.all([gst(strict, '--tls', own.pem), gst(strict)]);
  const urls = [`rtsps://127.0.0.1:${tls.port}/h264`, `rtsps://127.0.0.1:${plain.port}/h264`];
  strict.cameras(urls.map((url, i) => ({ n: i + 1, id: `c${i + 1}`, url })));
  await strict.until('both down', () => isDown(strict, 1) && isDown(strict, 2), 40000);
  assert.equal(strict.states.get(1)!.reason, 'wrong_certificate');
  assert.match(strict.states.get(1)!.detail!, new RegExp(`${own.fingerprint}.* no authority that this machine trusts`));
  assert.match(strict.states.get(2)!.detail!, /speaks no TLS that is understood/);
  await live(any, [urls[0]!]);
});

test('rtsph and rtspsh play through HTTP tunnels, with and without a password', async () => {
  const link = await start();
  const own = certificate(link, 'camera-1');
  const [plain, digest, basic, tls] = await Promise.all([gst(link), gst(link, '--user', 'admin', '--password', 'p@ss:w?rd%'), gst(link, '--user', 'admin', '--password', 'secret', '--basic'), gst(link, '--tls', own.pem)]);
  await live(link, [`rtsph://127.0.0.1:${plain.port}/h264`, `rtsph://admin:p%40ss%3Aw%3Frd%25@127.0.0.1:${digest.port}/h264`, `rtsph://admin:secret@127.0.0.1:${basic.port}/h264`, `rtspsh://127.0.0.1:${tls.port}/h264`]);
  link.send({ t: 'diagnose', req: 8, n: 4, profile: 'sub' });
  await link.until('a diagnosis', () => link.messages.some((m) => m.t === 'diagnosis' && m.req === 8));
  const steps = link.messages.find((m) => m.t === 'diagnosis' && m.req === 8).steps as { step: string; ok: boolean }[];
  assert.ok(steps.some((step) => step.step === 'GET') && steps.every((step) => step.ok), JSON.stringify(steps));
  for (const n of [1, 2, 3, 4]) link.subscribe(n, n);
  await link.until('units through each', () => [1, 2, 3, 4].every((n) => link.unitsOf(n).length > 30));
});

/** An HTTP server before an RTSP camera: a GET and a POST with one cookie become one connection. */
async function gateway(camera: RtspServer, challenge: string): Promise<{ port: number; heads: string[] }> {
  const heads: string[] = [];
  const gets = new Map<string, Socket>();
  const { connect } = await import('node:net');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data: Buffer) => {
      const head = data.toString('latin1');
      heads.push(head);
      const cookie = /x-sessioncookie: (\S+)/.exec(head)![1]!;
      if (!head.includes('Authorization: Basic')) return void socket.end(`HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 4\r\n\r\nno.\n`);
      if (head.startsWith('GET')) {
        gets.set(cookie, socket);
        socket.write('HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n');
        return;
      }
      const back = connect(camera.port, '127.0.0.1');
      back.on('error', () => {});
      back.pipe(gets.get(cookie)!);
      let rest = '';
      const body = (text: string) => {
        rest += text;
        const whole = (rest.slice(0, rest.length - rest.length % 4).match(/.{4}/g) ?? []).map((four) => Buffer.from(four, 'base64'));
        rest = rest.slice(rest.length - rest.length % 4);
        if (whole.length) back.write(Buffer.concat(whole));
      };
      body(head.split('\r\n\r\n')[1] ?? '');
      socket.on('data', (more: Buffer) => body(more.toString('latin1')));
      gets.get(cookie)!.once('close', () => back.destroy());
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, heads };
}

test('a tunnel that asks for a password itself gets it, and the session is kept and torn down through it', async () => {
  const link = await start();
  const camera: RtspServer = await new RtspServer({ SETUP: (r) => ({ headers: ['Session: s;timeout=2', camera.setup(r, '', 's').headers![1]!] }) }).listen();
  closers.push(() => camera.close());
  const { port, heads } = await gateway(camera, 'Basic realm="camera"');
  await live(link, [`rtsph://u:p@127.0.0.1:${port}/live?channel=1`]);
  assert.deepEqual(heads.slice(0, 3).map((head) => head.split('\r\n')[0]), ['GET /live?channel=1 HTTP/1.0', 'GET /live?channel=1 HTTP/1.0', 'POST /live?channel=1 HTTP/1.0']);
  await until('keep-alives', () => camera.methods().filter((m) => m === 'GET_PARAMETER').length > 1);
  link.cameras([]);
  await until('TEARDOWN', () => camera.methods().includes('TEARDOWN') && camera.sessions.size === 0);
});

test('IPv6 addresses play over TCP and UDP', async () => {
  const link = await start();
  const { port } = await gst(link, '--address', '::1', '--user', 'admin', '--password', 'a:b@c');
  // one after the other: the peer shares what it plays, and at times answers 503 to a second PLAY while it makes the first
  await live(link, [`rtsp://admin:a:b@c@[::1]:${port}/h264`]);
  await live(link, [`rtsp://admin:a:b@c@[::1]:${port}/h264`, `rtspu://admin:a%3Ab%40c@[::1]:${port}/h264`]);
});
