import type { Stream } from 'node:stream';
import type { ByteSink } from '@capsule/core';
import { type Ends, type FilesProgram, readArchive, type Watching } from './files-program.ts';

/**
 * Starts a program that packs an archive, and resolves when all of it has been sent. It writes to the client's
 * connection itself where that can be lent. Returns the size of the archive.
 */
export async function sendArchive(
  sink: ByteSink,
  start: (ends?: Ends) => FilesProgram,
  { signal, warn }: Watching,
): Promise<number> {
  if (sink.lend !== undefined) {
    await using program = await sink.lend('out', (output) => start({ output: output as Stream }));
    return await program.succeed({ signal, warn });
  }
  await using program = start();
  let bytes = 0;
  for await (const chunk of readArchive(program, signal, warn)) {
    await sink.send(chunk);
    bytes += chunk.length;
  }
  return bytes;
}
