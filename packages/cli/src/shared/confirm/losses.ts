import type {
  CapsuleClient,
  Image,
  ReportedWorkload,
  Volume,
  VolumeSnapshot,
} from '@capsule/api/wire';
import { describeImageReference, normaliseImageReference } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import { formatBytes } from '../render/bytes.ts';
import type { VolumeName } from '../volume/volume-name.ts';
import { describeSource, KIND_NOUNS } from '../workload/kind.ts';
import { readWorkload } from '../workload/read-workload.ts';

/** A line for each of these workloads that exists: its own loss, and its dependents. */
export async function workloadLosses(
  client: CapsuleClient,
  names: readonly string[],
  { program, signal }: Context,
): Promise<readonly string[]> {
  const { workloads } = await client.workload.list({}, { signal });
  const all = workloads.map((wire) => readWorkload(wire, program));
  return all
    .filter(({ spec }) => names.includes(spec.name))
    .map((workload) => workloadLoss(workload, all, names));
}

function workloadLoss(
  { spec, status }: ReportedWorkload,
  all: readonly ReportedWorkload[],
  names: readonly string[],
): string {
  const volumes = [...new Set(spec.mounts.map(({ volumeName }) => volumeName))];
  const kept =
    volumes.length === 0
      ? 'with all that it wrote'
      : `with all that it wrote outside of ${nounOf(volumes.length, 'volume')} ${volumes.join(', ')}`;
  const needed = all
    .filter((other) => other.spec.dependsOn.includes(spec.name) && !names.includes(other.spec.name))
    .map((other) => other.spec.name);
  const what = `${spec.name}: ${status.phase} ${KIND_NOUNS[spec.kind]} of ${describeSource(spec)}, ${kept}`;
  return needed.length === 0
    ? what
    : `${what}; ${needed.join(', ')} ${needed.length === 1 ? 'depends' : 'depend'} on it`;
}

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
  return names.flatMap(({ volume, snapshot }) => {
    const own = snapshots.filter((one) => one.volume === volume);
    if (snapshot !== undefined) {
      return own.some(({ name }) => name === snapshot)
        ? [`${volume}@${snapshot}: what the volume held then`]
        : [];
    }
    const found = volumes.find(({ name }) => name === volume);
    if (found === undefined) return [];
    const isRefused = !force && (found.mountedBy.length > 0 || own.length > 0);
    return isRefused ? [] : [volumeLoss(found, own)];
  });
}

function volumeLoss(
  { name, usedBytes, mountedBy }: Volume,
  snapshots: readonly VolumeSnapshot[],
): string {
  const parts = [`${name}: ${formatBytes(Number(usedBytes))} of data`];
  const names = snapshots.map((one) => `${name}@${one.name}`).join(', ');
  if (names !== '') parts.push(`with ${nounOf(snapshots.length, 'snapshot')} ${names}`);
  if (mountedBy.length > 0) parts.push(`stops ${mountedBy.join(', ')}`);
  return parts.join(', ');
}

/** Images of these names that are there and not used: others are not removed. */
export async function imageLosses(
  client: CapsuleClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { images } = await client.image.list({}, { signal });
  const wanted = names.map(normaliseImageReference);
  return images
    .filter(({ name, usedBy }) => wanted.includes(name) && usedBy.length === 0)
    .map(imageLoss);
}

export function imageLoss({ name, sizeBytes }: Image): string {
  return `${describeImageReference(name)}: ${formatBytes(Number(sizeBytes))}`;
}

/** `volume`, `volumes`; `2 workloads` with the count. */
function nounOf(count: number, noun: string): string {
  return count === 1 ? `the ${noun}` : `the ${noun}s`;
}
