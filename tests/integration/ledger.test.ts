// Tables of cases that people take along, read by programs that others wrote, and ledgers that are brought in.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, detailOf, did, newKey, openCase, type Case } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { rowsOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

interface Imported { batch: string; dry_run: boolean; rows: number; ready: number; bad: number; imported: number; errors: { line: number; column: string; message: { zh: string; en: string } }[]; duplicates: { line: number; case?: { id: string; code: string } }[]; columns: { name: string; field: string | null }[]; error?: { code: string } }

let stack: Stack;
let operator: Person;
let taker: Person;
let police: Person;
let green: Person;
let supervisor: Person;
let auditor: Person;
let cell: { code: string; name: string };
let elsewhere: Person;
let other: string;
const dir = mkdtempSync(join(tmpdir(), 'townwall-tables-'));

before(async () => {
  stack = await startSmallStack({ cameras: 2, simulator: false, config: { cases: { export_rows: 100 } } });
  const admin = await Person.login(stack, 'admin');
  operator = await Person.login(stack, 'operator');
  const { features } = await operator.json<{ features: { properties: { code: string; name: string; level: string } }[] }>('/api/v1/areas');
  cell = features.find((one) => one.properties.level === 'cell')!.properties;
  other = features.findLast((one) => one.properties.level === 'cell')!.properties.code;
  const town = features.find((one) => one.properties.level === 'town')!.properties.code;
  for (const [id, name] of [['police', '派出所'], ['green', '生态办']] as const) assert.ok((await admin.request('POST', '/api/v1/departments', { id, name })).ok);
  taker = await account(admin, 'taker', [['call_taker', town]]);
  police = await account(admin, 'police1', [['department_handler', town]], 'police');
  green = await account(admin, 'green1', [['department_handler', town]], 'green');
  supervisor = await account(admin, 'supervisor1', [['supervisor', town]]);
  elsewhere = await account(admin, 'elsewhere', [['operator', other]]);
  auditor = await Person.login(stack, stack.logins().find(({ role }) => role === 'security_auditor')!.login);
});
after(async () => {
  if (stack) await endStack(stack);
  rmSync(dir, { recursive: true, force: true });
});

const exported = (person: Person, query: string, wish: object): Promise<Response> => person.request('POST', `/api/v1/cases/export?${query}`, wish);
/** Cells of a workbook as openpyxl reads them: texts, and which of them are formulas. */
function workbook(bytes: Buffer): { title: string; rows: (string | number | null)[][]; formulas: number } {
  const path = join(dir, 'table.xlsx');
  writeFileSync(path, bytes);
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', `
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
page = book.active
rows = [[cell.value for cell in row] for row in page.iter_rows()]
formulas = sum(cell.data_type == 'f' for row in page.iter_rows() for cell in row)
print(json.dumps({'title': page.title, 'rows': rows, 'formulas': formulas}, default=str, ensure_ascii=False))`, path], { encoding: 'utf8', maxBuffer: 1 << 28 })) as ReturnType<typeof workbook>;
}
/** Records of CSV as Python's csv reads them. */
const csvRows = (bytes: Buffer): string[][] => JSON.parse(execFileSync('/usr/bin/python3', ['-c', 'import csv, io, json, sys; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode("utf-8-sig"), newline="")))))'], { encoding: 'utf8', input: bytes })) as string[][];
const bytesOf = async (answer: Response): Promise<Buffer> => {
  assert.equal(answer.status, 200, answer.ok ? '' : await answer.clone().text());
  return Buffer.from(await answer.arrayBuffer());
};
const column = (rows: (string | number | null)[][], name: string, row = 1): string | number | null => rows[row]![rows[0]!.indexOf(name)] ?? null;

let noisy: Case;
test('the ledger of requests in XLSX: columns in the language, text as text, times as times, persons masked', async () => {
  noisy = await openCase(taker, { channel: 'hotline', ledger: 'request', title: '=HYPERLINK("http://evil","点我")', text: '楼上, "夜里" 施工\n第二行', area: cell.code, reporter: { name: '张小明', phone: '13812345678' } });
  noisy = await did(operator, noisy, 'triage', { form: { category: 'livelihood', grade: 'annoyance' } });
  noisy = await did(operator, noisy, 'dispatch', { lead: 'police', co: ['green'], item: '劝停施工', standard: '当天' });
  noisy = await did(police, noisy, 'take');
  const answer = await exported(operator, 'ledger=request', { table: 'request_ledger', format: 'xlsx', language: 'zh' });
  assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="request_ledger-\d{8}-\d{4}\.xlsx"$/);
  assert.equal(answer.headers.get('x-townwall-rows'), '1');
  const { title, rows, formulas } = workbook(await bytesOf(answer));
  assert.deepEqual([title, rows.length, formulas], ['诉求台账', 2, 0]);
  assert.deepEqual(['编号', '来源渠道', '诉求人', '联系电话', '所属区域', '类别', '责任单位', '协办单位', '状态', '首问责任人'].map((name) => column(rows, name)),
    [noisy.code, '热线', '张*明', '138****5678', cell.name, '社会民生', '派出所', '生态办', '处置', 'taker 姓名']);
  assert.equal(column(rows, '标题'), '=HYPERLINK("http://evil","点我")', 'a text that looks like a formula');
  assert.match(String(column(rows, '受理时间')), /^\d{4}-\d\d-\d\d \d\d:\d\d:00$/, 'a time');
  const english = workbook(await bytesOf(await exported(operator, 'ledger=request', { table: 'request_ledger', format: 'xlsx', language: 'en' })));
  assert.deepEqual([english.title, column(english.rows, 'Channel'), column(english.rows, 'Requester')], ['Request ledger', 'Hotline', '张*明']);
  assert.deepEqual(readdirSync(stack.path('exports')), [], 'nothing stays behind');
});

test('CSV with its mark, quoted, formulas disarmed', async () => {
  const bytes = await bytesOf(await exported(operator, 'ledger=request', { table: 'request_ledger', format: 'csv', language: 'zh' }));
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const rows = csvRows(bytes);
  assert.equal(column(rows, '标题'), '\'=HYPERLINK("http://evil","点我")');
  assert.equal(column(rows, '内容'), '楼上, "夜里" 施工\n第二行');
  assert.ok(rows.flat().every((one) => !/^\s*[=+@＝＋＠-]/.test(one)), 'no cell begins a formula');
});

test('each list and ledger has its own columns; the same query, the same rights', async () => {
  const dispute = await openCase(taker, { channel: 'visit', ledger: 'dispute', dispute: 'neighbour', scale: 'individual', title: '宅基地边界', area: cell.code });
  const heads: Record<string, string[]> = { dispute_ledger: ['纠纷类型', '调解层级', '规模'], requests: ['诉求人', '分级'], assigned: ['交办事项', '办理标准', '办理期限'], done: ['办结时间', '满意度', '办理结果'] };
  for (const [table, names] of Object.entries(heads)) {
    const query = table === 'dispute_ledger' ? 'ledger=dispute' : `list=${table}`;
    const { rows } = workbook(await bytesOf(await exported(operator, query, { table, format: 'xlsx' })));
    for (const name of names) assert.ok(rows[0]!.includes(name), `${table}: ${name}`);
    assert.deepEqual(rows.slice(1).map((_, i) => column(rows, '编号', i + 1)), ({ dispute_ledger: [dispute.code], requests: [dispute.code], assigned: [noisy.code], done: [] } as Record<string, string[]>)[table]);
  }
  const own = workbook(await bytesOf(await exported(green, '', { table: 'requests', format: 'xlsx' })));
  assert.deepEqual(own.rows.slice(1).map((_, i) => column(own.rows, '编号', i + 1)), [noisy.code], 'a department takes what it sees');
  assert.equal((await exported(auditor, '', { table: 'requests', format: 'xlsx' })).status, 403);
  for (const wish of [{}, { table: 'none', format: 'csv' }, { table: 'done', format: 'pdf' }, { table: 'done', format: 'csv', reason: 'x' }]) assert.equal((await exported(operator, '', wish)).status, 400);
  assert.equal((await exported(operator, 'from_us=x', { table: 'done', format: 'csv' })).status, 400);
});

test('persons unmasked only with the right and a reason; everything on record', async () => {
  assert.equal((await exported(supervisor, 'ledger=request', { table: 'request_ledger', format: 'csv', reason: '统计回访' })).status, 403);
  const rows = csvRows(await bytesOf(await exported(operator, 'ledger=request&q=施工', { table: 'request_ledger', format: 'csv', reason: '统计回访' })));
  assert.deepEqual([column(rows, '诉求人'), column(rows, '联系电话')], ['张小明', '13812345678']);
  const { records } = await auditor.json<{ records: { action: string; details: Record<string, unknown> }[] }>('/api/v1/audit?limit=20');
  const [record, reveal] = [records.find(({ action }) => action === 'case.export'), records.find(({ action }) => action === 'person.reveal')];
  assert.deepEqual([record?.details.rows, record?.details.plain, record?.details.reason, record?.details.searched, reveal?.details.reason], [1, true, '统计回访', true, '统计回访']);
  assert.ok(!JSON.stringify(records).includes('施工'), 'what was searched for is not');
});

const HEAD = '编号,受理时间,来源,来电人,联系电话,所属网格,事项名称,诉求内容,类别,责任单位,办理结果,办结时间,满意度,状态';
const ask = async (person: Person, csv: string, more: object = {}): Promise<{ status: number; body: Imported }> => {
  const answer = await person.request('POST', '/api/v1/cases/import', { key: newKey(), csv, ...more });
  return { status: answer.status, body: (await answer.json()) as Imported };
};

test('a dry run says of each row what is wrong with it, in both languages, and changes nothing', async () => {
  const rows = [
    `A1,2026-01-05 08:30,热线,李四,13900001111,${cell.name},路面塌陷,村口,社会民生,派出所,已修复,2026-01-08,满意,已办结`,
    'A2,昨天,热线,,,,路灯不亮,,,,,,,',
    'A3,2026-01-05,飞鸽,,,,井盖丢失,,,,,,,',
    'A4,2026-01-05,热线,,12,,噪音,,,,,,,',
    `A1,2026-01-05,热线,,,${cell.name},重复,,,,,,,`,
    'A6,2026-01-05,热线,,,火星,占道,,,,,,,',
    'A7,2026-01-05,热线,,,,,,,,,,,',
    'A8,2026-01-05,热线,,,,未来,,,,,2027-09-01,,已办结',
    'A9,2026-01-05,热线,,,,无办结时间,,,,,,,已办结',
  ];
  const before = (await operator.json<{ cases: Case[] }>('/api/v1/cases')).cases.length;
  const { status, body } = await ask(operator, `\ufeff${HEAD}\r\n${rows.join('\r\n')}\r\n`, { dry_run: true });
  assert.deepEqual([status, body.rows, body.ready, body.bad, body.imported], [200, 9, 1, 8, 0]);
  assert.deepEqual(body.errors.map(({ line, column: name }) => `${line} ${name}`),
    ['3 受理时间', '4 来源', '5 联系电话', '6 编号', '8 事项名称', '9 办结时间', '10 办结时间', '7 所属网格']);
  assert.ok(body.errors.every(({ message }) => /\p{Script=Han}/u.test(message.zh) && /^[\x20-\x7e]+$/.test(message.en)));
  assert.deepEqual(body.columns.slice(0, 4).map(({ field }) => field), ['code', 'accepted', 'channel', 'name']);
  assert.equal((await operator.json<{ cases: Case[] }>('/api/v1/cases')).cases.length, before);
  const lost = await ask(operator, '甲,乙\n1,2\n', { dry_run: true });
  assert.deepEqual(lost.body.errors.map(({ line }) => line), [1, 1], 'neither title nor time');
  const named = await ask(operator, '甲,乙\n路灯,2026-01-05\n', { dry_run: true, columns: { 甲: 'title', 乙: 'accepted' } });
  assert.deepEqual([named.body.ready, named.body.errors.length], [1, 0]);
  assert.equal((await ask(operator, HEAD, { columns: { 甲: 'nothing' } })).status, 400);
  assert.equal((await ask(taker, HEAD)).status, 403);
});

test('an import is one batch: once whatever is retried, closed ones closed, open ones with their timers, persons sealed', async () => {
  const key = newKey();
  const csv = `${HEAD}\nB1,2026-01-05 08:30,热线,王小五,13700002222,${cell.name},河道漂浮物,东桥下,生态环境,派出所,已清理,2026-01-08 10:00,满意,已办结\nB2,2026-11-20,来访,,,${cell.name},楼道堆物,,社会民生,,,,,受理\n`;
  assert.equal((await ask(operator, csv.replace('2026-11-20', '某天'), { key: newKey() })).status, 422, 'with errors nothing comes in');
  const { status, body } = await ask(operator, csv, { key });
  assert.deepEqual([status, body.imported, body.errors], [200, 2, []]);
  const again = await ask(operator, csv, { key });
  assert.deepEqual([again.body.imported, again.body.batch], [2, body.batch]);
  assert.equal((await ask(operator, `${csv}B3,2026-11-20,来访,,,,另一件,,,,,,,\n`, { key })).status, 409, 'the key is that file\'s');
  const { cases } = await operator.json<{ cases: Case[] }>(`/api/v1/cases?q=${encodeURIComponent('河道漂浮物')}`);
  assert.deepEqual(cases.map((one) => [one.state, one.satisfaction, one.lead]), [['CLOSED', 'satisfied', 'police']]);
  const whole = await detailOf(operator, cases[0]!.id);
  assert.deepEqual([whole.reporter?.name, whole.reporter?.phone, whole.broken, whole.log.length], ['王*五', '137****2222', null, 1]);
  assert.deepEqual([whole.log[0]!.details.import, whole.log[0]!.details.line], [body.batch, 2]);
  assert.equal(new Date(Number((whole.case as unknown as { accepted_us: string }).accepted_us) / 1000).getFullYear(), 2026);
  const [open] = (await operator.json<{ cases: Case[] }>(`/api/v1/cases?q=${encodeURIComponent('楼道堆物')}`)).cases;
  assert.deepEqual([open?.state, open?.due_timer], ['ACCEPTED', 'delivery']);
  const twice = await ask(operator, csv, { dry_run: true });
  assert.deepEqual(twice.body.duplicates.map(({ line, case: known }) => [line, known?.id]), [[2, cases[0]!.id], [3, open!.id]]);
  assert.notEqual(other, cell.code);
  const far = await ask(elsewhere, `${HEAD}\nE1,2026-01-05 08:30,热线,,,${other},河道漂浮物,,,,,,,\nE2,2026-01-05 08:30,热线,,,${other},没有这件事,,,,,,,\n`, { dry_run: true });
  assert.deepEqual([far.status, far.body.errors, far.body.duplicates], [200, [], [{ line: 2 }]], 'that there is one, not which one');
  const skipped = await ask(operator, csv);
  assert.deepEqual([skipped.status, skipped.body.imported], [200, 0], 'what is there already is left out');
  const store = stack.path('townwall.db');
  assert.equal(rowsOf<{ n: number }>(store, 'SELECT COUNT(*) AS n FROM case_imported')[0]!.n, 2);
  const { records } = await auditor.json<{ records: { object: string; details: Record<string, unknown> }[] }>('/api/v1/audit?action=case.import');
  assert.deepEqual(records.filter(({ object }) => object === body.batch).map(({ details }) => [details.rows, details.imported]), [[2, 2]]);
  assert.ok(!JSON.stringify(records).includes('王小五'));
});

test('the command line takes a table along and brings a ledger in', () => {
  const [program = '', ...args] = stack.wallctl;
  const run = (...words: string[]): { status: number | null; stdout: string } => spawnSync(program, [...args, ...words], { encoding: 'utf8' });
  const file = join(dir, 'cli.csv');
  assert.equal(run('cases', 'export', file, '--table', 'request_ledger', '--lang', 'zh').status, 0);
  const rows = csvRows(readFileSync(file));
  assert.ok(rows.length > 1 && rows[0]!.includes('诉求人') && rows.some((row) => row.includes('张*明')));
  const ledger = join(dir, 'ledger.csv');
  writeFileSync(ledger, `${HEAD}\nD1,2026-03-01,热线,,,,命令行导入,,,,,,,\nD2,昨天,热线,,,,坏行,,,,,,,\n`);
  const tried = run('cases', 'import', ledger, '--dry-run', '--lang', 'zh');
  assert.deepEqual([tried.status, tried.stdout.includes('3 受理时间')], [5, true]);
  assert.equal(run('cases', 'import', ledger).status, 1);
  for (let i = 0; i < 2; i++) assert.equal(run('cases', 'import', ledger, '--partial').status, 5);
  assert.equal(rowsOf<{ n: number }>(stack.path('townwall.db'), "SELECT COUNT(*) AS n FROM case_file WHERE title = '命令行导入'")[0]!.n, 1);
});

test('a server that is killed in the middle of an import has each row once after the retry', async () => {
  const rows = Array.from({ length: 130 }, (_, i) => `C${i},2026-02-01,热线,,,,批量导入 ${i},,,,,,,`);
  const csv = `${HEAD}\n${rows.join('\n')}\n`;
  const { program } = stack.children.get('townwalld')!;
  const usual = program.env;
  const restart = async (): Promise<void> => {
    const pid = pidOf(stack, 'townwalld');
    await until('it has ended', () => stack.children.get('townwalld')?.pid !== pid || undefined);
    await until('it answers', () => detailOf(operator, noisy.id).catch(() => null));
  };
  program.env = { ...usual, TW_FAILPOINT: 'cases.import:77' };
  process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
  await restart();
  program.env = usual;
  const key = newKey();
  const ended = restart();
  await assert.rejects(ask(operator, csv, { key }));
  await ended;
  const count = (): number => rowsOf<{ n: number }>(stack.path('townwall.db'), "SELECT COUNT(*) AS n FROM case_file WHERE title LIKE '批量导入 %'")[0]!.n;
  assert.equal(count(), 50, 'the pieces that were committed');
  const { body } = await ask(operator, csv, { key });
  assert.deepEqual([body.imported, count(), body.errors], [130, 130, []]);
  const answer = await exported(operator, '', { table: 'requests', format: 'csv' });
  assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [422, 'too_many_rows']);
});
