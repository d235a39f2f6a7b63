// Cameras, areas and the state of the media nodes. Cameras are plain objects, never deeply reactive: 1447 of them
// change all the time. Two counters tell what kind of change came; a delta that changes nothing moves neither.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type {
  Camera,
  CamerasDelta,
  CamerasSnapshot,
  MediaState,
  NoticesState,
  PresenceState,
  Topic,
  Words,
} from '../wire/messages.ts';
import { useClient } from '../worker/client.ts';
import { api, wordsOf } from './api.ts';
import { areaNames, type Area, type Town } from './areas.ts';

export type { Camera } from '../wire/messages.ts';

const PLACED: (keyof Camera)[] = ['id', 'name', 'area', 'lon', 'lat'];

export const useTown = defineStore('town', () => {
  const byHandle = new Map<number, Camera>();
  const byId = new Map<string, Camera>();
  /** The set of cameras, or a name, place or area of one, changed. */
  const setVersion = ref(0);
  /** Any field of any camera changed. */
  const stateVersion = ref(0);
  const loaded = ref(false);
  /** Why town and areas could not be fetched; null: they were, or are being. */
  const failure = shallowRef<Words | null>(null);
  const failed = computed(() => failure.value?.en ?? '');
  const media = shallowRef<MediaState | null>(null);
  const seats = shallowRef<PresenceState['seats']>([]);
  const notices = shallowRef<NoticesState['notices']>([]);
  const areas = shallowRef<Area[]>([]);
  const town = shallowRef<Town | null>(null);
  const changeListeners = new Set<(changed: Camera[]) => void>();
  let started = false;

  function put(entry: Partial<Camera> & { n: number }): 'none' | 'state' | 'set' {
    const old = byHandle.get(entry.n);
    if (!old) {
      if (entry.id === undefined) return 'none';
      const camera = entry as Camera;
      byHandle.set(camera.n, camera);
      byId.set(camera.id, camera);
      return 'set';
    }
    const keys = Object.keys(entry) as (keyof Camera)[];
    const changed = keys.filter((key) => old[key] !== entry[key]);
    if (changed.length === 0) return 'none';
    if (entry.id !== undefined && entry.id !== old.id) byId.delete(old.id);
    Object.assign(old, entry);
    byId.set(old.id, old);
    return changed.some((key) => PLACED.includes(key)) ? 'set' : 'state';
  }

  function drop(n: number): void {
    const camera = byHandle.get(n);
    byHandle.delete(n);
    if (camera && byId.get(camera.id) === camera) byId.delete(camera.id);
  }

  function apply(entries: (Partial<Camera> & { n: number })[], gone: number[]): void {
    const changed: Camera[] = [];
    let set = gone.length > 0;
    for (const n of gone) drop(n);
    for (const entry of entries) {
      const what = put(entry);
      if (what === 'set') set = true;
      const camera = byHandle.get(entry.n);
      if (what !== 'none' && camera) changed.push(camera);
    }
    if (set) setVersion.value++;
    if (!set && changed.length === 0) return;
    stateVersion.value++;
    for (const listener of changeListeners) listener(changed);
  }

  function takeSnapshot(data: CamerasSnapshot): void {
    const now = new Set(data.cameras.map((camera) => camera.n));
    apply(
      data.cameras,
      [...byHandle.keys()].filter((n) => !now.has(n)),
    );
    loaded.value = true;
  }

  function takeDelta(data: CamerasDelta): void {
    apply(data.set ?? [], data.gone ?? []);
  }

  function takeMedia(data: MediaState): void {
    if (JSON.stringify(data) !== JSON.stringify(media.value)) media.value = data;
  }

  function start(): void {
    if (started) return;
    started = true;
    const { socket } = useClient();
    const takeWhole = (topic: Topic, data: unknown): void => {
      if (topic === 'media') takeMedia(data as MediaState);
      else if (topic === 'notices') notices.value = (data as NoticesState).notices;
      else if (topic === 'presence') seats.value = (data as PresenceState).seats;
    };
    socket.on('snapshot', ({ topic, data }) => {
      if (topic === 'cameras') takeSnapshot(data as CamerasSnapshot);
      else takeWhole(topic, data);
    });
    socket.on('delta', ({ topic, data }) => {
      if (topic === 'cameras') takeDelta(data as CamerasDelta);
      else takeWhole(topic, data);
    });
    for (const topic of ['cameras', 'media', 'presence', 'notices'] as const) socket.send({ t: 'sub', topic });
  }

  async function loadPlace(): Promise<void> {
    try {
      const [about, ground] = await Promise.all([
        api<Town>('GET', '/town'),
        api<{ features: Area[] }>('GET', '/areas'),
      ]);
      town.value = about;
      areas.value = ground.features;
      failure.value = null;
    } catch (error) {
      failure.value = wordsOf(error);
    }
  }

  const areaByCode = computed(() => new Map(areas.value.map((area) => [area.properties.code, area])));
  const names = computed(() => areaNames(areas.value));
  const find = (id: string): Camera | undefined => byId.get(id);
  const cameras = (): Camera[] => [...byHandle.values()];
  /** Calls after each change with the cameras it touched. Returned: a call that ends it. */
  function onChange(listener: (changed: Camera[]) => void): () => void {
    changeListeners.add(listener);
    return () => changeListeners.delete(listener);
  }

  /** Cameras whose name, number or area holds every word of the text, best first. */
  function search(text: string, limit = 50): Camera[] {
    const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    const first = words[0]!;
    const hits = cameras().filter((camera) => {
      const where = `${camera.name} ${camera.id} ${names.value.get(camera.area) ?? ''}`.toLowerCase();
      return words.every((word) => where.includes(word));
    });
    const rank = (camera: Camera): number => {
      if (camera.id === first || camera.name.toLowerCase() === first) return 0;
      return camera.name.toLowerCase().startsWith(first) ? 1 : 2;
    };
    hits.sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id, 'en', { numeric: true }));
    return hits.slice(0, limit);
  }

  return {
    byHandle, setVersion, stateVersion, loaded, failed, failure, media, seats, notices, areas, areaByCode, names, town,
    start, loadPlace, find, cameras, onChange, search,
  };
});
