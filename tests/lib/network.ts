// Networks of our own: namespaces with wires between them that can be slow, narrow, lossy or cut (tests/peers/wire.c). Needs root.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { build } from './programs.ts';

function run(...command: string[]): string {
  const [file = '', ...args] = command;
  const done = spawnSync(file, args, { encoding: 'utf8' });
  assert.equal(done.status, 0, `${command.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

/** A namespace; '' is the one that the test runs in. */
export type Space = string;

const inside = (space: Space): string[] => (space === '' ? [] : ['ip', 'netns', 'exec', space]);

/** `kbits`: of each way, 0 any; what would wait longer than `queueMs` for its turn is lost. `udp` false: none passes, as behind some firewalls. */
export interface Shape { delayMs?: number; jitterMs?: number; loss?: number; kbits?: number; queueMs?: number; udp?: boolean }

/** A wire and what it does to packets, in both directions. */
export class Wire {
  private readonly child: ChildProcess;
  private readonly lines: Interface;

  private constructor(child: ChildProcess) {
    this.child = child;
    assert.ok(child.stdout);
    this.lines = createInterface(child.stdout);
  }

  static async between(ends: [name: string, space: Space, address: string][]): Promise<Wire> {
    const [a, b] = ends;
    assert.ok(a && b);
    const child = spawn(join(build, 'tests/peers/wire'), [a[0], a[1], b[0], b[1]], { stdio: ['pipe', 'pipe', 'inherit'] });
    const wire = new Wire(child);
    assert.deepEqual(await once(wire.lines, 'line'), ['ready']);
    for (const [i, [name, space, address]] of ends.entries()) {
      const other = ends[1 - i]?.[2] ?? '';
      run(...inside(space), 'ip', 'address', 'add', address, 'peer', other, 'dev', name);
      run(...inside(space), 'ip', 'link', 'set', name, 'up');
    }
    return wire;
  }

  async shape({ delayMs = 0, jitterMs = 0, loss = 0, kbits = 0, queueMs = 400, udp = true }: Shape): Promise<void> {
    const done = once(this.lines, 'line');
    this.child.stdin?.write(`${delayMs} ${jitterMs} ${loss} ${kbits} ${queueMs} ${udp ? 1 : 0}\n`);
    await done;
  }

  cut(): Promise<void> {
    return this.shape({ loss: 1 });
  }

  mend(): Promise<void> {
    return this.shape({});
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const over = once(this.child, 'exit');
    this.child.stdin?.end();
    await over;
  }
}

export class Network {
  private readonly spaces: Space[] = [];
  private readonly wires: Wire[] = [];
  private readonly prefix = `tw${process.pid}`;

  space(name: string): Space {
    const space = `${this.prefix}${name}`;
    run('ip', 'netns', 'add', space);
    this.spaces.push(space);
    run(...inside(space), 'ip', 'link', 'set', 'lo', 'up');
    return space;
  }

  /** What a program's command begins with to run there. */
  enter(space: Space): string[] {
    return inside(space);
  }

  async wire(a: Space, addressA: string, b: Space, addressB: string): Promise<Wire> {
    const name = `${this.prefix}w${this.wires.length}`;
    const wire = await Wire.between([[`${name}a`, a, addressA], [`${name}b`, b, addressB]]);
    this.wires.push(wire);
    return wire;
  }

  /** TCP connections that programs in there began since it exists. */
  opened(space: Space): number {
    const [names = '', values = ''] = run(...inside(space), 'cat', '/proc/net/snmp').split('\n').filter((line) => line.startsWith('Tcp:'));
    return Number(values.split(' ')[names.split(' ').indexOf('ActiveOpens')]);
  }

  async end(): Promise<void> {
    for (const wire of this.wires) await wire.end();
    for (const space of this.spaces) spawnSync('ip', ['netns', 'delete', space]);
  }
}
