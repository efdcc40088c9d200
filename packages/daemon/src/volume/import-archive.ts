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

/** What a volume is made of that comes from outside. */
export interface ImportedVolume {
  readonly name: string;
  readonly format: 'image' | 'tar';
  /** A file of the capsule. */
  readonly file: string;
  /**
   * Undefined: as large as the image, or as the volume that the archive was exported from; roomy for an
   * archive of other origin.
   */
  readonly sizeBytes?: number;
  /** Takes what could not be kept of files. */
  readonly warn?: FilesWarn;
  /** Asked for when all of it is in the volume, and stored with it. */
  readonly receipt: () => ImportReceipt;
}

/** Makes volumes of files that are on the capsule. */
export class ArchiveImporter {
  readonly #parts: ArchiveImporterParts;

  constructor(parts: ArchiveImporterParts) {
    this.#parts = parts;
  }

  /**
   * Makes a volume of an image of ext4, or of a tar archive. Fails with `VOLUME_EXISTS`,
   * `IMPORT_TOO_SMALL`, `VOLUME_IMAGE_INVALID`, `VOLUME_DAMAGED`, `FILES_*` and what the backend says;
   * then there is none.
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

  /** The size of a volume to be; a size that was asked for is taken exactly, or refused. */
  async #sizeOf({ name, format, file, sizeBytes }: ImportedVolume): Promise<number> {
    if (format === 'image') {
      const least = roundUpToUnit((await stat(file)).size);
      return checkedSize(name, sizeBytes ?? least, least);
    }
    const needs = await this.#parts.archives.measureTree(name, file);
    const least = leastVolumeBytes(needs);
    const { volumeBytes } = needs;
    // It held all that; an estimate does not know better.
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
