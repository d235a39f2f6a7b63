// Recordings: said to run only while files grow; one film with a time line of what was recorded; Janus gone, disk full.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join as path } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { all, Desk, none, type Line } from '../lib/rtc-desk.ts';
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
  process.kill(desk.janus?.pid ?? 0, 'SIGKILL');
  await said('failed media_away');
  await until('Janus is back', () => desk.last('state')?.ready === true);
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
  process.kill(desk.janus?.pid ?? 0, 'SIGKILL');
  await said('failed media_away');
  await until('Janus is back', () => desk.last('state')?.ready === true);
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
