import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { atOnceUnlessMissing } from '@capsule/host';

const FILE = '/run/capsule/perm-problem';

/**
 * A file that says why this machine has no /perm. It is there from the start of a boot until /perm is mounted: whatever
 * ends the preparation, capsuled never takes the empty folder for a new capsule.
 */
export class PermProblem {
  readonly #path: string;

  constructor(path = FILE) {
    this.#path = path;
  }

  set(text: string): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, text);
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }

  /** Undefined: /perm is there, or a host system provides it. */
  read(): string | undefined {
    return atOnceUnlessMissing(() => readFileSync(this.#path, 'utf8'));
  }
}
