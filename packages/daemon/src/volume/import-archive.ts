import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type FaultPoint,
  type FilesWarn,
  formatSize,
  type KeyedLock,
  leastVolumeBytes,
  roundUpToUnit,
  VOLUME_DEFAULT_BYTES,
  type VolumeArchives,
  type VolumeBackend,
  type VolumeFault,
} from '@capsule/core';
import { checkVolumeSpec } from './check-spec.ts';
import type { VolumeEvents } from './events.ts';
import type { ImportReceipt } from './from-row.ts';
import type { PoolObserver } from './observe-pool.ts';
import type { VolumeReconciler } from './reconcile.ts';
import type { VolumeRecords } from './records.ts';
import { importError } from './transfer-errors.ts';

export interface ArchiveImporterParts {
  readonly records: VolumeRecords;
  readonly reconciler: Pick<VolumeReconciler, 'dropImport'>;
  readonly backend: Pick<VolumeBackend, 'create'>;
  readonly archives: VolumeArchives;
  readonly events: VolumeEvents;
  readonly pool: Pick<PoolObserver, 'checkRoom'>;
  /** Serializes the work on each volume. */
  readonly lock: KeyedLock;
  readonly faultPoint: FaultPoint<VolumeFault>;
}

/** Uploaded content from which a volume is created. */
export interface ImportedVolume {
  readonly name: string;
  readonly format: 'image' | 'tar';
  /** A file of the capsule. */
  readonly file: string;
  /**
   * Undefined: the size of the image, or of the exported volume; for an archive of other origin, an
   * estimate with reserve.
   */
  readonly sizeBytes?: number;
  /** Receives warnings about attributes of files that could not be kept. */
  readonly warn?: FilesWarn;
  /** Called when the volume holds everything; the receipt is stored with the volume. */
  readonly receipt: () => ImportReceipt;
}

/** Creates volumes from files on the capsule. */
export class ArchiveImporter {
  readonly #parts: ArchiveImporterParts;

  constructor(parts: ArchiveImporterParts) {
    this.#parts = parts;
  }

  /**
   * Creates a volume from an ext4 image or a tar archive. Fails with `VOLUME_EXISTS`,
   * `IMPORT_TOO_SMALL`, `VOLUME_IMAGE_INVALID`, `VOLUME_DAMAGED`, `FILES_*` and the errors of the
   * backend; no volume remains then.
   */
  async import(from: ImportedVolume): Promise<void> {
    const { records, reconciler, events, pool, lock, faultPoint } = this.#parts;
    const { name } = from;
    await pool.checkRoom();
    const volume = { name, uid: randomUUID(), sizeBytes: await this.#sizeOf(from) };
    checkVolumeSpec(volume);
    await lock(name, async () => {
      records.declareImport(volume, volume.uid);
      faultPoint('import:recorded');
      try {
        await this.#fill(volume, from);
      } catch (error) {
        await reconciler.dropImport(name);
        throw error;
      }
      records.markImported(name, from.receipt());
      events.record(name, 'Imported', formatSize(volume.sizeBytes));
    });
  }

  async #fill(
    volume: Parameters<VolumeBackend['create']>[0],
    { format, file, warn }: ImportedVolume,
  ): Promise<void> {
    const { backend, archives, faultPoint } = this.#parts;
    await backend.create(volume, format === 'image' ? { image: file } : undefined);
    faultPoint('import:made');
    if (format === 'image') return;
    await archives.unpackTree(volume.name, createReadStream(file), warn ? { warn } : {});
  }

  /** Returns the size of the new volume. A requested size is used exactly, or refused. */
  async #sizeOf({ name, format, file, sizeBytes }: ImportedVolume): Promise<number> {
    if (format === 'image') {
      const least = roundUpToUnit((await stat(file)).size);
      return checkedSize(name, sizeBytes ?? least, least);
    }
    const needs = await this.#parts.archives.measureTree(name, file);
    const least = leastVolumeBytes(needs);
    const { volumeBytes } = needs;
    // The exported volume held all of it, so its size needs no estimate.
    if (volumeBytes !== undefined && (sizeBytes ?? volumeBytes) >= volumeBytes) {
      return sizeBytes ?? volumeBytes;
    }
    const usual = Math.max(roundUpToUnit(least * 1.25), VOLUME_DEFAULT_BYTES);
    return checkedSize(name, sizeBytes ?? usual, least);
  }
}

function checkedSize(name: string, sizeBytes: number, least: number): number {
  if (sizeBytes >= least) return sizeBytes;
  throw importError.TOO_SMALL({ name, sizeBytes, least });
}
