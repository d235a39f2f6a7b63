// Makes a picture of a town folder as the web page's map library draws it, for looking at:
//   tools/node tools/town/preview.ts --town DIR --png FILE [--theme light] [--at LON,LAT] [--zoom Z] [--size WxH]
// Needs Chromium and the packages of web/ (or --maplibre with the dist folder of a MapLibre GL JS).

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';

const { values: option } = parseArgs({
    options: {
        town: { type: 'string', default: '.' }, png: { type: 'string', default: 'town.png' }, theme: { type: 'string', default: 'dark' },
        at: { type: 'string' }, zoom: { type: 'string' }, size: { type: 'string', default: '1440x1180' },
        maplibre: { type: 'string', default: resolve(import.meta.dirname, '../../web/node_modules/maplibre-gl/dist') },
    },
});

const [width, height] = option.size.split('x').map(Number);
const town = JSON.parse(readFileSync(join(option.town, 'town.json'), 'utf8'));
const style = JSON.parse(readFileSync(join(option.town, option.theme === 'light' ? 'style-light.json' : 'style.json'), 'utf8'));
const rows = readFileSync(join(option.town, 'cameras.csv'), 'utf8').trim().split('\n').slice(1).map(row => row.split(','));
const cameras = rows.map(row => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [Number(row[4]), Number(row[5])] } }));
style.sources.cameras = { type: 'geojson', data: { type: 'FeatureCollection', features: cameras } };
style.layers.push({
    id: 'cameras', type: 'circle', source: 'cameras',
    paint: { 'circle-radius': 2, 'circle-color': option.theme === 'light' ? '#636b71' : '#8f979d' },
});
const view = option.at ? { center: option.at.split(',').map(Number), zoom: Number(option.zoom ?? 15) } : { bounds: town.bounds, fitBoundsOptions: { padding: 30 } };
const modern = existsSync(join(option.maplibre, 'maplibre-gl.mjs'));
const library = modern ? '' : '<script src="/lib/maplibre-gl.js"></script>';
const use = modern ? "import * as maplibregl from '/lib/maplibre-gl.mjs'; maplibregl.setWorkerUrl('/lib/maplibre-gl-worker.mjs');" : '';

const page = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/lib/maplibre-gl.css">
<style>body{margin:0}#map{width:${width}px;height:${height}px}</style><div id="map"></div>${library}<script type="module">${use}
const map = new maplibregl.Map({ container: 'map', style: ${JSON.stringify(style)}, fadeDuration: 0, attributionControl: false,
    canvasContextAttributes: { preserveDrawingBuffer: true }, ...${JSON.stringify(view)},
    transformRequest: url => url.startsWith('/') ? { url: location.origin + url } : undefined });
map.on('idle', () => map.getCanvas().toBlob(picture => fetch('/picture', { method: 'POST', body: picture })));
map.on('error', event => console.error(event.error));
</script>`;

const db = new DatabaseSync(join(option.town, town.base_map.file), { readOnly: true });
const tile = db.prepare('SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?');
const types: Record<string, string> = { js: 'text/javascript', mjs: 'text/javascript', css: 'text/css' };

function answer(url: string, response: ServerResponse): void {
    const at = /^\/api\/v1\/tiles\/base\/(\d+)\/(\d+)\/(\d+)$/.exec(url);
    if (at) {
        const [z, x, y] = at.slice(1).map(Number);
        const row = tile.get(z, x, 2 ** z - 1 - y);
        response.writeHead(row ? 200 : 204, row ? { 'content-encoding': 'gzip' } : {}).end(row?.tile_data);
    } else if (/^\/lib\/[\w.-]+$/.test(url) && existsSync(join(option.maplibre, url.slice(5)))) {
        response.writeHead(200, { 'content-type': types[url.split('.').at(-1)!] ?? '' }).end(readFileSync(join(option.maplibre, url.slice(5))));
    } else {
        response.writeHead(url === '/' ? 200 : 404, { 'content-type': 'text/html' }).end(url === '/' ? page : '');
    }
}

const profile = mkdtempSync(join(tmpdir(), 'town-preview-'));
const server = createServer((request, response) => {
    if (request.url !== '/picture')
        return answer(request.url ?? '/', response);
    const parts: Buffer[] = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => {
        writeFileSync(option.png, Buffer.concat(parts));
        finish(0);
    });
});
let browser: ChildProcess | undefined;
const late = setTimeout(() => finish(1), 90_000);

function finish(code: number): void {
    process.exitCode = code;
    clearTimeout(late);
    server.close();
    server.closeAllConnections();
    if (browser?.pid && browser.exitCode === null)
        process.kill(-browser.pid);
}

server.listen(0, '127.0.0.1', () => {
    browser = spawn('chromium', [
        '--headless', '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--remote-debugging-port=0',
        `--user-data-dir=${profile}`, `--window-size=${width},${height}`, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ], { stdio: 'ignore', detached: true });
    browser.on('exit', () => {
        finish(Number(process.exitCode ?? 1));
        void rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    });
});
