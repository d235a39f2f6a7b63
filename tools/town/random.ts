// Repeatable randomness: the same seed and name always give the same numbers.

export interface Random {
    /** Uniform in [0, 1). */
    (): number;
    between(low: number, high: number): number;
    /** Whole number in [0, count). */
    index(count: number): number;
    pick<T>(items: readonly T[]): T;
    chance(probability: number): boolean;
    /** A new array with the same items in random order. */
    shuffled<T>(items: readonly T[]): T[];
}

function hash(text: string, seed: number): number {
    let h = 2166136261 ^ seed;
    for (let i = 0; i < text.length; i++)
        h = Math.imul(h ^ text.charCodeAt(i), 16777619);
    h = Math.imul(h ^ (h >>> 15), 2246822507);
    return (h ^ (h >>> 13)) >>> 0;
}

/** A stream of its own for each name, so that a change in one part of the town leaves the others alone. */
export function randomStream(seed: number, name: string): Random {
    let state = hash(name, seed);
    const next = () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const random = next as Random;
    random.between = (low, high) => low + (high - low) * next();
    random.index = count => Math.floor(next() * count);
    random.pick = items => items[Math.floor(next() * items.length)];
    random.chance = probability => next() < probability;
    random.shuffled = items => {
        const out = [...items];
        for (let i = out.length - 1; i > 0; i--) {
            const j = Math.floor(next() * (i + 1));
            [out[i], out[j]] = [out[j], out[i]];
        }
        return out;
    };
    return random;
}

export type Noise = (x: number, y: number) => number;

/** Smooth value noise in [-1, 1] with features of about `wavelength` in the unit of x and y. */
export function valueNoise(seed: number, name: string, wavelength: number): Noise {
    const salt = hash(name, seed);
    const corner = (i: number, j: number) => {
        let h = Math.imul(i, 374761393) ^ Math.imul(j, 668265263) ^ salt;
        h = Math.imul(h ^ (h >>> 13), 1274126177);
        return ((h ^ (h >>> 16)) >>> 0) / 2147483648 - 1;
    };
    const fade = (t: number) => t * t * t * (t * (t * 6 - 15) + 10);
    return (x, y) => {
        const u = x / wavelength;
        const v = y / wavelength;
        const i = Math.floor(u);
        const j = Math.floor(v);
        const fx = fade(u - i);
        const fy = fade(v - j);
        const low = corner(i, j) * (1 - fx) + corner(i + 1, j) * fx;
        const high = corner(i, j + 1) * (1 - fx) + corner(i + 1, j + 1) * fx;
        return low * (1 - fy) + high * fy;
    };
}

/** Three octaves of value noise, in [-1, 1]. */
export function fractalNoise(seed: number, name: string, wavelength: number): Noise {
    const octaves = [1, 2, 4].map(k => ({
        weight: 1 / k / 1.75,
        noise: valueNoise(seed, `${name}/${k}`, wavelength / k),
    }));
    return (x, y) => octaves.reduce((sum, o) => sum + o.weight * o.noise(x, y), 0);
}
