import { type ByteSource, isCapsuleError } from '@capsule/core';
import { FilesProgram } from '../../files-program/files-program.ts';
import { takeArchive } from '../../files-program/take-archive.ts';
import { imageError } from '../errors.ts';

/** A large blob of an image archive, as a file. */
export interface SiftedBlob {
  readonly path: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface Sieve {
  readonly filesBinary: string;
  /** An empty folder, which takes the blobs. */
  readonly folder: string;
  /** Called with all blobs before the end of the archive is yielded. */
  readonly useBlobs: (blobs: readonly SiftedBlob[]) => Promise<void>;
  readonly count: (bytes: number) => void;
}

/** Two blocks of zeros. */
const END_OF_ARCHIVE = Buffer.alloc(1024);

/**
 * Yields an image archive without its large blobs, which `capsule-files` writes to files: their bytes do not pass
 * through capsuled if the archive comes over a connection that can be lent. Fails with `IMAGE_DISK_FULL`.
 */
export async function* siftArchive(
  archive: ByteSource,
  { filesBinary, folder, useBlobs, count }: Sieve,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const started = Promise.withResolvers<FilesProgram>();
  const ending = new AbortController();
  const limit = AbortSignal.any([signal, ending.signal]);
  const taking = takeArchive(
    archive,
    (ends) => {
      const words = ['sift', folder];
      const program = new FilesProgram(filesBinary, words, 'the archive', ends, limit);
      started.resolve(program);
      return program;
    },
    { signal },
  );
  taking.catch(started.reject);
  try {
    const program = await started.promise;
    for await (const chunk of program.child.stdout ?? []) yield chunk as Buffer;
    count(await taking);
    await useBlobs(blobsOf(program.notes, folder));
    if (program.notes.includes('whole')) yield END_OF_ARCHIVE;
  } catch (error) {
    const isFull = isCapsuleError(error) && error.code === 'FILES_FULL';
    throw isFull ? imageError.DISK_FULL({ subject: 'the archive' }, error) : error;
  } finally {
    ending.abort();
  }
}

function blobsOf(notes: readonly string[], folder: string): SiftedBlob[] {
  return notes
    .map((note) => note.split('\t'))
    .filter(([word]) => word === 'blob')
    .map(([, name = '', bytes]) => ({
      path: `${folder}/${name}`,
      digest: `sha256:${name}`,
      sizeBytes: Number(bytes),
    }));
}
