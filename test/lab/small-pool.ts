import { rm, statfs } from 'node:fs/promises';
import { run } from '@capsule/host';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

/** Puts only the volumes on a disk of 400 MiB. */
const MAKE = [
  ['truncate', '-s', '400M', '/perm/small'],
  ['mkfs.ext4', '-q', '-F', '/perm/small'],
  ['mkdir', '-p', '/perm/volumes'],
  ['mount', '-o', 'loop', '/perm/small', '/perm/volumes'],
] as const;

/** A pool of volumes that a test can fill. */
export class SmallPool {
  readonly #lab: Lab;

  private constructor(lab: Lab) {
    this.#lab = lab;
  }

  static async make(lab: Lab): Promise<SmallPool> {
    for (const argv of MAKE) await lab.exec(argv);
    return new SmallPool(lab);
  }

  async fillTo(percent: number): Promise<void> {
    await this.empty();
    const { blocks, bavail, bsize } = await statfs(pathOf(this.#lab, '/perm/volumes'));
    const bytes = bavail * bsize - Math.floor(((100 - percent) / 100) * blocks * bsize);
    await run('fallocate', ['-l', String(bytes), this.#filler]);
  }

  async empty(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  get #filler(): string {
    return pathOf(this.#lab, '/perm/volumes/filler');
  }
}
