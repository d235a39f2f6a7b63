import { startBrowser, visit } from '../lib/browser.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { order } from '../lib/simulator.ts';
const out = '/tmp/polish/shots/';
const N = Number(process.argv[2] ?? 200);
const tag = process.argv[3] ?? 'a';
const stack = await startStack({ cameras: N });
await order(stack, { cmd: 'fault', kind: 'unauthorized', cameras: [5] });
await order(stack, { cmd: 'fault', kind: 'drop', cameras: [5] });
await order(stack, { cmd: 'fault', kind: 'refuse', cameras: [17] }).catch((e)=>console.log(String(e)));
await order(stack, { cmd: 'fault', kind: 'drop', cameras: [17] }).catch((e)=>console.log(String(e)));
await order(stack, { cmd: 'fault', kind: 'stall', cameras: [23, 40] }).catch((e)=>console.log(String(e)));
const browser = await startBrowser();
const v = await visit(browser, stack, 'operator');
const page = v.page;
const shot = async (name: string): Promise<void> => { await page.screenshot({ path: `${out}${tag}-${name}.png` }); console.log(name); };
const wait = (ms: number): Promise<void> => new Promise((d) => setTimeout(d, ms));
for (const [w, h] of [[1920, 1080], [3840, 1080], [390, 844]] as const) {
  await page.setViewportSize({ width: w, height: h });
  for (const lang of ['zh-CN', 'en']) {
    await page.goto(stack.url + '/login');
    await page.evaluate((l) => localStorage.setItem('townwall.locale', l), lang);
    const paths: [string, string][] = [['mosaic', '/wall/mosaic'], ['map', '/wall/map'], ['mapcam', '/wall/map?camera=c0003'], ['live', '/wall/live?cameras=c0001,c0002,c0003,c0005&layout=4'], ['live0', '/wall/live']];
    if (w > 3000) paths.push(['ultra', '/wall/ultra'], ['ultracam', '/wall/ultra?camera=c0003']);
    for (const [name, path] of paths) {
      if (w > 3000 && !name.startsWith('ultra')) continue;
      await page.goto(stack.url + path);
      await wait(4500);
      await shot(`${name}-${w}-${lang}`);
    }
  }
}
console.log(v.faults);
await browser.close();
await stopStack(stack);
process.exit(0);
