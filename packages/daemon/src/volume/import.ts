import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FilesWarn, KeyedLock, UploadStore } from '@capsule/core';
import { checkVolumeName } from './check-spec.ts';
import { volumeError } from './errors.ts';
import type { ImportReceipt } from './from-row.ts';
import type { ArchiveImporter, ImportedVolume } from './import-archive.ts';
import type { VolumeReconciler } from './reconcile.ts';
import type { VolumeRecords } from './records.ts';
import { importError } from './transfer-errors.ts';

export interface VolumeImporterParts {
  readonly records: Pick<VolumeRecords, 'get' | 'receiptOf' | 'checkFree'>;
  readonly reconciler: Pick<VolumeReconciler, 'dropImport'>;
  readonly archives: Pick<ArchiveImporter, 'import'>;
  readonly uploads: UploadStore;
  /** One thing at a time for each key. */
  readonly lock: KeyedLock;
}

export interface Upload {
  readonly name: string;
  /** Chosen by the client: the same for the same file. */
  readonly id: string;
}

export interface UploadEnd extends Omit<ImportedVolume, 'name' | 'file' | 'warn' | 'receipt'> {
  readonly totalBytes: number;
  readonly sha256: string;
}

/** Imports volumes. Received bytes stay for a day, so that an interrupted upload can resume. */
export class VolumeImporter {
  readonly #parts: VolumeImporterParts;

  constructor(parts: VolumeImporterParts) {
    this.#parts = parts;
  }

  /**
   * Returns how many bytes have arrived: all of them if the volume exists and its client lost the
   * answer. Fails with `VOLUME_EXISTS` and `MANIFEST_SPEC_INVALID`.
   */
  async begin({ name, id }: Upload): Promise<number> {
    const { records, reconciler, lock, uploads } = this.#parts;
    // Waits for the end of an interrupted attempt: its client may return before capsuled notices
    // the interruption.
    return this.#locked(name, async () => {
      // An earlier capsuled may have left a partial volume, too.
      await lock(name, () => reconciler.dropImport(name));
      const made = this.#madeBy({ name, id });
      if (made !== undefined) return made.totalBytes;
      checkVolumeName(name);
      records.checkFree(name);
      return uploads.open(name, id);
    });
  }

  /**
   * Receives an upload and creates the volume at its end. Fails with `IMPORT_*`, `VOLUME_EXISTS`
   * and the errors of the backend; discards the upload only if it differs from the content that was
   * sent. The same call again succeeds until a workload uses the volume. Returns the warnings.
   */
  async receive(
    { name, id }: Upload,
    offset: number,
    pieces: AsyncIterable<Uint8Array>,
    end: () => UploadEnd,
  ): Promise<readonly string[]> {
    const { archives, uploads } = this.#parts;
    return this.#locked(name, async () => {
      const made = this.#madeBy({ name, id });
      if (made !== undefined) return this.#takeAgain(name, made, pieces, end);
      const warnings: string[] = [];
      const warn: FilesWarn = (warning) => warnings.push(warning);
      const here = await uploads.open(name, id);
      if (offset > here) throw importError.OFFSET({ name, here, sent: offset });
      await uploads.append(name, offset, pieces);
      const { totalBytes, sha256, format, sizeBytes } = end();
      const file = await uploads.path(name);
      const problem = await compare(file, totalBytes, sha256);
      if (problem !== undefined) {
        await uploads.remove(name);
        throw importError.DAMAGED({ name, problem });
      }
      const size = sizeBytes === undefined ? {} : { sizeBytes };
      const receipt = () => ({ id, totalBytes, sha256, warnings });
      await archives.import({ name, file, format, ...size, warn, receipt });
      await uploads.remove(name);
      return warnings;
    });
  }

  #madeBy({ name, id }: Upload): ImportReceipt | undefined {
    const receipt = this.#parts.records.receiptOf(name);
    return receipt?.id === id ? receipt : undefined;
  }

  /**
   * Receives an upload whose volume exists already. Fails with `VOLUME_EXISTS` if its content
   * differs.
   */
  async #takeAgain(
    name: string,
    made: ImportReceipt,
    pieces: AsyncIterable<Uint8Array>,
    end: () => UploadEnd,
  ): Promise<readonly string[]> {
    for await (const _ of pieces);
    const { totalBytes, sha256, sizeBytes } = end();
    const now = this.#parts.records.get(name)?.sizeBytes ?? 0;
    const isSame = totalBytes === made.totalBytes && sha256 === made.sha256;
    if (!isSame || (sizeBytes ?? now) !== now) throw volumeError.EXISTS({ name, now });
    await this.#parts.uploads.remove(name);
    return made.warnings;
  }

  #locked<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#parts.lock(`upload/${name}`, work);
  }
}

async function compare(
  file: string,
  totalBytes: number,
  sha256: string,
): Promise<string | undefined> {
  const { size } = await stat(file);
  if (size !== totalBytes) return `${size} bytes instead of ${totalBytes}`;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(piece as Buffer);
  }
  const found = hash.digest('hex');
  return found === sha256 ? undefined : `sha256 ${found} instead of ${sha256}`;
}
