import type { Stream } from 'node:stream';
import type { ByteSource } from '@capsule/core';
import type { Ends, FilesProgram, Watching } from './files-program.ts';

/**
 * Starts a program that reads an archive, and resolves when it has ended well. It reads from the client's
 * connection itself where that can be lent; else it is fed. Returns the size of what it read.
 */
export async function takeArchive(
  archive: ByteSource,
  start: (ends?: Ends) => FilesProgram,
  watching: Watching,
): Promise<number> {
  if (archive.lend !== undefined) {
    await using program = await archive.lend('in', (input) => start({ input: input as Stream }));
    return await program.succeed(watching);
  }
  await using program = start();
  await feedProgram(program, archive);
  return await program.succeed(watching);
}

/** Feeds until the archive ends, or the program does. */
async function feedProgram(
  program: FilesProgram,
  archive: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { stdin } = program.child;
  if (stdin === null) return;
  const ended = new Promise<void>((resolve) => program.child.once('close', () => resolve()));
  for await (const chunk of archive) {
    if (program.child.exitCode !== null) return;
    if (stdin.write(chunk)) continue;
    const drained = new Promise<void>((resolve) => stdin.once('drain', () => resolve()));
    await Promise.race([drained, ended]);
  }
  stdin.end();
}
