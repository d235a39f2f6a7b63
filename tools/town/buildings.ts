// Points of interest with their grounds, and the houses along roads and lanes.

import type { Areas, Cell, Village } from './areas.ts';
import { along, distance, heading, insideRing, nearestOnSegment, PlaceIndex, resample, type Point, type Ring } from './geometry.ts';
import type { Ground } from './land.ts';
import { randomStream, type Random } from './random.ts';
import { ROAD_HALF_WIDTH, type Network, type Road, type Settlement } from './roads.ts';

export type PoiKind =
    | 'government' | 'police' | 'court' | 'hospital' | 'clinic' | 'school' | 'market' | 'bus_station' | 'square'
    | 'village_office' | 'temple' | 'care_home' | 'fire_station' | 'water_gauge' | 'factory' | 'bridge';

export interface Poi {
    kind: PoiKind;
    name: string;
    name_en: string;
    at: Point;
    /** Where its gate opens to the road, and the direction from the road into it. */
    gate: Point;
    angle: number;
    cell: Cell;
}

export interface Building {
    ring: Ring;
    centre: Point;
    kind: 'house' | PoiKind;
}

export interface Buildings {
    pois: Poi[];
    buildings: Building[];
}

interface Yard { kind: PoiKind; name: string; name_en: string; cell: number; depth: number; width: number }

const yard = (kind: PoiKind, name: string, name_en: string, cell: number, width = 40, depth = 34): Yard =>
    ({ kind, name, name_en, cell, width, depth });

/** What the town as a whole has; `cell` is the cell's number. */
const TOWN_YARDS: Yard[] = [
    yard('government', '清溪镇人民政府', 'Town government', 7, 60, 46),
    yard('government', '镇综治中心', 'Governance centre', 8, 44, 34),
    yard('police', '清溪派出所', 'Police station', 9, 44, 36),
    yard('court', '清溪人民法庭', 'People’s tribunal', 10, 40, 32),
    yard('hospital', '清溪镇中心卫生院', 'Town hospital', 11, 64, 48),
    yard('school', '清溪中学', 'Qingxi Middle School', 11, 90, 70),
    yard('school', '清溪镇中心小学', 'Central Primary School', 9, 76, 60),
    yard('market', '清溪农贸市场', 'Farmers’ market', 7, 58, 44),
    yard('bus_station', '清溪汽车站', 'Bus station', 11, 56, 44),
    yard('square', '清溪文化广场', 'Culture square', 8, 66, 54),
    yard('fire_station', '清溪消防救援站', 'Fire station', 10, 40, 34),
    yard('market', '河西农贸市场', 'Hexi market', 13, 52, 40),
    yard('school', '河西小学', 'Hexi Primary School', 15, 66, 52),
    yard('square', '河西广场', 'Hexi square', 12, 52, 44),
    yard('care_home', '清溪镇敬老院', 'Care home', 14, 46, 38),
    yard('factory', '清溪竹木厂', 'Bamboo works', 15, 74, 52),
    yard('school', '柳林小学', 'Liulin Primary School', 1, 58, 46),
    yard('temple', '石桥祠堂', 'Shiqiao ancestral hall', 5, 30, 26),
    yard('temple', '双庙', 'Twin temples', 25, 34, 28),
    yard('school', '下湾小学', 'Xiawan Primary School', 20, 56, 44),
    yard('factory', '东岭采石场', 'Dongling quarry', 29, 70, 56),
    yard('factory', '清溪茶厂', 'Tea works', 30, 60, 44),
    yard('school', '南坪小学', 'Nanping Primary School', 32, 56, 44),
    yard('temple', '白塔', 'White pagoda', 22, 26, 26),
];

function villageYards(village: Village): Yard[] {
    const { name, name_en, short, kind } = village.plan;
    const cell = village.cells[0].index + 1;
    const office = kind === 'community' ? `${name}居委会` : `${name}村委会`.replace('村村', '村');
    return [
        yard('village_office', office, `${name_en} office`, cell, 34, 28),
        yard('square', `${short}文化广场`, `${name_en} square`, village.cells[village.cells.length - 1].index + 1, 38, 32),
        yard('clinic', `${short}卫生室`, `${name_en} clinic`, cell, 24, 20),
    ];
}

/** Which ground is taken, as circles. */
class Taken {
    private readonly index = new PlaceIndex<{ at: Point; radius: number }>(40);
    add(at: Point, radius: number): void {
        const r: Point[] = [[at[0] - radius, at[1] - radius], [at[0] + radius, at[1] + radius]];
        this.index.add(r, { at, radius });
    }
    free(at: Point, radius: number): boolean {
        for (const other of this.index.near(at, radius + 40))
            if (distance(at, other.at) < radius + other.radius)
                return false;
        return true;
    }
}

function box(centre: Point, angle: number, width: number, depth: number): Ring {
    const corner = (u: number, v: number): Point => along(along(centre, angle, (u * width) / 2), angle + Math.PI / 2, (v * depth) / 2);
    return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)];
}

/** A house with a wing. */
function ell(centre: Point, angle: number, width: number, depth: number): Ring {
    const corner = (u: number, v: number): Point => along(along(centre, angle, (u * width) / 2), angle + Math.PI / 2, (v * depth) / 2);
    return [corner(-1, -1), corner(1, -1), corner(1, 0.1), corner(0.05, 0.1), corner(0.05, 1), corner(-1, 1), corner(-1, -1)];
}

function clearOfRoads(network: Network, centre: Point, radius: number): boolean {
    for (const { a, b, road } of network.segments.near(centre, radius + 10))
        if (distance(centre, nearestOnSegment(centre, a, b)) < radius + ROAD_HALF_WIDTH[road.class])
            return false;
    return true;
}

interface Frontage { at: Point; angle: number; road: Road }

/** Places along the roads near a settlement, every `step` metres. */
function frontages(network: Network, place: Settlement, step: number): Frontage[] {
    const out: Frontage[] = [];
    for (const road of network.roads) {
        const line = resample(road.line, step);
        for (let i = 0; i + 1 < line.length; i++)
            if (distance(line[i], place.centre) < place.radius * 1.05)
                out.push({ at: line[i], angle: heading(line[i], line[i + 1]), road });
    }
    return out;
}

function placeYard(wish: Yard, areas: Areas, network: Network, ground: Ground, taken: Taken, random: Random): Poi {
    const cell = areas.cells[wish.cell - 1];
    const place = network.settlements[cell.index];
    const tries = random.shuffled(frontages(network, place, 15)).sort((a, b) => distance(a.at, place.centre) - distance(b.at, place.centre));
    for (const margin of [4, 0, -wish.depth / 2])
        for (const front of tries.slice(random.index(8)))
            for (const side of random.shuffled([-1, 1])) {
                const angle = front.angle + (side * Math.PI) / 2;
                const edge = along(front.at, angle, ROAD_HALF_WIDTH[front.road.class] + 2);
                const at = along(edge, angle, wish.depth / 2 + 2);
                const radius = Math.max(wish.width, wish.depth) / 2 + margin;
                if (!insideRing(at, cell.ring) || !insideRing(edge, cell.ring) || ground.inWater(at, wish.depth / 2))
                    continue;
                if (!taken.free(at, Math.max(8, radius)) || !clearOfRoads(network, at, Math.max(6, wish.depth / 2 + margin)))
                    continue;
                taken.add(at, radius);
                return { kind: wish.kind, name: wish.name, name_en: wish.name_en, at, gate: edge, angle, cell };
            }
    throw new Error(`no ground for ${wish.name} with this seed`);
}

function yardBuildings(poi: Poi, wish: Yard): Building[] {
    const side = poi.angle - Math.PI / 2;
    const block = (u: number, v: number, width: number, depth: number): Building => {
        const centre = along(along(poi.at, side, u), poi.angle, v);
        return { ring: box(centre, side, width, depth), centre, kind: poi.kind };
    };
    const { width, depth } = wish;
    if (poi.kind === 'square')
        return [block(0, depth * 0.36, width * 0.4, 8)];
    if (poi.kind === 'market' || poi.kind === 'bus_station')
        return [block(0, depth * 0.12, width * 0.8, depth * 0.5)];
    if (width < 36)
        return [block(0, depth * 0.15, width * 0.75, depth * 0.5)];
    return [
        block(0, depth * 0.32, width * 0.8, depth * 0.26),
        block(-width * 0.34, -depth * 0.08, width * 0.2, depth * 0.4),
        block(width * 0.34, -depth * 0.12, width * 0.2, depth * 0.3),
    ];
}

function rowOfHouses(road: Road, network: Network, areas: Areas, ground: Ground, taken: Taken, random: Random, out: Building[]): void {
    const nearest = (p: Point) => network.settlements.reduce((best, s) =>
        distance(p, s.centre) / s.radius < distance(p, best.centre) / best.radius ? s : best);
    for (const side of [-1, 1]) {
        const line = resample(road.line, 13.5);
        for (let i = 0; i + 1 < line.length; i++) {
            const place = nearest(line[i]);
            const out01 = distance(line[i], place.centre) / place.radius;
            const chance = out01 < 1.15 ? (0.5 + 0.5 * place.density) * (1 - 0.45 * out01 * out01) : out01 < 2.2 ? 0.1 : 0.02;
            if (!random.chance(chance) || !insideRing(line[i], areas.ring))
                continue;
            const big = place.density > 0.7 && random.chance(0.16);
            const width = big ? random.between(20, 34) : random.between(9, 13.5);
            const depth = big ? random.between(12, 16) : random.between(8, 12);
            const angle = heading(line[i], line[i + 1]) + random.between(-0.07, 0.07);
            const rows = place.density > 0.3 && out01 < 0.95 && road.class > 1 && random.chance(0.5) ? 2 : 1;
            for (let row = 0; row < rows; row++) {
                const offset = ROAD_HALF_WIDTH[road.class] + 3 + random.between(0, 2.5) + depth / 2 + row * (depth + random.between(4, 9));
                const centre = along(line[i], angle + (side * Math.PI) / 2, offset);
                const radius = (width + depth) / 4;
                if (!taken.free(centre, radius) || !clearOfRoads(network, centre, depth / 2 + 0.5) || ground.inWater(centre, radius))
                    continue;
                taken.add(centre, radius * 0.94);
                const shape = !big && random.chance(0.22) ? ell : box;
                out.push({ ring: shape(centre, angle, width, depth), centre, kind: 'house' });
            }
        }
    }
}

export function makeBuildings(ground: Ground, areas: Areas, network: Network, seed: number): Buildings {
    const taken = new Taken();
    const random = randomStream(seed, 'buildings');
    const pois: Poi[] = [];
    const buildings: Building[] = [];
    for (const wish of [...TOWN_YARDS, ...areas.villages.flatMap(villageYards)]) {
        const poi = placeYard(wish, areas, network, ground, taken, random);
        pois.push(poi);
        buildings.push(...yardBuildings(poi, wish));
    }
    for (const road of network.roads)
        rowOfHouses(road, network, areas, ground, taken, random, buildings);
    const named = new Set<string>();
    for (const bridge of network.bridges.filter(b => b.big)) {
        const cell = areas.cellAt(bridge.at);
        if (!cell)
            continue;
        const { short, name_en: english } = cell.village.plan;
        const name = named.size === 0 ? '清溪大桥' : named.has(`${short}桥`) ? `${short}${cell.number}桥` : `${short}桥`;
        named.add(name);
        pois.push({ kind: 'bridge', name, name_en: `${english} Bridge`, at: bridge.at, gate: bridge.at, angle: bridge.angle, cell });
    }
    return { pois, buildings };
}
