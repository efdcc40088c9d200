import {
  formatSize,
  formatSnapshotRef,
  type Reach,
  VOLUME_DEFAULT_BYTES,
  type VolumeBackend,
  type VolumeFault,
  type VolumeRecord,
} from '@capsule/core';
import type { Database, Log } from '@capsule/engine';
import type { SnapshotKeeper } from '../snapshot/commands.ts';
import type { Volumes } from '../store/volumes.ts';
import { checkVolumeSpec } from './check-spec.ts';
import { volumeError } from './errors.ts';
import { STAGE_WORDS } from './stage-words.ts';
import type { VolumeStory } from './story.ts';

export interface VolumeStepsParts {
  readonly db: Database;
  readonly volumes: Volumes;
  readonly backend: VolumeBackend;
  readonly snapshotKeeper: SnapshotKeeper;
  /** One thing at a time for each volume; shared with `SnapshotKeeper`. */
  readonly alone: <T>(volume: string, work: () => Promise<T>) => Promise<T>;
  readonly reach: Reach<VolumeFault>;
  /** Fails with `VOLUME_POOL_LOW` when nothing new may be promised. */
  readonly checkRoom: () => Promise<void>;
  readonly story: VolumeStory;
  readonly log: Log;
}

/** What brings a volume from one stage to the next, for who works alone on it; each is idempotent. */
export class VolumeSteps {
  readonly #parts: VolumeStepsParts;

  constructor(parts: VolumeStepsParts) {
    this.#parts = parts;
  }

  /** Finishes what was under way when capsuled went. What fails is told, and done when it is asked for. */
  async resume(): Promise<void> {
    const { volumes, backend, alone, log } = this.#parts;
    await backend.thaw();
    for (const { name, stage } of volumes.list()) {
      try {
        if (stage === 'creating') await alone(name, () => this.make(name));
        if (stage === 'importing') await alone(name, () => this.dropImport(name));
        if (stage === 'restoring') await alone(name, () => this.refill(name));
        if (stage === 'deleting') await alone(name, () => this.unmake(name));
      } catch (error) {
        log.warn('volume not as wished', { volume: name, error });
      }
    }
  }

  /** Fails with `MANIFEST_SPEC_INVALID` and `VOLUME_EXISTS`. */
  checkFree(name: string): void {
    checkVolumeSpec({ name, sizeBytes: VOLUME_DEFAULT_BYTES });
    const existing = this.#parts.volumes.get(name);
    if (existing !== undefined) throw volumeError.EXISTS({ name, now: existing.sizeBytes });
  }

  /** Fails with `VOLUME_NOT_FOUND` and `VOLUME_NOT_READY`. */
  ready(name: string): VolumeRecord {
    const record = this.#parts.volumes.get(name);
    if (record === undefined) throw volumeError.NOT_FOUND({ name });
    if (record.stage === 'ready') return record;
    throw volumeError.NOT_READY({ name, stage: STAGE_WORDS[record.stage] });
  }

  /** Fails with `VOLUME_NOT_FOUND`, `VOLUME_NOT_READY` and `VOLUME_IN_USE`. */
  checkDetached(name: string): void {
    const { holder } = this.ready(name);
    if (holder !== undefined) throw volumeError.IN_USE({ name, holder });
  }

  /** One that could not be undone is finished by the next call for it, or when capsuled starts. */
  async makeOrUndo(name: string): Promise<void> {
    try {
      await this.make(name);
    } catch (error) {
      // While the caller still works alone on it: who makes it again would lose it to this.
      await this.undo(name).catch((failure) =>
        this.#parts.log.warn('volume not undone', { volume: name, error: failure }),
      );
      throw error;
    }
  }

  async make(name: string): Promise<void> {
    const { volumes, backend, story } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'creating') return;
    await backend.create(record, record.source);
    volumes.setReady(name);
    const { source } = record;
    const of = source === undefined ? '' : ` of what ${source.volume} held`;
    story.tells(name, 'Created', `${formatSize(record.sizeBytes)}${of}`);
  }

  async refill(name: string): Promise<void> {
    const { volumes, backend, story } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'restoring' || record.source === undefined) return;
    await backend.restore(record, record.source);
    volumes.setReady(name);
    story.tells(name, 'Restored', `from ${formatSnapshotRef(record.source)}`);
  }

  async unmake(name: string): Promise<void> {
    const { volumes, snapshotKeeper, backend, reach, story } = this.#parts;
    if (volumes.get(name)?.stage !== 'deleting') return;
    await snapshotKeeper.dropAll(name);
    await backend.remove(name);
    reach('delete:removed');
    volumes.remove(name);
    story.tells(name, 'Deleted', 'with what it held');
  }

  /**
   * A creation that failed, perhaps after its storage was made: the disk of the store was full. What stood in its place
   * before, under another identity, is nobody's to remove.
   */
  async undo(name: string): Promise<void> {
    const { volumes, backend } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'creating') return;
    const found = (await backend.list()).find((seen) => seen.name === name);
    if (found?.uid === record.uid) await backend.remove(name);
    volumes.remove(name);
  }

  /** Who began it begins it again: what came is kept elsewhere. */
  async dropImport(name: string): Promise<void> {
    const { volumes, backend } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'importing') return;
    // Storage of another identity was there before.
    const found = (await backend.list()).find((seen) => seen.name === name);
    if (found === undefined || found.uid === record.uid) await backend.remove(name);
    volumes.remove(name);
  }
}
