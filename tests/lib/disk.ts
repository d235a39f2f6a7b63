// A small file system that is filled to its last page.
import assert from 'node:assert/strict';
import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';

/** Writes `file` until nothing more fits onto the file system of `dir`. */
export function fillDisk(file: string, dir: string): void {
  const ballast = openSync(file, 'a');
  for (let size = 1 << 20; size >= 512;) {
    try {
      if (writeSync(ballast, Buffer.alloc(size, 1)) < size) size /= 2;
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
      size /= 2;
    }
  }
  closeSync(ballast);
  assert.equal(statfsSync(dir).bfree, 0);
}
