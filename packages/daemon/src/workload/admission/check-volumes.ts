import {
  type CellId,
  cellKey,
  cellOfWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
} from '@capsule/core';
import { volumeError, volumeInUse } from '../../volume/errors.ts';
import type { VolumeRecords } from '../../volume/records.ts';

export interface VolumeClaims {
  readonly volumes: Pick<VolumeRecords, 'get'>;
  readonly others: readonly WorkloadRecord[];
  /** It has ended for good, and holds nothing any more. */
  readonly isOver: (record: WorkloadRecord) => boolean;
  readonly batch: ApplyBatch;
}

/** Workloads that are applied together: as each was stored before, undefined where it is new. */
export type ApplyBatch = ReadonlyMap<string, WorkloadRecord | undefined>;

/**
 * Fails with `VOLUME_NOT_FOUND` for a volume that does not exist, with `VOLUME_IN_USE` for one that another
 * workload holds or is about to, and with `VOLUME_WANTED_TWICE` for one that another mounts which comes to it by
 * the same apply.
 */
export function checkVolumes(spec: WorkloadSpec, claims: VolumeClaims): void {
  for (const { volumeName: name } of spec.mounts) {
    const volume = claims.volumes.get(name);
    if (volume === undefined || volume.stage === 'deleting') throw volumeError.NOT_FOUND({ name });
    const holder = leasedTo(volume.holder, spec, claims);
    if (holder !== undefined) throw volumeInUse(name, holder);
    const claimant = claimantOf(name, spec, claims);
    if (claimant === undefined) continue;
    if (!claims.batch.has(claimant) || isClaiming(claims.batch.get(claimant), name)) {
      throw volumeError.IN_USE({ name, holder: claimant });
    }
    throw volumeError.WANTED_TWICE({ name, workload: spec.name, other: claimant });
  }
}

/** Another cell that has the volume now; one that is on its way out lets go soon, and the start waits for that. */
function leasedTo(
  holder: CellId | undefined,
  spec: WorkloadSpec,
  { others, isOver }: VolumeClaims,
): CellId | undefined {
  const key = holder && cellKey(holder);
  if (key === undefined || key === cellKey(cellOfWorkload(spec.name))) return undefined;
  const isLeaving = others.some(
    (other) => cellKey(other.ref.cell) === key && (other.desired !== 'running' || isOver(other)),
  );
  return isLeaving ? undefined : holder;
}

/** Another workload that mounts the volume, or is about to. */
function claimantOf(
  volume: string,
  spec: WorkloadSpec,
  { others, isOver }: VolumeClaims,
): string | undefined {
  const claimant = others.find(
    (other) => other.spec.name !== spec.name && isClaiming(other, volume) && !isOver(other),
  );
  return claimant?.spec.name;
}

function isClaiming(record: WorkloadRecord | undefined, volume: string): boolean {
  if (record?.desired !== 'running') return false;
  return record.spec.mounts.some(({ volumeName }) => volumeName === volume);
}
