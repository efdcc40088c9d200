import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The kernel that guests boot, and the archive with their agent. */
export interface BootFiles {
  readonly kernel: string;
  /** The same kernel, unpacked. */
  readonly elf?: string;
  readonly initramfs: string;
}

/** What the rootfs has for guests: `/usr/lib/capsule/guest`. */
export class GuestImage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
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
