import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectionState } from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import { projectionError } from './errors.ts';
import type { OpenFolder } from './open-folder.ts';

const MODE = 0o640;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NEW = 'wx';

/**
 * A file of the projection and the files beside it, hidden by a dot: `.NAME.digest` has the digest and the length of the
 * text that was written last, `.NAME.new` the text of a write that has not ended.
 *
 * INVARIANT: the digest changes after `.NAME.new` is on disk, and before that takes the file's place. So where the digest is
 * not the file's, but is that of `.NAME.new`, a write was cut off, and no person has edited the file. A filesystem with a
 * journal keeps the order of the two renames in a power cut, so folders are not synced.
 */
export class Entry {
  readonly #folder: OpenFolder;
  readonly #name: string;

  constructor(folder: OpenFolder, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  async state(): Promise<ProjectionState> {
    const recorded = await this.#recorded();
    const found = await this.#fingerprint(this.#name, recorded);
    if (recorded === undefined) return found === undefined ? 'absent' : 'foreign';
    if (found === recorded) return 'intact';
    const isCutOff = (await this.#fingerprint(this.#next, recorded)) === recorded;
    if (found === undefined) return isCutOff ? 'absent' : 'lost';
    return isCutOff ? 'intact' : 'edited';
  }

  /** Makes it hold the text; returns the state before. */
  async write(text: string): Promise<ProjectionState> {
    const state = await this.state();
    const fingerprint = fingerprintOf(Buffer.from(text));
    const isThere = (await this.#fingerprint(this.#name, fingerprint)) === fingerprint;
    if (isThere && (await this.#recorded()) === fingerprint) return state;
    await Promise.all([this.#put(this.#next, text), this.#put(`${this.#digest}.new`, fingerprint)]);
    await rename(this.#at(`${this.#digest}.new`), this.#at(this.#digest));
    await rename(this.#at(this.#next), this.#at(this.#name));
    return state;
  }

  /** The digest last: a file without one would be foreign, and stay. */
  async remove(): Promise<ProjectionState> {
    const state = await this.state();
    for (const name of [this.#name, this.#next, `${this.#digest}.new`, this.#digest]) {
      await unlessMissing(unlink(this.#at(name)));
    }
    return state;
  }

  get #next(): string {
    return `.${this.#name}.new`;
  }

  get #digest(): string {
    return `.${this.#name}.digest`;
  }

  #at(name: string): string {
    return this.#folder.at(name);
  }

  async #put(name: string, content: string): Promise<void> {
    await unlessMissing(unlink(this.#at(name)));
    await using file = await open(this.#at(name), NEW, MODE);
    await file.chmod(MODE);
    await file.writeFile(content);
    await file.sync();
  }

  async #recorded(): Promise<string | undefined> {
    await using file = await unlessMissing(open(this.#at(this.#digest), READ), ['ELOOP']);
    return file && (await file.readFile('utf8'));
  }

  /** Of a file of the same length as `other`; else a word that no file has. Undefined where nothing is. */
  async #fingerprint(name: string, other: string | undefined): Promise<string | undefined> {
    const opening = open(this.#at(name), READ);
    await using file = await unlessMissing(opening).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ELOOP' && cause.code !== 'ENXIO') throw cause;
      return null;
    });
    if (file === undefined) return undefined;
    const stats = await file?.stat();
    if (stats?.isDirectory()) throw projectionError.NOT_A_FILE({ path: this.#shown(name) });
    // A person may have put a file of any size there.
    if (!stats?.isFile() || !other?.endsWith(` ${stats.size}`)) return 'other';
    return fingerprintOf((await file?.readFile()) ?? Buffer.alloc(0));
  }

  #shown(name: string): string {
    return join(this.#folder.path, name);
  }
}

function fingerprintOf(content: Uint8Array): string {
  return `${createHash('sha256').update(content).digest('hex')} ${content.length}`;
}

/** The file that a name beside it belongs to: of its digest, or of its own. Undefined for other hidden names. */
export function entryNameOf(name: string): string | undefined {
  if (!name.startsWith('.')) return name;
  return /^\.(?<file>[^.].*)\.digest$/.exec(name)?.groups?.['file'];
}
