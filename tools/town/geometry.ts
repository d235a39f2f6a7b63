// Plane geometry in metres: x east, y north of the town's centre.

export type Point = readonly [number, number];
export type Line = readonly Point[];
/** Closed: the last point repeats the first. */
export type Ring = readonly Point[];

export const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);
export const between = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
export const cross = (o: Point, a: Point, b: Point) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
/** Direction from a to b in radians, 0 east, counter-clockwise. */
export const heading = (a: Point, b: Point) => Math.atan2(b[1] - a[1], b[0] - a[0]);
export const along = (p: Point, angle: number, length: number): Point => [
    p[0] + Math.cos(angle) * length,
    p[1] + Math.sin(angle) * length,
];
/** Compass degrees (0 north, clockwise) of a direction in radians. */
export const compass = (angle: number) => (((90 - (angle * 180) / Math.PI) % 360) + 360) % 360;

export function lineLength(line: Line): number {
    let sum = 0;
    for (let i = 1; i < line.length; i++)
        sum += distance(line[i - 1], line[i]);
    return sum;
}

/** In square metres, positive for counter-clockwise rings. */
export function ringArea(ring: Ring): number {
    let sum = 0;
    for (let i = 1; i < ring.length; i++)
        sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
    return sum / 2;
}

export function insideRing(p: Point, ring: Ring): boolean {
    let inside = false;
    for (let i = 1; i < ring.length; i++) {
        const a = ring[i - 1];
        const b = ring[i];
        if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0])
            inside = !inside;
    }
    return inside;
}

/** The point of segment a-b nearest to p. */
export function nearestOnSegment(p: Point, a: Point, b: Point): Point {
    const dx = b[0] - a[0];
    const dy = b[1] - a[1];
    const length2 = dx * dx + dy * dy;
    const t = length2 === 0 ? 0 : ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2;
    return between(a, b, Math.max(0, Math.min(1, t)));
}

export function distanceToLine(p: Point, line: Line): number {
    let best = Infinity;
    for (let i = 1; i < line.length; i++)
        best = Math.min(best, distance(p, nearestOnSegment(p, line[i - 1], line[i])));
    return best;
}

/** Where the segments a-b and c-d cross, or null. */
export function segmentCrossing(a: Point, b: Point, c: Point, d: Point): Point | null {
    const denominator = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0]);
    if (Math.abs(denominator) < 1e-9)
        return null;
    const t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / denominator;
    const u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / denominator;
    return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? between(a, b, t) : null;
}

/** Catmull-Rom curve through the given points, with a point about every `step` metres. */
export function spline(points: Line, step: number): Point[] {
    const out: Point[] = [points[0]];
    for (let i = 0; i + 1 < points.length; i++) {
        const [p0, p1, p2, p3] = [points[Math.max(0, i - 1)], points[i], points[i + 1], points[Math.min(points.length - 1, i + 2)]];
        const count = Math.max(1, Math.round(distance(p1, p2) / step));
        for (let k = 1; k <= count; k++) {
            const t = k / count;
            const at = (j: 0 | 1) =>
                0.5 *
                (2 * p1[j] +
                    (p2[j] - p0[j]) * t +
                    (2 * p0[j] - 5 * p1[j] + 4 * p2[j] - p3[j]) * t * t +
                    (3 * p1[j] - p0[j] - 3 * p2[j] + p3[j]) * t * t * t);
            out.push([at(0), at(1)]);
        }
    }
    return out;
}

/** Points about every `step` metres along the line, with its first and last point kept. */
export function resample(line: Line, step: number): Point[] {
    const count = Math.max(1, Math.round(lineLength(line) / step));
    const spacing = lineLength(line) / count;
    const out: Point[] = [line[0]];
    let travelled = 0;
    for (let i = 1; i < line.length; i++) {
        const length = distance(line[i - 1], line[i]);
        while (out.length < count && out.length * spacing <= travelled + length)
            out.push(between(line[i - 1], line[i], (out.length * spacing - travelled) / length));
        travelled += length;
    }
    out.push(line[line.length - 1]);
    return out;
}

/** Moves each inner point towards the middle of its neighbours, `rounds` times. Ends stay. */
export function relax(line: Line, rounds: number): Point[] {
    let current = [...line];
    for (let round = 0; round < rounds; round++)
        current = current.map((p, i) =>
            i === 0 || i === current.length - 1 ? p : between(p, between(current[i - 1], current[i + 1], 0.5), 0.5),
        );
    return current;
}

/** Chaikin's corner cutting. Ends stay. */
export function cutCorners(line: Line, rounds: number): Point[] {
    let current = [...line];
    for (let round = 0; round < rounds; round++) {
        const out: Point[] = [current[0]];
        for (let i = 0; i + 1 < current.length; i++)
            out.push(between(current[i], current[i + 1], 0.25), between(current[i], current[i + 1], 0.75));
        out.push(current[current.length - 1]);
        current = out;
    }
    return current;
}

/** The band of the given half width (a function of the share of the way, 0 to 1) around a line. */
export function ribbon(line: Line, halfWidth: (t: number) => number): Ring {
    const left: Point[] = [];
    const right: Point[] = [];
    line.forEach((p, i) => {
        const angle = heading(line[Math.max(0, i - 1)], line[Math.min(line.length - 1, i + 1)]);
        const w = halfWidth(i / (line.length - 1));
        left.push(along(p, angle + Math.PI / 2, w));
        right.push(along(p, angle - Math.PI / 2, w));
    });
    return [...left, ...right.reverse(), left[0]];
}

/** A point well inside a ring: the farthest from its border among a raster of candidates. */
export function innerPoint(ring: Ring): Point {
    const xs = ring.map(p => p[0]);
    const ys = ring.map(p => p[1]);
    const [w, e, s, n] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    let best: Point = ring[0];
    let bestDistance = -1;
    for (let i = 1; i < 24; i++)
        for (let j = 1; j < 24; j++) {
            const p: Point = [w + ((e - w) * i) / 24, s + ((n - s) * j) / 24];
            const d = insideRing(p, ring) ? distanceToLine(p, ring) : -1;
            if (d > bestDistance)
                [best, bestDistance] = [p, d];
        }
    return best;
}

/** Items by place, for "what is near": squares of `size` metres. */
export class PlaceIndex<T> {
    private readonly squares = new Map<string, T[]>();
    private readonly size: number;

    constructor(size: number) {
        this.size = size;
    }

    /** Files the item under every square that the box around the given points touches. */
    add(points: Line, item: T): void {
        const [w, s] = this.square(Math.min(...points.map(p => p[0])), Math.min(...points.map(p => p[1])));
        const [e, n] = this.square(Math.max(...points.map(p => p[0])), Math.max(...points.map(p => p[1])));
        for (let i = w; i <= e; i++)
            for (let j = s; j <= n; j++) {
                const key = `${i},${j}`;
                const list = this.squares.get(key);
                if (list)
                    list.push(item);
                else
                    this.squares.set(key, [item]);
            }
    }

    /** Every item filed within `radius` of p, and some a little farther; each once. */
    near(p: Point, radius: number): Set<T> {
        const found = new Set<T>();
        const [w, s] = this.square(p[0] - radius, p[1] - radius);
        const [e, n] = this.square(p[0] + radius, p[1] + radius);
        for (let i = w; i <= e; i++)
            for (let j = s; j <= n; j++)
                for (const item of this.squares.get(`${i},${j}`) ?? [])
                    found.add(item);
        return found;
    }

    private square(x: number, y: number): [number, number] {
        return [Math.floor(x / this.size), Math.floor(y / this.size)];
    }
}
