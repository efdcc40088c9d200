import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Digests of files that change seldom: each is read once for as long as it stays the same file. */
export class FileDigests {
  readonly #known = new Map<string, string>();

  async of(path: string): Promise<string> {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const identity = [path, dev, ino, size, mtimeNs, ctimeNs].join(' ');
    const before = this.#known.get(identity);
    if (before !== undefined) return before;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const digest = hash.digest('hex');
    this.#known.set(identity, digest);
    return digest;
  }
}
