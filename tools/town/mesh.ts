// A mesh of points over the plane, on which areas grow and roads find their way. Borders run between the points,
// along the lines that join the centroids of neighbouring triangles; so every border vertex belongs to two or three
// areas exactly, and areas that share a border share its vertices.

import { Delaunay } from 'd3-delaunay';
import { cross, cutCorners, distance, relax, resample, type Line, type Point, type Ring } from './geometry.ts';

export interface Mesh {
    points: Point[];
    neighbours: number[][];
    /** Corner points of each triangle, three indices each. */
    triangles: ArrayLike<number>;
    halfedges: ArrayLike<number>;
}

export function meshOf(points: Point[]): Mesh {
    const delaunay = new Delaunay(Float64Array.from(points.flat()));
    return {
        points,
        neighbours: points.map((_, i) => [...delaunay.neighbors(i)]),
        triangles: delaunay.triangles,
        halfedges: delaunay.halfedges,
    };
}

export interface Reach {
    /** For each mesh point the cost from its nearest source. */
    cost: Float64Array;
    /** For each mesh point the point before it on the way, or -1. */
    previous: Int32Array;
    /** For each mesh point the index into `sources` it was reached from, or -1. */
    owner: Int32Array;
}

/** Cheapest ways from several sources at once (Dijkstra). An infinite cost closes an edge. */
export function reach(mesh: Mesh, sources: number[], edgeCost: (a: number, b: number) => number, until = -1): Reach {
    const count = mesh.points.length;
    const cost = new Float64Array(count).fill(Infinity);
    const previous = new Int32Array(count).fill(-1);
    const owner = new Int32Array(count).fill(-1);
    const heap: [number, number][] = [];
    const push = (entry: [number, number]) => {
        let i = heap.push(entry) - 1;
        for (let up = (i - 1) >> 1; i > 0 && heap[up][0] > heap[i][0]; i = up, up = (i - 1) >> 1)
            [heap[i], heap[up]] = [heap[up], heap[i]];
    };
    const pop = () => {
        const top = heap[0];
        const last = heap.pop()!;
        if (heap.length > 0) {
            heap[0] = last;
            for (let i = 0; ; ) {
                let child = 2 * i + 1;
                if (child + 1 < heap.length && heap[child + 1][0] < heap[child][0])
                    child++;
                if (child >= heap.length || heap[child][0] >= heap[i][0])
                    break;
                [heap[i], heap[child]] = [heap[child], heap[i]];
                i = child;
            }
        }
        return top;
    };
    sources.forEach((point, index) => {
        cost[point] = 0;
        owner[point] = index;
        push([0, point]);
    });
    while (heap.length > 0) {
        const [spent, at] = pop();
        if (spent > cost[at])
            continue;
        if (at === until)
            break;
        for (const next of mesh.neighbours[at]) {
            const total = spent + edgeCost(at, next);
            if (total < cost[next]) {
                cost[next] = total;
                previous[next] = at;
                owner[next] = owner[at];
                push([total, next]);
            }
        }
    }
    return { cost, previous, owner };
}

/** One stretch of border between two junctions, or a closed loop; `left` and `right` are labels. */
export interface Arc {
    line: Point[];
    start: number;
    end: number;
    left: number;
    right: number;
}

interface BorderEdge {
    from: number;
    to: number;
    left: number;
    right: number;
}

function borderEdges(mesh: Mesh, labels: ArrayLike<number>, centre: (t: number) => Point): BorderEdge[] {
    const edges: BorderEdge[] = [];
    for (let e = 0; e < mesh.halfedges.length; e++) {
        const opposite = mesh.halfedges[e];
        const a = mesh.triangles[e];
        const b = mesh.triangles[e % 3 === 2 ? e - 2 : e + 1];
        if (opposite < e || labels[a] === labels[b])
            continue;
        const from = Math.floor(e / 3);
        const to = Math.floor(opposite / 3);
        const aIsLeft = cross(centre(from), centre(to), mesh.points[a]) > 0;
        edges.push({ from, to, left: labels[aIsLeft ? a : b], right: labels[aIsLeft ? b : a] });
    }
    return edges;
}

/** The borders between differently labelled mesh points, cut at the vertices where three labels meet. */
export function borders(mesh: Mesh, labels: ArrayLike<number>): Arc[] {
    const centre = (t: number): Point => {
        const corners = [0, 1, 2].map(k => mesh.points[mesh.triangles[3 * t + k]]);
        return [(corners[0][0] + corners[1][0] + corners[2][0]) / 3, (corners[0][1] + corners[1][1] + corners[2][1]) / 3];
    };
    const at = new Map<number, BorderEdge[]>();
    const edges = borderEdges(mesh, labels, centre);
    for (const edge of edges)
        for (const vertex of [edge.from, edge.to])
            at.set(vertex, [...(at.get(vertex) ?? []), edge]);

    const used = new Set<BorderEdge>();
    const trace = (start: number, first: BorderEdge): Arc => {
        const forward = first.from === start;
        const arc: Arc = {
            line: [centre(start)],
            start,
            end: start,
            left: forward ? first.left : first.right,
            right: forward ? first.right : first.left,
        };
        for (let edge: BorderEdge | undefined = first; edge && !used.has(edge); ) {
            used.add(edge);
            arc.end = edge.from === arc.end ? edge.to : edge.from;
            arc.line.push(centre(arc.end));
            const here: BorderEdge[] = at.get(arc.end)!;
            edge = here.length === 2 ? here.find(other => !used.has(other)) : undefined;
        }
        return arc;
    };
    const arcs: Arc[] = [];
    for (const [vertex, here] of at)
        if (here.length !== 2)
            for (const edge of here)
                if (!used.has(edge))
                    arcs.push(trace(vertex, edge));
    for (const edge of edges)
        if (!used.has(edge))
            arcs.push(trace(edge.from, edge));
    return arcs;
}

/** Rounds the arcs' zigzag and bends them by `warp`, which must not fold the plane. Junctions stay shared. */
export function softened(arcs: Arc[], warp: (p: Point) => Point, step: number): Arc[] {
    return arcs.map(arc => {
        const line = resample(cutCorners(relax(arc.line, 3), 2), step).map(warp);
        if (arc.start === arc.end)
            line[line.length - 1] = line[0];
        return { ...arc, line };
    });
}

/** The rings around everything whose label maps to `wanted`, outer ones counter-clockwise. */
export function ringsAround(arcs: Arc[], wanted: (label: number) => boolean): Ring[] {
    const outgoing = new Map<number, { line: Line; end: number }>();
    const rings: Ring[] = [];
    for (const arc of arcs) {
        const [left, right] = [wanted(arc.left), wanted(arc.right)];
        if (left === right)
            continue;
        const line = left ? arc.line : [...arc.line].reverse();
        if (arc.start === arc.end)
            rings.push(line);
        else
            outgoing.set(left ? arc.start : arc.end, { line, end: left ? arc.end : arc.start });
    }
    while (outgoing.size > 0) {
        const [start] = outgoing.keys();
        const ring: Point[] = [];
        for (let at = start; ; ) {
            const next = outgoing.get(at);
            if (!next)
                throw new Error(`border is not closed at vertex ${at}`);
            outgoing.delete(at);
            ring.push(...next.line.slice(0, -1));
            at = next.end;
            if (at === start)
                break;
        }
        rings.push([...ring, ring[0]]);
    }
    return rings;
}

/** The index of the mesh point nearest to p. */
export function nearestPoint(mesh: Mesh, p: Point): number {
    let best = 0;
    mesh.points.forEach((q, i) => {
        if (distance(p, q) < distance(p, mesh.points[best]))
            best = i;
    });
    return best;
}
