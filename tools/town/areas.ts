// The place tree: town, villages and communities, grid cells, with polygons that tile the town.

import { along, distance, innerPoint, insideRing, ringArea, segmentCrossing, type Line, type Point, type Ring } from './geometry.ts';
import type { Ground } from './land.ts';
import { borders, nearestPoint, reach, ringsAround, softened, type Arc } from './mesh.ts';
import { TOWN, VILLAGES, type VillagePlan } from './plan.ts';
import { randomStream } from './random.ts';

export interface Cell {
    index: number;
    /** "01" to "39" */
    number: string;
    code: string;
    name: string;
    name_en: string;
    village: Village;
    /** Where its settlement stands. */
    centre: Point;
    ring: Ring;
    label: Point;
    /** Cameras in the full town. */
    cameras: number;
}

export interface Village {
    index: number;
    code: string;
    plan: VillagePlan;
    cells: Cell[];
    ring: Ring;
    label: Point;
}

export interface Areas {
    villages: Village[];
    cells: Cell[];
    ring: Ring;
    label: Point;
    arcs: Arc[];
    cellAt(p: Point): Cell | undefined;
}

/** Where the settlements of a village's cells lie: the first in its middle or, for two, at both sides. */
function cellCentres(village: VillagePlan, seed: number): Point[] {
    const random = randomStream(seed, `cells/${village.name}`);
    const count = village.cameras.length;
    const turn = random.between(0, 2 * Math.PI);
    if (count === 1)
        return [village.at];
    const urban = village.kind === 'community';
    const around = count > 3 ? count - 1 : count;
    const radius = count === 2 ? 480 : urban ? 590 : 520;
    const outer = Array.from({ length: around }, (_, i) => {
        const angle = turn + (i / around) * 2 * Math.PI + random.between(-0.25, 0.25);
        return along(village.at, angle, radius * random.between(0.9, 1.15));
    });
    outer.sort((a, b) => b[1] - b[0] * 0.5 - (a[1] - a[0] * 0.5));
    return count > 3 ? [village.at, ...outer] : outer;
}

export function plannedCentres(seed: number): Point[] {
    return VILLAGES.flatMap(village => cellCentres(village, seed));
}

function skeleton(seed: number): Village[] {
    let number = 0;
    const next = { community: 1, village: 200 };
    return VILLAGES.map((plan, index) => {
        const code = TOWN.code + String(next[plan.kind]++).padStart(3, '0');
        const village: Village = { index, code, plan, cells: [], ring: [], label: plan.at };
        village.cells = cellCentres(plan, seed).map((centre, i) => {
            number++;
            const two = String(number).padStart(2, '0');
            return {
                index: number - 1,
                number: two,
                code: code + String(number).padStart(3, '0'),
                name: `${plan.name}${two}网格`,
                name_en: `${plan.name_en} grid cell ${two}`,
                village,
                centre,
                ring: [],
                label: centre,
                cameras: plan.cameras[i],
            };
        });
        return village;
    });
}

function crossesLine(a: Point, b: Point, line: Line): boolean {
    for (let i = 1; i < line.length; i++)
        if (segmentCrossing(a, b, line[i - 1], line[i]))
            return true;
    return false;
}

/** Which cell each mesh point belongs to: the one that is cheapest to come from. -1 is outside the town. */
function grow(ground: Ground, cells: Cell[]): Int32Array {
    const { mesh } = ground;
    const barriers = [
        { line: ground.river.line, cost: 900 },
        ...ground.brooks.map(brook => ({ line: brook.line, cost: 260 })),
        ...ground.highways.map(highway => ({ line: highway.line, cost: 90 })),
    ];
    const owned = mesh.points.map(p => ground.inTown(p));
    const cost = (a: number, b: number) => {
        if (!owned[a] || !owned[b])
            return Infinity;
        const [p, q] = [mesh.points[a], mesh.points[b]];
        const water = barriers.reduce((sum, barrier) => sum + (crossesLine(p, q, barrier.line) ? barrier.cost : 0), 0);
        return distance(p, q) * (1 + 0.5 * ground.relief(q)) + water;
    };
    const sources = cells.map(cell => nearestPoint(mesh, cell.centre));
    return reach(mesh, sources, cost).owner;
}

function onlyRing(arcs: Arc[], wanted: (cell: number) => boolean, what: string): Ring {
    const rings = ringsAround(arcs, wanted);
    if (rings.length !== 1 || ringArea(rings[0]) <= 0)
        throw new Error(`${what} is not one simple piece of ground with this seed`);
    return rings[0];
}

export function makeAreas(ground: Ground, seed: number): Areas {
    const villages = skeleton(seed);
    const cells = villages.flatMap(village => village.cells);
    for (const cell of cells)
        cell.centre = ground.mesh.points[nearestPoint(ground.mesh, cell.centre)];
    const owner = grow(ground, cells);
    const arcs = softened(borders(ground.mesh, owner), ground.warp, 26);
    for (const cell of cells) {
        cell.ring = onlyRing(arcs, label => label === cell.index, cell.name);
        cell.label = innerPoint(cell.ring);
    }
    for (const village of villages) {
        village.ring = onlyRing(arcs, label => label >= 0 && cells[label].village === village, village.plan.name);
        village.label = insideRing(village.plan.at, village.ring) ? village.plan.at : village.cells[0].centre;
    }
    const ring = onlyRing(arcs, label => label >= 0, TOWN.name);
    return {
        villages,
        cells,
        ring,
        label: cells[6].centre,
        arcs,
        cellAt: p => cells.find(cell => insideRing(p, cell.ring)),
    };
}
