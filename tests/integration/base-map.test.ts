// A town's base map by every way of docs/town-format.md: files that townwalld serves, services that browsers fetch from.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Person } from '../lib/client.ts';
import { startStack, stopStack } from '../lib/stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'townwall-base-map-'));
after(() => rmSync(dir, { recursive: true, force: true }));

interface Style { version: number; sources: Record<string, { type: string; tiles: string[]; attribution?: string }>; layers: { paint?: object }[] }

/** A folder with one town, one village and one cell, and this base map. */
function makeTown(name: string, baseMap: object): string {
  const town = join(dir, name);
  mkdirSync(town);
  const ring = [[120, 30], [120.1, 30], [120.1, 30.1], [120, 30.1], [120, 30]];
  const feature = (code: string, level: string, areaName: string): object => ({
    type: 'Feature', properties: { code, parent: code.slice(0, -3), level, name: areaName }, geometry: { type: 'Polygon', coordinates: [ring] },
  });
  writeFileSync(join(town, 'areas.geojson'), JSON.stringify({
    type: 'FeatureCollection',
    features: [feature('330999101', 'town', '小镇'), feature('330999101001', 'village', '小村'), feature('330999101001001', 'cell', '01网格')],
  }));
  writeFileSync(join(town, 'town.json'), JSON.stringify({
    name: '小镇', code: '330999101', centre: [120.05, 30.05], bounds: [120, 30, 120.1, 30.1], files: { areas: 'areas.geojson' }, base_map: baseMap,
  }));
  return town;
}

/** PMTiles 3 with one directory: tile 0/0/0 and one picture for all four of zoom 1. */
function makePmtiles(file: string): void {
  const tiles = [Buffer.from('tile of zoom 0'), Buffer.from('tile of zoom 1')];
  const [size0 = 0, size1 = 0] = tiles.map((tile) => tile.length);
  const directory = gzipSync(Buffer.from([2, 0, 1, 1, 4, size0, size1, 1, 0]));
  const header = Buffer.alloc(127);
  header.write('PMTiles\x03', 'latin1');
  const sections = [127, directory.length, 0, 0, 127 + directory.length, 0, 127 + directory.length, size0 + size1];
  sections.forEach((value, i) => header.writeBigUInt64LE(BigInt(value), 8 + 8 * i));
  Buffer.from([1, 2, 1, 2, 0, 1]).copy(header, 96); // clustered, gzip, plain, PNG, zoom 0 to 1
  writeFileSync(file, Buffer.concat([header, directory, ...tiles]));
}

async function withTown(town: string, check: (person: Person) => Promise<void>): Promise<void> {
  const stack = await startStack({ cameras: 0, simulator: false, town });
  try {
    await check(await Person.login(stack, 'operator'));
  } finally {
    await stopStack(stack);
  }
}

async function policy(person: Person): Promise<string> {
  return (await person.request('GET', '/')).headers.get('content-security-policy') ?? '';
}

test('a PMTiles file is served and drawn', { timeout: 120000 }, async () => {
  const town = makeTown('pmtiles', { kind: 'pmtiles', file: 'base.pmtiles', attribution: '© 测试' });
  makePmtiles(join(town, 'base.pmtiles'));
  await withTown(town, async (person) => {
    for (const [path, text] of [['0/0/0', 'tile of zoom 0'], ['1/1/0', 'tile of zoom 1']]) {
      const answer = await person.request('GET', `/api/v1/tiles/base/${path}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'image/png');
      assert.equal(await answer.text(), text);
    }
    assert.equal((await person.request('GET', '/api/v1/tiles/base/2/0/0')).status, 204);
    assert.equal((await person.request('GET', '/api/v1/tiles/base/1/2/0')).status, 400);
    const dark = await person.json<Style>('/api/v1/style/dark');
    assert.deepEqual(dark.sources.base?.tiles, ['/api/v1/tiles/base/{z}/{x}/{y}']);
    assert.equal(dark.sources.base?.type, 'raster');
    assert.equal(dark.sources.base?.attribution, '© 测试');
    assert.match(await policy(person), /connect-src 'self';/);
  });
});

test('pages may reach the map service of the town, and no other', { timeout: 120000 }, async () => {
  const town = makeTown('xyz', { kind: 'xyz', url: 'https://{s}.tiles.example/{z}/{x}/{y}.png', subdomains: ['a', 'b'] });
  await withTown(town, async (person) => {
    const light = await person.json<Style>('/api/v1/style/light');
    assert.deepEqual(light.sources.base?.tiles, ['https://a.tiles.example/{z}/{x}/{y}.png', 'https://b.tiles.example/{z}/{x}/{y}.png']);
    const pages = await policy(person);
    assert.match(pages, /connect-src 'self' https:\/\/a\.tiles\.example https:\/\/b\.tiles\.example;/);
    assert.match(pages, /script-src 'self';/);
  });
});

test('a key of a map service that others can read is not used, and the wall does without that map', { timeout: 120000 }, async () => {
  const town = makeTown('tianditu', { kind: 'tianditu', key_file: 'key' });
  writeFileSync(join(town, 'key'), 'a key\n');
  chmodSync(join(town, 'key'), 0o644);
  const stack = await startStack({ cameras: 0, simulator: false, town });
  try {
    const log = readFileSync(stack.path('logs', 'townwalld.log'), 'utf8');
    assert.match(log, /no base map: .*key: others can read this key: chmod 600/);
    assert.ok(!log.includes('a key'));
    const person = await Person.login(stack, 'operator');
    assert.equal((await person.request('GET', '/api/v1/style/dark')).status, 404);
    assert.match(await policy(person), /connect-src 'self';/);
  } finally {
    await stopStack(stack);
  }
});
