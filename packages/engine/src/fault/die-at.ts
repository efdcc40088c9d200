import { readFileSync, rmSync } from 'node:fs';
import type { FaultPoint } from '@capsule/core';

/**
 * Kills this process as `kill -9` would, once, at the point that a file names. Tests use it to see how the
 * next process recovers. Only root can write to the folder of the file.
 */
export function dieAt<Point extends string>(file: string): FaultPoint<Point> {
  return (point) => {
    if (readIfThere(file)?.trim() !== point) return;
    rmSync(file);
    process.kill(process.pid, 'SIGKILL');
    // The signal may not have arrived yet; nothing more may happen.
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}
