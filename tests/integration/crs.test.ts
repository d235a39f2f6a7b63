// Coordinates of Chinese maps: ours beside those of npm gcoord.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import gcoord from 'gcoord';
import { build } from '../lib/programs.ts';

type Position = [lon: number, lat: number];
const metre = 1 / 111_195; // of latitude, in degrees

/** Positions all over the box in which the offset applies, and some outside of it. */
function positions(count: number): Position[] {
  const found: Position[] = [];
  for (let i = 0; i < count; i++) found.push([73 + ((i * 0.754877666) % 1) * 64, 1 + ((i * 0.569840291) % 1) * 54]);
  return [...found, [2.35, 48.85], [-73.98, 40.75], [151.2, -33.87]];
}

function ours(crs: string, from: Position[]): Position[] {
  const { stdout, status } = spawnSync(join(build, 'tests/peers/crs-peer'), { input: from.map(([lon, lat]) => `${crs} ${lon} ${lat}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(status, 0);
  return stdout.trim().split('\n').map((line) => line.split(' ').map(Number) as Position);
}

function assertNear(got: Position[], wanted: Position[], degrees: number, what: string): void {
  assert.equal(got.length, wanted.length);
  got.forEach(([lon, lat], i) => {
    const [x, y] = wanted[i]!;
    assert.ok(Math.abs(lon - x) <= degrees && Math.abs(lat - y) <= degrees, `${what} of ${wanted[i]}: ${lon},${lat}`);
  });
}

const wgs = positions(20_000);

test('GCJ-02: the way there is that of gcoord, the way back comes out where it began', () => {
  const gcj = wgs.map((one) => gcoord.transform([...one], gcoord.WGS84, gcoord.GCJ02) as Position);
  assertNear(ours('to-GCJ02', wgs), gcj, 1e-10, 'GCJ-02');
  assertNear(ours('GCJ02', gcj), wgs, 1e-9, 'WGS-84');
  // gcoord's own way back stops at some metres
  assertNear(ours('GCJ02', wgs), wgs.map((one) => gcoord.transform([...one], gcoord.GCJ02, gcoord.WGS84) as Position), 5 * metre, 'back');
});

test('BD-09 and CGCS2000 lead back to within decimetres', () => {
  const bd = wgs.map((one) => gcoord.transform([...one], gcoord.WGS84, gcoord.BD09) as Position);
  assertNear(ours('BD09', bd), wgs, 0.5 * metre, 'WGS-84');
  assertNear(ours('CGCS2000', wgs), wgs, 1e-11, 'WGS-84');
});
