import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { emptyFolder, listMounts, thaw, trim } from '@capsule/host';

/** What mkfs makes in every ext4. */
const LOST_AND_FOUND = 'lost+found';

/** The part of a backend that is the same whatever is below: ext4, mounted below its name in one folder. */
export abstract class MountedVolumes {
  readonly #mountRoot: string;

  constructor(mountRoot: string) {
    this.#mountRoot = mountRoot;
  }

  hostPath(name: string): string {
    return join(this.#mountRoot, name);
  }

  async attached(): Promise<ReadonlySet<string>> {
    const places = (await listMounts()).map(({ path }) => path);
    const ours = places.filter((path) => dirname(path) === this.#mountRoot);
    return new Set(ours.map((path) => basename(path)));
  }

  async isEmpty(name: string): Promise<boolean> {
    return (await readdir(this.hostPath(name))).every((entry) => entry === LOST_AND_FOUND);
  }

  async clear(name: string): Promise<void> {
    await emptyFolder(this.hostPath(name), [LOST_AND_FOUND]);
  }

  async trim(signal?: AbortSignal): Promise<void> {
    for (const name of await this.attached()) {
      try {
        await trim(this.hostPath(name), signal);
      } catch (error) {
        // It may have been let go of meanwhile.
        if ((await this.attached()).has(name)) throw error;
      }
    }
  }

  async thaw(): Promise<void> {
    for (const name of await this.attached()) await thaw(this.hostPath(name));
  }
}
