// Where the cameras stand: gates, crossings, squares, the river, and along the streets, as many in each grid cell as
// the plan says.

import type { Areas, Cell } from './areas.ts';
import { along, compass, distance, distanceToLine, heading, insideRing, PlaceIndex, resample, type Point } from './geometry.ts';
import type { Buildings, Poi } from './buildings.ts';
import type { Ground } from './land.ts';
import { SOURCE_SYSTEMS, type Scene, type SourceSystem } from './plan.ts';
import { randomStream, type Random } from './random.ts';
import { ROAD_HALF_WIDTH, type Network } from './roads.ts';

export interface Camera {
    number: number;
    id: string;
    name: string;
    at: Point;
    cell: Cell;
    sourceSystem: SourceSystem;
    /** Compass degrees, whole. */
    azimuth: number;
    fov: number;
    scene: Scene;
    codec: 'h264' | 'h265';
    /** Where it is installed, in words. */
    place: string;
    kind: Kind;
}

type Kind = 'gate' | 'crossing' | 'street' | 'river' | 'square' | 'hall';

interface Spot {
    at: Point;
    /** Looking direction in radians. */
    angle: number;
    kind: Kind;
    place: string;
    /** Lower comes first. */
    rank: number;
}

const GATE_WORDS: Partial<Record<Poi['kind'], string>> = { square: '', bridge: '', water_gauge: '' };

function poiSpots(poi: Poi, random: Random): Spot[] {
    const side = poi.angle + Math.PI / 2;
    const word = GATE_WORDS[poi.kind] ?? '门前';
    const gate: Spot = { at: along(poi.gate, side, 5), angle: poi.angle - 0.3, kind: 'gate', place: poi.name + word, rank: 0 };
    if (poi.kind === 'bridge')
        return [
            { ...gate, at: along(poi.at, poi.angle, 46), angle: poi.angle + Math.PI, kind: 'river', place: `${poi.name}桥头`.replace('桥桥', '桥') },
            { ...gate, at: along(poi.at, poi.angle, -46), angle: poi.angle + 1.2, kind: 'river', place: `${poi.name}下游` },
        ];
    if (poi.kind === 'square')
        return [0, 1, 2].map(i => {
            const turn = poi.angle + (i * 2 * Math.PI) / 3 + random.between(-0.2, 0.2);
            return { ...gate, at: along(poi.at, turn, 17), angle: turn + Math.PI, kind: 'square', rank: i, place: poi.name };
        });
    const back: Spot = { ...gate, at: along(poi.at, side, 13), angle: side + Math.PI, place: `${poi.name}院内`, rank: 1.5 };
    const hall = ['government', 'hospital', 'market', 'bus_station', 'village_office', 'court', 'police', 'clinic'].includes(poi.kind);
    return hall ? [gate, { ...back, kind: 'hall', place: `${poi.name}大厅` }] : [gate, back];
}

function crossingSpots(network: Network, random: Random): Spot[] {
    return network.crossings.flatMap((crossing): Spot[] => {
        const place = crossing.class === 1 ? '公路路口' : crossing.class === 2 ? '村道路口' : '巷口';
        const count = crossing.class === 1 ? Math.min(4, crossing.arms.length) : crossing.class === 2 ? 2 : 1;
        return random.shuffled(crossing.arms).slice(0, count).map((arm, i) => ({
            at: along(crossing.at, arm + 2.5, 4 + 2.5 * ROAD_HALF_WIDTH[crossing.class] * 0.6),
            angle: arm,
            kind: crossing.class < 3 ? 'crossing' as const : 'street' as const,
            place,
            rank: crossing.class + (i > 1 ? 1.5 : 0) + random.between(0, 1.2),
        }));
    });
}

function streetSpots(network: Network, random: Random): Spot[] {
    return network.roads.flatMap(road => {
        const line = resample(road.line, road.class === 1 ? 160 : road.class === 2 ? 140 : 70);
        return line.slice(0, -1).map((p, i): Spot => {
            const angle = heading(p, line[i + 1]);
            const side = random.pick([-1, 1]);
            const settled = network.settlements.some(s => distance(s.centre, p) < s.radius);
            const words = road.class === 1 ? `${road.ref}沿线` : road.class === 2 ? '村道' : road.name ? `${road.name}中段` : '巷内';
            return {
                at: along(p, angle + (side * Math.PI) / 2, ROAD_HALF_WIDTH[road.class] + 1),
                angle: angle + (random.chance(0.5) ? Math.PI : 0),
                kind: 'street',
                place: words,
                rank: (settled ? 2.6 : 5) + random.between(0, 1.6),
            };
        });
    });
}

function waterSpots(ground: Ground, random: Random): Spot[] {
    const bank = resample(ground.river.line, 420).map((p, i, line): Spot => {
        const angle = heading(line[Math.max(0, i - 1)], line[Math.min(line.length - 1, i + 1)]);
        const side = i % 2 ? 1 : -1;
        return {
            at: along(p, angle + (side * Math.PI) / 2, ground.river.width * 0.62 + 6),
            angle: angle - side * 0.5, kind: 'river', place: '清溪河岸', rank: random.between(1.5, 3),
        };
    });
    const shores = ground.ponds.flatMap(pond => [0, 24].map((i): Spot => ({
        at: along(pond.ring[i], heading(pond.ring[24 - i], pond.ring[i]), 5),
        angle: heading(pond.ring[i], pond.ring[24 - i]), kind: 'river', place: `${pond.name}岸边`, rank: random.between(1.2, 2.4),
    })));
    return [...bank, ...shores];
}

/** The best `count` spots of a cell, spread out; closer ones, then second cameras on the same poles, fill the rest. */
function choose(spots: Spot[], count: number, cell: Cell, random: Random): Spot[] {
    const border = (p: Point) => distanceToLine(p, cell.ring);
    const inside = spots.filter(spot => insideRing(spot.at, cell.ring) && border(spot.at) > 1.5).sort((a, b) => a.rank - b.rank);
    const chosen: Spot[] = [];
    const taken = new Set<Spot>();
    for (const spacing of [34, 20, 9])
        for (const spot of inside) {
            if (chosen.length === count)
                return chosen;
            if (taken.has(spot) || chosen.some(other => distance(other.at, spot.at) < spacing))
                continue;
            taken.add(spot);
            chosen.push(spot);
        }
    const poles = chosen.length > 0 ? [...chosen] : [{ at: cell.label, angle: 0, kind: 'street' as const, place: '村道', rank: 9 }];
    for (let i = 0; chosen.length < count; i++) {
        const pole = poles[i % poles.length];
        const at = along(pole.at, random.between(0, 2 * Math.PI), 0.9);
        chosen.push({ ...pole, at, angle: pole.angle + Math.PI * random.between(0.6, 1.4) });
    }
    return chosen;
}

/** Splits `total` cameras over the cells as the plan does, by largest remainder. */
export function countsPerCell(cells: Cell[], total: number): number[] {
    const planned = cells.reduce((sum, cell) => sum + cell.cameras, 0);
    const exact = cells.map(cell => (cell.cameras * total) / planned);
    const counts = exact.map(Math.floor);
    const rest = exact.map((value, i) => ({ i, part: value - counts[i] })).sort((a, b) => b.part - a.part || a.i - b.i);
    let missing = total - counts.reduce((a, b) => a + b, 0);
    for (const { i } of rest)
        if (missing-- > 0)
            counts[i]++;
    return counts;
}

function sceneOf(kind: Kind, random: Random): Scene {
    if (kind === 'street')
        return random.pick(['day_street', 'day_street', 'night_street', 'rain'] as const);
    return kind;
}

const FOV: Record<Kind, number[]> = {
    gate: [84, 98, 54], crossing: [54, 84, 40], street: [54, 84, 40, 60], river: [40, 30, 60], square: [98, 110, 84], hall: [110, 98],
};

const SYSTEM: Record<Kind, SourceSystem[]> = {
    gate: ['自建', '综治视联网', '智慧公安'], crossing: ['天网工程', '天网工程', '雪亮工程', '智慧公安'], street: ['雪亮工程', '雪亮工程', '天网工程'],
    river: ['自建', '雪亮工程'], square: ['雪亮工程', '综治视联网', '智慧公安'], hall: ['综治视联网', '自建'],
};

export function makeCameras(ground: Ground, areas: Areas, network: Network, built: Buildings, total: number, seed: number): Camera[] {
    const random = randomStream(seed, 'cameras');
    const spots = [
        ...built.pois.flatMap(poi => poiSpots(poi, random)),
        ...crossingSpots(network, random),
        ...streetSpots(network, random),
        ...waterSpots(ground, random),
    ];
    const index = new PlaceIndex<Spot>(400);
    for (const spot of spots)
        index.add([spot.at], spot);
    const counts = countsPerCell(areas.cells, total);
    const cameras: Camera[] = [];
    for (const cell of areas.cells) {
        const reach = Math.max(...cell.ring.map(p => distance(p, cell.centre)));
        const own = randomStream(seed, `cameras/${cell.number}`);
        choose([...index.near(cell.centre, reach)], counts[cell.index], cell, own).forEach((spot, i) => {
            const number = cameras.length + 1;
            cameras.push({
                number,
                id: `c${String(number).padStart(4, '0')}`,
                name: `${cell.village.plan.short}${cell.number}-${String(i + 1).padStart(2, '0')}`,
                at: spot.at,
                cell,
                sourceSystem: own.chance(0.06) ? own.pick(SOURCE_SYSTEMS) : own.pick(SYSTEM[spot.kind]),
                azimuth: Math.round(compass(spot.angle)) % 360,
                fov: own.pick(FOV[spot.kind]),
                scene: sceneOf(spot.kind, own),
                codec: own.chance(0.1) ? 'h265' : 'h264',
                place: `${cell.village.plan.short}${spot.place}`.replace(`${cell.village.plan.short}${cell.village.plan.short}`, cell.village.plan.short),
                kind: spot.kind,
            });
        });
    }
    return cameras;
}
