import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** Larger than any kernel that boots in a microVM. */
const KERNEL_LIMIT_BYTES = 512 * 1024 * 1024;
const ELF = Buffer.from('\x7fELF', 'latin1');
const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** Documentation/arch/x86/boot.rst: the header of a bzImage and its fields for the payload, from 2.08 on. */
const HEADER = { magicAt: 0x202, magic: 'HdrS', versionAt: 0x206, version: 0x208 } as const;
const SECTORS_AT = 0x1f1;
const PAYLOAD_AT = { offset: 0x248, length: 0x24c } as const;
const SECTOR_BYTES = 512;

export function isElf(file: Buffer): boolean {
  return file.subarray(0, ELF.length).equals(ELF);
}

/**
 * Returns the ELF file inside a bzImage, for a monitor without a loader. Undefined for a file that is no bzImage, or
 * whose compression is neither gzip nor zstd. Pure; the content of the file is not trusted.
 */
export function unpackKernel(file: Buffer): Buffer | undefined {
  if (file.length < SECTOR_BYTES * 2) return undefined;
  const magic = file.toString('latin1', HEADER.magicAt, HEADER.magicAt + HEADER.magic.length);
  if (magic !== HEADER.magic || file.readUInt16LE(HEADER.versionAt) < HEADER.version) {
    return undefined;
  }
  // The real-mode part: the boot sector, and as many as it says.
  const start = (file.readUInt8(SECTORS_AT) + 1) * SECTOR_BYTES;
  const from = start + file.readUInt32LE(PAYLOAD_AT.offset);
  const payload = file.subarray(from, from + file.readUInt32LE(PAYLOAD_AT.length));
  const elf = unpack(payload);
  return elf !== undefined && isElf(elf) ? elf : undefined;
}

function unpack(payload: Buffer): Buffer | undefined {
  // The length of the unpacked kernel follows the packed bytes, and is not part of the compressed format.
  const packed = payload.subarray(0, -Uint32Array.BYTES_PER_ELEMENT);
  const most = { maxOutputLength: KERNEL_LIMIT_BYTES };
  try {
    if (payload.subarray(0, ZSTD.length).equals(ZSTD)) return zstdDecompressSync(packed, most);
    if (payload.subarray(0, GZIP.length).equals(GZIP)) return gunzipSync(packed, most);
    return undefined;
  } catch {
    return undefined;
  }
}
