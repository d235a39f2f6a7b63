// The camera simulator against FFmpeg: what cameras send decodes without a word, and says who and when.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { preset, reportIn } from '../lib/programs.ts';
import { readStamp, stampAgeMs, stampFromCells, type Stamp } from '../lib/stamp.ts';

const run = promisify(execFile);
const program = resolve(import.meta.dirname, '../../build', preset, 'tools/simcams/simcams');
const width = 160;
const height = 90;

interface Simulator {
  process: ChildProcess;
  port: number;
  control: string;
  dir: string;
  said: { text: string };
}

interface CameraFacts {
  number: number;
  scene: string;
  codec: string;
  units_sent: number;
  faults: string[];
}

async function startSimulator(...args: string[]): Promise<Simulator> {
  const dir = mkdtempSync(join(tmpdir(), 'simcams-'));
  const control = join(dir, 'control.sock');
  const child = spawn(program, ['--ready-file', join(dir, 'ready.json'), '--control', control, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { text: '' };
  let text = '';
  const line = await new Promise<string>((done, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) done(text.trim());
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.text += chunk.toString();
      failed(new Error(chunk.toString()));
    });
    child.on('exit', (code) => failed(new Error(`simcams ended with ${code}`)));
  });
  const ready = JSON.parse(readFileSync(join(dir, 'ready.json'), 'utf8')) as { port: number; pid: number; cameras: number };
  assert.equal(line, `simcams ready rtsp://127.0.0.1:${ready.port} ${ready.cameras} cameras`);
  assert.equal(ready.pid, child.pid);
  return { process: child, port: ready.port, control, dir, said };
}

async function stopSimulator(simulator: Simulator): Promise<number | null> {
  const ended = new Promise<number | null>((done) => simulator.process.once('close', done));
  simulator.process.kill('SIGTERM');
  const code = await ended;
  assert.equal(reportIn(simulator.said.text), null);
  rmSync(simulator.dir, { recursive: true, force: true });
  return code;
}

function ask<T = Record<string, unknown>>(simulator: Simulator, request: object): Promise<T & { ok: boolean }> {
  return new Promise((done, failed) => {
    const socket = createConnection(simulator.control);
    let text = '';
    socket.on('error', failed);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.endsWith('\n')) return;
      socket.destroy();
      done(JSON.parse(text) as T & { ok: boolean });
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

function url(simulator: Simulator, camera: number, profile: string, user = ''): string {
  return `rtsp://${user}127.0.0.1:${simulator.port}/cam/${camera}/${profile}`;
}

interface Playing {
  frames: Buffer[];
  firstMs: number;
  lastMs: number;
  complaints: string;
}

/** Decodes for some seconds of the stream's time into small RGB pictures, with all error detection on. */
function play(address: string, transport: string, seconds: number, filter = `scale=${width}:${height}`): Promise<Playing> {
  const frames: Buffer[] = [];
  let complaints = '';
  let rest = Buffer.alloc(0);
  let firstMs = 0;
  const child = spawn('ffmpeg', [
    '-v', 'error', '-nostdin', '-err_detect', '+crccheck+bitstream+buffer+explode', '-rtsp_transport', transport,
    '-i', address, '-t', String(seconds), '-vf', filter, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-',
  ], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => {
    firstMs ||= Date.now();
    rest = Buffer.concat([rest, chunk]);
    const size = width * height * 3;
    for (; rest.length >= size; rest = rest.subarray(size)) frames.push(rest.subarray(0, size));
  });
  child.stderr.on('data', (chunk: Buffer) => { complaints += chunk.toString(); });
  return new Promise((done) => child.on('close', () => done({ frames, firstMs, lastMs: Date.now(), complaints })));
}

function stampsOf(playing: Playing): Stamp[] {
  return playing.frames.map((frame, index) => {
    const stamp = readStamp(frame, width, height, 3);
    assert.ok(stamp, `picture ${index} has no stamp`);
    return stamp;
  });
}

function changes(stamps: readonly Stamp[]): Stamp[] {
  return stamps.filter((stamp, index) => index === 0 || stamp.timeMs !== stamps[index - 1]?.timeMs);
}

let simulator: Simulator;
let cameras: CameraFacts[];

before(async () => {
  simulator = await startSimulator('--cameras', '40', '--seed', '4', '--h265-share', '0.5');
  cameras = (await ask<{ list: CameraFacts[] }>(simulator, { cmd: 'cameras' })).list;
});

after(async () => {
  assert.equal(await stopSimulator(simulator), 0);
});

function someOf(codec: string): number {
  const camera = cameras.find((candidate) => candidate.codec === codec);
  assert.ok(camera);
  return camera.number;
}

test('stamps are read as the vectors say', () => {
  const file = resolve(import.meta.dirname, '../vectors/stamp.json');
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as { good: { camera: number; time_ms: number; cells: string }[]; bad: { cells: string }[] };
  assert.ok(vectors.good.length > 3 && vectors.bad.length > 2);
  for (const { camera, time_ms, cells } of vectors.good) assert.deepEqual(stampFromCells(cells), { camera, timeMs: time_ms });
  for (const { cells } of vectors.bad) assert.equal(stampFromCells(cells), null);
});

test('the control socket belongs to its owner', () => {
  assert.equal(statSync(simulator.control).mode & 0o777, 0o600);
});

// mostly waiting for the cameras' time to pass, hence beside each other
describe('every camera', { concurrency: 4 }, () => {
  for (const codec of ['H264', 'H265']) {
    for (const transport of ['tcp', 'udp']) {
      for (const profile of ['sub', 'main']) {
        test(`${codec} ${profile} over ${transport} decodes and says who and when`, async () => {
          const camera = someOf(codec);
          const begin = Date.now();
          const playing = await play(url(simulator, camera, profile), transport, 5);
          assert.equal(playing.complaints, '');
          assert.ok(Math.abs(playing.frames.length - 125) <= 2, `${playing.frames.length} pictures in 5 s`);
          const stamps = stampsOf(playing);
          assert.deepEqual([...new Set(stamps.map((stamp) => stamp.camera))], [camera]);
          const keyframes = changes(stamps);
          // one at once, then the camera's own every two seconds
          assert.ok(keyframes.length >= 3 && keyframes.length <= 4, `${keyframes.length} keyframes`);
          for (const stamp of keyframes) {
            assert.ok(stampAgeMs(stamp, playing.lastMs) >= 0, 'sent before now');
            assert.ok(stampAgeMs(stamp, begin) <= 0, 'sent after the start');
          }
          const [second, third] = keyframes.slice(-2);
          assert.ok(second && third);
          assert.ok(Math.abs(stampAgeMs(second, third.timeMs) - 2000) < 100, 'groups of 50 at 25/s');
        });
      }
    }
  }
});

test('below the stamp pictures are exactly those of the clip, in every scene', async () => {
  // without the stamp and the white line below it, which an H.264 block may take a shade of the row above for
  const crop = 'crop=iw:ih-18:0:18:exact=1';
  const sums = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-f', 'framemd5', '-'], { maxBuffer: 1 << 24 });
    return stdout.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(',').at(-1)?.trim() ?? '');
  };
  const compare = async (camera: CameraFacts, profile: string): Promise<void> => {
    const clip = join(program, '../clips', `${camera.scene}-${profile}.stamp.${camera.codec.toLowerCase()}`);
    const original = new Set(await sums('-i', clip, '-vf', camera.codec === 'H264' ? crop : 'crop=iw:ih-2:0:2:exact=1'));
    const live = await sums('-rtsp_transport', 'tcp', '-i', url(simulator, camera.number, profile), '-t', '4', '-vf', crop);
    assert.ok(live.length >= 98);
    assert.deepEqual(live.filter((sum) => !original.has(sum)), [], `${camera.scene} ${profile} ${camera.codec}`);
  };
  const kinds = new Map(cameras.map((camera) => [`${camera.scene} ${camera.codec}`, camera]));
  assert.ok(kinds.size >= 14, `${kinds.size} kinds of cameras`);
  for (const profile of ['sub', 'main']) {
    const waiting = [...kinds.values()];
    const worker = async (): Promise<void> => {
      for (let camera = waiting.pop(); camera; camera = waiting.pop()) await compare(camera, profile);
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  }
});

test('the stamp survives a thumbnail in JPEG', async () => {
  const camera = someOf('H264');
  const file = join(simulator.dir, 'thumbnail.jpg');
  await run('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-i', url(simulator, camera, 'main'), '-frames:v', '1',
    '-vf', `scale=${width}:${height}`, '-q:v', '8', file]);
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgba', '-'], { encoding: 'buffer' });
  assert.equal(readStamp(stdout, width, height)?.camera, camera);
});

test('freeze repeats one picture, black shows none, and both decode', async () => {
  for (const codec of ['H264', 'H265']) {
    const camera = someOf(codec);
    assert.equal((await ask(simulator, { cmd: 'fault', kind: 'freeze', cameras: [camera] })).ok, true);
    const frozen = await play(url(simulator, camera, 'sub'), 'tcp', 5);
    assert.equal(frozen.complaints, '');
    assert.equal(changes(stampsOf(frozen)).length, 1);
    const last = frozen.frames.at(-1);
    assert.ok(last && frozen.frames.slice(-60).every((frame) => frame.equals(last)));
    await ask(simulator, { cmd: 'clear', cameras: [camera] });
    await ask(simulator, { cmd: 'fault', kind: 'black', cameras: [camera] });
    for (const profile of ['sub', 'main']) {
      const black = await play(url(simulator, camera, profile), 'tcp', 1);
      assert.equal(black.complaints, '');
      const frame = black.frames.at(-1);
      assert.ok(frame && frame.subarray(width * 8 * 3).every((value) => value < 48));
    }
    await ask(simulator, { cmd: 'clear', cameras: [camera] });
  }
});

test('other parameter sets decode like the first ones', async () => {
  for (const codec of ['H264', 'H265']) {
    const camera = someOf(codec);
    await ask(simulator, { cmd: 'fault', kind: 'parameters', cameras: [camera] });
    assert.equal((await play(url(simulator, camera, 'sub'), 'tcp', 2)).complaints, '');
    await ask(simulator, { cmd: 'clear', cameras: [camera] });
  }
});

test('a change of resolution decodes at both sizes', async () => {
  const camera = someOf('H264');
  const child = spawn('ffmpeg', ['-v', 'verbose', '-nostdin', '-rtsp_transport', 'tcp', '-i', url(simulator, camera, 'sub'), '-t', '6', '-f', 'null', '-'],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (!text.includes('Press') && !text.includes('frame=') && chunk.toString().includes('frame='))
      void ask(simulator, { cmd: 'fault', kind: 'resolution', cameras: [camera] });
    text += chunk.toString();
  });
  await new Promise((done) => child.on('close', done));
  await ask(simulator, { cmd: 'clear' });
  assert.match(text, /w:640 h:360/);
  assert.match(text, /w:1280 h:720/);
});

test('faults of the dialogue are what a client sees', async () => {
  const probe = async (camera: number): Promise<string> => {
    const result = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', url(simulator, camera, 'sub')]).catch((error: unknown) => error as { stderr: string });
    return result.stderr;
  };
  const cases: [string, RegExp][] = [['unauthorized', /401/], ['limit', /453/], ['refuse', /./]];
  for (const [kind, said] of cases) {
    await ask(simulator, { cmd: 'fault', kind, cameras: [7] });
    assert.match(await probe(7), said);
    assert.equal(await probe(8), '');
    await ask(simulator, { cmd: 'clear', kind, cameras: [7] });
    assert.equal(await probe(7), '');
  }
  await ask(simulator, { cmd: 'fault', kind: 'slow', value: 700, cameras: [7] });
  const begin = Date.now();
  assert.equal(await probe(7), '');
  assert.ok(Date.now() - begin >= 1400);
  await ask(simulator, { cmd: 'clear' });
});

test('faults of the stream are counted, and the control socket says what is wrong', async () => {
  await ask(simulator, { cmd: 'fault', kind: 'loss', value: 0.2, share: 1 });
  const lossy = await play(url(simulator, 9, 'sub'), 'tcp', 3);
  assert.notEqual(lossy.complaints, '');
  const stats = await ask<{ packets_lost: number; cameras: number }>(simulator, { cmd: 'stats' });
  assert.ok(stats.packets_lost > 0);
  assert.equal(stats.cameras, 40);
  await ask(simulator, { cmd: 'clear' });
  assert.equal((await ask(simulator, { cmd: 'fault', kind: 'nonsense', all: true })).ok, false);
  const half = await ask<{ cameras: number }>(simulator, { cmd: 'fault', kind: 'stall', share: 0.5, seconds: 0.1 });
  assert.ok(half.cameras >= 15 && half.cameras <= 25);
  await ask(simulator, { cmd: 'clear' });
});

test('a keyframe may be blown up and still decodes', async () => {
  for (const codec of ['H264', 'H265']) {
    const camera = someOf(codec);
    await ask(simulator, { cmd: 'fault', kind: 'oversize', value: 700_000, cameras: [camera] });
    const { list: [before] } = await ask<{ list: { bytes_sent: number }[] }>(simulator, { cmd: 'stats', cameras: [camera] });
    const playing = await play(url(simulator, camera, 'sub'), 'tcp', 3);
    const { list: [after] } = await ask<{ list: { bytes_sent: number }[] }>(simulator, { cmd: 'stats', cameras: [camera] });
    assert.equal(playing.complaints, '');
    assert.ok(before && after && after.bytes_sent - before.bytes_sent > 1_400_000);
    await ask(simulator, { cmd: 'clear', cameras: [camera] });
  }
});

interface Dialogue {
  socket: Socket;
  /** Everything received so far after the answer to PLAY. */
  media: () => Buffer;
  closed: Promise<void>;
}

/** Plays over TCP by hand, to see the bytes themselves. */
async function playBytes(camera: number): Promise<Dialogue> {
  const socket = createConnection(simulator.port, '127.0.0.1');
  const target = url(simulator, camera, 'sub');
  let received = Buffer.alloc(0);
  socket.on('error', () => undefined);
  const closed = new Promise<void>((done) => socket.once('close', () => done()));
  socket.on('data', (chunk: Buffer) => { received = Buffer.concat([received, chunk]); });
  const say = async (text: string): Promise<string> => {
    socket.write(text);
    while (!received.includes('\r\n\r\n')) await once(socket, 'data');
    const end = received.indexOf('\r\n\r\n') + 4;
    const answer = received.subarray(0, end).toString();
    received = received.subarray(end);
    return answer;
  };
  assert.match(await say(`SETUP ${target}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n`), /200 OK/);
  assert.match(await say(`PLAY ${target} RTSP/1.0\r\nCSeq: 2\r\n\r\n`), /200 OK/);
  return { socket, media: () => received, closed };
}

/** Cuts interleaved frames; stops where the stream is out of step. */
function framesOf(bytes: Buffer): { channel: number; payload: Buffer }[] {
  const frames = [];
  for (let at = 0; at + 4 <= bytes.length && bytes[at] === 0x24;) {
    const size = bytes.readUInt16BE(at + 2);
    if (at + 4 + size > bytes.length) break;
    frames.push({ channel: bytes.readUInt8(at + 1), payload: bytes.subarray(at + 4, at + 4 + size) });
    at += 4 + size;
  }
  return frames;
}

async function until(socket: Socket, condition: () => boolean): Promise<void> {
  while (!condition()) await once(socket, 'data');
}

const takenBytes = (bytes: Buffer): number => framesOf(bytes).reduce((sum, frame) => sum + 4 + frame.payload.length, 0);

test('sender reports tell the clock, and a wrong one on demand', async () => {
  for (const offset of [0, 5_000_000]) {
    if (offset) await ask(simulator, { cmd: 'fault', kind: 'clock', value: offset, cameras: [5] });
    const dialogue = await playBytes(5);
    const reports = (): Buffer[] => framesOf(dialogue.media()).filter((frame) => frame.channel === 1).map((frame) => frame.payload);
    await until(dialogue.socket, () => reports().length > 0);
    const [report] = reports();
    assert.ok(report && report[1] === 200);
    const wallMs = (report.readUInt32BE(8) - 2_208_988_800) * 1000 + (report.readUInt32BE(12) / 2 ** 32) * 1000;
    assert.ok(Math.abs(wallMs - offset - Date.now()) < 3000);
    dialogue.socket.destroy();
  }
  await ask(simulator, { cmd: 'clear' });
});

test('a stream loses step once, and a connection is dropped', async () => {
  const dialogue = await playBytes(6);
  await until(dialogue.socket, () => dialogue.media().length > 30_000);
  await ask(simulator, { cmd: 'fault', kind: 'desync', cameras: [6] });
  // out of step: more bytes than the longest frame wait behind the last one that could be cut
  await until(dialogue.socket, () => dialogue.media().length - takenBytes(dialogue.media()) > 70_000);
  await ask(simulator, { cmd: 'fault', kind: 'drop', cameras: [6] });
  await dialogue.closed;
  const { list: [camera] } = await ask<{ list: { playing: number }[] }>(simulator, { cmd: 'stats', cameras: [6] });
  assert.equal(camera?.playing, 0);
});

test('a client that reads slowly misses whole pictures and is counted', async () => {
  const before = await ask<{ units_dropped: number }>(simulator, { cmd: 'stats' });
  const { socket } = await playBytes(someOf('H264'));
  socket.pause();
  // a window of the kernel's on both sides fills first
  const deadline = Date.now() + 60_000;
  let dropped = 0;
  while (dropped < 50 && Date.now() < deadline)
    dropped = (await ask<{ units_dropped: number }>(simulator, { cmd: 'stats' })).units_dropped - before.units_dropped;
  socket.destroy();
  assert.ok(dropped >= 50, `${dropped} pictures dropped`);
});

test('passwords are asked for by Basic and Digest', async () => {
  const guarded = await startSimulator('--cameras', '3', '--auth', 'mixed', '--user', 'town', '--password', 'p@s:s');
  try {
    for (const camera of [1, 2, 3]) {
      const right = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', url(guarded, camera, 'sub', 'town:p%40s%3as@')]);
      assert.equal(right.stderr, '');
      const wrong = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', url(guarded, camera, 'sub', 'town:no@')]).catch((error: unknown) => error as { stderr: string });
      if (camera === 3) assert.equal(wrong.stderr, '');
      else assert.match(wrong.stderr, /401/);
    }
  } finally {
    await stopSimulator(guarded);
  }
});

test('a list gives cameras their scenes and files', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'simcams-list-'));
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=320x240:r=25', '-t', '4', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-g', '25', join(dir, 'own.mp4')]);
  writeFileSync(join(dir, 'list.csv'), 'id,number,scene,codec,file\nnorth,1,river,h265,\nsouth,2,,,own.mp4\n');
  const listed = await startSimulator('--list', join(dir, 'list.csv'));
  try {
    const { list } = await ask<{ list: (CameraFacts & { id: string })[] }>(listed, { cmd: 'cameras' });
    assert.deepEqual(list.map(({ id, scene, codec }) => [id, scene, codec]), [['north', 'river', 'H265'], ['south', 'own.mp4', 'H264']]);
    const { stdout } = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'udp', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', url(listed, 2, 'sub')]);
    assert.equal(stdout.trim(), 'h264,320,240');
  } finally {
    await stopSimulator(listed);
    rmSync(dir, { recursive: true, force: true });
  }
});
