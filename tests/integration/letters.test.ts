// Messages to people's own telephones: the link of a meeting, made anew, taken back; a reminder; nothing of number and link stands readable anywhere.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { Person, type Json } from '../lib/client.ts';
import { Gateway } from '../lib/gateway.ts';
import { Guest, Host } from '../lib/meet.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { changeStore, rowsOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

let stack: Stack, gateway: Gateway, host: Host, admin: Person;
const PHONES = ['13800138001', '13800138002'] as const;
const sent: { mobile: string; content: string; key: string }[] = [];
let refuse = false;

before(async () => {
  gateway = await Gateway.open();
  gateway.answers.set('/sms', (asked, response) => {
    const form = new URLSearchParams(asked.body);
    if (refuse) {
      response.writeHead(503).end(`no room for ${asked.body}`);
      return;
    }
    sent.push({ mobile: form.get('mobile')!, content: form.get('content')!, key: asked.key });
    response.writeHead(200).end(JSON.stringify({ code: 0, to: form.get('mobile'), text: form.get('content') }));
  });
  const dir = mkdtempSync(join(tmpdir(), 'townwall-letters-'));
  const body = [{ name: 'mobile', value: '{to}' }, { name: 'content', value: '{text}' }];
  writeFileSync(join(dir, 'notify.json'), JSON.stringify({
    retry: { first_s: 0.1, most_s: 0.2, tries: 4 },
    channels: [{ id: 'sms', kind: 'sms', url: `http://127.0.0.1:${gateway.port}/sms`, format: 'form', persons: true, good: { name: 'code', value: '0' }, body }],
  }));
  stack = await startSmallStack({ dir, cameras: 1, simulator: false });
  host = new Host(await Person.login(stack, 'mediator'));
  admin = await Person.login(stack, 'admin');
}, { timeout: 120_000 });
after(async () => {
  await stopStack(stack);
  gateway.close();
});

const at = (minutes: number): string => String(Math.round(Date.now() + minutes * 60_000) * 1000);
async function meeting(from: number): Promise<{ id: string; seats: { id: string }[] }> {
  const seats = PHONES.map((phone, i) => ({ role: 'party', side: 'ab'[i], people: [{ name: ['李小明', '张文'][i], phone }] }));
  const { status, body } = await host.request('POST', '', { kind: 'mediation', title: '石桥村围墙边界', starts_us: at(from), ends_us: at(from + 60), place: '镇调解室', seats: [...seats, { role: 'official', name: '村主任' }] });
  assert.equal(status, 201, JSON.stringify(body));
  return body.meeting;
}
const send = (id: string, seat: string, more: Json = { send: true }): Promise<{ status: number; body: any }> => host.request('POST', `/${id}/seats/${seat}/invite`, more);
const letters = async (id: string): Promise<any[]> => (await host.request('GET', `/${id}/letters`)).body.letters;
const linkOf = (content: string): string => /https?:\/\/\S+\/meet#\S+/.exec(content)![0];

test('a link goes to the telephone of each person; the gateway refuses and is asked again; a new link makes the old one void', async () => {
  const { id, seats } = await meeting(600);
  const first = await send(id, seats[1]!.id);
  assert.deepEqual([first.status, first.body.invite.sent], [201, 1]);
  await until('the first is there', () => sent.length === 1);
  assert.equal(sent[0]!.mobile, PHONES[0]);
  assert.equal(linkOf(sent[0]!.content), first.body.invite.link);
  assert.ok(!/李|小明|围墙|石桥/.test(sent[0]!.content), `no more than needed: ${sent[0]!.content}`);

  refuse = true;
  await send(id, seats[2]!.id);
  const waiting = await until('it was tried in vain', async () => (await letters(id)).find((one) => one.seat === seats[2]!.id && one.state === 'failed' && one.status === 503));
  assert.deepEqual([waiting.kind, waiting.channel, 'to' in waiting, 'link' in waiting], ['invite', 'sms', false, false]);
  await until('it was given up', async () => (await letters(id)).some((one) => one.seat === seats[2]!.id && one.state === 'given_up' && one.tries === 4));
  refuse = false;
  const renewed = await send(id, seats[2]!.id);
  await until('the new one is there', () => sent.length === 2);
  assert.equal(linkOf(sent[1]!.content), renewed.body.invite.link);
  assert.deepEqual((await letters(id)).filter((one) => one.seat === seats[2]!.id).map((one) => one.state).sort(), ['sent', 'void']);

  const anew = await send(id, seats[1]!.id);
  await until('the third is there', () => sent.length === 3);
  assert.deepEqual(await new Guest(stack.url).enter(linkOf(sent[0]!.content)).then(({ status, body }) => [status, body.error.code]), [410, 'link_revoked']);
  assert.equal((await new Guest(stack.url).enter(anew.body.invite.link)).status, 200);

  refuse = true;
  await send(id, seats[2]!.id);
  assert.equal((await host.act(id, 'revoke', { seat: seats[2]!.id })).status, 200);
  assert.deepEqual((await letters(id)).filter((one) => one.seat === seats[2]!.id).map((one) => one.state).sort(), ['sent', 'void', 'void'], 'taken back before it was sent');
  refuse = false;

  const none = await send(id, seats[3]!.id);
  assert.deepEqual([none.status, none.body.error.code], [409, 'no_phone']);
  assert.equal(sent.length, 3);
  assert.deepEqual(rowsOf(stack.path('townwall.db'), "SELECT id FROM delivery WHERE object = ? AND state = 'sent' AND sealed IS NOT NULL", seats[1]!.id), [], 'what was sent is forgotten');
});

test('a message whose number and link cannot be opened is not sent without them: it is given up, with why', async () => {
  const { id, seats } = await meeting(900);
  const before = sent.length;
  refuse = true;
  await send(id, seats[1]!.id);
  await until('it was given up', async () => (await letters(id)).some((one) => one.state === 'given_up' && one.tries === 4));
  refuse = false;
  changeStore(stack.path('townwall.db'), `UPDATE delivery SET sealed = substr(sealed, 1, 10), state = 'queued', next_us = 1 WHERE object = '${seats[1]!.id}'`);
  const told = await until('it is looked at again', async () => (await letters(id)).find((one) => one.tries === 5));
  assert.deepEqual([told.state, told.status, sent.length], ['given_up', 0, before]);
  const { deliveries } = await admin.json<{ deliveries: { object: string; answer: string }[] }>('/api/v1/deliveries');
  assert.ok(deliveries.some(({ answer }) => /无法打开/.test(answer)), 'who administers reads why');
  assert.equal((await send(id, seats[1]!.id)).status, 201);
  await until('a new one goes', () => sent.length === before + 1);
});

test('who comes is reminded before it begins, once, also over a killed server; moved, they are reminded of the new time', async () => {
  const before = sent.length;
  const { id } = await meeting(40);
  changeStore(stack.path('townwall.db'), `UPDATE meeting SET created_us = created_us - 7200000000 WHERE id = '${id}'`);
  for (let i = 0; i < 2; i++) {
    const pid = pidOf(stack, 'townwalld');
    process.kill(pid, 'SIGKILL');
    await until('another one is there', () => stack.children.get('townwalld')?.pid !== pid && stack.children.get('townwalld')?.pid);
    await until('it answers', () => letters(id).then((list) => Array.isArray(list), () => false));
    await until('both are reminded', () => sent.length >= before + 2);
  }
  assert.deepEqual(sent.slice(before).map((one) => one.mobile).sort(), [...PHONES]);
  assert.ok(sent.slice(before).every((one) => /即将开始/.test(one.content) && !one.content.includes('#')));
  assert.equal(rowsOf(stack.path('townwall.db'), "SELECT id FROM delivery WHERE kind = 'meeting_soon'").length, 2);
});

test('neither number nor link stands readable in the store, the audit log or the logs', async () => {
  const secrets = [...PHONES, ...sent.filter(({ content }) => content.includes('#')).map(({ content }) => linkOf(content).split('#')[1]!)];
  assert.ok(secrets.length > 3);
  const deliveries = await admin.json<{ deliveries: unknown[] }>('/api/v1/deliveries');
  assert.ok(deliveries.deliveries.length >= 6);
  const files = readdirSync(stack.path('.'), { recursive: true }).map(String).filter((name) => statSync(stack.path(name)).isFile() && /townwall\.db|\.log$/.test(name));
  assert.ok(files.length > 1);
  for (const secret of secrets) {
    assert.ok(!JSON.stringify(deliveries).includes(secret));
    for (const name of files) assert.ok(!readFileSync(stack.path(name)).includes(secret), `${name} holds ${secret}`);
  }
});
