import type { Volume, VolumeBackend, VolumePool, VolumeSeen } from '@capsule/core';
import {
  describeStrayVolume,
  describeUsage,
  describeVolume,
  type VolumeUsage,
} from './describe.ts';
import { volumeError } from './errors.ts';
import type { VolumeRecords } from './records.ts';

export interface VolumeObserverParts {
  readonly records: Pick<VolumeRecords, 'get' | 'list'>;
  readonly backend: Pick<VolumeBackend, 'list' | 'listSnapshots' | 'probe'>;
}

/** Reads volumes: their records, merged with the storage that the backend finds. */
export class VolumeObserver {
  readonly #parts: VolumeObserverParts;

  constructor(parts: VolumeObserverParts) {
    this.#parts = parts;
  }

  async list(signal?: AbortSignal): Promise<readonly Volume[]> {
    const { records, backend } = this.#parts;
    const seen = new Map((await backend.list(signal)).map((one) => [one.name, one]));
    const known = records.list().map((record) => describeVolume(record, seen));
    const names = new Set(known.map(({ name }) => name));
    const strays = [...seen.values()]
      .filter(({ name }) => !names.has(name))
      .map(describeStrayVolume);
    return [...known, ...strays].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Fails with `VOLUME_NOT_FOUND`. */
  async get(name: string, signal?: AbortSignal): Promise<Volume> {
    const found = (await this.list(signal)).find((volume) => volume.name === name);
    if (found === undefined) throw volumeError.NOT_FOUND({ name });
    return found;
  }

  /** Returns storage of this name that no record names. */
  async findStray(name: string): Promise<VolumeSeen | undefined> {
    const { records, backend } = this.#parts;
    if (records.get(name) !== undefined) return undefined;
    return (await backend.list()).find((seen) => seen.name === name);
  }

  /** Returns the space of all volumes or the named one, and the pool's level. Fails with `VOLUME_NOT_FOUND`. */
  async usage(
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly volumes: readonly VolumeUsage[]; readonly pool: VolumePool }> {
    const { backend } = this.#parts;
    if (name !== undefined) await this.get(name, signal);
    const [seen, snapshots, pool] = await Promise.all([
      backend.list(signal),
      backend.listSnapshots(signal),
      backend.probe(signal),
    ]);
    const volumes = seen.filter((one) => name === undefined || one.name === name);
    return { volumes: volumes.map((volume) => describeUsage(volume, snapshots)), pool };
  }
}
