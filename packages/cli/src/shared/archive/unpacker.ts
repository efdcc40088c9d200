import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  constants as O,
  openSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { copyError } from '../copy/errors.ts';
import { floorSeconds } from '../tar/pax-time.ts';
import type { TarEntry } from '../tar/tar-entry.ts';
import type { TarSink } from '../tar/tar-reader.ts';
import { type BytePath, bytePathOf, joinPath, rawPath, shownPath } from './byte-path.ts';
import { makeSpecial } from './make-special.ts';

export interface UnpackTarget {
  /** An existing folder; nothing is written outside of it. */
  readonly folder: string;
  /** Takes the place of the first part of every name; empty: that part is left out. */
  readonly rename: string;
  /** Owners, all bits of modes, FIFOs and devices, as the archive has them. */
  readonly keepAll: boolean;
  /** A clause that begins with the path. */
  readonly warn: (text: string) => void;
  /** Called with the bytes of content as they are written. */
  readonly count?: (bytes: number) => void;
}

const NEW_FILE = O.O_WRONLY | O.O_CREAT | O.O_EXCL | O.O_NOFOLLOW;

interface Late {
  readonly path: BytePath;
  readonly entry: TarEntry;
}

/** Makes what an archive holds, below one folder. */
export class Unpacker implements TarSink {
  readonly #target: UnpackTarget;
  readonly #rename: BytePath;
  /** Folders that were looked at: real ones, below the target. */
  readonly #safe = new Set<BytePath>();
  /** A new entry changes the time of its folder, and may need its mode: both are set last. */
  readonly #folders: Late[] = [];
  /** Left out: a hard link to one of them is left out as well. */
  readonly #skipped = new Set<BytePath>();
  #open: { readonly fd: number; readonly entry: TarEntry } | undefined;
  #path: BytePath;

  constructor(target: UnpackTarget) {
    this.#target = target;
    this.#rename = bytePathOf(target.rename);
    this.#path = bytePathOf(target.folder);
  }

  /** The present path, for messages. */
  get path(): string {
    return shownPath(this.#path);
  }

  begin(entry: TarEntry): void {
    const parts = this.#partsOf(entry.name);
    if (entry.type === 'folder') {
      this.#addFolder(parts, entry);
      return;
    }
    const name = parts.at(-1);
    if (name === undefined) throw copyError.NAME_REFUSED({ name: entry.name.toString() });
    const folder = this.#folderFor(parts.slice(0, -1));
    this.#path = joinPath(folder, name);
    if (entry.type === 'file') this.#addFile(this.#path, entry);
    else if (entry.type === 'symlink') this.#addSymlink(this.#path, entry);
    else if (entry.type === 'hardlink') this.#addLink(this.#path, entry);
    else this.#addSpecial(folder, name, entry);
  }

  data(bytes: Uint8Array, offset: number): void {
    const file = this.#open;
    if (file === undefined) return;
    this.#target.count?.(bytes.length);
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(file.fd, bytes, at, bytes.length - at, offset + at);
    }
  }

  end(): void {
    const file = this.#open;
    if (file === undefined) return;
    const { fd, entry } = file;
    // A hole at the end is not written.
    if (entry.ranges !== undefined) ftruncateSync(fd, entry.sizeBytes);
    // Before the mode: a change of owner takes set-id bits away.
    if (this.#target.keepAll) fchownSync(fd, entry.uid, entry.gid);
    fchmodSync(fd, this.#modeOf(entry));
    const time = secondsOf(entry);
    futimesSync(fd, time, time);
    this.#open = undefined;
    closeSync(fd);
  }

  skip(name: Buffer, typeFlag: string): void {
    const type = JSON.stringify(typeFlag);
    this.#leaveOut(this.#partsOf(name).join('/'), `has the unknown type ${type}`);
  }

  /** Everything has come: folders get their modes and times. */
  finish(): void {
    for (const { path, entry } of this.#folders.toReversed()) {
      this.#path = path;
      chmodSync(rawPath(path), this.#modeOf(entry));
      utimesSync(rawPath(path), secondsOf(entry), secondsOf(entry));
    }
  }

  /** Lets go of what is open. Idempotent. */
  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #addFile(path: BytePath, entry: TarEntry): void {
    makeWay(path);
    this.#open = { fd: openSync(rawPath(path), NEW_FILE, 0o600), entry };
  }

  #addSymlink(path: BytePath, entry: TarEntry): void {
    makeWay(path);
    const raw = rawPath(path);
    symlinkSync(entry.target, raw);
    if (this.#target.keepAll) lchownSync(raw, entry.uid, entry.gid);
    lutimesSync(raw, secondsOf(entry), secondsOf(entry));
  }

  #addFolder(parts: readonly BytePath[], entry: TarEntry): void {
    const path = this.#folderFor(parts);
    this.#path = path;
    if (parts.length === 0) return;
    if (this.#target.keepAll) chownSync(rawPath(path), entry.uid, entry.gid);
    this.#folders.push({ path, entry });
  }

  /** To what this archive brought, or what stood there: never through a link, never outside. */
  #addLink(path: BytePath, entry: TarEntry): void {
    const parts = this.#partsOf(entry.target);
    const last = parts.at(-1);
    if (last === undefined) throw copyError.NAME_REFUSED({ name: entry.name.toString() });
    if (this.#skipped.has(parts.join('/'))) {
      this.#leaveOut(this.#partsOf(entry.name).join('/'), 'links to an entry that was left out');
      return;
    }
    const first = joinPath(this.#folderFor(parts.slice(0, -1)), last);
    const stat = lookAt(first);
    if (stat === undefined || stat.isDirectory() || (isSpecial(stat) && !this.#target.keepAll)) {
      const [name, target] = [entry.name.toString(), entry.target.toString()];
      throw copyError.LINK_REFUSED({ name, target });
    }
    // Two names that mean the same file: making way for the one would remove the other.
    if (first === path) return;
    makeWay(path);
    linkSync(rawPath(first), rawPath(path));
  }

  #addSpecial(folder: BytePath, name: BytePath, entry: TarEntry): void {
    if (!this.#target.keepAll) {
      const kind = entry.type === 'fifo' ? 'a FIFO' : 'a device';
      const parts = this.#partsOf(entry.name);
      this.#leaveOut(parts.join('/'), `is ${kind}`, ' (--archive keeps it)');
      return;
    }
    const path = joinPath(folder, name);
    const raw = rawPath(path);
    makeWay(path, entry.type);
    makeSpecial(folder, name, entry);
    lchownSync(raw, entry.uid, entry.gid);
    chmodSync(raw, this.#modeOf(entry));
    utimesSync(raw, secondsOf(entry), secondsOf(entry));
  }

  #leaveOut(name: BytePath, reason: string, more = ''): void {
    this.#skipped.add(name);
    this.#target.warn(`${shownPath(name)} ${reason} and was left out${more}`);
  }

  /** The parts of a name below the target, with the first one replaced. */
  #partsOf(raw: Buffer): readonly BytePath[] {
    const name = bytePathOf(raw);
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) throw copyError.NAME_REFUSED({ name: raw.toString() });
    const isWhole = name.startsWith('./') || name === '.';
    const rest = isWhole ? parts : parts.slice(1);
    return this.#rename === '' ? rest : [this.#rename, ...rest];
  }

  #folderFor(parts: readonly BytePath[]): BytePath {
    let path = bytePathOf(this.#target.folder);
    for (const part of parts) {
      path = joinPath(path, part);
      if (this.#safe.has(path)) continue;
      this.#path = path;
      const stat = lookAt(path);
      if (stat === undefined) mkdirSync(rawPath(path), { mode: 0o755 });
      else if (!stat.isDirectory()) throw copyError.IN_THE_WAY({ path: shownPath(path) });
      this.#safe.add(path);
    }
    return path;
  }

  /** Set-id bits are for who owns the file there, not here. */
  #modeOf({ mode }: TarEntry): number {
    return this.#target.keepAll ? mode : mode & 0o777;
  }
}

/**
 * Removes a file or a link. A folder is in the way, and so is a FIFO, a socket or a device: what uses it
 * would lose it. A FIFO or device takes the place of one of its own type.
 */
function makeWay(path: BytePath, special?: TarEntry['type']): void {
  const stat = lookAt(path);
  if (stat === undefined) return;
  const isSame =
    (special === 'fifo' && stat.isFIFO()) ||
    (special === 'char' && stat.isCharacterDevice()) ||
    (special === 'block' && stat.isBlockDevice());
  if (!stat.isFile() && !stat.isSymbolicLink() && !isSame) {
    throw copyError.IN_THE_WAY({ path: shownPath(path) });
  }
  unlinkSync(rawPath(path));
}

function isSpecial(stat: Stats): boolean {
  return !stat.isFile() && !stat.isSymbolicLink() && !stat.isDirectory();
}

function lookAt(path: BytePath): Stats | undefined {
  return lstatSync(rawPath(path), { throwIfNoEntry: false });
}

/**
 * Seconds as Node's calls take them, exact to the microsecond for all dates of use. As text: of numbers, they
 * take negative ones for now.
 */
function secondsOf({ mtimeNs }: TarEntry): string {
  const seconds = floorSeconds(mtimeNs);
  return String(Number(seconds) + Number(mtimeNs - seconds * 1_000_000_000n) / 1e9);
}
