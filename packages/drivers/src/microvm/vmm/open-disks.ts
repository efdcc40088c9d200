import { type FileHandle, open } from 'node:fs/promises';
import { takeDisk } from '@capsule/host';
import { microVmError } from '../errors.ts';
import type { MachineDisk } from './vmm.ts';

/**
 * Disks that capsuled opens, so an unprivileged VMM can use them. All but shared ones are locked for this
 * machine alone. The lock belongs to the open files: every process that has them keeps it, and no other
 * process mounts, repairs or boots such a disk until the last one closes them.
 */
export class OpenDisks implements AsyncDisposable {
  readonly #handles: FileHandle[] = [];
  readonly descriptors: { readonly fd: number; readonly isBlockDevice: boolean }[] = [];

  /** In the order given. Fails with `MICROVM_FILE_MISSING`, `MICROVM_DISK_BUSY` and `MICROVM_DISK_UNFIT`. */
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

  /** In the order of `open`. */
  get handles(): readonly FileHandle[] {
    return this.#handles;
  }

  async #add(container: string, disk: MachineDisk): Promise<void> {
    const { path } = disk;
    const handle = await openDisk(container, disk).catch((cause) => {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw microVmError.FILE_MISSING({ container, path }, cause);
      const isUnfit = code === 'ELOOP' || code === 'ENXIO' || code === 'EISDIR';
      if (isUnfit) throw microVmError.DISK_UNFIT({ container, path }, cause);
      throw cause;
    });
    this.#handles.push(handle);
    const meta = await handle.stat();
    const isBlockDevice = meta.isBlockDevice();
    if (!isBlockDevice && !meta.isFile()) throw microVmError.DISK_UNFIT({ container, path });
    this.descriptors.push({ fd: handle.fd, isBlockDevice });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.close()));
  }
}

async function openDisk(
  container: string,
  { path, readOnly, isShared = false }: MachineDisk,
): Promise<FileHandle> {
  if (isShared) return open(path, 'r');
  const taken = await takeDisk(path, { readOnly });
  if ('user' in taken) throw microVmError.DISK_BUSY({ container, path, where: taken.user });
  return taken;
}
