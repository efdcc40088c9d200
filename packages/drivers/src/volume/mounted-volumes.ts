import { lstat, mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { keyedLock, type VolumeFolder, type VolumeUse } from '@capsule/core';
import {
  bindOpen,
  emptyFolder,
  listMounts,
  namesIn,
  replayExt4,
  shareMounts,
  thaw,
  trim,
  unlessMissing,
} from '@capsule/host';
import { volumeDriverError } from './errors.ts';
import { unmountVolume } from './ext4-mount.ts';
import { openFolder } from './open-folder.ts';
import { takeVolume } from './take-volume.ts';

/** The folder that mkfs makes in every ext4. */
const LOST_AND_FOUND = 'lost+found';

/**
 * The part that backends share: ext4, mounted on its name in one folder, or lent to a microVM, which an empty
 * file of its name in a folder beside it records.
 */
export abstract class MountedVolumes {
  readonly #mountRoot: string;
  /** Two calls that share the root of the folders would hide each other's mounts. */
  readonly #folderLock = keyedLock();

  constructor(mountRoot: string) {
    this.#mountRoot = mountRoot;
  }

  hostPath(name: string): string {
    return join(this.#mountRoot, name);
  }

  folderPath(name: string, place: string): string {
    return join(this.#folderRoot, name, place);
  }

  bindFolders(name: string, folders: readonly VolumeFolder[], signal?: AbortSignal): Promise<void> {
    return this.#folderLock(this.#folderRoot, async () => {
      await this.#unbind(
        name,
        folders.map(({ place }) => this.folderPath(name, place)),
        signal,
      );
      await mkdir(this.#folderRoot, { recursive: true, mode: 0o700 });
      await shareMounts(this.#folderRoot, signal);
      for (const folder of folders) await this.#bind(name, folder, signal);
    });
  }

  /** Call it before the volume itself is unmounted: a bound folder keeps its filesystem alive. */
  protected async unbindFolders(name: string, signal?: AbortSignal): Promise<void> {
    const folder = join(this.#folderRoot, name);
    const mounted = (await listMounts()).map(({ path }) => path);
    await this.#unbind(
      name,
      mounted.filter((path) => dirname(path) === folder),
      signal,
    );
    // Only unused mount points are left; rmdir fails on one that is mounted meanwhile.
    for (const entry of await namesIn(folder)) await rmdir(join(folder, entry));
  }

  async #bind(name: string, folder: VolumeFolder, signal?: AbortSignal): Promise<void> {
    await using opened = await openFolder(name, this.hostPath(name), folder);
    const target = this.folderPath(name, folder.place);
    await mkdir(target, { recursive: true, mode: 0o700 });
    await bindOpen(opened.fd, target, signal);
  }

  /** Also those that are mounted one upon the other. */
  async #unbind(name: string, paths: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const { path } of (await listMounts()).toReversed()) {
      if (paths.includes(path)) await unmountVolume({ name, hostPath: path }, signal);
    }
  }

  get #folderRoot(): string {
    return `${this.#mountRoot}-folders`;
  }

  async attached(): Promise<ReadonlyMap<string, VolumeUse>> {
    const [mounts, lent] = await Promise.all([listMounts(), this.#lent()]);
    const ours = mounts.filter(({ path }) => dirname(path) === this.#mountRoot);
    return new Map([
      ...lent.map((name) => [name, 'lent'] as const),
      ...ours.map(({ path }) => [basename(path), 'mounted'] as const),
    ]);
  }

  protected async useOf(name: string): Promise<VolumeUse | undefined> {
    return (await this.attached()).get(name);
  }

  /**
   * Lends the volume at `device` to a microVM: no other process has it, and its journal is empty, so a
   * machine can mount it read-only too. The machine locks the device itself when it starts. Fails with
   * `VOLUME_BUSY`, `VOLUME_DAMAGED`.
   */
  protected async lendDevice(name: string, device: string, signal?: AbortSignal): Promise<void> {
    const use = await this.useOf(name);
    if (use === 'lent') return;
    if (use === 'mounted') {
      throw volumeDriverError.BUSY({ name, where: `it is mounted at ${this.hostPath(name)}` });
    }
    const held = await takeVolume(name, device, signal);
    try {
      // e2fsck opens a block device exclusively.
      if ((await held.stat()).isBlockDevice()) await held.close();
      if (!(await replayExt4(device, signal))) throw volumeDriverError.DAMAGED({ name });
      await mkdir(this.#lentRoot, { recursive: true, mode: 0o700 });
      await writeFile(join(this.#lentRoot, name), '');
    } finally {
      await held.close();
    }
  }

  /**
   * Ends the lending of a volume, or its mount, once nothing has its device any more. Fails with
   * `VOLUME_BUSY`; then the volume counts as attached as before.
   */
  protected async freeDevice(name: string, device: string, signal?: AbortSignal): Promise<void> {
    await (await takeVolume(name, device, signal)).close();
    await rm(join(this.#lentRoot, name), { force: true });
  }

  /** Fails with `VOLUME_BUSY`. */
  protected async checkNotLent(name: string): Promise<void> {
    if ((await this.useOf(name)) !== 'lent') return;
    throw volumeDriverError.BUSY({ name, where: 'a microVM uses it' });
  }

  /** For a volume whose storage is gone. */
  protected async forgetLent(name: string): Promise<void> {
    await rm(join(this.#lentRoot, name), { force: true });
  }

  get #lentRoot(): string {
    return `${this.#mountRoot}-lent`;
  }

  async #lent(): Promise<readonly string[]> {
    return namesIn(this.#lentRoot);
  }

  async #mounted(): Promise<readonly string[]> {
    return [...(await this.attached())].flatMap(([name, use]) => (use === 'mounted' ? name : []));
  }

  async isEmpty(name: string): Promise<boolean> {
    return (await readdir(this.hostPath(name))).every((entry) => entry === LOST_AND_FOUND);
  }

  async holds(name: string, entry: string): Promise<boolean> {
    return (await unlessMissing(lstat(join(this.hostPath(name), entry)))) !== undefined;
  }

  async clear(name: string): Promise<void> {
    await emptyFolder(this.hostPath(name), [LOST_AND_FOUND]);
  }

  async trim(signal?: AbortSignal): Promise<void> {
    for (const name of await this.#mounted()) {
      try {
        await trim(this.hostPath(name), signal);
      } catch (error) {
        // It may have been unmounted meanwhile.
        if ((await this.useOf(name)) === 'mounted') throw error;
      }
    }
  }

  async thaw(): Promise<void> {
    for (const name of await this.#mounted()) await thaw(this.hostPath(name));
  }
}
