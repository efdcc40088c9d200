import { writeFile } from 'node:fs/promises';
import { type BundleRequest, type OperatingSystem, packBundle } from '@capsule/imager';

/** A bundle otherwise than its system is. */
export type BundleChanges = Partial<BundleRequest>;

/** Packs a system as a signed update; `more` describes it otherwise than it is. */
export async function packUpdate(
  system: OperatingSystem,
  output: string,
  more: BundleChanges = {},
): Promise<string> {
  const { version, board, publisher, disk, root } = system;
  await packBundle(output, {
    version,
    minimumVersion: '0.0.1',
    architecture: 'x86_64',
    board,
    rootHash: disk.rootHash,
    uki: disk.uki,
    root: [root.path, disk.tree],
    key: publisher,
    ...more,
  });
  return output;
}

/** Packs one whose root is not what its kernel image wants: the kernel panics as soon as it reads it. */
export async function packPanic(system: OperatingSystem, output: string): Promise<string> {
  const root = `${output}.root`;
  await writeFile(root, Buffer.alloc(64 * 1024, 'no root '));
  return packUpdate(system, output, { root: [root] });
}
