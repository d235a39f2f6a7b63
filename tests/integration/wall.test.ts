// The whole town at small size: simulator, media plane, control plane, as browsers and people see it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json, type Wall } from '../lib/client.ts';
import { Download } from '../lib/download.ts';
import { decodeJpeg } from '../lib/picture.ts';
import { order } from '../lib/simulator.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { readStamp, stampAgeMs } from '../lib/stamp.ts';
import { until } from '../lib/wait.ts';

const cameras = 24;
interface Camera { n: number; id: string; name: string; state: string; reason: string | null; codec: string | null; width: number; height: number }

let stack: Stack;
let operator: Person;

before(async () => {
  stack = await startStack({ cameras });
  operator = await Person.login(stack, 'operator');
  await operator.giveReason();
});
after(() => stopStack(stack));

const numberOf = (id: string): number => Number(id.slice(1));

async function list(person = operator): Promise<Camera[]> {
  return (await person.json<{ cameras: Camera[] }>('/api/v1/cameras')).cameras;
}

/** Connects, follows the cameras and waits until all are in one of the states. */
async function watch(wall: Wall, states = ['live'], limitMs = 40000): Promise<Map<number, Camera>> {
  const known = new Map<number, Camera>();
  let read = 0;
  wall.send({ t: 'sub', topic: 'cameras' });
  await wall.until(`all cameras ${states.join(' or ')}`, () => {
    for (; read < wall.messages.length; read++) {
      const message = wall.messages[read] as { t: string; topic?: string; data?: { cameras?: Camera[]; set?: Camera[]; gone?: number[] } };
      if (message.topic !== 'cameras') continue;
      for (const camera of message.data?.cameras ?? message.data?.set ?? []) known.set(camera.n, { ...known.get(camera.n), ...camera });
      for (const n of message.data?.gone ?? []) known.delete(n);
    }
    return known.size > 0 && [...known.values()].every((camera) => states.includes(camera.state));
  }, limitMs);
  return known;
}

/** First picture of an elementary stream or MP4 as RGBA, by FFmpeg. */
function firstPicture(data: Uint8Array, format: string, width: number, height: number): Uint8Array {
  const result = spawnSync('ffmpeg', ['-v', 'error', '-f', format, '-i', 'pipe:0', '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'],
    { input: data, maxBuffer: 64 << 20 });
  assert.equal(result.stderr.toString(), '');
  assert.equal(result.stdout.length, width * height * 4);
  return result.stdout;
}

/** So much of an endless file, and no more. */
async function beginning(file: Download, bytes: number): Promise<Buffer> {
  const read = await file.atLeast(bytes);
  file.close();
  return read;
}

test('every tile shows its own camera, and is as old as it says', async () => {
  const wall = await operator.connect();
  const known = await watch(wall);
  assert.equal(known.size, cameras);
  wall.send({ t: 'thumbs', cameras: 'all', why: 'mosaic' });
  await wall.until('a thumbnail of each camera', () => wall.thumbs.size === cameras);
  for (const [n, thumb] of wall.thumbs) {
    const picture = decodeJpeg(thumb.jpeg);
    assert.deepEqual([picture.width, picture.height], [160, 90]);
    const stamp = readStamp(picture.data, picture.width, picture.height);
    assert.ok(stamp, `camera ${n} has a readable stamp`);
    assert.equal(stamp.camera, numberOf(known.get(n)?.id ?? ''));
    const skew = stampAgeMs(stamp, thumb.wallUs / 1000);
    assert.ok(Math.abs(skew) < 1000, `arrival of camera ${n} is ${skew} ms after its stamp`);
  }
  wall.close();
});

test('a thumbnail set is what was asked for, and newer ones follow', async () => {
  const wall = await operator.connect();
  wall.send({ t: 'thumbs', cameras: [3, 5], why: 'map' });
  const first = await wall.until('both', () => (wall.thumbs.size === 2 ? new Map(wall.thumbs) : null));
  assert.deepEqual([...first.keys()].sort(), [3, 5]);
  await wall.until('newer ones', () => [...first].every(([n, thumb]) => (wall.thumbs.get(n)?.wallUs ?? 0) > thumb.wallUs));
  assert.equal(wall.thumbs.size, 2);
  wall.close();
});

test('a live stream begins with a keyframe at once and goes on without a gap', async () => {
  const wall = await operator.connect();
  const camera = (await list()).find((c) => c.codec === 'h264');
  assert.ok(camera);
  for (const [stream, profile, width, height] of [[1, 'sub', 640, 360], [2, 'main', 1280, 720]] as const) {
    wall.send({ t: 'play', stream, camera: camera.id, profile, rung: 'live', format: 'annexb', codecs: ['h264'] });
    await wall.until(`${profile} units`, () => (wall.units.get(stream)?.length ?? 0) >= 40);
    const playing = await wall.message((m) => m.t === 'playing' && m.stream === stream);
    assert.match(String(playing.codec), /^avc1\./);
    assert.deepEqual([playing.width, playing.height], [width, height]);
    const units = wall.units.get(stream) ?? [];
    assert.ok(units[0]?.key);
    units.forEach((unit, i) => {
      assert.equal(unit.sequence, i);
      assert.equal(unit.dropped, 0);
      if (i > 0) assert.ok(unit.dtsUs > (units[i - 1]?.dtsUs ?? 0));
    });
    const stamp = readStamp(firstPicture(units[0].data, 'h264', width, height), width, height);
    assert.equal(stamp?.camera, numberOf(camera.id));
    wall.send({ t: 'stop', stream });
  }
  wall.close();
});

test('the keyframe rung sends keyframes only', async () => {
  const wall = await operator.connect();
  wall.send({ t: 'play', stream: 9, camera: 'c0002', profile: 'sub', rung: 'key', format: 'annexb', codecs: ['h264', 'h265'] });
  await wall.until('three keyframes', () => (wall.units.get(9)?.length ?? 0) >= 3);
  assert.ok(wall.units.get(9)?.every((unit) => unit.key));
  wall.close();
});

test('H.265 goes through where it can be decoded and is transcoded where not', async () => {
  const wall = await operator.connect();
  const known = await watch(wall);
  const camera = [...known.values()].find((c) => c.codec === 'h265');
  assert.ok(camera, 'the demo has a camera of H.265');
  wall.send({ t: 'play', stream: 1, camera: camera.id, profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  wall.send({ t: 'play', stream: 2, camera: camera.id, profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264'] });
  await wall.until('both', () => (wall.units.get(1)?.length ?? 0) > 5 && (wall.units.get(2)?.length ?? 0) > 5, 30000);
  const [plain, transcoded] = [1, 2].map((s) => wall.messages.findLast((m) => m.t === 'playing' && m.stream === s));
  assert.match(String(plain?.codec), /^hvc1\./);
  assert.match(String(transcoded?.codec), /^avc1\./);
  const first = wall.units.get(2)?.[0];
  assert.ok(first?.key && !first.h265);
  const stamp = readStamp(firstPicture(first.data, 'h264', 640, 360), 640, 360);
  assert.equal(stamp?.camera, numberOf(camera.id));
  wall.close();
});

/** The top-level boxes that came whole: the answer is endless, reading it stops anywhere. */
function wholeBoxes(file: Buffer): Buffer {
  let at = 0;
  while (at + 8 <= file.length && at + file.readUInt32BE(at) <= file.length) at += file.readUInt32BE(at);
  return file.subarray(0, at);
}

test('fragmented MP4 plays in other programs, H.264 and H.265', async () => {
  const all = await list();
  for (const codec of ['h264', 'h265']) {
    const camera = all.find((c) => c.codec === codec);
    assert.ok(camera);
    const answer = await Download.open(operator, `/api/v1/cameras/${camera.id}/live.mp4`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'video/mp4');
    const file = stack.path(`${codec}.mp4`);
    writeFileSync(file, wholeBoxes(await beginning(answer, 60000)));
    const probe = spawnSync('ffprobe', ['-v', 'error', '-of', 'json', '-show_entries', 'stream=codec_name,width,height', file], { encoding: 'utf8' });
    const stream = (JSON.parse(probe.stdout) as { streams: Json[] }).streams[0];
    assert.equal(stream?.codec_name, codec === 'h265' ? 'hevc' : 'h264');
    assert.equal(stream?.width, 640);
    const stamp = readStamp(firstPicture(readFileSync(file), 'mp4', 640, 360), 640, 360);
    assert.equal(stamp?.camera, numberOf(camera.id));
  }
});

test('fragmented MP4 ends well formed when the camera changes its size, and is there again', async () => {
  const camera = (await list()).findLast((c) => c.codec === 'h264' && c.state === 'live');
  assert.ok(camera);
  const widths = async (answer: Download, ends: boolean): Promise<number[]> => {
    const file = stack.path('changed.mp4');
    writeFileSync(file, ends ? await answer.whole() : wholeBoxes(await beginning(answer, 400000)));
    const probe = spawnSync('ffprobe', ['-v', 'error', '-of', 'json', '-show_entries', 'frame=width', file], { encoding: 'utf8' });
    assert.equal(probe.stderr, '');
    return [...new Set((JSON.parse(probe.stdout) as { frames: { width: number }[] }).frames.map((frame) => frame.width))];
  };
  const path = `/api/v1/cameras/${camera.id}/live.mp4`;
  const first = await Download.open(operator, path);
  await order(stack, { cmd: 'fault', kind: 'resolution', cameras: [numberOf(camera.id)] });
  assert.deepEqual(await widths(first, true), [640]);
  assert.deepEqual(await widths(await Download.open(operator, path), false), [1280]);
  await order(stack, { cmd: 'clear', kind: 'resolution', cameras: [numberOf(camera.id)] });
  await until('its own size', async () => (await list()).find((c) => c.id === camera.id)?.width === 640);
});

test('a snapshot is the newest keyframe at its own size', async () => {
  const answer = await operator.request('GET', '/api/v1/cameras/c0004/snapshot.jpg');
  assert.equal(answer.status, 200);
  const picture = decodeJpeg(new Uint8Array(await answer.arrayBuffer()));
  assert.deepEqual([picture.width, picture.height], [640, 360]);
  assert.equal(readStamp(picture.data, 640, 360)?.camera, 4);
  const age = Date.now() - Number(answer.headers.get('x-picture-wall-us')) / 1000;
  assert.ok(age < 10000 && age > -1000, `${age} ms`);
});

test('resuming a topic misses nothing and repeats nothing', async () => {
  const first = await operator.connect();
  await watch(first);
  const last = first.messages.findLast((m) => m.topic === 'cameras');
  first.close();
  const edited = await adminPut('c0003', { name: '改名 03' });
  assert.equal(edited.status, 200);
  const second = await operator.connect();
  second.send({ t: 'sub', topic: 'cameras', from: last?.id });
  const delta = await second.message((m) => m.t === 'delta' && m.topic === 'cameras' &&
    ((m.data as { set: Camera[] }).set ?? []).some((c) => c.name === '改名 03'));
  const [epoch, seq] = String(last?.id).split(/-(?=\d+$)/);
  const deltas = second.messages.filter((m) => m.topic === 'cameras');
  deltas.forEach((m, i) => assert.equal(m.id, `${epoch}-${Number(seq) + 1 + i}`));
  assert.ok(deltas.includes(delta));
  const third = await operator.connect();
  third.send({ t: 'sub', topic: 'cameras', from: 'another-12' });
  const snapshot = await third.message((m) => m.topic === 'cameras');
  assert.equal(snapshot.t, 'snapshot');
  second.close();
  third.close();
});

async function adminPut(id: string, change: Json): Promise<Response> {
  const admin = await Person.login(stack, 'admin');
  const now = await admin.json(`/api/v1/cameras/${id}`);
  return admin.request('PUT', `/api/v1/cameras/${id}`, { ...now, ...change });
}

test('two edits of one version: one is done, the other is told', async () => {
  const admin = await Person.login(stack, 'admin');
  const now = await admin.json('/api/v1/cameras/c0006');
  const answers = await Promise.all(['甲', '乙'].map((name) => admin.request('PUT', '/api/v1/cameras/c0006', { ...now, name })));
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409]);
});

test('credentials never leave, and an edit that shows them redacted keeps them', async () => {
  const admin = await Person.login(stack, 'admin');
  const made = await admin.request('POST', '/api/v1/cameras', { id: 'secret1', name: '密码', url: 'rtsp://u:p@ss:w?rd%@127.0.0.1:9/x' });
  assert.equal(made.status, 201);
  const shown = await admin.request('GET', '/api/v1/cameras/secret1').then((a) => a.text());
  assert.ok(!shown.includes('p@ss'), shown);
  const changed = await admin.request('PUT', '/api/v1/cameras/secret1', { ...(JSON.parse(shown) as Json), name: '密码二' });
  assert.equal(changed.status, 200);
  const wall = await operator.connect();
  wall.send({ t: 'sub', topic: 'cameras' });
  await wall.message((m) => m.topic === 'cameras');
  assert.ok(!JSON.stringify(wall.messages).includes('p@ss'));
  wall.close();
  for (const name of ['townwalld', 'townwall-media']) assert.ok(!readFileSync(stack.path('logs', `${name}.log`), 'utf8').includes('p@ss'));
  assert.equal((await admin.request('DELETE', '/api/v1/cameras/secret1')).status, 204);
  assert.equal((await admin.request('GET', '/api/v1/cameras/secret1')).status, 404);
});

test('an import names each bad row and takes the others', async () => {
  const admin = await Person.login(stack, 'admin');
  const csv = 'id,name,url,lon\nimp1,好,rtsp://127.0.0.1:9/1,\nimp2,,rtsp://127.0.0.1:9/2,\nimp3,经度,rtsp://127.0.0.1:9/3,999\n';
  const dry = await admin.request('POST', '/api/v1/cameras/import?dry_run=1', csv, 'text/csv').then((a) => a.json() as Promise<Json>);
  assert.deepEqual([dry.dry_run, dry.created, dry.refused], [true, 1, 2]);
  assert.equal((await list(admin)).some((c) => c.id === 'imp1'), false);
  const answer = await admin.request('POST', '/api/v1/cameras/import', csv, 'text/csv');
  const done = (await answer.json()) as { errors: { line: number; column: string }[]; created: number };
  assert.deepEqual([answer.status, done.created], [207, 1]);
  assert.deepEqual(done.errors.map((e) => [e.line, e.column]), [[3, 'name'], [4, 'lon']]);
  assert.ok((await list(admin)).some((c) => c.id === 'imp1'));
  assert.equal((await admin.request('DELETE', '/api/v1/cameras/imp1')).status, 204);
});

test('without session, right or reason there are no pictures', async () => {
  const stranger = new Person(stack.url);
  for (const path of ['/api/v1/cameras', '/api/v1/cameras/c0001/snapshot.jpg', '/api/v1/areas', '/api/v1/tiles/base/12/3000/1700', '/api/v1/users'])
    assert.equal((await stranger.request('GET', path)).status, 401, path);
  await assert.rejects(stranger.connect());
  const security = await Person.login(stack, 'security');
  assert.equal((await security.request('GET', '/api/v1/cameras/c0001/snapshot.jpg')).status, 403);
  assert.equal((await operator.request('GET', '/api/v1/audit')).status, 403);
  assert.equal((await operator.request('POST', '/api/v1/cameras/import', 'id,name,url\n', 'text/csv')).status, 403);
  const other = await Person.login(stack, 'leader');
  const wall = await other.connect();
  wall.send({ t: 'play', stream: 1, camera: 'c0001', profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264'] });
  const ended = await wall.message((m) => m.t === 'ended');
  assert.ok(['reason_required', 'no_right'].includes(String(ended.code)));
  wall.close();
  const forged = new Person(stack.url);
  forged.cookie = operator.cookie;
  assert.equal((await forged.request('POST', '/api/v1/view-reason', { reason: 'x' })).status, 403, 'no CSRF token');
});

test('every opened camera is on record', async () => {
  const wall = await operator.connect();
  wall.send({ t: 'play', stream: 3, camera: 'c0008', profile: 'sub', rung: 'live', format: 'annexb', codecs: ['h264', 'h265'] });
  await wall.until('units', () => wall.units.get(3)?.length);
  wall.send({ t: 'stop', stream: 3 });
  const security = await Person.login(stack, 'security');
  let record: Json | undefined;
  for (let tries = 0; !record && tries < 100; tries++) {
    const { views } = await security.json<{ views: Json[] }>('/api/v1/views');
    record = views.find((v) => v.camera === 'c0008' && v.kind === 'live' && v.end_us !== null);
    if (!record) await wall.until('a moment', () => false, 100).catch(() => undefined);
  }
  assert.equal(record?.login, 'operator');
  assert.equal(record?.reason, '值班巡看');
  assert.equal(record?.end_reason, 'stopped');
  wall.close();
});

test('a message that cannot be understood is answered and harms nothing', async () => {
  const wall = await operator.connect();
  for (const bad of [{ t: 'sub', topic: 'x' }, { t: 'play', stream: 0 }, { t: 'thumbs', cameras: 'x' }, { t: 'nonsense' }, { no: 'type' }]) wall.send(bad as Json);
  await wall.until('five errors', () => wall.messages.filter((m) => m.t === 'error').length >= 5);
  wall.send({ t: 'ping', re: 7 });
  assert.equal((await wall.message((m) => m.t === 'pong')).re, 7);
  wall.close();
});

test('killed programs come back and the wall with them', async () => {
  const wall = await operator.connect();
  await watch(wall);
  process.kill(stack.children.get('townwall-media')?.pid ?? 0, 'SIGKILL');
  await wall.until('cameras say that the media service is away', () => wall.messages.some((m) => JSON.stringify(m).includes('media_away')));
  wall.messages.length = 0;
  await watch(wall);
  process.kill(stack.children.get('townwalld')?.pid ?? 0, 'SIGKILL');
  await wall.until('the connection ends', () => wall.closed);
  await wall.until('townwalld answers again', () => false, 100).catch(() => undefined);
  let again: Wall | null = null;
  for (let tries = 0; !again && tries < 200; tries++) {
    again = await operator.connect().catch(() => null); // the same cookie: nobody has to log in again
    if (!again) await wall.until('a moment', () => false, 100).catch(() => undefined);
  }
  assert.ok(again);
  const known = await watch(again);
  assert.equal(known.size, cameras);
  for (const name of ['redis', 'simcams']) process.kill(stack.children.get(name)?.pid ?? 0, 'SIGKILL');
  again.send({ t: 'ping', re: 1 });
  await again.message((m) => m.t === 'pong');
  const mine = again;
  const lost = (m: Json): boolean => m.t === 'delta' && ((m.data as { set?: Camera[] }).set ?? []).some((c) => c.state !== 'live');
  await mine.until('cameras notice', () => mine.messages.some(lost), 40000);
  mine.messages.length = 0;
  await watch(mine, ['live'], 90000);
  again.close();
});

test('wallctl tells and changes, with exit codes a script can use', () => {
  const [program = '', ...args] = stack.wallctl;
  const run = (more: string[], input = ''): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(program, [...args, ...more], { encoding: 'utf8', input });
  const status = run(['status', '--json']);
  assert.equal(status.status, 0);
  assert.equal((JSON.parse(status.stdout) as Json).cameras, cameras);
  const shown = run(['cameras', 'show', 'c0001', '--json']);
  assert.equal((JSON.parse(shown.stdout) as Json).id, 'c0001');
  assert.equal(run(['cameras', 'show', 'nobody']).status, 4);
  assert.equal(run(['cameras', 'fly']).status, 2);
  const bad = stack.path('bad.csv');
  writeFileSync(bad, 'id,name,url\nx1,a,rtsp://127.0.0.1:9/1\nx2,b,nothing\n');
  const dry = run(['cameras', 'import', bad, '--dry-run', '--json']);
  assert.equal(dry.status, 5);
  assert.equal(spawnSync(program, ['--socket', '/nowhere/x.sock', 'status']).status, 3);
  assert.equal(statSync(stack.path('wall.sock')).mode & 0o777, 0o600);
  assert.equal(run(['users', 'add', 'new1', '--role', 'operator', '--password-stdin'], 'a-Long-Passw0rd\n').status, 0);
  assert.ok(run(['users', 'list']).stdout.includes('new1'));
  assert.match(run(['areas', 'findings', '--lang', 'en']).stdout, /^\d+ areas, 0 findings\n$/);
});

test('health and numbers', async () => {
  assert.deepEqual(await fetch(`${stack.url}/healthz`).then((a) => a.json()), { status: 'ok' });
  const live = new RegExp(`townwall_cameras\\{state="live"\\} ${cameras}`); // as soon as all are back from what the tests before did
  const text = await until('all are counted as live', async () => fetch(`${stack.url}/metrics`).then((a) => a.text()).then((all) => live.test(all) && all));
  for (const name of ['townwall_picture_age_seconds', 'townwall_media_cpu_cores', 'townwall_seats', 'townwall_redis_up 1', 'townwall_store_commits_total'])
    assert.ok(text.includes(name), name);
});
