import { access, chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfFiles } from '../cache/digest.ts';
import { imagerError } from '../errors.ts';

export const FIRECRACKER_FOLDER = '/usr/lib/capsule/firecracker';
/** Both of one release; the jailer makes no sense without the other. */
const PROGRAMS = ['firecracker', 'jailer'] as const;

export const firecrackerPrograms = PROGRAMS.map((name) => join(FIRECRACKER_FOLDER, name));

/** What tells one Firecracker from another. Fails with `IMAGER_FIRECRACKER_MISSING`. */
export async function digestOfFirecracker(folder: string): Promise<string> {
  for (const name of PROGRAMS) {
    await access(join(folder, name)).catch((cause: unknown) => {
      throw imagerError.FIRECRACKER_MISSING({ folder }, cause);
    });
  }
  return digestOfFiles(folder, PROGRAMS);
}

/** Puts the programs of `folder` into a layer. */
export async function addFirecracker(folder: string, layer: string): Promise<void> {
  const target = join(layer, FIRECRACKER_FOLDER);
  await mkdir(target, { recursive: true });
  for (const name of PROGRAMS) {
    await copyFile(join(folder, name), join(target, name));
    await chmod(join(target, name), 0o755);
  }
}
