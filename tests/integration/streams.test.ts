// What may come in a stream: bad networks, changes in mid-stream, sound beside the picture, huge and tiny packets,
// clocks that lie, recorded streams.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gstPeer, isLive, Rig, simulator, top, type Link, type Unit } from '../lib/media.ts';
import { UdpRelay, type Mischief } from '../lib/relay.ts';
import { orderAt } from '../lib/simulator.ts';

const KEY = 1, INIT = 2, GAP = 4, H265 = 8;
const recorded = join(top, '../shared/data/video');
const rig = new Rig(), relays: UdpRelay[] = [];
after(async () => {
  for (const relay of relays) relay.stop();
  await rig.stop();
});
const start = rig.start.bind(rig), portOf = rig.portOf.bind(rig);

async function relayed(port: number, mischief: Mischief): Promise<UdpRelay> {
  const relay = new UdpRelay(port, mischief);
  relays.push(relay);
  await relay.listen();
  return relay;
}

const sizeOf = (link: Link, n: number) => `${link.states.get(n)?.width}x${link.states.get(n)?.height}`;
const stats = (link: Link) => link.messages.findLast((m) => m.t === 'stats');
const told = (link: Link, sub: number) => link.messages.filter((m) => m.t === 'stream' && m.sub === sub).map((m) => `${m.width}x${m.height}`);

/** Units as they must always be: a keyframe first, decoding times that rise and are not after showing, and after a
 * gap nothing but a keyframe. */
function checkUnits(units: Unit[]): void {
  assert.ok(units[0]!.flags & KEY, 'the first unit is a keyframe');
  units.forEach((unit, i) => {
    assert.ok(unit.dts <= unit.pts);
    if (i && !(unit.flags & GAP)) assert.ok(unit.dts > units[i - 1]!.dts);
    if (unit.flags & GAP) assert.ok(unit.flags & KEY, 'a gap ends with a keyframe');
  });
}

/** What ffprobe reads out of Annex B or MP4 bytes, without a complaint: sizes of the pictures, and times of the packets. */
function probe(link: Link, units: Unit[], format: 'h264' | 'hevc' | 'mp4'): { sizes: string[]; pts: number[]; dts: number[]; complaints: string } {
  const path = join(link.dir, `probe.${format}`);
  writeFileSync(path, Buffer.concat(units.map((unit) => unit.data)));
  const run = spawnSync('ffprobe', ['-v', 'error', '-f', format, '-select_streams', 'v', '-show_entries', 'frame=width,height:packet=pts,dts',
    '-of', 'json', path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const both = (JSON.parse(run.stdout).packets_and_frames ?? []) as { type: string; width: number; height: number; pts: number; dts: number }[];
  const packets = both.filter((one) => one.type === 'packet');
  return {
    sizes: both.filter((one) => one.type === 'frame').map((one) => `${one.width}x${one.height}`),
    pts: packets.map((packet) => packet.pts), dts: packets.map((packet) => packet.dts), complaints: run.stderr,
  };
}

/** Each picture has its own time, and they are decoded in order. */
function checkTimes(times: { pts: number[]; dts: number[] }, what: string): void {
  const sorted = times.pts.toSorted((a, b) => a - b);
  sorted.forEach((pts, i) => assert.ok(i === 0 || pts > sorted[i - 1]!, `${what}: two pictures at ${pts}, ${times.dts.indexOf(pts)}`));
  times.dts.forEach((dts, i) => assert.ok(i === 0 || dts > times.dts[i - 1]!, `${what}: decoding times fall at ${i}`));
}

// mostly waiting, each for programs of its own
describe('streams', { concurrency: 3 }, () => {
  test('UDP that mixes and doubles packets loses nothing', async () => {
    // the relay may be stopped in the middle of a turned group for as long as a busy machine likes
    const link = await start({ transport: 'udp', udp_wait_ms: 5000 });
    const simulated = await portOf(simulator(link.dir, '--cameras', '8', '--h265-share', '0.5'));
    const foreign = await portOf(gstPeer(link.dir, '--mtu', '300'));
    const mischief = { reversed: 5, doubled: 9 };
    const ours = await relayed(simulated, mischief), theirs = await relayed(foreign, mischief);
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
    link.cameras([
      ...numbers.map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${ours.port}/cam/${n}/sub` })),
      { n: 9, id: 'gst', sub_url: `rtsp://127.0.0.1:${theirs.port}/cam` },
    ]);
    const all = [...numbers, 9];
    await link.until('live', () => all.every((n) => isLive(link, n)), 40000);
    for (const n of all) link.subscribe(n, n);
    await link.until('units', () => all.every((n) => link.unitsOf(n).length > 60), 40000);
    for (const n of all) {
      const units = link.unitsOf(n);
      checkUnits(units);
      assert.ok(units.every((unit) => !(unit.flags & GAP)), `camera ${n} lost something`);
    }
    await link.until('what came twice is counted', () => stats(link).late_packets > 0);
    assert.ok(ours.doubled > 0 && theirs.doubled > 0);
    assert.equal(stats(link).lost_packets, 0);
    const codec = link.states.get(1)!.codec === 'h265' ? 'hevc' : 'h264';
    const { sizes, complaints } = probe(link, link.unitsOf(1), codec);
    assert.equal(complaints, '');
    assert.ok(sizes.length >= link.unitsOf(1).length - 3);
  });

  test('UDP that loses packets shows nothing broken, and goes on at keyframes', async () => {
    const link = await start({ transport: 'udp' });
    const simulated = await portOf(simulator(link.dir, '--cameras', '2', '--h265-share', '0', '--gop', '10'));
    const relay = await relayed(simulated, { lost: 70, reversed: 3 });
    link.cameras([
      { n: 1, id: 'bad', sub_url: `rtsp://127.0.0.1:${relay.port}/cam/1/sub` },
      { n: 2, id: 'good', sub_url: `rtsp://127.0.0.1:${simulated}/cam/2/sub` },
    ]);
    await link.until('live', () => [1, 2].every((n) => isLive(link, n)), 40000);
    for (const n of [1, 2]) link.subscribe(n, n);
    await link.until('gaps and what comes after them', () =>
      link.unitsOf(1).filter((unit) => unit.flags & GAP).length > 3 && link.unitsOf(1).length > 60, 60000);
    await link.until('losses are counted', () => stats(link).lost_packets > 0);
    const units = link.unitsOf(1);
    checkUnits(units);
    assert.ok(relay.lost > 0);
    assert.equal(probe(link, units, 'h264').complaints, '');
    checkUnits(link.unitsOf(2));
    assert.ok(link.unitsOf(2).every((unit) => !(unit.flags & GAP)), 'the good camera lost nothing');
  });

  test('too small UDP buffers are told once, with what helps', async () => {
    const huge = await start({ transport: 'udp', udp_buffer_kb: 1048576 }); // more than any kernel gives
    const small = await start({ transport: 'udp', udp_buffer_kb: 64 });
    const port = await portOf(simulator(huge.dir, '--cameras', '2'));
    for (const link of [huge, small]) {
      link.cameras([1, 2].map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub` })));
      await link.until('live', () => [1, 2].every((n) => isLive(link, n)));
      await link.until('figures', () => stats(link)?.udp_buffer_bytes > 0);
    }
    assert.match(stats(huge).advice[0], /sysctl -w net\.core\.rmem_max=1073741824/);
    assert.equal(stats(huge).advice.length, 1);
    assert.equal(huge.log.match(/net\.core\.rmem_max/g)?.length, 1);
    assert.deepEqual(stats(small).advice, []);
    assert.doesNotMatch(small.log, /rmem_max/);
  });

  test('another size in mid-stream reaches decoder, viewers, MP4 and transcode', async () => {
    const link = await start({ picture_cores: 1 });
    const control = join(link.dir, 'control');
    const port = await portOf(simulator(link.dir, '--cameras', '4', '--h265-share', '0.5', '--gop', '25', '--control', control));
    link.cameras([1, 2, 3, 4].map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub` })));
    await link.until('live', () => [1, 2, 3, 4].every((n) => isLive(link, n)));
    const h264 = [1, 2, 3, 4].find((n) => link.states.get(n)!.codec === 'h264')!;
    const h265 = [1, 2, 3, 4].find((n) => link.states.get(n)!.codec === 'h265')!;
    link.send({ t: 'watch', all: true, visible: [], alert: [] });
    link.subscribe(1, h264);
    link.subscribe(2, h264, { format: 'fmp4' });
    link.subscribe(3, h265, { variant: 'h264' });
    link.subscribe(4, h265);
    await link.until('units before', () => [1, 2, 3, 4].every((sub) => link.unitsOf(sub).length > 5), 40000);
    await orderAt(control, { cmd: 'fault', kind: 'resolution', all: true });
    await link.until('the new size', () => [1, 2, 3, 4].every((sub) => told(link, sub).includes('1280x720')), 40000);
    const seen = [1, 2, 3, 4].map((sub) => link.unitsOf(sub).length);
    await link.until('units after', () => [1, 2, 3, 4].every((sub, i) => link.unitsOf(sub).length > seen[i]! + 10), 40000);
    for (const sub of [1, 2, 3, 4]) assert.deepEqual(told(link, sub), ['640x360', '1280x720'], `told of ${sub}`);
    await link.until('states', () => [h264, h265].every((n) => sizeOf(link, n) === '1280x720'));

    for (const sub of [1, 3, 4]) {
      const { sizes, complaints } = probe(link, link.unitsOf(sub), sub === 4 ? 'hevc' : 'h264');
      assert.equal(complaints, '', `stream ${sub}`);
      assert.deepEqual([...new Set(sizes)], ['640x360', '1280x720'], `stream ${sub}`);
    }
    const pieces = link.unitsOf(2);
    const inits = pieces.flatMap((piece, i) => (piece.flags & INIT ? [i] : []));
    assert.equal(inits.length, 2, 'a new init piece');
    assert.ok(pieces[inits[1]! + 1]!.flags & KEY);
    const whole = (from: number, to?: number) => probe(link, pieces.slice(from, to), 'mp4');
    assert.deepEqual([...new Set(whole(0, inits[1]).sizes)], ['640x360']);
    const second = whole(inits[1]!);
    assert.deepEqual([...new Set(second.sizes)], ['1280x720']);
    checkTimes(second, 'the new size');
    assert.ok(second.dts[0]! > whole(0, inits[1]).dts.at(-1)!, 'its time goes on');

    for (const [req, n] of [[11, h264], [12, h265]] as const) link.send({ t: 'snapshot', req, n, width: 0 });
    await link.until('snapshots', () => link.snapshots.has(11) && link.snapshots.has(12));
    for (const req of [11, 12]) assert.equal(link.snapshots.get(req)!.width, 1280);
    const since = pieces[inits[1]! + 1]!.wall;
    await link.until('thumbnails of the new size', () => [h264, h265].every((n) => link.thumbs.some((thumb) => thumb.n === n && thumb.wall >= since)));
  });

  test('a camera that comes back with another codec reaches all of them', async () => {
    const link = await start({ picture_cores: 1 });
    const options = (codec: string, width: number) => ['--codec', codec, '--width', `${width}`, '--height', `${width / 2}`];
    let peer = gstPeer(link.dir, ...options('h264', 320));
    const port = await portOf(peer);
    const again = async (codec: string, width: number) => {
      await peer.kill();
      peer = gstPeer(link.dir, '--port', `${port}`, ...options(codec, width));
      assert.equal(await portOf(peer), port);
    };
    link.cameras([{ n: 1, id: 'c1', sub_url: `rtsp://127.0.0.1:${port}/cam` }]);
    await link.until('live', () => isLive(link, 1), 40000);
    link.send({ t: 'watch', all: true, visible: [], alert: [] });
    link.subscribe(1, 1);
    link.subscribe(2, 1, { format: 'fmp4' });
    link.subscribe(3, 1, { variant: 'h264' });
    link.subscribe(4, 1, { variant: 'h264', format: 'fmp4' });
    const subs = [1, 2, 3, 4];
    const more = async (what: string, size: string) => {
      await link.until(`${what}: told`, () => subs.every((sub) => told(link, sub).at(-1) === size), 60000);
      const seen = subs.map((sub) => link.unitsOf(sub).length);
      await link.until(`${what}: units`, () => subs.every((sub, i) => link.unitsOf(sub).length > seen[i]! + 5), 60000);
      await link.until(`${what}: state`, () => sizeOf(link, 1) === size && isLive(link, 1));
      const req = 20 + link.snapshots.size;
      link.send({ t: 'snapshot', req, n: 1, width: 0 });
      await link.until(`${what}: snapshot`, () => link.snapshots.has(req));
      assert.equal(`${link.snapshots.get(req)!.width}x${link.snapshots.get(req)!.height}`, size);
    };
    await more('H.264', '320x160');
    await again('h265', 480);
    await more('H.265', '480x240');
    await again('h264', 640);
    await more('H.264 again', '640x320');
    assert.ok(link.unitsOf(1).some((unit) => unit.flags & H265) && link.unitsOf(2).some((unit) => unit.flags & H265));
    for (const sub of [3, 4]) assert.ok(link.unitsOf(sub).every((unit) => !(unit.flags & H265)), `${sub} asked for H.264`);
    const { sizes } = probe(link, link.unitsOf(3), 'h264');
    assert.deepEqual([...new Set(sizes)], ['320x160', '480x240', '640x320']);
    for (const sub of [2, 4]) {
      const pieces = link.unitsOf(sub), last = pieces.findLastIndex((piece) => piece.flags & INIT);
      const { sizes: shown, ...times } = probe(link, pieces.slice(last), 'mp4');
      assert.deepEqual([...new Set(shown)], ['640x320'], `MP4 ${sub}`);
      checkTimes(times, `MP4 ${sub}`);
    }
    assert.ok(!link.messages.some((m) => m.t === 'ended'), 'no viewer was sent away');
  });

  test('sound beside the picture does no harm, first in the description, over TCP and UDP', async () => {
    for (const transport of ['tcp', 'udp']) {
      const link = await start({ transport });
      const port = await portOf(gstPeer(link.dir));
      link.cameras([
        { n: 1, id: 'pcma', sub_url: `rtsp://127.0.0.1:${port}/pcma` },
        { n: 2, id: 'aac', sub_url: `rtsp://127.0.0.1:${port}/aac` },
      ]);
      await link.until(`live over ${transport}`, () => [1, 2].every((n) => isLive(link, n)), 40000);
      for (const n of [1, 2]) link.subscribe(n, n);
      await link.until('units', () => [1, 2].every((n) => link.unitsOf(n).length > 20));
      for (const n of [1, 2]) {
        checkUnits(link.unitsOf(n));
        const { sizes, complaints } = probe(link, link.unitsOf(n), 'h264');
        assert.equal(complaints, '');
        assert.deepEqual([...new Set(sizes)], ['320x180']);
      }
      assert.equal(stats(link).lost_packets, 0);
    }
  });

  test('one packet a write, huge keyframes and tiny packets', async () => {
    const link = await start();
    const control = join(link.dir, 'control');
    const apart = await portOf(simulator(link.dir, '--cameras', '3', '--h265-share', '0', '--gop', '12', '--packets-apart', '--control', control));
    const tiny = await portOf(gstPeer(link.dir, '--mtu', '80'));
    link.cameras([
      ...[1, 2, 3].map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${apart}/cam/${n}/sub` })),
      { n: 4, id: 'tiny', sub_url: `rtsp://127.0.0.1:${tiny}/cam` },
    ]);
    await link.until('live', () => [1, 2, 3, 4].every((n) => isLive(link, n)), 40000);
    await orderAt(control, { cmd: 'fault', kind: 'oversize', value: 1 << 20, cameras: [1] });
    await orderAt(control, { cmd: 'fault', kind: 'oversize', value: 9 << 20, cameras: [2] });
    for (const n of [1, 2, 3, 4]) link.subscribe(n, n, { credit: 1 << 30 });
    const keyframes = (sub: number) => link.unitsOf(sub).filter((unit) => unit.flags & KEY && unit.data.length > 1 << 20);
    await link.until('keyframes of 1 MiB', () => keyframes(1).length > 3, 40000);
    await link.until('the others', () => [3, 4].every((n) => link.unitsOf(n).length > 60), 40000);
    for (const n of [1, 3, 4]) {
      checkUnits(link.unitsOf(n));
      assert.ok(link.unitsOf(n).every((unit) => !(unit.flags & GAP)), `camera ${n} lost something`);
    }
    assert.equal(probe(link, link.unitsOf(4), 'h264').complaints, '');
    // what is over the bound never comes, and takes no memory
    assert.ok(link.unitsOf(2).every((unit) => unit.data.length < 8 << 20));
    const before = link.unitsOf(2).length;
    await orderAt(control, { cmd: 'clear', kind: 'oversize' });
    await link.until('the huge one is back', () => link.unitsOf(2).length > before + 10, 40000);
    checkUnits(link.unitsOf(2));
    assert.ok(stats(link).rss_bytes < 500 << 20);
  });

  test('the offset of a camera\'s clock is measured and told as it changes', async () => {
    const link = await start();
    const control = join(link.dir, 'control');
    const port = await portOf(simulator(link.dir, '--cameras', '2', '--control', control));
    link.cameras([1, 2].map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub` })));
    const offset = (n: number) => link.states.get(n)?.clock_offset_ms ?? null;
    await link.until('offsets', () => [1, 2].every((n) => offset(n) !== null));
    for (const n of [1, 2]) assert.ok(Math.abs(offset(n)!) < 2000, `${offset(n)}`);
    link.subscribe(1, 1);
    await orderAt(control, { cmd: 'fault', kind: 'clock', value: -3600000, cameras: [1] });
    await link.until('an hour behind', () => Math.abs(offset(1)! + 3600000) < 2000);
    const seen = link.unitsOf(1).length;
    await link.until('and it plays on', () => link.unitsOf(1).length > seen + 20);
    assert.ok(link.unitsOf(1).every((unit) => !(unit.flags & GAP)));
    const last = link.unitsOf(1).at(-1)!;
    assert.ok(Math.abs(Number(last.wall) / 1000 - Date.now()) < 60_000, 'the time of receiving is ours');
    await orderAt(control, { cmd: 'clear', kind: 'clock' });
    await link.until('right again', () => Math.abs(offset(1)!) < 2000);
  });

  test('a stream that lost its framing is left at once and taken again', async () => {
    const link = await start();
    const control = join(link.dir, 'control');
    const port = await portOf(simulator(link.dir, '--cameras', '2', '--control', control));
    link.cameras([1, 2].map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub` })));
    await link.until('live', () => [1, 2].every((n) => isLive(link, n)));
    for (const n of [1, 2]) link.subscribe(n, n);
    await link.until('units', () => [1, 2].every((n) => link.unitsOf(n).length > 5));
    await orderAt(control, { cmd: 'fault', kind: 'desync', cameras: [1] });
    await link.until('told', () => link.messages.some((m) => m.t === 'states' &&
      m.list.some((state: { n: number; reason: string; detail: string }) => state.n === 1 && state.reason === 'protocol' && /lost its framing/.test(state.detail))));
    const seen = link.unitsOf(1).length;
    await link.until('units again', () => link.unitsOf(1).length > seen + 10 && isLive(link, 1));
    checkUnits(link.unitsOf(1));
    assert.ok(link.unitsOf(2).every((unit) => !(unit.flags & GAP)), 'the other camera lost nothing');
  });

  test('recorded streams are read whole and again, as units, MP4 and pictures', async () => {
    const files = existsSync(recorded) ? readdirSync(recorded).filter((name) => name.endsWith('.264')).sort() : [];
    const link = await start({ picture_cores: 1, transport: 'tcp' });
    const made = join(link.dir, 'made.264'); // one is there in any case: B-pictures and many slices
    spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=25', '-t', '3', '-g', '25', '-bf', '2', '-slices', '4', '-c:v', 'libx264', made]);
    const paths = [made, ...files.map((name) => join(recorded, name))];
    const cameras: { n: number; id: string; sub_url: string }[] = [];
    for (const [i, path] of paths.entries())
      cameras.push({ n: i + 1, id: `file${i}`, sub_url: `rtsp://127.0.0.1:${await portOf(gstPeer(link.dir, '--file', path))}/file` });
    link.cameras(cameras);
    for (const { n } of cameras) {
      link.subscribe(n, n);
      link.subscribe(100 + n, n, { format: 'fmp4' });
      link.send({ t: 'snapshot', req: 200 + n, n, width: 0 });
    }
    await link.until('units', () => cameras.every(({ n }) => link.unitsOf(n).length > 60 && link.unitsOf(100 + n).length > 60), 60000);
    for (const { n } of cameras) if (!link.snapshots.has(200 + n)) link.send({ t: 'snapshot', req: 200 + n, n, width: 0 });
    await link.until('pictures', () => cameras.every(({ n }) => link.snapshots.has(200 + n)));
    for (const [i, path] of paths.entries()) {
      const n = i + 1, units = link.unitsOf(n);
      checkUnits(units);
      const original = spawnSync('ffprobe', ['-v', 'quiet', '-select_streams', 'v', '-show_entries', 'stream=width,height', '-of', 'csv=p=0:s=x', path], { encoding: 'utf8' });
      const size = original.stdout.trim();
      const annexb = probe(link, units, 'h264');
      assert.deepEqual([...new Set(annexb.sizes)], [size], path);
      assert.ok(annexb.sizes.length >= units.length * 0.8, `${path}: ${annexb.sizes.length} pictures of ${units.length} units`);
      const mp4 = probe(link, link.unitsOf(100 + n), 'mp4');
      assert.deepEqual([...new Set(mp4.sizes)], [size], path);
      checkTimes(mp4, path);
      assert.equal(`${link.snapshots.get(200 + n)!.width}x${link.snapshots.get(200 + n)!.height}`, size, path);
    }
  });

  test('raw files with B-pictures play in order and at their own pace', async () => {
    const link = await start();
    const made = join(link.dir, 'made.264');
    spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=25', '-t', '2', '-g', '25', '-bf', '2', '-c:v', 'libx264', made]);
    const wanted = ['Cisco_Men_whisper_640x320_CABAC_Bframe_9.264', 'VID_1280x720_cabac_temporal_direct.264', 'BA_MW_D_P_LOST.264'];
    const paths = [made, ...wanted.map((name) => join(recorded, name)).filter((path) => existsSync(path))];
    link.cameras(paths.map((path, i) => ({ n: i + 1, id: `file${i}`, sub_url: `file://${path}` })));
    const began = Date.now();
    for (const i of paths.keys()) link.subscribe(i + 1, i + 1, { format: 'fmp4' });
    await link.until('pieces', () => paths.every((_, i) => link.unitsOf(i + 1).length > 50), 60000);
    assert.ok(Date.now() - began > 1000, '50 pictures take their time');
    for (const [i, path] of paths.entries()) {
      const pieces = link.unitsOf(i + 1);
      checkUnits(pieces.filter((piece) => !(piece.flags & INIT)));
      checkTimes(probe(link, pieces, 'mp4'), path);
      if (!/LOST/.test(path)) assert.ok(pieces.some((piece) => piece.pts > piece.dts), `${path} has B-pictures`);
    }
  });
});
