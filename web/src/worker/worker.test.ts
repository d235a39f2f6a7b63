import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from './backoff.ts';
import { ServerClock } from './clock.ts';
import { Decoding } from './decoding.ts';
import { MediaSourcePlayer } from './mse.ts';
import { LARGE, SMALL } from './protocol.ts';
import { Thumbnails } from './thumbnails.ts';
import { Wishes } from './wishes.ts';

describe('backoff', () => {
  it('grows to its bound, never to nothing, and begins anew', () => {
    const longest = new Backoff(500, 15_000, () => 1);
    const waits = Array.from({ length: 8 }, () => longest.nextMs());
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    longest.reset();
    expect(longest.nextMs()).toBe(500);
    expect(new Backoff(500, 15_000, () => 0).nextMs()).toBe(50);
  });
});

describe('clock of the server', () => {
  it('believes the quickest answer', () => {
    const clock = new ServerClock();
    clock.hint(5000, 1000);
    expect(clock.offsetMs).toBe(4000);
    clock.add(1000, 3300, 2000); // a slow answer: 1 s there and back
    clock.add(3000, 5015, 3010); // a quick one
    clock.add(4000, 6500, 4400);
    expect(clock.offsetMs).toBe(2010);
    expect(clock.delayMs).toBe(400);
  });
});

describe('wishes told to a new connection', () => {
  const play = {
    t: 'play', stream: 3, camera: 'c0001', profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264'],
  } as const;

  it('resumes topics from the last id and repeats what is wanted, in order', () => {
    const wishes = new Wishes();
    expect(wishes.take({ t: 'sub', topic: 'cameras' })).not.toBeNull();
    expect(wishes.take({ t: 'sub', topic: 'cameras' })).toBeNull();
    wishes.take({ ...play, codecs: ['h264'] });
    wishes.take({ t: 'thumbs', cameras: [1, 2], interval_ms: 1000, why: 'mosaic' });
    wishes.take({ t: 'hidden', hidden: true });
    wishes.seen({ t: 'delta', topic: 'cameras', id: 'e1-7', data: {} });
    expect([...wishes.all()]).toEqual([
      { t: 'hidden', hidden: true },
      { t: 'sub', topic: 'cameras', from: 'e1-7' },
      { t: 'thumbs', cameras: [1, 2], interval_ms: 1000, why: 'mosaic' },
      play,
    ]);
  });
  it('forgets what was stopped, what ended and, after a server start, handles', () => {
    const wishes = new Wishes();
    wishes.take({ ...play, codecs: ['h264'] });
    wishes.take({ ...play, stream: 4, codecs: ['h264'] });
    wishes.take({ t: 'thumbs', cameras: [1], interval_ms: 1000, why: 'map' });
    wishes.take({ t: 'stop', stream: 3 });
    wishes.ended(4);
    wishes.restarted();
    expect([...wishes.all()]).toEqual([]);
    expect(wishes.seen({ t: 'current', topic: 'media', id: 'e1-1' })).toBe(false);
  });
});

describe('decoding of a stream', () => {
  let decoded: { type: string; timestamp: number }[];
  let queue: number;
  let output: (frame: unknown) => void;
  let fail: (error: Error) => void;

  beforeEach(() => {
    decoded = [];
    queue = 0;
    vi.stubGlobal(
      'VideoDecoder',
      class {
        state = 'unconfigured';
        constructor(init: { output: typeof output; error: typeof fail }) {
          output = init.output;
          fail = init.error;
        }
        get decodeQueueSize(): number {
          return queue;
        }
        configure(): void {
          this.state = 'configured';
        }
        decode(chunk: { type: string; timestamp: number }): void {
          decoded.push(chunk);
        }
        close(): void {
          this.state = 'closed';
        }
      },
    );
    vi.stubGlobal(
      'EncodedVideoChunk',
      class {
        constructor(init: object) {
          Object.assign(this, init);
        }
      },
    );
  });

  const unit = (ptsUs: number, keyframe: boolean, discontinuity = false) =>
    ({
      t: 'unit', stream: 1, keyframe, discontinuity, dropped: 0, ptsUs, wallMs: ptsUs / 1000 + 5,
      message: new ArrayBuffer(48), offset: 40,
    }) as const;
  const frame = (timestamp: number) => ({ timestamp, close: vi.fn() });
  const make = () => {
    const ports = { frame: vi.fn(), trouble: vi.fn() };
    return { ports, decoding: new Decoding('avc1.42c01e', ports) };
  };

  it('begins with a keyframe, and after a gap goes on with the next one', () => {
    const { decoding } = make();
    for (const one of [unit(1, false), unit(2, true), unit(3, false), unit(4, false, true), unit(5, false), unit(6, true)])
      decoding.unit(one);
    expect(decoded.map(({ timestamp }) => timestamp)).toEqual([2, 3, 6]);
  });
  it('when late drops everything up to the next keyframe and counts it', () => {
    const { decoding, ports } = make();
    decoding.unit(unit(1, true));
    queue = 500;
    decoding.unit(unit(2, false));
    queue = 0;
    decoding.unit(unit(3, false));
    decoding.unit(unit(4, true));
    expect(decoded.map(({ timestamp }) => timestamp)).toEqual([1, 4]);
    output(frame(4));
    expect(ports.frame).toHaveBeenCalledWith(expect.anything(), 4 / 1000 + 5, 2);
  });
  it('gives the page one frame at a time, the newest next, and closes the others', () => {
    const { decoding, ports } = make();
    decoding.unit(unit(1, true));
    const [first, second, third] = [frame(1), frame(2), frame(3)];
    for (const one of [first, second, third]) output(one);
    expect(ports.frame).toHaveBeenCalledTimes(1);
    expect(second.close).toHaveBeenCalledOnce();
    decoding.pageReady();
    expect(ports.frame.mock.calls.map(([one]) => one)).toEqual([first, third]);
    const fourth = frame(4);
    output(fourth);
    decoding.close();
    expect(fourth.close).toHaveBeenCalledOnce();
  });
  it('opens another decoder with the keyframe after an error', () => {
    const { decoding, ports } = make();
    decoding.unit(unit(1, true));
    fail(new Error('broken picture'));
    decoding.unit(unit(2, false));
    decoding.unit(unit(3, true));
    expect(ports.trouble).toHaveBeenCalledWith('broken picture');
    expect(decoded.map(({ timestamp }) => timestamp)).toEqual([1, 3]);
  });
});

describe('playing by Media Source', () => {
  let appended: number[];
  let opened: () => void;

  beforeEach(() => {
    appended = [];
    const buffer = {
      updating: false,
      buffered: { length: 0 },
      appendBuffer: (data: ArrayBuffer) => void appended.push(data.byteLength),
    };
    vi.stubGlobal(
      'MediaSource',
      class {
        readyState = 'open';
        set onsourceopen(call: () => void) {
          opened = call;
        }
        addSourceBuffer(): unknown {
          return buffer;
        }
      },
    );
    vi.stubGlobal('document', { createElement: () => ({ requestVideoFrameCallback: vi.fn() }) });
    vi.stubGlobal('URL', { createObjectURL: () => 'blob:', revokeObjectURL: vi.fn() });
  });

  it('takes nothing before its own init piece: that is of the stream before a change', () => {
    const player = new MediaSourcePlayer('avc1.42c01e', { frame: vi.fn(), trouble: vi.fn() });
    player.append(new ArrayBuffer(1), false, 1);
    opened();
    player.append(new ArrayBuffer(2), false, 1);
    player.append(new ArrayBuffer(3), true, 0);
    player.append(new ArrayBuffer(4), false, 2);
    expect(appended).toEqual([3, 4]);
  });
});

describe('thumbnails', () => {
  function batch(...entries: [n: number, wallMs: number][]): ArrayBuffer {
    const message = new ArrayBuffer(16 + entries.length * 28);
    const view = new DataView(message);
    view.setUint8(0, 1);
    view.setUint8(1, 1);
    view.setUint16(2, entries.length, true);
    entries.forEach(([n, wallMs], i) => {
      const at = 16 + i * 28;
      view.setUint32(at, n, true);
      view.setUint32(at + 4, 4, true);
      view.setBigInt64(at + 8, BigInt(wallMs * 1000), true);
    });
    return message;
  }
  const make = () => {
    const shown: string[] = [];
    const arrived: number[] = [];
    const thumbnails = new Thumbnails({
      arrived: (cameras) => arrived.push(...cameras),
      pictures: (pictures) => shown.push(...pictures.map((p) => `${p.n}/${p.level}/${p.wallMs}`)),
      decode: () => Promise.resolve({ width: 0, height: 0, data: new Uint8ClampedArray() }),
    });
    return { thumbnails, shown, arrived };
  };
  const want = (thumbnails: Thumbnails, n: number, level: number): void =>
    thumbnails.want(Uint32Array.of(n), Uint8Array.of(level));

  it('decodes what is shown, in the size it is shown in, without new bytes', async () => {
    const { thumbnails, shown, arrived } = make();
    want(thumbnails, 1, SMALL);
    thumbnails.batch(batch([1, 100], [2, 100]));
    await vi.waitFor(() => expect(shown).toEqual(['1/1/100']));
    thumbnails.done();
    expect(arrived).toEqual([1, 2]);
    want(thumbnails, 1, LARGE);
    await vi.waitFor(() => expect(shown).toEqual(['1/1/100', '1/2/100']));
    thumbnails.done();
    want(thumbnails, 1, SMALL); // is there already
    thumbnails.batch(batch([1, 200]));
    await vi.waitFor(() => expect(shown).toEqual(['1/1/100', '1/2/100', '1/1/200']));
  });
  it('waits for a page that has not taken two batches, then gives the newest', async () => {
    const { thumbnails, shown } = make();
    want(thumbnails, 1, SMALL);
    for (const at of [100, 200]) {
      thumbnails.batch(batch([1, at]));
      await vi.waitFor(() => expect(shown).toContain(`1/1/${at}`));
    }
    thumbnails.batch(batch([1, 300]));
    thumbnails.batch(batch([1, 400]));
    await Promise.resolve();
    expect(shown).toHaveLength(2);
    thumbnails.done();
    await vi.waitFor(() => expect(shown).toEqual(['1/1/100', '1/1/200', '1/1/400']));
  });
});
