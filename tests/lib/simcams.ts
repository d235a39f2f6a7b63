// The camera simulator by itself, and FFmpeg that plays its cameras with all error detection on.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, reportIn } from './programs.ts';
import { readStamp, type Stamp } from './stamp.ts';

export const run = promisify(execFile);
export const program = join(build, 'tools/simcams/simcams');
export const width = 160;
export const height = 90;

export interface Simulator {
  process: ChildProcess;
  port: number;
  control: string;
  dir: string;
  said: { text: string };
}

export interface CameraFacts {
  number: number;
  scene: string;
  codec: string;
  units_sent: number;
  faults: string[];
}

export async function startSimulator(...args: string[]): Promise<Simulator> {
  const dir = mkdtempSync(join(tmpdir(), 'simcams-'));
  const control = join(dir, 'control.sock');
  const child = spawn(program, ['--ready-file', join(dir, 'ready.json'), '--control', control, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { text: '' };
  let text = '';
  const line = await new Promise<string>((done, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) done(text.trim());
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.text += chunk.toString();
      failed(new Error(chunk.toString()));
    });
    child.on('exit', (code) => failed(new Error(`simcams ended with ${code}`)));
  });
  const ready = JSON.parse(readFileSync(join(dir, 'ready.json'), 'utf8')) as { port: number; pid: number; cameras: number };
  assert.equal(line, `simcams ready rtsp://127.0.0.1:${ready.port} ${ready.cameras} cameras`);
  assert.equal(ready.pid, child.pid);
  return { process: child, port: ready.port, control, dir, said };
}

export async function stopSimulator(simulator: Simulator): Promise<number | null> {
  const ended = new Promise<number | null>((done) => simulator.process.once('close', done));
  simulator.process.kill('SIGTERM');
  const code = await ended;
  assert.equal(reportIn(simulator.said.text), null);
  rmSync(simulator.dir, { recursive: true, force: true });
  return code;
}

export function ask<T = Record<string, unknown>>(simulator: Simulator, request: object): Promise<T & { ok: boolean }> {
  return new Promise((done, failed) => {
    const socket = createConnection(simulator.control);
    let text = '';
    socket.on('error', failed);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.endsWith('\n')) return;
      socket.destroy();
      done(JSON.parse(text) as T & { ok: boolean });
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

export function url(simulator: Simulator, camera: number, profile: string, user = ''): string {
  return `rtsp://${user}127.0.0.1:${simulator.port}/cam/${camera}/${profile}`;
}

interface Playing {
  frames: Buffer[];
  firstMs: number;
  lastMs: number;
  complaints: string;
}

/** Decodes for some seconds of the stream's time into small RGB pictures, with all error detection on. */
export function play(address: string, transport: string, seconds: number, filter = `scale=${width}:${height}`): Promise<Playing> {
  const frames: Buffer[] = [];
  let complaints = '';
  let rest = Buffer.alloc(0);
  let firstMs = 0;
  const child = spawn('ffmpeg', [
    '-v', 'error', '-nostdin', '-err_detect', '+crccheck+bitstream+buffer+explode', '-rtsp_transport', transport,
    '-i', address, '-t', String(seconds), '-vf', filter, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-',
  ], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => {
    firstMs ||= Date.now();
    rest = Buffer.concat([rest, chunk]);
    const size = width * height * 3;
    for (; rest.length >= size; rest = rest.subarray(size)) frames.push(rest.subarray(0, size));
  });
  child.stderr.on('data', (chunk: Buffer) => { complaints += chunk.toString(); });
  return new Promise((done) => child.on('close', () => done({ frames, firstMs, lastMs: Date.now(), complaints })));
}

export function stampsOf(playing: Playing): Stamp[] {
  return playing.frames.map((frame, index) => {
    const stamp = readStamp(frame, width, height, 3);
    assert.ok(stamp, `picture ${index} has no stamp`);
    return stamp;
  });
}

export function changes(stamps: readonly Stamp[]): Stamp[] {
  return stamps.filter((stamp, index) => index === 0 || stamp.timeMs !== stamps[index - 1]?.timeMs);
}
