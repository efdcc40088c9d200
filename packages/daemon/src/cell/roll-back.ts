import type { WorkloadRecord, WorkloadSpec } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Cells } from '../store/cells.ts';
import { rootOfRecord } from '../workload/admission/claims.ts';
import type { CellApplier } from './apply.ts';

export interface RollBackParts {
  readonly db: Database;
  readonly cells: Pick<Cells, 'get'>;
  readonly applier: Pick<CellApplier, 'applyAll'>;
}

/**
 * Restores an earlier spec of a root, with the fields that its cell shares; specs of siblings stay. Returns undefined
 * if the cell has changed meanwhile. Fails as an apply of the root does; the failed spec stays then.
 */
export function rollBackRoot(
  { db, cells, applier }: RollBackParts,
  failed: WorkloadRecord,
  good: WorkloadSpec,
): WorkloadRecord | undefined {
  return db.transaction(() => {
    const { ref, uid, generation } = failed;
    const now = cells.get(ref.cell);
    if (now?.uid !== uid || now.generation !== generation) return undefined;
    const spec = { ...good, name: ref.container };
    const [outcome] = applier.applyAll([{ container: { ref, spec } }]);
    if (outcome !== undefined && 'error' in outcome) throw outcome.error;
    return rootOfRecord(cells.get(ref.cell));
  });
}
