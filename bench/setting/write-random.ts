import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const MIB = 1024 * 1024;
const BLOCK_MIB = 16;

/** Random data, so that a disk or a program cannot compress it. */
export async function writeRandom(path: string, mib: number): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const block = randomBytes(BLOCK_MIB * MIB);
    for (let written = 0; written < mib; written += BLOCK_MIB) await file.write(block);
  } finally {
    await file.close();
  }
}
