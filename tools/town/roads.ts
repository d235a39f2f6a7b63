// The roads between the settlements (class 2), found as cheap ways on the mesh, and the lanes within them (class 3).

import type { Areas, Cell } from './areas.ts';
import {
    between, cutCorners, distance, distanceToLine, heading, lineLength, nearestOnSegment, PlaceIndex, relax, segmentCrossing,
    type Line, type Point,
} from './geometry.ts';
import type { Ground } from './land.ts';
import { nearestPoint, reach } from './mesh.ts';
import { HIGHWAYS, LANE_NAMES } from './plan.ts';
import { fractalNoise, randomStream, type Random } from './random.ts';

export interface Road {
    class: 1 | 2 | 3;
    line: Line;
    name: string;
    name_en: string;
    /** Sign on the road, as S314, or empty. */
    ref: string;
}

/** Where roads or lanes meet. */
export interface Crossing {
    at: Point;
    /** Directions of the arms in radians. */
    arms: number[];
    /** The best class among its arms. */
    class: 1 | 2 | 3;
}

export interface Bridge {
    at: Point;
    angle: number;
    stream: string;
    big: boolean;
}

export interface Settlement {
    cell: Cell;
    centre: Point;
    radius: number;
    /** Direction of its streets. */
    angle: number;
    /** 0 hamlet … 1 town centre */
    density: number;
    name: string;
}

export interface Network {
    roads: Road[];
    crossings: Crossing[];
    bridges: Bridge[];
    settlements: Settlement[];
    /** Road segments by place. */
    segments: PlaceIndex<{ a: Point; b: Point; road: Road }>;
}

export const ROAD_HALF_WIDTH = { 1: 7, 2: 3.6, 3: 2.2 } as const;

interface Graph {
    nodes: Point[];
    /** Neighbours of each node. */
    links: Map<number, Set<number>>;
}

function link(graph: Graph, a: number, b: number): void {
    for (const [from, to] of [[a, b], [b, a]])
        graph.links.set(from, (graph.links.get(from) ?? new Set()).add(to));
}

/** The graph's edges as lines from junction to junction; `stop` makes a node a junction. */
function chains(graph: Graph, stop: (node: number) => boolean): number[][] {
    const done = new Set<string>();
    const key = (a: number, b: number) => (a < b ? `${a},${b}` : `${b},${a}`);
    const ends = (node: number) => graph.links.get(node)!.size !== 2 || stop(node);
    const walk = (start: number, next: number) => {
        const chain = [start];
        for (let from = start, at = next; ; ) {
            done.add(key(from, at));
            chain.push(at);
            if (ends(at) || at === start)
                break;
            const onward = [...graph.links.get(at)!].find(n => n !== from)!;
            [from, at] = [at, onward];
        }
        return chain;
    };
    const out: number[][] = [];
    for (const pass of [true, false])
        for (const node of graph.links.keys())
            if (!pass || ends(node))
                for (const next of graph.links.get(node)!)
                    if (!done.has(key(node, next)))
                        out.push(walk(node, next));
    return out;
}

/** Pairs of settlements to join: a shortest tree over all of them and some more, nearest first. */
function joins(centres: Point[], random: Random): [number, number][] {
    const pairs = centres.flatMap((p, i) => centres.slice(i + 1).map((q, j) => ({ a: i, b: i + 1 + j, d: distance(p, q) })));
    pairs.sort((x, y) => x.d - y.d);
    const group = centres.map((_, i) => i);
    const find = (i: number): number => (group[i] === i ? i : (group[i] = find(group[i])));
    return pairs.flatMap(({ a, b, d }): [number, number][] => {
        if (find(a) !== find(b)) {
            group[find(a)] = find(b);
            return [[a, b]];
        }
        return d < 2500 && random.chance(0.42) ? [[a, b]] : [];
    });
}

function villageRoads(ground: Ground, centres: Point[], seed: number): { graph: Graph; onHighway: Set<number> } {
    const { mesh } = ground;
    const random = randomStream(seed, 'roads');
    const graph: Graph = { nodes: mesh.points, links: new Map() };
    const onHighway = new Set(ground.highways.flatMap(h => h.nodes));
    const highwayEdges = new Set(ground.highways.flatMap(h => h.nodes.slice(1).map((n, i) => `${h.nodes[i]},${n}`)));
    const isHighway = (a: number, b: number) => highwayEdges.has(`${a},${b}`) || highwayEdges.has(`${b},${a}`);
    const wet = (a: Point, b: Point) =>
        [ground.river, ...ground.brooks].some(s => s.line.some((p, i) => i > 0 && segmentCrossing(a, b, s.line[i - 1], p)));
    const memory = new Map<string, number>();
    const base = (a: number, b: number) => {
        const key = a < b ? `${a},${b}` : `${b},${a}`;
        let cost = memory.get(key);
        if (cost === undefined) {
            const [p, q] = [mesh.points[a], mesh.points[b]];
            cost = distance(p, q) * (1 + 1.4 * ground.relief(q)) + (wet(p, q) ? 700 : 0) + (ground.inWater(q, 4) ? 500 : 0);
            memory.set(key, cost);
        }
        return cost;
    };
    const points = centres.map(c => nearestPoint(mesh, c));
    for (const [a, b] of joins(centres, random)) {
        const cost = (p: number, q: number) => base(p, q) * (isHighway(p, q) ? 0.35 : graph.links.get(p)?.has(q) ? 0.4 : 1);
        const { previous } = reach(mesh, [points[a]], cost, points[b]);
        for (let at = points[b]; previous[at] >= 0; at = previous[at])
            if (!isHighway(at, previous[at]))
                link(graph, at, previous[at]);
    }
    return { graph, onHighway };
}

/** Remote places that get a road and a hamlet, so that no part of the town is out of reach. */
function outposts(areas: Areas, ground: Ground, seed: number): Point[] {
    const taken = areas.cells.map(cell => cell.centre);
    return randomStream(seed, 'outposts').shuffled(ground.mesh.points).filter(p => {
        const remote = taken.every(q => distance(p, q) > 980) && ground.inTown(p) && !ground.inWater(p, 120);
        if (!remote || distanceToLine(p, areas.ring) < 330)
            return false;
        taken.push(p);
        return true;
    });
}

function settlementsOf(areas: Areas, ground: Ground, graph: Graph, remote: Point[], seed: number): Settlement[] {
    const random = randomStream(seed, 'settlements');
    const out: Settlement[] = areas.cells.map(cell => {
        const urban = cell.village.plan.kind === 'community' && cell.village.cells.length > 1;
        const density = urban ? 0.75 + (cell.village.index === 2 ? 0.25 : 0) : 0.35 + Math.min(0.3, cell.cameras / 140);
        const radius = urban ? 470 : 210 + cell.cameras * 2.2;
        return { cell, centre: cell.centre, radius, angle: 0, density, name: cell.village.plan.short };
    });
    const hamlets = ['张家', '李家', '王家', '陈家', '刘家', '周家', '吴家', '黄家', '何家', '罗家', '邓家', '谢家', '彭家', '曾家'];
    const tails = ['冲', '湾', '坪', '坳', '屋场', '塘', '岭', '垅'];
    const nodes = random.shuffled([...graph.links.keys()]).map(node => graph.nodes[node]);
    for (const at of [...remote, ...nodes]) {
        const cell = areas.cellAt(at);
        const clear = out.every(s => distance(s.centre, at) > s.radius + 330);
        if (cell && clear && !ground.inWater(at, 60) && (ground.relief(at) < 0.8 || remote.includes(at)))
            out.push({ cell, centre: at, radius: random.between(95, 165), angle: 0, density: 0.2, name: random.pick(hamlets) + random.pick(tails) });
    }
    return out;
}

/** The streets of one settlement: a bent grid with gaps, tied to the roads that pass. False: no street meets a road. */
function lanesOf(place: Settlement, all: Settlement[], ground: Ground, network: Network, seed: number): boolean {
    const random = randomStream(seed, `lanes/${place.centre.join()}/${place.angle}`);
    const bend = fractalNoise(seed, 'lanes/bend', 420);
    const [stepX, stepY] = place.density > 0.7 ? [92, 58] : [86, 62];
    const reachX = Math.ceil((place.radius / stepX) * 1.3);
    const reachY = Math.ceil(place.radius / stepY) + 1;
    const graph: Graph = { nodes: [], links: new Map() };
    const index = new Map<string, number>();
    const byRoad = new Set<string>();
    const crossings = new Map<number, Road>();
    const wobble = 34 * (1.1 - place.density);
    for (let j = -reachY; j <= reachY; j++)
        for (let i = -reachX; i <= reachX; i++) {
            const u = i * stepX + random.between(-wobble, wobble) * 0.6;
            const v = (j + 0.5) * stepY + random.between(-wobble, wobble) * 0.5;
            const local: Point = [u + 60 * bend(u + place.centre[0], v), v + 60 * bend(v - place.centre[1], u)];
            const p: Point = [
                place.centre[0] + local[0] * Math.cos(place.angle) - local[1] * Math.sin(place.angle),
                place.centre[1] + local[0] * Math.sin(place.angle) + local[1] * Math.cos(place.angle),
            ];
            const out = Math.hypot(local[0] / place.radius, (local[1] / place.radius) * 1.3);
            const mine = all.every(s => s === place || distance(p, s.centre) / s.radius > out * 0.9);
            if (out > 1 + 0.5 * bend(p[1], p[0]) || !mine || ground.inWater(p, 14))
                continue;
            if (nearRoad(network, p, 20)) {
                byRoad.add(`${i},${j}`);
                continue;
            }
            index.set(`${i},${j}`, graph.nodes.push(p) - 1);
        }

    // Candidate edges; one that crosses a road becomes two, tied to the road at the crossing.
    const candidates: { a: number; b: number; weight: number }[] = [];
    for (const [key, a] of index) {
        const [i, j] = key.split(',').map(Number);
        for (const [di, dj] of [[1, 0], [0, 1]]) {
            const step = byRoad.has(`${i + di},${j + dj}`) ? 2 : 1;
            const b = index.get(`${i + step * di},${j + step * dj}`);
            if (b === undefined)
                continue;
            const hit = roadCrossing(network, graph.nodes[a], graph.nodes[b]);
            if (hit === 'bad')
                continue;
            const weight = random() + (di ? 0 : 0.25);
            if (!hit) {
                candidates.push({ a, b, weight });
                continue;
            }
            const node = graph.nodes.push(hit.at) - 1;
            crossings.set(node, hit.road);
            candidates.push({ a, b: node, weight: weight * 0.5 }, { a: b, b: node, weight: weight * 0.5 });
        }
    }
    if (crossings.size < 2)
        return false;
    keepConnected(graph, candidates, crossings, 0.3 + 0.45 * place.density, random);
    addLanes(graph, crossings, place, network, random);
    return true;
}

function nearRoad(network: Network, p: Point, margin: number): boolean {
    for (const { a, b, road } of network.segments.near(p, margin + 8))
        if (road.class < 3 && distance(p, nearestOnSegment(p, a, b)) < margin)
            return true;
    return false;
}

function roadCrossing(network: Network, p: Point, q: Point): { at: Point; road: Road } | 'bad' | null {
    let found: { at: Point; road: Road } | null = null;
    for (const { a, b, road } of network.segments.near(between(p, q, 0.5), distance(p, q) / 2 + 8)) {
        const at = segmentCrossing(p, q, a, b);
        if (!at)
            continue;
        const slant = Math.abs(Math.sin(heading(p, q) - heading(a, b)));
        if (found || slant < 0.55)
            return 'bad';
        found = { at, road };
    }
    return found;
}

/** Links a tree that hangs on the roads, then a share of the other candidates; what hangs on nothing is left out. */
function keepConnected(
    graph: Graph, candidates: { a: number; b: number; weight: number }[], crossings: Map<number, Road>, share: number, random: Random,
): void {
    const root = graph.nodes.length;
    const group = Array.from({ length: root + 1 }, (_, i) => i);
    const find = (i: number): number => (group[i] === i ? i : (group[i] = find(group[i])));
    for (const node of crossings.keys())
        group[find(node)] = find(root);
    const rest: typeof candidates = [];
    const tree: typeof candidates = [];
    for (const edge of [...candidates].sort((x, y) => x.weight - y.weight)) {
        if (find(edge.a) === find(edge.b)) {
            rest.push(edge);
            continue;
        }
        group[find(edge.a)] = find(edge.b);
        tree.push(edge);
    }
    for (const edge of [...tree, ...rest.filter(() => random.chance(share))])
        if (find(edge.a) === find(root))
            link(graph, edge.a, edge.b);
}

function addLanes(graph: Graph, crossings: Map<number, Road>, place: Settlement, network: Network, random: Random): void {
    const straight = (node: number) => {
        const [a, b] = [...graph.links.get(node)!].map(n => graph.nodes[n]);
        return Math.abs(Math.sin(heading(a, graph.nodes[node]) - heading(graph.nodes[node], b))) < 0.5;
    };
    for (const chain of chains(graph, node => crossings.has(node) || !straight(node))) {
        const line = cutCorners(relax(chain.map(n => graph.nodes[n]), 1), 2);
        const named = place.density > 0.7 && lineLength(line) > 150;
        const name = named ? random.pick(LANE_NAMES) : '';
        addRoad(network, { class: 3, line, name, name_en: '', ref: '' });
    }
    for (const [node, next] of graph.links) {
        const road = crossings.get(node);
        const arms = [...next].map(n => heading(graph.nodes[node], graph.nodes[n]));
        if (road)
            network.crossings.push({ at: graph.nodes[node], arms: [...arms, ...armsOf(road.line, graph.nodes[node])], class: road.class });
        else if (next.size > 2)
            network.crossings.push({ at: graph.nodes[node], arms, class: 3 });
    }
}

/** Both directions of a line at the point of it nearest to p. */
function armsOf(line: Line, p: Point): number[] {
    let best = 1;
    for (let i = 1; i < line.length; i++)
        if (distance(p, nearestOnSegment(p, line[i - 1], line[i])) < distance(p, nearestOnSegment(p, line[best - 1], line[best])))
            best = i;
    const angle = heading(line[best - 1], line[best]);
    return [angle, angle + Math.PI];
}

function addRoad(network: Network, road: Road): void {
    network.roads.push(road);
    for (let i = 1; i < road.line.length; i++)
        network.segments.add([road.line[i - 1], road.line[i]], { a: road.line[i - 1], b: road.line[i], road });
}

function findBridges(ground: Ground, network: Network): void {
    for (const stream of [ground.river, ...ground.brooks])
        for (const road of network.roads)
            for (let i = 1; i < road.line.length; i++)
                for (let k = 1; k < stream.line.length; k++) {
                    const at = segmentCrossing(road.line[i - 1], road.line[i], stream.line[k - 1], stream.line[k]);
                    if (at && network.bridges.every(b => distance(b.at, at) > 40))
                        network.bridges.push({ at, angle: heading(road.line[i - 1], road.line[i]), stream: stream.name, big: stream === ground.river });
                }
}

export function makeNetwork(ground: Ground, areas: Areas, seed: number): Network {
    const network: Network = { roads: [], crossings: [], bridges: [], settlements: [], segments: new PlaceIndex(60) };
    ground.highways.forEach((h, i) =>
        addRoad(network, { class: 1, line: h.line, name: HIGHWAYS[i].name, name_en: h.name_en, ref: h.ref }));
    const remote = outposts(areas, ground, seed);
    const { graph, onHighway } = villageRoads(ground, [...areas.cells.map(cell => cell.centre), ...remote], seed);
    const stop = (node: number) => onHighway.has(node);
    let number = 11;
    for (const chain of chains(graph, stop)) {
        const line = cutCorners(relax(chain.map(n => graph.nodes[n]), 1), 2);
        const ref = lineLength(line) > 900 ? `Y${String(number++).padStart(3, '0')}` : '';
        addRoad(network, { class: 2, line, name: ref && `乡道${ref.slice(1)}`, name_en: ref && `Township Road ${ref.slice(1)}`, ref });
    }
    for (const [node, next] of graph.links)
        if (next.size > 2 || onHighway.has(node)) {
            const at = graph.nodes[node];
            const arms = [...next].map(n => heading(at, graph.nodes[n]));
            const highway = network.roads.find(road => road.class === 1 && distanceToLine(at, road.line) < 1);
            network.crossings.push({ at, arms: highway ? [...arms, ...armsOf(highway.line, at)] : arms, class: highway ? 1 : 2 });
        }
    network.settlements = settlementsOf(areas, ground, graph, remote, seed);
    for (const place of network.settlements) {
        const nearest = network.roads.reduce((best, road) =>
            distanceToLine(place.centre, road.line) < distanceToLine(place.centre, best.line) ? road : best);
        place.angle = armsOf(nearest.line, place.centre)[0] + 0.12;
    }
    for (const place of network.settlements) {
        const first = place.angle;
        [0, 0.5, -0.5, 0.9, -0.9].some(turn => {
            place.angle = first + turn;
            return lanesOf(place, network.settlements, ground, network, seed);
        });
    }
    findBridges(ground, network);
    return network;
}
