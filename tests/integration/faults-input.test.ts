// What people and files get wrong: each mistake is named where it stands, the rest is taken, and nothing secret is shown.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json } from '../lib/client.ts';
import { build, simulator, type Peer } from '../lib/media.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { followLive, type Followed } from '../lib/watch.ts';

const secret = 'p@s:s?w%rd/#';
let stack: Stack;
let admin: Person;
let followed: Followed;
let guarded: Peer;

before(async () => {
  stack = await startSmallStack({ cameras: 4, config: { media: { backoff_min_s: 0.5, backoff_max_s: 1 } } });
  admin = await Person.login(stack, 'admin');
  guarded = simulator(stack.options.dir, '--cameras', '4', '--auth', 'digest', '--user', 'town', '--password', secret);
  followed = await followLive(await Person.login(stack, 'operator'));
});
after(async () => {
  await guarded.stop();
  await stopStack(stack);
});

const post = (body: Json): Promise<Response> => admin.request('POST', '/api/v1/cameras', body);

interface Imported { created: number; updated: number; refused: number; errors: { line: number; column: string; message: { zh: string; en: string } }[] }

async function importCsv(text: string): Promise<{ status: number; done: Imported }> {
  const answer = await admin.request('POST', '/api/v1/cameras/import', text, 'text/csv');
  return { status: answer.status, done: (await answer.json()) as Imported };
}

test('passwords with every odd character open the camera, encoded or as they are', async () => {
  const host = `127.0.0.1:${await guarded.port()}`;
  const ways = { encoded: encodeURIComponent(secret), partly: 'p@s:s?w%rd%2F%23' };
  for (const [id, password] of Object.entries(ways))
    assert.equal((await post({ id, name: id, url: `rtsp://town:${password}@${host}/cam/1/sub` })).status, 201);
  assert.equal((await post({ id: 'wrong', name: '密码错', url: `rtsp://town:no@${host}/cam/2/sub` })).status, 201);
  for (const id of Object.keys(ways)) await followed.is(id, (camera) => camera.state === 'live', 'is live');
  const wrong = await followed.is('wrong', (camera) => camera.reason === 'wrong_password', 'says that its password is wrong');
  assert.match(wrong.detail ?? '', /401/);
  const shown = await admin.request('GET', '/api/v1/cameras/encoded').then((answer) => answer.text());
  for (const part of ['p@s', 'p%40s', 'w%rd', 'w%25rd']) assert.ok(!shown.includes(part), part);
});

test('one id for two cameras: a list names both lines, the API says 409', async () => {
  const { status, done } = await importCsv('id,name,url\ntwice,甲,rtsp://127.0.0.1:9/1\nonce,乙,rtsp://127.0.0.1:9/2\ntwice,丙,rtsp://127.0.0.1:9/3\n');
  assert.deepEqual([status, done.created, done.refused], [207, 2, 1]);
  const [error] = done.errors;
  assert.deepEqual([error?.line, error?.column], [4, 'id']);
  assert.match(error?.message.en ?? '', /twice.*line 2/);
  assert.match(error?.message.zh ?? '', /2 ?行/);
  assert.equal((await admin.json<Json>('/api/v1/cameras/twice')).name, '甲', 'the first one is taken');
  const again = await post({ id: 'twice', name: '丁', url: 'rtsp://127.0.0.1:9/4' });
  const body = (await again.json()) as { error: { code: string; message: { zh: string; en: string } } };
  assert.deepEqual([again.status, body.error.code], [409, 'id_taken']);
  assert.ok(body.error.message.zh && body.error.message.en);
  assert.equal((await admin.json<Json>('/api/v1/cameras/twice')).name, '甲');
});

test('a list full of mistakes: each row by line and column, good rows are taken, the others go on', async () => {
  followed.forget();
  const rows = [
    'id,name,url,lon,lat,mode,enabled', 'ok1,一,rtsp://127.0.0.1:9/1,113.1,27.1,always,1', ',空,rtsp://127.0.0.1:9/2,,,,', 'bad-url,二,nothing,,,,',
    'bad-lon,三,rtsp://127.0.0.1:9/3,999,27,,', 'half,四,rtsp://127.0.0.1:9/4,113,,,', 'bad-mode,五,rtsp://127.0.0.1:9/5,,,sometimes,', 'short,六',
    'bad-flag,七,rtsp://127.0.0.1:9/6,,,,perhaps', '"open,八,rtsp://127.0.0.1:9/7,,,,', 'ok2,九,rtsp://127.0.0.1:9/8,,,,',
  ];
  const { status, done } = await importCsv(`${rows.join('\n')}\n`);
  assert.equal(status, 207);
  assert.ok(done.created >= 1);
  const lines = new Set(done.errors.map((error) => error.line));
  for (const line of [3, 4, 5, 6, 7, 8, 9, 10]) assert.ok(lines.has(line), `line ${line}: ${JSON.stringify(done.errors)}`);
  for (const error of done.errors) assert.ok(error.message.zh && error.message.en, JSON.stringify(error));
  assert.equal((await admin.request('GET', '/api/v1/cameras/ok1')).status, 200);
  for (const id of ['bad-lon', 'half', 'bad-mode', 'bad-flag', 'short']) assert.equal((await admin.request('GET', `/api/v1/cameras/${id}`)).status, 404, id);
  for (const bytes of ['', 'id\n', 'no,header,here\n1,2,3\n', '\u0000\u0001', 'id,name,url\n']) {
    const answer = await admin.request('POST', '/api/v1/cameras/import', bytes, 'text/csv');
    const body = (await answer.json()) as { created?: number; errors?: unknown[]; error?: { message: { zh: string } } };
    assert.ok([207, 400].includes(answer.status), JSON.stringify(bytes));
    assert.ok(!body.created && (body.error?.message.zh || body.errors?.length), `${JSON.stringify(bytes)}: ${JSON.stringify(body)}`);
  }
  for (const camera of ['c0001', 'c0002', 'c0003', 'c0004']) assert.equal(followed.get(camera)?.state, 'live');
});

test('a configuration of wrong types names every key, what was expected and what was found', () => {
  const path = join(stack.options.dir, 'wrong.json');
  writeFileSync(path, JSON.stringify({
    data_dir: 7, server: { port: 'many', tls: { mode: 'perhaps' }, max_clients: -1, session: [] }, media: { picture_cores: 'fast', ingest_threads: 2.5, no_such_key: 1 },
    redis: 'here', link: { address: {} },
  }));
  for (const program of ['server/app/townwalld', 'pipelines/node/townwall-media']) {
    const run = spawnSync(join(build, program), ['--config', path, '--check-config'], { encoding: 'utf8' });
    assert.notEqual(run.status, 0);
    for (const key of ['data_dir', 'server.port', 'server.tls.mode', 'server.max_clients', 'server.session', 'media.picture_cores', 'media.ingest_threads', 'media.no_such_key', 'redis', 'link.address'])
      assert.ok(run.stderr.includes(`${key}:`), `${program}: ${key} in\n${run.stderr}`);
    assert.match(run.stderr, /media\.picture_cores: expected number .*got "fast"/);
  }
  writeFileSync(path, '{"server": {"port": 80,}\n');
  const broken = spawnSync(join(build, 'server/app/townwalld'), ['--config', path, '--check-config'], { encoding: 'utf8' });
  assert.notEqual(broken.status, 0);
  assert.match(broken.stderr, /line 1/);
});
