import { randomUUID } from 'node:crypto';
import {
  describeVolumeChange,
  type FieldChange,
  keyedLock,
  manifestError,
  type Volume,
  type VolumeBackend,
  type VolumeRecord,
  type VolumeSeen,
  type VolumeSpec,
  validateVolume,
} from '@capsule/core';
import type { Database, Log } from '@capsule/engine';
import type { Volumes } from '../store/volumes.ts';
import { volumeError } from './volume-errors.ts';

export interface VolumeKeeperParts {
  readonly db: Database;
  readonly volumes: Volumes;
  readonly backend: VolumeBackend;
  /** Workloads that name it in what is wished of them. */
  readonly namedBy: (volume: string) => readonly string[];
  /** Told when somebody else may take the volume now. */
  readonly onRelease: (volume: string) => void;
  readonly log: Log;
  readonly now: () => number;
}

export interface AppliedVolume {
  readonly change: 'created' | 'configured' | 'unchanged';
  readonly fields: readonly FieldChange[];
}

/**
 * INVARIANTS: a row is written before the backend is asked for anything, and goes when nothing is left.
 * Work on one volume happens one after the other. A volume is attached only while its row names a
 * holder, and the row names one holder at the most.
 */
export class VolumeKeeper {
  readonly #parts: VolumeKeeperParts;
  readonly #alone = keyedLock();

  constructor(parts: VolumeKeeperParts) {
    this.#parts = parts;
  }

  /** Finishes what was under way when capsuled went. What fails is told, and done when it is asked for. */
  async resume(): Promise<void> {
    for (const { name, stage } of this.#parts.volumes.list()) {
      try {
        if (stage === 'creating') await this.#alone(name, () => this.#make(name));
        if (stage === 'deleting') await this.#alone(name, () => this.#unmake(name));
      } catch (error) {
        this.#parts.log.warn('volume not as wished', { volume: name, error });
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
    return { change: await this.#apply(spec), fields };
  }

  async #apply(spec: VolumeSpec): Promise<AppliedVolume['change']> {
    const { db, volumes, now } = this.#parts;
    const before = db.transaction(() => {
      const found = volumes.get(spec.name);
      if (found === undefined) {
        volumes.insert({ ...spec, uid: randomUUID(), createdAt: now() });
      }
      return found;
    });
    if (before?.stage === 'deleting') {
      throw volumeError.NOT_READY({ name: spec.name, stage: 'being deleted' });
    }
    if (before !== undefined && before.stage === 'ready') {
      await this.resize(spec);
      return before.sizeBytes === spec.sizeBytes ? 'unchanged' : 'configured';
    }
    try {
      await this.#alone(spec.name, () => this.#make(spec.name));
    } catch (error) {
      await this.#alone(spec.name, () => this.#undo(spec.name));
      throw error;
    }
    return 'created';
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
    await this.#alone(name, async () => {
      const { db, volumes, backend } = this.#parts;
      db.transaction(() => {
        checkGrowth(this.#ready(name), spec);
        volumes.setSize(name, sizeBytes);
      });
      await backend.grow(name, sizeBytes);
    });
  }

  /**
   * Removes volume and data. Answers whether there was one. With `force` also one that a stopped
   * workload names, and one that is orphaned. Fails with `VOLUME_IN_USE`, `VOLUME_NAMED`,
   * `VOLUME_ORPHANED`. Idempotent.
   */
  async delete(name: string, { force = false } = {}): Promise<boolean> {
    return this.#alone(name, async () => {
      const { db, volumes, namedBy, backend } = this.#parts;
      const isThere = db.transaction(() => {
        const record = volumes.get(name);
        if (record === undefined) return false;
        const { holder } = record;
        if (holder !== undefined) throw volumeError.IN_USE({ name, holder });
        const [workload] = force ? [] : namedBy(name);
        if (workload !== undefined) throw volumeError.NAMED({ name, workload });
        volumes.setStage(name, 'deleting');
        return true;
      });
      if (isThere) await this.#unmake(name);
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
    await this.#alone(name, async () => {
      const { db, volumes, now } = this.#parts;
      if (volumes.get(name) !== undefined) return;
      const stray = await this.#stray(name);
      if (stray?.uid === undefined) throw volumeError.NOT_FOUND({ name });
      const { uid, sizeBytes } = stray;
      db.transaction(() => {
        volumes.insert({ name, uid, sizeBytes, createdAt: now() });
        volumes.setFilling(name, 'done');
        volumes.setStage(name, 'ready');
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
    await this.#alone(name, async () => {
      const { db, volumes, backend } = this.#parts;
      const { sizeBytes } = db.transaction(() => {
        const record = this.#ready(name);
        const { holder = workload } = record;
        if (holder !== workload) throw volumeError.IN_USE({ name, holder });
        volumes.setHolder(name, workload);
        return record;
      });
      // What could not grow under its last holder.
      if (!(await backend.attached()).has(name)) await backend.grow(name, sizeBytes, signal);
      await backend.attach(name, signal);
    });
  }

  /** Unmounts a volume that a workload holds. Everything is on the disk after it. Idempotent. */
  async release(name: string, workload: string, signal?: AbortSignal): Promise<void> {
    await this.#alone(name, async () => {
      const { volumes, backend, onRelease } = this.#parts;
      if (volumes.get(name)?.holder !== workload) return;
      await backend.detach(name, signal);
      volumes.setHolder(name, undefined);
      onRelease(name);
    });
  }

  #ready(name: string): VolumeRecord {
    const record = this.#parts.volumes.get(name);
    if (record === undefined) throw volumeError.NOT_FOUND({ name });
    if (record.stage === 'ready') return record;
    const stage = record.stage === 'creating' ? 'being made' : 'being deleted';
    throw volumeError.NOT_READY({ name, stage });
  }

  async #make(name: string): Promise<void> {
    const { volumes, backend } = this.#parts;
    const record = volumes.get(name);
    if (record?.stage !== 'creating') return;
    await backend.create(record);
    volumes.setStage(name, 'ready');
  }

  async #unmake(name: string): Promise<void> {
    const { volumes, backend } = this.#parts;
    if (volumes.get(name)?.stage !== 'deleting') return;
    await backend.remove(name);
    volumes.remove(name);
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
  const { name, sizeBytes, createdAt, holder, stage } = record;
  const found = seen.get(name);
  return {
    ...{ name, sizeBytes, createdAt, usedBytes: found?.usedBytes ?? 0 },
    state: stage === 'ready' && found === undefined ? 'lost' : stage,
    ...(holder === undefined ? {} : { holder }),
    ...(found?.hostPath === undefined ? {} : { hostPath: found.hostPath }),
  };
}

function describeStray({ name, sizeBytes, usedBytes, hostPath }: VolumeSeen): Volume {
  const place = hostPath === undefined ? {} : { hostPath };
  return { name, sizeBytes, usedBytes, state: 'orphaned', ...place };
}
