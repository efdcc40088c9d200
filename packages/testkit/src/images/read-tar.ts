const BLOCK = 512;

/** The regular files of a plain tar archive; undefined where it is none, or ends too early. */
export function readTar(archive: Buffer): Map<string, Buffer> | undefined {
  const files = new Map<string, Buffer>();
  for (let at = 0; ; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.length < BLOCK) return undefined;
    if (header.every((byte) => byte === 0)) return files;
    if (header.toString('latin1', 257, 262) !== 'ustar') return undefined;
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8);
    const data = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (data.length < size) return undefined;
    if (header.toString('latin1', 156, 157) === '0') {
      files.set(header.toString('utf8', 0, 100).replace(/\0.*$/s, ''), data);
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}
