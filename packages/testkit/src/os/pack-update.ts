import { writeFile } from 'node:fs/promises';
import { type OperatingSystem, packBundle } from '@capsule/imager';

/** Packs a system as a signed update. */
export async function packUpdate(system: OperatingSystem, output: string): Promise<string> {
  await pack(system, output, [system.root.path, system.disk.tree]);
  return output;
}

/** Packs one whose root is not what its kernel image wants: the kernel panics as soon as it reads it. */
export async function packPanic(system: OperatingSystem, output: string): Promise<string> {
  const root = `${output}.root`;
  await writeFile(root, Buffer.alloc(64 * 1024, 'no root '));
  await pack(system, output, [root]);
  return output;
}

async function pack(system: OperatingSystem, output: string, root: readonly string[]) {
  const { version, board, publisher, disk } = system;
  await packBundle(output, {
    version,
    minimumVersion: '0.1.0',
    architecture: 'x86_64',
    board,
    rootHash: disk.rootHash,
    uki: disk.uki,
    root,
    key: publisher,
  });
}
