// What grows on the ground: woods on the hills, fields in the valley, orchards between, and the grounds of places.

import type { Buildings } from './buildings.ts';
import { along, distance, insideRing, ringArea, type Point, type Ring } from './geometry.ts';
import type { Ground } from './land.ts';
import { borders, ringsAround, softened } from './mesh.ts';
import { fractalNoise } from './random.ts';

export type LandKind = 'wood' | 'field' | 'orchard' | 'ground';

const KINDS = ['wood', 'field', 'orchard'] as const;

/** Outer rings with the holes that lie in them. */
function withHoles(rings: Ring[]): Ring[][] {
    const outer = rings.filter(ring => ringArea(ring) > 0).map(ring => [ring]);
    for (const hole of rings.filter(ring => ringArea(ring) < 0)) {
        const around = outer.filter(([ring]) => insideRing(hole[0], ring)).sort((a, b) => ringArea(a[0]) - ringArea(b[0]));
        around[0]?.push(hole);
    }
    return outer;
}

export function landuseRings(ground: Ground, built: Buildings, seed: number): { rings: Ring[]; kind: LandKind }[] {
    const patches = fractalNoise(seed, 'landuse', 1100);
    const edge = Math.max(...ground.mesh.points.map(p => Math.abs(p[0]))) - 250;
    const labels = ground.mesh.points.map(p => {
        const far = Math.abs(p[0]) > edge || Math.abs(p[1]) > edge * 0.8;
        const height = ground.relief(p) + 0.28 * patches(p[0], p[1]);
        if (far)
            return -1;
        return height > 0.52 ? 0 : height < 0.3 ? 1 : patches(p[1], p[0]) > 0.22 ? 2 : -1;
    });
    const arcs = softened(borders(ground.mesh, labels), ground.warp, 26);
    const grown = KINDS.flatMap((kind, label) => withHoles(ringsAround(arcs, l => l === label)).map(rings => ({ rings, kind })));
    const yards = built.pois.filter(poi => poi.kind !== 'bridge' && poi.kind !== 'temple').map(poi => {
        const half = distance(poi.at, poi.gate);
        const corner = (u: number, v: number): Point => along(along(poi.at, poi.angle, u * half), poi.angle + Math.PI / 2, v * half * 1.15);
        return { kind: 'ground' as const, rings: [[corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)]] };
    });
    return [...grown, ...yards];
}
