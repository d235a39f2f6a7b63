// Makes the demo town: tools/node tools/town/town.ts --out DIR. What it writes is described in docs/town-format.md.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeAreas, plannedCentres } from './areas.ts';
import { makeBuildings } from './buildings.ts';
import { makeCameras } from './cameras.ts';
import { areasGeoJson, bounds, camerasCsv, departmentsCsv, peopleCsv, simcamsCsv, townJson } from './files.ts';
import { makeGround } from './land.ts';
import { makePeople } from './people.ts';
import { TOWN } from './plan.ts';
import { makeNetwork } from './roads.ts';
import { makeStyle } from './style.ts';
import { writeTiles } from './tiles.ts';

const USAGE = `tools/node tools/town/town.ts --out DIR [OPTION…]   make the demo town
  --out DIR          where to write; files of the same names are replaced
  --seed N           another town (1)
  --cameras N        how many cameras (1447)
  --camera-url URL   their address, {n} is the number from 1, {profile} main or sub
                     (rtsp://127.0.0.1:8554/cam/{n}/{profile})
  --name NAME        the town's name (${TOWN.name})
  --no-tiles         leave the base map out`;

interface Wishes { out: string; seed: number; cameras: number; url: string; name: string; tiles: boolean }

function fail(message: string): never {
    console.error(`town: ${message}`);
    process.exit(2);
}

function whole(text: string, option: string, low: number, high: number): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high)
        fail(`--${option}: expected a whole number from ${low} to ${high}, not "${text}"`);
    return value;
}

function wishes(): Wishes {
    try {
        const { values } = parseArgs({
            options: {
                out: { type: 'string' }, seed: { type: 'string', default: '1' }, cameras: { type: 'string', default: '1447' },
                'camera-url': { type: 'string', default: 'rtsp://127.0.0.1:8554/cam/{n}/{profile}' },
                name: { type: 'string', default: TOWN.name }, 'no-tiles': { type: 'boolean', default: false }, help: { type: 'boolean' },
            },
        });
        if (values.help) {
            console.log(USAGE);
            process.exit(0);
        }
        return {
            out: resolve(values.out ?? fail('--out DIR is missing')),
            seed: whole(values.seed, 'seed', 0, 2 ** 31 - 1),
            cameras: whole(values.cameras, 'cameras', 1, 20_000),
            url: values['camera-url'],
            name: values.name,
            tiles: !values['no-tiles'],
        };
    } catch (error) {
        return fail((error as Error).message);
    }
}

async function main(): Promise<void> {
    const wish = wishes();
    const begun = performance.now();
    const say = (what: string) => console.log(`town: ${what} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    mkdirSync(wish.out, { recursive: true });
    /** Readers see the old file or the whole new one. */
    const write = (name: string, text: string) => {
        writeFileSync(join(wish.out, `${name}.new`), text);
        renameSync(join(wish.out, `${name}.new`), join(wish.out, name));
    };

    const ground = makeGround(wish.seed, plannedCentres(wish.seed));
    const areas = makeAreas(ground, wish.seed);
    say(`${areas.villages.length} villages and communities, ${areas.cells.length} grid cells`);
    const network = makeNetwork(ground, areas, wish.seed);
    say(`${network.roads.length} roads and lanes, ${network.bridges.length} bridges`);
    const built = makeBuildings(ground, areas, network, wish.seed);
    say(`${built.buildings.length} buildings, ${built.pois.length} places`);
    const cameras = makeCameras(ground, areas, network, built, wish.cameras, wish.seed);
    const people = makePeople(areas, wish.seed);
    say(`${cameras.length} cameras, ${people.departments.length} departments, ${people.people.length} people`);
    write('areas.geojson', areasGeoJson(areas, people, wish.name));
    write('cameras.csv', camerasCsv(cameras, wish.url, wish.seed));
    write('simcams.csv', simcamsCsv(cameras));
    write('departments.csv', departmentsCsv(people));
    write('people.csv', peopleCsv(people));
    write('style.json', makeStyle('dark', bounds(areas)));
    write('style-light.json', makeStyle('light', bounds(areas)));
    if (wish.tiles) {
        const count = await writeTiles(join(wish.out, 'base.mbtiles'), { ground, areas, network, built, name: wish.name, seed: wish.seed });
        say(`${count} map tiles`);
    }
    write('town.json', townJson(areas, wish.name, wish.seed));
    say(`written to ${wish.out}`);
}

await main();
