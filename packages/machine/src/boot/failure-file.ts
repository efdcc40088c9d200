import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { unlessMissing } from '@capsule/host';

const FILE = '/perm/update-failure.json';

interface Failure {
  /** Of the entry of the boot loader. */
  readonly generation: number;
  readonly reason: string;
}

/** A file on the disk with the reason why a system on trial gave up, for the system before it. */
export class FailureFile {
  readonly #path: string;

  constructor(path = FILE) {
    this.#path = path;
  }

  /** Undefined: nothing was left about this generation. */
  async read(generation: number): Promise<string | undefined> {
    const text = await unlessMissing(readFile(this.#path, 'utf8'));
    if (text === undefined) return undefined;
    const found = JSON.parse(text) as Failure;
    return found.generation === generation ? found.reason : undefined;
  }

  async leave(generation: number, reason: string): Promise<void> {
    const failure: Failure = { generation, reason };
    const draft = `${this.#path}.new`;
    await writeFile(draft, `${JSON.stringify(failure)}\n`, { mode: 0o600, flush: true });
    await rename(draft, this.#path);
  }

  /** Idempotent. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
