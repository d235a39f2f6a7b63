// Cameras, media plane and server in networks of their own, the media link over TCP with TLS: slow, lossy and cut wires.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../../tools/supervise/ports.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person } from '../lib/client.ts';
import { Network, type Space, type Wire } from '../lib/network.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';
import { followLive, type Followed } from '../lib/watch.ts';

const cameras = 16;
const noDataS = 4;
const dir = mkdtempSync(join(tmpdir(), 'townwall-network-'));
const network = new Network();
let mediaSpace: Space;
let toCameras: Wire;
let toServer: Wire;
let stack: Stack;
let operator: Person;
let followed: Followed;

function certificate(): void {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj', '/CN=10.213.7.5',
    '-addext', 'subjectAltName=IP:10.213.7.5', '-keyout', join(dir, 'link.key'), '-out', join(dir, 'link.pem')], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  writeFileSync(join(dir, 'both.pem'), readFileSync(join(dir, 'link.pem'), 'utf8') + readFileSync(join(dir, 'link.key'), 'utf8'), { mode: 0o600 });
}

before(async () => {
  certificate();
  const cameraSpace = network.space('c');
  mediaSpace = network.space('m');
  toCameras = await network.wire(cameraSpace, '10.213.7.1', mediaSpace, '10.213.7.2');
  toServer = await network.wire('', '10.213.7.5', mediaSpace, '10.213.7.6');
  stack = await startSmallStack({
    cameras, rate: 12.5, simulatorArgs: ['--gop', '12'], simulatorHost: '10.213.7.1',
    enter: { simcams: network.enter(cameraSpace), 'townwall-media': network.enter(mediaSpace) },
    config: {
      link: { address: `tcp:10.213.7.5:${await freePort('10.213.7.5', 0)}`, cert: join(dir, 'link.pem'), key: join(dir, 'link.key'), trust: join(dir, 'both.pem') },
      media: { no_data_s: noDataS, backoff_min_s: 1, backoff_max_s: 2, connect_per_host: 8 },
    },
  });
  operator = await Person.login(stack, 'operator');
  await operator.giveReason();
  followed = await followLive(operator);
});
after(async () => {
  try {
    await stopStack(stack);
  } finally {
    await network.end();
    rmSync(dir, { recursive: true, force: true });
  }
});

async function plays(units: number): Promise<void> {
  const wall = await operator.connect();
  wall.send({ t: 'play', stream: 1, camera: 'c0001', profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  await wall.until('live units', () => (wall.units.get(1)?.length ?? 0) >= units);
  wall.close();
}

test('a slow and lossy wire to the cameras costs no camera', async () => {
  followed.forget();
  await toCameras.shape({ delayMs: 60, jitterMs: 10, loss: 0.01 });
  await plays(40);
  const opened = network.opened(mediaSpace);
  await plays(40);
  assert.equal(network.opened(mediaSpace), opened, 'nothing connects anew');
  assert.ok(!followed.ever((camera) => camera.state === 'down'));
  await toCameras.mend();
});

test('cut off from the cameras: each says so, nothing storms, and all come back', async () => {
  const opened = network.opened(mediaSpace);
  const began = Date.now();
  await toCameras.cut();
  await followed.all((camera) => camera.state === 'down' && ['no_data', 'unreachable'].includes(camera.reason ?? ''), 'are down');
  await followed.all((camera) => camera.reason === 'unreachable', 'cannot be reached');
  const attempts = network.opened(mediaSpace) - opened;
  const seconds = (Date.now() - began) / 1000;
  assert.ok(attempts <= cameras * (1 + seconds / 2), `${attempts} attempts in ${seconds} s`);
  await toCameras.mend();
  await followed.live();
});

test('cut off from the server: the wall says that the media service is away, cameras keep their connections', async () => {
  const opened = network.opened(mediaSpace);
  await toServer.cut();
  await followed.all((camera) => camera.reason === 'media_away', 'wait for the media service');
  const camera = await operator.json<{ reason: string }>('/api/v1/cameras/c0001');
  assert.equal(camera.reason, 'media_away');
  await toServer.mend();
  await followed.live();
  await plays(20);
  const again = network.opened(mediaSpace) - opened;
  assert.ok(again < cameras, `only the link was connected anew, ${again} connections`);
});

test('a slow and lossy link is used without piling up', async () => {
  await toServer.shape({ delayMs: 40, jitterMs: 10, loss: 0.01 });
  await plays(60);
  assert.equal((await stack.get('/healthz')).status, 200);
  await toServer.mend();
  await until('every camera live', async () => followed.cameras.every((camera) => camera.state === 'live'));
  followed.wall.close();
});
