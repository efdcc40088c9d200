import {
  formatSnapshotRef,
  isForPeople,
  type Snapshot,
  type SnapshotRecord,
  type SnapshotRef,
  type SnapshotSeen,
  type VolumeBackend,
} from '@capsule/core';
import { snapshotError } from './errors.ts';
import type { SnapshotRecords } from './records.ts';

export interface SnapshotObserverParts {
  readonly records: Pick<SnapshotRecords, 'get' | 'list' | 'of'>;
  readonly backend: Pick<VolumeBackend, 'listSnapshots'>;
}

/** Reads snapshots: their records, merged with the storage that the backend finds. */
export class SnapshotObserver {
  readonly #parts: SnapshotObserverParts;

  constructor(parts: SnapshotObserverParts) {
    this.#parts = parts;
  }

  /** Returns the snapshots of one volume or of all, oldest first for each volume. */
  async list(volume?: string, signal?: AbortSignal): Promise<readonly Snapshot[]> {
    const { records, backend } = this.#parts;
    const seen = new Map(
      (await backend.listSnapshots(signal)).map((one) => [formatSnapshotRef(one), one]),
    );
    const stored = volume === undefined ? records.list() : records.of(volume);
    const known = new Set(stored.map(formatSnapshotRef));
    const strays = [...seen.values()].filter(
      (one) =>
        !known.has(formatSnapshotRef(one)) && (volume === undefined || one.volume === volume),
    );
    const shown = stored.filter(isForPeople);
    return [...shown.map((record) => describe(record, seen)), ...strays.map(describeStray)];
  }

  /** Fails with `SNAPSHOT_NOT_FOUND`. */
  async get(ref: SnapshotRef): Promise<Snapshot> {
    const shown = await this.list(ref.volume);
    const found = shown.find(({ snapshot }) => snapshot === ref.snapshot);
    if (found === undefined) throw snapshotError.NOT_FOUND({ name: formatSnapshotRef(ref) });
    return found;
  }

  /** Returns the names that records or storage use. */
  async namesOf(volume: string): Promise<ReadonlySet<string>> {
    const { records, backend } = this.#parts;
    const stored = records.of(volume);
    const seen = (await backend.listSnapshots()).filter((one) => one.volume === volume);
    return new Set([...stored, ...seen].map(({ snapshot }) => snapshot));
  }

  /** Returns the storage of this name. */
  async find(ref: SnapshotRef): Promise<SnapshotSeen | undefined> {
    const name = formatSnapshotRef(ref);
    return (await this.#parts.backend.listSnapshots()).find(
      (one) => formatSnapshotRef(one) === name,
    );
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
