import type { VolumeUse } from '../../port/volume-seen.ts';
import type { CellSpec } from '../../resource/cell/cell.ts';

/** How a cell gets at its volumes. Pure. */
export function volumeUse({ kind }: Pick<CellSpec, 'kind'>): VolumeUse {
  return kind === 'microVm' ? 'lent' : 'mounted';
}
