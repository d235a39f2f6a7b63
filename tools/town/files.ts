// The files of a town folder, as docs/town-format.md describes them.

import type { Areas, Cell } from './areas.ts';
import type { Camera } from './cameras.ts';
import type { Point } from './geometry.ts';
import type { People } from './people.ts';
import { COUNTY, TOWN } from './plan.ts';
import { lonLat, lonLats } from './project.ts';
import { randomStream } from './random.ts';

type Value = string | number;

/** RFC 4180 with line feeds. */
export function csv(header: readonly string[], rows: readonly (readonly Value[])[]): string {
    const field = (value: Value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    return [header, ...rows].map(row => row.map(field).join(',') + '\n').join('');
}

export function bounds(areas: Areas): [number, number, number, number] {
    const ring = lonLats(areas.ring);
    const [lon, lat] = [ring.map(p => p[0]), ring.map(p => p[1])];
    return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)];
}

export function townJson(areas: Areas, name: string, seed: number): string {
    const town = {
        name,
        name_en: TOWN.name_en,
        code: TOWN.code,
        county: COUNTY,
        centre: lonLat(areas.label),
        bounds: bounds(areas),
        seed,
        generator: 'tools/town 1',
        files: {
            areas: 'areas.geojson',
            cameras: 'cameras.csv',
            simcams: 'simcams.csv',
            departments: 'departments.csv',
            people: 'people.csv',
            style_dark: 'style.json',
            style_light: 'style-light.json',
        },
        base_map: { kind: 'mbtiles', file: 'base.mbtiles', style_dark: 'style.json', style_light: 'style-light.json' },
    };
    return JSON.stringify(town, null, 2) + '\n';
}

function feature(ring: readonly Point[], label: Point, properties: Record<string, unknown>): unknown {
    return {
        type: 'Feature',
        properties: { ...properties, layer: 'governance', label: lonLat(label) },
        geometry: { type: 'Polygon', coordinates: [lonLats(ring)] },
    };
}

/** One feature a line, so that two towns can be compared by line. */
export function areasGeoJson(areas: Areas, people: People, name: string): string {
    const features = [
        feature(areas.ring, areas.label, { code: TOWN.code, parent: COUNTY.code, level: 'town', name, name_en: TOWN.name_en }),
        ...areas.villages.map(v =>
            feature(v.ring, v.label, { code: v.code, parent: TOWN.code, level: v.plan.kind, name: v.plan.name, name_en: v.plan.name_en })),
        ...areas.cells.map((c: Cell) =>
            feature(c.ring, c.label, {
                code: c.code, parent: c.village.code, level: 'cell', number: c.number, name: c.name, name_en: c.name_en, chain: people.chains.get(c),
            })),
    ];
    return `{"type":"FeatureCollection","features":[\n${features.map(f => JSON.stringify(f)).join(',\n')}\n]}\n`;
}

export const CAMERA_COLUMNS = [
    'id', 'name', 'url', 'sub_url', 'lon', 'lat', 'crs', 'area', 'source_system', 'azimuth', 'fov', 'scene', 'mode',
    'place', 'keeper', 'legal_basis', 'filing_no', 'notice_sign', 'forbidden_zone', 'video_keep_days', 'retention_days',
] as const;

const KEEPERS: Record<Camera['sourceSystem'], string> = {
    雪亮工程: '镇综治中心', 天网工程: '清溪派出所', 智慧公安: '清溪派出所', 综治视联网: '镇综治中心', 自建: '场所管理单位',
};

/** The kinds of places that article 7 of State Council Order 799 lets be watched. */
const BASIS: Record<Camera['kind'], string> = {
    gate: '国务院令799号第七条 治安保卫重点单位周边', crossing: '国务院令799号第七条 城乡主要路段', street: '国务院令799号第七条 城乡主要路段',
    river: '国务院令799号第七条 桥梁等公共场所', square: '国务院令799号第七条 广场', hall: '国务院令799号第七条 公共场所经营管理单位',
};

function legal(camera: Camera, seed: number): Value[] {
    const random = randomStream(seed, `legal/${camera.id}`);
    const own = camera.sourceSystem === '自建' || camera.sourceSystem === '综治视联网';
    const forbidden = camera.kind === 'hall' ? '不得拍摄卫生间、更衣室、诊室内部' : random.chance(0.03) ? '邻近住宅窗户,已设隐私遮挡' : '';
    return [
        camera.place,
        KEEPERS[camera.sourceSystem],
        BASIS[camera.kind],
        `${COUNTY.code}-GSX-2025-${String(camera.number).padStart(5, '0')}`,
        random.chance(0.97) ? 'yes' : 'no',
        forbidden,
        own ? 30 : random.pick([30, 60, 90]),
        own ? 30 : 90,
    ];
}

export function camerasCsv(cameras: Camera[], url: string, seed: number): string {
    const address = (n: number, profile: string) => url.replaceAll('{n}', String(n)).replaceAll('{profile}', profile);
    return csv(CAMERA_COLUMNS, cameras.map(c => {
        const [lon, lat] = lonLat(c.at);
        return [
            c.id, c.name, address(c.number, 'main'), address(c.number, 'sub'), lon.toFixed(6), lat.toFixed(6), 'WGS84', c.cell.code,
            c.sourceSystem, c.azimuth, c.fov, c.scene, 'always', ...legal(c, seed),
        ];
    }));
}

export const simcamsCsv = (cameras: Camera[]) =>
    csv(['id', 'number', 'scene', 'codec', 'file'], cameras.map(c => [c.id, c.number, c.scene, c.codec, '']));

export const departmentsCsv = ({ departments }: People) =>
    csv(['code', 'name', 'name_en', 'short', 'phone'], departments.map(d => [d.code, d.name, d.name_en, d.short, d.phone]));

export const peopleCsv = ({ people }: People) =>
    csv(['login', 'name', 'name_en', 'role', 'department', 'areas', 'phone'],
        people.map(p => [p.login, p.name, p.name_en, p.role, p.department, p.areas.join(' '), p.phone]));
