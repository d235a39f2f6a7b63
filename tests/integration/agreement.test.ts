// Minutes, facts and agreements of meetings on the real programs: written, confirmed, signed by both sides, printed, verified, and told to the case.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { actOn, caseTown, detailOf, did, openCase, type CaseTown } from '../lib/cases.ts';
import { Person, type Json } from '../lib/client.ts';
import { Guest, Host, type Answer, type Seat } from '../lib/meet.ts';
import { pidOf } from '../lib/process.ts';
import { startSmallStack, stopStack } from '../lib/stack.ts';
import { changeStore, rowsOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let town: CaseTown;
let host: Host;
let words: any;
const HOUR = 3_600_000_000;
const DAY = 24n * BigInt(HOUR);
const at = (hours: number): string => String(Date.now() * 1000 + hours * HOUR);
const rows = <T = Json>(sql: string, ...values: (string | number)[]): T[] => rowsOf<T>(stack.path('townwall.db'), sql, ...values);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ok = async (answer: Promise<Answer>): Promise<void> => {
  const { status, body } = await answer;
  assert.equal(status, 200, JSON.stringify(body));
};
const filedOf = (id: string): Json[] => rows("SELECT details FROM meeting_event WHERE meeting = ? AND action = 'filed' ORDER BY seq", id).map((one) => JSON.parse(String(one['details'])) as Json);
const refused = async (answer: Promise<Answer>): Promise<[number, string]> => {
  const { status, body } = await answer;
  return [status, body?.error?.code];
};
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const strokes = [[[100, 200], [200, 120], [320, 210]], [[400, 80], [420, 300]]];
const fields = (): Json => ({ facts: '两家宅基地相邻。', issues: '东侧围墙位置。', responsibility: '双方各承担一半。', terms: '一、围墙退至 2009 年界址。\n二、通道净宽不少于 1.5 米。', manner: '甲方施工，村委会验收。', deadline: day(20) });

/** What can be read in a PDF. */
function textOf(pdf: Buffer): string {
  const dir = mkdtempSync(join(tmpdir(), 'townwall-agreement-'));
  try {
    writeFileSync(join(dir, 'a.pdf'), pdf);
    return execFileSync('pdftotext', ['-layout', join(dir, 'a.pdf'), '-'], { encoding: 'utf8' });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

before(async () => {
  stack = await startSmallStack({ cameras: 2, simulator: false, config: { mediation: { away_s: 1 } } });
  town = await caseTown(stack, [['justice', '司法所']]);
  host = new Host(await Person.login(stack, 'mediator'));
  words = (await new Guest(stack.url).request('GET', '/words')).body;
}, { timeout: 120_000 });
after(() => stopStack(stack));

/** A dispute that is being mediated. */
async function dispute(): Promise<string> {
  const form = { channel: 'visit', title: '石桥村围墙边界', dimension: 'dispute', area: town.cells[0], category: 'livelihood', grade: 'annoyance', dispute: 'neighbour', scale: 'individual', ledger: 'dispute' };
  let file = await openCase(town.operator, form);
  if (file.state === 'ACCEPTED') file = await did(town.operator, file, 'triage', { form: { category: form.category, grade: form.grade } });
  file = await did(town.operator, file, 'dispatch', { lead: 'justice' });
  file = await did(town.operator, file, 'mediate');
  assert.equal(file.state, 'MEDIATING');
  return file.id;
}

interface Table { id: string; of: string | null; lead: Seat; a: Guest; b: Guest; watcher: Guest; seatA: Seat; seatB: Seat }
let hours = 0;
/** Mediator, both sides and an observer at one table. */
async function table(of: string | null): Promise<Table> {
  const from = (hours += 2);
  const seats = [{ role: 'party', side: 'a', name: '李小明' }, { role: 'party', side: 'b', name: '张文' }, { role: 'observer', name: '孙代表' }];
  const made = await host.request('POST', '', { kind: 'mediation', title: '石桥村围墙边界', ...(of ? { case: of } : {}), starts_us: at(from), ends_us: at(from + 1), place: '镇调解室', seats });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const meeting = made.body.meeting;
  const guests: Guest[] = [];
  await ok(host.open(meeting.id));
  for (const seat of meeting.seats.slice(1)) {
    const one = new Guest(stack.url);
    assert.equal((await one.enter(await host.invite(meeting.id, seat.id))).status, 200);
    guests.push(one);
  }
  const [a, b, watcher] = guests as [Guest, Guest, Guest];
  for (const one of [a, b]) {
    await one.prepare(words, 'observer');
    await ok(host.act(meeting.id, 'identity', { seat: one.seat, how: 'id_card' }));
    await ok(host.act(meeting.id, 'admit', { seat: one.seat }));
  }
  const lead = await host.connect(meeting.id);
  const [seatA, seatB] = [await a.connect(), await b.connect()];
  return { id: meeting.id, of, lead, a, b, watcher, seatA, seatB };
}
const leave = (all: Table): void => [all.lead, all.seatA, all.seatB].forEach((one) => one.close());

test('minutes grow before everybody, are confirmed up to an entry, and a change takes the confirmation back from there on', async () => {
  const all = await table(null);
  const { id, lead, a, b, watcher, seatA, seatB } = all;
  assert.deepEqual(await refused(a.act('write', { kind: 'minutes', text: '我来写' })), [403, 'not_yours']);
  for (const text of ['A 方认可围墙以 2009 年宅基地图为准。', 'B 方同意通道净宽 1.5 m。', '主持人提出 12 月前完工。']) await ok(host.act(id, 'write', { kind: 'minutes', text }));
  await seatB.until('B reads along', () => seatB.view.minutes?.entries.length === 3);
  const { entries } = seatB.view.minutes!;
  assert.deepEqual(entries.map((one: any) => [one.n, one.version, one.struck]), [[1, 1, false], [2, 1, false], [3, 1, false]]);
  assert.ok(seatB.messages.some((m: any) => m.data?.minutes_add), 'what is added is told alone');
  assert.equal((await watcher.request('GET', '/view')).body.view.minutes, null, 'an observer does not read them');

  assert.deepEqual(await refused(a.act('confirm', { upto: 2, sha256: entries[2].sha256 })), [409, 'changed']);
  await ok(a.act('confirm', { upto: 3, sha256: entries[2].sha256 }));
  const upto = (seat: Seat, guest: Guest): number => seat.view.minutes?.confirmed.find((one: any) => one.seat === guest.seat)?.upto;
  await lead.until('A has confirmed all', () => upto(lead, a) === 3 && upto(lead, b) === 0);
  assert.deepEqual(lead.view.minutes!.confirmed.map((one: any) => one.name), ['李小明', '张文']);
  assert.deepEqual(seatA.view.minutes!.confirmed.map((one: any) => one.name), ['李*明', '张*']);
  await ok(host.act(id, 'write', { kind: 'minutes', n: 2, version: 1, text: 'B 方同意通道净宽 1.6 m。' }));
  await seatA.until('the change takes it back', () => upto(seatA, a) === 1 && seatA.view.minutes!.entries[1].version === 2);
  assert.deepEqual(await refused(host.act(id, 'write', { kind: 'minutes', n: 2, version: 1, text: '又改' })), [409, 'changed']);
  assert.deepEqual(await refused(b.act('confirm', { upto: 3, sha256: entries[2].sha256 })), [409, 'changed'], 'by the text that is there now');
  await ok(host.act(id, 'strike', { kind: 'minutes', n: 3, version: 1 }));
  await seatB.until('struck', () => seatB.view.minutes!.entries[2].struck);
  const now = seatB.view.minutes!.entries[2].sha256;
  await ok(b.act('confirm', { upto: 3, sha256: now }));
  assert.equal(rows('SELECT n FROM meeting_entry WHERE meeting = ?', id).length, 5, 'every wording is kept');
  assert.ok(!rows('SELECT words FROM meeting_entry WHERE meeting = ?', id).some((row) => String(row['words']).includes('宅基地')), 'and sealed');
  assert.throws(() => changeStore(stack.path('townwall.db'), `UPDATE meeting_entry SET n = 9 WHERE meeting = '${id}'`), /minutes are never changed/);
  assert.throws(() => changeStore(stack.path('townwall.db'), `DELETE FROM meeting_confirm WHERE meeting = '${id}'`), /confirmations are never deleted/);

  await ok(host.act(id, 'write', { kind: 'fact', text: '围墙建于 2009 年。' }));
  await ok(a.act('fact', { n: 1, version: 1, answer: 'yes' }));
  await lead.until('one side agreed', () => lead.view.facts?.[0].answers.some((one: any) => one.answer === 'yes') && !lead.view.facts[0].undisputed);
  await ok(b.act('fact', { n: 1, version: 1, answer: 'yes' }));
  await lead.until('undisputed', () => lead.view.facts?.[0].undisputed);
  await ok(host.act(id, 'write', { kind: 'fact', n: 1, version: 1, text: '围墙建于 2010 年。' }));
  await lead.until('other words need another yes', () => !lead.view.facts?.[0].undisputed);

  await ok(host.act(id, 'disclose', { relation: 'related', text: '与 A 方同村' }));
  await ok(b.act('object', { text: '申请更换调解员' }));
  await seatA.until('both are told to all', () => seatA.view.disclosures?.length === 3);
  assert.deepEqual(seatA.view.disclosures!.map((one: any) => [one.name, one.relation, one.objection]), [['调解员', 'none', false], ['调解员', 'related', false], ['张*', '', true]]);

  await ok(host.act(id, 'private', { side: 'b' }));
  assert.deepEqual(await refused(host.act(id, 'write', { kind: 'minutes', text: '单独谈的内容' })), [409, 'not_now'], 'nothing is written from a private room');
  assert.deepEqual(await refused(b.act('confirm', { upto: 1, sha256: entries[0].sha256 })), [409, 'not_now']);
  leave(all);
  await ok(host.act(id, 'end'));
});

test('an agreement is signed by both and the mediator: an older draft does not count; the case goes on with it, over a killed server too', async () => {
  const of = await dispute();
  const all = await table(of);
  const { id, lead, a, b, seatA, seatB } = all;
  await ok(host.act(id, 'write', { kind: 'minutes', text: '双方到场，陈述了经过。' }));
  assert.deepEqual(await refused(host.act(id, 'draft', { how: 'written', fields: { ...fields(), terms: '' } })), [400, 'bad_act']);
  assert.deepEqual(await refused(host.act(id, 'draft', { how: 'written', fields: { ...fields(), deadline: '2026-02-30' } })), [400, 'bad_act']);
  assert.deepEqual(await refused(host.act(id, 'draft', { how: 'written', fields: { ...fields(), deadline: day(-2) } })), [400, 'past']);
  await ok(host.act(id, 'draft', { how: 'written', fields: fields() }));
  await lead.until('the draft', () => lead.view.agreement?.draft === 1);
  assert.equal(seatA.view.agreement ?? null, null, 'until it is offered it is the mediator\'s');
  const first = lead.view.agreement!;
  assert.equal(first.sha256, sha256(first.text));
  assert.match(first.text, /A 方当事人：李小明\nB 方当事人：张文\n[^]*协议内容[^]*通道净宽不少于 1.5 米[^]*调解员：调解员/);
  const sign = (draft: any, name: string): Json => ({ draft: draft.draft, sha256: draft.sha256, name, strokes });
  assert.deepEqual(await refused(a.act('sign', sign(first, '李小明'))), [409, 'not_now']);
  await ok(host.act(id, 'offer', { draft: 1, sha256: first.sha256 }));
  await seatA.until('A reads it', () => seatA.view.agreement?.state === 'offered');
  assert.equal(seatA.view.agreement!.fields, undefined);
  assert.deepEqual(await refused(a.act('sign', sign(first, '张文'))), [409, 'other_name'], 'nobody signs as somebody else');
  await ok(a.act('sign', sign(first, '李 小明')));
  assert.deepEqual(await refused(a.act('sign', sign(first, '李小明'))), [409, 'not_now'], 'once');

  await ok(host.act(id, 'draft', { how: 'written', fields: { ...fields(), terms: '围墙退至界址。' } }));
  await seatB.until('the old one is gone', () => seatB.view.agreement === null);
  assert.deepEqual(await refused(b.act('sign', sign(first, '张文'))), [409, 'old_draft']);
  await lead.until('the new draft', () => lead.view.agreement?.draft === 2 && lead.view.agreement.signers.every((one: any) => one.signed_us === null));
  const draft = lead.view.agreement!;
  await ok(host.act(id, 'offer', { draft: 2, sha256: draft.sha256 }));
  assert.deepEqual(await refused(a.act('sign', { ...sign(draft, '李小明'), sha256: first.sha256 })), [409, 'old_draft']);
  for (const bad of [[], [[[5, 5]]], [[[0, 0], [2000, 10]]], 'x', [[['a', 'b']]]]) assert.deepEqual(await refused(a.act('sign', { ...sign(draft, '李小明'), strokes: bad })), [400, 'bad_act'], JSON.stringify(bad));
  await ok(a.act('sign', sign(draft, '李小明')));
  await ok(host.act(id, 'sign', sign(draft, '调解员')));
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  leave(all);
  const again = await until('the server is back', () => b.connect().catch(() => null));
  assert.deepEqual(again.view.agreement!.signers.map((one: any) => [one.name, one.side, one.signed_us !== null]), [['调解员', '', true], ['李*明', 'a', true], ['张*', 'b', false]]);
  assert.equal((await detailOf(town.operator, of)).case.state, 'MEDIATING');
  await ok(b.act('sign', sign(draft, '张文')));
  await again.until('it is in force', () => again.view.agreement?.state === 'effective' && again.view.agreement.case === 'done');
  const told = again.view.agreement!;
  assert.equal(told.performance.state, 'open');
  const file = await detailOf(town.operator, of);
  assert.equal(file.case.state, 'FEEDBACK');
  assert.deepEqual(file.log.filter((one) => one.action === 'attempt').map((one) => [one.details['outcome'], one.details['n']]), [['agreed', 1]]);
  const confirm = file.timers.find((one) => one.timer === 'confirm')!;
  assert.deepEqual([confirm.due_us, confirm.state], [told.court.due_us, 'running'], 'judicial confirmation runs, and both name the same end of its days');
  assert.deepEqual(file.items.map((one) => [one.kind, one.done_us]), [['resolution', null]], 'the day of performance is checked');
  assert.deepEqual(await refused(host.act(id, 'draft', { how: 'written', fields: fields() })), [409, 'not_now'], 'what is in force stays');

  const pdf = await host.person.request('GET', `/api/v1/agreements/${id}/pdf`);
  assert.deepEqual([pdf.status, pdf.headers.get('content-type')], [200, 'application/pdf']);
  const printed = textOf(Buffer.from(await pdf.arrayBuffer()));
  assert.match(printed, /人民调解协议书[^]*协议内容[^]*围墙退至界址。[^]*A 方\s+李小明[^]*签名：李小明[^]*SHA-256/);
  assert.ok(printed.includes(draft.sha256) && printed.includes('签名：张文') && !printed.includes('未签') && !printed.includes('未生效'));
  const filed = await until('minutes and agreement are files of the case', () => {
    const list = filedOf(id);
    return list.length === 2 && list;
  });
  assert.deepEqual(filed.map((one) => one['what']), ['minutes', 'agreement']);
  assert.equal(filed[1]!['text_sha256'], draft.sha256);
  for (const [i, one] of filed.entries()) {
    const got = await host.person.request('GET', `/api/v1/cases/${of}/attachments/${String(one['attachment'])}`);
    const bytes = Buffer.from(await got.arrayBuffer());
    assert.equal(createHash('sha256').update(bytes).digest('hex'), one['sha256'], 'what is on record is what is kept');
    assert.match(textOf(bytes), [/调解笔录[^]*双方到场，陈述了经过。[^]*SHA-256/, /人民调解协议书[^]*签名：张文/][i]!);
  }
  const theirs = await a.request('GET', '/agreement.pdf');
  assert.equal(theirs.body.subarray(0, 5).toString(), '%PDF-');
  assert.equal((await all.watcher.request('GET', '/agreement.pdf')).status, 404, 'not for an observer');
  assert.equal((await town.operator.request('GET', `/api/v1/agreements/${id}/pdf`)).status, 404, 'nor for who has no seat');
  const verified = await new Guest(stack.url).request('GET', `/verify/${draft.sha256}`);
  assert.deepEqual(verified.body, { found: true, state: 'effective', draft: 2, effective_us: told.effective_us, signatures: 3, unit: '' });
  assert.equal((await new Guest(stack.url).request('GET', `/verify/${first.sha256}`)).body.state, 'replaced');
  assert.equal((await new Guest(stack.url).request('GET', `/verify/${'0'.repeat(64)}`)).status, 404);
  const desk = async (body: Json): Promise<[number, any]> => {
    const answer = await host.person.request('POST', `/api/v1/agreements/${id}/acts`, body);
    return [answer.status, await answer.json()];
  };
  const listed = async (): Promise<any[]> => (await host.person.json<{ agreements: any[] }>('/api/v1/agreements')).agreements.filter((one) => one.meeting === id);
  assert.deepEqual((await listed()).map((one) => [one.case, one.case_state, one.court.state, one.performance.state]), [[of, 'done', 'open', 'open']]);
  const performed = async (): Promise<unknown> => {
    const supervisor = await Person.login(stack, 'supervisor'), now = BigInt(Date.now()) * 1000n;
    const span = `from_us=${now - 400n * DAY}&until_us=${now + 400n * DAY}`;
    const { indicators } = await supervisor.json<{ indicators: { id: string; numerator: number; denominator: number }[] }>(`/api/v1/case-indicators?${span}`);
    const { cases } = await supervisor.json<{ cases: { id: string }[] }>(`/api/v1/case-indicators/performed/cases?part=denominator&${span}`);
    const one = indicators.find(({ id }) => id === 'performed')!;
    return [one.numerator, one.denominator, cases.map(({ id }) => id)];
  };
  assert.deepEqual(await performed(), [0, 1, [of]]);
  assert.equal((await desk({ act: 'performed', result: 'maybe' }))[0], 400);
  assert.equal((await desk({ act: 'performed', result: 'performed', text: '村委会已验收' }))[1].agreement.performance.state, 'performed');
  assert.equal((await desk({ act: 'performed', result: 'not' }))[0], 409, 'what is performed stays');
  assert.deepEqual(await performed(), [1, 1, [of]], 'and is counted, with the case behind it');
  const [check] = (await detailOf(town.operator, of)).items;
  assert.deepEqual([check!.done_us !== null, rows("SELECT seq FROM meeting_event WHERE meeting = ? AND action = 'filed'", id).length], [true, 2], 'the check in the case is done; filed once');
  assert.equal((await desk({ act: 'court', result: 'applied', text: '双方共同申请' }))[1].agreement.court.state, 'applied');
  const after = await detailOf(town.operator, of);
  assert.deepEqual([after.timers.filter(({ timer, state }) => timer === 'confirm' && state === 'running').length, after.log.filter(({ action }) => action === 'court').map(({ note, details }) => [note, details['result']])], [0, [['双方共同申请', 'applied']]], 'its term in the case is over');
  assert.equal((await desk({ act: 'outcome' }))[0], 200, 'told again, counted once');
  assert.equal((await detailOf(town.operator, of)).log.filter((one) => one.action === 'attempt').length, 1);
  assert.deepEqual(await listed(), []);
  await again.until('the room is told', () => again.view.agreement?.court.state === 'applied' && again.view.agreement.performance.state === 'performed');

  const mended = again.view.minutes!.entries[0]!;
  assert.equal((await host.act(id, 'write', { kind: 'minutes', n: mended.n, version: mended.version, text: '双方到场，先后陈述了经过。' })).status, 200);
  await ok(host.act(id, 'end'));
  await until('what was changed since is kept at the end', () => { const files = filedOf(id); return files.length === 3 && files[2]!['what'] === 'minutes' && files[2]!['text_sha256'] !== files[0]!['text_sha256']; });
  assert.equal(rows('SELECT 1 FROM meeting WHERE id = ? AND filed_us > 0', id).length, 1);

  const acts = rows<{ action: string }>("SELECT action FROM audit WHERE object = ? AND action IN ('meeting.draft', 'meeting.offer', 'meeting.sign') ORDER BY seq", id);
  assert.deepEqual(acts.map((row) => row.action.slice(8)), ['draft', 'offer', 'sign', 'draft', 'offer', 'sign', 'sign', 'sign']);
  again.close();
});

test('oral, on paper, or not at all: each is counted in the case once', async () => {
  const of = await dispute();
  const all = await table(of);
  const { id, lead, a, b } = all;
  await ok(host.act(id, 'fail', { result: 'failed', text: '双方未谈拢' }));
  assert.deepEqual(await refused(host.act(id, 'fail', { result: 'failed', text: '再记一次' })), [409, 'not_now'], 'once a sitting');
  const oral = { how: 'oral', fields: { facts: '围墙', terms: '退让 0.5 米', manner: '三日内', deadline: day(3) } };
  assert.deepEqual(await refused(host.act(id, 'draft', oral)), [409, 'failed_sitting'], 'what failed becomes no agreement in the same sitting');
  await lead.until('who leads reads it', () => lead.view.failed === true);
  await ok(host.act(id, 'adjourn', { starts_us: String(BigInt(Date.now()) * 1000n + DAY), ends_us: String(BigInt(Date.now()) * 1000n + DAY + 3_600_000_000n), reason: '改日再谈' }));
  await ok(host.open(id));
  assert.deepEqual((await detailOf(town.operator, of)).log.filter((one) => one.action === 'attempt').map((one) => one.details['outcome']), ['failed']);
  await ok(host.act(id, 'draft', oral));
  await lead.until('the oral draft', () => lead.view.agreement?.how === 'oral');
  const { draft, sha256: digest } = lead.view.agreement!;
  await ok(host.act(id, 'offer', { draft, sha256: digest }));
  await ok(a.act('sign', { draft, sha256: digest, name: '李小明' }));
  await ok(b.act('sign', { draft, sha256: digest, name: '张文' }));
  await ok(host.act(id, 'sign', { draft, sha256: digest, name: '调解员' }));
  await lead.until('in force', () => lead.view.agreement?.state === 'effective');
  assert.deepEqual((await detailOf(town.operator, of)).log.filter((one) => one.action === 'attempt').map((one) => one.details['outcome']), ['failed', 'agreed']);
  leave(all);

  const alone = await table(null);
  await ok(host.act(alone.id, 'draft', { how: 'paper', fields: fields() }));
  await alone.lead.until('the paper draft', () => alone.lead.view.agreement?.how === 'paper');
  const paper = { draft: 1, sha256: alone.lead.view.agreement!.sha256 };
  assert.deepEqual(await refused(host.act(alone.id, 'scan', { ...paper, file: 'none' })), [409, 'no_scan']);
  const sent = await alone.a.request('POST', '/files', new Uint8Array(Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')), { 'content-type': 'application/octet-stream', 'x-townwall-name': encodeURIComponent('协议.pdf'), 'x-townwall-key': 'scan-1' });
  assert.equal(sent.status, 201, JSON.stringify(sent.body));
  await ok(host.act(alone.id, 'scan', { ...paper, file: sent.body.file.id }));
  await alone.lead.until('in force by its scan', () => alone.lead.view.agreement?.state === 'effective' && alone.lead.view.agreement.file === sent.body.file.id);
  assert.equal(alone.lead.view.agreement!.case, 'none');

  // without a case the term of judicial confirmation is reminded of here; what fell due while the server was down, at its start
  changeStore(stack.path('townwall.db'), `UPDATE meeting_agreement SET court_due_us = ${BigInt(Date.now()) * 1000n + 2n * DAY}, next_us = 1, perform_due_us = ${BigInt(Date.now()) * 1000n + 2n * DAY}, perform_next_us = 1 WHERE meeting = '${alone.id}'`);
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  leave(alone);
  const reminders = (): Json[] => rows("SELECT action FROM meeting_event WHERE meeting = ? AND action IN ('remind', 'term_over')", alone.id);
  await until('both terms are reminded of', () => reminders().length > 1 || undefined);
  assert.deepEqual(rows("SELECT details FROM meeting_event WHERE meeting = ? AND action = 'remind' ORDER BY seq", alone.id).map((one) => (JSON.parse(String(one['details'])) as Json)['term']), ['court', 'performance']);
  const [kept] = rows('SELECT reminded, court_due_us - next_us AS left_us, court_state FROM meeting_agreement WHERE meeting = ?', alone.id);
  assert.deepEqual([reminders().length, Number(kept!['reminded']), BigInt(kept!['left_us'] as number), kept!['court_state']], [2, 2, DAY, 'open'], 'seven and three days are past, one is to come');
});

test('over for longer than its texts are kept at hand: there again for who led it, and for nobody else; its performance is written down, nothing is signed any more', async () => {
  const all = await table(null);
  await ok(host.act(all.id, 'draft', { how: 'paper', fields: fields() }));
  await all.lead.until('the paper draft', () => all.lead.view.agreement?.how === 'paper');
  const sent = await all.a.request('POST', '/files', new Uint8Array(Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')), { 'content-type': 'application/octet-stream', 'x-townwall-name': encodeURIComponent('协议.pdf'), 'x-townwall-key': 'scan-old' });
  await ok(host.act(all.id, 'scan', { draft: 1, sha256: all.lead.view.agreement!.sha256, file: sent.body.file.id }));
  await ok(host.act(all.id, 'end'));
  assert.equal((await all.a.request('GET', '/view')).status, 200, 'for a week');
  leave(all);
  changeStore(stack.path('townwall.db'), `UPDATE meeting SET ended_us = ended_us - ${8n * DAY} WHERE id = '${all.id}'`);
  const pid = pidOf(stack, 'townwalld');
  process.kill(pid, 'SIGKILL');
  await until('the server is back', () => fetch(`${stack.url}/api/v1/meet/words`).then(({ status }) => status === 200, () => false));
  assert.equal((await host.act(all.id, 'disclose', { relation: 'none' })).status, 404, 'nobody has looked at it yet');
  assert.equal((await host.request('GET', `/${all.id}`)).status, 200);
  const lead = await host.connect(all.id);
  await lead.until('its texts', () => lead.view.agreement?.state === 'effective' && lead.view.minutes !== undefined);
  assert.deepEqual(await refused(host.act(all.id, 'disclose', { relation: 'none' })), [409, 'not_now']);
  assert.equal((await all.a.request('GET', '/view')).status, 401, 'a guest is not let in again by it');
  assert.equal((await host.person.request('POST', `/api/v1/agreements/${all.id}/acts`, { act: 'performed', result: 'performed' })).status, 200);
  await lead.until('it is told', () => lead.view.agreement?.performance?.state === 'performed');
  lead.close();
});

test('a case that does not take the agreement now is told again, and counts it once', async () => {
  const of = await dispute();
  const all = await table(of);
  const { id, lead, a } = all;
  const file = await did(host.person, (await detailOf(host.person, of)).case, 'attempt', { result: 'refused', text: '一方离开' });
  assert.equal(file.state, 'WORKING');
  await ok(host.act(id, 'write', { kind: 'minutes', text: '双方同意退让。' }));
  await ok(host.act(id, 'draft', { how: 'paper', fields: fields() }));
  await lead.until('the paper draft', () => lead.view.agreement?.how === 'paper');
  const sent = await a.request('POST', '/files', new Uint8Array(Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')), { 'content-type': 'application/octet-stream', 'x-townwall-name': encodeURIComponent('协议.pdf'), 'x-townwall-key': 'scan-2' });
  await ok(host.act(id, 'scan', { draft: 1, sha256: lead.view.agreement!.sha256, file: sent.body.file.id }));
  await lead.until('it is in force, the case waits', () => lead.view.agreement?.state === 'effective' && lead.view.agreement.case === 'waiting');
  assert.equal(lead.view.agreement!.case_why, 'not_now');
  await did(town.operator, file, 'mediate');
  for (let i = 0; i < 2; i++) {
    const again = await host.person.request('POST', `/api/v1/agreements/${id}/acts`, { act: 'outcome' });
    assert.equal(again.status, 200);
    assert.equal(((await again.json()) as Json & { agreement: Json }).agreement['case_state'], 'done');
  }
  await lead.until('the room is told', () => lead.view.agreement?.case === 'done');
  const told = await detailOf(town.operator, of);
  assert.deepEqual([told.case.state, told.log.filter((one) => one.action === 'attempt').map((one) => one.details['outcome'])], ['FEEDBACK', ['refused', 'agreed']]);
  const waived = await did(town.operator, told.case, 'court', { result: 'waived', text: '当事人表示不申请' });
  assert.equal((await actOn(town.operator, waived, 'court', { result: 'applied' })).body.error?.code, 'done_already');
  await lead.until('what is written down in the case stands here too', () => lead.view.agreement?.court?.state === 'waived');
  await until('both are files', () => filedOf(id).length === 2);
  await ok(host.act(id, 'end'));
  await until('looked at again at the end', () => rows('SELECT 1 FROM meeting WHERE id = ? AND filed_us > 0', id).length === 1);
  assert.deepEqual(filedOf(id).map((one) => one['what']), ['minutes', 'agreement'], 'what did not change is not kept twice');
  leave(all);
});

test('minutes of a mediation that came to nothing are kept at its end', async () => {
  const of = await dispute();
  const all = await table(of);
  const { id } = all;
  await ok(host.act(id, 'write', { kind: 'minutes', text: '双方各执一词，未能谈拢。' }));
  await ok(host.act(id, 'fail', { result: 'failed', text: '未谈拢' }));
  await ok(host.act(id, 'end'));
  const [kept] = await until('they are a file of the case', () => { const files = filedOf(id); return files.length > 0 && files; });
  const got = await host.person.request('GET', `/api/v1/cases/${of}/attachments/${String(kept!['attachment'])}`);
  assert.match(textOf(Buffer.from(await got.arrayBuffer())), /调解笔录[^]*双方各执一词，未能谈拢。[^]*未确认|调解笔录[^]*未确认[^]*双方各执一词，未能谈拢。/);
  leave(all);
});
