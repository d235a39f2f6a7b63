// Sounds of alerts that nobody has taken. A browser keeps silent until somebody has touched the page: that is said in red.
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { isDue, PATTERNS, type Heard, type HeardAt } from '../alerts/alarm.ts';
import { isAside, loudest } from '../alerts/queue.ts';
import { useAlerts } from './alerts.ts';

const KEY = 'townwall.sound';
const TICK_MS = 250;
const LEVEL = 0.25;
const CHECK_GAP_MS = 1_200;

export const useSound = defineStore('sound', () => {
  const alerts = useAlerts();
  /** Somebody switched it off on this display. */
  const muted = ref(localStorage.getItem(KEY) === 'off');
  const running = ref(false);
  /** For screens and tests: how often which one sounded. */
  const played = ref(0);
  const lastPlayed = ref<0 | Heard>(0);
  const checking = ref(false);
  let context: AudioContext | null = null;
  let last: HeardAt | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  const heard = computed(() => running.value && !muted.value);
  const waiting = computed(() => {
    void alerts.version;
    return loudest(alerts.all().filter((alert) => !isAside(alert)));
  });

  function listen(): AudioContext | null {
    if (context || typeof AudioContext === 'undefined') return context;
    context = new AudioContext();
    const tell = (): void => {
      running.value = context?.state === 'running';
    };
    context.addEventListener('statechange', tell);
    tell();
    return context;
  }

  function play(priority: Heard): void {
    const audio = listen();
    if (!audio || audio.state !== 'running') return;
    for (const { hz, atMs, ms } of PATTERNS[priority].tones) {
      const [tone, gain] = [audio.createOscillator(), audio.createGain()];
      const [from, to] = [audio.currentTime + atMs / 1000, audio.currentTime + (atMs + ms) / 1000];
      tone.frequency.value = hz;
      // without the ramps it would click
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(LEVEL, from + 0.01);
      gain.gain.setValueAtTime(LEVEL, to - 0.03);
      gain.gain.linearRampToValueAtTime(0, to);
      tone.connect(gain).connect(audio.destination);
      tone.start(from);
      tone.stop(to);
    }
    played.value++;
    lastPlayed.value = priority;
  }

  function tick(): void {
    if (waiting.value === 0) last = null;
    if (!heard.value || checking.value || waiting.value === 0) return;
    if (!isDue(waiting.value, last, performance.now())) return;
    last = { priority: waiting.value, atMs: performance.now() };
    play(waiting.value);
  }

  async function wake(): Promise<void> {
    await listen()?.resume().catch(() => undefined);
  }
  /** Any touch of the page lets the browser sound. */
  function start(): void {
    if (timer) return;
    listen();
    timer = setInterval(tick, TICK_MS);
    const touched = ({ target }: Event): void => {
      // the key that shows it does so itself: awake before its click, it would be switched off
      const own = target instanceof Element && target.closest('[data-sound]') !== null;
      if (!own && !muted.value && context?.state !== 'running') void wake();
    };
    for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, touched, { capture: true });
  }
  async function toggle(): Promise<void> {
    // off for the browser: the key switches it on; otherwise it changes what this display wants
    if (!running.value) muted.value = false;
    else muted.value = !muted.value;
    localStorage.setItem(KEY, muted.value ? 'off' : 'on');
    if (!muted.value) await wake();
  }
  /** At the start of a shift: each sound once, the most urgent first. */
  async function check(): Promise<void> {
    muted.value = false;
    localStorage.setItem(KEY, 'on');
    await wake();
    checking.value = true;
    for (const priority of [1, 2, 3] as const) {
      play(priority);
      await new Promise((done) => setTimeout(done, CHECK_GAP_MS));
    }
    checking.value = false;
  }
  // a new most urgent one is heard without waiting for the next tick
  watch(waiting, tick);
  return { muted, heard, running, waiting, played, lastPlayed, checking, start, toggle, check };
});
