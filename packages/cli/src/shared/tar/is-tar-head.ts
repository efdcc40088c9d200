import { isCapsuleError } from '@capsule/core';
import { parseHeaderBlock } from './header-block.ts';
import { BLOCK_BYTES } from './tar-entry.ts';

/** Whether bytes begin as a tar archive of any format does: by its checksum, because the oldest have no mark. Pure. */
export function isTarHead(bytes: Buffer): boolean {
  if (bytes.length < BLOCK_BYTES) return false;
  try {
    return parseHeaderBlock(bytes.subarray(0, BLOCK_BYTES)) !== undefined;
  } catch (error) {
    if (isCapsuleError(error)) return false;
    throw error;
  }
}
