import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromSocket } from './protocol.ts';
import type { StreamOptions, StreamState } from './streams.ts';

interface Fake {
  options: StreamOptions;
  state: StreamState;
  closed: boolean;
  close(): void;
  /** As if the workers had said so. */
  say(phase: StreamState['phase'], code?: string): void;
  draw(): void;
}
const opened: Fake[] = [];
vi.mock('./streams.ts', () => ({
  openStream: (options: StreamOptions): Fake => {
    const fake: Fake = {
      options,
      state: { phase: 'opening', code: '', message: null } as StreamState,
      closed: false,
      close: () => void (fake.closed = true),
      say: (phase, code = '') => {
        Object.assign(fake.state, { phase, code, message: code ? { zh: `${code} 中文`, en: code } : null });
        options.changed?.(fake.state);
      },
      draw: () => options.draw({} as VideoFrame, 640, 360),
    };
    opened.push(fake);
    return fake;
  },
}));
const { Climb } = await import('./climb.ts');
const { Connection } = await import('./connection.ts');

const ports = { draw: vi.fn(), fell: vi.fn(), changed: vi.fn() };
beforeEach(() => {
  opened.length = 0;
  vi.clearAllMocks();
  vi.useFakeTimers();
});

describe('a camera that is down while it is watched', () => {
  it('falls to the thumbnail with the reason, and comes back by itself', () => {
    const climb = new Climb('c0001', ports);
    climb.want('live', 'sub');
    const [stream] = opened;
    stream!.say('playing');
    stream!.draw();
    expect(climb.shown).toBe(stream);
    stream!.say('waiting', 'unreachable');
    expect([climb.shown, climb.waiting, climb.trouble, climb.message?.zh]).toEqual([null, true, 'unreachable', 'unreachable 中文']);
    expect(ports.fell).toHaveBeenCalledTimes(1);
    stream!.say('waiting', 'wrong_password');
    expect(climb.trouble).toBe('wrong_password');
    climb.retry(); // the camera's state changed, the line came back
    vi.advanceTimersByTime(600_000);
    expect([opened.length, stream!.closed, ports.fell.mock.calls.length]).toEqual([1, false, 1]);
    stream!.say('playing');
    expect([climb.waiting, climb.trouble, climb.message]).toEqual([false, '', null]);
    stream!.draw();
    expect(climb.shown).toBe(stream);
    climb.close();
    expect(stream!.closed).toBe(true);
  });
  it('says so from the start, and of what was to come next', () => {
    const climb = new Climb('c0001', ports);
    climb.want('live', 'sub');
    opened[0]!.say('waiting', 'unreachable');
    expect([climb.waiting, climb.trouble, ports.fell.mock.calls.length]).toEqual([true, 'unreachable', 0]);
    opened[0]!.say('playing');
    opened[0]!.draw();
    climb.want('live', 'main');
    opened[0]!.say('waiting', 'unreachable'); // both are of one camera
    opened[1]!.say('waiting', 'unreachable');
    expect([opened[0]!.closed, opened[1]!.closed, climb.shown, climb.waiting]).toEqual([true, false, null, true]);
    opened[1]!.say('playing');
    opened[1]!.draw();
    expect(climb.shown).toBe(opened[1]);
    opened[1]!.say('waiting', 'unreachable');
    opened[1]!.say('ended', 'stopped'); // an end is tried again, a wait is not
    expect(climb.waiting).toBe(false);
    vi.advanceTimersByTime(4000);
    expect(opened.length).toBe(3);
    climb.close();
  });
});

describe('the socket', () => {
  it('hands on that a stream waits', () => {
    let socket: { onmessage?(event: { data: string }): void } = {};
    vi.stubGlobal('WebSocket', class {
      static readonly OPEN = 1;
      readyState = 0;
      constructor() {
        socket = this as typeof socket;
      }
    });
    const told: FromSocket[] = [];
    const connection = new Connection({ toPage: (message) => void told.push(message), toDecoder: () => undefined });
    connection.open('ws://town/ws');
    const message = { t: 'waiting', stream: 3, code: 'unreachable', message: { zh: '连不上', en: 'cannot be reached' } };
    socket.onmessage?.({ data: JSON.stringify(message) });
    expect(told.at(-1)).toEqual(message);
    vi.unstubAllGlobals();
  });
});
