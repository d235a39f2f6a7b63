// Shared rooms, teams and mediators: kept by planners, held against meetings; nobody mediates without a disclosure.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json } from '../lib/client.ts';
import { Host } from '../lib/meet.ts';
import { until } from '../lib/wait.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';

let stack: Stack;
let host: Host;
let planner: Person;
before(async () => {
  stack = await startSmallStack({ cameras: 1, simulator: false });
  host = new Host(await Person.login(stack, 'mediator'));
  planner = await Person.login(stack, 'supervisor');
}, { timeout: 120_000 });
after(() => stopStack(stack));

const put = async (path: string, body: Json): Promise<{ status: number; body: any }> => {
  const answer = await planner.request('PUT', `/api/v1/mediation/${path}`, body);
  return { status: answer.status, body: await answer.json() };
};
const list = (path: string): Promise<any> => host.person.json(`/api/v1/mediation/${path}`);
/** Local time of a day `days` from now, in microseconds. */
const local = (days: number, hour: number): number => {
  const day = new Date();
  day.setDate(day.getDate() + days);
  day.setHours(hour, 0, 0, 0);
  return day.getTime() * 1000;
};
const plan = (from: number, to: number, more: Json = {}): Json => ({ kind: 'mediation', title: '围墙', starts_us: String(from), ends_us: String(to), seats: [{ role: 'party', side: 'a', name: '李小明' }, { role: 'party', side: 'b', name: '张文' }], ...more });

test('a shared room is open at its hours, taken by one meeting at a time, and gives its address', async () => {
  const weekday = new Date(local(3, 12) / 1000).getDay() || 7;
  const closed = new Date(local(10, 12) / 1000);
  const day = `${closed.getFullYear()}-${String(closed.getMonth() + 1).padStart(2, '0')}-${String(closed.getDate()).padStart(2, '0')}`;
  const room = { version: 0, name: '石桥共享调解室', address: '石桥村 8 号', lon: 120.3, lat: 30.2, seats: 8, equipment: ['camera', 'screen', 'side_room'], hours: [{ day: weekday, from: '09:00', to: '12:00' }], closed: [day] };
  assert.deepEqual([(await put('rooms/bridge', { ...room, equipment: ['bar'] })).body.error.fields[0].path, (await put('rooms/bridge', room)).body.room.version], ['equipment', 1]);
  const again = await put('rooms/bridge', room);
  assert.deepEqual([again.status, again.body.error.code], [409, 'version_conflict'], 'somebody was first');
  assert.equal((await host.person.request('PUT', '/api/v1/mediation/rooms/other', room)).status, 403, 'planners alone');
  const refused = async (from: number, to: number, more: Json = {}): Promise<[number, string]> => {
    const { status, body } = await host.request('POST', '', plan(from, to, { place_id: 'bridge', ...more }));
    return [status, body.error?.code];
  };
  assert.deepEqual(await refused(local(3, 8), local(3, 10)), [409, 'closed']);
  assert.deepEqual(await refused(local(4, 9), local(4, 10)), [409, 'closed'], 'another weekday');
  assert.deepEqual(await refused(local(10, 9), local(10, 10)), [409, 'closed'], 'a closed day');
  assert.deepEqual(await refused(local(3, 9), local(3, 10), { place_id: 'nowhere' }), [400, 'invalid']);
  const made = await host.request('POST', '', plan(local(3, 9), local(3, 10), { place_id: 'bridge' }));
  assert.deepEqual([made.status, made.body.meeting.place, made.body.meeting.lon], [201, '石桥共享调解室（石桥村 8 号）', 120.3]);
  assert.deepEqual(await refused(local(3, 9), local(3, 11)), [409, 'busy']);
  const { rooms } = await list(`rooms?from_us=${local(3, 0)}&to_us=${local(4, 0)}`);
  assert.deepEqual(rooms.map((one: any) => [one.id, one.busy]), [['bridge', [{ starts_us: String(local(3, 9)), ends_us: String(local(3, 10)) }]]]);
  assert.deepEqual((await list(`rooms?from_us=${local(4, 0)}&to_us=${local(5, 0)}`)).rooms[0].busy, []);
  const moved = await host.act(made.body.meeting.id, 'plan', { starts_us: String(local(3, 13)), ends_us: String(local(3, 14)) });
  assert.deepEqual([moved.status, moved.body.error.code], [409, 'closed'], 'moved out of the hours');
  const mill = { ...room, name: '水磨共享调解室', address: '水磨村 3 号', lon: 120.5, lat: 30.4 };
  assert.equal((await put('rooms/mill', mill)).status, 200);
  const where = async (more: Json): Promise<unknown[]> => {
    const { status, body } = await host.act(made.body.meeting.id, 'plan', { starts_us: String(local(3, 9)), ends_us: String(local(3, 10)), ...more });
    assert.equal(status, 200, JSON.stringify(body));
    const { meeting } = await host.person.json<any>(`/api/v1/meetings/${made.body.meeting.id}`);
    return [meeting.place_id, meeting.place, meeting.lon, meeting.lat];
  };
  assert.deepEqual(await where({}), ['bridge', '石桥共享调解室（石桥村 8 号）', 120.3, 30.2], 'another time, the same room');
  assert.deepEqual(await where({ place_id: 'mill' }), ['mill', '水磨共享调解室（水磨村 3 号）', 120.5, 30.4], 'who calls for help is looked for there');
  assert.deepEqual(await where({ place_id: null, place: '老槐树下' }), [null, '老槐树下', null, null], 'nothing of the room before');
  assert.deepEqual(await where({ place_id: 'bridge' }), ['bridge', '石桥共享调解室（石桥村 8 号）', 120.3, 30.2]);
  assert.equal((await put('rooms/bridge', { ...room, version: 1, active: false })).body.room.active, false);
  assert.deepEqual(await refused(local(3, 10), local(3, 11)), [409, 'closed'], 'no longer used');
});

test('teams and mediators: who there is, in which team, and when taken', async () => {
  const { mediators } = await list(`mediators?from_us=${local(3, 0)}&to_us=${local(4, 0)}`);
  const me = mediators.find((one: any) => one.name === '调解员');
  assert.deepEqual([me.version, me.active, me.kind, me.teams, me.busy.length], [0, true, 'full_time', [], 1]);
  assert.equal((await put('teams/bridge', { version: 0, name: '石桥调解小组', kind: 'village', members: ['nobody'] })).body.error.fields[0].path, 'members');
  assert.equal((await put('teams/bridge', { version: 0, name: '石桥调解小组', kind: 'village', lead: me.id, members: [me.id] })).status, 200);
  assert.equal((await put(`mediators/${me.id}`, { version: 0, kind: 'lawyer', disputes: ['neighbour'], languages: ['吴语'] })).status, 200);
  const [after] = (await list('mediators')).mediators.filter((one: any) => one.id === me.id);
  assert.deepEqual([after.kind, after.disputes, after.languages, after.teams, after.version], ['lawyer', ['neighbour'], ['吴语'], ['bridge'], 1]);
  assert.deepEqual((await list('teams')).teams.map((one: any) => [one.id, one.lead, one.members]), [['bridge', me.id, [me.id]]]);
});

test('no mediation begins before its chair has disclosed; a talk needs none', async () => {
  const { meeting } = (await host.request('POST', '', plan(local(20, 9), local(20, 10)))).body;
  const early = await host.act(meeting.id, 'open');
  assert.deepEqual([early.status, early.body.error.code, early.body.error.why], [409, 'not_ready', ['disclosure']]);
  assert.equal((await host.act(meeting.id, 'disclose', { relation: 'related' })).status, 400, 'related: how?');
  assert.equal((await host.act(meeting.id, 'disclose', { relation: 'related', text: '与张文同村' })).status, 200);
  assert.equal((await host.act(meeting.id, 'open')).status, 200);
  const seat = await host.connect(meeting.id);
  assert.deepEqual(seat.view.disclosures!.map((one: any) => [one.relation, one.text]), [['related', '与张文同村']]);
  seat.close();
  const talk = (await host.request('POST', '', { ...plan(local(21, 9), local(21, 10)), kind: 'talk', seats: [{ role: 'official', name: '村主任' }] })).body.meeting;
  assert.equal((await host.act(talk.id, 'open')).status, 200);
});

test('a co-mediator is held to the same: no room, no act before it has disclosed', async () => {
  const co = new Host(planner);
  const { user } = await planner.json<any>('/api/v1/session');
  const { meeting } = (await host.request('POST', '', plan(local(30, 9), local(30, 10), { seats: [{ role: 'co_mediator', user: user.id }, { role: 'party', side: 'a', name: '李小明' }, { role: 'party', side: 'b', name: '张文' }] }))).body;
  const mine = meeting.seats.find((one: any) => one.role === 'co_mediator').id;
  assert.equal((await host.open(meeting.id)).status, 200);
  const seat = await co.connect(meeting.id);
  await until('it waits', () => seat.view.you.state === 'lobby');
  const refused = async (who: Host, act: string, more: Json = {}): Promise<unknown[]> => {
    const { status, body } = await who.act(meeting.id, act, more);
    return [status, body.error?.code, body.error?.why];
  };
  const why = [409, 'not_ready', ['disclosure']];
  assert.deepEqual(await refused(host, 'admit', { seat: mine }), why, 'nor is it let in');
  assert.deepEqual(await refused(co, 'identity', { seat: meeting.seats[2].id, how: 'id_card' }), why);
  assert.deepEqual(await refused(co, 'write', { kind: 'minutes', text: '第一条' }), why);
  assert.equal((await co.act(meeting.id, 'disclose', { relation: 'none' })).status, 200);
  await until('it is in', () => seat.view.you.state === 'in' && seat.view.room.name === 'joint');
  assert.equal((await co.act(meeting.id, 'write', { kind: 'minutes', text: '第一条' })).status, 200);
  seat.close();
});
