// Early warning and heat on the ground: hatching along a cell's border (far away: all over it), told apart by its pattern,
// and grey spots where alerts were. Own layers under the numbers of the cells; streets stay to be seen.
import type { GeoJSONSource, Map as LibreMap } from 'maplibre-gl';
import type { Area } from '../stores/areas.ts';
import type { Colour, HeatPoint, WarnedCell } from '../stores/warnings.ts';
import { polygonsOf } from './ground.ts';
import { token } from './tokens.ts';

const NEAR_ZOOM = 14;
const BAND_PX = 16;
const TILE_PX = 16;
const ABOVE = 'area-number';

/** Twice around clockwise or not: twice its area, signed. */
function turn(ring: number[][]): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) sum += (ring[i]![0]! - ring[j]![0]!) * (ring[i]![1]! + ring[j]![1]!);
  return sum;
}
/** The outline, counter-clockwise, so that the inner side is always the same. */
export function outlineOf(ring: number[][]): number[][] {
  return turn(ring) > 0 ? [...ring].reverse() : ring;
}

function hatch(colour: Colour): ImageData {
  const ratio = 2;
  const side = TILE_PX * ratio;
  const g = new OffscreenCanvas(side, side).getContext('2d')!;
  g.strokeStyle = g.fillStyle = token(`--warn3-${colour}`);
  g.lineWidth = 1.4 * ratio;
  const lines = (step: number, down: boolean): void => {
    for (let at = -side; at <= 2 * side; at += step) {
      g.beginPath();
      g.moveTo(at, down ? 0 : side);
      g.lineTo(at + side, down ? side : 0);
      g.stroke();
    }
  };
  if (colour === 'red') {
    lines(side / 2, true);
    lines(side / 2, false);
  } else if (colour === 'yellow') lines(side / 2, false);
  else for (const [x, y] of [[0.25, 0.25], [0.75, 0.75]] as const) {
    g.beginPath();
    g.arc(x * side, y * side, 1.6 * ratio, 0, 2 * Math.PI);
    g.fill();
  }
  return g.getImageData(0, 0, side, side);
}

export function addWarningLayers(map: LibreMap): void {
  const empty = { type: 'FeatureCollection' as const, features: [] };
  map.addSource('warned', { type: 'geojson', data: empty });
  map.addSource('warned-edge', { type: 'geojson', data: empty });
  map.addSource('heat', { type: 'geojson', data: empty });
  for (const colour of ['red', 'yellow', 'green'] as const) map.addImage(`warn-${colour}`, hatch(colour), { pixelRatio: 2 });
  const pattern = ['concat', 'warn-', ['get', 'colour']] as never;
  map.addLayer({ id: 'heat', type: 'heatmap', source: 'heat', layout: { visibility: 'none' }, paint: {
    'heatmap-weight': ['interpolate', ['linear'], ['get', 'count'], 1, 0.5, 10, 1],
    'heatmap-intensity': 1.4,
    'heatmap-radius': ['interpolate', ['exponential', 2], ['zoom'], 10, 14, 12, 32, 14, 64, 18, 400],
    // in ink: a quiet town is grey, and heat is no alarm
    'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, 'transparent', 0.1, `${token('--select')}2e`, 0.5, `${token('--select')}6b`, 1, `${token('--select')}b8`],
    'heatmap-opacity': 0.8,
  } }, ABOVE);
  map.addLayer({ id: 'warned', type: 'fill', source: 'warned', maxzoom: NEAR_ZOOM, paint: { 'fill-pattern': pattern, 'fill-opacity': 0.5 } }, ABOVE);
  map.addLayer({ id: 'warned-band', type: 'line', source: 'warned-edge', minzoom: NEAR_ZOOM, layout: { 'line-join': 'round' },
    paint: { 'line-pattern': pattern, 'line-width': BAND_PX, 'line-offset': -BAND_PX / 2, 'line-opacity': 0.8 } }, ABOVE);
}

export function showWarned(map: LibreMap, areas: Map<string, Area>, cells: WarnedCell[]): void {
  const known = cells.flatMap((cell) => {
    const area = areas.get(cell.area);
    return area ? [{ cell, area }] : [];
  });
  void map.getSource<GeoJSONSource>('warned')?.setData({ type: 'FeatureCollection', features: known.map(({ cell, area }) =>
    ({ type: 'Feature', properties: { colour: cell.colour }, geometry: area.geometry as never })) });
  void map.getSource<GeoJSONSource>('warned-edge')?.setData({ type: 'FeatureCollection', features: known.flatMap(({ cell, area }) =>
    polygonsOf(area.geometry).flatMap(([outer]) => (outer ? [{ type: 'Feature' as const, properties: { colour: cell.colour }, geometry: { type: 'LineString' as const, coordinates: outlineOf(outer) } }] : []))) });
}

export function showHeat(map: LibreMap, points: HeatPoint[], on: boolean): void {
  map.setLayoutProperty('heat', 'visibility', on ? 'visible' : 'none');
  void map.getSource<GeoJSONSource>('heat')?.setData({ type: 'FeatureCollection', features: points.map(([lon, lat, count]) =>
    ({ type: 'Feature', properties: { count }, geometry: { type: 'Point', coordinates: [lon, lat] } })) });
}
