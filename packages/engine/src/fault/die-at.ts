import { readFileSync, rmSync } from 'node:fs';
import type { FaultPoint } from '@capsule/core';

/**
 * Kills this process as `kill -9` would when it comes to the point that a file names, once: how tests see
 * what the next process makes of it. The file is of a folder that is root's.
 */
export function dieAt<Point extends string>(file: string): FaultPoint<Point> {
  return (point) => {
    if (readIfThere(file)?.trim() !== point) return;
    rmSync(file);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way: nothing more may happen.
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
