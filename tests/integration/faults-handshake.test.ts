// Cameras that never finish their answers: they wait for themselves alone, and say so.
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { holds } from '../lib/process.ts';
import { Link, simulator, type Peer } from '../lib/media.ts';

const dripping = 96; // six times the workers that conversations have
const good = 12;

/** Answers every request with a head that never ends, a byte at a time. */
class Dripper {
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.accept(socket));
  private readonly timer = setInterval(() => {
    for (const socket of this.sockets) if (socket.bytesRead > 0) socket.write('x');
  }, 200);

  listen(): Promise<number> {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', () => done((this.server.address() as AddressInfo).port)));
  }

  private accept(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    socket.once('data', () => socket.write('RTSP/1.0 200 OK\r\nServer: '));
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.resume();
  }

  stop(): void {
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

const link = new Link();
const dripper = new Dripper();
let cameras: Peer;
let port = 0;
let drip = 0;

before(async () => {
  await link.start();
  cameras = simulator(link.dir, '--cameras', String(good), '--rate', '12.5');
  port = await cameras.port();
  drip = await dripper.listen();
});
after(async () => {
  dripper.stop();
  await cameras.stop();
  await link.stop();
});

const drips = Array.from({ length: dripping }, (_, i) => ({ n: i + 1, id: `drip${i + 1}` }));
const live = (): number => [...link.states.values()].filter((state) => state.state === 'live').length;

test('cameras that drip do not keep the others waiting', async () => {
  const slow = drips.map((camera) => ({ ...camera, url: `rtsp://127.0.0.1:${drip}/${camera.id}` }));
  link.cameras(slow);
  await link.until('every worker talks to one that drips', () => dripper.connections >= 16);
  const before = holds(link.pid);
  link.cameras([...slow, ...Array.from({ length: good }, (_, i) => ({ n: 100 + i, id: `good${i}`, url: `rtsp://127.0.0.1:${port}/cam/${i + 1}/sub` }))]);
  await link.until('the others are live', () => live() === good, 60_000);
  const said = [...link.states.values()].filter((state) => state.n <= dripping && state.state === 'down');
  assert.ok(said.length < dripping / 2, `${said.length} of the slow ones were given up first`);
  assert.ok(holds(link.pid).threads <= before.threads + dripping, 'workers are bounded');
});

test('a camera that drips is given up, and says why', async () => {
  await link.until('all are told', () => [...link.states.values()].filter((state) => state.n <= dripping)
    .every((state) => state.state === 'down' && state.reason === 'no_data' && /took too long|was not answered for 5 s/.test(state.detail ?? '')), 90_000);
  assert.equal(live(), good);
});
