import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '../wire/alerts.ts';

type Told = (message: { topic: string; data: unknown }) => void;
const told = new Map<string, Told>();
vi.mock('../worker/client.ts', () => ({ useClient: () => ({ socket: { on: (kind: string, listener: Told) => told.set(kind, listener), send: () => undefined } }) }));

/** Silent until it is woken, as a browser that nobody has touched. */
class Silent extends EventTarget {
  state = 'suspended';
  currentTime = 0;
  destination = {};
  async resume(): Promise<void> {
    this.state = 'running';
    this.dispatchEvent(new Event('statechange'));
  }
  private readonly node = { frequency: {}, gain: { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined }, connect: (to: unknown) => to, start: () => undefined, stop: () => undefined };
  createOscillator = (): unknown => this.node;
  createGain = (): unknown => this.node;
}
class Thing {
  readonly own: boolean;
  constructor(own: boolean) {
    this.own = own;
  }
  closest = (selector: string): unknown => (this.own && selector === '[data-sound]' ? this : null);
}
const pressed = new Map<string, (event: { target: Thing }) => void>();
vi.stubGlobal('AudioContext', Silent);
vi.stubGlobal('Element', Thing);
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('window', { addEventListener: (kind: string, listener: (event: { target: Thing }) => void) => pressed.set(kind, listener) });
const { useSound } = await import('./sound.ts');
const { useAlerts } = await import('./alerts.ts');

const alert = { id: 'a', version: 1, state: 'unacknowledged', priority: 1, end: null, created_us: '1', count: 1, test: false } as Alert;
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('sound', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'Date', 'performance'] });
    setActivePinia(createPinia());
  });

  it('is switched on, not off, by a press of the key that says that it is off', async () => {
    const sound = useSound();
    sound.start();
    pressed.get('pointerdown')!({ target: new Thing(true) });
    await settled();
    await sound.toggle();
    expect([sound.running, sound.muted, sound.heard]).toEqual([true, false, true]);
    await sound.toggle();
    expect(sound.heard).toBe(false);
  });
  it('wakes with any other touch of the page', async () => {
    const sound = useSound();
    sound.start();
    expect(sound.running).toBe(false);
    pressed.get('pointerdown')!({ target: new Thing(false) });
    await settled();
    expect(sound.heard).toBe(true);
  });
  it('goes on when the clock of the machine is set back', async () => {
    const alerts = useAlerts();
    const sound = useSound();
    alerts.start();
    sound.start();
    await sound.toggle();
    told.get('snapshot')!({ topic: 'alerts', data: { alerts: [alert], situations: [] } });
    await vi.advanceTimersByTimeAsync(300);
    expect(sound.played).toBe(1);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(sound.played).toBe(3);
  });
});
