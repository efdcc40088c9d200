import { type CellId, cellKey, containerKey, type WorkloadRecord } from '@capsule/core';
import { volumeError } from '../../volume/errors.ts';
import type { VolumeRecords } from '../../volume/records.ts';
import { isSameCell } from './claims.ts';

export interface VolumeClaims {
  readonly volumes: Pick<VolumeRecords, 'get' | 'inUse'>;
  readonly others: readonly WorkloadRecord[];
  /** The workload has ended for good and uses nothing any more. */
  readonly isOver: (record: WorkloadRecord) => boolean;
  readonly batch: ApplyBatch;
}

/**
 * Containers that are applied together, by key, each with its earlier record; undefined for a new
 * one.
 */
export type ApplyBatch = ReadonlyMap<string, WorkloadRecord | undefined>;

/**
 * Fails with `VOLUME_NOT_FOUND` for a volume that does not exist, with `VOLUME_IN_USE` for one that
 * another cell holds or is about to mount, and with `VOLUME_WANTED_TWICE` for one that another
 * cell begins to mount by the same apply. The containers of one cell share its volumes.
 */
export function checkVolumes(record: WorkloadRecord, claims: VolumeClaims): void {
  for (const { volumeName: name } of record.spec.mounts) {
    const volume = claims.volumes.get(name);
    if (volume === undefined || volume.stage === 'deleting') throw volumeError.NOT_FOUND({ name });
    const holder = leasedTo(volume.holder, record, claims);
    if (holder !== undefined) throw claims.volumes.inUse(name, holder);
    const claimant = claimantOf(name, record, claims);
    if (claimant === undefined) continue;
    const key = containerKey(claimant.ref);
    if (!claims.batch.has(key) || isClaiming(claims.batch.get(key), name)) {
      throw claims.volumes.inUse(name, claimant.ref.cell);
    }
    const facts = { workload: record.spec.name, other: claimant.spec.name };
    throw volumeError.WANTED_TWICE({ name, ...facts });
  }
}

/**
 * Returns another cell that holds the volume. A cell that is stopping releases it soon, and the
 * start waits for that; one of which only some siblings stop or end keeps it.
 */
function leasedTo(
  holder: CellId | undefined,
  record: WorkloadRecord,
  { others, isOver }: VolumeClaims,
): CellId | undefined {
  const key = holder && cellKey(holder);
  if (key === undefined || key === cellKey(record.ref.cell)) return undefined;
  const isEnding = (one: WorkloadRecord) => one.desired !== 'running' || isOver(one);
  const containers = others.filter((other) => cellKey(other.ref.cell) === key);
  const [running] = containers.filter((one) => !isEnding(one));
  const isRootEnding = containers.some((one) => one.role === 'root' && isEnding(one));
  const isLeaving = containers.length > 0 && (running === undefined || isRootEnding);
  return isLeaving ? undefined : holder;
}

/** Returns a container of another cell that mounts the volume, or is about to. */
function claimantOf(
  volume: string,
  record: WorkloadRecord,
  { others, isOver }: VolumeClaims,
): WorkloadRecord | undefined {
  return others.find(
    (other) => !isSameCell(other, record) && isClaiming(other, volume) && !isOver(other),
  );
}

function isClaiming(record: WorkloadRecord | undefined, volume: string): boolean {
  if (record?.desired !== 'running') return false;
  return record.spec.mounts.some(({ volumeName }) => volumeName === volume);
}
