// Writes FILE.gz beside every text file of a folder, so that the server never compresses.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dir = process.argv[2] ?? 'dist';
const text = /\.(html|js|css|svg|json|map|txt)$/;
for (const name of readdirSync(dir, { recursive: true }) as string[]) {
  if (!text.test(name)) continue;
  const data = readFileSync(join(dir, name));
  if (data.length > 512) writeFileSync(join(dir, `${name}.gz`), gzipSync(data, { level: 9 }));
}
