// Who configures and who audits cannot do each other's part; the log they leave is checked by a stranger.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { checkAudit } from '../lib/audit-check.ts';
import { Person, type Json } from '../lib/client.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { wallctl } from '../lib/wallctl.ts';

let stack: Stack;
let admin: Person;
let auditor: Person;
let auditorUser: Json;

before(async () => {
  stack = await startSmallStack({ cameras: 3 });
  [admin, auditor] = [await Person.login(stack, 'admin'), await Person.login(stack, 'security')];
  const { users } = await admin.json<{ users: Json[] }>('/api/v1/users');
  auditorUser = users.find((user) => user.role === 'security_auditor') ?? {};
});
after(() => stopStack(stack));

async function refusal(person: Person, method: string, path: string, body?: unknown): Promise<string> {
  const answer = await person.request(method, path, body);
  const text = await answer.text();
  return `${answer.status} ${text ? String((JSON.parse(text) as { error?: { code?: string } }).error?.code ?? '') : ''}`;
}

test('an administrator cannot become, make, change, open or end an auditor', async () => {
  const id = String(auditorUser.id);
  const fields = { login: 'spy', name: 'spy', password: 'long enough 3' };
  assert.equal(await refusal(admin, 'POST', '/api/v1/users', { ...fields, grants: [{ role: 'security_auditor', area: '' }] }), '403 auditor_account');
  for (const change of [{ password: 'long enough 4' }, { enabled: false }, { name: 'x' }, { grants: [{ role: 'operator', area: '' }] }])
    assert.equal(await refusal(admin, 'PUT', `/api/v1/users/${id}`, { version: auditorUser.version, ...change }), '403 auditor_account');
  assert.equal(await refusal(admin, 'POST', `/api/v1/users/${id}/unlock`, {}), '403 auditor_account');
  assert.equal(await refusal(admin, 'POST', `/api/v1/users/${id}/totp/off`, {}), '403 auditor_account');
  const { user } = await admin.json<{ user: Json }>('/api/v1/session');
  const both = [{ role: 'system_admin', area: '' }, { role: 'security_auditor', area: '' }];
  assert.equal(await refusal(admin, 'PUT', `/api/v1/users/${String(user.id)}`, { version: user.version, grants: both }), '400 roles_conflict');
  const { sessions } = await admin.json<{ sessions: Json[] }>('/api/v1/sessions?user=all');
  const theirs = sessions.find((session) => session.user === id);
  assert.equal(await refusal(admin, 'DELETE', `/api/v1/sessions/${String(theirs?.id)}`), '403 no_right');
  assert.equal((await auditor.request('GET', '/api/v1/session')).status, 200);
});

test('an administrator reads no record and lifts no hold; an auditor changes nothing', async () => {
  for (const path of ['audit', 'audit/check', 'audit/export', 'views']) assert.equal(await refusal(admin, 'GET', `/api/v1/${path}`), '403 no_right');
  const hold = await auditor.request('POST', '/api/v1/holds', { kind: 'view_log', object: '*', reason: '调查' });
  const { id } = (await hold.json()) as { id: string };
  assert.equal(await refusal(admin, 'POST', `/api/v1/holds/${id}/lift`, { reason: '清理' }), '403 no_right');
  assert.equal(await refusal(admin, 'POST', '/api/v1/holds', { kind: 'view_log', object: '*', reason: '调查' }), '403 no_right');
  for (const [method, path] of [['POST', 'users'], ['POST', 'departments'], ['POST', 'cameras'], ['PUT', 'rules'], ['POST', 'feeds'], ['POST', 'persons/x/erase']] as const)
    assert.equal(await refusal(auditor, method, `/api/v1/${path}`, {}), '403 no_right');
});

test('who manages users in one area gives nothing beyond it', async () => {
  const keeper = { login: 'keeper', name: 'k', password: 'long enough 5', grants: [{ role: 'system_admin', area: '330108102003' }] };
  assert.equal((await admin.request('POST', '/api/v1/users', keeper)).status, 201);
  const person = new Person(stack.url);
  const entered = await person.request('POST', '/api/v1/session', { login: 'keeper', password: keeper.password });
  person.cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const session = (await entered.json()) as { csrf: string; user: Json };
  person.csrf = session.csrf;
  const fields = (area: string): object => ({ login: `new${area}`, name: 'n', password: 'long enough 6', grants: [{ role: 'operator', area }] });
  assert.equal(await refusal(person, 'POST', '/api/v1/users', fields('')), '403 out_of_reach');
  assert.equal(await refusal(person, 'POST', '/api/v1/users', fields('330108102')), '403 out_of_reach');
  assert.equal(await refusal(person, 'POST', '/api/v1/users', fields('330108102003001')), '201 ');
  const wider = { version: session.user.version, grants: [{ role: 'system_admin', area: '' }] };
  assert.equal(await refusal(person, 'PUT', `/api/v1/users/${String(session.user.id)}`, wider), '403 out_of_reach');
  const { users } = await admin.json<{ users: Json[] }>('/api/v1/users');
  const boss = users.find((user) => user.login === 'admin');
  assert.equal(await refusal(person, 'PUT', `/api/v1/users/${String(boss?.id)}`, { version: boss?.version, enabled: false }), '403 out_of_reach');
  const { sessions } = await admin.json<{ sessions: Json[] }>('/api/v1/sessions?user=all');
  const bosses = sessions.find((one) => one.login === 'admin');
  assert.equal(await refusal(person, 'DELETE', `/api/v1/sessions/${String(bosses?.id)}`), '403 out_of_reach');
  assert.equal((await admin.request('GET', '/api/v1/session')).status, 200);
  const department = (id: string, area?: string): object => ({ id, name: id, ...(area ? { area } : {}) });
  assert.equal(await refusal(person, 'POST', '/api/v1/departments', department('town-wide')), '403 out_of_reach');
  assert.equal(await refusal(person, 'POST', '/api/v1/departments', department('other', '330108102004')), '403 out_of_reach');
  assert.equal(await refusal(person, 'POST', '/api/v1/departments', department('own', '330108102003')), '400 invalid_area', 'within reach; this town has no such place');
  assert.equal((await admin.request('POST', '/api/v1/departments', department('town-wide'))).status, 201);
  assert.equal(await refusal(person, 'PUT', '/api/v1/departments/town-wide', { version: 1, enabled: false }), '403 out_of_reach');
});

/** Exit status and what was said. */
function verify(file: string, ...words: string[]): { status: number | null; said: string } {
  const [program = '', ...args] = stack.wallctl;
  const { status, stdout, stderr } = spawnSync(program, [...args, 'audit', 'verify', file, ...words], { encoding: 'utf8', env: { ...process.env, TOWNWALL_SOCKET: '/nowhere', LANG: 'C' } });
  return { status, said: stdout + stderr };
}

test('the exported log is checked offline by wallctl and by a stranger, and what was done to it is found', () => {
  const key = wallctl(stack, ['audit', 'key']).trim();
  const text = wallctl(stack, ['audit', 'export']);
  const file = stack.path('audit.txt');
  writeFileSync(file, text);
  const found = checkAudit(Buffer.from(text), key);
  assert.ok(found.records > 10 && found.heads >= 1);
  assert.ok(found.signedTo >= found.records - 1, 'the export signs what there is');
  assert.ok(found.json.some(({ action }) => action === 'hold.place'));
  assert.deepEqual(verify(file, '--key', key).status, 0, verify(file, '--key', key).said);

  const lines = text.split('\n');
  const third = lines.findIndex((line) => line.startsWith('record')) + 2;
  const head = lines.findIndex((line) => line.startsWith('head'));
  const swap = (i: number, to: (line: string) => string): string => lines.map((line, at) => (at === i ? to(line) : line)).join('\n');
  const other = key.replace(/^../, key.startsWith('00') ? '01' : '00');
  const tampered: [string, string][] = [
    ['a word changed', swap(third, (line) => line.replace(/"action":"\w/, '"action":"X'))],
    ['a record taken out', lines.filter((_, i) => i !== third).join('\n')],
    ['two records changed places', lines.map((line, i) => (i === third ? lines[third + 1] : i === third + 1 ? lines[third] : line)).join('\n')],
    ['the end cut off', `${lines.slice(0, -4).join('\n')}\n`],
    ['the heads taken out', lines.filter((line) => !line.startsWith('head')).join('\n')],
    ['a signature changed', swap(head, (line) => line.slice(0, -1) + (line.endsWith('0') ? '1' : '0'))],
    ['another key', text.replaceAll(key, other)],
    ['something after the end', `${text}record\n`],
  ];
  for (const [what, bad] of tampered) {
    writeFileSync(file, bad);
    assert.equal(verify(file, '--key', key).status, 1, what);
    assert.throws(() => checkAudit(Buffer.from(bad), key), Error, what);
  }
  assert.equal(verify(stack.path('none.txt')).status, 1);
});
