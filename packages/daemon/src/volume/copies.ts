import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type FilesWarn,
  formatSize,
  leastVolumeBytes,
  lockAll,
  roundUpToUnit,
  type SnapshotRef,
  VOLUME_DEFAULT_BYTES,
  type VolumeArchives,
} from '@capsule/core';
import type { ImportReceipt } from '../store/volumes.ts';
import { checkVolumeSpec } from './check-spec.ts';
import type { VolumeSteps, VolumeStepsParts } from './steps.ts';
import { importError } from './transfer-errors.ts';

export interface VolumeCopiesParts extends VolumeStepsParts {
  readonly steps: VolumeSteps;
  readonly archives: VolumeArchives;
  readonly now: () => number;
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

/** A snapshot, or the volume as it is. */
export interface CloneSource {
  readonly volume: string;
  readonly snapshot?: string;
}

/** Volumes that begin with what there is already: a snapshot, another volume, a file. */
export class VolumeCopies {
  readonly #parts: VolumeCopiesParts;

  constructor(parts: VolumeCopiesParts) {
    this.#parts = parts;
  }

  /**
   * Makes a volume of what a snapshot holds, or of what the volume holds now when none is named. The same
   * `uid` again is a success. Fails with `VOLUME_EXISTS`, and as `create` and `SnapshotKeeper.take`.
   */
  async clone(
    from: CloneSource,
    to: { readonly name: string; readonly uid: string },
  ): Promise<void> {
    const { db, alone, volumes, snapshotKeeper, steps, now, reach } = this.#parts;
    if (volumes.get(to.name)?.uid === to.uid) return;
    await this.#parts.checkRoom();
    // A snapshot that was adopted without its volume may be made into one of the same name.
    await lockAll(alone, [from.volume, to.name], async () => {
      const isOwn = from.snapshot === undefined;
      const snapshot =
        from.snapshot ?? (await snapshotKeeper.takeNextAlone(from.volume, 'clone', 'clone'));
      const source = { volume: from.volume, snapshot };
      try {
        const { sizeBytes, filling } = snapshotKeeper.ready(source);
        checkVolumeSpec({ name: to.name, sizeBytes });
        db.transaction(() => {
          steps.checkFree(to.name);
          volumes.insert({ ...to, sizeBytes, createdAt: now(), source });
          // What was half filled is that in the copy, too.
          volumes.setFilling(to.name, filling);
        });
        reach('create:recorded');
        await steps.makeOrUndo(to.name);
      } finally {
        if (isOwn) await snapshotKeeper.dropAlone(source);
      }
    });
  }

  /**
   * Puts back what a snapshot of the volume holds; what it holds now is lost. Fails with
   * `SNAPSHOT_NOT_FOUND`, `VOLUME_IN_USE` and what the backend says. Idempotent.
   */
  async restore(ref: SnapshotRef): Promise<void> {
    const { db, alone, volumes, snapshotKeeper, steps, reach } = this.#parts;
    await alone(ref.volume, async () => {
      db.transaction(() => {
        steps.checkDetached(ref.volume);
        volumes.setRestoring(ref.volume, snapshotKeeper.ready(ref));
      });
      reach('restore:recorded');
      await steps.refill(ref.volume);
    });
  }

  /**
   * Makes a volume of an image of ext4, or of a tar archive. Fails with `VOLUME_EXISTS`,
   * `IMPORT_TOO_SMALL`, `VOLUME_IMAGE_INVALID`, `VOLUME_DAMAGED`, `FILES_*` and what the backend says;
   * then there is none.
   */
  async import(from: ImportedVolume): Promise<void> {
    const { name, format, file, warn } = from;
    const { db, alone, volumes, backend, archives, steps, now, reach, story } = this.#parts;
    await this.#parts.checkRoom();
    const volume = { name, uid: randomUUID(), sizeBytes: await this.#sizeOf(from) };
    checkVolumeSpec(volume);
    await alone(name, async () => {
      db.transaction(() => {
        steps.checkFree(name);
        volumes.insert({ ...volume, createdAt: now() });
        volumes.setStage(name, 'importing');
        volumes.setFilling(name, 'done');
      });
      reach('import:recorded');
      try {
        await backend.create(volume, format === 'image' ? { image: file } : undefined);
        reach('import:made');
        if (format === 'tar') {
          await archives.unpackTree(name, createReadStream(file), warn ? { warn } : {});
        }
      } catch (error) {
        await steps.dropImport(name);
        throw error;
      }
      volumes.setImported(name, from.receipt());
      story.tells(name, 'Imported', formatSize(volume.sizeBytes));
    });
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
