/** A piece of a file's content; between pieces are holes, which read as zeros. */
export interface DataPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** One object of a file tree, as a filesystem keeps it. */
export interface TreeEntry {
  /** Below the root of the tree, parts apart by `/`; the root itself is empty. Bytes, in no encoding. */
  readonly name: Uint8Array;
  readonly type: 'file' | 'folder' | 'symlink' | 'hardlink' | 'fifo' | 'char' | 'block' | 'socket';
  /** All twelve bits; of no meaning for links. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Since 1970, negative before. */
  readonly mtimeNs: bigint;
  /** Of a file: its size, and what is not a hole of it. */
  readonly sizeBytes: number;
  readonly data: readonly DataPiece[];
  /** Of a symlink as it is written; of a hardlink the name of an earlier file. */
  readonly target: Uint8Array;
  /** Of a device. */
  readonly device: readonly [major: number, minor: number];
}

const USUAL_NS = 1_600_000_000_000_000_000n;
const NOTHING = new Uint8Array();

/** An entry of which only the given differs from a plain one of root. Text counts as UTF-8. */
export function entry(
  type: TreeEntry['type'],
  name: string | Uint8Array,
  given: Partial<Omit<TreeEntry, 'type' | 'name'>> = {},
): TreeEntry {
  const plain = { uid: 0, gid: 0, mtimeNs: USUAL_NS, sizeBytes: 0, data: [] };
  const mode = type === 'folder' ? 0o755 : type === 'symlink' ? 0o777 : 0o644;
  const links = { target: NOTHING, device: [0, 0] as const };
  return { type, name: bytesOf(name), mode, ...plain, ...links, ...given };
}

/** A file without holes. */
export function file(
  name: string | Uint8Array,
  content: string | Uint8Array = 'content',
  given: Partial<TreeEntry> = {},
): TreeEntry {
  const bytes = bytesOf(content);
  const data = bytes.length === 0 ? [] : [{ offset: 0, bytes }];
  return entry('file', name, { sizeBytes: bytes.length, data, ...given });
}

export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}
