import type { ContainerFiles, ContainerPath } from '@capsule/core';

const LIMIT_BYTES = 1024 * 1024;
const BLOCK_BYTES = 512;

/** Reads a small text file of a payload, up to a limit of plausible size. Fails as `ContainerFiles.pack`. */
export async function readGuestFile(
  files: Pick<ContainerFiles, 'pack'>,
  at: ContainerPath,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of files.pack(at)) {
    size += part.length;
    if (size > LIMIT_BYTES) return '';
    parts.push(part);
  }
  return firstFile(Buffer.concat(parts));
}

/**
 * Returns the first file of a tar archive (tar(5)): name, mode, …, size in octal at 124, type at 156. Pure.
 */
function firstFile(archive: Buffer): string {
  for (let at = 0; at + BLOCK_BYTES <= archive.length; ) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8) || 0;
    const type = String.fromCharCode(archive[at + 156] ?? 0);
    const start = at + BLOCK_BYTES;
    if (type === '0' || type === '\0') return archive.toString('utf8', start, start + size);
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return '';
}
