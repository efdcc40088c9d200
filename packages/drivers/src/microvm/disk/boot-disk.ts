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

/** The facts that a guest that was resumed needs besides: its siblings have the same memory. */
export interface Identity extends BootConfig {
  readonly network: BootConfig['network'] & Pick<TapLink, 'hardwareAddress'>;
  /** Random bytes, hexadecimal. */
  readonly seed: string;
  /** The sizes of its disks, in sectors of 512 bytes. */
  readonly diskSectors: readonly number[];
}

const MAGIC = 'capsule-boot 1\n';
const SECTOR_BYTES = 512;
const LIMIT_BYTES = 64 * 1024;

/** Returns the content of the disk: a line that identifies it, JSON, and zeros up to a whole sector. Pure. */
export function packBootDisk(config: BootConfig | Identity): Buffer {
  return pack(config);
}

/** Returns the content of the disk of a template: its guest waits for an identity. Pure. */
export function packTemplateDisk(): Buffer {
  return pack({ isTemplate: true });
}

function pack(value: object): Buffer {
  const text = Buffer.from(`${MAGIC}${JSON.stringify(value)}`);
  const size = Math.min(Math.ceil((text.length + 1) / SECTOR_BYTES) * SECTOR_BYTES, LIMIT_BYTES);
  return Buffer.concat([text, Buffer.alloc(size - text.length)]);
}

/** Writes a disk that a guest that is resumed does not read, but has. */
export async function writeTemplateDisk(path: string): Promise<void> {
  await writeFile(path, packTemplateDisk(), { mode: 0o600 });
}

/** Writes the disk so that only capsuled can read the token. */
export async function writeBootDisk(path: string, config: BootConfig): Promise<void> {
  await writeFile(path, packBootDisk(config), { mode: 0o600 });
}
