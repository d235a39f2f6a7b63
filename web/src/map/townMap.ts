// The ground of the map page: base map, borders and names of the areas. Cameras are drawn over it by CameraLayer.
import maplibre from 'maplibre-gl/dist/maplibre-gl-csp.js';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-csp-worker.js?url';
import type { GeoJSONSource, LayerSpecification, Map as LibreMap, StyleSpecification } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { Area } from '../stores/areas.ts';
import { api, ApiError, wordsOf } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';
import type { Bounds } from './ground.ts';
import { token } from './tokens.ts';

/** Layers of the base map's style that we draw from the areas ourselves (docs/town-format.md). */
const REPLACED = ['cell-border', 'village-border', 'town-border', 'cell-number', 'village-name'];
const FONT = 'Noto Sans CJK SC';
const MAX_ZOOM = 19;

maplibre.setWorkerUrl(workerUrl);

export interface TownMapOptions {
  container: HTMLElement;
  theme: 'dark' | 'light';
  bounds: Bounds | null;
  /** What a screen reader calls the canvas. */
  title: string;
}

interface Ground {
  style: StyleSpecification;
  plain: boolean;
  /** Why it is plain although there is a base map. */
  failure: Words | null;
}

/** The style of the base map, or plain ground where there is none. */
async function groundStyle(theme: 'dark' | 'light'): Promise<Ground> {
  try {
    const style = await api<StyleSpecification>('GET', `/style/${theme}`);
    const layers = style.layers.filter((layer) => !REPLACED.includes(layer.id));
    return { style: { ...style, layers }, plain: false, failure: null };
  } catch (error) {
    const none = error instanceof ApiError && error.status === 404;
    return { style: { version: 8, sources: {}, layers: [] }, plain: true, failure: none ? null : wordsOf(error) };
  }
}

/** Glyphs are drawn from the page's fonts once and kept, so those have to be there first. */
async function fontsReady(): Promise<void> {
  await Promise.all(
    ['400', '700'].map((weight) => document.fonts.load(`${weight} 24px "${FONT}"`, '清溪镇 05')),
  ).catch(() => undefined);
}

export async function createTownMap(options: TownMapOptions): Promise<{ map: LibreMap; plain: boolean; failure: Words | null }> {
  const [{ style, plain, failure }] = await Promise.all([groundStyle(options.theme), fontsReady()]);
  const map = new maplibre.Map({
    container: options.container,
    style,
    bounds: options.bounds ?? undefined,
    fitBoundsOptions: { padding: 24 },
    maxZoom: MAX_ZOOM,
    minZoom: 8,
    dragRotate: false,
    pitchWithRotate: false,
    rollEnabled: false,
    keyboard: false,
    boxZoom: false,
    attributionControl: false,
    fadeDuration: 0,
    locale: { 'Map.Title': options.title },
    transformRequest: (url) => (url.startsWith('/') ? { url: location.origin + url } : { url }),
  });
  map.touchZoomRotate.disableRotation();
  // a missing tile is not an event for a person; the ground stays plain there
  map.on('error', () => undefined);
  await new Promise<void>((done) => map.once('style.load', () => done()));
  if (plain)
    map.addLayer({ id: 'plain', type: 'background', paint: { 'background-color': token('--map-out') } });
  addAreaLayers(map, plain);
  return { map, plain, failure };
}

const level = (...levels: string[]): ['in', ['get', string], ['literal', string[]]] => ['in', ['get', 'level'], ['literal', levels]];

function addAreaLayers(map: LibreMap, plain: boolean): void {
  const empty = { type: 'FeatureCollection' as const, features: [] };
  map.addSource('areas', { type: 'geojson', data: empty });
  map.addSource('names', { type: 'geojson', data: empty });
  const layers: LayerSpecification[] = [
    { id: 'area-ground', type: 'fill', source: 'areas', filter: level('cell'),
      paint: { 'fill-color': token('--map-land'), 'fill-opacity': plain ? 1 : 0 } },
    { id: 'area-cell', type: 'line', source: 'areas', filter: level('cell'),
      paint: { 'line-color': token('--map-cell'), 'line-width': 1 } },
    { id: 'area-village', type: 'line', source: 'areas', filter: level('village', 'community'),
      paint: { 'line-color': token('--map-village'), 'line-width': 1, 'line-opacity': 0.55 } },
    { id: 'area-town', type: 'line', source: 'areas', filter: level('town'), layout: { 'line-join': 'round' },
      paint: { 'line-color': token('--map-village'), 'line-width': 2 } },
    { id: 'area-chosen', type: 'line', source: 'areas', filter: ['==', ['get', 'code'], ''], layout: { 'line-join': 'round' },
      paint: { 'line-color': token('--select'), 'line-width': 2.5 } },
    nameLayer('area-number', 'cell', { 'text-field': ['get', 'number'], 'text-font': [FONT], 'text-size': 14 }, '--text-3', 11.5),
    // takes the room from the base map's labels; CameraLayer writes it, over the cameras
    nameLayer('area-name', 'village', {
      'text-field': ['get', 'name'],
      'text-font': [`${FONT} Bold`, FONT], 'text-max-width': 12,
      'text-size': ['interpolate', ['linear'], ['zoom'], 10, 14, 12, 16, 14, 18],
    }, '--map-label', 11.5, 0),
  ];
  for (const layer of layers) map.addLayer(layer);
}

type TextField = NonNullable<NonNullable<SymbolLayout>['text-field']>;
/** The base map's own words for its labels, by layer. */
const written = new WeakMap<LibreMap, Map<string, TextField>>();

/** Labels in the language of the page: the English name where the map has one. Returned: the language they have now. */
export function setMapLanguage(map: LibreMap, english: boolean): 'en' | 'zh-CN' {
  const fields = written.get(map) ?? new Map<string, TextField>();
  written.set(map, fields);
  for (const layer of map.getStyle().layers) {
    if (layer.type !== 'symbol') continue;
    const layout = layer.layout as { 'text-field'?: TextField } | undefined;
    const field = fields.get(layer.id) ?? layout?.['text-field'];
    if (field === undefined || !JSON.stringify(field).includes('name')) continue;
    fields.set(layer.id, field);
    const translated = ['coalesce', ['get', 'name_en'], ['get', 'name:en'], typeof field === 'string' ? ['get', 'name'] : field];
    map.setLayoutProperty(layer.id, 'text-field', english ? (translated as TextField) : field);
  }
  const told = JSON.stringify(map.getLayoutProperty('area-name', 'text-field')).includes('name_en');
  return told ? 'en' : 'zh-CN';
}

type SymbolLayout = Extract<LayerSpecification, { type: 'symbol' }>['layout'];

function nameLayer(id: string, kind: string, layout: SymbolLayout, color: string, minzoom: number, opacity = 1): LayerSpecification {
  return {
    id, type: 'symbol', source: 'names', minzoom, filter: ['==', ['get', 'kind'], kind], layout: { ...layout, 'text-padding': 4 },
    paint: { 'text-opacity': opacity, 'text-color': token(color), 'text-halo-color': token('--map-halo'), 'text-halo-width': 1.6 },
  };
}

export function showAreas(map: LibreMap, areas: Area[]): void {
  const names = areas.flatMap(({ properties }) => {
    if (!properties.label || properties.level === 'town' || properties.level === 'county') return [];
    const kind = properties.level === 'cell' ? 'cell' : 'village';
    return [{ type: 'Feature' as const, properties: { ...properties, kind }, geometry: { type: 'Point' as const, coordinates: properties.label } }];
  });
  void map.getSource<GeoJSONSource>('areas')?.setData({ type: 'FeatureCollection', features: areas as never[] });
  void map.getSource<GeoJSONSource>('names')?.setData({ type: 'FeatureCollection', features: names });
}

/** Draws the selected cell's (or village's) border in ink; '': none. */
export function chooseArea(map: LibreMap, code: string): void {
  map.setFilter('area-chosen', ['==', ['get', 'code'], code]);
}
