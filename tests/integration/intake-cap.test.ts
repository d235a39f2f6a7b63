// Warnings in CAP 1.2: over HTTP and from a watched folder, good ones and bombs, with Redis stopped and the server killed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { distinct, eventsOn, keepEvents, untilEvent, type BusEvent } from '../lib/bus-events.ts';
import { feeds, sign } from '../lib/feed.ts';
import { pidOf } from '../lib/process.ts';
import { top } from '../lib/programs.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let key: string;
let folder: string;

before(async () => {
  stack = await startSmallStack({ cameras: 4, longestDelayMs: 200 });
  keepEvents(stack);
  folder = stack.path('drop/warnings');
  mkdirSync(folder, { recursive: true });
  writeFileSync(stack.path('weather.json'), JSON.stringify({ folder }));
  key = feeds<{ key: string }>(stack, 'add', 'weather', '--kind', 'cap', '--settings', stack.path('weather.json')).key;
});
after(() => stopStack(stack));

/** An hour ago: newer than what counts as late. */
const sent = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, '+00:00');

interface Options { status?: string; type?: string; references?: string; headline?: string; severity?: string; info?: boolean; extra?: string }

function cap(id: string, { status = 'Actual', type = 'Alert', references = '', headline = '暴雨橙色预警', severity = 'Severe', info = true, extra = '' }: Options = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>${id}</identifier><sender>cma@gov.cn</sender><sent>${sent}</sent>
  <status>${status}</status><msgType>${type}</msgType><scope>Public</scope>${references ? `<references>${references}</references>` : ''}
  ${info ? `<info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>${severity}</severity>
  <certainty>Observed</certainty><headline>${headline}</headline>
  <area><areaDesc>清溪镇</areaDesc><polygon>27.4,111.4 27.4,111.6 27.6,111.6 27.6,111.4 27.4,111.4</polygon></area></info>` : ''}${extra}
</alert>`;
}

async function post(body: string, headers?: Record<string, string>): Promise<{ status: number; json: any }> {
  const answer = await fetch(`${stack.url}/api/v1/cap`, { method: 'POST', body, headers: headers ?? sign('weather', key, body, undefined, '/api/v1/cap') });
  return { status: answer.status, json: await answer.json() };
}

const found = (id: string): BusEvent | undefined => distinct(stack, 'weather').find((event) => event.id === `cma@gov.cn,${id}`);
const numbers = (): { refused: number; error: { message: { zh: string; en: string } } | null } =>
  feeds<{ feed: { numbers: { refused: number; error: { message: { zh: string; en: string } } | null } } }>(stack, 'show', 'weather').feed.numbers;

test('a warning, its update and its end', async () => {
  assert.deepEqual((await post(cap('A1'))).json, { accepted: 1, id: 'cma@gov.cn,A1', note: null });
  const warning = found('A1')!;
  assert.deepEqual([warning.kind, warning.dimension, warning.type, warning.priority, warning.title], ['report', 'warning', 'rainstorm', 2, '暴雨橙色预警']);
  assert.deepEqual([warning.extra!.colour, warning.extra!.signature, warning.shape!.type], ['orange', 'none', 'Polygon']);
  const references = `cma@gov.cn,A1,${sent}`;
  assert.equal((await post(cap('A2', { type: 'Update', references, headline: '暴雨红色预警' }))).status, 202);
  assert.deepEqual([found('A2')!.kind, found('A2')!.refs, found('A2')!.priority], ['updated', ['cma@gov.cn,A1'], 1]);
  assert.equal((await post(cap('A3', { type: 'Cancel', references, info: false }))).status, 202);
  assert.equal(found('A3')!.kind, 'cancelled');
  const ack = await post(cap('A4', { type: 'Ack', references, info: false }));
  assert.deepEqual([ack.status, ack.json.accepted], [202, 0]);
  assert.equal(found('A4'), undefined);
});

test('exercises and tests are marked; a signature is told as unchecked', async () => {
  await post(cap('E1', { status: 'Exercise' }));
  assert.deepEqual(found('E1')!.marks, ['exercise']);
  await post(cap('E2', { status: 'Test', extra: '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>' }));
  assert.ok(found('E2')!.marks!.includes('test'));
  assert.equal(found('E2')!.extra!.signature, 'unchecked');
});

test('what is wrong is named, bombs do nothing, a signature of another path is refused', async () => {
  const bad = await post(cap('B1', { severity: 'Terrible' }));
  assert.deepEqual([bad.status, bad.json.error.code], [400, 'bad_cap']);
  assert.match(bad.json.error.message.en, /^severity:/);
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  const bomb = await post(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">${laughs}]><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">&l9;</alert>`);
  assert.match(bomb.json.error.message.en, /document type/);
  assert.match((await post('<a>'.repeat(200_000))).json.error.message.en, /deep/);
  const text = cap('B2');
  assert.equal((await post(text, sign('weather', key, text))).status, 401);
  assert.equal((await post(text, sign('weather', 'other', text, undefined, '/api/v1/cap'))).status, 401);
  const headers = sign('weather', key, text, undefined, '/api/v1/cap');
  assert.equal((await post(text, headers)).status, 202);
  assert.equal((await post(text, headers)).status, 409, 'the same request again');
  assert.equal((await fetch(`${stack.url}/healthz`)).status, 200);
});

test('files of the folder: good ones go to done, bad ones to failed with the reason beside', async () => {
  writeFileSync(join(folder, 'f1.part'), cap('F1'));
  renameSync(join(folder, 'f1.part'), join(folder, 'f1.xml'));
  writeFileSync(join(folder, 'f2.cap'), '<alert>');
  writeFileSync(join(folder, 'notes.txt'), 'nothing for us');
  await untilEvent(stack, 'weather', 'the file', (event) => event.id === 'cma@gov.cn,F1');
  await until('both are moved', () => existsSync(join(folder, 'done/f1.xml')) && existsSync(join(folder, 'failed/f2.cap.reason.txt')));
  assert.match(readFileSync(join(folder, 'failed/f2.cap.reason.txt'), 'utf8'), /XML[^]*\n/);
  assert.ok(existsSync(join(folder, 'notes.txt')));
  assert.match(numbers().error!.message.en, /XML/);
  writeFileSync(join(folder, 'f1.xml'), cap('F1b'));
  await until('the name that was there already gets a number', () => existsSync(join(folder, 'done/2-f1.xml')));
});

test('a folder outside intake.file_roots is refused, a link that leads there later is told, and no link in a folder is followed', async () => {
  const outside = stack.path('outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'o1.xml'), cap('O1'));
  const add = (id: string, path: string): string => {
    writeFileSync(stack.path(`${id}.json`), JSON.stringify({ folder: path }));
    try {
      feeds(stack, 'add', id, '--kind', 'cap', '--settings', stack.path(`${id}.json`));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  symlinkSync(outside, stack.path('drop/sideways'));
  for (const path of [outside, '/etc', stack.path('drop/../outside'), stack.path('drop/sideways'), stack.path('missing')])
    assert.match(add('astray', path), /folder: lies outside the folders of intake\.file_roots/, path);
  mkdirSync(stack.path('drop/later'));
  assert.equal(add('later', stack.path('drop/later')), '');
  rmdirSync(stack.path('drop/later'));
  symlinkSync(outside, stack.path('drop/later'));
  const said = (): string => feeds<{ feed: { numbers: { error: { message: { en: string } } | null } } }>(stack, 'show', 'later').feed.numbers.error?.message.en ?? '';
  feeds(stack, 'disable', 'later');
  feeds(stack, 'enable', 'later');
  await until('the link is told', () => /intake\.file_roots/.test(said()));
  symlinkSync(join(outside, 'o1.xml'), join(folder, 'o1.xml'));
  writeFileSync(join(folder, 'p1.xml'), cap('P1'));
  await until('the plain file is taken', () => existsSync(join(folder, 'done/p1.xml')));
  assert.ok(existsSync(join(folder, 'o1.xml')) && existsSync(join(outside, 'o1.xml')), 'the link lies where it was');
  assert.equal(found('O1'), undefined);
  feeds(stack, 'remove', 'later');
});

test('with Redis stopped nothing is taken; a killed server takes up what lies there, each once', async () => {
  const redis = pidOf(stack, 'redis');
  process.kill(redis, 'SIGSTOP');
  for (let i = 0; i < 5; i++) writeFileSync(join(folder, `k${i}.xml`), cap(`K${i}`));
  const first = pidOf(stack, 'townwalld');
  process.kill(first, 'SIGKILL');
  await until('townwalld runs again', () => (stack.children.get('townwalld')?.pid ?? first) !== first);
  process.kill(redis, 'SIGCONT');
  await until('all are done', () => readdirSync(join(folder, 'done')).filter((name) => name.startsWith('k')).length === 5);
  for (let i = 0; i < 5; i++) assert.ok(found(`K${i}`), `K${i}`);
  const all = eventsOn(stack, 'weather').filter((event) => /,K\d$/.test(event.id));
  assert.equal(new Set(all.map((event) => event.id)).size, 5);
});

test('what xmllint takes and the messages of others say the same here', async () => {
  const dir = join(top, '../shared/data/cap');
  const files = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.cap')) : [];
  writeFileSync(stack.path('own.cap'), cap('X1'));
  for (const file of [stack.path('own.cap'), ...files.map((name) => join(dir, name))]) {
    const ask = (name: string): string =>
      spawnSync('xmllint', ['--nonet', '--xpath', `string(/*/*[local-name()="${name}"])`, file], { encoding: 'utf8' }).stdout.trim();
    assert.equal(spawnSync('xmllint', ['--noout', '--nonet', file]).status, 0, file);
    const bytes = readFileSync(file);
    const answer = await fetch(`${stack.url}/api/v1/cap`, { method: 'POST', body: bytes, headers: signBytes(bytes) });
    const json = (await answer.json()) as { id?: string; error?: { message: { en: string } } };
    if (!ask('scope')) {
      assert.match(json.error!.message.en, /^scope:/);
      continue;
    }
    assert.equal(answer.status, 202, `${file}: ${JSON.stringify(json)}`);
    assert.equal(json.id, `${ask('sender')},${ask('identifier')}`);
    const event = distinct(stack, 'weather').find(({ id }) => id === json.id)!;
    assert.deepEqual([event.extra!.identifier, event.extra!.status, event.occurred_us], [ask('identifier'), ask('status'), Date.parse(ask('sent')) * 1000]);
  }
});

const signBytes = (bytes: Buffer): Record<string, string> => sign('weather', key, bytes, undefined, '/api/v1/cap');
