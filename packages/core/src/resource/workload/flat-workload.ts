import type { CellRecord, CellSpec } from '../cell/cell.ts';
import { containerKey } from '../cell/cell-key.ts';
import type { CellContainer } from '../cell/container.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import { completeSpec } from './complete-spec.ts';
import type { WorkloadRecord, WorkloadSpec } from './workload.ts';

/** The cell and the container that a flat workload stands for. `joinWorkload` is the way back. Pure. */
export function splitWorkload(spec: WorkloadSpec): {
  readonly cell: CellSpec;
  readonly container: CellContainer;
} {
  const { name: _name, kind, microVm, networkMode, hostname, extraHosts, dns, ...rest } = spec;
  const { dependsOn, updatePolicy, updateTimeoutSeconds, ...container } = rest;
  const network = { networkMode, hostname, extraHosts, dns };
  const order = { dependsOn, updatePolicy, updateTimeoutSeconds };
  return { cell: { kind, ...(microVm && { microVm }), ...network, ...order }, container };
}

/** Fields that an earlier capsule did not know have their defaults. Pure. */
export function joinWorkload(name: string, cell: CellSpec, container: CellContainer): WorkloadSpec {
  const { labels: _labels, ...shared } = cell;
  return completeSpec({ ...shared, ...container, name });
}

/** The cell of one container that a flat workload is. Pure. */
export function cellFromWorkload({ createdAt, ...record }: WorkloadRecord): CellRecord {
  const { ref, uid, generation, desired } = record;
  const { cell, container } = splitWorkload(record.spec);
  return {
    id: ref.cell,
    uid,
    generation,
    desired,
    createdAt,
    spec: cell,
    containers: [{ ...record, spec: container }],
  };
}

/** The flat workload that a cell of one container is; undefined for any other cell. Pure. */
export function workloadOfCell(record: CellRecord): WorkloadRecord | undefined {
  const { id, spec, containers, createdAt } = record;
  const [root, ...siblings] = containers;
  if (root === undefined || siblings.length > 0) return undefined;
  if (containerKey(root.ref) !== containerKey(refOfWorkload(id.cell))) return undefined;
  return { ...root, createdAt, spec: joinWorkload(id.cell, spec, root.spec) };
}
