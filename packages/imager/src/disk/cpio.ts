export interface CpioFile {
  /** Without a leading slash. */
  readonly path: string;
  /** Absent: a folder. */
  readonly content?: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

const FOLDER = 0o040000;
const REGULAR = 0o100000;

/**
 * An archive in the `newc` format that the kernel unpacks as its first root: Documentation/driver-api/
 * early-userspace/buffer-format.rst of Linux. Folders come before what is in them. Pure.
 */
export function packCpio(files: readonly CpioFile[]): Buffer {
  const entries = files.map((file, index) => entryOf(file, index + 1));
  return Buffer.concat([...entries, entryOf({ path: 'TRAILER!!!', mode: 0 }, 0)]);
}

function entryOf({ path, content, mode }: CpioFile, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const data = content ?? Buffer.alloc(0);
  const type = inode === 0 ? 0 : content === undefined ? FOLDER : REGULAR;
  // Inode, mode, owner, group, links, time, size, four device numbers, length of the name, checksum.
  const fields = [inode, type | mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(data)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
