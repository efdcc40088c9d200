import {
  formatSnapshotRef,
  isForPeople,
  isName,
  type Reach,
  refOfWorkload,
  type Snapshot,
  type SnapshotOrigin,
  type SnapshotRecord,
  type SnapshotRef,
  type SnapshotSeen,
  snapshotNameAt,
  type VolumeBackend,
  type VolumeBorrowers,
  type VolumeFault,
} from '@capsule/core';
import type { Database, Log } from '@capsule/engine';
import type { Snapshots } from '../store/snapshots.ts';
import type { Volumes } from '../store/volumes.ts';
import { volumeError } from '../volume/errors.ts';
import { STAGE_WORDS } from '../volume/stage-words.ts';
import type { VolumeStory } from '../volume/story.ts';
import { snapshotError } from './errors.ts';

/** An export that was cut off may go on within a day. */
const EXPORT_KEPT_MS = 24 * 3600_000;

export interface SnapshotKeeperParts {
  readonly db: Database;
  readonly volumes: Volumes;
  readonly snapshots: Snapshots;
  readonly backend: VolumeBackend;
  readonly borrowers: VolumeBorrowers;
  /** One thing at a time for each volume; shared with `VolumeKeeper`. */
  readonly alone: <T>(volume: string, work: () => Promise<T>) => Promise<T>;
  readonly reach: Reach<VolumeFault>;
  /** Fails with `VOLUME_POOL_LOW` when nothing new may be promised. */
  readonly checkRoom: () => Promise<void>;
  readonly story: VolumeStory;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * INVARIANTS: a row is written before the backend is asked for anything, and goes when nothing is left.
 * A snapshot that is being read is not removed: whoever reads works alone on its volume.
 */
export class SnapshotKeeper {
  readonly #parts: SnapshotKeeperParts;

  constructor(parts: SnapshotKeeperParts) {
    this.#parts = parts;
  }

  /**
   * Undoes what was half taken when capsuled went, finishes what was half removed, and removes what served
   * an export that nobody has gone on with. What fails is told, and tried by the next call.
   */
  async tidy(): Promise<void> {
    const { snapshots, alone, log } = this.#parts;
    for (const ref of snapshots.list().filter((one) => this.#isLeft(one))) {
      try {
        await alone(ref.volume, async () => {
          // What was under way a moment ago is over now that this works alone.
          const record = snapshots.get(ref);
          if (record !== undefined && this.#isLeft(record)) await this.#drop(record);
        });
      } catch (error) {
        log.warn('snapshot not as wished', { snapshot: formatSnapshotRef(ref), error });
      }
    }
  }

  #isLeft({ stage, origin, createdAt }: SnapshotRecord): boolean {
    if (stage !== 'ready' || origin === 'clone') return true;
    return origin === 'export' && this.#parts.now() - createdAt > EXPORT_KEPT_MS;
  }

  /**
   * Keeps what the volume holds now. Fails with `SNAPSHOT_NAME_INVALID`, `SNAPSHOT_EXISTS`,
   * `VOLUME_NOT_FOUND`, `VOLUME_NOT_READY` and what the backend says; then there is none.
   */
  async take(ref: SnapshotRef, origin: SnapshotOrigin = 'asked'): Promise<void> {
    const { alone } = this.#parts;
    if (!isName(ref.snapshot))
      throw snapshotError.NAME_INVALID({ name: ref.snapshot.slice(0, 80) });
    await this.#parts.checkRoom();
    await alone(ref.volume, () => this.takeAlone(ref, origin));
  }

  /**
   * The same under a name made of `prefix` and the time, which it returns; counted up where that is taken, by one
   * of the same second or from before the clock was set back.
   */
  async takeNext(volume: string, prefix: string, origin: SnapshotOrigin): Promise<string> {
    await this.#parts.checkRoom();
    return this.#parts.alone(volume, () => this.takeNextAlone(volume, prefix, origin));
  }

  /** The caller holds the volume's lock. */
  async takeNextAlone(volume: string, prefix: string, origin: SnapshotOrigin): Promise<string> {
    const { snapshots, backend, now } = this.#parts;
    const stored = snapshots.of(volume);
    const seen = (await backend.listSnapshots()).filter((one) => one.volume === volume);
    const taken = new Set([...stored, ...seen].map(({ snapshot }) => snapshot));
    const base = snapshotNameAt(prefix, now());
    let snapshot = base;
    for (let count = 2; taken.has(snapshot); count += 1) snapshot = `${base}-${count}`;
    await this.takeAlone({ volume, snapshot }, origin);
    return snapshot;
  }

  /** For who works alone on the volume already. */
  async takeAlone(ref: SnapshotRef, origin: SnapshotOrigin): Promise<void> {
    const { db, volumes, snapshots, backend, reach, story, log, now } = this.#parts;
    const name = formatSnapshotRef(ref);
    db.transaction(() => {
      const volume = volumes.get(ref.volume);
      if (volume === undefined) throw volumeError.NOT_FOUND({ name: ref.volume });
      if (volume.stage !== 'ready') {
        throw volumeError.NOT_READY({ name: ref.volume, stage: STAGE_WORDS[volume.stage] });
      }
      if (snapshots.get(ref) !== undefined) throw snapshotError.EXISTS({ name });
      const { sizeBytes, filling } = volume;
      snapshots.insert({ ...ref, origin, sizeBytes, filling, createdAt: now() });
    });
    try {
      if (await this.#stray(ref)) throw snapshotError.ORPHANED({ name });
    } catch (error) {
      snapshots.remove(ref);
      throw error;
    }
    reach('snapshot:recorded');
    try {
      await this.#whileStill(ref.volume, () => backend.snapshot(ref));
    } catch (error) {
      await this.#drop(ref).catch((failure) => log.warn('snapshot left', { name, error: failure }));
      throw error;
    }
    reach('snapshot:named');
    snapshots.setStage(ref, 'ready');
    if (isForPeople({ origin })) story.tells(ref.volume, 'Snapshot', ref.snapshot);
  }

  /**
   * Answers whether there was one. With `force` also one that is orphaned. Fails with
   * `SNAPSHOT_ORPHANED`. Idempotent.
   */
  async delete(ref: SnapshotRef, { force = false } = {}): Promise<boolean> {
    const { alone, snapshots, backend } = this.#parts;
    return alone(ref.volume, async () => {
      const record = snapshots.get(ref);
      if (record !== undefined) {
        await this.#drop(record);
        return true;
      }
      if (!(await this.#stray(ref))) return false;
      if (!force) throw snapshotError.ORPHANED({ name: formatSnapshotRef(ref) });
      await backend.removeSnapshot(ref);
      return true;
    });
  }

  /** For who works alone on the volume already. Idempotent. */
  async dropAlone(ref: SnapshotRef): Promise<void> {
    if (this.#parts.snapshots.get(ref) !== undefined) await this.#drop(ref);
  }

  /** For who works alone on the volume already. */
  async dropAll(volume: string): Promise<void> {
    for (const record of this.#parts.snapshots.of(volume)) await this.#drop(record);
  }

  /** Keeps an orphaned one. Fails with `SNAPSHOT_NOT_FOUND`. Idempotent. */
  async adopt(ref: SnapshotRef): Promise<void> {
    const { alone, db, snapshots, now } = this.#parts;
    await alone(ref.volume, async () => {
      if (snapshots.get(ref) !== undefined) return;
      const seen = await this.#stray(ref);
      if (seen === undefined) throw snapshotError.NOT_FOUND({ name: formatSnapshotRef(ref) });
      db.transaction(() => {
        const { sizeBytes } = seen;
        const facts = { origin: 'asked', filling: 'done', createdAt: now() } as const;
        snapshots.insert({ ...ref, ...facts, sizeBytes });
        snapshots.setStage(ref, 'ready');
      });
    });
  }

  /** Fails with `SNAPSHOT_NOT_FOUND` and `SNAPSHOT_NOT_READY`. */
  ready(ref: SnapshotRef): SnapshotRecord {
    const record = this.#parts.snapshots.get(ref);
    const name = formatSnapshotRef(ref);
    if (record === undefined) throw snapshotError.NOT_FOUND({ name });
    if (record.stage === 'ready') return record;
    const stage = record.stage === 'creating' ? 'being taken' : 'being deleted';
    throw snapshotError.NOT_READY({ name, stage });
  }

  /** Of one volume, or of all; oldest first within each. */
  async list(volume?: string, signal?: AbortSignal): Promise<readonly Snapshot[]> {
    const { snapshots, backend } = this.#parts;
    const seen = new Map(
      (await backend.listSnapshots(signal)).map((one) => [formatSnapshotRef(one), one]),
    );
    const records = volume === undefined ? snapshots.list() : snapshots.of(volume);
    const known = new Set(snapshots.list().map(formatSnapshotRef));
    const strays = [...seen.values()].filter(
      (one) =>
        !known.has(formatSnapshotRef(one)) && (volume === undefined || one.volume === volume),
    );
    const shown = records.filter(isForPeople);
    return [...shown.map((record) => describe(record, seen)), ...strays.map(describeStray)];
  }

  /** The backend holds back those who write through it; one to whom the volume is lent has to be asked. */
  async #whileStill(volume: string, work: () => Promise<void>): Promise<void> {
    const { volumes, backend, borrowers } = this.#parts;
    const holder = volumes.get(volume)?.holder;
    const isLent = (await backend.attached()).get(volume) === 'lent';
    if (holder === undefined || !isLent) return work();
    await borrowers.whileStill(refOfWorkload(holder), volume, work);
  }

  /** Storage without a row. */
  async #stray(ref: SnapshotRef): Promise<SnapshotSeen | undefined> {
    const name = formatSnapshotRef(ref);
    return (await this.#parts.backend.listSnapshots()).find(
      (one) => formatSnapshotRef(one) === name,
    );
  }

  async #drop(ref: SnapshotRef): Promise<void> {
    const { snapshots, backend } = this.#parts;
    snapshots.setStage(ref, 'deleting');
    await backend.removeSnapshot(ref);
    snapshots.remove(ref);
  }
}

function describe(record: SnapshotRecord, seen: ReadonlyMap<string, SnapshotSeen>): Snapshot {
  const { stage, filling: _, ...rest } = record;
  const found = seen.get(formatSnapshotRef(record));
  return {
    ...rest,
    state: stage === 'ready' && found === undefined ? 'lost' : stage,
    usedBytes: found?.usedBytes ?? 0,
  };
}

function describeStray({ volume, snapshot, sizeBytes, usedBytes }: SnapshotSeen): Snapshot {
  const base = { volume, snapshot, sizeBytes, usedBytes };
  return { ...base, origin: 'asked', state: 'orphaned', createdAt: 0 };
}
