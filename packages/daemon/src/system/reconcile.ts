import type { CellId, CellRecord, CellSpec, ContainerRef, Step } from '@capsule/core';
import type { Requeue, Turn } from '@capsule/engine';
import { claimAddress } from '../network/claim-address.ts';
import { ContainerLogs } from '../workload/container-logs.ts';
import { type CellLookParts, type LookRequest, lookAtCell } from '../workload/look-at-cell.ts';
import { type ReconcileParts, reconcileCell } from '../workload/reconcile.ts';
import { bindSteps } from '../workload/steps.ts';
import { waitingFor } from '../workload/waiting-for.ts';
import type { Base } from './base.ts';
import { createExecutors } from './executors.ts';
import type { WorkloadsParts } from './workload-parts.ts';

/** Binds the reconcile function of a cell to all parts that it reads and acts on. */
export function createReconcile(
  { db, tracer, now }: Base,
  parts: WorkloadsParts,
  { dependents, retries, pulls }: Pick<ReconcileParts, 'dependents' | 'retries' | 'pulls'>,
): (cell: CellId, turn: Turn) => Promise<Requeue> {
  const { observer, ports, volumes } = parts;
  const { cells, addresses } = parts.records;
  const statusOf = (ref: ContainerRef) => observer.statusOf(ref);
  const waits = (spec: CellSpec) => waitingFor(spec, { cells, statusOf });
  const logs = new ContainerLogs(ports.logs);
  const runStep = bindSteps(createExecutors(db, parts, logs));
  const seen = lookParts(parts, { logs, waitingFor: waits });
  const bound = {
    claim: (cell: CellId) => claimAddress(cell, { db, cells, addresses, statusOf }),
    look: (request: LookRequest, signal: AbortSignal) =>
      tracer.span('look', () => lookAtCell(request, seen, signal)),
    runStep: (record: CellRecord, step: Step, signal: AbortSignal) =>
      tracer.span(step.do, () => runStep(record, step, signal)),
    waitingFor: waits,
    observer,
    filler: volumes.filler,
    dependents,
    retries,
    pulls,
    now,
  };
  return (cell, turn) => reconcileCell(cell, bound, turn);
}

function lookParts(
  { records, ports, network }: WorkloadsParts,
  rest: Pick<CellLookParts, 'logs' | 'waitingFor'>,
): CellLookParts {
  return {
    ...rest,
    runtime: ports.runtime,
    images: ports.imageStores,
    network: ports.network.network,
    namespaces: ports.network.namespaces,
    volumes: records.volumes,
    volumeBackend: ports.volumes.backend,
    addresses: records.addresses,
    publisher: network.publisher,
  };
}
