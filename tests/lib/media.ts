// A townwalld that exists only to test townwall-media: listens on the media link, speaks docs/link.md
// from its text alone, and keeps what it hears.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build, checkLogs, patience, top } from './programs.ts';

export { build, top };

export interface Unit { sub: number; pts: bigint; dts: bigint; wall: bigint; flags: number; dropped: number; data: Buffer }
export interface State { n: number; state: string; reason: string | null; detail: string | null; codec: string | null; width: number | null; height: number | null; clock_offset_ms: number | null }
export interface Thumb { n: number; wall: bigint; width: number; height: number; flags: number; jpeg: Buffer }

const header = 12;

export class Link {
  readonly dir = mkdtempSync(join(tmpdir(), 'townwall-media-'));
  readonly states = new Map<number, State>();
  readonly messages: any[] = [];
  readonly units: Unit[] = [];
  readonly thumbs: Thumb[] = [];
  readonly snapshots = new Map<number, { width: number; height: number; jpeg: Buffer }>();
  generation = 0;
  connections = 0;
  private readonly server: Server;
  private socket: Socket | null = null;
  private media: ChildProcess | null = null;
  private parts = new Map<string, Buffer[]>();
  private waiters = new Set<() => void>();

  constructor() {
    this.server = createServer((socket) => this.accept(socket));
  }

  /** Listens and starts townwall-media with these settings under `media`. */
  async start(media: Record<string, unknown> = {}): Promise<void> {
    await this.listen();
    const config = join(this.dir, 'townwall.json');
    writeFileSync(config, JSON.stringify({
      data_dir: this.dir, link: { address: 'unix:media.sock' }, log: { level: 'debug' },
      media: { file_roots: '/', picture_cores: 0.5, backoff_min_s: 1, backoff_max_s: 2, ...media },
    }));
    await this.launch();
  }

  /** townwall-media is killed, and another one started with the same folder. */
  async again(): Promise<void> {
    const over = new Promise((done) => this.media!.once('exit', done));
    this.media!.kill('SIGKILL');
    await over;
    this.messages.length = 0;
    this.states.clear();
    await this.launch();
  }

  private async launch(): Promise<void> {
    const config = join(this.dir, 'townwall.json');
    const log = openSync(join(this.dir, 'log'), 'a');
    this.media = spawn(join(build, 'pipelines/node/townwall-media'), ['--config', config], {
      stdio: ['ignore', log, log],
      env: { ASAN_OPTIONS: 'detect_leaks=0', ...process.env }, // GLib keeps what it made at load time
    });
    this.media.once('exit', () => this.changed());
    await this.until('hello', () => this.messages.some((message) => message.t === 'hello'));
  }

  listen(): Promise<void> {
    rmSync(join(this.dir, 'media.sock'), { force: true });
    return new Promise((done) => this.server.listen(join(this.dir, 'media.sock'), done));
  }

  get log(): string {
    return readFileSync(join(this.dir, 'log'), 'utf8');
  }

  get pid(): number {
    return this.media!.pid!;
  }

  /** townwalld goes away: the connection breaks and nobody listens. */
  async vanish(): Promise<void> {
    this.socket?.destroy();
    await new Promise((done) => this.server.close(done));
  }

  async stop(): Promise<void> {
    const media = this.media;
    if (media && media.exitCode === null && media.signalCode === null) {
      const over = new Promise((done) => media.once('exit', done));
      media.kill('SIGTERM');
      await over;
    }
    this.socket?.destroy();
    this.server.close();
    checkLogs(join(this.dir, 'log'), this.dir);
    if (media && media.exitCode !== 0)
      throw new Error(`townwall-media ended with ${media.exitCode ?? media.signalCode}:\n${this.log.slice(-5000)}`);
    rmSync(this.dir, { recursive: true, force: true });
  }

  send(message: object): void {
    this.frame(1, 0, Buffer.from(JSON.stringify(message)));
  }

  credit(sub: number, bytes: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(bytes);
    this.frame(5, sub, payload);
  }

  cameras(list: { n: number; id: string; url?: string; sub_url?: string; mode?: string }[]): void {
    this.generation++;
    const whole = list.map((camera) => ({ name: camera.id, url: '', sub_url: '', mode: 'always', ...camera }));
    this.send({ t: 'cameras', gen: this.generation, part: 0, last: true, list: whole });
  }

  subscribe(sub: number, n: number, more: object = {}): void {
    this.send({ t: 'subscribe', sub, n, profile: 'sub', format: 'annexb', variant: 'plain', rung: 'live', credit: 1 << 24, ...more });
  }

  unitsOf(sub: number): Unit[] {
    return this.units.filter((unit) => unit.sub === sub);
  }

  /** Waits until `test` holds; it is looked at whenever something was heard. */
  async until(what: string, test: () => boolean, limitMs = 30000): Promise<void> {
    const deadline = Date.now() + limitMs * patience;
    while (!test()) {
      const ended = this.media && (this.media.exitCode !== null || this.media.signalCode !== null);
      if (ended || Date.now() > deadline)
        throw new Error(`${what}: ${ended ? 'townwall-media ended' : `not within ${limitMs} ms`}\n` +
          `${JSON.stringify([...this.states.values()])}\n${this.log.slice(-3000)}`);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, Math.max(1, deadline - Date.now()));
        this.waiters.add(() => {
          clearTimeout(timer);
          done();
        });
      });
    }
  }

  private changed(): void {
    const waiters = [...this.waiters];
    this.waiters.clear();
    for (const waiter of waiters) waiter();
  }

  private frame(kind: number, channel: number, payload: Buffer): void {
    const head = Buffer.alloc(header);
    head.writeUInt32LE(payload.length, 0);
    head.writeUInt8(kind, 4);
    head.writeUInt8(2, 5);
    head.writeUInt32LE(channel, 8);
    this.socket?.write(Buffer.concat([head, payload]));
  }

  private accept(socket: Socket): void {
    this.socket = socket;
    this.connections++;
    this.parts.clear();
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= header && rest.length >= header + rest.readUInt32LE(0)) {
        const size = rest.readUInt32LE(0);
        this.take(rest.readUInt8(4), rest.readUInt8(5), rest.readUInt32LE(8), rest.subarray(header, header + size));
        rest = rest.subarray(header + size);
      }
      this.changed();
    });
    this.send({ t: 'hello', proto: 1, server: 'a test' });
  }

  private take(kind: number, flags: number, channel: number, piece: Buffer): void {
    const key = `${kind}/${channel}`;
    const pieces = flags & 2 ? [] : this.parts.get(key) ?? [];
    pieces.push(Buffer.from(piece));
    this.parts.set(key, pieces);
    if (flags & 1) return;
    const payload = Buffer.concat(pieces);
    if (kind === 1) this.control(JSON.parse(payload.toString('utf8')));
    else if (kind === 2)
      this.units.push({ sub: channel, pts: payload.readBigInt64LE(0), dts: payload.readBigInt64LE(8), wall: payload.readBigInt64LE(16),
        flags: payload.readUInt32LE(24), dropped: payload.readUInt32LE(28), data: payload.subarray(32) });
    else if (kind === 3) this.takeThumbs(payload);
    else if (kind === 4) this.snapshots.set(channel, { width: payload.readUInt16LE(8), height: payload.readUInt16LE(10), jpeg: payload.subarray(16) });
  }

  private takeThumbs(payload: Buffer): void {
    let at = 8;
    for (let i = 0; i < payload.readUInt16LE(0); i++) {
      const size = payload.readUInt32LE(at + 4);
      this.thumbs.push({ n: payload.readUInt32LE(at), wall: payload.readBigInt64LE(at + 8), width: payload.readUInt16LE(at + 16),
        height: payload.readUInt16LE(at + 18), flags: payload.readUInt8(at + 20), jpeg: payload.subarray(at + 24, at + 24 + size) });
      at += 24 + size;
    }
  }

  private control(message: any): void {
    this.messages.push(message);
    if (message.t === 'states') for (const state of message.list) this.states.set(state.n, state);
  }
}

/** A program that writes its port into a file when it is ready. */
export class Peer {
  readonly process: ChildProcess;
  private readonly ready: string;

  constructor(command: string[], ready: string, log: string) {
    const [file = '', ...args] = command;
    this.ready = ready;
    const out = openSync(log, 'a');
    this.process = spawn(file, args, { stdio: ['ignore', out, out] });
  }

  async port(): Promise<number> {
    for (let i = 0; i < 600 * patience; i++) {
      if (this.process.exitCode !== null) break;
      const text = existsSync(this.ready) ? readFileSync(this.ready, 'utf8') : '';
      if (text.includes('}')) return JSON.parse(text).port;
      await pause(50);
    }
    throw new Error(`${this.process.spawnfile} is not ready`);
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Without a word to anybody. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const over = new Promise((done) => this.process.once('exit', done));
    this.process.kill(signal);
    await over;
  }
}

export function simulator(dir: string, ...options: string[]): Peer {
  const ready = join(dir, `simcams-${Math.random().toString(36).slice(2)}`);
  return new Peer([join(build, 'tools/simcams/simcams'), '--port', '0', '--clips', join(build, 'tools/simcams/clips'),
    '--ready-file', ready, ...options], ready, join(dir, 'peers.log'));
}

export function gstPeer(dir: string, ...options: string[]): Peer {
  const ready = join(dir, `gst-${Math.random().toString(36).slice(2)}`);
  return new Peer([join(build, 'tests/peers/gst-rtsp-peer'), '--ready-file', ready, ...options], ready, join(dir, 'peers.log'));
}

/** The media planes and camera servers of one test file; all are stopped after it, and their logs read. */
export class Rig {
  private readonly links: Link[] = [];
  private readonly peers: Peer[] = [];

  /** One that is not started. */
  link(): Link {
    const link = new Link();
    this.links.push(link);
    return link;
  }

  async start(media: Record<string, unknown> = {}): Promise<Link> {
    const link = this.link();
    await link.start(media);
    return link;
  }

  async portOf(peer: Peer): Promise<number> {
    this.peers.push(peer);
    return peer.port();
  }

  async stop(): Promise<void> {
    const ends = await Promise.allSettled(this.links.map((link) => link.stop()));
    for (const peer of this.peers) await peer.stop();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
}

export const isLive = (link: Link, n: number): boolean => link.states.get(n)?.state === 'live';
