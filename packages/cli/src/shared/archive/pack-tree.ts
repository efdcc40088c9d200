import {
  type BigIntStats,
  closeSync,
  fstatSync,
  lstatSync,
  constants as O,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { localFault } from '../../program/local-fault.ts';
import { copyError } from '../copy/errors.ts';
import { END_OF_ARCHIVE, formatEntry } from '../tar/format-entry.ts';
import { type DataRange, paddingOf, type TarEntry, type TarType } from '../tar/tar-entry.ts';
import { type BytePath, bytePathOf, joinPath, rawPath, shownPath } from './byte-path.ts';
import { findDataRanges } from './data-ranges.ts';

/** Files up to this size are read whole: a stream for each of thousands costs more than their bytes. */
const WHOLE_BYTES = 256 * 1024;
/** Large pieces pass with fewer steps each. */
const READ_BYTES = 512 * 1024;
/** Files of /proc and /sys do not state their size: they are read to the end, up to this. */
const UNSIZED_BYTES_MOST = 64 * 1024 * 1024;
const READ_FLAGS = O.O_RDONLY | O.O_NOFOLLOW | O.O_NONBLOCK;
const NONE = Buffer.alloc(0);

export interface PackRules {
  /** Sparse files are written as such; else their holes as zeros. */
  readonly keepsHoles: boolean;
  /** FIFOs and devices go along; else they are left out with a warning, as sockets always are. */
  readonly keepsSpecials: boolean;
  /** Takes what is left out by the rules, as a clause that begins with the path. */
  readonly warn: (text: string) => void;
  /** The same for content that could not be read as it was. */
  readonly lose: (text: string) => void;
  /** Called with the bytes of content as they are read. */
  readonly count?: (bytes: number) => void;
}

/**
 * A local file or folder as a tar archive (PAX), whose entries are named from `name` on. Names, modes,
 * owners, times, links and holes are kept. A file below it that vanishes meanwhile is left out with a
 * warning. A piece stays as it is until the second one after it is asked for. Fails with `CLI_FILE_*`, which
 * name the file.
 */
export async function* packTree(
  path: string,
  name: string,
  rules: PackRules,
): AsyncGenerator<Uint8Array> {
  yield* new Packer(rules).add(bytePathOf(path), bytePathOf(name), true);
  yield END_OF_ARCHIVE;
}

type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Named {
  readonly stat: BigIntStats;
  readonly type: Exclude<TarType, 'hardlink' | 'folder'>;
}

class Packer {
  readonly #rules: PackRules;
  /** Files with several names, by device and inode: later names become links to the first. */
  readonly #seen = new Map<string, BytePath>();
  #rooms: readonly [Buffer, Buffer] | undefined;

  constructor(rules: PackRules) {
    this.#rules = rules;
  }

  /** Depth first; what is below the first path may vanish. */
  async *add(path: BytePath, name: BytePath, isFirst: boolean): AsyncGenerator<Uint8Array> {
    let children: readonly Buffer[] = [];
    try {
      const stat = lstatSync(rawPath(path), { bigint: true });
      if (stat.isDirectory()) {
        children = readdirSync(rawPath(path), { encoding: 'buffer' }).toSorted(Buffer.compare);
      }
      yield* await this.#entry(path, name, stat);
    } catch (error) {
      if (isFirst || !isMissing(error)) throw localFault('read', shownPath(path), error);
      this.#rules.warn(`${shownPath(path)} disappeared during the copy and was left out`);
      return;
    }
    for (const child of children) {
      const below = child.toString('latin1');
      yield* this.add(joinPath(path, below), joinPath(name, below), false);
    }
  }

  async #entry(path: BytePath, name: BytePath, stat: BigIntStats): Promise<Content> {
    const type = typeOf(stat);
    if (type === undefined) {
      this.#rules.warn(`${shownPath(path)} is a socket and was left out`);
      return [];
    }
    if (type === 'folder') return [formatEntry(describe(stat, type, `${name}/`))];
    if (isSpecial(type) && !this.#rules.keepsSpecials) {
      this.#rules.warn(
        `${shownPath(path)} is ${SPECIALS[type]} and was left out (--archive keeps it)`,
      );
      return [];
    }
    return this.#named(path, name, { stat, type });
  }

  /**
   * A link may have several names, as a file. So may a FIFO or a device, but the archive makes each name as a node of its
   * own: a second copy would fail, because the name from the first copy exists.
   */
  async #named(path: BytePath, name: BytePath, { stat, type }: Named): Promise<Content> {
    if (stat.nlink === 1n || isSpecial(type)) return this.#content(path, name, { stat, type });
    const key = `${stat.dev}:${stat.ino}`;
    const first = this.#seen.get(key);
    if (first !== undefined) {
      return [formatEntry({ ...describe(stat, 'hardlink', name), target: rawPath(first) })];
    }
    const content = await this.#content(path, name, { stat, type });
    this.#seen.set(key, name);
    return content;
  }

  async #content(path: BytePath, name: BytePath, { stat, type }: Named): Promise<Content> {
    if (type === 'file') {
      return stat.size > BigInt(WHOLE_BYTES)
        ? this.#large(path, name)
        : small(path, name, this.#rules);
    }
    const entry = describe(stat, type, name);
    if (type !== 'symlink') return [formatEntry(entry)];
    const target = readlinkSync(rawPath(path), { encoding: 'buffer' });
    return [formatEntry({ ...entry, target })];
  }

  async #large(path: BytePath, name: BytePath): Promise<Content> {
    const file = await open(rawPath(path), READ_FLAGS);
    try {
      const stat = await file.stat({ bigint: true });
      const entry = { ...describe(stat, fileOnly(stat, path), name), sizeBytes: Number(stat.size) };
      const holeBytes = entry.sizeBytes - Number(stat.blocks) * 512;
      const isSparse = this.#rules.keepsHoles && holeBytes > 0;
      const known = { sizeBytes: entry.sizeBytes, holeBytes };
      const ranges = isSparse ? await findDataRanges(file, known) : undefined;
      const whole = [{ offset: 0, length: entry.sizeBytes }];
      const header = formatEntry(ranges === undefined ? entry : { ...entry, ranges });
      return this.#stream(file, path, header, ranges ?? whole);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Two that take turns: while one is sent, the other is filled. */
  #room(): Buffer {
    this.#rooms ??= [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)];
    const [first, second] = this.#rooms;
    this.#rooms = [second, first];
    return first;
  }

  /** No more and no less than was promised, though the file may change meanwhile. */
  async *#stream(
    file: FileHandle,
    path: BytePath,
    header: Buffer,
    ranges: readonly DataRange[],
  ): AsyncGenerator<Uint8Array> {
    let [total, missing] = [0, 0];
    try {
      yield header;
      for (const { offset, length } of ranges) {
        total += length;
        for (let at = 0; at < length; ) {
          const size = Math.min(READ_BYTES, length - at);
          const buffer = this.#room().subarray(0, size);
          const { bytesRead } = await file.read(buffer, 0, size, offset + at);
          if (bytesRead === 0) missing += buffer.fill(0).length;
          this.#rules.count?.(bytesRead);
          yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
          at += bytesRead === 0 ? size : bytesRead;
        }
      }
      yield Buffer.alloc(paddingOf(total));
    } finally {
      await file.close();
    }
    if (missing === 0) return;
    this.#rules.lose(
      `${shownPath(path)} became ${missing} bytes shorter during the copy; the copy has zeros instead`,
    );
  }
}

/** Read in one go, to its end: its true size is known then, whatever the filesystem says. */
function small(path: BytePath, name: BytePath, { count }: PackRules): readonly Uint8Array[] {
  const fd = openSync(rawPath(path), READ_FLAGS);
  try {
    const stat = fstatSync(fd, { bigint: true });
    const type = fileOnly(stat, path);
    const content = readToEnd(fd, Number(stat.size), path);
    count?.(content.length);
    const header = formatEntry({ ...describe(stat, type, name), sizeBytes: content.length });
    return [Buffer.concat([header, content, Buffer.alloc(paddingOf(content.length))])];
  } finally {
    closeSync(fd);
  }
}

function readToEnd(fd: number, sizeBytes: number, path: BytePath): Buffer {
  let buffer = Buffer.allocUnsafe(Math.max(sizeBytes + 1, 4096));
  let length = 0;
  for (;;) {
    const count = readSync(fd, buffer, length, buffer.length - length, null);
    if (count === 0) return buffer.subarray(0, length);
    length += count;
    if (length < buffer.length) continue;
    if (length >= UNSIZED_BYTES_MOST) throw copyError.ENDLESS({ path: shownPath(path) });
    buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}

/** Between the look and the opening it may have become something else. */
function fileOnly(stat: BigIntStats, path: BytePath): 'file' {
  if (stat.isFile()) return 'file';
  throw copyError.CHANGED({ path: shownPath(path) });
}

const SPECIALS = { fifo: 'a FIFO', char: 'a device', block: 'a device' } as const;

function isSpecial(type: TarType): type is keyof typeof SPECIALS {
  return Object.hasOwn(SPECIALS, type);
}

function typeOf(stat: BigIntStats): Exclude<TarType, 'hardlink'> | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isCharacterDevice()) return 'char';
  return stat.isBlockDevice() ? 'block' : undefined;
}

function describe(stat: BigIntStats, type: TarType, name: BytePath): TarEntry {
  return {
    name: rawPath(name),
    type,
    mode: Number(stat.mode & 0o7777n),
    mtimeNs: stat.mtimeNs,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    sizeBytes: 0,
    target: NONE,
    device: type === 'char' || type === 'block' ? deviceOf(stat.rdev) : [0, 0],
  };
}

/** As glibc's `makedev` puts them together. */
function deviceOf(rdev: bigint): readonly [major: number, minor: number] {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return [Number(major), Number(minor)];
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'COPY_CHANGED';
}
