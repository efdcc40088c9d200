import { spawnSync } from 'node:child_process';
import { closeSync, constants as O, openSync, renameSync } from 'node:fs';
import { copyError } from '../copy/errors.ts';
import type { TarEntry } from '../tar/tar-entry.ts';
import { type BytePath, joinPath, rawPath, shownPath } from './byte-path.ts';

/**
 * Makes a FIFO or a device in an existing folder, where nothing has that name. Node has no such call: the
 * machine's `mknod` makes it, under a plain name, since arguments of programs are text and names are bytes.
 * Fails with `COPY_SPECIAL_FAILED`.
 */
export function makeSpecial(folder: BytePath, name: BytePath, entry: TarEntry): void {
  const fd = openSync(rawPath(folder), O.O_RDONLY | O.O_DIRECTORY);
  const plain = `.capsule-${process.pid}`;
  try {
    const [major, minor] = entry.device.map(String);
    const numbers = [major ?? '0', minor ?? '0'];
    const kind = entry.type === 'fifo' ? ['p'] : [entry.type === 'char' ? 'c' : 'b', ...numbers];
    const made = spawnSync('mknod', ['-m', '0600', `/proc/self/fd/3/${plain}`, ...kind], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
    });
    if (made.status !== 0) {
      const reason = made.error?.message ?? made.stderr.toString().trim().replace(/^.*: /, '');
      throw copyError.SPECIAL_FAILED({ path: shownPath(joinPath(folder, name)), reason });
    }
    renameSync(rawPath(joinPath(folder, plain)), rawPath(joinPath(folder, name)));
  } finally {
    closeSync(fd);
  }
}
