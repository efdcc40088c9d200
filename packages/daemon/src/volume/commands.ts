import { randomUUID } from 'node:crypto';
import {
  type ApplyChange,
  applyChangeOf,
  describeVolumeChange,
  type FieldChange,
  formatSize,
  isForPeople,
  type Volume,
  type VolumeRecord,
  type VolumeSeen,
  type VolumeSpec,
  type VolumeUse,
} from '@capsule/core';
import type { Snapshots } from '../store/snapshots.ts';
import { checkVolumeGrowth, checkVolumeSpec } from './check-spec.ts';
import { describeStrayVolume, describeVolume } from './describe.ts';
import { volumeError } from './errors.ts';
import { STAGE_WORDS } from './stage-words.ts';
import type { VolumeSteps, VolumeStepsParts } from './steps.ts';

export interface VolumeKeeperParts extends VolumeStepsParts {
  readonly steps: VolumeSteps;
  readonly snapshots: Snapshots;
  /** Workloads that name it in what is wished of them. */
  readonly namedBy: (volume: string) => readonly string[];
  /** Told when somebody else may take the volume now. */
  readonly onRelease: (volume: string) => void;
  /** Told when another schedule of snapshots was wished. */
  readonly onSchedule: () => void;
  readonly now: () => number;
}

export interface AppliedVolume {
  readonly change: ApplyChange;
  readonly fields: readonly FieldChange[];
}

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

  /**
   * Makes it, or makes it larger. When it answers, it can be attached, and survives a power cut. Fails as
   * `examine` and `rehearse`, and with what the backend says; a volume that could not be made leaves nothing.
   */
  async apply(spec: VolumeSpec, { dryRun = false } = {}): Promise<AppliedVolume> {
    await this.examine(spec);
    const rehearsed = this.#parts.db.rehearse(() => this.rehearse(spec));
    if (dryRun) return rehearsed;
    const change = await this.#apply(spec);
    const { fields } = rehearsed;
    if (fields.some(({ path }) => path.startsWith('snapshotSchedule'))) this.#parts.onSchedule();
    return { change, fields };
  }

  /**
   * Looks whether the disk may take it. Fails with `MANIFEST_SPEC_INVALID`, `VOLUME_POOL_LOW`, and
   * `VOLUME_ORPHANED` where storage has its name that no volume refers to.
   */
  async examine(spec: VolumeSpec): Promise<void> {
    checkVolumeSpec(spec);
    const stored = this.#parts.volumes.get(spec.name);
    if (stored !== undefined && stored.sizeBytes >= spec.sizeBytes) return;
    await this.#parts.checkRoom();
    if ((await this.#stray(spec.name)) !== undefined) {
      throw volumeError.ORPHANED({ name: spec.name });
    }
  }

  /**
   * What an apply would do. For a caller who undoes it: it writes the row of a new one, so that whatever is
   * judged with it finds the volume. Fails with `VOLUME_SHRINKS` and `VOLUME_NOT_READY`.
   */
  rehearse(spec: VolumeSpec): AppliedVolume {
    const { volumes, now } = this.#parts;
    const stored = volumes.get(spec.name);
    if (stored === undefined) {
      volumes.insert({ ...spec, uid: randomUUID(), createdAt: now() });
    } else {
      checkVolumeGrowth(stored, spec);
      this.#checkStage(stored);
    }
    const fields = describeVolumeChange(stored, spec);
    return { change: applyChangeOf(stored, fields), fields };
  }

  async #apply(spec: VolumeSpec): Promise<ApplyChange> {
    const { db, volumes, now, reach } = this.#parts;
    const before = db.transaction(() => {
      const found = volumes.get(spec.name);
      if (found === undefined) {
        volumes.insert({ ...spec, uid: randomUUID(), createdAt: now() });
      }
      return found;
    });
    if (before !== undefined) this.#checkStage(before);
    if (before?.stage !== 'ready') {
      reach('create:recorded');
      await this.#parts.alone(spec.name, () => this.#parts.steps.makeOrUndo(spec.name));
      if (before === undefined) return 'created';
    }
    // Another call has made it, or its row: as it was asked for there.
    volumes.setSchedule(spec.name, spec.snapshotSchedule);
    await this.resize(spec);
    return applyChangeOf(before, describeVolumeChange(before, spec));
  }

  #checkStage({ name, stage }: VolumeRecord): void {
    if (stage === 'ready' || stage === 'creating') return;
    throw volumeError.NOT_READY({ name, stage: STAGE_WORDS[stage] });
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
    checkVolumeSpec(spec);
    const { name, sizeBytes } = spec;
    const isLarger = sizeBytes > (this.#parts.volumes.get(name)?.sizeBytes ?? sizeBytes);
    if (isLarger) await this.#parts.checkRoom();
    await this.#parts.alone(name, async () => {
      const { db, volumes, backend, reach, story } = this.#parts;
      const before = db.transaction(() => {
        const record = this.#parts.steps.ready(name);
        checkVolumeGrowth(record, spec);
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
        await this.#parts.steps.unmake(name);
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
    const known = this.#parts.volumes.list().map((record) => describeVolume(record, seen));
    const names = new Set(known.map(({ name }) => name));
    const strays = [...seen.values()]
      .filter(({ name }) => !names.has(name))
      .map(describeStrayVolume);
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
   * Mounts a volume for a workload, or opens it for its microVM, and for no other one until `release`. Fails with `VOLUME_NOT_FOUND`,
   * `VOLUME_NOT_READY`, `VOLUME_IN_USE` and what the backend says. Idempotent.
   */
  async attach(
    name: string,
    { workload, use }: { readonly workload: string; readonly use: VolumeUse },
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#parts.alone(name, async () => {
      const { db, volumes, backend, reach } = this.#parts;
      const { sizeBytes } = db.transaction(() => {
        const record = this.#parts.steps.ready(name);
        const { holder = workload } = record;
        if (holder !== workload) throw volumeError.IN_USE({ name, holder });
        volumes.setHolder(name, workload);
        return record;
      });
      reach('attach:leased');
      // What could not grow under its last holder.
      const present = (await backend.attached()).get(name);
      // What it ran as before is gone: the kind of the workload has changed.
      if (present !== undefined && present !== use) await backend.detach(name, signal);
      if (present !== use) await backend.grow(name, sizeBytes, signal);
      await (use === 'lent' ? backend.lend(name, signal) : backend.attach(name, signal));
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
}
