import { open } from 'node:fs/promises';
import { cliError } from '../errors.ts';

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
  if (path === '-') return { name: '<stdin>', sizeBytes: 0, chunks: stdin };
  try {
    const file = await open(path, 'r');
    const stats = await file.stat();
    if (stats.isDirectory()) {
      await file.close();
      throw cliError.FILE_UNREADABLE({ path, reason: 'it is a folder' });
    }
    const sizeBytes = stats.isFile() ? stats.size : 0;
    return { name: path, sizeBytes, chunks: file.createReadStream({ highWaterMark: chunkBytes }) };
  } catch (error) {
    throw fileError(path, error);
  }
}

/** A failure of the filesystem in our words; anything else as it is. */
export function fileError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return cliError.FILE_MISSING({ path }, error);
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const reason = code === 'EACCES' ? 'you may not read it' : message;
  return cliError.FILE_UNREADABLE({ path, reason }, error);
}
