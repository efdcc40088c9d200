const MIB = 1024 ** 2;
const GIB = 1024 * MIB;

/**
 * Returns the size of /perm on a disk with that much room for data: a quarter of it, with images, logs and the store, but
 * 32 GiB at most, and at least 2 GiB where this leaves half to volumes. Pure.
 */
export function permBytes(groupBytes: number): number {
  const least = Math.min(2 * GIB, groupBytes / 2);
  const wanted = Math.min(Math.max(groupBytes / 4, least), 32 * GIB);
  return Math.floor(wanted / (4 * MIB)) * 4 * MIB;
}
