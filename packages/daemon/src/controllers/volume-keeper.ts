import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  describeVolumeChange,
  type FieldChange,
  formatSize,
  formatSnapshotRef,
  isForPeople,
  manifestError,
  type Reach,
  roundUpToUnit,
  type SnapshotRef,
  snapshotNameAt,
  VOLUME_DEFAULT_BYTES,
  VOLUME_MIN_BYTES,
  type Volume,
  type VolumeArchives,
  type VolumeBackend,
  type VolumeFault,
  type VolumeRecord,
  type VolumeSeen,
  type VolumeSpec,
  validateVolume,
} from '@capsule/core';
import type { Database, Log } from '@capsule/engine';
import type { Snapshots } from '../store/snapshots.ts';
import type { Volumes } from '../store/volumes.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';
import { volumeError } from './volume-errors.ts';
import type { VolumeStory } from './volume-story.ts';

export interface VolumeKeeperParts {
  readonly db: Database;
  readonly volumes: Volumes;
  readonly backend: VolumeBackend;
  readonly archives: VolumeArchives;
  readonly snapshots: Snapshots;
  readonly snapshotKeeper: SnapshotKeeper;
  /** One thing at a time for each volume; shared with `SnapshotKeeper`. */
  readonly alone: <T>(volume: string, work: () => Promise<T>) => Promise<T>;
  readonly reach: Reach<VolumeFault>;
  /** Workloads that name it in what is wished of them. */
  readonly namedBy: (volume: string) => readonly string[];
  /** Told when somebody else may take the volume now. */
  readonly onRelease: (volume: string) => void;
  /** Told when another schedule of snapshots was wished. */
  readonly onSchedule: () => void;
  readonly story: VolumeStory;
  readonly log: Log;
  readonly now: () => number;
}

export interface AppliedVolume {
  readonly change: 'created' | 'configured' | 'unchanged';
  readonly fields: readonly FieldChange[];
}

/** What a volume is made of that comes from outside. */
export interface ImportedVolume {
  readonly name: string;
  readonly format: 'image' | 'tar';
  /** A file of the capsule. */
  readonly file: string;
  /** Undefined: as large as the image, or roomy for the archive. */
  readonly sizeBytes?: number;
}

/** A snapshot, or the volume as it is. */
export interface CloneSource {
  readonly volume: string;
  readonly snapshot?: string;
}

const STAGES = {
  creating: 'being made',
  importing: 'being imported',
  restoring: 'being restored',
  deleting: 'being deleted',
} as const;

/**
 * INVARIANTS: a row is written before the backend is asked for anything, and goes when nothing is left.
 * Work on one volume happens one after the other. A volume is attached only while its row names a
 * holder, and the row names one holder at the most.
 */
export class VolumeKeeper {
  readonly #parts: VolumeKeeperParts;
  constructor(parts: VolumeKeeperParts) {
    this.#parts = parts;
  }

  /** Finishes what was under way when capsuled went. What fails is told, and done when it is asked for. */
  async resume(): Promise<void> {
    const { volumes, backend, alone, log } = this.#parts;
    await backend.thaw();
    for (const { name, stage } of volumes.list()) {
      try {
        if (stage === 'creating') await alone(name, () => this.#make(name));
        if (stage === 'importing') await alone(name, () => this.#dropImport(name));
        if (stage === 'restoring') await alone(name, () => this.#refill(name));
        if (stage === 'deleting') await alone(name, () => this.#unmake(name));
      } catch (error) {
        log.warn('volume not as wished', { volume: name, error });
      }
    }
  }

  /**
   * Makes it, or makes it larger. When it answers, it can be attached, and survives a power cut. Fails
   * with `MANIFEST_SPEC_INVALID`, `VOLUME_SHRINKS`, `VOLUME_NOT_READY` and what the backend says; a volume
   * that could not be made leaves nothing.
   */
  async apply(spec: VolumeSpec, { dryRun = false } = {}): Promise<AppliedVolume> {
    checkSpec(spec);
    const stored = this.#parts.volumes.get(spec.name);
    if (stored !== undefined) checkGrowth(stored, spec);
    const fields = describeVolumeChange(stored, spec);
    if (dryRun) return { change: changeOf(stored, fields), fields };
    const change = await this.#apply(spec);
    if (fields.some(({ path }) => path.startsWith('snapshotSchedule'))) this.#parts.onSchedule();
    return { change, fields };
  }

  async #apply(spec: VolumeSpec): Promise<AppliedVolume['change']> {
    const { db, volumes, now, reach } = this.#parts;
    const before = db.transaction(() => {
      const found = volumes.get(spec.name);
      if (found === undefined) {
        volumes.insert({ ...spec, uid: randomUUID(), createdAt: now() });
      }
      return found;
    });
    if (before !== undefined && before.stage !== 'ready' && before.stage !== 'creating') {
      throw volumeError.NOT_READY({ name: spec.name, stage: STAGES[before.stage] });
    }
    if (before?.stage === 'ready') {
      volumes.setSchedule(spec.name, spec.snapshotSchedule);
      await this.resize(spec);
      return describeVolumeChange(before, spec).length === 0 ? 'unchanged' : 'configured';
    }
    reach('create:recorded');
    await this.#makeOrUndo(spec.name);
    return 'created';
  }

  /**
   * Makes a volume of what a snapshot holds, or of what the volume holds now when none is named. The same
   * `uid` again is a success. Fails with `VOLUME_EXISTS`, and as `create` and `SnapshotKeeper.take`.
   */
  async clone(
    from: CloneSource,
    to: { readonly name: string; readonly uid: string },
  ): Promise<void> {
    const { db, alone, volumes, snapshotKeeper, now, reach } = this.#parts;
    if (volumes.get(to.name)?.uid === to.uid) return;
    await alone(from.volume, async () => {
      const snapshot = from.snapshot ?? snapshotNameAt('clone', now());
      const source = { volume: from.volume, snapshot };
      const isOwn = from.snapshot === undefined;
      if (isOwn) await snapshotKeeper.takeAlone(source, 'clone');
      try {
        const { sizeBytes } = snapshotKeeper.ready(source);
        checkSpec({ name: to.name, sizeBytes });
        db.transaction(() => {
          const existing = volumes.get(to.name);
          if (existing !== undefined) {
            throw volumeError.EXISTS({ name: to.name, now: existing.sizeBytes });
          }
          volumes.insert({ ...to, sizeBytes, createdAt: now(), source });
        });
        reach('create:recorded');
        await this.#makeOrUndo(to.name);
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
    const { db, alone, volumes, snapshotKeeper, reach } = this.#parts;
    await alone(ref.volume, async () => {
      db.transaction(() => {
        this.checkDetached(ref.volume);
        snapshotKeeper.ready(ref);
        volumes.setRestoring(ref.volume, ref);
      });
      reach('restore:recorded');
      await this.#refill(ref.volume);
    });
  }

  /** Fails with `MANIFEST_SPEC_INVALID` and `VOLUME_EXISTS`. */
  checkFree(name: string): void {
    checkSpec({ name, sizeBytes: VOLUME_DEFAULT_BYTES });
    const existing = this.#parts.volumes.get(name);
    if (existing !== undefined) throw volumeError.EXISTS({ name, now: existing.sizeBytes });
  }

  /**
   * Makes a volume of an image of ext4, or of a tar archive. Fails with `VOLUME_EXISTS`,
   * `VOLUME_IMAGE_INVALID`, `VOLUME_DAMAGED`, `FILES_*` and what the backend says; then there is none.
   */
  async import({ name, format, file, sizeBytes: wished }: ImportedVolume): Promise<void> {
    const { db, alone, volumes, backend, archives, now, reach, story } = this.#parts;
    const { size } = await stat(file);
    const least = roundUpToUnit(format === 'image' ? size : size * 1.25 + VOLUME_MIN_BYTES);
    const usual = format === 'image' ? least : Math.max(least, VOLUME_DEFAULT_BYTES);
    const volume = { name, uid: randomUUID(), sizeBytes: Math.max(wished ?? usual, least) };
    checkSpec(volume);
    await alone(name, async () => {
      db.transaction(() => {
        this.checkFree(name);
        volumes.insert({ ...volume, createdAt: now() });
        volumes.setStage(name, 'importing');
        volumes.setFilling(name, 'done');
      });
      reach('import:recorded');
      try {
        await backend.create(volume, format === 'image' ? { image: file } : undefined);
        reach('import:made');
        if (format === 'tar') await archives.unpackTree(name, createReadStream(file));
      } catch (error) {
        await this.#dropImport(name);
        throw error;
      }
      volumes.setReady(name);
      story.tells(name, 'Imported', formatSize(volume.sizeBytes));
    });
  }

  /** Who began it begins it again: what came is kept elsewhere. */
  async #dropImport(name: string): Promise<void> {
    const { volumes, backend } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'importing') return;
    // Storage of another identity was there before.
    const found = (await backend.list()).find((seen) => seen.name === name);
    if (found === undefined || found.uid === record.uid) await backend.remove(name);
    volumes.remove(name);
  }

  /** Fails with `VOLUME_NOT_FOUND`, `VOLUME_NOT_READY` and `VOLUME_IN_USE`. */
  checkDetached(name: string): void {
    const { holder } = this.#ready(name);
    if (holder !== undefined) throw volumeError.IN_USE({ name, holder });
  }

  async #makeOrUndo(name: string): Promise<void> {
    const { alone } = this.#parts;
    try {
      await alone(name, () => this.#make(name));
    } catch (error) {
      await alone(name, () => this.#undo(name));
      throw error;
    }
  }

  /**
   * Makes a new one. Fails with `VOLUME_EXISTS` where there is one of another size, and as `apply`. The
   * same again is a success, so that a lost answer can be asked for anew.
   */
  async create(spec: VolumeSpec): Promise<void> {
    const stored = this.#parts.volumes.get(spec.name);
    if (stored !== undefined && stored.sizeBytes !== spec.sizeBytes) {
      throw volumeError.EXISTS({ name: spec.name, now: stored.sizeBytes });
    }
    await this.apply(spec);
  }

  holderOf(name: string): string | undefined {
    return this.#parts.volumes.get(name)?.holder;
  }

  /** Grows only. Fails with `VOLUME_NOT_FOUND`, `VOLUME_SHRINKS` and what the backend says. */
  async resize(spec: VolumeSpec): Promise<void> {
    checkSpec(spec);
    const { name, sizeBytes } = spec;
    await this.#parts.alone(name, async () => {
      const { db, volumes, backend, reach, story } = this.#parts;
      const before = db.transaction(() => {
        const record = this.#ready(name);
        checkGrowth(record, spec);
        volumes.setSize(name, sizeBytes);
        return record.sizeBytes;
      });
      reach('grow:recorded');
      await backend.grow(name, sizeBytes);
      reach('grow:grown');
      if (before < sizeBytes) story.tells(name, 'Grown', `to ${formatSize(sizeBytes)}`);
    });
  }

  /**
   * Removes volume and data. Answers whether there was one. With `force` also its snapshots, one that a
   * stopped workload names, and one that is orphaned. Fails with `VOLUME_IN_USE`, `VOLUME_NAMED`,
   * `VOLUME_HAS_SNAPSHOTS`, `VOLUME_ORPHANED`. Idempotent.
   */
  async delete(name: string, { force = false } = {}): Promise<boolean> {
    return this.#parts.alone(name, async () => {
      const { db, volumes, snapshots, namedBy, backend, reach } = this.#parts;
      const isThere = db.transaction(() => {
        const record = volumes.get(name);
        if (record === undefined) return false;
        const { holder } = record;
        if (holder !== undefined) throw volumeError.IN_USE({ name, holder });
        const [workload] = force ? [] : namedBy(name);
        if (workload !== undefined) throw volumeError.NAMED({ name, workload });
        const kept = snapshots.of(name).filter(isForPeople).length;
        if (kept > 0 && !force) throw volumeError.HAS_SNAPSHOTS({ name, kept });
        volumes.setStage(name, 'deleting');
        return true;
      });
      if (isThere) {
        reach('delete:recorded');
        await this.#unmake(name);
      }
      if (isThere || (await this.#stray(name)) === undefined) return isThere;
      if (!force) throw volumeError.ORPHANED({ name });
      await backend.remove(name);
      return true;
    });
  }

  /**
   * Keeps what an orphaned volume holds, under its name. Fails with `VOLUME_NOT_FOUND`, also
   * for storage without a filesystem. Idempotent.
   */
  async adopt(name: string): Promise<void> {
    await this.#parts.alone(name, async () => {
      const { db, volumes, now } = this.#parts;
      if (volumes.get(name) !== undefined) return;
      const stray = await this.#stray(name);
      if (stray?.uid === undefined) throw volumeError.NOT_FOUND({ name });
      const { uid, sizeBytes } = stray;
      db.transaction(() => {
        volumes.insert({ name, uid, sizeBytes, createdAt: now() });
        volumes.setFilling(name, 'done');
        volumes.setReady(name);
      });
    });
  }

  async list(signal?: AbortSignal): Promise<readonly Volume[]> {
    const seen = new Map((await this.#parts.backend.list(signal)).map((one) => [one.name, one]));
    const known = this.#parts.volumes.list().map((record) => describe(record, seen));
    const names = new Set(known.map(({ name }) => name));
    const strays = [...seen.values()].filter(({ name }) => !names.has(name)).map(describeStray);
    return [...known, ...strays].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #stray(name: string): Promise<VolumeSeen | undefined> {
    if (this.#parts.volumes.get(name) !== undefined) return undefined;
    return (await this.#parts.backend.list()).find((seen) => seen.name === name);
  }

  /** Fails with `VOLUME_NOT_FOUND`. */
  async get(name: string, signal?: AbortSignal): Promise<Volume> {
    const found = (await this.list(signal)).find((volume) => volume.name === name);
    if (found === undefined) throw volumeError.NOT_FOUND({ name });
    return found;
  }

  /**
   * Mounts a volume for a workload, and for no other one until `release`. Fails with `VOLUME_NOT_FOUND`,
   * `VOLUME_NOT_READY`, `VOLUME_IN_USE` and what the backend says. Idempotent.
   */
  async attach(name: string, workload: string, signal?: AbortSignal): Promise<void> {
    await this.#parts.alone(name, async () => {
      const { db, volumes, backend, reach } = this.#parts;
      const { sizeBytes } = db.transaction(() => {
        const record = this.#ready(name);
        const { holder = workload } = record;
        if (holder !== workload) throw volumeError.IN_USE({ name, holder });
        volumes.setHolder(name, workload);
        return record;
      });
      reach('attach:leased');
      // What could not grow under its last holder.
      if (!(await backend.attached()).has(name)) await backend.grow(name, sizeBytes, signal);
      await backend.attach(name, signal);
      reach('attach:mounted');
    });
  }

  /** Unmounts a volume that a workload holds. Everything is on the disk after it. Idempotent. */
  async release(name: string, workload: string, signal?: AbortSignal): Promise<void> {
    await this.#parts.alone(name, async () => {
      const { volumes, backend, onRelease, reach, story } = this.#parts;
      if (volumes.get(name)?.holder !== workload) return;
      await backend.detach(name, signal);
      reach('detach:unmounted');
      volumes.setHolder(name, undefined);
      reach('detach:released');
      onRelease(name);
      story.changed(name);
    });
  }

  #ready(name: string): VolumeRecord {
    const record = this.#parts.volumes.get(name);
    if (record === undefined) throw volumeError.NOT_FOUND({ name });
    if (record.stage === 'ready') return record;
    throw volumeError.NOT_READY({ name, stage: STAGES[record.stage] });
  }

  async #make(name: string): Promise<void> {
    const { volumes, backend, story } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'creating') return;
    await backend.create(record, record.source);
    volumes.setReady(name);
    const { source } = record;
    const of = source === undefined ? '' : ` of what ${source.volume} held`;
    story.tells(name, 'Created', `${formatSize(record.sizeBytes)}${of}`);
  }

  async #refill(name: string): Promise<void> {
    const { volumes, backend, story } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'restoring' || record.source === undefined) return;
    await backend.restore(record, record.source);
    volumes.setReady(name);
    story.tells(name, 'Restored', `from ${formatSnapshotRef(record.source)}`);
  }

  async #unmake(name: string): Promise<void> {
    const { volumes, snapshotKeeper, backend, reach, story } = this.#parts;
    if (volumes.get(name)?.stage !== 'deleting') return;
    await snapshotKeeper.dropAll(name);
    await backend.remove(name);
    reach('delete:removed');
    volumes.remove(name);
    story.tells(name, 'Deleted', 'with what it held');
  }

  /** A creation that failed; what stood in its place before is nobody's to remove. */
  async #undo(name: string): Promise<void> {
    const { db, volumes } = this.#parts;
    db.transaction(() => {
      if (volumes.get(name)?.stage === 'creating') volumes.remove(name);
    });
  }
}

function checkSpec(spec: VolumeSpec): void {
  const problems = validateVolume(spec);
  if (problems.length > 0) throw manifestError.SPEC_INVALID({ name: spec.name, problems });
}

function checkGrowth(
  { name, sizeBytes: now }: VolumeSpec,
  { sizeBytes: wished }: VolumeSpec,
): void {
  if (now > wished) throw volumeError.SHRINKS({ name, now, wished });
}

function changeOf(
  stored: VolumeRecord | undefined,
  fields: readonly FieldChange[],
): AppliedVolume['change'] {
  if (stored === undefined) return 'created';
  return fields.length > 0 ? 'configured' : 'unchanged';
}

function describe(record: VolumeRecord, seen: ReadonlyMap<string, VolumeSeen>): Volume {
  const { name, sizeBytes, createdAt, holder, stage, snapshotSchedule } = record;
  const found = seen.get(name);
  return {
    ...{ name, sizeBytes, createdAt, usedBytes: found?.usedBytes ?? 0 },
    state: stage === 'ready' && found === undefined ? 'lost' : stage,
    ...(holder === undefined ? {} : { holder }),
    ...(snapshotSchedule === undefined ? {} : { snapshotSchedule }),
    ...(found?.hostPath === undefined ? {} : { hostPath: found.hostPath }),
  };
}

function describeStray({ name, sizeBytes, usedBytes, hostPath }: VolumeSeen): Volume {
  const place = hostPath === undefined ? {} : { hostPath };
  return { name, sizeBytes, usedBytes, state: 'orphaned', ...place };
}
