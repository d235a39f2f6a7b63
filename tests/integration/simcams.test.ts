// The camera simulator against FFmpeg: what cameras send decodes without a word, and faults are what they say.
// Mostly waiting for cameras' time to pass: the tests run beside each other, each with cameras of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ask, changes, height, play, run, stampsOf, startSimulator, stopSimulator, url, width, type CameraFacts,
  type Simulator } from '../lib/simcams.ts';
import { readStamp, stampFromCells } from '../lib/stamp.ts';
import { until as holds } from '../lib/wait.ts';

let simulator: Simulator;
let cameras: CameraFacts[];

before(async () => {
  simulator = await startSimulator('--cameras', '40', '--seed', '4', '--h265-share', '0.5');
  cameras = (await ask<{ list: CameraFacts[] }>(simulator, { cmd: 'cameras' })).list;
});

after(async () => {
  assert.equal(await stopSimulator(simulator), 0);
});

/** A camera that no other test gets. */
function ownCamera(codec: string): number {
  const at = cameras.findIndex((camera) => camera.codec === codec);
  const [camera] = at < 0 ? [] : cameras.splice(at, 1);
  assert.ok(camera, `a camera of ${codec} is left`);
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

interface Dialogue {
  socket: Socket;
  /** Everything received so far after the answer to PLAY. */
  media: () => Buffer;
  closed: Promise<void>;
}

/** Plays over TCP by hand, to see the bytes themselves. */
async function playBytes(camera: number, profile: string): Promise<Dialogue> {
  const socket = createConnection(simulator.port, '127.0.0.1');
  const target = url(simulator, camera, profile);
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

describe('cameras', { concurrency: 6 }, () => {
  test('the stamp survives a thumbnail in JPEG', async () => {
    const camera = ownCamera('H264');
    const file = join(simulator.dir, 'thumbnail.jpg');
    await run('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-i', url(simulator, camera, 'main'), '-frames:v', '1',
      '-vf', `scale=${width}:${height}`, '-q:v', '8', file]);
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgba', '-'], { encoding: 'buffer' });
    assert.equal(readStamp(stdout, width, height)?.camera, camera);
  });

  for (const codec of ['H264', 'H265']) {
    test(`${codec}: freeze repeats one picture, black shows none, and both decode`, async () => {
      const [still, dark] = [ownCamera(codec), ownCamera(codec)];
      assert.equal((await ask(simulator, { cmd: 'fault', kind: 'freeze', cameras: [still] })).ok, true);
      await ask(simulator, { cmd: 'fault', kind: 'black', cameras: [dark] });
      const frozen = play(url(simulator, still, 'sub'), 'tcp', 5);
      for (const profile of ['sub', 'main']) {
        const black = await play(url(simulator, dark, profile), 'tcp', 1);
        assert.equal(black.complaints, '');
        const frame = black.frames.at(-1);
        assert.ok(frame && frame.subarray(width * 8 * 3).every((value) => value < 48));
      }
      const playing = await frozen;
      assert.equal(playing.complaints, '');
      assert.equal(changes(stampsOf(playing)).length, 1);
      const last = playing.frames.at(-1);
      assert.ok(last && playing.frames.slice(-60).every((frame) => frame.equals(last)));
    });

    test(`${codec}: other parameter sets decode like the first ones`, async () => {
      const camera = ownCamera(codec);
      await ask(simulator, { cmd: 'fault', kind: 'parameters', cameras: [camera] });
      assert.equal((await play(url(simulator, camera, 'sub'), 'tcp', 2)).complaints, '');
    });

    test(`${codec}: a keyframe may be blown up and still decodes`, async () => {
      const camera = ownCamera(codec);
      const sent = async (): Promise<number> =>
        (await ask<{ list: { bytes_sent: number }[] }>(simulator, { cmd: 'stats', cameras: [camera] })).list[0]?.bytes_sent ?? 0;
      await ask(simulator, { cmd: 'fault', kind: 'oversize', value: 700_000, cameras: [camera] });
      const before = await sent();
      const playing = await play(url(simulator, camera, 'sub'), 'tcp', 3);
      assert.equal(playing.complaints, '');
      assert.ok((await sent()) - before > 1_400_000);
    });
  }

  test('a change of resolution decodes at both sizes', async () => {
    const camera = ownCamera('H264');
    const child = spawn('ffmpeg', ['-v', 'verbose', '-nostdin', '-rtsp_transport', 'tcp', '-i', url(simulator, camera, 'sub'), '-t', '6', '-f', 'null', '-'],
      { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (!text.includes('Press') && !text.includes('frame=') && chunk.toString().includes('frame='))
        void ask(simulator, { cmd: 'fault', kind: 'resolution', cameras: [camera] });
      text += chunk.toString();
    });
    await new Promise((done) => child.on('close', done));
    assert.match(text, /w:640 h:360/);
    assert.match(text, /w:1280 h:720/);
  });

  test('faults of the dialogue are what a client sees', async () => {
    const probe = async (camera: number): Promise<string> => {
      const result = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', url(simulator, camera, 'sub')]).catch((error: unknown) => error as { stderr: string });
      return result.stderr;
    };
    const untouched = ownCamera('H264');
    const cases: [string, RegExp][] = [['unauthorized', /401/], ['limit', /453/], ['refuse', /./]];
    await Promise.all(cases.map(async ([kind, said]) => {
      const camera = ownCamera('H264');
      await ask(simulator, { cmd: 'fault', kind, cameras: [camera] });
      assert.match(await probe(camera), said);
      assert.equal(await probe(untouched), '');
      await ask(simulator, { cmd: 'clear', kind, cameras: [camera] });
      assert.equal(await probe(camera), '');
    }));
    await ask(simulator, { cmd: 'fault', kind: 'slow', value: 700, cameras: [untouched] });
    const begin = Date.now();
    assert.equal(await probe(untouched), '');
    assert.ok(Date.now() - begin >= 1400);
  });

  test('faults of the stream are counted, and the control socket says what is wrong', async () => {
    const all = await startSimulator('--cameras', '40', '--seed', '4', '--h265-share', '0.5');
    try {
      await ask(all, { cmd: 'fault', kind: 'loss', value: 0.2, share: 1 });
      const lossy = await play(url(all, 9, 'sub'), 'tcp', 3);
      assert.notEqual(lossy.complaints, '');
      const stats = await ask<{ packets_lost: number; cameras: number }>(all, { cmd: 'stats' });
      assert.ok(stats.packets_lost > 0);
      assert.equal(stats.cameras, 40);
      await ask(all, { cmd: 'clear' });
      assert.equal((await ask(all, { cmd: 'fault', kind: 'nonsense', all: true })).ok, false);
      const half = await ask<{ cameras: number }>(all, { cmd: 'fault', kind: 'stall', share: 0.5, seconds: 0.1 });
      assert.ok(half.cameras >= 15 && half.cameras <= 25);
    } finally {
      await stopSimulator(all);
    }
  });

  test('sender reports tell the clock, and a wrong one on demand', async () => {
    const camera = ownCamera('H264');
    for (const offset of [0, 5_000_000]) {
      if (offset) await ask(simulator, { cmd: 'fault', kind: 'clock', value: offset, cameras: [camera] });
      const dialogue = await playBytes(camera, 'sub');
      const reports = (): Buffer[] => framesOf(dialogue.media()).filter((frame) => frame.channel === 1).map((frame) => frame.payload);
      await until(dialogue.socket, () => reports().length > 0);
      const [report] = reports();
      assert.ok(report && report[1] === 200);
      const wallMs = (report.readUInt32BE(8) - 2_208_988_800) * 1000 + (report.readUInt32BE(12) / 2 ** 32) * 1000;
      assert.ok(Math.abs(wallMs - offset - Date.now()) < 10_000);
      dialogue.socket.destroy();
    }
  });

  test('a stream loses step once, and a connection is dropped', async () => {
    const camera = ownCamera('H264');
    const dialogue = await playBytes(camera, 'sub');
    await until(dialogue.socket, () => dialogue.media().length > 30_000);
    await ask(simulator, { cmd: 'fault', kind: 'desync', cameras: [camera] });
    // out of step: more bytes than the longest frame wait behind the last one that could be cut
    await until(dialogue.socket, () => dialogue.media().length - takenBytes(dialogue.media()) > 70_000);
    await ask(simulator, { cmd: 'fault', kind: 'drop', cameras: [camera] });
    await dialogue.closed;
    const { list: [facts] } = await ask<{ list: { playing: number }[] }>(simulator, { cmd: 'stats', cameras: [camera] });
    assert.equal(facts?.playing, 0);
  });

  test('a client that reads slowly misses whole pictures and is counted', async () => {
    const camera = ownCamera('H264');
    const dropped = async (): Promise<number> =>
      (await ask<{ list: { units_dropped: number }[] }>(simulator, { cmd: 'stats', cameras: [camera] })).list[0]?.units_dropped ?? 0;
    const { socket } = await playBytes(camera, 'main');
    socket.pause();
    assert.equal(await dropped(), 0);
    // a window of the kernel's on both sides fills first
    await holds('50 pictures are dropped', async () => (await dropped()) >= 50);
    socket.destroy();
  });

  test('passwords are asked for by Basic and Digest', async () => {
    const guarded = await startSimulator('--cameras', '3', '--auth', 'mixed', '--user', 'town', '--password', 'p@s:s');
    try {
      await Promise.all([1, 2, 3].map(async (camera) => {
        const right = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', url(guarded, camera, 'sub', 'town:p%40s%3as@')]);
        assert.equal(right.stderr, '');
        const wrong = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', url(guarded, camera, 'sub', 'town:no@')]).catch((error: unknown) => error as { stderr: string });
        if (camera === 3) assert.equal(wrong.stderr, '');
        else assert.match(wrong.stderr, /401/);
      }));
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
});
