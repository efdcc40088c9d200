import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sparse files for the disks of a machine, which go when it is disposed. */
export class BlankDisks implements AsyncDisposable {
  readonly folder: string;
  readonly paths: readonly string[];

  private constructor(folder: string, paths: readonly string[]) {
    this.folder = folder;
    this.paths = paths;
  }

  static async make(count: number, sizeBytes = 8 * 1024 ** 3): Promise<BlankDisks> {
    const folder = await mkdtemp(join(tmpdir(), 'capsule-disk-'));
    const paths = Array.from({ length: count }, (_, index) => join(folder, `disk${index}`));
    for (const path of paths) {
      await writeFile(path, '');
      await truncate(path, sizeBytes);
    }
    return new BlankDisks(folder, paths);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
