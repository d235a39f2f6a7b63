// Feeds and the real programs: what is signed is taken once, what is answered 202 is in Redis, what is wrong is told by its field.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Stack } from '../../tools/supervise/stack.ts';
import { addFeed, feeds, send, sign } from '../lib/feed.ts';
import { holds, pidOf } from '../lib/process.ts';
import { top } from '../lib/programs.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { StreamReader } from '../lib/stream.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let stream: StreamReader;
let key: string;
let number = 0;

before(async () => {
  stack = await startSmallStack({ cameras: 1, simulator: false });
  stream = new StreamReader(stack);
  key = addFeed(stack, 'hotline', '--dimension', 'livelihood', '--rate', '100000');
}, { timeout: 120000 });
after(async () => {
  if (stack) await stopStack(stack);
});

const item = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ id: `n${++number}`, type: 'noise', title: '夜间噪音扰民', ...more });
const shown = (id = 'hotline'): any => feeds(stack, 'show', id).feed;
const nowUs = (): number => Date.now() * 1000;

test('one event is on the stream when it is answered', async () => {
  const occurred = nowUs() - 3_000_000;
  const answer = await send(stack.url, 'hotline', key, item({ id: 'first', lon: 120.1, lat: 30.2, occurred_us: occurred, priority: 2 }));
  assert.deepEqual([answer.status, answer.accepted, answer.items], [202, 1, [{ id: 'first', ok: true }]]);
  const [event] = stream.take();
  assert.ok(event);
  assert.deepEqual([event.source, event.id, event.kind, event.dimension, event.priority, event.occurred_us], ['hotline', 'first', 'report', 'livelihood', 2, occurred]);
  assert.ok(Math.abs(event.received_us - nowUs()) < 60e6);
});

test('good ones pass beside bad ones, each of which names field and reason in two languages', async () => {
  const bad = [{ ...item(), type: 'N!' }, { ...item(), lon: 190, lat: 0 }, 5, { title: 'no id' }, { ...item(), nonsense: 1 }, { ...item(), crs: 'moon', lon: 1, lat: 1 },
    { ...item(), source: 'other' }, { ...item(), kind: 'raised' }];
  const good = [item(), item({ lon: 120.1, lat: 30.2, crs: 'GCJ02' })];
  const answer = await send(stack.url, 'hotline', key, [good[0], ...bad, good[1]]);
  assert.deepEqual([answer.status, answer.accepted], [202, 2]);
  assert.deepEqual(answer.items.map((i) => i.ok), [true, ...bad.map(() => false), true]);
  assert.deepEqual(answer.items.slice(1, -1).map((i) => i.field), ['type', 'lon', null, 'id', 'nonsense', 'crs', 'source', 'device']);
  for (const { message } of answer.items.slice(1, -1)) assert.ok(message && message.zh && message.en);
  const taken = stream.take();
  assert.deepEqual(taken.map((e) => e.id), good.map((g) => g.id));
  const moved = taken[1];
  assert.ok(moved?.lon && Math.abs(moved.lon - 120.1) > 0.001 && Math.abs(moved.lon - 120.1) < 0.01, 'GCJ-02 became WGS-84');
  const none = await send(stack.url, 'hotline', key, [{ id: 'x' }, 7]);
  assert.deepEqual([none.status, none.code, none.items.length], [400, 'no_good_event', 2]);
});

test('who does not sign well is refused, and what was taken once is not taken again', async () => {
  const body = JSON.stringify(item());
  assert.deepEqual(await send(stack.url, 'hotline', `${key}x`, body).then((a) => [a.status, a.code]), [401, 'bad_signature']);
  assert.deepEqual(await send(stack.url, 'nobody', key, body).then((a) => [a.status, a.code]), [401, 'bad_signature']);
  const other = sign('hotline', key, JSON.stringify(item()));
  assert.equal((await send(stack.url, 'hotline', key, body, other)).status, 401, 'another body was signed');
  const { 'x-townwall-time': _, ...incomplete } = sign('hotline', key, body);
  assert.equal((await send(stack.url, 'hotline', key, body, incomplete)).code, 'no_signature');
  const times = [Date.now() / 1000 - 400, Date.now() / 1000 + 400, 'yesterday'];
  for (const time of times) assert.deepEqual(await send(stack.url, 'hotline', key, body, sign('hotline', key, body, time)).then((a) => [a.status, a.code]), [401, 'bad_time']);
  const good = sign('hotline', key, body);
  assert.equal((await send(stack.url, 'hotline', key, body, good)).status, 202);
  for (let i = 0; i < 3; i++) assert.deepEqual(await send(stack.url, 'hotline', key, body, good).then((a) => [a.status, a.code]), [409, 'replayed']);
  assert.equal(stream.take().length, 1);
  assert.ok(shown().numbers.replayed >= 3 && shown().numbers.unsigned >= 4);
});

/** Status of the answer to a head alone, or 100 when its body may come. */
function mayCome(headers: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    const post = request(`${stack.url}/api/v1/events`, { method: 'POST', headers: { ...headers, expect: '100-continue', 'content-length': String(8 << 20) } });
    const end = (status: number): void => {
      done(status);
      post.destroy();
    };
    post.on('continue', () => end(100));
    post.on('response', (answer) => end(answer.statusCode ?? 0));
    post.on('error', fail);
    post.flushHeaders();
  });
}

test('bodies of strangers are not read', async () => {
  const { 'x-townwall-signature': _, ...unsigned } = sign('hotline', key, 'x');
  assert.equal(await mayCome(unsigned), 401);
  assert.equal(await mayCome(sign('nobody', key, 'x')), 401);
  assert.equal(await mayCome(sign('hotline', key, 'x', Date.now() / 1000 - 400)), 401);
  assert.equal(await mayCome(sign('hotline', key, 'x')), 100);
});

test('a stranger is counted apart and changes nothing of what the feed is', async () => {
  assert.equal((await send(stack.url, 'hotline', key, JSON.stringify(item()))).status, 202);
  const before = shown().numbers;
  for (const [body, headers] of [['<script>', sign('hotline', 'guessed', '<script>')], ['x', sign('hotline', key, 'x', Date.now() / 1000 - 400)]] as const)
    assert.equal((await send(stack.url, 'hotline', key, body, headers)).status, 401);
  const { unsigned, stranger, failing, error, refused, requests } = shown().numbers;
  assert.deepEqual([unsigned, failing, error, refused, requests], [before.unsigned + 2, false, before.error, before.refused, before.requests]);
  assert.deepEqual([stranger.address, stranger.code], ['127.0.*.*', 'bad_time']);
  assert.ok(Math.abs(Number(stranger.time_us) / 1000 - Date.now()) < 600_000);
  assert.equal(stream.take().length, 1);
});

test('a replay is known to a server that was killed in between', async () => {
  const body = JSON.stringify(item());
  const headers = sign('hotline', key, body);
  assert.equal((await send(stack.url, 'hotline', key, body, headers)).status, 202);
  const pid = pidOf(stack, 'townwalld');
  process.kill(pid, 'SIGKILL');
  await until('townwalld is back', async () => stack.children.get('townwalld')?.pid !== pid && (await stack.get('/healthz')).status === 200);
  const answer = await until('Redis is reached again', async () => {
    const again = await send(stack.url, 'hotline', key, body, headers);
    return again.status === 503 ? null : again;
  });
  assert.deepEqual([answer.status, answer.code], [409, 'replayed']);
  assert.equal(stream.take().length, 1);
});

test('a feed that is disabled, rotated or removed is out at once', async () => {
  let own = addFeed(stack, 'short');
  const one = (): Promise<number> => send(stack.url, 'short', own, item({ dimension: 'traffic' })).then((a) => a.status);
  assert.equal(await one(), 202);
  feeds(stack, 'disable', 'short');
  assert.equal(await one(), 403);
  feeds(stack, 'enable', 'short');
  const fresh = feeds<{ key: string }>(stack, 'rotate', 'short').key;
  assert.equal(await one(), 401);
  own = fresh;
  assert.equal(await one(), 202);
  feeds(stack, 'remove', 'short');
  assert.equal(await one(), 401);
  stream.take();
});

test('a feed over its rate waits, others do not', async () => {
  const slow = addFeed(stack, 'slow', '--rate', '1', '--dimension', 'traffic');
  const batch = Array.from({ length: 60 }, () => item());
  assert.equal((await send(stack.url, 'slow', slow, batch)).status, 202);
  const over = await send(stack.url, 'slow', slow, item());
  assert.deepEqual([over.status, over.code], [429, 'too_many']);
  assert.ok(Number(over.retryAfter) >= 20, `Retry-After ${over.retryAfter}`);
  assert.equal((await send(stack.url, 'hotline', key, item())).status, 202);
  assert.equal(shown('slow').numbers.limited, 1);
  assert.equal(stream.take().length, 61);
});

test('Redis killed: 503 with Retry-After, then all by itself again; whatever was answered 202 is there', async () => {
  const sent: string[] = [];
  const codes = new Set<string>();
  process.kill(pidOf(stack, 'redis'), 'SIGKILL');
  await until('events are taken again', async () => {
    const one = item();
    const answer = await send(stack.url, 'hotline', key, one);
    if (answer.status === 202) sent.push(one.id as string);
    else {
      assert.deepEqual([answer.status, Number(answer.retryAfter) > 0], [503, true]);
      codes.add(answer.code);
    }
    return codes.size > 0 && sent.length > 0;
  });
  assert.deepEqual([...codes], ['bus_away']);
  const there = new Set(stream.take().map((e) => e.id));
  for (const id of sent) assert.ok(there.has(id), id);
});

/** Announces 100 MB and waits for the answer; `blast`: sends them without looking. Returned: the status, 0 when the connection was cut. */
function sendHuge(headers: Record<string, string>, blast: boolean): Promise<number> {
  return new Promise((done) => {
    const piece = Buffer.alloc(1 << 20, 0x20);
    let left = 100;
    const post = request(`${stack.url}/api/v1/events`, { method: 'POST', headers: { ...headers, 'content-length': left * piece.length } }, (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
      post.destroy();
    });
    const more = (): void => {
      while (left > 0 && !post.destroyed) {
        left--;
        if (!post.write(piece)) return void post.once('drain', more);
      }
    };
    post.on('error', () => done(0));
    if (blast) more();
    else post.flushHeaders();
  });
}

test('garbage harms nobody: 100 MB, deep JSON, bytes that are no text, a thousand and one', async () => {
  const before = holds(pidOf(stack, 'townwalld')).residentMb;
  assert.equal(await sendHuge(sign('hotline', key, ''), false), 413);
  for (let i = 0; i < 5; i++) assert.ok([0, 413].includes(await sendHuge(sign('hotline', key, ''), true)));
  assert.ok(holds(pidOf(stack, 'townwalld')).residentMb < before + 50, 'nothing of it was kept');
  const bodies: [unknown, number][] = [
    ['['.repeat(100000), 400], [`{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`, 400], [Buffer.from([0xff, 0xfe, 0x7b, 0x7d]), 400],
    [Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('","type":"noise","title":"t"}')]), 400],
    ['', 400], ['[]', 400], ['null', 400], ['{"id":"a","id":"b"}', 400], ['{"id":"a\\u0000b","type":"noise","title":"t"}', 400],
    [Array.from({ length: 1001 }, () => item()), 413], [item({ extra: nested(20) }), 400], [item({ text: 'x'.repeat(5000) }), 400],
  ];
  for (const [body, status] of bodies) assert.equal((await send(stack.url, 'hotline', key, body)).status, status, String(JSON.stringify(body)).slice(0, 60));
  assert.equal((await send(stack.url, 'hotline', key, Array.from({ length: 1000 }, () => item()))).status, 202);
  assert.equal(stream.take().length, 1000);
});

function nested(depth: number): unknown {
  return depth ? { a: nested(depth - 1) } : {};
}

test('the example of docs/feeds.md, word for word', () => {
  const text = readFileSync(resolve(top, 'docs/feeds.md'), 'utf8');
  const example = /<!-- example: begin -->\n```sh\n([\s\S]*?)```/.exec(text)?.[1];
  assert.ok(example);
  writeFileSync(stack.path('events.json'), JSON.stringify([item({ id: 'by-shell' }), { id: 'bad' }]));
  const out = execFileSync('sh', ['-eu', '-c', example], { cwd: stack.options.dir, encoding: 'utf8', env: { ...process.env, FEED: 'hotline', KEY: key, URL: stack.url } });
  assert.deepEqual([JSON.parse(out).accepted, stream.take().map((e) => e.id)], [1, ['by-shell']]);
});

test('the published schema and the server say the same', async () => {
  const schema = JSON.parse((await stack.get('/api/v1/events/schema.json')).body);
  assert.deepEqual(schema, JSON.parse(readFileSync(resolve(top, 'config/event.schema.json'), 'utf8')));
  const check = new Ajv2020({ strict: false }).compile(schema);
  const wrong: Record<string, unknown>[] = [{ id: '' }, { id: 5 }, { id: 'x'.repeat(129) }, { type: 'A' }, { title: '' }, { title: 'x'.repeat(201) }, { kind: 'odd' }, { kind: 'raised' },
    { kind: 'cancelled' }, { priority: 0 }, { priority: 5 }, { priority: 'high' }, { lon: 1 }, { lon: 181, lat: 0 }, { lat: 91, lon: 0 }, { crs: 'moon', lon: 1, lat: 1 }, { azimuth: 360 },
    { fov: 0 }, { occurred_us: 1.5 }, { occurred_us: -1 }, { marks: ['odd'] }, { refs: [''] }, { refs: Array.from({ length: 33 }, String) }, { shape: { type: 'Point', coordinates: [] } },
    { extra: [] }, { odd: 1 }, { dimension: 'odd' }];
  const right: Record<string, unknown>[] = [{}, { kind: 'raised', device: 'd1' }, { kind: 'cancelled', refs: ['a'] }, { priority: 1, text: 'x', lon: 1.5, lat: 2, crs: 'BD09', azimuth: 0, fov: 360 },
    { marks: ['exercise'], extra: { a: [1] }, shape: { type: 'Polygon', coordinates: [] }, occurred_us: 1, expires_us: 5, area: 'x', address: 'y', parent: 'z', reporter: '张三' }];
  for (const [list, good] of [[wrong, false], [right, true]] as const) {
    const items = list.map((more) => item(more));
    const answer = await send(stack.url, 'hotline', key, items);
    items.forEach((one, i) => assert.deepEqual([check(one), answer.items[i]?.ok], [good, good], JSON.stringify(list[i])));
  }
  stream.take();
});

test('a mapping that comes with the program reads a work order; nobody can be recognised afterwards', async () => {
  const own = addFeed(stack, '12345', '--mapping', '12345');
  const order = { 工单编号: 'GD-1', 受理时间: '2026-11-22 08:01:02', 工单标题: '广场舞噪音', 诉求内容: '每晚八点以后\r\n声音很大', 来电号码: '138-0013-8000', 经度: '120.1', 纬度: '30.2', 坐标系: '高德', 紧急程度: '紧急' };
  const answer = await send(stack.url, '12345', own, [order, { ...order, 工单编号: 'GD-2', 来电号码: '+86 13800138000' }, { ...order, 工单编号: 'GD-3', 受理时间: '昨天' }]);
  assert.deepEqual(answer.items.map((i) => [i.id, i.ok, i.field]), [['GD-1', true, undefined], ['GD-2', true, undefined], ['GD-3', false, 'occurred_us']]);
  const [one, two] = stream.take();
  assert.ok(one && two);
  assert.deepEqual([one.dimension, one.type, one.title, one.priority, one.text, one.crs], ['livelihood', 'noise', '广场舞噪音', 2, '每晚八点以后\n声音很大', 'GCJ02']);
  assert.equal(one.occurred_us, Date.parse('2026-11-22T08:01:02+08:00') * 1000);
  assert.match(one.reporter ?? '', /^[0-9a-f]{32}$/);
  assert.equal(one.reporter, two.reporter, 'one caller, however the number is written');
  for (const file of readdirSync(stack.options.dir, { recursive: true, encoding: 'utf8' })) {
    const path = stack.path(file);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    for (const secret of ['13800138000', '138-0013-8000', own, key]) assert.ok(!bytes.includes(secret), `${secret} in ${file}`);
  }
  assert.equal(statSync(stack.path('feeds.key')).mode & 0o777, 0o600);
});

test('a clock that is ahead is measured and taken off; what is far off is kept and marked', async () => {
  const own = addFeed(stack, 'ahead', '--dimension', 'traffic');
  const ahead = 90e6;
  for (let i = 0; i < 4; i++) await send(stack.url, 'ahead', own, Array.from({ length: 10 }, () => item({ occurred_us: nowUs() + ahead })));
  const { skew_ms: skew } = shown('ahead').numbers;
  assert.ok(skew > 60e3 && skew <= 91e3, `skew ${skew}`);
  stream.take();
  await send(stack.url, 'ahead', own, [item({ id: 'near', occurred_us: nowUs() + ahead }), item({ id: 'future', occurred_us: nowUs() + 3600e6 }), item({ id: 'late', occurred_us: nowUs() - 7 * 86400e6 })]);
  const [near, future, late] = stream.take();
  assert.ok(near?.skew_us && near.occurred_us && Math.abs(near.occurred_us - near.received_us) < 40e6, 'corrected');
  assert.deepEqual([near.marks, future?.marks, late?.marks], [undefined, ['future'], ['late']]);
  // the clock of a sender is known from when it signs, ahead or behind; one that is behind is shown and not corrected
  for (const off of [40, -40]) {
    const body = JSON.stringify(item({ id: `clock${off}`, occurred_us: nowUs() + off * 1e6 }));
    const { status } = await send(stack.url, 'ahead', own, body, sign('ahead', own, body, Date.now() / 1000 + off));
    const { clock_ms: clock } = shown('ahead').numbers;
    assert.equal(status, 202);
    assert.ok(Math.abs(clock - off * 1000) < 30e3, `clock ${clock}`);
  }
  const slow = addFeed(stack, 'behind', '--dimension', 'traffic');
  for (let i = 0; i < 3; i++) await send(stack.url, 'behind', slow, Array.from({ length: 10 }, () => item({ occurred_us: nowUs() - ahead })));
  const { lag_ms: lag, skew_ms: none } = shown('behind').numbers;
  assert.ok(lag >= 90e3 && lag < 200e3, `lag ${lag}`);
  assert.equal(none, 0);
  stream.take();
});

test('past events from CSV: a dry run, every bad row by its line, good ones marked late', () => {
  const rows = ['id,type,title,occurred,lon,lat', 'p1,noise,噪音,2026-11-01 10:00:00,120.1,30.2', 'p2,fire,火,昨天,,', ',fire,火,2026-11-01 10:00:00,,', 'p4,fire,"火,大火",2026-11-01T10:00:00Z,120.1,',
    'p5,fire,"火"x,2026-11-01 10:00:00,,', `p6,fire,火,${new Date().toISOString()},,`];
  writeFileSync(stack.path('past.csv'), rows.join('\r\n'));
  feeds(stack, 'add', 'past', '--kind', 'csv', '--dimension', 'enforcement');
  const dry = feeds(stack, 'import', stack.path('past.csv'), '--feed', 'past', '--dry-run');
  assert.deepEqual([dry.rows, dry.accepted, dry.refused, stream.take().length], [6, 2, 4, 0]);
  assert.deepEqual(dry.errors.map((e: { line: number; column: string | null }) => [e.line, e.column]), [[3, 'occurred_us'], [4, 'id'], [5, 'lat'], [6, null]]);
  const [program = '', ...args] = stack.wallctl;
  assert.equal(spawnSync(program, [...args, 'feeds', 'import', stack.path('past.csv'), '--feed', 'past', '--dry-run']).status, 5, 'a script sees that some are bad');
  const done = feeds(stack, 'import', stack.path('past.csv'), '--feed', 'past');
  assert.deepEqual([done.accepted, done.refused], [2, 4]);
  const taken = stream.take();
  assert.deepEqual(taken.map((e) => [e.id, e.marks]), [['p1', ['late', 'past']], ['p6', ['late', 'past']]]);
  assert.equal(taken[0]?.occurred_us, Date.parse('2026-11-01T10:00:00+08:00') * 1000);
});
