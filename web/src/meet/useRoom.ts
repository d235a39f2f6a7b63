// One seat in a meeting as pages use it: what it sees, its link, its microphone and camera, what others send.
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue';
import { wordsOf } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';
import { isSoundOnly, Media, type Quality, type Remote } from './media.ts';
import { MeetSocket, type Over } from './socket.ts';
import type { View } from './wire.ts';

const CAMERA: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 20, max: 24 } };
/** Looks of media.ts, 2 s apart: a picture that begins late is no bad line. */
const STILL_LOOKS = 3;
const VOICE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export type DeviceFault = '' | 'refused' | 'missing' | 'busy';
const faultOf = (error: unknown): DeviceFault => {
  const name = error instanceof DOMException ? error.name : '';
  return name === 'NotAllowedError' ? 'refused' : name === 'NotReadableError' ? 'busy' : 'missing';
};

/** Microphone and camera of this browser; either may be missing. */
export function useDevices() {
  const mic = shallowRef<MediaStreamTrack | null>(null);
  const camera = shallowRef<MediaStreamTrack | null>(null);
  const micFault = ref<DeviceFault>('');
  const cameraFault = ref<DeviceFault>('');
  const asking = ref(false);
  const micOn = ref(true);
  const cameraOn = ref(true);
  const picture = shallowRef<MediaStream | null>(null);

  async function one(kind: 'audio' | 'video'): Promise<MediaStreamTrack | null> {
    const fault = kind === 'audio' ? micFault : cameraFault;
    fault.value = '';
    try {
      const stream = await navigator.mediaDevices.getUserMedia(kind === 'audio' ? { audio: VOICE } : { video: CAMERA });
      return stream.getTracks()[0] ?? null;
    } catch (error) {
      fault.value = navigator.mediaDevices ? faultOf(error) : 'missing';
      return null;
    }
  }
  async function ask(): Promise<void> {
    asking.value = true;
    mic.value ??= await one('audio');
    camera.value ??= await one('video');
    picture.value = camera.value ? new MediaStream([camera.value]) : null;
    asking.value = false;
  }
  function toggleMic(): void {
    micOn.value = !micOn.value;
    if (mic.value) mic.value.enabled = micOn.value;
  }
  function toggleCamera(): void {
    cameraOn.value = !cameraOn.value;
    if (camera.value) camera.value.enabled = cameraOn.value;
  }
  onBeforeUnmount(() => {
    mic.value?.stop();
    camera.value?.stop();
  });
  return { mic, camera, micFault, cameraFault, asking, micOn, cameraOn, picture, ask, toggleMic, toggleCamera };
}
export type Devices = ReturnType<typeof useDevices>;

export function useRoom(guest: boolean, devices: Devices) {
  const view = shallowRef<View | null>(null);
  const meeting = ref('');
  const up = ref(false);
  const over = ref<'' | Over>('');
  /** Why one was sent out. */
  const overReason = ref('');
  const remotes = shallowRef<Record<string, Remote>>({});
  const quality = shallowRef<Record<string, Quality>>({});
  const speaking = ref<ReadonlySet<string>>(new Set());
  const sending = ref(false);
  const away = ref(false);
  const blocked = ref(false);
  /** Of pictures that the line carries; below 0: sound alone. */
  const size = ref(2);
  const refusal = shallowRef<Words | null>(null);
  const sharing = shallowRef<MediaStreamTrack | null>(null);
  const busy = ref('');
  const running = new Set<string>();
  /** Looks in which voices came and no picture of anybody moved. */
  const still = ref(0);
  /** Somebody sends pictures, and none comes: the line carries none, or none has moved for some seconds. */
  const soundOnly = computed(() => Object.values(remotes.value).some(({ camera }) => camera) && (size.value < 0 || still.value >= STILL_LOOKS));
  let socket: MeetSocket | null = null;
  const media = new Media({
    say: (message) => socket?.rtc(message),
    remotes: (all) => {
      remotes.value = all;
      if (Object.keys(all).length === 0) speaking.value = new Set();
    },
    speaking: (seat, on) => {
      const set = new Set(speaking.value);
      if (on) set.add(seat);
      else set.delete(seat);
      speaking.value = set;
    },
    quality: (all) => {
      quality.value = all;
      still.value = isSoundOnly(all, remotes.value) ? still.value + 1 : 0;
    },
    up: (pc, on) => { if (pc === 'send') sending.value = on; },
    away: (now) => { away.value = now; },
    blocked: (now) => { blocked.value = now; },
    size: (now) => { size.value = now; },
    fault: (why) => { console.warn(`media: ${why}`); },
  });

  function open(id: string): void {
    meeting.value = id;
    over.value = '';
    socket?.close();
    socket = new MeetSocket(id, guest, {
      link: (on) => {
        up.value = on;
        if (on) media.hello();
      },
      view: (now) => { view.value = now; },
      rtc: (message) => media.take(message),
      over: (why, reason) => {
        up.value = false;
        over.value = why;
        overReason.value = reason;
        media.end();
      },
    });
  }
  /** Devices were tested: what they give is sent from now on. */
  function send(): void {
    media.give('mic', devices.mic.value);
    media.give('camera', devices.camera.value);
  }
  async function share(): Promise<void> {
    if (sharing.value) return unshare();
    const track = (await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 10 } }).catch(() => null))?.getVideoTracks()[0];
    if (!track) return;
    sharing.value = track;
    track.addEventListener('ended', unshare);
    media.give('screen', track);
  }
  function unshare(): void {
    sharing.value?.stop();
    sharing.value = null;
    media.give('screen', null);
  }
  /** Does an act; what it is refused with stays as `refusal`. Returned: whether it was done. */
  async function act(name: string, more: object = {}): Promise<boolean> {
    const what = name + JSON.stringify(more);
    if (running.has(what)) return false; // a second click
    running.add(what);
    refusal.value = null;
    busy.value = name;
    try {
      if (!socket) return false;
      await socket.act(name, more);
      return true;
    } catch (error) {
      refusal.value = wordsOf(error);
      return false;
    } finally {
      running.delete(what);
      busy.value = '';
    }
  }
  /** The server's clock − ours. */
  const offsetMs = (): number => socket?.offsetMs ?? 0;
  const you = computed(() => view.value?.you ?? null);
  onBeforeUnmount(() => {
    media.end();
    socket?.close();
    sharing.value?.stop();
  });
  return { view, you, meeting, up, over, overReason, remotes, quality, speaking, sending, away, blocked, size, refusal, sharing, busy, soundOnly, guest, devices, open, send, share, act, offsetMs, want: media.want.bind(media) };
}
export type Room = ReturnType<typeof useRoom>;
