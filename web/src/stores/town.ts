// Cameras and areas. Cameras are plain objects that are never deeply reactive: 1447 of them change all the time.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import type { CameraWire, MediaState, Seat } from '../wire/messages.ts';
import { api } from './api.ts';
import { useLink } from './link.ts';

export interface Camera extends CameraWire {
  /** arrival of the newest thumbnail on the server's clock, 0: none */
  pictureUs: number;
  frozen: boolean;
}

export interface AreaProperties {
  code: string;
  parent: string | null;
  level: 'county' | 'town' | 'village' | 'community' | 'cell';
  number?: string;
  name: string;
  name_en?: string;
  label?: [number, number];
}
export interface Area { type: 'Feature'; properties: AreaProperties; geometry: { type: 'Polygon' | 'MultiPolygon'; coordinates: unknown } }
export interface Town { name: string | null; name_en: string | null; bounds: [number, number, number, number] | null; centre: [number, number] | null; base_map: Record<string, unknown> | null; version: string }

/** Why a camera shows no fresh picture, for shapes and words; null: it does. */
export function troubleOf(camera: Pick<CameraWire, 'state' | 'reason'>): string | null {
  if (camera.state === 'down') return camera.reason ?? 'no_data';
  if (camera.state === 'disabled') return 'disabled';
  return camera.reason;
}

export const useTown = defineStore('town', () => {
  const byHandle = shallowRef(new Map<number, Camera>());
  const byId = new Map<string, Camera>();
  const setVersion = ref(0); // the set of cameras or a place, name or area changed
  const stateVersion = ref(0); // any live field changed
  const loaded = ref(false);
  const media = shallowRef<MediaState | null>(null);
  const seats = shallowRef<Seat[]>([]);
  const areas = shallowRef<Area[]>([]);
  const town = shallowRef<Town | null>(null);

  function put(entry: Partial<CameraWire> & { n: number }): boolean {
    const old = byHandle.value.get(entry.n);
    if (old) {
      const moved = (entry.area !== undefined && entry.area !== old.area) || (entry.name !== undefined && entry.name !== old.name) ||
        (entry.lon !== undefined && (entry.lon !== old.lon || entry.lat !== old.lat));
      Object.assign(old, entry);
      return moved;
    }
    if (entry.id === undefined) return false;
    const camera: Camera = { pictureUs: 0, frozen: false, ...(entry as CameraWire) };
    byHandle.value.set(camera.n, camera);
    byId.set(camera.id, camera);
    return true;
  }
  function drop(n: number): boolean {
    const camera = byHandle.value.get(n);
    if (!camera) return false;
    byHandle.value.delete(n);
    byId.delete(camera.id);
    return true;
  }
  function changed(moved: boolean): void {
    stateVersion.value++;
    if (!moved) return;
    setVersion.value++;
    triggerRef(byHandle);
  }

  function start(): void {
    const link = useLink();
    link.follow('cameras', {
      snapshot(data) {
        const gone = new Set(byHandle.value.keys());
        for (const camera of data.cameras) {
          gone.delete(camera.n);
          put(camera);
        }
        for (const n of gone) drop(n);
        loaded.value = true;
        changed(true);
      },
      delta(data) {
        let moved = false;
        for (const entry of data.set) moved = put(entry) || moved;
        for (const n of data.gone) moved = drop(n) || moved;
        changed(moved);
      },
    });
    link.follow('media', { snapshot: (data) => { media.value = data; }, delta: (data) => { media.value = data; } });
    link.follow('presence', { snapshot: (data) => { seats.value = data.seats; }, delta: (data) => { seats.value = data.seats; } });
    link.onThumbs((thumbs) => {
      for (const thumb of thumbs) {
        const camera = byHandle.value.get(thumb.n);
        if (!camera) continue;
        camera.pictureUs = thumb.wallUs;
        camera.frozen = thumb.frozen;
      }
    });
  }
  async function loadPlace(): Promise<void> {
    const [t, a] = await Promise.all([api<Town>('GET', '/town'), api<{ features: Area[] }>('GET', '/areas').catch(() => ({ features: [] }))]);
    town.value = t;
    areas.value = a.features;
  }
  const find = (id: string): Camera | undefined => byId.get(id);
  const areaByCode = computed(() => new Map(areas.value.map((area) => [area.properties.code, area])));

  /** Cameras whose name or number holds the text, best first. */
  function search(text: string, limit = 50): Camera[] {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const words = wanted.split(/\s+/);
    const hits: Camera[] = [];
    for (const camera of byHandle.value.values()) {
      const where = `${camera.name} ${camera.id} ${areaByCode.value.get(camera.area)?.properties.name ?? ''}`.toLowerCase();
      if (words.every((word) => where.includes(word))) hits.push(camera);
    }
    hits.sort((a, b) => a.name.indexOf(wanted) - b.name.indexOf(wanted) || a.name.localeCompare(b.name, 'zh-CN'));
    return hits.slice(0, limit);
  }
  return { byHandle, setVersion, stateVersion, loaded, media, seats, areas, areaByCode, town, start, loadPlace, find, search };
});
