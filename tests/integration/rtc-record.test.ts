// Recordings: said to run only while files grow; one film with a time line of what was recorded; Janus gone, disk full.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join as path } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { all, Desk, none, type Line } from '../lib/rtc-desk.ts';
import { build } from '../lib/programs.ts';
import { emptySite, Seat, startMediaBrowser } from '../lib/rtc-page.ts';
import { until } from '../lib/wait.ts';

let desk: Desk;
let browser: Browser;
let site: { server: Server; url: string };
let ada: Seat, ben: Seat;
let disk: string;

before(async () => {
  desk = new Desk();
  disk = path(desk.dir, 'recordings');
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600m', 'recordings', disk]).status, 0);
  [browser, site] = await Promise.all([startMediaBrowser(), emptySite()]);
  await desk.ready();
  ada = await Seat.open(browser, site.url, desk, 'a1');
  ben = await Seat.open(browser, site.url, desk, 'b1', ['mic']);
});
after(async () => {
  await browser?.close();
  site?.server.close();
  spawnSync('umount', ['-l', disk]);
  await desk?.stop();
});

const join = (seat: Seat, meeting: string, may = all): void => desk.do('join', { meeting, seat: seat.id, room: 'joint', may });
const record = (meeting: string, on: boolean): void => desk.do('record', { meeting, room: 'joint', on });
const state = (): string => `${desk.last('recording')?.state ?? ''} ${desk.last('recording')?.error ?? ''}`.trim();
const said = (what: string): Promise<unknown> => until(`recording is ${what}`, () => state() === what);
async function heard(): Promise<void> {
  await until('both are heard', async () => ((await ada.track('b1', 'mic'))?.packets ?? 0) > 5 && ((await ben.track('a1', 'camera'))?.frames ?? 0) > 2);
}
/** What is on the disk grows by so much while it is recorded. */
async function grown(bytes: number): Promise<void> {
  const size = (): number => Number(execFileSync('du', ['-sb', disk], { encoding: 'utf8' }).split('\t')[0]);
  const from = size();
  await until('it grows', () => size() > from + bytes);
}
interface About { sha256: string; bytes: number; seconds: number; parts: { at_s: number; from_us: string; to_us: string }[]; tracks: { seat: string; kind: string }[]; meeting: string; room: string }
async function film(meeting: string): Promise<{ line: Line; about: About; probe: { format: { duration: string }; streams: { codec_name: string; width?: number }[] } }> {
  desk.do('close', { meeting });
  const line = await until('the film', () => desk.told.find((one) => one.tell === 'recorded' && (one.about as About).meeting === meeting), 120_000);
  const probe = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', String(line.file)], { encoding: 'utf8' }));
  return { line, about: line.about as About, probe };
}

/** Janus is killed; until it is told, and there again. */
async function killed(): Promise<void> {
  const times = (): number => desk.told.filter((line) => line.tell === 'state' && line['ready'] === true).length;
  const before = times();
  process.kill(desk.janus?.pid ?? 0, 'SIGKILL');
  await said('failed media_away');
  await until('Janus is back', () => times() > before);
}

test('two parts with a pause between become one film: picture, voices, time line, digest', async () => {
  for (const seat of [ada, ben]) join(seat, '1');
  await heard();
  record('1', true);
  await said('on');
  await grown(60_000);
  record('1', false);
  await said('off');
  const folder = path(disk, readdirSync(disk)[0] ?? '');
  const sizes = (): string => execFileSync('du', ['-sb', folder], { encoding: 'utf8' });
  const still = sizes();
  const heardThen = (await ada.track('b1', 'mic'))?.packets ?? 0; // 50 a second
  await until('he spoke for three seconds more', async () => ((await ada.track('b1', 'mic'))?.packets ?? 0) > heardThen + 150);
  assert.equal(sizes(), still);
  record('1', true);
  await said('on');
  await grown(60_000);
  const { line, about, probe } = await film('1');
  assert.deepEqual([about.room, about.parts.length, about.parts[0]?.at_s], ['joint', 2, 0]);
  assert.deepEqual([...new Set(about.tracks.map((track) => `${track.seat} ${track.kind}`))].sort(), ['a1 camera', 'a1 mic', 'b1 mic']);
  assert.deepEqual(probe.streams.map((stream) => stream.codec_name).sort(), ['aac', 'h264']);
  assert.ok(Math.abs(Number(probe.format.duration) - about.seconds) < 1.5, `${probe.format.duration} of ${about.seconds}`);
  assert.equal(createHash('sha256').update(readFileSync(String(line.file))).digest('hex'), about.sha256);
  const volume = spawnSync('ffmpeg', ['-v', 'info', '-i', String(line.file), '-af', 'volumedetect', '-f', 'null', '-'], { encoding: 'utf8' }).stderr;
  assert.ok(Number(/mean_volume: (-?[\d.]+)/.exec(volume)?.[1]) > -40, 'voices are in it');
});

/** A recording of Janus of whose last whole picture (VP8) only the beginning came: what is left of a sender who was there for a moment. */
function headless(mjr: Buffer): Buffer {
  const head = mjr.subarray(0, 10 + mjr.readUInt16BE(8));
  let kept: Buffer[] = [];
  for (let at = head.length; at < mjr.length;) {
    const end = at + 10 + mjr.readUInt16BE(at + 8);
    const rtp = mjr.subarray(at + 10, end);
    let payload = 12 + 4 * (rtp[0]! & 15);
    if (rtp[0]! & 16) payload += 4 + 4 * rtp.readUInt16BE(payload + 2);
    let frame = payload + 1; // behind the descriptor
    if (rtp[payload]! & 128) {
      const has = rtp[frame++]!;
      if (has & 128) frame += rtp[frame]! & 128 ? 2 : 1;
      if (has & 64) frame++;
      if (has & 48) frame++;
    }
    const whole = (rtp[payload]! & 16) !== 0 && (rtp[frame]! & 1) === 0;
    if (whole) kept = [Buffer.from(mjr.subarray(at, end)).fill(0, 10 + frame + 10)];
    at = end;
  }
  return Buffer.concat([head, ...kept]);
}

test('a stream that nobody can decode is left out of the film and of its time line, the others are in it', () => {
  const folder = path(disk, readdirSync(disk)[0] ?? '');
  const name = readdirSync(folder).find((one) => one.endsWith('video-1.mjr')) ?? '';
  writeFileSync(path(folder, name.replace(/-user-\d+-/, '-user-999-')), headless(readFileSync(path(folder, name))));
  appendFileSync(path(folder, 'seats'), '999 c1\n');
  const ran = spawnSync(path(build, 'server/app/townwall-tape'), [folder, '0'], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stderr, /-user-999-.* is left out: /);
  const about = JSON.parse(ran.stdout) as About;
  assert.deepEqual([...new Set(about.tracks.map((track) => `${track.seat} ${track.kind}`))].sort(), ['a1 camera', 'a1 mic', 'b1 mic']);
  assert.equal(createHash('sha256').update(readFileSync(path(folder, 'recording.mp4'))).digest('hex'), about.sha256);
});

test('nobody who sends: it is not said to be recorded', async () => {
  join(ada, '2', none);
  record('2', true);
  await said('failed nobody_sends');
  desk.do('close', { meeting: '2' });
  await until('nothing is left of it', () => readdirSync(disk).length === 1);
});

test('a full disk is told, and it goes on when there is room again', async () => {
  for (const seat of [ada, ben]) join(seat, '3');
  await heard();
  record('3', true);
  await said('on');
  execFileSync('fallocate', ['-l', '500M', path(disk, 'full')]);
  await said('failed disk_full');
  rmSync(path(disk, 'full'));
  await said('on');
  record('3', false);
  await said('off');
});

test('Janus killed: told at once; back, recorded again, and both parts are in the film', async () => {
  record('3', true);
  await said('on');
  await grown(30_000);
  await killed();
  for (const seat of [ada, ben]) join(seat, '3');
  record('3', true);
  await said('on');
  await grown(30_000);
  const { line, about, probe } = await film('3');
  assert.ok(about.parts.length >= 2);
  assert.ok(Math.abs(Number(probe.format.duration) - about.seconds) < 1.5, `${probe.format.duration} of ${about.seconds}`);
  assert.ok(existsSync(dirname(String(line.file))));
});

test('Janus killed and back: nothing is recorded until it is asked for again', async () => {
  for (const seat of [ada, ben]) join(seat, '4');
  await heard();
  record('4', true);
  await said('on');
  await killed();
  const sizes = (): string => execFileSync('find', [disk, '-name', '*.mjr', '-printf', '%p %s\n'], { encoding: 'utf8' });
  const still = sizes();
  for (const seat of [ada, ben]) join(seat, '4');
  await heard();
  const heardThen = (await ada.track('b1', 'mic'))?.packets ?? 0; // 50 a second
  await until('he spoke for three seconds more', async () => ((await ada.track('b1', 'mic'))?.packets ?? 0) > heardThen + 150);
  assert.equal(sizes(), still, 'who did not agree any more is not recorded');
  assert.equal(state(), 'failed media_away');
  desk.do('close', { meeting: '4' });
});
