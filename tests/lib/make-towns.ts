// tools/node tests/lib/make-towns.ts DIR URL COUNT…: the demo town with its base map, and beside it the cameras of towns
// with so many of them as cameras-COUNT.csv and simcams-COUNT.csv. Ground, roads and buildings are made once for all; DIR appears when it is
// whole, and is left alone when it is there.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAreas, plannedCentres } from '../../tools/town/areas.ts';
import { makeBuildings } from '../../tools/town/buildings.ts';
import { makeCameras } from '../../tools/town/cameras.ts';
import { areasGeoJson, bounds, camerasCsv, departmentsCsv, peopleCsv, simcamsCsv, townJson } from '../../tools/town/files.ts';
import { makeGround } from '../../tools/town/land.ts';
import { makePeople } from '../../tools/town/people.ts';
import { TOWN } from '../../tools/town/plan.ts';
import { makeNetwork } from '../../tools/town/roads.ts';
import { makeStyle } from '../../tools/town/style.ts';
import { writeTiles } from '../../tools/town/tiles.ts';

const seed = 1; // what town.ts takes without --seed
const [dir = '', url = '', ...counts] = process.argv.slice(2);
if (existsSync(dir)) process.exit(0);
const fresh = `${dir}.${process.pid}`;
const write = (name: string, text: string): void => writeFileSync(join(fresh, name), text);

mkdirSync(fresh, { recursive: true });
const ground = makeGround(seed, plannedCentres(seed));
const areas = makeAreas(ground, seed);
const network = makeNetwork(ground, areas, seed);
const built = makeBuildings(ground, areas, network, seed);
const people = makePeople(areas, seed);
for (const count of counts.map(Number)) {
  const cameras = makeCameras(ground, areas, network, built, count, seed);
  write(`cameras-${count}.csv`, camerasCsv(cameras, url, seed));
  write(`simcams-${count}.csv`, simcamsCsv(cameras));
}
write('areas.geojson', areasGeoJson(areas, people, TOWN.name));
write('departments.csv', departmentsCsv(people));
write('people.csv', peopleCsv(people));
write('style.json', makeStyle('dark', bounds(areas)));
write('style-light.json', makeStyle('light', bounds(areas)));
await writeTiles(join(fresh, 'base.mbtiles'), { ground, areas, network, built, name: TOWN.name, seed });
write('town.json', townJson(areas, TOWN.name, seed));
renameSync(fresh, dir);
