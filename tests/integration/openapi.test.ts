// docs/openapi.yaml against the real answers: every operation is called, each answer has a described status, type
// and form, and says nothing that is not described.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Description } from '../lib/openapi.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import type { Stack } from '../../tools/supervise/stack.ts';

const description = new Description();
const succeeded = new Set<string>();
let stack: Stack;

interface Call { body?: unknown; text?: string; type?: string; csrf?: string | null; query?: string }
interface Reply { status: number; headers: Headers; json: any }

/** One person with a browser. */
class Person {
  cookie = '';
  csrf = '';

  /** `key`: "GET /api/v1/cameras/{id}"; `params` fill its braces. */
  async call(key: string, params: Record<string, string> = {}, call: Call = {}): Promise<Reply> {
    const [method = '', template = ''] = key.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const headers: Record<string, string> = {};
    if (this.cookie) headers.cookie = this.cookie;
    const csrf = call.csrf === undefined ? this.csrf : call.csrf;
    if (csrf) headers['x-csrf-token'] = csrf;
    if (call.body !== undefined || call.text !== undefined) headers['content-type'] = call.type ?? 'application/json';
    const endless = key.endsWith('live.mp4');
    const abort = new AbortController();
    const answer = await fetch(`${stack.url}${path}${call.query ?? ''}`, {
      method, headers, signal: abort.signal, body: call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body)),
    });
    const body = endless && answer.status === 200 ? await firstPiece(answer) : new Uint8Array(await answer.arrayBuffer());
    if (endless) abort.abort();
    assert.deepEqual(description.judge(key, answer.status, answer.headers.get('content-type'), body), []);
    if (answer.ok) succeeded.add(key);
    const set = answer.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0] ?? '';
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, headers: answer.headers, json: isJson ? JSON.parse(new TextDecoder().decode(body)) : null };
  }

  async login(role: string): Promise<Person> {
    const found = stack.logins().find((l) => l.role === role);
    assert.ok(found, `a login for ${role}`);
    const { login, password } = found;
    const reply = await this.call('POST /api/v1/session', {}, { body: { login, password } });
    assert.equal(reply.status, 200);
    this.csrf = reply.json.csrf;
    return this;
  }
}

async function firstPiece(answer: Response): Promise<Uint8Array> {
  const reader = answer.body!.getReader();
  const { value } = await reader.read();
  return value ?? new Uint8Array();
}

before(async () => {
  stack = await startStack({ cameras: 3 });
}, { timeout: 120000 });
after(async () => {
  if (stack) await stopStack(stack);
});

test('the file is whole: references lead somewhere, changing operations need the token', () => {
  for (const reference of description.references()) description.resolve({ $ref: reference });
  const ids = [...description.operations().values()].map((o) => o.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const [key, operation] of description.operations()) {
    const names = description.parameters(key).map((p) => p.name);
    for (const [, name = ''] of key.matchAll(/\{(\w+)\}/g)) assert.ok(names.includes(name), `${key} describes ${name}`);
    const changing = !key.startsWith('GET ') && operation.operationId !== 'login';
    assert.equal(names.includes('X-CSRF-Token'), changing, key);
    if (operation['x-right']) assert.ok(operation.responses['403'], `${key} can be refused`);
  }
});

test('docs/api.md and the file name the same operations and rights', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
  const listed = new Map<string, string>();
  for (const [, calls = '', right = ''] of text.matchAll(/^\| ((?:GET|POST|PUT|PATCH|DELETE).*?) \| (.*?) \|/gm)) {
    for (const [key, r] of expand(calls, right)) listed.set(key, r);
  }
  const described = [...description.operations().keys()].filter((key) => !key.endsWith('/openapi.yaml'));
  assert.deepEqual([...listed.keys()].sort(), described.sort());
  for (const [key, operation] of description.operations()) {
    if (operation['x-right']) assert.ok(listed.get(key)?.includes(operation['x-right']), `${key}: ${operation['x-right']}`);
  }
});

/** A row of docs/api.md, "GET / DELETE `/api/v1/session`" or "GET `/api/v1/users`, POST", as operations. */
function expand(calls: string, right: string): [string, string][] {
  const found: [string, string][] = [];
  let path = '';
  let waiting: string[] = [];
  for (const [word] of calls.matchAll(/GET|POST|PUT|PATCH|DELETE|`[^`]+`/g)) {
    if (!word.startsWith('`')) {
      waiting.push(word);
      continue;
    }
    path = word.slice(1, -1).replace(/\?.*/, '').replace('/Z/X/Y', '/{z}/{x}/{y}').replace(/\/ID\b/, '/{id}').replace(/\/style\/\w+/, '/style/{theme}');
    for (const method of waiting.length ? waiting : ['GET']) found.push([`${method} ${path}`, right]);
    waiting = [];
  }
  for (const method of waiting) found.push([`${method} ${path}`, right]);
  return found;
}

test('without a session', async () => {
  const stranger = new Person();
  assert.equal((await stranger.call('GET /healthz')).status, 200);
  assert.equal((await stranger.call('GET /metrics')).status, 200);
  for (const [key, operation] of description.operations()) {
    if (operation.security) continue;
    assert.equal((await stranger.call(key, { id: 'c0001', theme: 'dark', z: '0', x: '0', y: '0' })).status, 401, key);
  }
  const wrong = await stranger.call('POST /api/v1/session', {}, { body: { login: 'operator', password: 'not this one' } });
  assert.equal(wrong.status, 401);
  assert.equal((await stranger.call('POST /api/v1/session', {}, { text: '{' })).status, 400);
});

test('session', async () => {
  const operator = await new Person().login('operator');
  const me = await operator.call('GET /api/v1/session');
  assert.ok(me.json.rights.includes('camera.live'));
  assert.equal((await operator.call('POST /api/v1/view-reason', {}, { body: { reason: '日常巡查' } })).status, 200);
  assert.equal((await operator.call('POST /api/v1/view-reason', {}, { body: { reason: '日常巡查' }, csrf: null })).status, 403);
  assert.equal((await operator.call('POST /api/v1/view-reason', {}, { body: {} })).status, 400);
  const found = stack.logins().find((l) => l.role === 'operator')!;
  const same = { old: found.password, new: `${found.password}-2` };
  assert.equal((await operator.call('PUT /api/v1/session/password', {}, { body: same })).status, 204);
  const back = { old: same.new, new: same.old };
  assert.equal((await operator.call('PUT /api/v1/session/password', {}, { body: back })).status, 204);
  assert.equal((await operator.call('DELETE /api/v1/session')).status, 204);
  assert.equal((await operator.call('GET /api/v1/session')).status, 401);
});

test('place', async () => {
  const operator = await new Person().login('operator');
  const town = await operator.call('GET /api/v1/town');
  assert.equal(town.status, 200);
  const areas = await operator.call('GET /api/v1/areas');
  assert.ok(areas.json.features.length > 39);
  for (const theme of ['dark', 'light']) assert.equal((await operator.call('GET /api/v1/style/{theme}', { theme })).status, 200);
  const [lon, lat] = town.json.centre as [number, number];
  const size = 2 ** 14;
  const x = Math.floor(((lon + 180) / 360) * size);
  const rad = (lat * Math.PI) / 180;
  const y = Math.floor(((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * size);
  const tile = await operator.call('GET /api/v1/tiles/base/{z}/{x}/{y}', { z: '14', x: String(x), y: String(y) });
  assert.equal(tile.status, 200);
  await operator.call('GET /api/v1/tiles/base/{z}/{x}/{y}', { z: '14', x: '0', y: '0' });
  await operator.call('GET /api/v1/tiles/base/{z}/{x}/{y}', { z: 'x', x: '0', y: '0' });
  assert.equal((await operator.call('GET /api/v1/openapi.yaml')).status, 200);
});

test('cameras', async () => {
  const admin = await new Person().login('system_admin');
  const list = await admin.call('GET /api/v1/cameras', {}, { query: '?limit=2' });
  assert.equal(list.json.cameras.length, 2);
  const next = await admin.call('GET /api/v1/cameras', {}, { query: `?limit=2&after=${list.json.next}` });
  assert.equal(next.json.cameras.length, 1);
  assert.equal((await admin.call('GET /api/v1/cameras', {}, { query: '?limit=x' })).status, 400);
  const id = list.json.cameras[0].id as string;
  assert.equal((await admin.call('GET /api/v1/cameras/{id}', { id })).status, 200);
  assert.equal((await admin.call('GET /api/v1/cameras/{id}', { id: 'none' })).status, 404);
  const fresh = { id: 'x1', name: '试点1', url: 'rtsp://user:secret@127.0.0.1:9/a', lon: 120.1, lat: 30.2, crs: 'WGS84' };
  const added = await admin.call('POST /api/v1/cameras', {}, { body: fresh });
  assert.equal(added.status, 201);
  assert.ok(!added.json.url.includes('secret'));
  await admin.call('POST /api/v1/cameras', {}, { body: fresh });
  assert.equal((await admin.call('POST /api/v1/cameras', {}, { body: { name: 'no url' } })).status, 400);
  const changed = await admin.call('PUT /api/v1/cameras/{id}', { id: 'x1' }, { body: { ...fresh, name: '试点2', version: added.json.version } });
  assert.equal(changed.json.name, '试点2');
  const patched = await admin.call('PATCH /api/v1/cameras/{id}', { id: 'x1' }, { body: { keeper: '镇综治中心', version: changed.json.version } });
  assert.equal(patched.json.keeper, '镇综治中心');
  const late = await admin.call('PATCH /api/v1/cameras/{id}', { id: 'x1' }, { body: { name: '试点3', version: changed.json.version } });
  assert.deepEqual([late.status, late.json.current.keeper], [409, '镇综治中心']);
  assert.equal((await admin.call('GET /api/v1/cameras/{id}/history', { id })).status, 200);
  assert.equal((await admin.call('GET /api/v1/cameras/{id}/history', { id: 'none' })).status, 404);
  for (const by of ['camera', 'cell', 'village', 'source_system'])
    assert.equal((await admin.call('GET /api/v1/online-rates', {}, { query: `?by=${by}` })).json.by, by);
  assert.equal((await admin.call('GET /api/v1/online-rates', {}, { query: '?by=moon' })).status, 400);
  await admin.call('POST /api/v1/cameras/{id}/diagnose', { id: 'x1' });
  await admin.call('POST /api/v1/cameras/try', {}, { body: { url: 'rtsp://***@127.0.0.1:9/b', id: 'x1' } });
  const elsewhere = await admin.call('POST /api/v1/cameras/try', {}, { body: { url: 'rtsp://***@127.0.0.2:9/b', id: 'x1' } });
  assert.equal(elsewhere.json.error.code, 'hidden_secret');
  assert.equal((await admin.call('DELETE /api/v1/cameras/{id}', { id: 'x1' })).status, 204);
  assert.equal((await admin.call('DELETE /api/v1/cameras/{id}', { id: 'x1' })).status, 404);
  const csv = readFileSync(resolve(stack.town, 'cameras.csv'), 'utf8').trimEnd() + '\nbad row\n';
  const dry = await admin.call('POST /api/v1/cameras/import', {}, { text: csv, type: 'text/csv', query: '?dry_run=1' });
  assert.equal(dry.status, 200);
  assert.equal(dry.json.errors.length, 1);
  const operator = await new Person().login('operator');
  assert.equal((await operator.call('DELETE /api/v1/cameras/{id}', { id })).status, 403);
});

/** The id of a camera that plays, as soon as there is one. */
async function firstLive(person: Person): Promise<string> {
  for (const end = Date.now() + 60000; Date.now() < end;) {
    const { json } = await person.call('GET /api/v1/cameras', {}, { query: '?state=live' });
    if (json.cameras.length) return json.cameras[0].id as string;
  }
  throw new Error('no camera plays');
}

test('pictures', async () => {
  const operator = await new Person().login('operator');
  await operator.call('POST /api/v1/view-reason', {}, { body: { reason: '日常巡查' } });
  const id = await firstLive(operator);
  assert.equal((await operator.call('GET /api/v1/cameras/{id}/live.mp4', { id })).status, 200);
  await operator.call('GET /api/v1/cameras/{id}/snapshot.jpg', { id });
  assert.equal((await operator.call('GET /api/v1/cameras/{id}/snapshot.jpg', { id: 'none' })).status, 404);
});

test('people and records', async () => {
  const admin = await new Person().login('system_admin');
  assert.ok((await admin.call('GET /api/v1/users')).json.users.length > 5);
  assert.ok((await admin.call('GET /api/v1/roles')).json.roles.length > 5);
  const person = { login: 'new1', password: 'long enough 1', name: '新人', grants: [{ role: 'operator', area: '' }] };
  const added = await admin.call('POST /api/v1/users', {}, { body: person });
  assert.equal(added.status, 201);
  await admin.call('POST /api/v1/users', {}, { body: person });
  assert.equal((await admin.call('POST /api/v1/users', {}, { body: { login: 'new2' } })).status, 400);
  const change = { version: added.json.version, enabled: false };
  assert.equal((await admin.call('PUT /api/v1/users/{id}', { id: added.json.id }, { body: change })).status, 200);
  assert.equal((await admin.call('PUT /api/v1/users/{id}', { id: added.json.id }, { body: change })).status, 409);
  const auditor = await new Person().login('security_auditor');
  const views = await auditor.call('GET /api/v1/views', {}, { query: '?limit=1' });
  assert.equal(views.json.views.length, 1);
  await auditor.call('GET /api/v1/views', {}, { query: `?before=${views.json.next}` });
  assert.ok((await auditor.call('GET /api/v1/audit')).json.records.length > 1);
  assert.equal((await auditor.call('GET /api/v1/audit/check')).json.broken, null);
  assert.equal((await admin.call('GET /api/v1/audit')).status, 403);
});

test('metrics are those of docs/metrics.md', async () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, type]) => `${name} ${type}`);
  const answer = await fetch(`${stack.url}/metrics`);
  const told = [...(await answer.text()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  assert.deepEqual(told.sort(), listed.sort());
});

test('every operation was called with success', () => {
  // whether a media node makes a picture or a diagnosis is shown by its own tests; here its answer has a described form
  assert.deepEqual([...description.operations().keys()].filter((key) => !succeeded.has(key)), []);
});
