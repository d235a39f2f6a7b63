// Every scene of the camera simulator in both codecs and sizes: below the stamp FFmpeg decodes exactly the clip.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, program, run, startSimulator, stopSimulator, url, type CameraFacts } from '../lib/simcams.ts';

test('below the stamp pictures are exactly those of the clip, in every scene', async (t) => {
  const simulator = await startSimulator('--cameras', '40', '--seed', '4', '--h265-share', '0.5');
  t.after(async () => assert.equal(await stopSimulator(simulator), 0));
  const { list: cameras } = await ask<{ list: CameraFacts[] }>(simulator, { cmd: 'cameras' });
  // without the stamp and the white line below it, which an H.264 block may take a shade of the row above for
  const crop = 'crop=iw:ih-18:0:18:exact=1';
  const sums = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-f', 'framehash', '-hash', 'murmur3', '-'], { maxBuffer: 1 << 24 });
    return stdout.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(',').at(-1)?.trim() ?? '');
  };
  const compare = async (camera: CameraFacts, profile: string): Promise<void> => {
    const clip = join(program, '../clips', `${camera.scene}-${profile}.stamp.${camera.codec.toLowerCase()}`);
    const original = new Set(await sums('-i', clip, '-vf', camera.codec === 'H264' ? crop : 'crop=iw:ih-2:0:2:exact=1'));
    const live = await sums('-rtsp_transport', 'tcp', '-i', url(simulator, camera.number, profile), '-t', '2.4', '-vf', crop);
    assert.ok(live.length >= 58, 'more than a group of pictures');
    assert.deepEqual(live.filter((sum) => !original.has(sum)), [], `${camera.scene} ${profile} ${camera.codec}`);
  };
  const kinds = new Map(cameras.map((camera) => [`${camera.scene} ${camera.codec}`, camera]));
  assert.ok(kinds.size >= 14, `${kinds.size} kinds of cameras`);
  const waiting = [...kinds.values()].flatMap((camera): [CameraFacts, string][] => [[camera, 'main'], [camera, 'sub']]);
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await compare(...next);
  };
  await Promise.all(Array.from({ length: 7 }, worker));
});
