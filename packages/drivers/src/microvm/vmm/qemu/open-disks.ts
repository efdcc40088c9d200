import { type FileHandle, open } from 'node:fs/promises';
import { microVmError } from '../../errors.ts';
import type { MachineDisk } from '../vmm.ts';

/** Disks opened by us, so that a VMM without any right can use them. */
export class OpenDisks implements AsyncDisposable {
  readonly #handles: FileHandle[] = [];
  readonly descriptors: { readonly fd: number; readonly isBlockDevice: boolean }[] = [];

  /** Fails with `MICROVM_FILE_MISSING`. */
  static async open(container: string, disks: readonly MachineDisk[]): Promise<OpenDisks> {
    const opened = new OpenDisks();
    try {
      for (const disk of disks) await opened.#add(container, disk);
      return opened;
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #add(container: string, { path, readOnly }: MachineDisk): Promise<void> {
    const handle = await open(path, readOnly ? 'r' : 'r+').catch((cause) => {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw microVmError.FILE_MISSING({ container, path }, cause);
    });
    this.#handles.push(handle);
    const isBlockDevice = (await handle.stat()).isBlockDevice();
    this.descriptors.push({ fd: handle.fd, isBlockDevice });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.close()));
  }
}
