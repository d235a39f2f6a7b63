// From a sensor's message at a real MQTT broker to four cameras that play beside its alert on the map, in headless
// Chromium on the whole town; beside it the same by a signed report over HTTP, by turns.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { startBrowser, visit } from '../../tests/lib/browser.ts';
import { atRest, Desk, fourPlay, openPage } from '../../tests/lib/desk.ts';
import { Mosquitto } from '../../tests/lib/mosquitto.ts';
import { wallctl } from '../../tests/lib/wallctl.ts';
import { until } from '../../tests/lib/wait.ts';
import { conclude, percentile, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { randomOf } from './common/random.ts';
import { buildFor, withTown, type Town } from './common/town.ts';

const options = readOptions('alert', {
  cameras: [1447, 8, 4095], rounds: [12, 1, 200], rate: [12.5, 1, 60], gop: [12, 1, 600], width: [1920, 320, 7680], height: [1080, 240, 4320], seed: [1, 0, 1e9],
}, ['no-build']);

/** A help button at each of these cameras, registered, told over the broker. */
async function giveButtons(town: Town, desk: Desk, broker: Mosquitto, cameras: string[]): Promise<void> {
  const [csv, settings] = [town.stack.path('buttons.csv'), town.stack.path('buttons.json')];
  const rows = cameras.map((id) => {
    const [lon, lat] = desk.places.get(id)!;
    return `buttons,${id},help_button,按钮 ${id},${lon},${lat},WGS84,,,,,,`;
  });
  writeFileSync(csv, ['feed,device,type,name,lon,lat,crs,area,parent,unit,raise_above,clear_below,priority', ...rows, ''].join('\n'));
  writeFileSync(settings, JSON.stringify({
    broker: `mqtt://127.0.0.1:${broker.port}`, topics: [{ topic: 'button/{device}', values: [{ type: 'help_button', raised: ['1'], cleared: ['0'] }] }],
  }));
  wallctl(town.stack, ['sensors', 'import', csv]);
  wallctl(town.stack, ['feeds', 'add', 'buttons', '--kind', 'mqtt', '--settings', settings]);
  await until('the buttons are heard', () =>
    !(JSON.parse(wallctl(town.stack, ['feeds', 'show', 'buttons', '--json'])) as { feed: { numbers: { failing: boolean } } }).feed.numbers.failing);
}

async function measure(town: Town, broker: Mosquitto): Promise<void> {
  const desk = await Desk.open(town.stack, [['hotline', 'hotline', 'livelihood']]);
  const all = [...desk.places.keys()], random = randomOf(options.seed);
  const chosen = Array.from({ length: (options.rounds + 1) * 2 }, () => all.splice(Math.floor(random() * all.length), 1)[0]!).filter(Boolean);
  const sensors = chosen.filter((_, i) => i % 2 === 0);
  await giveButtons(town, desk, broker, sensors);
  const browser = await startBrowser();
  const took = { sensor: [] as number[], report: [] as number[] };
  try {
    const { page } = await visit(browser, town.stack, 'operator', { width: options.width, height: options.height });
    page.setDefaultTimeout(60_000);
    for (const id of chosen) {
      await desk.clear();
      await openPage(page, town.stack.url, '/wall/map');
      await page.locator('[data-test=queue] [data-state-panel=empty]').waitFor();
      await atRest(page);
      const way = sensors.includes(id) ? 'sensor' : 'report';
      const begun = Date.now();
      if (way === 'sensor') await broker.publishAll([{ topic: `button/${id}`, message: '1' }]);
      else await desk.report({ title: `求助 ${id}`, type: 'help_button', priority: 1, at: id });
      took[way].push((await fourPlay(page)) - begun);
      printRound({ way, camera: id, ms: took[way].at(-1)! });
    }
  } finally {
    await browser.close();
  }
  // the first of each way meets a browser that was started that moment and has drawn no panel yet
  const first = { first_sensor_ms: took.sensor.shift(), first_report_ms: took.report.shift() };
  conclude('alert', {
    rounds: took.sensor.length, ...first, sensor_p50_ms: percentile(took.sensor, 50), sensor_p95_ms: percentile(took.sensor, 95), sensor_max_ms: Math.max(...took.sensor),
    report_p50_ms: percentile(took.report, 50), report_p95_ms: percentile(took.report, 95), report_max_ms: Math.max(...took.report),
  });
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(true);
  if (spawnSync('mosquitto', ['-h']).error) throw new Error('mosquitto is missing: tools/packages test');
  await withTown({ cameras: options.cameras, rate: options.rate, gop: options.gop, own: true }, async (town) => {
    const broker = new Mosquitto(town.stack.path('mosquitto'));
    await broker.start();
    try {
      await measure(town, broker);
    } finally {
      broker.child?.kill();
    }
  });
}

await main();
