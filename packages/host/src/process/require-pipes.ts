import type { ChildProcess } from 'node:child_process';
import { processError } from './errors.ts';

/**
 * For a child that was spawned in this turn and has pipes. Where no descriptor is left for them, Node returns one without
 * streams, and reports why by an event that ends this process unless it is listened for. Fails with
 * `PROCESS_NOT_STARTED` then.
 */
export function requirePipes(child: ChildProcess, command: string): void {
  if (child.stdio !== undefined) return;
  child.once('error', reportedHere);
  throw processError.NOT_STARTED({ command });
}

function reportedHere(): void {}
