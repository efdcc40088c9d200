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
  /** The workload has ended for good and uses nothing any more. */
  readonly isOver: (record: WorkloadRecord) => boolean;
  readonly batch: ApplyBatch;
}

/**
 * Workloads that are applied together, by name, each with its earlier record; undefined for a new
 * one.
 */
export type ApplyBatch = ReadonlyMap<string, WorkloadRecord | undefined>;

/**
 * Fails with `VOLUME_NOT_FOUND` for a volume that does not exist, with `VOLUME_IN_USE` for one that
 * another workload holds or is about to mount, and with `VOLUME_WANTED_TWICE` for one that another
 * workload begins to mount by the same apply.
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

/**
 * Returns another cell that holds the volume. A cell that is stopping releases it soon, and the
 * start waits for that.
 */
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

/** Returns another workload that mounts the volume, or is about to. */
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
