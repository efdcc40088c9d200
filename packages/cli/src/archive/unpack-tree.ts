import {
  chmodSync,
  chownSync,
  closeSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  constants as O,
  openSync,
  rmSync,
  type Stats,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { isCapsuleError } from '@capsule/core';
import { extract, type Header } from 'tar-stream';
import { copyError } from '../copy/errors.ts';

export interface UnpackTarget {
  /** An existing folder; nothing is written outside of it. */
  readonly folder: string;
  /** Takes the place of the first part of every name; empty: that part is left out. */
  readonly rename: string;
  readonly keepOwner: boolean;
}

/**
 * Unpacks a tar archive from elsewhere. Every part of every path is looked at before it is used: a name
 * that leads upwards, and a link in the way, are refused, also one that stood there before or that the
 * archive itself brought. Synchronous system calls: many small files take half the time so. Fails with
 * `COPY_*`.
 */
export async function unpackTree(
  archive: AsyncIterable<Uint8Array>,
  target: UnpackTarget,
): Promise<void> {
  const unpacker = new Unpacker(target);
  const entries = extract();
  const source = Readable.from(archive);
  source.on('error', (error) => entries.destroy(error));
  source.pipe(entries as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of entries) await unpacker.add(entry as unknown as Entry);
  } catch (error) {
    if (!isCapsuleError(error) && error instanceof Error && BROKEN.test(error.message)) {
      throw copyError.ARCHIVE_DAMAGED({ reason: error.message }, error);
    }
    throw error;
  } finally {
    source.destroy();
  }
  unpacker.finish();
}

/** One file of the archive on its way. */
type Entry = AsyncIterable<Uint8Array> & { readonly header: Header; resume(): unknown };

/** What tar-stream says of bytes that are no archive, or half of one. */
const BROKEN = /invalid tar header|unexpected end of data/i;

interface Late {
  readonly path: string;
  readonly mode: number;
  readonly mtime: Date;
}

class Unpacker {
  readonly #target: UnpackTarget;
  /** Folders that were looked at: real ones, below the target. */
  readonly #safe = new Set<string>();
  /** What is put into a folder changes its time, and may need its mode: both are set last. */
  readonly #folders: Late[] = [];

  constructor(target: UnpackTarget) {
    this.#target = target;
  }

  async add(entry: Entry): Promise<void> {
    const { header } = entry;
    const parts = this.#partsOf(header.name);
    if (header.type !== 'file' && header.type !== 'contiguous-file') entry.resume();
    if (header.type === 'directory') return this.#addFolder(parts, header);
    const name = parts.at(-1);
    if (name === undefined) throw copyError.NAME_REFUSED({ name: header.name });
    const path = join(this.#folderFor(parts.slice(0, -1)), name);
    switch (header.type) {
      case 'file':
      case 'contiguous-file':
        makeWay(path);
        await writeFile(path, entry);
        return this.#settle(path, header);
      case 'symlink':
        makeWay(path);
        symlinkSync(linkOf(header), path);
        if (this.#target.keepOwner) lchownSync(path, header.uid, header.gid);
        return lutimesSync(path, timeOf(header), timeOf(header));
      case 'link':
        return this.#addLink(path, header);
      default:
        throw copyError.KIND_REFUSED({ name: header.name, kind: String(header.type) });
    }
  }

  finish(): void {
    for (const { path, mode, mtime } of this.#folders.toReversed()) {
      chmodSync(path, mode);
      utimesSync(path, mtime, mtime);
    }
  }

  #addFolder(parts: readonly string[], header: Header): void {
    const path = this.#folderFor(parts);
    if (parts.length === 0) return;
    if (this.#target.keepOwner) chownSync(path, header.uid, header.gid);
    this.#folders.push({ path, mode: modeOf(header), mtime: timeOf(header) });
  }

  /** To a file that this archive brought, or that stood there: never through a link, never outside. */
  #addLink(path: string, header: Header): void {
    const { name, linkname } = header;
    const parts = this.#partsOf(linkOf(header));
    const last = parts.at(-1);
    if (last === undefined) throw copyError.NAME_REFUSED({ name });
    const first = join(this.#folderFor(parts.slice(0, -1)), last);
    if (lookAt(first)?.isFile() !== true) throw copyError.LINK_REFUSED({ name, target: linkname });
    // Two names that mean the same file: making way for the one would remove the other.
    if (first === path) return;
    makeWay(path);
    linkSync(first, path);
  }

  #settle(path: string, header: Header): void {
    if (this.#target.keepOwner) chownSync(path, header.uid, header.gid);
    chmodSync(path, modeOf(header));
    utimesSync(path, timeOf(header), timeOf(header));
  }

  /** The parts of a name below the target, with the first one replaced. */
  #partsOf(name: string): readonly string[] {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..') || name.includes('\0')) throw copyError.NAME_REFUSED({ name });
    const isWhole = name.startsWith('./') || name === '.';
    const rest = isWhole ? parts : parts.slice(1);
    return this.#target.rename === '' ? rest : [this.#target.rename, ...rest];
  }

  #folderFor(parts: readonly string[]): string {
    let path = this.#target.folder;
    for (const part of parts) {
      path = join(path, part);
      if (this.#safe.has(path)) continue;
      const stat = lookAt(path);
      if (stat === undefined) mkdirSync(path, { mode: 0o755 });
      else if (!stat.isDirectory()) throw copyError.IN_THE_WAY({ path });
      this.#safe.add(path);
    }
    return path;
  }
}

/** Takes away a file or a link; a folder is in the way. */
function makeWay(path: string): void {
  const stat = lookAt(path);
  if (stat?.isDirectory()) throw copyError.IN_THE_WAY({ path });
  if (stat !== undefined) rmSync(path);
}

async function writeFile(path: string, data: AsyncIterable<Uint8Array>): Promise<void> {
  const fd = openSync(path, O.O_WRONLY | O.O_CREAT | O.O_EXCL | O.O_NOFOLLOW, 0o600);
  try {
    for await (const chunk of data) writeWhole(fd, chunk);
  } finally {
    closeSync(fd);
  }
}

function writeWhole(fd: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A link that leads to nothing at all is damage; its target is then missing, whatever the type says. */
function linkOf({ name, linkname }: { name: string; linkname: string | null }): string {
  if (linkname) return linkname;
  throw copyError.ARCHIVE_DAMAGED({ reason: `${JSON.stringify(name)} links to nothing` });
}

/** Set-id bits are for who owns the file there, not here. */
function modeOf({ mode }: Header): number {
  return mode & 0o777;
}

function timeOf({ mtime }: Header): Date {
  return mtime;
}
