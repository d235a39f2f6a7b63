// The lists of rooms, teams and mediators, each operation of them called once as it is described.
import assert from 'node:assert/strict';
import { succeeded } from './described.ts';

interface Caller { call(operation: string, params?: Record<string, string>, more?: { body?: unknown; query?: string }): Promise<{ status: number; json: any }> }

export async function callPool(planner: Caller, host: Caller): Promise<void> {
  const room = { version: 0, name: '镇调解室', address: '文昌路 1 号', hours: [{ day: 1, from: '08:30', to: '17:30' }] };
  const put = async (body: object): Promise<number> => (await planner.call('PUT /api/v1/mediation/rooms/{id}', { id: 'hall' }, { body })).status;
  assert.deepEqual([await put({ ...room, hours: [{ day: 8 }] }), await put(room), await put(room)], [400, 200, 409]);
  assert.equal((await host.call('GET /api/v1/mediation/rooms', {}, { query: '?from_us=0' })).json.rooms.length, 1);
  const id = (await host.call('GET /api/v1/mediation/mediators')).json.mediators[0].id as string;
  assert.equal((await planner.call('PUT /api/v1/mediation/teams/{id}', { id: 'first' }, { body: { version: 0, name: '石桥村调解小组', members: [id] } })).json.team.version, 1);
  assert.equal((await planner.call('PUT /api/v1/mediation/mediators/{id}', { id }, { body: { version: 0, kind: 'full_time', disputes: ['neighbour'] } })).json.mediator.version, 1);
  assert.deepEqual((await host.call('GET /api/v1/mediation/teams')).json.teams[0].members, [id]);
  assert.deepEqual((await host.call('GET /api/v1/mediation/mediators')).json.mediators[0].teams, ['first']);
}

/** What a new meeting has: no message, no film. That one comes with its type is shown by integration/meet-hostile. */
export async function callKept(host: Caller, id: string): Promise<void> {
  assert.deepEqual((await host.call('GET /api/v1/meetings/{id}/letters', { id })).json.letters, []);
  assert.deepEqual((await host.call('GET /api/v1/meetings/{id}/recordings', { id })).json.recordings, []);
  assert.equal((await host.call('GET /api/v1/meetings/{id}/recordings/{recording}', { id, recording: 'none' })).status, 404);
  succeeded.add('GET /api/v1/meetings/{id}/recordings/{recording}');
}
