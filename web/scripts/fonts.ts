// Cuts Debian's Noto Sans CJK SC down to what pages need and writes it as slices with unicode ranges, so that a page
// loads only those it uses: signs that our own words use first, then the rest of GB 2312 level 1 by code. Characters
// beyond come from the reader's system.
//   node scripts/fonts.ts OUT_DIR
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import subset from 'subset-font';

const out = process.argv[2] ?? 'fonts';
const faces = [
  { weight: 400, file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' },
  { weight: 700, file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc' },
];
const family = 'Noto Sans CJK SC';
const sliceChars = 640;

/** One face of a collection as a font of its own: the table directory with its tables copied behind it. */
function faceOf(collection: Buffer, wanted: string): Buffer {
  const count = collection.readUInt32BE(8);
  for (let i = 0; i < count; i++) {
    const at = collection.readUInt32BE(12 + 4 * i);
    const tables = collection.readUInt16BE(at + 4);
    const entries = Array.from({ length: tables }, (_, k) => {
      const entry = at + 12 + 16 * k;
      const start = collection.readUInt32BE(entry + 8);
      const size = collection.readUInt32BE(entry + 12);
      return { head: collection.subarray(entry, entry + 8), data: collection.subarray(start, start + size) };
    });
    const names = entries.find(({ head }) => head.toString('latin1', 0, 4) === 'name')!.data;
    if (!names.includes(Buffer.from(wanted, 'utf16le').swap16())) continue;
    if (names.includes(Buffer.from(wanted.replace('Sans', 'Sans Mono'), 'utf16le').swap16())) continue;
    return joined(collection.subarray(at, at + 12), entries);
  }
  throw new Error(`no face ${wanted}`);
}

function joined(head: Buffer, entries: { head: Buffer; data: Buffer }[]): Buffer {
  const directory = Buffer.alloc(12 + 16 * entries.length);
  head.copy(directory);
  const parts: Buffer[] = [directory];
  let at = directory.length;
  entries.forEach((entry, i) => {
    entry.head.copy(directory, 12 + 16 * i);
    directory.writeUInt32BE(at, 12 + 16 * i + 8);
    directory.writeUInt32BE(entry.data.length, 12 + 16 * i + 12);
    const padded = Buffer.concat([entry.data, Buffer.alloc((4 - (entry.data.length % 4)) % 4)]);
    parts.push(padded);
    at += padded.length;
  });
  return Buffer.concat(parts);
}

/** GB 2312 level 1: the 3755 commonest characters, rows 16 to 55. */
function commonest(): string[] {
  const decoder = new TextDecoder('gb2312');
  const chars: string[] = [];
  for (let row = 0xb0; row <= 0xd7; row++)
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      const char = decoder.decode(Uint8Array.of(row, cell));
      if (char.length === 1 && char !== '\ufffd') chars.push(char);
    }
  return chars;
}

/** What our own pages say, and Latin, digits, punctuation. */
function ours(): string[] {
  const chars = new Set<string>();
  for (let code = 0x20; code < 0x7f; code++) chars.add(String.fromCharCode(code));
  for (const char of '·°×–—‘’“”…‹›→←↑↓≥≤−′″‰①②③④⑤⑥⑦⑧⑨ⅠⅡⅢⅣ、。「」《》【】（），：；？！％＝／～·') chars.add(char);
  for (const name of readdirSync('src/i18n'))
    for (const char of readFileSync(join('src/i18n', name), 'utf8')) if (char > '\u007f') chars.add(char);
  return [...chars].sort();
}

function ranges(chars: string[]): string {
  const codes = chars.map((char) => char.codePointAt(0)!).sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < codes.length; ) {
    let k = i;
    while (codes[k + 1] === codes[k]! + 1) k++;
    const [from, to] = [codes[i]!.toString(16), codes[k]!.toString(16)];
    parts.push(from === to ? `U+${from}` : `U+${from}-${to}`);
    i = k + 1;
  }
  return parts.join(',');
}

function slices(): string[][] {
  const first = ours();
  const rest = commonest().filter((char) => !first.includes(char));
  const all = [first];
  for (let i = 0; i < rest.length; i += sliceChars) all.push(rest.slice(i, i + sliceChars));
  return all;
}

const wanted = slices();
const version = createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .update(JSON.stringify(wanted))
  .digest('hex');
const stamp = join(out, '.version');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== version) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  let css = '';
  for (const { weight, file } of faces) {
    if (!existsSync(file)) {
      console.error(`fonts: ${file} is missing (package fonts-noto-cjk); pages use the reader's own fonts`);
      continue;
    }
    const face = faceOf(readFileSync(file), family);
    for (const [i, chars] of wanted.entries()) {
      const name = `noto-sans-sc-${weight}-${i}.woff2`;
      const text = chars.join('');
      writeFileSync(join(out, name), await subset(face, text, { targetFormat: 'woff2' }));
      css += `@font-face{font-family:"${family}";font-weight:${weight};font-display:swap;src:url(./${name}) format("woff2");unicode-range:${ranges(chars)}}\n`;
    }
  }
  writeFileSync(join(out, 'fonts.css'), css);
  writeFileSync(stamp, version);
}
