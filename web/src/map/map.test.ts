import { describe, expect, it } from 'vitest';
import type { CameraState } from '../wire/messages.ts';
import { readAddress, writeAddress } from './address.ts';
import { clusters, isAbnormal, worstOf, type Marked } from './cluster.ts';
import { contains, distanceM, Projection, scaleBar, toLonLat, toWorld, type LonLat } from './ground.ts';
import { leaderEnd, meets, overlaps, placeCards, placeNames, type Ground, type Wanted } from './placement.ts';
import { alongLine, inCircle } from './select.ts';
import { placeAlerts, type Labelled } from './alertPlaces.ts';
import { outlineOf } from './warnings.ts';

const here: LonLat = [111.861163, 27.911638];

describe('ground', () => {
  it('projects to the screen and back', () => {
    const projection = new Projection({ center: here, zoom: 15.3, width: 800, height: 600 });
    expect(projection.toScreen(toWorld(here))).toEqual({ x: 400, y: 300 });
    const [lon, lat] = toLonLat(projection.fromScreen({ x: 400, y: 300 }));
    expect(lon).toBeCloseTo(here[0], 9);
    expect(lat).toBeCloseTo(here[1], 9);
    const east = projection.fromScreen({ x: 500, y: 300 });
    expect(distanceM(here, toLonLat(east))).toBeCloseTo(100 * projection.metresPerPx, 1);
  });
  it('chooses a round length for the scale', () => {
    expect(scaleBar(1, 120)).toEqual({ metres: 100, px: 100 });
    expect(scaleBar(0.5, 120)).toEqual({ metres: 50, px: 100 });
    expect(scaleBar(2, 120).metres).toBe(200);
  });
  it('knows what lies inside an area with a hole', () => {
    const square = (r: number): number[][] => [[-r, -r], [r, -r], [r, r], [-r, r], [-r, -r]];
    const area = { type: 'Polygon' as const, coordinates: [square(2), square(1)] };
    expect(contains(area, [1.5, 0])).toBe(true);
    expect(contains(area, [0.5, 0])).toBe(false);
    expect(contains(area, [2.5, 0])).toBe(false);
  });
});

describe('selection', () => {
  const at = (id: string, eastM: number, northM: number) => ({
    id, lat: here[1] + northM / 111_319.5,
    lon: here[0] + eastM / (111_319.5 * Math.cos((here[1] * Math.PI) / 180)),
  });
  const cameras = [at('c3', 300, 0), at('c1', 50, 0), at('c2', 0, 140), { id: 'c4', lon: null, lat: null }];
  it('takes the cameras of a circle, nearest first', () => {
    expect(inCircle(cameras, here, 150).map((c) => c.id)).toEqual(['c1', 'c2']);
    expect(inCircle(cameras, here, 301).map((c) => c.id)).toEqual(['c1', 'c2', 'c3']);
  });
  it('takes the cameras along a line in the order of passing', () => {
    const place = (eastM: number, northM: number): LonLat => {
      const { lon, lat } = at('', eastM, northM);
      return [lon, lat];
    };
    const line = [place(400, 10), place(-100, 10)];
    expect(alongLine(cameras, line, 30).map((c) => c.id)).toEqual(['c3', 'c1']);
    const bent = [place(310, 0), place(0, 0), place(0, 200)];
    expect(alongLine(cameras, bent, 30).map((c) => c.id)).toEqual(['c3', 'c1', 'c2']);
    expect(alongLine(cameras, [place(0, 500), place(0, 900)], 30)).toEqual([]);
  });
});

describe('clusters', () => {
  const mark = (n: number, x: number, y: number, state: CameraState = 'live', reason: string | null = null): Marked =>
    ({ n, world: { x, y }, state, reason });
  const some = [mark(1, 0.1, 0.1), mark(2, 2.5, 2), mark(3, 3.5, 3.5, 'down', 'no_data'), mark(4, 90, 90)];
  it('joins marks that lie on each other and tells the worst of them', () => {
    const [one, ...others] = clusters(some, 1, 10);
    expect(others).toEqual([]);
    expect(one?.cameras).toEqual([1, 2, 3]);
    expect(one?.worst).toBe('down');
    expect(one?.world.x).toBeCloseTo(6.1 / 3);
  });
  it('leaves cameras alone that are told apart, however many there are', () => {
    const street = Array.from({ length: 300 }, (_, n) => mark(n, n * 20, 7));
    expect(clusters(street, 1, 19)).toEqual([]);
    expect(clusters(street, 1, 21).flatMap((cluster) => cluster.cameras).length).toBe(300);
  });
  it('leaves no two single marks on each other and none under the mark of a group', () => {
    // along streets, as towns have them
    const many = Array.from({ length: 1447 }, (_, n) => mark(n, (n * 7.3) % 1900, Math.floor(n / 60) * 41 + (n % 3)));
    for (const scale of [0.25, 0.5, 1, 2, 4]) {
      const found = clusters(many, scale, 12);
      const grouped = new Set(found.flatMap((cluster) => cluster.cameras));
      const alone = many.filter(({ n }) => !grouped.has(n));
      const far = (a: Marked, b: Marked): number => Math.hypot(a.world.x - b.world.x, a.world.y - b.world.y) * scale;
      expect(alone.some((a) => alone.some((b) => a !== b && far(a, b) < 12))).toBe(false);
    }
  });
  it('leaves out groups that are too few', () => {
    expect(clusters(some, 1, 10, 4)).toEqual([]);
  });
  it('counts every camera at most once', () => {
    const many = Array.from({ length: 500 }, (_, n) => mark(n, (n * 37) % 101, (n * 53) % 97));
    const all = clusters(many, 1, 30).flatMap((cluster) => cluster.cameras);
    expect(new Set(all).size).toBe(all.length);
  });
  it('leaves no two marks on each other', () => {
    const many = Array.from({ length: 800 }, (_, n) => mark(n, (n * 37) % 401, (n * 53) % 397));
    const found = clusters(many, 1, 15);
    expect(found.length).toBeGreaterThan(5);
    for (const a of found)
      for (const b of found)
        if (a !== b)
          expect(Math.abs(a.world.x - b.world.x) >= 64 || Math.abs(a.world.y - b.world.y) >= 30).toBe(true);
  });
  it('knows trouble', () => {
    expect(isAbnormal({ state: 'live', reason: 'frozen' })).toBe(true);
    expect(isAbnormal({ state: 'idle', reason: null })).toBe(false);
    expect(worstOf(['live', 'stale', 'sampled'])).toBe('stale');
  });
});

describe('cards', () => {
  const random = (seed: number) => () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const next = random(7);
  const wanted: Wanted[] = Array.from({ length: 120 }, (_, n) => ({
    n, at: { x: next() * 1400, y: next() * 900 }, width: n < 4 ? 208 : 144, height: n < 4 ? 141 : 105,
  }));
  const ground: Ground = {
    width: 1400, height: 900, marks: wanted.map((want) => want.at),
    taken: [{ x: 0, y: 0, width: 400, height: 60 }],
  };
  const cards = placeCards(wanted, ground, 40);
  it('fills the ground without any overlap', () => {
    expect(cards.length).toBeGreaterThan(20);
    cards.forEach((a, i) => {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(1400);
      expect(overlaps(a, ground.taken[0]!)).toBe(false);
      cards.forEach((b, k) => {
        if (i !== k) {
          expect(overlaps(a, b)).toBe(false);
          expect(meets(a.at, leaderEnd(a, a.at), b)).toBe(false);
        }
      });
    });
  });
  it('keeps a card where it was', () => {
    const kept = placeCards(
      wanted.map((want) => {
        const card = cards.find((one) => one.n === want.n);
        return { ...want, before: card && { x: card.x - want.at.x, y: card.y - want.at.y } };
      }), ground, 40);
    expect(kept[0]).toEqual(cards[0]);
  });
  it('never covers the mark of the most wanted', () => {
    const first = wanted[0]!.at;
    expect(cards.some((card) => overlaps(card, { x: first.x, y: first.y, width: 0, height: 0 }))).toBe(false);
  });
});

describe('names', () => {
  const name = (text: string, x: number, y: number) => ({ text, at: { x, y }, width: 60, height: 20 });
  it('go beside marks and each other, or stay away', () => {
    const mark = { x: 80, y: 88, width: 40, height: 24 };
    expect(placeNames([name('one', 100, 100), name('far', 400, 100)], [mark])).toEqual([
      { text: 'one', x: 100, y: 74 }, { text: 'far', x: 400, y: 100 },
    ]);
    const placed = placeNames(Array.from({ length: 9 }, (_, i) => name(`n${i}`, 100, 100)), []);
    expect(new Set(placed.map(({ y }) => y)).size).toBe(placed.length);
    expect(placed.length).toBeLessThan(9);
  });
});

describe('address', () => {
  it('says what is shown and reads it back', () => {
    const address = { at: { center: here, zoom: 16.25 }, cell: '330', camera: 'c0001' };
    expect(readAddress(writeAddress(address))).toEqual(address);
  });
  it('refuses what is no place', () => {
    for (const at of ['', '1,2', 'a,b,c', '200,0,3', '1,2,99', '1,2,3,4'])
      expect(readAddress({ at }).at, at).toBeNull();
  });
});

describe('labels of alerts', () => {
  const mark = (id: string, x: number, y: number): Labelled => ({ id, at: { x, y }, markPx: 32, width: 160, height: 42 });
  const ground = { width: 900, height: 700, taken: [{ x: 0, y: 0, width: 120, height: 48 }], names: [{ x: 300, y: 300, width: 60, height: 24 }] };
  it('cover no mark, no panel and not each other; a capsule gives way to them and to names', () => {
    const marks = Array.from({ length: 40 }, (_, i) => mark(`a${i}`, 60 + (i % 8) * 105, 80 + Math.floor(i / 8) * 120));
    const capsules = [{ id: 'c', at: { x: 330, y: 312 }, width: 200, height: 24 }];
    const { marks: boxes, labels, capsules: placed } = placeAlerts(marks, capsules, ground);
    expect(labels.length).toBeGreaterThan(0);
    const all = [...labels, ...placed];
    for (const label of all) {
      for (const box of [...boxes.values(), ...ground.taken]) expect(overlaps(label, box)).toBe(false);
      for (const other of all) if (other !== label) expect(overlaps(label, other)).toBe(false);
    }
    for (const capsule of placed) expect(overlaps(capsule, ground.names[0]!)).toBe(false);
  });
  it('go to the more urgent first; a bare mark has none', () => {
    const two = [mark('first', 400, 300), { ...mark('second', 404, 304), bare: true }];
    expect(placeAlerts(two, [], ground).labels.map(({ id }) => id)).toEqual(['first']);
  });
});

describe('the edge of a warned cell', () => {
  it('runs counter-clockwise, whichever way it was drawn', () => {
    const ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]];
    expect(outlineOf(ring)).toEqual(ring);
    expect(outlineOf([...ring].reverse())).toEqual(ring);
  });
});
