import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defineErrors } from '@capsule/core';
import { requirePipes } from '../process/require-pipes.ts';

export const lockFileError = defineErrors('LOCK', {
  HELD: {
    kind: 'conflict',
    message: (f: { path: string }) => `${f.path} is locked by another process`,
  },
  UNAVAILABLE: {
    kind: 'precondition',
    message: (f: { path: string; said: string }) => `${f.path} cannot be locked: ${f.said}`,
    hint: 'check that util-linux is installed and that the directory is writable',
  },
});

const HELD_EXIT_CODE = 75;

/**
 * Takes an exclusive lock on a file and holds it until disposal, or until this process ends in any way:
 * flock of util-linux guards a `cat` that ends with our pipe. Waits for the holder unless `wait` is false;
 * then fails with `LOCK_HELD`.
 */
export async function lockFile(
  path: string,
  options: { readonly wait: boolean },
): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  const mode = options.wait ? [] : ['--nonblock', '--conflict-exit-code', String(HELD_EXIT_CODE)];
  const holder = spawn('flock', [...mode, '--exclusive', path, 'cat'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // a Ctrl-C in the terminal must not drop the lock while we clean up
  });
  requirePipes(holder, 'flock');
  let said = '';
  holder.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  holder.stdin.on('error', () => undefined); // judged by the exit code
  const ended = once(holder, 'close').catch((cause: unknown) => {
    said ||= String(cause);
    return [-1];
  });
  holder.stdin.write('x');
  const first = await Promise.race([once(holder.stdout, 'data').then(() => undefined), ended]);
  if (first !== undefined) {
    if (first[0] === HELD_EXIT_CODE) throw lockFileError.HELD({ path });
    throw lockFileError.UNAVAILABLE({ path, said: said.trim() });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}
