// The base map: vector tiles (MVT 2, gzip) of zoom 10 to 16 in an MBTiles 1.3 file. Layers and fields are in
// docs/town-format.md.

import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import { renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import type { Areas } from './areas.ts';
import type { Buildings } from './buildings.ts';
import { bounds } from './files.ts';
import type { Line, Point, Ring } from './geometry.ts';
import { EXTENT, type Ground } from './land.ts';
import { landuseRings } from './landuse.ts';
import { TOWN } from './plan.ts';
import { lonLat, lonLats } from './project.ts';
import type { Network } from './roads.ts';

export const MIN_ZOOM = 10;
export const MAX_ZOOM = 16;

export interface MapSource {
    ground: Ground;
    areas: Areas;
    network: Network;
    built: Buildings;
    name: string;
    seed: number;
}

type Tags = Record<string, string | number>;

interface Shape {
    type: 'Feature';
    geometry: { type: 'Polygon'; coordinates: [number, number][][] } | { type: 'LineString'; coordinates: [number, number][] } | { type: 'Point'; coordinates: [number, number] };
    properties: Tags;
}

interface Layer {
    name: string;
    /** What metadata says about its fields. */
    fields: Record<string, 'String' | 'Number'>;
    shapes: Shape[];
    /** The first zoom a feature is in. */
    from(tags: Tags): number;
}

const polygon = (rings: Ring[], properties: Tags): Shape =>
    ({ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: rings.map(r => lonLats(r)) } });
const lineString = (line: Line, properties: Tags): Shape =>
    ({ type: 'Feature', properties, geometry: { type: 'LineString', coordinates: lonLats(line) } });
const point = (at: Point, properties: Tags): Shape =>
    ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: lonLat(at) } });

const FRAME: Ring = [
    [-EXTENT[0], -EXTENT[1]], [EXTENT[0], -EXTENT[1]], EXTENT, [-EXTENT[0], EXTENT[1]], [-EXTENT[0], -EXTENT[1]],
];

function landLayers({ ground, areas, built, seed }: MapSource): Layer[] {
    const pondsAndStreams = [
        polygon([ground.river.ring], { kind: 'river', name: ground.river.name }),
        ...ground.brooks.map(brook => polygon([brook.ring], { kind: 'brook', name: brook.name })),
        ...ground.ponds.map(pond => polygon([pond.ring], { kind: 'pond', name: pond.name })),
    ];
    const landuse = landuseRings(ground, built, seed).map(({ rings, kind }) => polygon(rings, { kind }));
    const from = (tags: Tags) => (tags.kind === 'brook' ? 12 : tags.kind === 'ground' ? 14 : MIN_ZOOM);
    return [
        {
            name: 'land', fields: { kind: 'String' }, from,
            shapes: [polygon([areas.ring], { kind: 'town' }), polygon([FRAME, [...areas.ring].reverse()], { kind: 'outside' })],
        },
        { name: 'landuse', fields: { kind: 'String' }, from, shapes: landuse },
        { name: 'water', fields: { kind: 'String', name: 'String' }, from, shapes: pondsAndStreams },
        {
            name: 'river', fields: { kind: 'String', name: 'String', name_en: 'String' }, from,
            shapes: [ground.river, ...ground.brooks].map(s =>
                lineString(s.line, { kind: s === ground.river ? 'river' : 'brook', name: s.name, name_en: s.name_en })),
        },
    ];
}

function roadLayer({ network }: MapSource): Layer {
    return {
        name: 'road', fields: { class: 'Number', name: 'String', name_en: 'String', ref: 'String' },
        from: tags => (tags.class === 3 ? 13 : tags.class === 2 ? 11 : MIN_ZOOM),
        shapes: network.roads.map(road =>
            lineString(road.line, { class: road.class, name: road.name, name_en: road.name_en, ref: road.ref })),
    };
}

/** Every border once, with the highest level it belongs to. */
function areaLayer({ areas }: MapSource): Layer {
    const village = (label: number) => (label < 0 ? -1 : areas.cells[label].village.index);
    return {
        name: 'area', fields: { level: 'String' }, from: () => MIN_ZOOM,
        shapes: areas.arcs.map(arc => {
            const outer = arc.left < 0 || arc.right < 0;
            return lineString(arc.line, { level: outer ? 'town' : village(arc.left) !== village(arc.right) ? 'village' : 'cell' });
        }),
    };
}

function labelLayer({ areas, built, name }: MapSource): Layer {
    const first: Record<string, number> = { town: MIN_ZOOM, village: MIN_ZOOM, cell: 12 };
    return {
        name: 'label', fields: { kind: 'String', class: 'String', name: 'String', name_en: 'String', number: 'String' },
        from: tags => first[tags.kind] ?? 14,
        shapes: [
            point(areas.label, { kind: 'town', name, name_en: TOWN.name_en }),
            ...areas.villages.map(v => point(v.label, { kind: 'village', class: v.plan.kind, name: v.plan.name, name_en: v.plan.name_en })),
            ...areas.cells.map(c => point(c.label, { kind: 'cell', name: c.name, name_en: c.name_en, number: c.number })),
            ...built.pois.map(p => point(p.at, { kind: 'poi', class: p.kind, name: p.name, name_en: p.name_en })),
        ],
    };
}

function layersOf(source: MapSource): Layer[] {
    return [
        ...landLayers(source),
        {
            name: 'building', fields: { kind: 'String' }, from: () => 12,
            shapes: source.built.buildings.map(b => polygon([b.ring], { kind: b.kind === 'house' ? 'house' : 'public' })),
        },
        roadLayer(source),
        areaLayer(source),
        labelLayer(source),
    ];
}

/** The tile that a position lies in. */
function tileAt([lon, lat]: readonly [number, number], zoom: number): [number, number] {
    const n = 2 ** zoom;
    const sin = Math.sin((lat * Math.PI) / 180);
    return [Math.floor(((lon + 180) / 360) * n), Math.floor((0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * n)];
}

function metadata(source: MapSource, layers: Layer[]): [string, string][] {
    const frame = lonLats(FRAME);
    const [w, s, e, n] = bounds(source.areas);
    return [
        ['name', source.name],
        ['format', 'pbf'],
        ['version', '1'],
        ['type', 'baselayer'],
        ['description', `Demo town ${source.name}, invented`],
        ['attribution', '演示数据 · 虚构地名'],
        ['minzoom', String(MIN_ZOOM)],
        ['maxzoom', String(MAX_ZOOM)],
        ['bounds', [...frame[0], ...frame[2]].join(',')],
        ['center', `${((w + e) / 2).toFixed(6)},${((s + n) / 2).toFixed(6)},12`],
        ['json', JSON.stringify({ vector_layers: layers.map(l => ({ id: l.name, minzoom: MIN_ZOOM, maxzoom: MAX_ZOOM, fields: l.fields })) })],
    ];
}

/** Writes the file anew and returns the number of tiles. */
export async function writeTiles(path: string, source: MapSource): Promise<number> {
    const layers = layersOf(source);
    const indexes = layers.map(layer => {
        const data = { type: 'FeatureCollection', features: layer.shapes } as ConstructorParameters<typeof GeoJSONVT>[0];
        return { layer, index: new GeoJSONVT(data, { maxZoom: MAX_ZOOM, indexMaxZoom: 6, tolerance: 2, buffer: 96 }) };
    });
    rmSync(`${path}.new`, { force: true });
    const db = new DatabaseSync(`${path}.new`);
    db.exec(`PRAGMA application_id = 0x4d504258; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
        CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
        CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB,
                            PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;
        BEGIN`);
    const meta = db.prepare('INSERT INTO metadata VALUES (?, ?)');
    for (const row of metadata(source, layers))
        meta.run(...row);
    const insert = db.prepare('INSERT INTO tiles VALUES (?, ?, ?, ?)');
    const frame = lonLats(FRAME);
    let count = 0;
    for (let z = MIN_ZOOM; z <= MAX_ZOOM; z++) {
        const [west, south] = tileAt(frame[0], z);
        const [east, north] = tileAt(frame[2], z);
        for (let x = west; x <= east; x++)
            for (let y = north; y <= south; y++) {
                const tile = encode(indexes, z, x, y);
                if (!tile)
                    continue;
                insert.run(z, x, 2 ** z - 1 - y, gzipSync(tile, { level: 9 }));
                count++;
            }
    }
    db.exec('COMMIT');
    db.close();
    renameSync(`${path}.new`, path);
    return count;
}

function encode(indexes: { layer: Layer; index: GeoJSONVT }[], z: number, x: number, y: number): Uint8Array | null {
    const tile: Parameters<typeof fromGeojsonVt>[0] = {};
    for (const { layer, index } of indexes) {
        const cut = index.getTile(z, x, y);
        const features = cut?.features.filter(f => layer.from(f.tags as Tags) <= z) ?? [];
        if (cut && features.length > 0)
            tile[layer.name] = { ...cut, features: features as (typeof tile)[string]['features'] };
    }
    return Object.keys(tile).length > 0 ? fromGeojsonVt(tile, { version: 2, extent: 4096 }) : null;
}
