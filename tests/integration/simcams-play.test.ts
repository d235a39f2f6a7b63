// Cameras of the simulator played by FFmpeg in their own time: both codecs, both streams, both transports decode without
// a word, at the right pace. What comes late is lost here, hence nothing runs beside it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, changes, play, stampsOf, startSimulator, stopSimulator, url, type CameraFacts, type Simulator } from '../lib/simcams.ts';
import { stampAgeMs } from '../lib/stamp.ts';

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

// mostly waiting for the cameras' time to pass, hence beside each other
describe('every camera', { concurrency: 8 }, () => {
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
