import type { OperatingSystem } from './build-os.ts';

/** The table of parts and sizes, for a person. */
export function renderSystem({ version, rootfs, root, disk }: OperatingSystem): string {
  const unpacked = rootfs.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const rows = [
    ...rootfs.layers.map(({ name, sizeBytes }) => [`  ${name}`, sizeBytes] as const),
    ['root, unpacked', unpacked],
    ['root, as it is on the disk', root.sizeBytes],
    ['hashes of the root', disk.treeBytes],
    ['kernel and initramfs', disk.ukiBytes],
    ['an update, as sent', root.sizeBytes + disk.treeBytes + disk.ukiBytes],
  ] as const;
  const table = rows.map(([name, bytes]) => `${name.padEnd(28)}${megabytes(bytes)}`);
  return [...table, `Capsule ${version}, SHA-256 ${disk.hash}`].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1).padStart(8)} MB`;
}
