import { describe, expect, it } from 'vitest';
import type { Area } from '../stores/areas.ts';
import type { Camera } from '../wire/messages.ts';
import { GAP_PX, groupTown, layTown } from './layout.ts';

/** A town of 21 villages with 39 cells and the given number of cameras, by arithmetic alone. */
function town(count: number): { areas: Area[]; cameras: Camera[] } {
  const geometry: Area['geometry'] = { type: 'Polygon', coordinates: [] };
  const areas: Area[] = [];
  const cells: string[] = [];
  for (let v = 0; v < 21; v++) {
    const code = `v${v}`;
    const label: [number, number] = [100 + (v % 5) * 0.01, 30 + Math.floor(v / 5) * 0.01];
    areas.push({
      type: 'Feature',
      geometry,
      properties: { code, parent: 't', level: 'village', name: code, label },
    });
    for (let c = 0; c < (v < 18 ? 2 : 1); c++) {
      cells.push(`${code}c${c}`);
      areas.push({
        type: 'Feature',
        geometry,
        properties: {
          code: `${code}c${c}`,
          parent: code,
          level: 'cell',
          number: String(cells.length).padStart(2, '0'),
          name: '',
        },
      });
    }
  }
  const cameras = Array.from({ length: count }, (_, i) => {
    const area = cells[(i * i + 3 * i) % cells.length]!;
    return { n: i + 1, id: `c${i + 1}`, name: `n${i}`, area } as Camera;
  });
  return { areas, cameras };
}

const lay = (count: number, width: number, height: number) => {
  const { areas, cameras } = town(count);
  return layTown(groupTown(areas, cameras, (area) => area.properties.name, '?'), width, height);
};

describe('layout of the mosaic', () => {
  it.each([
    [1447, 1920, 936],
    [1447, 1520, 864],
    [240, 1920, 936],
    [1, 300, 200],
  ])('places %i cameras in %i × %i without overlap, all inside', (count, width, height) => {
    const { tiles, tileWidth, tileHeight } = lay(count, width, height);
    expect(new Set(tiles.map(({ camera }) => camera.n)).size).toBe(count);
    const taken = new Set<string>();
    for (const { x, y } of tiles) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + tileWidth).toBeLessThanOrEqual(width);
      expect(y + tileHeight).toBeLessThanOrEqual(height);
      taken.add(`${x} ${y}`);
    }
    expect(taken.size).toBe(count);
    const sorted = [...tiles].sort((a, b) => a.y - b.y || a.x - b.x);
    sorted.forEach((tile, i) => {
      const next = sorted[i + 1];
      if (next && next.y === tile.y) expect(next.x - tile.x).toBeGreaterThanOrEqual(tileWidth + GAP_PX);
    });
  });

  it('takes the whole town with tiles of at least 30 px on a full HD wall', () => {
    expect(lay(1447, 1920, 936).tileWidth).toBeGreaterThanOrEqual(30);
  });

  it('keeps pictures recognisable on a phone: four side by side, the town longer than the screen', () => {
    const { tileWidth, tiles, height } = lay(240, 390, 700);
    expect(tileWidth).toBeGreaterThan(80);
    expect(height).toBeGreaterThan(700);
    expect(Math.max(...tiles.map(({ y }) => y))).toBeLessThan(height);
  });

  it('lays cell under cell on a phone, none beside the screen', () => {
    const { tiles, tileWidth } = lay(600, 390, 700);
    expect(tiles).toHaveLength(600);
    expect(Math.max(...tiles.map(({ x }) => x + tileWidth))).toBeLessThanOrEqual(390);
    expect(tileWidth).toBeGreaterThanOrEqual(44);
  });

  it('leaves a corner free of tiles and heads', () => {
    const { areas, cameras } = town(1447);
    const corner = { width: 250, height: 268 };
    const layout = layTown(groupTown(areas, cameras, () => '', ''), 1920, 936, corner);
    expect(layout.tiles).toHaveLength(1447);
    const left = 1920 - corner.width;
    const top = layout.height - corner.height;
    for (const { x, y } of layout.tiles) expect(x + layout.tileWidth <= left || y + layout.tileHeight <= top).toBe(true);
    for (const { x, y, width } of layout.heads) expect(x + width <= left || y + 28 <= top).toBe(true);
    expect(layout.tileWidth).toBeGreaterThanOrEqual(30);
  });

  it('is the same whatever order the cameras come in', () => {
    const { areas, cameras } = town(300);
    const one = layTown(groupTown(areas, cameras, () => '', ''), 1920, 936);
    const two = layTown(groupTown(areas, [...cameras].reverse(), () => '', ''), 1920, 936);
    const places = (layout: typeof one) => layout.tiles.map((t) => [t.camera.id, t.x, t.y]);
    expect(places(two)).toEqual(places(one));
  });

  it('keeps cameras of unknown areas in a group of their own', () => {
    const { areas, cameras } = town(10);
    cameras[3]!.area = 'nowhere';
    const villages = groupTown(areas, cameras, () => 'known', 'other');
    expect(villages.at(-1)!.name).toBe('other');
    expect(villages.at(-1)!.cells[0]!.cameras).toEqual([cameras[3]]);
  });
});
