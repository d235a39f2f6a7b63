// From local metres to WGS-84 degrees.

import type { Line, Point } from './geometry.ts';
import { ORIGIN } from './plan.ts';

const METRES_PER_DEGREE_LAT = 110_820;
const METRES_PER_DEGREE_LON = 111_320 * Math.cos((ORIGIN[1] * Math.PI) / 180);

const round = (value: number) => Math.round(value * 1e6) / 1e6;

/** Longitude and latitude with six decimals (0.1 m). The same point always gives the same digits. */
export const lonLat = (p: Point): [number, number] => [
    round(ORIGIN[0] + p[0] / METRES_PER_DEGREE_LON),
    round(ORIGIN[1] + p[1] / METRES_PER_DEGREE_LAT),
];

export const lonLats = (line: Line): [number, number][] => line.map(lonLat);
