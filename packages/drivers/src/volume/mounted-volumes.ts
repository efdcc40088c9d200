import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { VolumeUse } from '@capsule/core';
import { emptyFolder, listMounts, replayExt4, thaw, trim } from '@capsule/host';
import { volumeDriverError } from './errors.ts';
import { takeVolume } from './take-volume.ts';

/** What mkfs makes in every ext4. */
const LOST_AND_FOUND = 'lost+found';

/**
 * The part of a backend that is the same whatever is below: ext4, mounted below its name in one folder; or
 * lent to a microVM, which an empty file of its name in a folder beside it says.
 */
export abstract class MountedVolumes {
  readonly #mountRoot: string;

  constructor(mountRoot: string) {
    this.#mountRoot = mountRoot;
  }

  hostPath(name: string): string {
    return join(this.#mountRoot, name);
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
   * Lets a microVM have what is at `device`: nobody else has it, and its journal is empty, so that a machine can mount
   * it read-only too. The machine takes the device for itself when it starts. Fails with `VOLUME_BUSY`, `VOLUME_DAMAGED`.
   */
  protected async lendDevice(name: string, device: string, signal?: AbortSignal): Promise<void> {
    const use = await this.useOf(name);
    if (use === 'lent') return;
    if (use === 'mounted') {
      throw volumeDriverError.BUSY({ name, where: `it is mounted at ${this.hostPath(name)}` });
    }
    const held = await takeVolume(name, device, signal);
    try {
      // e2fsck takes a block device for itself.
      if ((await held.stat()).isBlockDevice()) await held.close();
      if (!(await replayExt4(device, signal))) throw volumeDriverError.DAMAGED({ name });
      await mkdir(this.#lentRoot, { recursive: true, mode: 0o700 });
      await writeFile(join(this.#lentRoot, name), '');
    } finally {
      await held.close();
    }
  }

  /**
   * A volume that was lent is free again, and one that was mounted is so no more: nothing has its device now. Fails with
   * `VOLUME_BUSY`; then it counts as attached as before.
   */
  protected async freeDevice(name: string, device: string, signal?: AbortSignal): Promise<void> {
    await (await takeVolume(name, device, signal)).close();
    await rm(join(this.#lentRoot, name), { force: true });
  }

  /** Fails with `VOLUME_BUSY`. */
  protected async checkNotLent(name: string): Promise<void> {
    if ((await this.useOf(name)) !== 'lent') return;
    throw volumeDriverError.BUSY({ name, where: 'a microVM has it' });
  }

  /** Of one whose storage is gone. */
  protected async forgetLent(name: string): Promise<void> {
    await rm(join(this.#lentRoot, name), { force: true });
  }

  get #lentRoot(): string {
    return `${this.#mountRoot}-lent`;
  }

  async #lent(): Promise<readonly string[]> {
    return readdir(this.#lentRoot).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT') return [];
      throw failure;
    });
  }

  async #mounted(): Promise<readonly string[]> {
    return [...(await this.attached())].flatMap(([name, use]) => (use === 'mounted' ? name : []));
  }

  async isEmpty(name: string): Promise<boolean> {
    return (await readdir(this.hostPath(name))).every((entry) => entry === LOST_AND_FOUND);
  }

  async clear(name: string): Promise<void> {
    await emptyFolder(this.hostPath(name), [LOST_AND_FOUND]);
  }

  async trim(signal?: AbortSignal): Promise<void> {
    for (const name of await this.#mounted()) {
      try {
        await trim(this.hostPath(name), signal);
      } catch (error) {
        // It may have been let go of meanwhile.
        if ((await this.useOf(name)) === 'mounted') throw error;
      }
    }
  }

  async thaw(): Promise<void> {
    for (const name of await this.#mounted()) await thaw(this.hostPath(name));
  }
}
