export type CpioEntry = {
  /** Without a leading slash. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
} & CpioContent;

/** A file, a symbolic link, a character device by its numbers, or else a folder. */
type CpioContent =
  | { readonly content?: Uint8Array; readonly link?: never; readonly device?: never }
  | { readonly link: string; readonly content?: never; readonly device?: never }
  | {
      readonly device: readonly [major: number, minor: number];
      readonly content?: never;
      readonly link?: never;
    };

const FOLDER = 0o040000;
const REGULAR = 0o100000;
const LINK = 0o120000;
const CHARACTER_DEVICE = 0o020000;

/**
 * An archive in the `newc` format that the kernel unpacks as its first root: Documentation/driver-api/
 * early-userspace/buffer-format.rst of Linux. Folders come before what is in them. Pure.
 */
export function packCpio(entries: readonly CpioEntry[]): Buffer {
  const packed = entries.map((entry, index) => pack(entry, typeOf(entry), index + 1));
  return Buffer.concat([...packed, pack({ path: 'TRAILER!!!', mode: 0 }, 0, 0)]);
}

function typeOf({ content, link, device }: CpioEntry): number {
  if (link !== undefined) return LINK;
  if (device !== undefined) return CHARACTER_DEVICE;
  return content === undefined ? FOLDER : REGULAR;
}

function pack({ path, mode, content, link, device }: CpioEntry, type: number, inode: number) {
  const name = Buffer.from(`${path}\0`);
  const data = content ?? Buffer.from(link ?? '');
  const [major, minor] = device ?? [0, 0];
  // Inode, mode, owner, group, links, time, size, where it lies, the device, length of the name, checksum.
  const fields = [inode, type | mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, name.length, 0];
  const header = `070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(data)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
