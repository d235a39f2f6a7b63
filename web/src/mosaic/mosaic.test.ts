import { describe, expect, it } from 'vitest';
import type { Camera } from '../wire/messages.ts';
import { countTown, matches, parseFilter } from './filter.ts';
import { MAX_LIVE, MAX_STREAMS, withinBudget, type Wish } from './ladder.ts';
import type { Layout, Tile } from './layout.ts';
import { cutEnd, cutStart } from './writing.ts';
import { cellAcross, neighbour, nextCell } from './steering.ts';
import { between, bounded, centredOn, zoomedAt } from './viewport.ts';
import type { Alert } from '../wire/alerts.ts';
import { affected, lifted, standing } from './lift.ts';

const WORLD = { x: 0, y: 0, width: 1900, height: 900 };
const ROOM = { x: 0, y: 0, width: 1900, height: 900 };

describe('what is too long for its place', () => {
  const measure = (text: string): number => [...text].length * 10;
  it('says that it was cut, at the end where names tell cameras apart at theirs', () => {
    expect(cutStart('石桥村05-12', 80, measure)).toBe('石桥村05-12');
    expect(cutStart('石桥村05-12', 60, measure)).toBe('…05-12');
    expect(cutEnd('青龙山社区', 40, measure)).toBe('青龙山…');
  });
  it('is left out rather than one character', () => expect(cutEnd('青龙山社区', 20, measure)).toBe(''));
});

describe('view of the mosaic', () => {
  it('is never smaller than the town nor beyond its edges', () => {
    expect(bounded({ x: -50, y: 2000, scale: 0.2 }, WORLD, ROOM, 20)).toEqual({ x: 0, y: 0, scale: 1 });
    expect(bounded({ x: 5000, y: 5000, scale: 2 }, WORLD, ROOM, 20)).toEqual({ x: 950, y: 450, scale: 2 });
    expect(bounded({ x: 0, y: 0, scale: 99 }, WORLD, ROOM, 20).scale).toBe(20);
  });
  it('keeps the point under the pointer where it is', () => {
    const view = { x: 100, y: 50, scale: 2 };
    const next = zoomedAt(view, 3, 400, 300);
    expect(next.x + 400 / next.scale).toBeCloseTo(view.x + 400 / view.scale);
    expect(next.y + 300 / next.scale).toBeCloseTo(view.y + 300 / view.scale);
  });
  it('centres a tile in the asked width', () => {
    const view = centredOn({ x: 500, y: 300, width: 32, height: 18 }, 640, ROOM);
    expect(view.scale).toBe(20);
    expect((500 + 16 - view.x) * view.scale).toBeCloseTo(950);
  });
  it('flies from one view to the other', () => {
    const from = { x: 0, y: 0, scale: 1 };
    const to = { x: 400, y: 200, scale: 8 };
    expect(between(from, to, 0)).toEqual(from);
    const end = between(from, to, 1);
    expect([end.x, end.y, end.scale].map((v) => Math.round(v))).toEqual([400, 200, 8]);
    const still = between({ x: 0, y: 0, scale: 2 }, { x: 10, y: 0, scale: 2 }, 0.5);
    expect(still).toEqual({ x: 5, y: 0, scale: 2 });
  });
});

describe('budget of streams', () => {
  const wish = (n: number): Wish => ({ camera: { n } as Camera, rung: 'live', profile: 'main' });
  it('gives live to the most wanted, keyframes to the next, nothing to the rest', () => {
    const given = withinBudget(Array.from({ length: 100 }, (_, n) => wish(n)));
    expect(given).toHaveLength(MAX_STREAMS);
    expect(given.filter(({ rung }) => rung === 'live').map(({ camera }) => camera.n)).toEqual(
      Array.from({ length: MAX_LIVE }, (_, n) => n),
    );
    expect(given.at(-1)).toMatchObject({ rung: 'key', profile: 'sub' });
  });
});

describe('moving by keys', () => {
  // two cells of 2 × 2 side by side, one below
  const tiles: Tile[] = [];
  const blocks = [[0, 0], [50, 0], [0, 60]].map(([x, y], block) => {
    for (let i = 0; i < 4; i++) {
      const [column, row] = [i % 2, Math.floor(i / 2)];
      tiles.push({ camera: { n: tiles.length } as Camera, x: x! + column * 20, y: y! + row * 12, block, column, row });
    }
    return { x, y, first: block * 4 } as unknown as Layout['blocks'][number];
  });
  const layout = { tiles, blocks, tileWidth: 18, tileHeight: 10 } as unknown as Layout;
  const at = (n: number): Tile => tiles[n]!;

  it('goes to the tile beside, also into the next cell', () => {
    expect(neighbour(layout, at(0), 1, 0)).toBe(at(1));
    expect(neighbour(layout, at(1), 1, 0)).toBe(at(4));
    expect(neighbour(layout, at(2), 0, 1)).toBe(at(8));
    expect(neighbour(layout, at(0), -1, 0)).toBeNull();
  });
  it('goes by cells', () => {
    expect(nextCell(layout, at(3), 1)).toBe(at(4));
    expect(nextCell(layout, at(0), -1)).toBe(at(8));
    expect(cellAcross(layout, at(5), 1)).toBe(at(8));
    expect(cellAcross(layout, at(0), -1)).toBeNull();
  });
});

describe('filter by state and reason', () => {
  const camera = (state: string, reason: string | null): Camera => ({ state, reason }) as Camera;
  it('counts each camera once by state and once by reason', () => {
    const { total, states, reasons } = countTown([
      camera('live', null),
      camera('down', 'unreachable'),
      camera('down', 'unreachable'),
      camera('live', 'frozen'),
      camera('disabled', null),
    ]);
    expect(total).toBe(5);
    expect(Object.fromEntries(states)).toEqual({ live: 2, down: 2, disabled: 1 });
    expect(Object.fromEntries(reasons)).toEqual({ unreachable: 2, frozen: 1 });
  });
  it('reads only what it knows', () => {
    expect(parseFilter('frozen')).toBe('frozen');
    expect(parseFilter('nonsense')).toBeNull();
    expect(matches(camera('live', 'frozen'), 'frozen')).toBe(true);
    expect(matches(camera('live', null), 'down')).toBe(false);
  });
});

describe('alerts lift tiles', () => {
  const alert = (id: string, priority: number, n: number): Alert => ({ id, priority, created_us: id.slice(1), device: String(n) }) as unknown as Alert;
  const of = (one: Alert): number => Number(one.device);
  it('one a camera, the most urgent; more than six lift only priority 1', () => {
    const all = affected([alert('a1', 3, 7), alert('a2', 1, 7), alert('a3', 2, 8)], of);
    expect(all.map(({ n, alert: { priority } }) => [n, priority])).toEqual([[7, 1], [8, 2]]);
    expect(lifted(all).lifted).toHaveLength(2);
    const many = affected(Array.from({ length: 9 }, (_, i) => alert(`a${i + 10}`, i === 4 ? 1 : 3, i)), of);
    expect(lifted(many).lifted.map(({ n }) => n)).toEqual([4]);
    expect(lifted(many).marked).toHaveLength(8);
  });
  it('over their place, inside, on no head and not on each other; a large tile stays', () => {
    const room = { width: 800, height: 600 };
    const head = { x: 0, y: 80, width: 800, height: 22 };
    const first = standing({ x: 5, y: 120, width: 33, height: 18 }, room, [head], [])!;
    expect(first.x).toBeGreaterThanOrEqual(0);
    expect(first.y).toBeGreaterThanOrEqual(head.y + head.height);
    const second = standing({ x: 40, y: 120, width: 33, height: 18 }, room, [head], [first])!;
    expect(second.x >= first.x + first.width || second.y >= first.y + first.height).toBe(true);
    const large = { x: 0, y: 120, width: 240, height: 135 };
    expect(standing(large, room, [head], [])).toBe(large);
  });
});
