// Reads back what the generator wrote, with the libraries that readers use: for tests and for looking into a file.

import { VectorTile } from '@mapbox/vector-tile';
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { PbfReader } from 'pbf';

export interface TileLayer {
    name: string;
    features: { type: number; properties: Record<string, unknown>; geometry: unknown }[];
}

/** The metadata table of an MBTiles file. */
export function readMetadata(path: string): Map<string, string> {
    const db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare('SELECT name, value FROM metadata').all() as { name: string; value: string }[];
    db.close();
    return new Map(rows.map(row => [row.name, row.value]));
}

/** How many tiles of each zoom there are. */
export function countTiles(path: string): Map<number, number> {
    const db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare('SELECT zoom_level AS zoom, count(*) AS count FROM tiles GROUP BY 1').all() as { zoom: number; count: number }[];
    db.close();
    return new Map(rows.map(row => [row.zoom, row.count]));
}

/** The layers of the tile that a position lies in, with geometries in degrees; null if there is no such tile. */
export function readTile(path: string, zoom: number, [lon, lat]: [number, number]): TileLayer[] | null {
    const n = 2 ** zoom;
    const sin = Math.sin((lat * Math.PI) / 180);
    const x = Math.floor(((lon + 180) / 360) * n);
    const y = Math.floor((0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * n);
    const db = new DatabaseSync(path, { readOnly: true });
    const row = db.prepare('SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?').get(zoom, x, n - 1 - y);
    db.close();
    if (!row)
        return null;
    const tile = new VectorTile(new PbfReader(gunzipSync(row.tile_data as Uint8Array)));
    return Object.values(tile.layers).map(layer => ({
        name: layer.name,
        features: Array.from({ length: layer.length }, (_, i) => {
            const feature = layer.feature(i);
            return { type: feature.type, properties: feature.properties, geometry: feature.toGeoJSON(x, y, zoom).geometry };
        }),
    }));
}

/** What the MapLibre style specification says against a style; empty: nothing. */
export function styleErrors(style: unknown): string[] {
    return validateStyleMin(style as Parameters<typeof validateStyleMin>[0]).map(error => error.message);
}
