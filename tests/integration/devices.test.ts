// The device page's interfaces on the real programs: states over time, online rates, changes of cameras, previews of lists.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person } from '../lib/client.ts';
import { startStack, stopStack } from '../lib/stack.ts';
import { until } from '../lib/wait.ts';

interface Rate { online_s: number; observed_s: number; percent: number | null }
interface Group { key: string; cameras: number; '24h': Rate; '7d': Rate; '30d': Rate }
interface History {
  changes: { time_us: string; state: string; reason: string | null; detail: string | null; skipped: number }[];
  gaps: { from_us: string; to_us: string }[];
  rate: { '24h': Rate };
  more: boolean;
}
interface Camera { id: string; name: string; area: string; state: string; version: number; [field: string]: unknown }

const cameras = 12;
let stack: Stack;
let admin: Person;
let operator: Person;

before(async () => {
  stack = await startStack({ cameras });
  admin = await Person.login(stack, 'admin');
  operator = await Person.login(stack, 'operator');
});
after(() => stopStack(stack));

const history = (id: string, query = ''): Promise<History> => admin.json<History>(`/api/v1/cameras/${id}/history${query}`);
const camera = (id: string): Promise<Camera> => admin.json<Camera>(`/api/v1/cameras/${id}`);
async function change(method: string, path: string, body?: unknown, type?: string): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await admin.request(method, `/api/v1${path}`, body, type);
  const text = await answer.text();
  return { status: answer.status, json: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

async function hire(login: string, role: string, area: string): Promise<Person> {
  const password = `Long-${login}-password-7`;
  const made = await admin.request('POST', '/api/v1/users', { login, name: login, password, grants: [{ role, area }] });
  assert.equal(made.status, 201, await made.text());
  const person = new Person(stack.url);
  const answer = await person.request('POST', '/api/v1/session', { login, password });
  person.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  person.csrf = ((await answer.json()) as { csrf: string }).csrf;
  return person;
}

test('each change of state is kept with its time, reason and detail', async () => {
  await until('a live camera in the history', async () => (await history('c0001')).changes.some((c) => c.state === 'live'));
  const before = await camera('c0001');
  // its address leads nowhere for a while
  const gone = await change('PATCH', '/cameras/c0001', { url: 'rtsp://127.0.0.1:1/none', sub_url: null, version: before.version });
  assert.equal(gone.status, 200, JSON.stringify(gone.json));
  const down = await until('unreachable in the history', async () => {
    const { changes } = await history('c0001');
    return changes.find((c) => c.reason === 'unreachable') ?? false;
  });
  assert.match(down.detail ?? '', /127\.0\.0\.1 port 1/);
  const { changes, rate } = await until('a whole second was observed', async () => {
    const now = await history('c0001');
    return now.rate['24h'].observed_s > 0 && now;
  });
  const times = changes.map((c) => Number(c.time_us));
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  assert.ok(rate['24h'].observed_s >= rate['24h'].online_s && rate['24h'].observed_s > 0, JSON.stringify(rate));
  assert.equal((await history('c0001', '?limit=1')).changes.length, 1);
  assert.equal((await history('c0001', '?limit=1')).more, true);
});

test('online rates add up by village and system, of the cameras that a person may list', async () => {
  const rates = (person: Person, by: string): Promise<{ total: Group; groups: Group[] }> =>
    person.json(`/api/v1/online-rates?by=${by}`);
  for (const by of ['camera', 'cell', 'village', 'source_system']) {
    const { total, groups } = await rates(admin, by);
    assert.equal(total.cameras, cameras);
    assert.equal(groups.reduce((sum, g) => sum + g.cameras, 0), cameras);
    const observed = groups.reduce((sum, g) => sum + g['24h'].observed_s, 0);
    assert.ok(Math.abs(observed - total['24h'].observed_s) <= groups.length, `${by}: ${observed} of ${total['24h'].observed_s}`);
  }
  const { cameras: all } = await operator.json<{ cameras: Camera[] }>('/api/v1/cameras');
  const village = all[0]!.area.slice(0, 12);
  const local = await hire('local1', 'operator', village);
  const seen = await rates(local, 'village');
  assert.deepEqual(seen.groups.map((g) => g.key), [village]);
  const hidden = all.find((c) => !c.area.startsWith(village));
  assert.ok(hidden);
  assert.equal((await local.request('GET', `/api/v1/cameras/${hidden.id}/history`)).status, 404);
  const mediator = await hire('mediator1', 'mediator', '');
  assert.equal((await mediator.request('GET', '/api/v1/online-rates')).status, 403);
});

test('a change on an old version is told with the camera as it is now', async () => {
  const { version } = await camera('c0002');
  const mine = await change('PATCH', '/cameras/c0002', { keeper: '换了保管单位', version });
  assert.equal(mine.status, 200);
  const late = await change('PATCH', '/cameras/c0002', { name: '另一个名字', version });
  assert.equal(late.status, 409);
  const current = late.json.current as Camera;
  assert.equal(current.keeper, '换了保管单位');
  assert.equal(current.version, version + 1);
  assert.equal((await change('POST', '/cameras', { id: 'c0002', name: 'x', url: 'rtsp://127.0.0.1/x' })).status, 409);
});

test('what is not named stays, null makes unknown, secrets stay with their host', async () => {
  const fresh = {
    id: 'p1', name: '国家坐标', url: 'rtsp://viewer:p@ss:w?rd%@10.254.0.1/main', lon: 120.1, lat: 30.2, crs: 'GCJ02', enabled: false, keeper: '甲',
    properties: { scene: '路口' },
  };
  const made = await change('POST', '/cameras', fresh);
  assert.equal(made.status, 201, JSON.stringify(made.json));
  assert.equal(made.json.source_lon, 120.1);
  assert.notEqual(made.json.lon, 120.1);
  const shown = made.json.url as string;
  assert.doesNotMatch(shown, /w\?rd/);
  const moved = await change('PATCH', '/cameras/p1', { url: shown.replace('/main', '/other'), keeper: null });
  assert.equal(moved.status, 200, JSON.stringify(moved.json));
  assert.deepEqual([moved.json.keeper, moved.json.source_lon, moved.json.lon], [null, 120.1, made.json.lon]);
  assert.deepEqual(moved.json.properties, fresh.properties);
  const stolen = await change('PATCH', '/cameras/p1', { url: shown.replace('10.254.0.1', '10.254.0.2') });
  assert.equal(stolen.status, 400);
  assert.equal(((stolen.json.error as { fields: { path: string }[] }).fields[0])?.path, 'url');
  // the whole object as it was shown, put back: nothing moves, nothing is lost
  const whole = await change('PUT', '/cameras/p1', await camera('p1'));
  assert.equal(whole.status, 200, JSON.stringify(whole.json));
  // the media plane tells state and its time meanwhile
  const kept = ({ state: _state, since_us: _since, reason: _reason, detail: _detail, ...fields }: Record<string, unknown>): unknown => fields;
  assert.deepEqual(kept(whole.json), kept(moved.json));
  assert.equal((await change('PATCH', '/cameras/p1', { no_such_field: 1 })).status, 400);
  assert.equal((await change('PATCH', '/cameras/p1', { name: null })).status, 400);
  assert.equal((await change('DELETE', '/cameras/p1')).status, 204);
});

interface Preview {
  created: number; updated: number; unchanged: number; removed: number; refused: number; missing: number;
  changes: { line: number; id: string; what: string; fields: string[] }[];
  gone: { id: string }[];
}
const preview = async (csv: string, query: string): Promise<{ status: number; json: Preview }> =>
  (await change('POST', `/cameras/import?${query}`, csv, 'text/csv')) as unknown as { status: number; json: Preview };

test('a list is previewed: new, changed in which fields, gone; replacing deletes what it does not name', async () => {
  const { cameras: all } = await admin.json<{ cameras: Camera[] }>('/api/v1/cameras');
  const kept = all.slice(0, 3);
  const csv = ['id,name,url', ...kept.map((c) => `${c.id},${c.name},rtsp://127.0.0.1/${c.id}`), 'n1,新镜头,rtsp://127.0.0.1/n1'].join('\n');
  const dry = await preview(csv, 'dry_run=1&replace=1');
  assert.equal(dry.status, 200, JSON.stringify(dry.json));
  assert.deepEqual([dry.json.created, dry.json.updated, dry.json.missing, dry.json.removed], [1, 3, all.length - 3, all.length - 3]);
  assert.deepEqual(dry.json.changes.map((c) => [c.line, c.what]), [[2, 'changed'], [3, 'changed'], [4, 'changed'], [5, 'new']]);
  assert.ok(dry.json.changes[0]!.fields.includes('url') && dry.json.changes[0]!.fields.includes('area'));
  assert.equal(dry.json.gone.length, all.length - 3);
  assert.equal((await admin.json<{ total: number }>('/api/v1/cameras')).total, all.length);
  const wrong = await preview(`${csv}\nn2,没有地址,\n`, 'replace=1');
  assert.equal(wrong.status, 400);
  const done = await preview(csv, 'replace=1');
  assert.equal(done.status, 200);
  assert.equal(done.json.removed, all.length - 3);
  assert.equal((await admin.json<{ total: number }>('/api/v1/cameras')).total, 4);
});
