import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The kernel that guests boot, and the archive with their agent. */
export interface BootFiles {
  readonly kernel: string;
  /** The same kernel, unpacked. */
  readonly elf?: string;
  readonly initramfs: string;
}

/**
 * The least memory of a guest, measured under QEMU. With Debian's kernel, whose modules are in the initramfs,
 * 80 panics because the archive is not unpacked; 88 leaves the payload 6 MiB, 96 leaves 14 MiB. Capsule's own
 * kernel, which has an ELF file beside it and all drivers built in, boots with 64.
 */
const LEAST_MIB = { debian: 96, own: 64 };

/** The files for guests in the rootfs: `/usr/lib/capsule/guest`. */
export class GuestImage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns the memory without which its kernel does not boot. */
  async leastMib(): Promise<number> {
    return (await this.read()).elf === undefined ? LEAST_MIB.debian : LEAST_MIB.own;
  }

  /** Returns the kernel to boot, as the image builder has recorded it. */
  async read(): Promise<BootFiles> {
    const text = await readFile(join(this.#folder, 'guest.json'), 'utf8');
    const { kernel, elf, initramfs } = JSON.parse(text) as BootFiles;
    return {
      kernel: join(this.#folder, kernel),
      initramfs: join(this.#folder, initramfs),
      ...(elf === undefined ? {} : { elf: join(this.#folder, elf) }),
    };
  }
}
