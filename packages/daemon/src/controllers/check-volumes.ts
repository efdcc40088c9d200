import type { WorkloadRecord, WorkloadSpec } from '@capsule/core';
import type { Volumes } from '../store/volumes.ts';
import { volumeError } from './volume-errors.ts';

export interface VolumeClaims {
  readonly volumes: Volumes;
  readonly others: readonly WorkloadRecord[];
  /** It has ended for good, and holds nothing any more. */
  readonly isOver: (record: WorkloadRecord) => boolean;
}

/**
 * Fails with `VOLUME_NOT_FOUND` for a volume that does not exist, and with `VOLUME_IN_USE` for one that
 * another workload holds or is about to.
 */
export function checkVolumes(spec: WorkloadSpec, claims: VolumeClaims): void {
  for (const { volumeName: name } of spec.mounts) {
    const volume = claims.volumes.get(name);
    if (volume === undefined || volume.stage === 'deleting') throw volumeError.NOT_FOUND({ name });
    const holder = otherHolder(name, volume.holder, spec, claims);
    if (holder !== undefined) throw volumeError.IN_USE({ name, holder });
  }
}

function otherHolder(
  name: string,
  holder: string | undefined,
  spec: WorkloadSpec,
  { others, isOver }: VolumeClaims,
): string | undefined {
  if (holder !== undefined && holder !== spec.name) {
    // One that is on its way out lets go soon: the start waits for that.
    const isLeaving = others.some(
      (other) => other.spec.name === holder && (other.desired !== 'running' || isOver(other)),
    );
    if (!isLeaving) return holder;
  }
  const claimant = others.find(
    (other) =>
      other.spec.name !== spec.name &&
      other.desired === 'running' &&
      other.spec.mounts.some(({ volumeName }) => volumeName === name) &&
      !isOver(other),
  );
  return claimant?.spec.name;
}
