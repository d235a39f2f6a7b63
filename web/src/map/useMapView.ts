// The map, its camera layer and the address of the page, tied together for MapPage.
import type { Map as LibreMap } from 'maplibre-gl';
import { computed, nextTick, onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { isZh } from '../i18n/index.ts';
import { useWords } from '../i18n/words.ts';
import type { Area } from '../stores/areas.ts';
import { useLink } from '../stores/link.ts';
import type { Words } from '../wire/messages.ts';
import { useSession } from '../stores/session.ts';
import { useTown, type Camera } from '../stores/town.ts';
import { drawsBySoftware } from '../ui/drawing.ts';
import { useLeaving } from '../ui/leaving.ts';
import { LARGE, usePictures } from '../worker/pictures.ts';
import { readAddress, writeAddress } from './address.ts';
import { CameraLayer, CARD_ZOOM, type Obstacle } from './cameraLayer.ts';
import { boundsOf, contains, geometryBounds, Projection, toLonLat, toWorld, type Bounds, type LonLat, type View } from './ground.ts';
import type { Rect } from './placement.ts';
import { reducedMotion } from './tokens.ts';
import { chooseArea, createTownMap, setMapLanguage, showAreas } from './townMap.ts';

const FLY_MS = 320;
/** Ground shown around cameras of a town without areas. */
const ROUND_DEG = 0.004;
const CAMERA_ZOOM = 17;
const MIRROR_MS = 1000;
const WONDER_MS = 1000;
/** A chosen camera lies at least this far inside. */
const EDGE_PX = 80;

export interface Elements {
  stage: Ref<HTMLElement | null>;
  ground: Ref<HTMLElement | null>;
  canvas: Ref<HTMLCanvasElement | null>;
  /** Panels over the map that no card may cover. */
  panels(): HTMLElement[];
  /** From the middle of the map to the middle of what no panel of a camera covers, px. */
  freeMiddle(): [number, number];
  /** What else the address of the page says. */
  more(): Record<string, string>;
}

export function useMapView(elements: Elements) {
  const town = useTown();
  const link = useLink();
  const pictures = usePictures();
  const { stateWords, duration, named, t } = useWords();
  const { locale } = useI18n();
  const session = useSession();
  const route = useRoute();
  const router = useRouter();
  const leaving = useLeaving();
  const first = readAddress(route.query);
  const cameraId = ref(first.camera);
  const cellCode = ref(first.cell);
  const view = shallowRef<View | null>(null);
  const inView = shallowRef<Camera[]>([]);
  const plain = ref(false);
  const groundFailure = shallowRef<Words | null>(null);
  const ready = ref(false);
  /** The base map still was not painted when somebody may wonder. */
  const bare = ref(false);
  /** Of the labels on the ground. */
  const language = ref('');
  const camera = computed(() => {
    void town.setVersion;
    return cameraId.value ? town.find(cameraId.value) : undefined;
  });
  let map: LibreMap | null = null;
  /** The ground, once it is there. */
  const libre = shallowRef<LibreMap | null>(null);
  let layer: CameraLayer | null = null;
  let closed = false;
  let mirrorTimer = 0;
  const endings: (() => void)[] = [];

  const panel = pictures.panel('map', ({ n, pixels }) => layer?.takePicture(n, pixels));
  endings.push(() => panel.close());

  function takenRects(): Rect[] {
    const origin = elements.stage.value?.getBoundingClientRect();
    if (!origin) return [];
    return elements.panels().map((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left - origin.left, y: top - origin.top, width, height };
    });
  }

  function readView(): void {
    if (!map || !layer) return;
    const { lng, lat } = map.getCenter();
    const box = map.getContainer();
    view.value = { center: [lng, lat], zoom: map.getZoom(), width: box.clientWidth, height: box.clientHeight };
    layer.setView(view.value);
  }

  function settle(): void {
    if (closed) return;
    readView();
    layer?.arrange();
    inView.value = layer?.camerasInView() ?? [];
    tellAddress();
  }

  function tellAddress(): void {
    if (!view.value || closed || leaving()) return;
    const at = { center: view.value.center, zoom: view.value.zoom };
    void router.replace({ query: { ...writeAddress({ at, cell: cellCode.value, camera: cameraId.value }), ...elements.more() } });
  }

  /** Without areas the cameras say where the town is, as soon as any is known. */
  let placed = first.at !== null && first.at !== undefined;
  function findTown(): void {
    if (placed || !map) return;
    placed = Boolean(town.town?.bounds ?? townBounds());
    const at = placed ? null : boundsOf(town.cameras().flatMap(({ lon, lat }) => (lon === null || lat === null ? [] : [[lon, lat]])));
    if (!at) return;
    placed = true;
    const [west, south, east, north] = at;
    fit([west - ROUND_DEG, south - ROUND_DEG, east + ROUND_DEG, north + ROUND_DEG], 24, true);
  }
  function refreshCameras(): void {
    layer?.setCameras(town.cameras());
    findTown();
    if (layer && !layer.hasCards) layer.arrange(); // they may come after the view came to rest
    inView.value = layer?.camerasInView() ?? [];
  }

  onMounted(async () => {
    await placeKnown();
    const { ground, canvas } = elements;
    if (closed || !ground.value || !canvas.value) return;
    const made = await createTownMap({
      container: ground.value, theme: 'dark', bounds: town.town?.bounds ?? townBounds(), title: t('view.map'),
    });
    if (closed) return made.map.remove();
    map = made.map;
    const wonder = window.setTimeout(() => (bare.value = true), WONDER_MS);
    void map.once('idle', () => {
      clearTimeout(wonder);
      bare.value = false;
    });
    endings.push(() => clearTimeout(wonder));
    plain.value = made.plain;
    groundFailure.value = made.failure;
    layer = new CameraLayer(map, canvas.value, {
      wallMs: (n) => pictures.wallMs.get(n),
      serverNowMs: () => link.serverNowMs(),
      lost: () => link.lostAtMs > 0,
      ageWords: (ms) => duration(ms),
      noPicture: (one) => {
        if (one.state !== 'live' || one.reason) return stateWords(one);
        return session.may('camera.live') ? t('live.waiting') : t('why.no_right');
      },
      taken: takenRects,
      shown: (handles) => panel.want(new Map(handles.map((n) => [n, LARGE]))),
    });
    tellLanguage();
    begin(map);
  });

  function tellLanguage(): void {
    if (map) language.value = setMapLanguage(map, !isZh());
    tellNames();
  }

  function tellNames(): void {
    layer?.setNames(town.areas.flatMap(({ properties }) =>
      properties.label && (properties.level === 'village' || properties.level === 'community')
        ? [{ text: named(properties), world: toWorld(properties.label) }] : []));
  }

  function begin(it: LibreMap): void {
    showAreas(it, town.areas);
    it.on('move', readView);
    it.on('moveend', settle);
    it.on('resize', settle);
    if (first.at) it.jumpTo({ center: first.at.center, zoom: first.at.zoom });
    refreshCameras();
    readView();
    if (camera.value) arrive(camera.value);
    else if (!first.at && !first.camera && areaOf(cellCode.value)) toArea(cellCode.value, true);
    chooseArea(it, cellCode.value);
    settle();
    libre.value = it;
    ready.value = true;
    mirrorTimer = window.setInterval(() => layer?.hasCards && layer.invalidate(), MIRROR_MS);
    endings.push(() => clearInterval(mirrorTimer));
  }

  /** The camera that the address names may be known before the map or after it. */
  let arrived = first.camera === '';
  function arrive(one: Camera): void {
    if (!map) return;
    arrived = true;
    layer?.choose(one.n);
    if (!first.at) toCamera(one, true);
  }

  function placeKnown(): Promise<void> {
    // a town may have no areas at all
    if (town.town || town.failure) return Promise.resolve();
    return new Promise((done) => {
      const stop = watch([() => town.town, () => town.failure], () => {
        stop();
        done();
      });
      endings.push(done, stop);
    });
  }

  endings.push(town.onChange(() => scheduleCameras()));
  let scheduled = 0;
  function scheduleCameras(): void {
    scheduled ||= window.setTimeout(() => {
      scheduled = 0;
      refreshCameras();
    }, 200);
  }
  watch(() => town.areas, (areas) => {
    if (map) showAreas(map, areas);
    tellNames();
  });
  watch(() => link.generation, () => layer?.forgetPictures());
  watch(locale, () => {
    tellLanguage();
    layer?.invalidate();
  });
  watch(camera, (one) => {
    if (one && !arrived) arrive(one);
    else layer?.choose(one?.n ?? 0);
  });
  watch(cellCode, (code) => map && chooseArea(map, code));
  onBeforeUnmount(() => {
    closed = true;
    clearTimeout(scheduled);
    for (const end of endings) end();
    layer?.close();
    map?.remove();
  });

  // --- places

  const areaOf = (code: string): Area | undefined => town.areaByCode.get(code);
  function townBounds(): Bounds | null {
    const outline = town.areas.find((area) => area.properties.level === 'town');
    return outline ? geometryBounds(outline.geometry) : null;
  }
  function cellAt(at: LonLat): Area | undefined {
    return town.areas.find((area) => area.properties.level === 'cell' && contains(area.geometry, at));
  }
  /* a flight of three pictures is none, and what plays beside it would wait for it */
  const moved = (jump: boolean): { duration: number } => ({ duration: jump || reducedMotion() || drawsBySoftware() ? 0 : FLY_MS });

  function fit(bounds: Bounds | null, padding: number, jump = false): void {
    if (!bounds) return;
    map?.fitBounds(bounds, { padding, ...moved(jump) });
  }
  function toTown(): void {
    cameraId.value = '';
    cellCode.value = '';
    fit(town.town?.bounds ?? townBounds(), 24);
  }
  function toArea(code: string, jump = false): void {
    const area = areaOf(code);
    if (!area) return;
    cameraId.value = '';
    cellCode.value = code;
    fit(geometryBounds(area.geometry), 48, jump);
    if (map && !map.isMoving()) settle();
  }
  /** Chooses a camera; flies there where its surroundings are not shown large enough. */
  function toCamera(one: Camera, jump = false): void {
    cameraId.value = one.id;
    if (areaOf(one.area)) cellCode.value = one.area;
    if (one.lon === null || one.lat === null) return tellAddress();
    const zoom = Math.max(map?.getZoom() ?? 0, CAMERA_ZOOM);
    const center: LonLat = [one.lon, one.lat];
    // after the panel of the camera opened: it may lie over the map
    void nextTick(() => map?.easeTo({ center, zoom, offset: elements.freeMiddle(), ...moved(jump) }));
  }
  /** Flies to a place where its surroundings are not shown large enough. */
  function toPlace(center: LonLat, jump = false): void {
    const zoom = Math.max(map?.getZoom() ?? 0, CAMERA_ZOOM);
    void nextTick(() => map?.easeTo({ center, zoom, offset: elements.freeMiddle(), ...moved(jump) }));
  }
  /** Chooses a camera where it is. */
  function choose(one: Camera): void {
    if ((view.value?.zoom ?? 0) < CARD_ZOOM) return toCamera(one);
    cameraId.value = one.id;
    if (areaOf(one.area)) cellCode.value = one.area;
    settle();
    void nextTick(() => keepInView(one));
  }
  /** The panel that opened may have taken the ground from under the camera. */
  function keepInView(one: Camera): void {
    map?.resize();
    if (!view.value || one.lon === null || one.lat === null) return;
    const { x, y } = new Projection(view.value).toScreen(toWorld([one.lon, one.lat]));
    const { width, height } = view.value;
    const [dx, dy] = elements.freeMiddle();
    const inside = x > EDGE_PX && y > EDGE_PX && x < width + 2 * dx - EDGE_PX && y < height + 2 * dy - EDGE_PX;
    if (!inside) map?.easeTo({ center: [one.lon, one.lat], offset: [dx, dy], ...moved(false) });
  }
  /** One level up: camera → cell → village → town. */
  function up(): void {
    if (cameraId.value) {
      cameraId.value = '';
      return settle();
    }
    const area = areaOf(cellCode.value);
    if (area?.properties.level === 'cell' && area.properties.parent) toArea(area.properties.parent);
    else toTown();
  }
  function pan(dx: number, dy: number): void {
    map?.panBy([dx, dy], moved(false));
  }
  function zoom(by: number, around?: LonLat): void {
    if (!map) return;
    map.easeTo({ zoom: map.getZoom() + by, ...(around ? { around } : {}), ...moved(false) });
  }
  function placeAt(x: number, y: number): LonLat | null {
    return view.value ? toLonLat(new Projection(view.value).fromScreen({ x, y })) : null;
  }
  const hit = (x: number, y: number) => layer?.hit({ x, y }) ?? null;
  const focus = (n: number): void => layer?.focus(n);
  const arrange = (): void => layer?.arrange();
  const setObstacles = (obstacles: Obstacle[]): void => layer?.setObstacles(obstacles);
  const attend = (place: LonLat | null, cameras: number[]): void => layer?.attend(place ? toWorld(place) : null, cameras);

  return {
    town, view, inView, plain, groundFailure, ready, bare, language, camera, cameraId, cellCode,
    areaOf, cellAt, toTown, toArea, toCamera, choose, up, pan, zoom, placeAt, hit, focus, arrange,
    libre, toPlace, setObstacles, attend, takenRects, tellAddress,
  };
}
