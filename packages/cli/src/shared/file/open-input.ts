import { open } from 'node:fs/promises';
import { cliError } from '../../errors.ts';
import { localFault } from '../../program/local-fault.ts';

/** Bytes that a person named, by a path or as `-`. */
export interface InputFile {
  /** For messages: the path, or `<stdin>`. */
  readonly name: string;
  /** 0 where it is not known. */
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Opens a file, or the input stream for `-`. Fails with `CLI_FILE_MISSING`, `CLI_FILE_UNREADABLE`.
 * The file is closed when its chunks end, or are left.
 */
export async function openInput(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  chunkBytes: number,
): Promise<InputFile> {
  if (path === '-') {
    return { name: '<stdin>', sizeBytes: 0, chunks: named('<stdin>', stdin) };
  }
  try {
    const file = await open(path, 'r');
    const stats = await file.stat();
    if (stats.isDirectory()) {
      await file.close();
      throw cliError.FILE_UNREADABLE({ path, reason: 'it is a folder' });
    }
    const sizeBytes = stats.isFile() ? stats.size : 0;
    const chunks = file.createReadStream({ highWaterMark: chunkBytes });
    return { name: path, sizeBytes, chunks: named(path, chunks) };
  } catch (error) {
    throw localFault('read', path, error);
  }
}

/** Names the file in read errors, too. */
async function* named(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw localFault('read', path, error);
  }
}
