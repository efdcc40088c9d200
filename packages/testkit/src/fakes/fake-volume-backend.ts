import type {
  NewVolume,
  SnapshotRef,
  SnapshotSeen,
  VolumeBackend,
  VolumeFolder,
  VolumeOrigin,
  VolumePool,
  VolumeSeen,
  VolumeUse,
} from '@capsule/core';
import { formatSnapshotRef } from '@capsule/core';
import { fakeError } from './fake-error.ts';

interface Entry {
  readonly uid: string;
  sizeBytes: number;
  use?: VolumeUse;
  readonly files: Map<string, string>;
}

interface Kept extends SnapshotRef {
  readonly sizeBytes: number;
  readonly files: ReadonlyMap<string, string>;
}

type Call =
  | 'create'
  | 'restore'
  | 'grow'
  | 'attach'
  | 'lend'
  | 'detach'
  | 'bindFolders'
  | 'remove'
  | 'snapshot'
  | 'removeSnapshot';

/** Volumes in memory; tests make its calls fail, and look at what was asked for. */
export class FakeVolumeBackend implements VolumeBackend {
  readonly kind = 'loop-file';
  readonly #entries = new Map<string, Entry>();
  readonly #snapshots = new Map<string, Kept>();
  readonly #failures = new Map<string, unknown[]>();
  /** Every call that changes something, in order: `attach data`. */
  readonly calls: string[] = [];

  failNext(call: Call, error: unknown): void {
    this.#failures.set(call, [...(this.#failures.get(call) ?? []), error]);
  }

  async probe(): Promise<VolumePool> {
    const room = { totalBytes: 2 ** 40, usedBytes: 2 ** 30 };
    return { ok: true, detail: 'memory', ...room, snapshots: 'instant', ...this.pool };
  }

  async list(): Promise<readonly VolumeSeen[]> {
    return [...this.#entries].map(([name, { uid, sizeBytes, use }]) => ({
      name,
      uid,
      sizeBytes,
      usedBytes: 4096,
      freeBytes: sizeBytes - 4096,
      ...(use === 'mounted' ? { hostPath: this.hostPath(name) } : {}),
    }));
  }

  async attached(): Promise<ReadonlyMap<string, VolumeUse>> {
    return new Map(
      [...this.#entries].flatMap(([name, { use }]) => (use === undefined ? [] : [[name, use]])),
    );
  }

  hostPath(name: string): string {
    return `/volumes/${name}`;
  }

  folderPath(name: string, place: string): string {
    return `/folders/${name}/${place}`;
  }

  async bindFolders(name: string, folders: readonly VolumeFolder[]): Promise<void> {
    const bound = folders.map(({ subPath, place }) => `${subPath} at ${place}`);
    this.#enter('bindFolders', [name, ...bound].join(' '));
  }

  devicePath(name: string): string {
    return `/devices/${name}`;
  }

  async create({ name, uid, sizeBytes }: NewVolume, from?: VolumeOrigin): Promise<void> {
    this.#enter('create', name);
    const files = from === undefined || 'image' in from ? [] : this.#kept(from).files;
    const existing = this.#entries.get(name);
    if (existing?.uid === uid) return;
    if (existing !== undefined) {
      throw fakeError('VOLUME_FOREIGN', 'conflict', `${name} holds something else`);
    }
    this.#entries.set(name, { uid, sizeBytes, files: new Map(files) });
  }

  async restore({ name, uid, sizeBytes }: NewVolume, from: SnapshotRef): Promise<void> {
    this.#enter('restore', name);
    const files = new Map(this.#kept(from).files);
    this.#entries.set(name, { uid, sizeBytes, files });
  }

  async grow(name: string, sizeBytes: number): Promise<void> {
    this.#enter('grow', name);
    const entry = this.#entry(name);
    if (entry.use === 'lent' && entry.sizeBytes < sizeBytes) {
      throw fakeError('VOLUME_GROWS_DETACHED', 'precondition', `a microVM has ${name}`);
    }
    entry.sizeBytes = Math.max(entry.sizeBytes, sizeBytes);
  }

  async attach(name: string): Promise<{ readonly hostPath: string }> {
    this.#enter('attach', name);
    this.#take(name, 'mounted');
    return { hostPath: this.hostPath(name) };
  }

  async lend(name: string): Promise<void> {
    this.#enter('lend', name);
    this.#take(name, 'lent');
  }

  #take(name: string, use: VolumeUse): void {
    const entry = this.#entry(name);
    if ((entry.use ?? use) !== use) throw fakeError('VOLUME_BUSY', 'conflict', `${name} is in use`);
    entry.use = use;
  }

  async isEmpty(name: string): Promise<boolean> {
    return this.#entry(name).files.size === 0;
  }

  async holds(name: string, entry: string): Promise<boolean> {
    return this.#entry(name).files.has(entry);
  }

  async clear(name: string): Promise<void> {
    this.#enter('clear', name);
    this.#entry(name).files.clear();
  }

  /** A workload writes. */
  write(name: string, file: string, text: string): void {
    this.#entry(name).files.set(file, text);
  }

  read(name: string, file: string): string {
    const text = this.#entry(name).files.get(file);
    if (text === undefined) throw fakeError('ENOENT', 'notFound', `no file ${file}`);
    return text;
  }

  async detach(name: string): Promise<void> {
    this.#enter('detach', name);
    const entry = this.#entries.get(name);
    if (entry !== undefined) delete entry.use;
  }

  async remove(name: string): Promise<void> {
    this.#enter('remove', name);
    this.#entries.delete(name);
  }

  async snapshot(ref: SnapshotRef): Promise<void> {
    this.#enter('snapshot', formatSnapshotRef(ref));
    const { sizeBytes, files } = this.#entry(ref.volume);
    const key = formatSnapshotRef(ref);
    if (!this.#snapshots.has(key)) {
      this.#snapshots.set(key, { ...ref, sizeBytes, files: new Map(files) });
    }
  }

  async listSnapshots(): Promise<readonly SnapshotSeen[]> {
    return [...this.#snapshots.values()].map(({ volume, snapshot, sizeBytes }) => ({
      volume,
      snapshot,
      sizeBytes,
      usedBytes: 4096,
    }));
  }

  async removeSnapshot(ref: SnapshotRef): Promise<void> {
    this.#enter('removeSnapshot', formatSnapshotRef(ref));
    this.#snapshots.delete(formatSnapshotRef(ref));
  }

  /** Tests say how full it is. */
  pool: Partial<VolumePool> = {};

  async trim(): Promise<void> {
    this.calls.push('trim');
  }

  async thaw(): Promise<void> {
    this.calls.push('thaw');
  }

  #enter(call: Call | 'clear', name: string): void {
    this.calls.push(`${call} ${name}`);
    const failures = this.#failures.get(call) ?? [];
    if (failures.length > 0) throw failures.shift();
  }

  #kept(ref: SnapshotRef): Kept {
    const key = formatSnapshotRef(ref);
    const kept = this.#snapshots.get(key);
    if (kept !== undefined) return kept;
    throw fakeError('VOLUME_SNAPSHOT_MISSING', 'notFound', `no snapshot ${key}`);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw fakeError('VOLUME_MISSING', 'notFound', `no volume ${name}`);
    return entry;
  }
}
