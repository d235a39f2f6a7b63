// Command line of tools/run, checked: every mistake is one clear line.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

export interface Options {
  cameras: number;
  port: number;
  listen: string;
  dir: string;
  town: string | null;
  simulator: boolean;
  /** Invented incidents are reported. */
  feeds: boolean;
  rate: number;
  pictureCores: number;
  /** false: `pictureCores` is a guess that what stands in townwall.json goes before */
  pictureCoresGiven?: boolean;
}

export class UsageError extends Error {}

/** What this machine can carry beside a browser: at 25 pictures/s simulator and media plane together take about
 * 0.6 core before any small picture is made. */
export function machineDefaults(cores: number): { rate: number; pictureCores: number } {
  return { rate: cores >= 2 ? 25 : 12.5, pictureCores: Math.min(4, Math.max(0.3, Math.round(cores * 3.5) / 10)) };
}

const numberOptions = {
  '--cameras': ['cameras', 0, 20000, true],
  '--port': ['port', 0, 65535, true],
  '--rate': ['rate', 0.5, 60, false],
  '--picture-cores': ['pictureCores', 0.05, 64, false],
} as const;

function parseNumber(flag: keyof typeof numberOptions, text: string): number {
  const [, low, high, whole] = numberOptions[flag];
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < low || value > high || (whole && !Number.isInteger(value)))
    throw new UsageError(`${flag}: expected a ${whole ? 'whole ' : ''}number ${low} to ${high}, got "${text}"`);
  return value;
}

/** How many cameras the demo town of a data folder has, null where there is none. */
function camerasMade(dir: string): number | null {
  const made = `${dir}/town/.made`;
  const count = existsSync(made) ? Number.parseInt(readFileSync(made, 'utf8'), 10) : NaN;
  return Number.isInteger(count) ? count : null;
}

/** A folder keeps the demo town it was made with: fewer cameras would leave dead ones, all would move. */
function settleCameras(options: Options, given: boolean): void {
  const made = options.town === null ? camerasMade(options.dir) : null;
  if (made === null || made === options.cameras) return;
  if (given) throw new UsageError(`--cameras: ${options.dir} holds a demo town of ${made} cameras; choose another --dir for ${options.cameras}`);
  options.cameras = made;
}

/** A town that nobody has written down yet: no folder, or nothing in it. Cameras can come before areas do. */
function isEmpty(folder: string): boolean {
  return !existsSync(folder) || (statSync(folder).isDirectory() && readdirSync(folder).length === 0);
}

export function parseOptions(args: string[], cwd: string): Options {
  const options: Options = {
    cameras: 1447, port: 8443, listen: '127.0.0.1', dir: resolve(cwd, 'run-data'), town: null, simulator: true, feeds: true,
    ...machineDefaults(availableParallelism()), pictureCoresGiven: false,
  };
  let camerasGiven = false;
  for (let i = 0; i < args.length; i++) {
    const [flag = '', inline] = (args[i] ?? '').split(/=(.*)/s, 2);
    const value = (): string => {
      const text = inline ?? args[++i];
      if (text === undefined) throw new UsageError(`${flag}: a value is missing`);
      return text;
    };
    if (flag in numberOptions) {
      const name = flag as keyof typeof numberOptions;
      options[numberOptions[name][0]] = parseNumber(name, value());
      camerasGiven ||= name === '--cameras';
      options.pictureCoresGiven ||= name === '--picture-cores';
    } else if (flag === '--listen') options.listen = value();
    else if (flag === '--dir') options.dir = resolve(cwd, value());
    else if (flag === '--town') options.town = resolve(cwd, value());
    else if (flag === '--no-simulator') options.simulator = false;
    else if (flag === '--no-feeds') options.feeds = false;
    else throw new UsageError(`unknown option ${flag}; tools/run --help lists them`);
  }
  if (options.town !== null) options.simulator = options.feeds = false; // a real town has its own cameras and its own troubles
  if (options.town !== null && !existsSync(`${options.town}/town.json`) && !isEmpty(options.town))
    throw new UsageError(`--town: ${options.town} has no town.json (docs/town-format.md)`);
  if (existsSync(options.dir) && !statSync(options.dir).isDirectory())
    throw new UsageError(`--dir: ${options.dir} is not a folder`);
  settleCameras(options, camerasGiven);
  return options;
}
