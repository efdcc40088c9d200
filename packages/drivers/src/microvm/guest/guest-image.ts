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
 * What a guest has to be given at least, by measurement under QEMU. Debian's kernel with its modules in the initramfs: 80
 * panics, since the archive is not unpacked; 88 leaves the payload 6 MiB, 96 leaves 14 MiB. Our own kernel, which has an
 * ELF file beside it and all of its drivers built in, boots with 64.
 */
const LEAST_MIB = { debian: 96, own: 64 };

/** What the rootfs has for guests: `/usr/lib/capsule/guest`. */
export class GuestImage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Memory without which its kernel does not boot. */
  async leastMib(): Promise<number> {
    return (await this.read()).elf === undefined ? LEAST_MIB.debian : LEAST_MIB.own;
  }

  /** Which of the kernels there is to be booted, as the image builder wrote it down. */
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
