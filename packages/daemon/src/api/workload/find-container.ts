import { placeFromProto, type Place as WirePlace } from '@capsule/api/wire';
import {
  containerKey,
  isName,
  type Place,
  refOfPlace,
  shortPlace,
  type WorkloadRecord,
} from '@capsule/core';
import { cellError } from '../../cell/errors.ts';
import type { Cells } from '../../store/cells.ts';
import type { WorkloadSpecs } from '../../store/workload-specs.ts';
import { claimsOf } from '../../workload/admission/claims.ts';
import { workloadError } from '../../workload/errors.ts';

/** The part of a request that names a flat workload, or the place of any container. */
export interface ContainerTarget {
  readonly name: string;
  readonly place?: WirePlace | undefined;
}

export interface FindContainerParts {
  readonly specs: Pick<WorkloadSpecs, 'get'>;
  readonly cells: Pick<Cells, 'get'>;
  /** Replaces the alias of a realm. */
  readonly resolve: (place: Place) => Place;
}

/** Fails with `WORKLOAD_NOT_FOUND` or `CELL_NOT_FOUND`. */
export function requireContainer(
  parts: FindContainerParts,
  target: ContainerTarget,
): WorkloadRecord {
  const record = findContainer(parts, target);
  if (record !== undefined) return record;
  if (target.place === undefined) throw workloadError.NOT_FOUND({ name: target.name });
  const place = shortPlace(parts.resolve(placeFromProto(target.place)));
  throw cellError.NOT_FOUND({ level: 'container', place });
}

/** The container of a cell comes in the form of a flat workload. Undefined if it does not exist. */
export function findContainer(
  { specs, cells, resolve }: FindContainerParts,
  { name, place }: ContainerTarget,
): WorkloadRecord | undefined {
  if (place === undefined) return isName(name) ? specs.get(name) : undefined;
  const ref = refOfPlace(resolve(placeFromProto(place)));
  const cell = ref && cells.get(ref.cell);
  const claims = cell === undefined ? [] : claimsOf(cell);
  return claims.find((one) => ref !== undefined && containerKey(one.ref) === containerKey(ref));
}
