import type { CapsuleClient, Volume, VolumeSnapshot } from '@capsule/api/wire';
import { formatBytes } from '../render/bytes.ts';
import { theNoun } from '../render/the-noun.ts';
import type { VolumeName } from './volume-name.ts';

/**
 * A line for each of these volumes and snapshots that exists. Without `force` the capsule refuses a volume that is
 * mounted or has snapshots, so nothing is lost.
 */
export async function volumeLosses(
  client: CapsuleClient,
  names: readonly VolumeName[],
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const [{ volumes }, { snapshots }] = await Promise.all([
    client.volume.list({}, { signal }),
    client.volume.listSnapshots({}, { signal }),
  ]);
  return names.flatMap(({ volume, snapshot }, at) => {
    const own = snapshots.filter((one) => one.volume === volume);
    if (snapshot !== undefined) {
      return own.some(({ name }) => name === snapshot)
        ? [`${volume}@${snapshot}: the contents of that time`]
        : [];
    }
    const found = volumes.find(({ name }) => name === volume);
    if (found === undefined) return [];
    // Snapshots that the command deletes first have a line of their own, and do not keep the volume.
    const left = own.filter(({ name }) => !hasSnapshot(names.slice(0, at), volume, name));
    const isRefused = !force && (found.mountedBy.length > 0 || left.length > 0);
    return isRefused ? [] : [volumeLoss(found, left)];
  });
}

function hasSnapshot(names: readonly VolumeName[], volume: string, snapshot: string): boolean {
  return names.some((one) => one.volume === volume && one.snapshot === snapshot);
}

function volumeLoss(
  { name, usedBytes, mountedBy }: Volume,
  snapshots: readonly VolumeSnapshot[],
): string {
  const parts = [`${name}: ${formatBytes(Number(usedBytes))} of data`];
  const names = snapshots.map((one) => `${name}@${one.name}`).join(', ');
  if (names !== '') parts.push(`with ${theNoun(snapshots.length, 'snapshot')} ${names}`);
  if (mountedBy.length > 0) parts.push(`stops ${mountedBy.join(', ')}`);
  return parts.join(', ');
}
