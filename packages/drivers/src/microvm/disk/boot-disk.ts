import { writeFile } from 'node:fs/promises';
import type { TapLink } from '@capsule/core';

/** The facts that a guest needs before it can be reached. `capsule-guest` defines keys and form. */
export interface BootConfig {
  readonly token: string;
  readonly hostname: string;
  readonly network: Pick<TapLink, 'address' | 'prefix' | 'gateway' | 'mtu'>;
  readonly unixNanos: string;
  readonly generation: number;
}

const MAGIC = 'capsule-boot 1\n';
const SECTOR_BYTES = 512;
const LIMIT_BYTES = 64 * 1024;

/** Returns the content of the disk: a line that identifies it, JSON, and zeros up to a whole sector. Pure. */
export function packBootDisk(config: BootConfig): Buffer {
  const text = Buffer.from(`${MAGIC}${JSON.stringify(config)}`);
  const size = Math.min(Math.ceil((text.length + 1) / SECTOR_BYTES) * SECTOR_BYTES, LIMIT_BYTES);
  return Buffer.concat([text, Buffer.alloc(size - text.length)]);
}

/** Writes the disk so that only capsuled can read the token. */
export async function writeBootDisk(path: string, config: BootConfig): Promise<void> {
  await writeFile(path, packBootDisk(config), { mode: 0o600 });
}
