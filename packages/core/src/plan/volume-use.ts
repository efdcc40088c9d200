import type { VolumeUse } from '../port/volume-backend.ts';
import type { WorkloadSpec } from '../resource/workload.ts';

/** How a workload gets at its volumes. Pure. */
export function volumeUse({ kind }: Pick<WorkloadSpec, 'kind'>): VolumeUse {
  return kind === 'microVm' ? 'lent' : 'mounted';
}
