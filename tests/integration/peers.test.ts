// A wall of cameras that we did not write: gst-rtsp-server, FFmpeg over HTTP, HLS, nginx over RTMP, files, recorded scenes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { probePort } from '../../tools/supervise/ports.ts';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person } from '../lib/client.ts';
import { Download } from '../lib/download.ts';
import { gstPeer, top, type Peer } from '../lib/media.ts';
import { decodeJpeg } from '../lib/picture.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

const recorded = resolve(top, '../shared/data/video');
const dir = mkdtempSync(join(tmpdir(), 'townwall-peers-'));
const peers: Peer[] = [];
const servers: ChildProcess[] = [];
let stack: Stack;
let operator: Person;
let stopping = false;
let files: Server | null = null;

/** A town without cameras of its own: what `tools/run --town DIR --no-simulator` is given. */
function emptyTown(): string {
  const town = join(dir, 'town');
  const made = spawnSync(resolve(top, 'tools/node'), [resolve(top, 'tools/town/town.ts'), '--out', town, '--cameras', '39', '--no-tiles'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  rmSync(join(town, 'cameras.csv'));
  return town;
}

const scene = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', join(dir, 'scene.mp4'), '-c', 'copy'];

/** FFmpeg as a server of one viewer at a time; it is started again when its viewer left. */
function ffmpegServer(url: string, format: string): void {
  const child = spawn('ffmpeg', [...scene, '-f', format, '-listen', '1', url], { stdio: 'ignore' });
  servers.push(child);
  child.once('exit', () => {
    servers.splice(servers.indexOf(child), 1);
    if (!stopping) ffmpegServer(url, format);
  });
}

/** nginx with its RTMP module, to which FFmpeg brings the scene. Returned: its port. */
async function rtmpServer(): Promise<number> {
  const port = await probePort('127.0.0.1', 0);
  const file = join(dir, 'nginx.conf');
  writeFileSync(file, `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
user root; daemon off; master_process off; pid ${dir}/nginx.pid; error_log ${dir}/nginx.log;
events {}
rtmp { server { listen 127.0.0.1:${port}; application town { live on; } } }
`);
  servers.push(spawn('nginx', ['-p', dir, '-c', file, '-e', join(dir, 'nginx.log')], { stdio: 'ignore' }));
  await until('nginx listens', () => new Promise<boolean>((done) => {
    const socket = connect(port, '127.0.0.1').once('connect', () => { socket.destroy(); done(true); }).once('error', () => done(false));
  }));
  const url = `rtmp://127.0.0.1:${port}/town/gate`;
  servers.push(spawn('ffmpeg', [...scene, '-f', 'flv', url], { stdio: 'ignore' }));
  return port;
}

/** FFmpeg that goes on writing an HLS list and its pieces, and a server of the files. Returned: its port. */
async function hlsServer(): Promise<number> {
  const folder = join(dir, 'hls');
  mkdirSync(folder);
  servers.push(spawn('ffmpeg', [...scene, '-f', 'hls', '-hls_time', '1', '-hls_list_size', '6', '-hls_flags', 'delete_segments', join(folder, 'live.m3u8')], { stdio: 'ignore' }));
  files = createHttpServer((request, response) => {
    const file = join(folder, basename(request.url ?? ''));
    if (!existsSync(file)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.endsWith('.ts') ? 'video/mp2t' : 'application/vnd.apple.mpegurl' }).end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  return (files.address() as AddressInfo).port;
}

before(async () => {
  const made = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'smptehdbars=size=640x360:rate=25', '-t', '6', '-g', '25', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', join(dir, 'scene.mp4')], { encoding: 'utf8' });
  assert.equal(made.stderr, '');
  stack = await startStack({ town: emptyTown(), simulator: false, config: { media: { file_roots: dir, frozen_s: 5 } } });
  operator = await Person.login(stack, 'operator');
  await operator.giveReason();
});
after(async () => {
  stopping = true;
  for (const server of servers) server.kill('SIGKILL');
  files?.close();
  for (const peer of peers) await peer.stop();
  await stopStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

async function gst(...options: string[]): Promise<number> {
  const peer = gstPeer(dir, ...options);
  peers.push(peer);
  return peer.port();
}

function importCameras(rows: [id: string, url: string][]): void {
  const csv = join(dir, 'cameras.csv');
  writeFileSync(csv, ['id,name,url', ...rows.map(([id, url]) => `${id},${id},${url}`)].join('\n') + '\n');
  const [program = '', ...args] = stack.wallctl;
  const done = spawnSync(program, [...args, 'cameras', 'import', csv], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}

async function handles(): Promise<Map<string, number>> {
  const { cameras } = await operator.json<{ cameras: { n: number; id: string }[] }>('/api/v1/cameras');
  return new Map(cameras.map((camera) => [camera.id, camera.n]));
}

test('an empty wall says so, and its map is there', async () => {
  const { cameras } = await operator.json<{ cameras: unknown[] }>('/api/v1/cameras');
  assert.equal(cameras.length, 0);
  const areas = await operator.json<{ features: unknown[] }>('/api/v1/areas');
  assert.equal(areas.features.length, 61);
});

test('cameras of gst-rtsp-server, FFmpeg and files come on the wall and play', async () => {
  const rtsp = await gst();
  const guarded = await gst('--user', 'admin', '--password', 'p@ss:w?rd%');
  const http = await probePort('127.0.0.1', 0);
  ffmpegServer(`http://127.0.0.1:${http}/live.ts`, 'mpegts');
  const rtmp = await rtmpServer();
  const hls = await hlsServer();
  const rows: [string, string][] = [
    ['gst-h264', `rtsp://127.0.0.1:${rtsp}/h264`],
    ['gst-h265', `rtsp://127.0.0.1:${rtsp}/h265`],
    ['gst-guarded', `rtsp://admin:p@ss:w?rd%@127.0.0.1:${guarded}/h264`],
    ['ffmpeg-http', `http://127.0.0.1:${http}/live.ts`],
    ['ffmpeg-rtmp', `rtmp://127.0.0.1:${rtmp}/town/gate`],
    ['ffmpeg-hls', `http://127.0.0.1:${hls}/live.m3u8`],
    ['file', `file://${join(dir, 'scene.mp4')}`],
  ];
  for (const name of existsSync(recorded) ? readdirSync(recorded).filter((f) => f.endsWith('.264')) : []) {
    copyFileSync(join(recorded, name), join(dir, name));
    rows.push([`scene-${name.replace(/\W/g, '-')}`, `rtsp://127.0.0.1:${await gst('--file', join(dir, name))}/file`]);
  }
  importCameras(rows);
  const wall = await operator.connect();
  const known = await handles();
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  await wall.until('a thumbnail of every camera', () => rows.every(([id]) => wall.thumbs.has(known.get(id) ?? 0)), 60000)
    .catch((error: unknown) => {
      const missing = rows.filter(([id]) => !wall.thumbs.has(known.get(id) ?? 0)).map(([id]) => id);
      throw new Error(`${String(error)}; without: ${missing.join(' ')}`);
    });
  for (const [id] of rows) {
    const picture = decodeJpeg(wall.thumbs.get(known.get(id) ?? 0)?.jpeg ?? new Uint8Array());
    assert.deepEqual([picture.width, picture.height], [160, 90], id);
  }
  rows.forEach(([id], i) => wall.send({ t: 'play', stream: i + 1, camera: id, profile: 'main', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] }));
  await wall.until('units of every camera', () => rows.every((_, i) => (wall.units.get(i + 1)?.length ?? 0) > 10), 60000)
    .catch((error: unknown) => {
      const missing = rows.filter((_, i) => (wall.units.get(i + 1)?.length ?? 0) <= 10).map(([id]) => id);
      throw new Error(`${String(error)}; without: ${missing.join(' ')}`);
    });
  rows.forEach((_, i) => assert.ok(wall.units.get(i + 1)?.[0]?.key));
  wall.close();
});

test('a camera that is not there, refuses or wants another password says so', async () => {
  const guarded = await gst('--user', 'admin', '--password', 'right');
  const closed = await probePort('127.0.0.1', 0);
  importCameras([
    ['not-there', `rtsp://127.0.0.1:${closed}/x`],
    ['wrong-password', `rtsp://admin:wrong@127.0.0.1:${guarded}/h264`],
    ['no-such-path', `rtsp://admin:right@127.0.0.1:${guarded}/nothing`],
  ]);
  const wall = await operator.connect();
  const reasons = new Map<string, unknown>();
  wall.send({ t: 'sub', topic: 'cameras' });
  const known = await handles();
  const want = { 'not-there': 'unreachable', 'wrong-password': 'wrong_password', 'no-such-path': 'refused' };
  await wall.until('all reasons', () => {
    for (const message of wall.messages)
      for (const c of ((message.data as { set?: { n: number; reason: string | null }[]; cameras?: { n: number; reason: string | null }[] } | undefined)?.set ??
        (message.data as { cameras?: { n: number; reason: string | null }[] } | undefined)?.cameras ?? []))
        for (const id of Object.keys(want)) if (known.get(id) === c.n && c.reason) reasons.set(id, c.reason);
    return Object.entries(want).every(([id, reason]) => reasons.get(id) === reason);
  }, 30000).catch(() => undefined);
  assert.deepEqual(Object.fromEntries(reasons), want);
  wall.close();
});

test('a camera without a picture answers with its own reason, and live.mp4 begins with its first piece', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const closed = await probePort('127.0.0.1', 0);
  importCameras([
    ['dead', `rtsp://127.0.0.1:${closed}/x`],
    ['mute', `rtsp://127.0.0.1:${(silent.address() as AddressInfo).port}/x`],
    ['elsewhere', 'file:///etc/passwd'],
    ['missing', `file://${join(dir, 'missing.mp4')}`],
    ['plays', `file://${join(dir, 'scene.mp4')}`],
  ]);
  const answers = async (id: string, path: string): Promise<[status: number, code: string]> => {
    const answer = await operator.request('GET', `/api/v1/cameras/${id}/${path}`);
    return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
  };
  const known = await handles();
  const wall = await operator.connect();
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  await wall.until('a picture', () => wall.thumbs.has(known.get('plays') ?? 0), 60000);
  wall.close();
  for (const path of ['live.mp4', 'snapshot.jpg']) {
    assert.deepEqual(await answers('dead', path), [503, 'unreachable'], path);
    assert.deepEqual(await answers('mute', path), [503, 'no_data'], path);
    assert.deepEqual(await answers('elsewhere', path), [503, 'bad_url'], path);
    assert.deepEqual(await answers('missing', path), [503, 'refused'], path);
  }
  const answer = await Download.open(operator, '/api/v1/cameras/plays/live.mp4');
  assert.equal(answer.status, 200);
  assert.equal((await answer.atLeast(8)).subarray(4, 8).toString(), 'ftyp');
  answer.close();
  silent.close();
});

test('a clip with one keyframe a round lives: it is neither stale nor frozen', async () => {
  const clip = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=10', '-t', '3', '-g', '1000', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', join(dir, 'round.h264')], { encoding: 'utf8' });
  assert.equal(clip.stderr, '');
  importCameras([['round', `file://${join(dir, 'round.h264')}`]]);
  const wall = await operator.connect();
  wall.send({ t: 'sub', topic: 'cameras' });
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  const n = (await handles()).get('round') ?? 0;
  const times = new Set<number>();
  await wall.until('five rounds', () => {
    const thumb = wall.thumbs.get(n);
    if (thumb) times.add(thumb.wallUs);
    return times.size >= 5;
  }, 60000);
  const camera = await operator.json<{ state: string; reason: string | null }>('/api/v1/cameras/round');
  assert.deepEqual([camera.state, camera.reason], ['live', null]);
  const { changes } = await operator.json<{ changes: { state: string; reason: string | null }[] }>('/api/v1/cameras/round/history');
  assert.ok(changes.every((change) => change.state !== 'stale'), JSON.stringify(changes));
  wall.close();
});

test('a trial tells step by step what was tried and answered, without the password', async () => {
  interface Diagnosis {
    camera: string; address: string; steps: { step: string; ok: boolean; detail: string | null }[];
    verdict: { ok: boolean; code?: string };
    stream?: { codec: string; profile: string; width: number; height: number; pictures_per_s: number; kbit_per_s: number; clock_offset_ms: number | null };
  }
  const diagnose = async (id: string): Promise<Diagnosis> => {
    const answer = await operator.request('POST', `/api/v1/cameras/${id}/diagnose`, {});
    assert.equal(answer.status, 200, id);
    return (await answer.json()) as Diagnosis;
  };
  const good = await diagnose('gst-h264');
  assert.deepEqual(good.steps.map((s) => s.step), ['address', 'dns', 'tcp', 'OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'packet', 'keyframe', 'stream']);
  assert.ok(good.steps.every((s) => s.ok), JSON.stringify(good.steps));
  assert.match(good.steps[4]?.detail ?? '', /^200 OK .*Server: /);
  assert.equal(good.verdict.ok, true);
  assert.deepEqual([good.stream?.codec, good.stream?.width, good.stream?.height], ['h264', 320, 180]);
  assert.ok((good.stream?.pictures_per_s ?? 0) > 1 && (good.stream?.kbit_per_s ?? 0) > 1, JSON.stringify(good.stream));
  const guarded = await diagnose('gst-guarded');
  assert.equal(guarded.verdict.ok, true, JSON.stringify(guarded));
  assert.match(guarded.address, /^rtsp:\/\/\*\*\*@127/);
  assert.ok(!JSON.stringify(guarded).includes('w?rd'));
  const bad = await diagnose('wrong-password');
  assert.equal(bad.steps.at(-1)?.ok, false);
  assert.match(bad.steps.at(-1)?.detail ?? '', /^401 Unauthorized/);
  assert.equal(bad.verdict.code, 'wrong_password');
  assert.ok(!JSON.stringify(bad).includes(':wrong@'));
  const gone = await diagnose('not-there');
  assert.deepEqual(gone.steps.map((s) => [s.step, s.ok]), [['address', true], ['dns', true], ['tcp', false]]);
  assert.equal(gone.verdict.code, 'unreachable');
  const file = await diagnose('file');
  assert.deepEqual(file.steps.map((s) => s.step), ['address', 'connect', 'keyframe', 'stream']);
});
