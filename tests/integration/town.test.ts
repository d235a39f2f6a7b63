// The demo town: the same seed gives the same bytes, its areas tile it, its cameras stand in their cells, and its
// files are what docs/town-format.md says.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { parseCsv, type Row } from '../lib/csv.ts';

type Point = [number, number];
interface Area {
  properties: {
    code: string; parent: string; level: string; number?: string; name: string; name_en: string; layer: string; label: Point;
    chain?: { level: string; login: string; name: string; title: string }[];
  };
  geometry: { type: string; coordinates: Point[][] };
}

const top = resolve(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'town-test-'));
after(() => rmSync(work, { recursive: true, force: true }));

function make(name: string, ...args: string[]): string {
  const out = join(work, name);
  execFileSync(join(top, 'tools/node'), [join(top, 'tools/town/town.ts'), '--out', out, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return out;
}

const town = make('first');
const { countTiles, readMetadata, readTile, styleErrors } = await import('../../tools/town/inspect.ts');
const text = (dir: string, name: string) => readFileSync(join(dir, name), 'utf8');
const readAreas = (dir: string): Area[] => JSON.parse(text(dir, 'areas.geojson')).features;
const cells = (areas: Area[]) => areas.filter(a => a.properties.level === 'cell');
const villages = (areas: Area[]) => areas.filter(a => ['village', 'community'].includes(a.properties.level));
const ring = (area: Area) => area.geometry.coordinates[0]!;

function signedArea(points: Point[]): number {
  let sum = 0;
  for (let i = 1; i < points.length; i++) sum += points[i - 1]![0] * points[i]![1] - points[i]![0] * points[i - 1]![1];
  return sum / 2;
}

function inside([x, y]: Point, points: Point[]): boolean {
  let odd = false;
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = points[i - 1]!;
    const [bx, by] = points[i]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

/** Directed edges of a ring; an edge that two neighbours share is in both, once each way. */
function edges(points: Point[]): string[] {
  return points.slice(1).map((p, i) => `${points[i]!.join()} ${p.join()}`);
}
const reversed = (edge: string) => edge.split(' ').reverse().join(' ');

/** What is left of the edges of several rings when those that cancel each other are gone. */
function outline(rings: Point[][]): string[] {
  const all = new Set(rings.flatMap(edges));
  return [...all].filter(edge => !all.has(reversed(edge))).sort();
}

function checkTopology(areas: Area[]): void {
  const whole = ring(areas.find(a => a.properties.level === 'town')!);
  const all = cells(areas);
  for (const area of areas) {
    assert.equal(area.geometry.coordinates.length, 1, area.properties.name);
    assert.deepEqual(ring(area)[0], ring(area).at(-1), area.properties.name);
    assert.ok(signedArea(ring(area)) > 0, `${area.properties.name} runs clockwise`);
    assert.ok(inside(area.properties.label, ring(area)), `the label of ${area.properties.name} is outside`);
  }
  const list = all.flatMap(cell => edges(ring(cell)));
  assert.equal(new Set(list).size, list.length, 'two cells have the same directed edge: they overlap');
  assert.deepEqual(outline(all.map(ring)), edges(whole).sort(), 'the cells together are not the town');
  for (const village of villages(areas)) {
    const own = all.filter(cell => cell.properties.parent === village.properties.code).map(ring);
    assert.deepEqual(outline(own), edges(ring(village)).sort(), `${village.properties.name} is not the union of its cells`);
  }
  const sum = all.reduce((total, cell) => total + signedArea(ring(cell)), 0);
  assert.ok(Math.abs(sum / signedArea(whole) - 1) < 1e-9, 'areas of the cells do not add up');
  checkPoints(whole, all);
}

/** 3000 points on a grid that shares no number with the data: each inside the town is in exactly one cell. */
function checkPoints(whole: Point[], all: Area[]): void {
  const [xs, ys] = [whole.map(p => p[0]), whole.map(p => p[1])];
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  let inTown = 0;
  for (let i = 0; i < 3000; i++) {
    const p: Point = [west + (east - west) * ((i * 0.7548776662466927) % 1), south + (north - south) * ((i * 0.5698402909980532) % 1)];
    const found = all.filter(cell => inside(p, ring(cell))).length;
    assert.equal(found, inside(p, whole) ? 1 : 0, `${p.join()} is in ${found} cells`);
    inTown += found;
  }
  assert.ok(inTown > 1500, 'most of the points lie in the town');
}

test('the same seed gives the same bytes, another seed another town', () => {
  const again = make('again');
  for (const name of readdirSync(town))
    assert.ok(readFileSync(join(town, name)).equals(readFileSync(join(again, name))), `${name} differs`);
  const other = make('other', '--seed', '7', '--no-tiles');
  assert.notEqual(text(other, 'areas.geojson'), text(town, 'areas.geojson'));
  checkTopology(readAreas(other));
});

test('cells tile the town and villages are unions of cells', () => checkTopology(readAreas(town)));

test('counts, codes and chains of the areas', () => {
  const areas = readAreas(town);
  assert.equal(villages(areas).length, 21);
  assert.deepEqual(cells(areas).map(c => c.properties.number), Array.from({ length: 39 }, (_, i) => String(i + 1).padStart(2, '0')));
  const about = JSON.parse(text(town, 'town.json'));
  assert.equal(about.name, '清溪镇');
  const length: Record<string, number> = { town: 9, village: 12, community: 12, cell: 15 };
  const codes = new Set(areas.map(a => a.properties.code));
  assert.equal(codes.size, areas.length);
  const logins = new Set(parseCsv(text(town, 'people.csv')).rows.map(p => p.login));
  for (const { properties: p } of areas) {
    assert.match(p.code, new RegExp(`^\\d{${length[p.level]}}$`));
    assert.ok(p.code.startsWith(p.parent) && (codes.has(p.parent) || p.parent === about.county.code));
    assert.equal(p.layer, 'governance');
    if (p.level === 'cell') {
      assert.deepEqual(p.chain!.map(link => link.level), ['leader', 'town_official', 'village_official', 'grid_worker']);
      assert.ok(p.chain!.every(link => logins.has(link.login)));
    }
  }
  const [west, south, east, north] = about.bounds;
  for (const [x, y] of areas.flatMap(ring)) assert.ok(x >= west && x <= east && y >= south && y <= north);
});

test('1447 cameras stand in their cells and tell what the law wants to know', () => {
  const { columns, rows } = parseCsv(text(town, 'cameras.csv'));
  assert.deepEqual(columns, ['id', 'name', 'url', 'sub_url', 'lon', 'lat', 'crs', 'area', 'source_system', 'azimuth', 'fov', 'scene', 'mode',
    'place', 'keeper', 'legal_basis', 'filing_no', 'notice_sign', 'forbidden_zone', 'video_keep_days', 'retention_days']);
  assert.equal(rows.length, 1447);
  const byCode = new Map(cells(readAreas(town)).map(cell => [cell.properties.code, cell]));
  rows.forEach((camera, i) => checkCamera(camera, i + 1, byCode.get(camera.area!)!));
  for (const column of ['id', 'name', 'filing_no'])
    assert.equal(new Set(rows.map(row => row[column])).size, rows.length, `${column} repeats`);
  assert.equal(new Set(rows.map(row => `${row.lon} ${row.lat}`)).size, rows.length, 'two cameras at one spot');
  assert.equal(new Set(rows.map(row => row.source_system)).size, 5);
  assert.equal(new Set(rows.map(row => row.scene)).size, 8);
  const inCell = (number: string) => rows.filter(row => row.name!.includes(`${number}-`)).length;
  assert.deepEqual(['05', '08', '11', '15', '37'].map(inCell), [28, 61, 98, 93, 11]);
});

function checkCamera(camera: Row, number: number, cell: Area): void {
  assert.equal(camera.id, `c${String(number).padStart(4, '0')}`);
  assert.ok(inside([Number(camera.lon), Number(camera.lat)], ring(cell)), `${camera.name} stands outside ${cell.properties.name}`);
  assert.match(camera.name!, new RegExp(`^\\p{Script=Han}+${cell.properties.number}-\\d{2}$`, 'u'));
  assert.equal(camera.url, `rtsp://127.0.0.1:8554/cam/${number}/main`);
  assert.equal(camera.sub_url, `rtsp://127.0.0.1:8554/cam/${number}/sub`);
  assert.equal(camera.crs, 'WGS84');
  assert.ok(Number(camera.azimuth) >= 0 && Number(camera.azimuth) < 360 && Number(camera.fov) >= 30 && Number(camera.fov) <= 110);
  assert.ok(Number(camera.video_keep_days) >= 30 && Number(camera.retention_days) >= 30);
  for (const column of ['place', 'keeper', 'legal_basis', 'filing_no']) assert.notEqual(camera[column], '', column);
}

test('the simulator list names the same cameras', () => {
  const cameras = parseCsv(text(town, 'cameras.csv')).rows;
  const { columns, rows } = parseCsv(text(town, 'simcams.csv'));
  assert.deepEqual(columns, ['id', 'number', 'scene', 'codec', 'file']);
  assert.deepEqual(rows.map(r => [r.id, r.number, r.scene]), cameras.map((c, i) => [c.id, String(i + 1), c.scene]));
  const share = rows.filter(r => r.codec === 'h265').length / rows.length;
  assert.ok(share > 0.05 && share < 0.2, `${share} of the cameras send H.265`);
  assert.ok(rows.every(r => ['h264', 'h265'].includes(r.codec!)));
});

test('departments and a person for every role', () => {
  const departments = parseCsv(text(town, 'departments.csv')).rows;
  assert.equal(departments.length, 12);
  const people = parseCsv(text(town, 'people.csv')).rows;
  const roles = ['auditor', 'call_taker', 'department_handler', 'deputy', 'front_desk', 'grid_worker', 'leader', 'mediator', 'operator', 'party',
    'security_auditor', 'supervisor', 'system_admin', 'verifier'];
  assert.deepEqual([...new Set(people.map(p => p.role))].sort(), roles);
  const logins = people.filter(p => p.role !== 'party').map(p => p.login);
  assert.equal(new Set(logins).size, logins.length);
  const codes = new Set(readAreas(town).map(a => a.properties.code));
  for (const person of people) {
    assert.match(person.phone!, /^1990000\d{4}$/);
    assert.ok(person.areas!.split(' ').every(code => codes.has(code)), person.login);
    assert.ok(person.department === '' || departments.some(d => d.code === person.department));
  }
  assert.equal(people.filter(p => p.role === 'grid_worker').length, 39);
});

test('other numbers of cameras, another address and name', () => {
  const small = make('small', '--cameras', '25', '--camera-url', 'rtsp://h:9/{n}-{profile}', '--name', '测试镇', '--no-tiles');
  const { rows } = parseCsv(text(small, 'cameras.csv'));
  assert.deepEqual([rows.length, rows[24]!.url, rows[24]!.sub_url], [25, 'rtsp://h:9/25-main', 'rtsp://h:9/25-sub']);
  assert.equal(JSON.parse(text(small, 'town.json')).name, '测试镇');
  const large = make('large', '--cameras', '3000', '--no-tiles');
  const byCode = new Map(cells(readAreas(large)).map(cell => [cell.properties.code, cell]));
  const many = parseCsv(text(large, 'cameras.csv')).rows;
  assert.equal(many.length, 3000);
  for (const camera of many) assert.ok(inside([Number(camera.lon), Number(camera.lat)], ring(byCode.get(camera.area!)!)), camera.name);
});

test('wrong arguments are one clear line', () => {
  const run = (...args: string[]) => spawnSync(join(top, 'tools/node'), [join(top, 'tools/town/town.ts'), ...args], { encoding: 'utf8' });
  for (const [args, reason] of [[[], /--out DIR is missing/], [['--out', work, '--cameras', 'many'], /--cameras: expected a whole number/],
    [['--out', work, '--colour'], /--colour/]] as [string[], RegExp][]) {
    const { status, stderr } = run(...args);
    assert.equal(status, 2);
    assert.match(stderr, reason);
    assert.equal(stderr.trim().split('\n').length, 1);
  }
});

test('the base map is MBTiles 1.3 with the documented layers', () => {
  const file = join(town, 'base.mbtiles');
  const metadata = readMetadata(file);
  assert.deepEqual(['format', 'minzoom', 'maxzoom', 'name'].map(k => metadata.get(k)), ['pbf', '10', '16', '清溪镇']);
  assert.equal(metadata.get('bounds')!.split(',').length, 4);
  assert.ok(metadata.get('attribution'));
  const described = JSON.parse(metadata.get('json')!).vector_layers.map((l: { id: string }) => l.id);
  const layers = ['land', 'landuse', 'water', 'river', 'building', 'road', 'area', 'label'];
  assert.deepEqual(described, layers);
  assert.deepEqual([...countTiles(file).keys()], [10, 11, 12, 13, 14, 15, 16]);
  const about = JSON.parse(text(town, 'town.json'));
  const overview = readTile(file, 12, about.centre)!;
  assert.deepEqual(overview.map(l => l.name), layers);
  const close = new Map(readTile(file, 16, about.centre)!.map(l => [l.name, l.features]));
  assert.ok(close.get('building')!.length > 20 && close.get('building')!.every(f => f.type === 3));
  assert.ok(close.get('road')!.some(f => f.properties.class === 1) && close.get('road')!.some(f => f.properties.class === 3));
  const kinds = new Set(overview.find(l => l.name === 'label')!.features.map(f => f.properties.kind));
  assert.ok(kinds.has('village') && kinds.has('cell') && !kinds.has('poi'));
});

test('both styles are valid and draw only layers that exist', () => {
  const layers = JSON.parse(readMetadata(join(town, 'base.mbtiles')).get('json')!).vector_layers.map((l: { id: string }) => l.id);
  for (const name of ['style.json', 'style-light.json']) {
    const style = JSON.parse(text(town, name));
    assert.deepEqual(styleErrors({ ...style, sources: { base: { ...style.sources.base, tiles: ['http://h/{z}/{x}/{y}'] } } }), []);
    for (const layer of style.layers) assert.ok(layer.type === 'background' || layers.includes(layer['source-layer']), layer.id);
    assert.equal(style.glyphs, undefined);
  }
  assert.deepEqual(styleErrors({ version: 8, sources: {}, layers: [{ id: 'x', type: 'line' }] }).length > 0, true);
});
