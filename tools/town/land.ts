// The ground: relief, river, brooks, ponds, the highways laid through it, and the mesh on which the rest grows.

import { along, distance, distanceToLine, heading, ribbon, spline, type Line, type Point, type Ring } from './geometry.ts';
import { meshOf, type Mesh } from './mesh.ts';
import { BROOKS, HIGHWAYS, PONDS, RIVER } from './plan.ts';
import { fractalNoise, randomStream, valueNoise } from './random.ts';

/** The mesh reaches this far from the origin, in metres east-west and north-south. */
export const EXTENT: Point = [7200, 5900];
const MESH_STEP = 165;

export interface Stream {
    name: string;
    name_en: string;
    line: Line;
    width: number;
    ring: Ring;
}

export interface Highway {
    ref: string;
    name: string;
    name_en: string;
    line: Line;
    /** Mesh points along the line, in order. */
    nodes: number[];
}

export interface Ground {
    mesh: Mesh;
    river: Stream;
    brooks: Stream[];
    ponds: { name: string; name_en: string; ring: Ring }[];
    highways: Highway[];
    /** 0 in the valley, about 1 on the hills. */
    relief(p: Point): number;
    /** Inside the town's natural limits (before borders are drawn). */
    inTown(p: Point): boolean;
    inWater(p: Point, margin: number): boolean;
    /** A gentle bending of the plane that makes straight things natural; it moves a point by ≤ 14 m. */
    warp(p: Point): Point;
}

function stream(source: { name: string; name_en: string; course: Point[] }, width: number, seed: number): Stream {
    const bend = fractalNoise(seed, `stream/${source.name}`, 900);
    const curve = spline(source.course, 60).map((p): Point => [p[0] + 110 * bend(p[0], p[1]), p[1] + 110 * bend(p[1], -p[0])]);
    const line = spline(curve.filter((_, i) => i % 2 === 0 || i === curve.length - 1), 25);
    const wide = valueNoise(seed, `width/${source.name}`, 0.08);
    return { name: source.name, name_en: source.name_en, line, width, ring: ribbon(line, t => (width / 2) * (1 + 0.28 * wide(t, 0))) };
}

function pond(source: (typeof PONDS)[number], seed: number): { name: string; name_en: string; ring: Ring } {
    const shore = fractalNoise(seed, `pond/${source.name}`, 1.4);
    const ring = Array.from({ length: 48 }, (_, i): Point => {
        const angle = (i / 48) * 2 * Math.PI;
        return along(source.at, angle, source.radius * (1 + 0.55 * shore(Math.cos(angle), Math.sin(angle))));
    });
    return { name: source.name, name_en: source.name_en, ring: [...ring, ring[0]] };
}

/** Every `step` metres along a line: pairs of points at both sides, or the point itself for `side` 0. */
function seeds(line: Line, step: number, side: number): Point[] {
    const out: Point[] = [];
    const every = Math.max(1, Math.round(step / distance(line[0], line[1])));
    for (let i = 0; i < line.length; i += every) {
        const angle = heading(line[Math.max(0, i - 1)], line[Math.min(line.length - 1, i + 1)]);
        if (side === 0)
            out.push(line[i]);
        else
            out.push(along(line[i], angle + Math.PI / 2, side), along(line[i], angle - Math.PI / 2, side));
    }
    return out;
}

const within = (p: Point) => Math.abs(p[0]) < EXTENT[0] && Math.abs(p[1]) < EXTENT[1];

export function makeGround(seed: number, centres: Point[]): Ground {
    const river = stream(RIVER, 76, seed);
    const brooks = BROOKS.map(brook => stream(brook, 13, seed));
    const ponds = PONDS.map(p => pond(p, seed));
    const lines = HIGHWAYS.map(highway => spline(highway.course, 30));
    const hills = fractalNoise(seed, 'relief', 2300);
    const coast = fractalNoise(seed, 'outline', 3400);
    const bendX = valueNoise(seed, 'warp/x', 140);
    const bendY = valueNoise(seed, 'warp/y', 140);

    // Special points come first and keep ordinary ones at a distance, so that borders can follow water and roads.
    const points: Point[] = [];
    const add = (candidates: Point[], clearance: number) => {
        for (const p of candidates)
            if (within(p) && points.every(q => distance(p, q) >= clearance))
                points.push(p);
    };
    add(lines.flatMap(line => seeds(line, 120, 0)), 60);
    add(centres, 55);
    add(seeds(river.line, 100, 62), 55);
    add(brooks.flatMap(brook => seeds(brook.line, 100, 40)), 55);
    const random = randomStream(seed, 'mesh');
    for (let y = -EXTENT[1]; y < EXTENT[1]; y += MESH_STEP)
        for (let x = -EXTENT[0]; x < EXTENT[0]; x += MESH_STEP)
            add([[x + random.between(0, MESH_STEP * 0.9), y + random.between(0, MESH_STEP * 0.9)]], 85);

    const mesh = meshOf(points);
    const highways = HIGHWAYS.map((highway, i) => ({
        ref: highway.ref,
        name: highway.name,
        name_en: highway.name_en,
        line: lines[i],
        nodes: points.flatMap((p, k) => (lines[i].includes(p) ? [k] : [])).sort((a, b) => lines[i].indexOf(points[a]) - lines[i].indexOf(points[b])),
    }));
    const streams = [river, ...brooks];
    const valley = (p: Point) => Math.min(1, Math.min(...streams.map(s => distanceToLine(p, s.line))) / 1500);
    return {
        mesh,
        river,
        brooks,
        ponds,
        highways,
        relief: p => Math.max(0, 0.55 * valley(p) + 0.45 * Math.hypot(p[0] / 5200, p[1] / 4400) ** 2 + 0.38 * hills(p[0], p[1]) - 0.12),
        inTown: p =>
            centres.some(c => distance(p, c) < 620) ||
            Math.hypot((p[0] + 100) / 5050, (p[1] - 100) / 4350) < 1 + 0.3 * coast(p[0], p[1]),
        inWater: (p, margin) =>
            streams.some(s => distanceToLine(p, s.line) < s.width * 0.62 + margin) ||
            PONDS.some(q => distance(p, q.at) < q.radius * 1.35 + margin),
        warp: p => [p[0] + 10 * bendX(p[0], p[1]), p[1] + 10 * bendY(p[0], p[1])],
    };
}
