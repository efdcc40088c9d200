import { closeSync, openSync, renameSync, writeSync } from 'node:fs';

/** Both files together are at most twice this. */
export const CONSOLE_LIMIT_BYTES = 5 * 1024 * 1024;

/** A bounded file for the output of a capsule: the newest part, and the part before it in `.1`. */
export interface ConsoleFile extends Disposable {
  write(chunk: Uint8Array): void;
}

/**
 * Begins a new file at `path`; the file there becomes `.1`. Writes are synchronous: the last
 * output of a capsule is on disk once its end is known.
 */
export function openConsoleFile(path: string, limitBytes = CONSOLE_LIMIT_BYTES): ConsoleFile {
  let fd = begin(path);
  let size = 0;
  return {
    write: (chunk) => {
      if (size > 0 && size + chunk.length > limitBytes) {
        closeSync(fd);
        fd = begin(path);
        size = 0;
      }
      writeSync(fd, chunk);
      size += chunk.length;
    },
    [Symbol.dispose]: () => closeSync(fd),
  };
}

function begin(path: string): number {
  try {
    renameSync(path, `${path}.1`);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
  return openSync(path, 'wx', 0o600);
}
