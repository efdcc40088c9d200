import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a secret file that only root can read, all of it or nothing. When it returns, its content and its name are
 * on the disk.
 */
export function writeDurably(path: string, content: Uint8Array): void {
  const aside = `${path}.new`;
  const file = openSync(aside, 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
