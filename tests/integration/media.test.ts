// townwall-media on its link: camera sets, states, units, thumbnails, and cameras that are not ours.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build, gstPeer, isLive, Rig, simulator, top, type Link, type Unit } from '../lib/media.ts';

const KEY = 1, INIT = 2, GAP = 4, H265 = 8;
const rig = new Rig();
after(() => rig.stop());
const start = rig.start.bind(rig), portOf = rig.portOf.bind(rig);

const nalTypes = (unit: Unit) => {
  const types: number[] = [];
  for (let at = unit.data.indexOf('00000001', 0, 'hex'); at >= 0; at = unit.data.indexOf('00000001', at + 4, 'hex'))
    types.push(unit.flags & H265 ? unit.data[at + 4]! >> 1 & 63 : unit.data[at + 4]! & 31);
  return types;
};

/** Units as they must always be: a keyframe first, decoding times that rise and are not after showing. */
function checkUnits(units: Unit[]): void {
  assert.ok(units[0]!.flags & KEY, 'the first unit is a keyframe');
  for (let i = 0; i < units.length; i++) {
    assert.ok(units[i]!.dts <= units[i]!.pts);
    // a new run of the source (a file that begins again) has a clock of its own, and says so
    if (i && !(units[i]!.flags & GAP)) assert.ok(units[i]!.dts > units[i - 1]!.dts);
  }
}

/** Returned: how many pictures ffmpeg decodes out of Annex B or MP4 bytes, and their size. */
function decode(link: Link, units: Unit[], format: 'h264' | 'hevc' | 'mp4'): { pictures: number; size: string } {
  const path = join(link.dir, `decode.${format}`);
  writeFileSync(path, Buffer.concat(units.map((unit) => unit.data)));
  const probe = spawnSync('ffprobe', ['-v', 'error', '-f', format, '-count_frames', '-select_streams', 'v', '-show_entries',
    'stream=nb_read_frames,width,height', '-of', 'json', path], { encoding: 'utf8' });
  assert.equal(probe.stderr, '');
  const stream = JSON.parse(probe.stdout).streams[0];
  return { pictures: Number(stream.nb_read_frames), size: `${stream.width}x${stream.height}` };
}

test('simulated cameras of both codecs come live, with units, thumbnails and snapshots', async () => {
  const link = await start();
  const port = await portOf(simulator(link.dir, '--cameras', '6', '--h265-share', '0.5'));
  const url = (i: number, profile: string) => `rtsp://127.0.0.1:${port}/cam/${i}/${profile}`;
  link.cameras([1, 2, 3, 4, 5, 6].map((n) => ({ n, id: `c${n}`, url: url(n, 'main'), sub_url: url(n, 'sub') })));
  await link.until('cameras_applied', () => link.messages.some((m) => m.t === 'cameras_applied' && m.gen === 1 && m.count === 6));
  await link.until('all live', () => [1, 2, 3, 4, 5, 6].every((n) => isLive(link, n)));
  const codecs = new Set([...link.states.values()].map((state) => state.codec));
  assert.deepEqual([...codecs].sort(), ['h264', 'h265']);
  for (const state of link.states.values()) assert.equal(`${state.width}x${state.height}`, '640x360');

  const h264 = [...link.states.values()].find((state) => state.codec === 'h264')!.n;
  const h265 = [...link.states.values()].find((state) => state.codec === 'h265')!.n;
  link.subscribe(1, h264);
  link.subscribe(2, h265);
  await link.until('units', () => link.unitsOf(1).length > 30 && link.unitsOf(2).length > 30);
  checkUnits(link.unitsOf(1));
  checkUnits(link.unitsOf(2));
  assert.deepEqual(nalTypes(link.unitsOf(1)[0]!).filter((type) => type === 7 || type === 8), [7, 8]);
  assert.deepEqual(nalTypes(link.unitsOf(2)[0]!).filter((type) => type >= 32 && type <= 34), [32, 33, 34]);
  assert.equal(decode(link, link.unitsOf(1), 'h264').size, '640x360');
  assert.equal(decode(link, link.unitsOf(2), 'hevc').size, '640x360');
  const told = link.messages.find((m) => m.t === 'stream' && m.sub === 1);
  assert.match(told.codec, /^avc1\.[0-9a-f]{6}$/);

  link.subscribe(3, h264, { profile: 'main' });
  link.subscribe(4, h264, { rung: 'key' });
  link.subscribe(5, h264, { format: 'fmp4' });
  link.subscribe(6, h265, { variant: 'h264' });
  await link.until('main, keyframes, fmp4 and a transcode', () => link.unitsOf(3).length > 10 && link.unitsOf(4).length > 1 &&
    link.unitsOf(5).length > 30 && link.unitsOf(6).length > 5, 40000);
  assert.notEqual(decode(link, link.unitsOf(3), 'h264').size, '640x360');
  assert.ok(link.unitsOf(4).every((unit) => unit.flags & KEY));
  assert.ok(link.unitsOf(5)[0]!.flags & INIT);
  assert.ok(decode(link, link.unitsOf(5), 'mp4').pictures > 20);
  assert.ok(link.unitsOf(6).every((unit) => !(unit.flags & H265)));
  assert.ok(decode(link, link.unitsOf(6), 'h264').pictures > 0);

  link.send({ t: 'watch', all: true, visible: [], alert: [] });
  await link.until('thumbnails', () => [1, 2, 3, 4, 5, 6].every((n) => link.thumbs.some((thumb) => thumb.n === n)));
  for (const thumb of link.thumbs) {
    assert.equal(`${thumb.width}x${thumb.height}`, '160x90');
    assert.equal(thumb.jpeg.readUInt16BE(0), 0xffd8);
  }
  link.send({ t: 'snapshot', req: 9, n: h264, width: 320 });
  await link.until('snapshot', () => link.snapshots.has(9));
  assert.equal(link.snapshots.get(9)!.width, 320);
  const stats = link.messages.findLast((m) => m.t === 'stats');
  assert.ok(stats.units_per_s > 0 && stats.rss_bytes > 0 && stats.cpu_cores.ingest >= 0);
});

test('a camera set replaces the last one and touches only what changed', async () => {
  const link = await start();
  const port = await portOf(simulator(link.dir, '--cameras', '3', '--h265-share', '0'));
  const camera = (n: number, i = n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${i}/sub` });
  link.cameras([camera(1), camera(2)]);
  await link.until('two live', () => isLive(link, 1) && isLive(link, 2));
  link.subscribe(1, 1);
  link.subscribe(2, 2);
  await link.until('units', () => link.unitsOf(1).length > 5 && link.unitsOf(2).length > 5);
  link.cameras([camera(1), camera(3)]);
  await link.until('the gone one ends', () => link.messages.some((m) => m.t === 'ended' && m.sub === 2 && m.code === 'stopped'));
  await link.until('the new one', () => isLive(link, 3));
  const seen = link.unitsOf(1).length;
  await link.until('the first one goes on', () => link.unitsOf(1).length > seen + 10);
  assert.ok(link.unitsOf(1).every((unit) => unit.dropped === 0));
  assert.ok(!link.messages.some((m) => m.t === 'ended' && m.sub === 1));
});

test('behind a later set only what it added or changed is told', async () => {
  const link = await start();
  const set = (path: string, more: { n: number; id: string; url: string; mode: string }[] = []) =>
    [1, 2, 3].map((n) => ({ n, id: `c${n}`, url: `rtsp://127.0.0.1:1/${n === 2 ? path : n}`, mode: 'disabled' })).concat(more);
  const told = (): number[] => link.messages.flatMap((m) => (m.t === 'states' && m.gen === link.generation ? m.list.map((state: { n: number }) => state.n) : []));
  link.cameras(set('a'));
  await link.until('all of the first set', () => told().length === 3);
  link.cameras(set('b', [{ n: 4, id: 'c4', url: 'rtsp://127.0.0.1:1/4', mode: 'disabled' }]));
  await link.until('the changed one and the new one', () => told().length >= 2);
  link.cameras(set('c'));
  await link.until('the changed one', () => told().length >= 1);
  const all = [1, 2, 3].map((gen) => link.messages.flatMap((m) => (m.t === 'states' && m.gen === gen ? m.list.map((state: { n: number }) => state.n) : [])).sort());
  assert.deepEqual(all, [[1, 2, 3], [2, 4], [2]]);
});

test('cameras go on while townwalld is away; states and pictures are there again after it', async () => {
  const link = await start();
  const port = await portOf(simulator(link.dir, '--cameras', '2', '--h265-share', '0'));
  link.cameras([1, 2].map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub` })));
  await link.until('live', () => isLive(link, 1) && isLive(link, 2));
  await link.vanish();
  link.states.clear();
  await link.listen();
  await link.until('connected again', () => link.connections === 2);
  await link.until('the full set of states', () => isLive(link, 1) && isLive(link, 2));
  link.subscribe(7, 1);
  await link.until('units', () => link.unitsOf(7).length > 5);
});

test('without credit nothing comes, and with it the stream goes on at a keyframe', async () => {
  const link = await start();
  const port = await portOf(simulator(link.dir, '--cameras', '1', '--h265-share', '0'));
  link.cameras([{ n: 1, id: 'c1', sub_url: `rtsp://127.0.0.1:${port}/cam/1/sub` }]);
  await link.until('live', () => isLive(link, 1));
  link.subscribe(1, 1, { credit: 1 });
  link.subscribe(2, 1); // tells how time passes
  await link.until('three seconds of units', () => link.unitsOf(2).length > 75);
  assert.equal(link.unitsOf(1).length, 1); // one unit may go below zero
  link.credit(1, 1 << 20);
  await link.until('units again', () => link.unitsOf(1).length > 5);
  const next = link.unitsOf(1)[1]!;
  assert.ok(next.flags & KEY);
  assert.ok(next.dropped > 20);
});

test('who opens a camera that is down waits for it, and gets nothing old', async () => {
  const link = await start();
  const first = simulator(link.dir, '--cameras', '1', '--h265-share', '0');
  const port = await portOf(first);
  link.cameras([{ n: 1, id: 'c1', sub_url: `rtsp://127.0.0.1:${port}/cam/1/sub` }]);
  link.subscribe(1, 1);
  await link.until('units', () => link.unitsOf(1).length > 5);
  first.process.kill('SIGKILL');
  const waits = (sub: number) => link.messages.filter((m) => m.t === 'waiting' && m.sub === sub);
  await link.until('who watched is told', () => waits(1).length > 0);
  const since = BigInt(Date.now()) * 1000n;
  link.subscribe(2, 1);
  link.subscribe(3, 1, { format: 'fmp4' });
  await link.until('who comes is told', () => [2, 3].every((sub) => waits(sub).length > 0));
  assert.ok(['no_data', 'unreachable'].includes(waits(2)[0].code) && waits(2)[0].detail, JSON.stringify(waits(2)));
  await portOf(simulator(link.dir, '--cameras', '1', '--h265-share', '0', '--port', String(port)));
  await link.until('all play', () => [1, 2, 3].every((sub) => link.unitsOf(sub).some((unit) => unit.wall > since)));
  for (const sub of [2, 3]) {
    assert.ok(link.unitsOf(sub).every((unit) => unit.flags & INIT || unit.wall > since), 'nothing of before');
    const told = link.messages.filter((m) => m.sub === sub && ['waiting', 'stream', 'ended'].includes(m.t)).map((m) => m.t);
    assert.deepEqual([...new Set(told)], ['waiting', 'stream']);
  }
  assert.equal(link.messages.findLast((m) => m.sub === 1)!.t, 'stream', 'told anew what it is');
});

test('why a camera shows nothing', async () => {
  const link = await start({ main_linger_s: 1 });
  const port = await portOf(simulator(link.dir, '--cameras', '1', '--auth', 'digest', '--user', 'u', '--password', 'p@s:s?w%d'));
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((done) => silent.once('listening', done));
  const babble = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
  await new Promise((done) => babble.once('listening', done));
  const address = (server: typeof silent) => (server.address() as { port: number }).port;
  const at = `127.0.0.1:${port}/cam/1/sub`;
  link.cameras([
    { n: 1, id: 'good', sub_url: `rtsp://u:p@s:s?w%d@${at}` },
    { n: 2, id: 'wrong', sub_url: `rtsp://u:other@${at}` },
    { n: 3, id: 'none', sub_url: `rtsp://${at}` },
    { n: 4, id: 'refused', sub_url: 'rtsp://127.0.0.1:1/x' },
    { n: 5, id: 'missing', sub_url: `rtsp://u:p@s:s?w%d@127.0.0.1:${port}/cam/99/sub` },
    { n: 6, id: 'bad', sub_url: 'nonsense' },
    { n: 7, id: 'silent', sub_url: `rtsp://127.0.0.1:${address(silent)}/x` },
    { n: 8, id: 'babble', sub_url: `rtsp://127.0.0.1:${address(babble)}/x` },
    { n: 9, id: 'off', sub_url: `rtsp://u:p@s:s?w%d@${at}`, mode: 'disabled' },
    { n: 10, id: 'asked', sub_url: `rtsp://u:p@s:s?w%d@${at}`, mode: 'on_demand' },
  ]);
  const expected = new Map([[2, 'wrong_password'], [3, 'wrong_password'], [4, 'unreachable'], [5, 'refused'], [6, 'bad_url'],
    [7, 'no_data'], [8, 'protocol']]);
  await link.until('the good one', () => isLive(link, 1));
  await link.until('the reasons', () => [...expected.keys()].every((n) => link.states.get(n)?.state === 'down'));
  for (const [n, reason] of expected) {
    assert.equal(link.states.get(n)!.reason, reason, JSON.stringify(link.states.get(n)));
    assert.ok(link.states.get(n)!.detail);
  }
  assert.equal(link.states.get(9)!.state, 'disabled');
  assert.equal(link.states.get(10)!.state, 'idle');
  link.subscribe(1, 10);
  await link.until('on demand', () => link.unitsOf(1).length > 5 && isLive(link, 10));
  link.send({ t: 'unsubscribe', sub: 1 }); // the last viewer
  await link.until('idle again', () => link.states.get(10)!.state === 'idle');
  link.subscribe(3, 10);
  await link.until('and on demand again', () => link.unitsOf(3).length > 5 && isLive(link, 10));
  link.subscribe(2, 2);
  await link.until('told why', () => link.messages.some((m) => m.t === 'ended' && m.sub === 2 && m.code === 'wrong_password'));
  assert.doesNotMatch(link.log, /p@s|w%d|other@/);
  silent.close();
  babble.close();
});

test('gst-rtsp-server over TCP and UDP, with a password, B-frames and H.265', async () => {
  const link = await start();
  const plain = await portOf(gstPeer(link.dir, '--b-frames', '2'));
  const guarded = await portOf(gstPeer(link.dir, '--user', 'admin', '--password', 'a:b@c'));
  const udp = await portOf(gstPeer(link.dir, '--udp-only'));
  link.cameras([
    { n: 1, id: 'b-frames', sub_url: `rtsp://127.0.0.1:${plain}/h264` },
    { n: 2, id: 'h265', sub_url: `rtsp://127.0.0.1:${plain}/h265` },
    { n: 3, id: 'guarded', sub_url: `rtsp://admin:a:b@c@127.0.0.1:${guarded}/h264` },
    { n: 4, id: 'udp', sub_url: `rtsp://127.0.0.1:${udp}/h264` },
  ]);
  await link.until('live', () => [1, 2, 3, 4].every((n) => isLive(link, n)), 40000);
  for (const n of [1, 2, 3, 4]) link.subscribe(n, n);
  await link.until('units', () => [1, 2, 3, 4].every((n) => link.unitsOf(n).length > 30));
  for (const n of [1, 2, 3, 4]) {
    checkUnits(link.unitsOf(n));
    const decoded = decode(link, link.unitsOf(n), n === 2 ? 'hevc' : 'h264');
    assert.equal(decoded.size, '320x180');
    assert.ok(decoded.pictures >= link.unitsOf(n).length - 3);
  }
  const units = link.unitsOf(1);
  assert.ok(units.some((unit, i) => i > 0 && unit.pts < units[i - 1]!.pts), 'B-frames are shown in another order');
});

test('a file and the recorded scenes play', async () => {
  const link = await start();
  const made = join(link.dir, 'made.mp4');
  spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=25', '-t', '4', '-g', '25', '-c:v', 'libx264', made]);
  const scene = join(top, '../shared/data/video/VID_1280x720_cabac_temporal_direct.264');
  const list = [{ n: 1, id: 'file', sub_url: `file://${made}` }];
  if (existsSync(scene)) {
    const port = await portOf(gstPeer(link.dir, '--file', scene));
    list.push({ n: 2, id: 'scene', sub_url: `rtsp://127.0.0.1:${port}/file` });
  }
  link.cameras(list);
  for (const { n } of list) link.subscribe(n, n);
  await link.until('units', () => list.every(({ n }) => link.unitsOf(n).length > 4), 40000);
  for (const { n } of list) checkUnits(link.unitsOf(n));
});

test('a configuration that is wrong is named by key', () => {
  const link = rig.link();
  const path = join(link.dir, 'bad.json');
  writeFileSync(path, '{"media": {"transport": "carrier pigeon"}}');
  const run = spawnSync(join(build, 'pipelines/node/townwall-media'), ['--config', path, '--check-config'], { encoding: 'utf8' });
  assert.equal(run.status, 1);
  assert.match(run.stderr, /media\.transport/);
});
