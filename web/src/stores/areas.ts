import type { Camera, Reason } from '../wire/messages.ts';

export interface AreaProperties {
  code: string;
  parent: string | null;
  level: 'county' | 'town' | 'village' | 'community' | 'cell';
  number?: string;
  name: string;
  name_en?: string;
  label?: [number, number];
}

export interface Area {
  type: 'Feature';
  properties: AreaProperties;
  geometry: { type: 'Polygon' | 'MultiPolygon'; coordinates: number[][][] | number[][][][] };
}

export interface Town {
  name: string | null;
  name_en: string | null;
  bounds: [number, number, number, number] | null;
  centre: [number, number] | null;
  base_map: Record<string, unknown> | null;
  version: string;
}

/** Code → the words of an area and everything above it, for finding. */
export function areaNames(areas: Area[]): Map<string, string> {
  const byCode = new Map(areas.map((area) => [area.properties.code, area.properties]));
  const words = (code: string | null, depth = 0): string => {
    const area = code === null ? undefined : byCode.get(code);
    if (!area || depth > 5) return '';
    return `${area.name} ${area.name_en ?? ''} ${words(area.parent, depth + 1)}`;
  };
  return new Map(areas.map((area) => [area.properties.code, words(area.properties.code)]));
}

/** Why a camera shows no fresh picture, for shapes and words; null: it does. */
export function troubleOf(camera: Pick<Camera, 'state' | 'reason'>): Reason | 'disabled' | null {
  if (camera.state === 'disabled') return 'disabled';
  if (camera.state === 'down') return camera.reason ?? 'no_data';
  return camera.reason;
}
