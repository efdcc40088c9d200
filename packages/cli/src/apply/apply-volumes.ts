import { type CapsuleClient, scheduleToProto } from '@capsule/api';
import type { VolumeSpec } from '@capsule/core';
import type { Context } from '../context/context.ts';
import { applyEach, type DeclaredResult } from './apply-each.ts';

export type VolumeResult = DeclaredResult<VolumeSpec>;

/** Hands over what is declared of volumes. */
export function applyVolumes(
  client: CapsuleClient,
  { specs, dryRun }: { readonly specs: readonly VolumeSpec[]; readonly dryRun: boolean },
  context: Context,
): Promise<readonly VolumeResult[]> {
  const { signal } = context;
  const apply = ({ name, sizeBytes, snapshotSchedule }: VolumeSpec) => {
    const schedule = snapshotSchedule && scheduleToProto(snapshotSchedule);
    const wish = { name, sizeBytes: BigInt(sizeBytes), dryRun };
    return client.volume.apply(
      { ...wish, ...(schedule && { snapshotSchedule: schedule }) },
      { signal },
    );
  };
  return applyEach(specs, apply, context);
}
