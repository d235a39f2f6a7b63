// Files of cases through the real server: what is taken and what becomes of it, who sees it, what is on record, what lies on the disk,
// uploads that break off, a server that is killed in between, a full disk.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Stack } from '../../tools/supervise/stack.ts';
import { account, actOn, detailOf, did, newKey, openCase, type Case, type Detail } from '../lib/cases.ts';
import { Person } from '../lib/client.ts';
import { fillDisk } from '../lib/disk.ts';
import { attach, docx, pdf, photograph, picture, pixelsOf, tagsOf, upload, video, type Attachment } from '../lib/papers.ts';
import { pidOf } from '../lib/process.ts';
import { endStack, startSmallStack } from '../lib/stack.ts';
import { rowsOf, textOf } from '../lib/store.ts';
import { until } from '../lib/wait.ts';

let stack: Stack;
let admin: Person;
let operator: Person;
let taker: Person;
let police: Person;
let green: Person;
let supervisor: Person;
let auditor: Person;
let cells: string[];
let town: string;
let file: Case;
/** The sealed files lie on a disk of their own that can be filled. */
const disk = mkdtempSync(join(tmpdir(), 'townwall-papers-'));

const dir = mkdtempSync(join(tmpdir(), 'townwall-test-'));

before(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m,mode=0700', 'townwall-test', disk]);
  mkdirSync(join(dir, 'attachments'), { mode: 0o700 });
  execFileSync('mount', ['--bind', disk, join(dir, 'attachments')]);
  stack = await startSmallStack({ cameras: 2, simulator: false, dir, config: { attachments: { picture_mib: 4, megapixels: 20 } } });
  admin = await Person.login(stack, 'admin');
  operator = await Person.login(stack, 'operator');
  const { features } = await operator.json<{ features: { properties: { code: string; level: string } }[] }>('/api/v1/areas');
  cells = features.filter((one) => one.properties.level === 'cell').map((one) => one.properties.code);
  town = features.find((one) => one.properties.level === 'town')!.properties.code;
  for (const [id, name] of [['police', '派出所'], ['green', '生态办']] as const) {
    const made = await admin.request('POST', '/api/v1/departments', { id, name });
    assert.ok(made.ok, await made.text());
  }
  taker = await account(admin, 'taker', [['call_taker', town]]);
  police = await account(admin, 'police1', [['department_handler', town]], 'police');
  green = await account(admin, 'green1', [['department_handler', town]], 'green');
  supervisor = await account(admin, 'supervisor1', [['supervisor', town]]);
  auditor = await Person.login(stack, stack.logins().find(({ role }) => role === 'security_auditor')!.login);
  file = await work('楼道堆物');
});
after(async () => {
  try {
    if (stack) await endStack(stack);
  } finally {
    execFileSync('umount', [join(dir, 'attachments')]);
    execFileSync('umount', [disk]);
    for (const one of [disk, dir]) rmSync(one, { recursive: true, force: true });
  }
});

/** A case that the police work on. */
async function work(title: string): Promise<Case> {
  let one = await openCase(taker, { channel: 'hotline', title, area: cells[0] });
  one = await did(operator, one, 'triage', { form: { category: 'livelihood', grade: 'annoyance' } });
  one = await did(operator, one, 'dispatch', { lead: 'police' });
  return did(police, one, 'take');
}
const filesOf = async (person: Person, id: string): Promise<Attachment[]> => ((await detailOf(person, id)) as Detail & { files: Attachment[] }).files;
const download = (person: Person, id: string, of: string, small = false): Promise<Response> => person.request('GET', `/api/v1/cases/${id}/attachments/${of}${small ? '?size=small' : ''}`);
const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** Everything that lies in the folder of sealed files but the sign of whose it is. */
const onDisk = (): string[] => readdirSync(disk, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && one.name !== '.shelf').map((one) => join(one.parentPath, one.name)).sort();
const near = (colour: number[], wanted: number[]): boolean => colour.every((one, i) => Math.abs(one - wanted[i]!) < 40);
const red = [254, 0, 0], blue = [0, 0, 254];

test('a photograph for a feedback: upright, without its position, on record, with the rights of the case', async () => {
  const given = photograph(6);
  assert.ok(JSON.stringify(tagsOf(given)).includes('30.5123'), 'the phone wrote where it was');
  const one = await work('路灯不亮');
  const { status, body } = await upload(police, one.id, given, '现场 照片.JPG', newKey(), '修好后');
  assert.deepEqual([status, body.attachment?.kind, body.attachment?.name, body.attachment?.width_px, body.attachment?.height_px], [201, 'jpeg', '现场 照片.jpg', 480, 640]);
  const photo = body.attachment!;
  const done = await did(police, one, 'feedback', { text: '已修好，见照片', attachments: [photo.id] });
  assert.equal(done.state, 'FEEDBACK');
  const whole = await detailOf(taker, one.id);
  const record = whole.log.find(({ action }) => action === 'attach')!;
  assert.deepEqual([record.details.file, record.details.sha256, record.details.given_sha256, whole.broken], [photo.id, photo.sha256, sha256(given), null]);
  assert.deepEqual(whole.log.find(({ action }) => action === 'feedback')!.details.attachments, [photo.id]);
  assert.ok(!JSON.stringify(whole.log).includes('照片.jpg'), 'no name in the chain');

  const answer = await download(taker, one.id, photo.id);
  assert.deepEqual(['content-type', 'x-content-type-options', 'cache-control'].map((name) => answer.headers.get(name)), ['image/jpeg', 'nosniff', 'no-store']);
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/);
  assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="attachment.jpg"; filename\*=UTF-8''%E7%8E/);
  const kept = await bytesOf(answer);
  assert.equal(sha256(kept), photo.sha256);
  const tags = tagsOf(kept);
  assert.deepEqual(Object.keys(tags).filter((name) => !name.startsWith('ExifTool:') && /EXIF|GPS|XMP|IPTC|Comment|Make|ICC|Photoshop/i.test(name)), []);
  assert.ok(!JSON.stringify(tags).includes('30.5') && !kept.includes('张三'));
  const { at, ...size } = pixelsOf(kept);
  assert.deepEqual([size.width, size.height], [480, 640]);
  assert.ok(near(at(0.5, 0.2), red) && near(at(0.5, 0.8), blue), 'what was left is on top');
  const small = await bytesOf(await download(taker, one.id, photo.id, true));
  assert.deepEqual([pixelsOf(small).width, pixelsOf(small).height, Object.keys(tagsOf(small)).some((name) => /^EXIF|GPS/.test(name))], [300, 400, false]);

  assert.equal((await download(green, one.id, photo.id)).status, 404, 'another department');
  assert.equal((await download(police, file.id, photo.id)).status, 404, 'by way of another case');
  assert.equal((await download(admin, one.id, photo.id)).status, 403);
  const { records } = await auditor.json<{ records: { object: string; login: string; details: { small: boolean } }[] }>(`/api/v1/audit?action=attachment.view&object=${photo.id}`);
  assert.deepEqual(records.map(({ login, details }) => [login, details.small]), [['taker', true], ['taker', false]]);
  for (const path of onDisk()) {
    const bytes = readFileSync(path);
    assert.ok(bytes.subarray(0, 8).equals(Buffer.from('TWFILE1\n')) && !bytes.includes(Buffer.from('ffd8ffe000104a46', 'hex')), `${path} is sealed`);
  }
});

test('in a complaint what the reporter brought in is not shown to who may not know them', async () => {
  let one = await openCase(taker, { channel: 'hotline', title: '投诉派出所', area: cells[0], about: 'police' });
  one = await did(operator, one, 'triage', { form: { category: 'livelihood', grade: 'annoyance' } });
  const theirs = (await upload(operator, one.id, picture('jpg'), '张三的照片.jpg', newKey(), '张三提供')).body.attachment!;
  one = await did(operator, one, 'dispatch', { lead: 'green' });
  one = await did(green, one, 'take');
  const ours = await attach(green, one.id, picture('jpg'), '现场.jpg');
  const chief = await account(admin, 'chief', [['supervisor', town]], 'police');
  for (const person of [green, chief]) {
    assert.deepEqual((await filesOf(person, one.id)).map(({ id }) => id), [ours.id]);
    assert.ok(!JSON.stringify(await detailOf(person, one.id)).includes('张三'));
    assert.deepEqual([(await download(person, one.id, theirs.id)).status, (await download(person, one.id, theirs.id, true)).status, (await download(person, one.id, ours.id)).status], [404, 404, 200]);
  }
  assert.equal((await detailOf(green, one.id)).broken, null);
  for (const person of [operator, supervisor]) {
    assert.deepEqual((await filesOf(person, one.id)).map(({ id }) => id), [theirs.id, ours.id]);
    assert.equal((await download(person, one.id, theirs.id)).status, 200);
  }
});

test('each way that a phone is held ends upright', async () => {
  // where the left, red half of what the sensor saw is when EXIF is obeyed
  const places: Record<number, [number, number]> = { 1: [0.2, 0.5], 2: [0.8, 0.5], 3: [0.8, 0.5], 4: [0.2, 0.5], 5: [0.5, 0.2], 6: [0.5, 0.2], 7: [0.5, 0.8], 8: [0.5, 0.8] };
  for (const [orientation, [x, y]] of Object.entries(places)) {
    const photo = await attach(police, file.id, photograph(Number(orientation)));
    const { at } = pixelsOf(await bytesOf(await download(police, file.id, photo.id)));
    assert.ok(near(at(x, y), red), `${orientation}: ${at(x, y).join()}`);
  }
});

test('the content tells the kind, whatever the name says', async () => {
  const script = '<script>alert(1)</script>';
  const jpegAndZip = Buffer.concat([picture('jpg'), docx({ 'evil.txt': script })]);
  const taken: [string, Uint8Array, string, string][] = [
    ['../../../etc/passwd', picture('png'), 'png', 'passwd.png'],
    ['a\u202egpj.exe', picture('webp'), 'jpeg', 'a_gpj.jpg'],
    ['C:\\用户\\报告.pdf', pdf(), 'pdf', '报告.pdf'],
    ['照片.jpg', docx(), 'docx', '照片.docx'],
    ['page.html', Buffer.from(`<html>${script}`), 'text', 'page.txt'],
    ['说明.txt', Buffer.from([0xcf, 0xd6, 0xb3, 0xa1]), 'text', '说明.txt'],
    ['', video(), 'mp4', '附件.mp4'],
    ['polyglot.zip', jpegAndZip, 'jpeg', 'polyglot.jpg'],
  ];
  for (const [name, bytes, kind, shown] of taken) {
    const one = await attach(police, file.id, bytes, name);
    assert.deepEqual([one.kind, one.name], [kind, shown]);
    const answer = await download(police, file.id, one.id);
    const kept = await bytesOf(answer);
    assert.equal(sha256(kept), one.sha256);
    assert.equal(answer.headers.get('content-type'), one.media);
    if (name === 'polyglot.zip') assert.ok(!kept.includes('evil.txt'), 'nothing behind the picture');
    if (name === '说明.txt') assert.equal(kept.toString(), '现场');
    if (kind === 'mp4') {
      assert.ok(!kept.includes('30.5123') && !kept.includes('secret title'));
      const path = join(stack.options.dir, 'asked.mp4');
      writeFileSync(path, kept);
      assert.equal(execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', path], { encoding: 'utf8' }).trim(), '5');
      rmSync(path);
    }
  }
});

test('what is not taken is answered with its reason and leaves nothing', async () => {
  const before = onDisk();
  const count = (await filesOf(police, file.id)).length;
  const bomb = picture('png', 6000, 4000);
  const refused: [string, Uint8Array, number, string][] = [
    ['empty.jpg', Buffer.alloc(0), 422, 'empty'],
    ['program.jpg', Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(5000)]), 422, 'file_kind'],
    ['macro.docx', docx({ 'word/vbaProject.bin': 'x' }), 422, 'macros'],
    ['cut.jpg', picture('jpg').subarray(0, 60), 422, 'damaged'],
    ['half.jpg', picture('jpg').subarray(0, Math.floor(picture('jpg').length / 2)), 422, 'damaged'],
    ['garbage.png', Buffer.concat([picture('png').subarray(0, 40), Buffer.alloc(3000, 7)]), 422, 'damaged'],
    ['bomb.png', bomb, 422, 'too_many_pixels'],
    ['large.jpg', Buffer.concat([picture('jpg'), Buffer.alloc(5 << 20)]), 413, 'too_large'],
    ['half.mp4', video().subarray(0, 900), 422, 'file_kind'],
    ['photo.heic', Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(100)]), 422, 'file_kind'],
  ];
  for (const [name, bytes, status, code] of refused) {
    const answer = await upload(police, file.id, bytes, name);
    assert.deepEqual([answer.status, answer.body.error?.code], [status, code], name);
  }
  const nobody = await upload(green, file.id, picture('jpg'));
  assert.equal(nobody.status, 404);
  assert.equal((await upload(admin, file.id, picture('jpg'))).status, 403);
  assert.equal((await upload(police, 'none', picture('jpg'))).status, 404);
  assert.equal((await upload(police, file.id, picture('jpg'), 'a.jpg', 'short')).status, 400);
  assert.equal((await actOn(police, file, 'attach')).body.error?.code, 'no_file', 'not without its upload');
  assert.equal((await actOn(police, file, 'comment', { text: '见附件', attachments: ['none'] })).body.error?.code, 'no_file');
  assert.equal((await filesOf(police, file.id)).length, count);
  assert.deepEqual(onDisk(), before);
  assert.ok((await stack.get('/healthz')).status === 200);
});

test('the same key again is the same file; two at once are one', async () => {
  const key = newKey();
  const bytes = picture('jpg');
  const [a, b] = await Promise.all([upload(police, file.id, bytes, 'a.jpg', key), upload(police, file.id, bytes, 'a.jpg', key)]);
  const c = await upload(police, file.id, bytes, 'a.jpg', key);
  assert.deepEqual([a.status, b.status].sort(), [200, 201]);
  assert.deepEqual([c.status, b.body.attachment?.id, c.body.attachment?.id], [200, a.body.attachment?.id, a.body.attachment?.id]);
  assert.deepEqual(await upload(police, file.id, picture('jpg', 64, 48), 'b.jpg', key).then(({ status, body }) => [status, body.error?.code]), [409, 'key_used']);
  await until('the second file is gone', () => onDisk().length === 2 * rowsOf<{ n: number }>(stack.path('townwall.db'), 'SELECT SUM(1 + thumb) AS n FROM attachment')[0]!.n / 2 || undefined);
  const said = await actOn(police, file, 'comment', { text: '说明' , key: `${key}x` });
  assert.equal(said.status, 200);
  assert.equal((await upload(police, file.id, bytes, 'a.jpg', `${key}x`)).body.error?.code, 'key_used');
});

test('a file is withdrawn with a reason, by who may, and stays on record', async () => {
  const photo = await attach(police, file.id, picture('jpg'));
  assert.equal((await actOn(taker, file, 'detach', { to: photo.id, text: '不是这件' })).body.error?.code, 'not_yours');
  assert.equal((await actOn(police, file, 'detach', { to: photo.id })).status, 400, 'a reason is needed');
  assert.equal((await actOn(police, file, 'detach', { to: photo.id, text: '拍错了' })).status, 200);
  assert.equal((await actOn(police, file, 'detach', { to: photo.id, text: '拍错了' })).body.error?.code, 'no_file');
  const shown = (await filesOf(operator, file.id)).find(({ id }) => id === photo.id)!;
  assert.deepEqual([shown.reason, shown.withdrawn_by, shown.withdrawn_us !== null], ['拍错了', 'police1 姓名', true]);
  assert.equal((await download(taker, file.id, photo.id)).status, 410);
  assert.equal((await download(supervisor, file.id, photo.id)).status, 200);
  assert.equal((await actOn(police, file, 'comment', { text: '见附件', attachments: [photo.id] })).body.error?.code, 'no_file');
});

test('an upload that breaks off half-way leaves nothing', async () => {
  const before = onDisk();
  const seen = (await detailOf(police, file.id)).log.length;
  const { hostname, port } = new URL(stack.url);
  const socket = connect(Number(port), hostname);
  socket.write(`POST /api/v1/cases/${file.id}/attachments HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${police.cookie}\r\nX-CSRF-Token: ${police.csrf}\r\nX-Townwall-Key: ${newKey()}\r\nContent-Length: 3000000\r\n\r\n`);
  await new Promise((done) => socket.write(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(1_500_000)]), done));
  socket.destroy();
  await until('the server goes on', async () => (await stack.get('/healthz')).status === 200 || undefined);
  assert.equal((await detailOf(police, file.id)).log.length, seen);
  assert.deepEqual(onDisk(), before);
});

test('a decoder that falls or hangs is an answer, not the server\'s end', async () => {
  const pid = pidOf(stack, 'townwalld');
  const program = join(import.meta.dirname, '../../build', process.env.TW_PRESET ?? 'release', 'server/app/townwall-file');
  assert.ok(existsSync(program));
  assert.equal(execFileSync('sh', ['-c', `"${program}" jpeg 20 500; echo $?`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(), '2', 'it does nothing by itself');
  // bytes that begin as pictures, of every length, through the real process
  const good = { jpg: picture('jpg', 64, 64), png: picture('png', 64, 64), webp: picture('webp', 64, 64) };
  for (const [ending, bytes] of Object.entries(good)) {
    for (let i = 0; i < 6; i++) {
      const broken = Buffer.from(bytes);
      for (let n = 0; n < 8; n++) broken[20 + ((i * 7919 + n * 104729) % (broken.length - 20))]! ^= 0x5a;
      const { status } = await upload(police, file.id, broken, `broken.${ending}`);
      assert.ok(status === 201 || status === 422, `${ending} ${i}: ${status}`);
    }
  }
  assert.equal(pidOf(stack, 'townwalld'), pid);
});

for (const failpoint of ['files.content', 'files.kept', 'cases.log', 'files.committed'])
  test(`a server that ends itself at ${failpoint} has the file once or not at all, and once after the retry`, async () => {
    const one = await work(`断电 ${failpoint}`);
    const before = onDisk().length;
    const { program } = stack.children.get('townwalld')!;
    const usual = program.env;
    const restart = async (): Promise<void> => {
      const pid = pidOf(stack, 'townwalld');
      await until('it has ended', () => stack.children.get('townwalld')?.pid !== pid || undefined);
      await until('it answers', () => detailOf(operator, one.id).catch(() => null));
    };
    program.env = { ...usual, TW_FAILPOINT: `${failpoint}:1` };
    process.kill(pidOf(stack, 'townwalld'), 'SIGKILL');
    await restart();
    program.env = usual;
    const key = newKey();
    const bytes = picture('jpg');
    const ended = restart();
    await assert.rejects(upload(police, one.id, bytes, 'a.jpg', key));
    await ended;
    const there = failpoint === 'files.committed' ? 1 : 0;
    const between = await filesOf(operator, one.id);
    assert.equal(between.length, there, 'once or not at all');
    assert.equal(onDisk().length - before, 2 * there, 'no file without its record');
    const again = await upload(police, one.id, bytes, 'a.jpg', key);
    assert.equal(again.status, there ? 200 : 201);
    const after = await filesOf(operator, one.id);
    assert.deepEqual([after.length, after[0]!.id, onDisk().length - before], [1, again.body.attachment!.id, 2]);
    assert.equal(sha256(await bytesOf(await download(police, one.id, after[0]!.id))), after[0]!.sha256);
  });

test('a file that was changed on the disk is told, never shown', async () => {
  const photo = await attach(police, file.id, picture('jpg'));
  const path = onDisk().find((one) => one.endsWith(`/${photo.id}`))!;
  const bytes = readFileSync(path);
  bytes[bytes.length - 20]! ^= 1;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  const answer = await download(police, file.id, photo.id);
  assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [500, 'file_damaged']);
});

test('on a full disk nothing is kept, and with room again it goes on', async () => {
  const ballast = join(disk, 'ballast');
  fillDisk(ballast, disk);
  const before = onDisk();
  const key = newKey();
  const { status, body } = await upload(police, file.id, picture('jpg'), 'a.jpg', key);
  assert.deepEqual([status, body.error?.code], [507, 'disk_full']);
  assert.deepEqual(onDisk(), before);
  assert.equal((await actOn(police, file, 'comment', { text: '照片稍后补传' })).status, 200, 'other work goes on');
  rmSync(ballast);
  assert.equal((await upload(police, file.id, picture('jpg'), 'a.jpg', key)).status, 201);
});

test('names and keys lie sealed in the database', () => {
  const dump = textOf(stack.path('townwall.db'), 'SELECT id, owner, kind, user_name, reason FROM attachment');
  assert.ok(!dump.includes('现场'));
  const store = stack.path('townwall.db');
  if (existsSync(store)) assert.ok(!readFileSync(store).includes('现场 照片'), 'a copy of the file tells no name');
});
