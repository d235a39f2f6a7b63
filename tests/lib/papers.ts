// Files as people upload them: photographs with EXIF, Office documents, videos; and the request that brings them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { newKey, type Case } from './cases.ts';
import type { Person } from './client.ts';

export interface Attachment {
  id: string; name: string | null; kind: string; media: string; bytes: number; width_px: number; height_px: number; thumb: boolean; sha256: string; user: string; by: string;
  withdrawn_us: string | null; withdrawn_by: string | null; reason: string | null; erased_us: string | null;
}
export interface Uploaded { status: number; body: { attachment?: Attachment; case?: Case; seq?: number; error?: { code: string } } }

export async function upload(person: Person, file: string, bytes: Uint8Array, name = 'photo.jpg', key = newKey(), text = ''): Promise<Uploaded> {
  const answer = await fetch(`${person.url}/api/v1/cases/${file}/attachments`, {
    method: 'POST', body: bytes as Uint8Array<ArrayBuffer>,
    headers: {
      cookie: person.cookie, 'x-csrf-token': person.csrf, 'content-type': 'application/octet-stream', 'x-townwall-key': key,
      'x-townwall-name': encodeURIComponent(name), ...(text ? { 'x-townwall-text': encodeURIComponent(text) } : {}),
    },
  });
  return { status: answer.status, body: (await answer.json()) as Uploaded['body'] };
}

/** An upload that has to be taken. */
export async function attach(person: Person, file: string, bytes: Uint8Array, name = 'photo.jpg'): Promise<Attachment> {
  const { status, body } = await upload(person, file, bytes, name);
  if (status !== 201 || !body.attachment) throw new Error(`upload ${name}: ${status} ${JSON.stringify(body)}`);
  return body.attachment;
}

function inFolder<T>(fn: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'townwall-papers-'));
  try {
    return fn(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A picture whose left half is red and whose right half is blue, as ffmpeg encodes it. */
export function picture(ending: 'jpg' | 'png' | 'webp', width = 640, height = 480): Buffer {
  return inFolder((dir) => {
    const path = join(dir, `one.${ending}`);
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `color=red:s=${width / 2}x${height}`, '-f', 'lavfi', '-i', `color=blue:s=${width / 2}x${height}`,
      '-filter_complex', 'hstack', '-frames:v', '1', path]);
    return readFileSync(path);
  });
}

/** The same taken by a phone: lying, with its position, its maker and a thumbnail's worth of comment. */
export function photograph(orientation = 6): Buffer {
  return inFolder((dir) => {
    const path = join(dir, 'photo.jpg');
    writeFileSync(path, picture('jpg'));
    execFileSync('exiftool', ['-q', '-overwrite_original', '-n', `-Orientation=${orientation}`, '-GPSLatitude=30.5123', '-GPSLatitudeRef=N', '-GPSLongitude=120.4321', '-GPSLongitudeRef=E',
      '-Make=TestPhone', '-XMP:Creator=张三', '-IPTC:City=Tongxiang', '-Comment=secret comment', path]);
    return readFileSync(path);
  });
}

/** What exiftool tells of a file: everything that is no property of the pixels. */
export function tagsOf(bytes: Uint8Array): Record<string, unknown> {
  return inFolder((dir) => {
    const path = join(dir, 'asked');
    writeFileSync(path, bytes);
    const [tags] = JSON.parse(execFileSync('exiftool', ['-j', '-G', '-a', '-u', '-n', path], { encoding: 'utf8' })) as Record<string, unknown>[];
    return tags ?? {};
  });
}

/** Pixels by ffmpeg: size, and the colour at a place between 0 and 1. */
export function pixelsOf(bytes: Uint8Array): { width: number; height: number; at: (x: number, y: number) => number[] } {
  return inFolder((dir) => {
    const path = join(dir, 'asked');
    writeFileSync(path, bytes);
    const size = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path], { encoding: 'utf8' });
    const [width = 0, height = 0] = size.trim().split(',').map(Number);
    const raw = execFileSync('ffmpeg', ['-v', 'error', '-noautorotate', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 28 });
    return {
      width, height,
      at: (x, y) => [...raw.subarray((Math.floor(y * height) * width + Math.floor(x * width)) * 3).subarray(0, 3)],
    };
  });
}

/** A second of video with a position in it. */
export function video(): Buffer {
  return inFolder((dir) => {
    const path = join(dir, 'one.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=5', '-t', '1', '-pix_fmt', 'yuv420p', '-metadata', 'location=+30.5123+120.4321/', '-metadata', 'title=secret title', path]);
    return readFileSync(path);
  });
}

/** A ZIP archive of stored members. */
export function zip(members: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(members)) {
    const file = Buffer.from(name);
    const data = Buffer.from(text);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt32LE(crc32(data), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(file.length, 22);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(at, 10);
    parts.push(Buffer.from('PK\x03\x04'), head, file, data);
    central.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), head, more, file);
    at += 30 + file.length + data.length;
  }
  const table = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(members).length, 8);
  end.writeUInt16LE(Object.keys(members).length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, table, end]);
}
export const docx = (more: Record<string, string> = {}): Buffer => zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w:document/>', ...more });
export const pdf = (inside = ''): Buffer => Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n${inside}\ntrailer<</Root 1 0 R>>\n%%EOF\n`);
