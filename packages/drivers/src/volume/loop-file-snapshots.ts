import { rename, rm } from 'node:fs/promises';
import type { FaultPoint, SnapshotRef, SnapshotSeen, VolumeFault } from '@capsule/core';
import { cloneFile, freeze, thaw } from '@capsule/host';
import { missingSnapshot, volumeDriverError } from './errors.ts';
import { sizeOf, statOf, syncPath, type VolumeFiles } from './volume-files.ts';

export interface LoopFileSnapshotsParts {
  readonly files: VolumeFiles;
  /** Returns where a volume is mounted now. */
  readonly mountOf: (volume: string) => Promise<string | undefined>;
  /** Locks an unused volume against use; undefined for one that is in use. Fails with `VOLUME_BUSY`. */
  readonly hold: (volume: string) => Promise<AsyncDisposable | undefined>;
  readonly faultPoint: FaultPoint<VolumeFault>;
}

const UNREAD = { size: 0, blocks: 0 };

/** Snapshots as clones of the files of volumes. */
export class LoopFileSnapshots {
  readonly #parts: LoopFileSnapshotsParts;

  constructor(parts: LoopFileSnapshotsParts) {
    this.#parts = parts;
  }

  async take(ref: SnapshotRef, signal?: AbortSignal): Promise<void> {
    const { files, mountOf, hold, faultPoint } = this.#parts;
    const [from, to] = [files.volume(ref.volume), files.snapshot(ref)];
    if ((await sizeOf(to)) !== undefined) return;
    if ((await sizeOf(from)) === undefined) throw volumeDriverError.MISSING({ name: ref.volume });
    const aside = files.aside(to);
    await rm(aside, { force: true });
    await using _held = await hold(ref.volume);
    const mountPoint = await mountOf(ref.volume);
    try {
      if (mountPoint !== undefined) await freeze(mountPoint, signal);
      faultPoint('snapshot:frozen');
      await cloneFile(from, aside, signal);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    } finally {
      if (mountPoint !== undefined) await thaw(mountPoint);
    }
    await syncPath(aside);
    faultPoint('snapshot:copied');
    await rename(aside, to);
    await syncPath(files.folder);
  }

  async list(): Promise<readonly SnapshotSeen[]> {
    const { files } = this.#parts;
    const seen = await Promise.all(
      (await files.snapshots()).map(async (ref) => {
        // A snapshot that cannot be read is listed too, so the others are still listed.
        const found = await statOf(files.snapshot(ref)).catch(() => UNREAD);
        // It may have been removed since it was listed.
        if (found === undefined) return [];
        return [{ ...ref, sizeBytes: found.size, usedBytes: found.blocks * 512 }];
      }),
    );
    return seen.flat();
  }

  async remove(ref: SnapshotRef): Promise<void> {
    const { files } = this.#parts;
    const file = files.snapshot(ref);
    await rm(file, { force: true });
    await rm(files.aside(file), { force: true });
    await files.prepare();
    await syncPath(files.folder);
  }

  /** Fails with `VOLUME_SNAPSHOT_MISSING`. */
  async copyTo(target: string, ref: SnapshotRef, signal?: AbortSignal): Promise<void> {
    await cloneFile(await this.find(ref), target, signal);
  }

  /** Returns its file. Fails with `VOLUME_SNAPSHOT_MISSING`. */
  async find(ref: SnapshotRef): Promise<string> {
    const file = this.#parts.files.snapshot(ref);
    if ((await sizeOf(file)) !== undefined) return file;
    throw missingSnapshot(ref);
  }
}
