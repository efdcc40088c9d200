import {
  allOrFirstError,
  type CellId,
  type CellPlan,
  type CellRecord,
  type CellSeen,
  type CellSpec,
  type ContainerRecord,
  cellKey,
  cellOfWorkload,
  containerRevision,
  isAlive,
  planCell,
  type Step,
} from '@capsule/core';
import type { Requeue, Turn } from '@capsule/engine';
import type { VolumeFiller } from '../volume/fill.ts';
import { ContainerFailure } from './container-failure.ts';
import type { Dependents } from './dependents.ts';
import type { CellFound } from './look-at-cell.ts';
import type { WorkloadObserver } from './observe.ts';
import type { RunStep } from './steps.ts';

export interface ReconcileParts {
  /** Returns the stored cell, with an address if it needs one; undefined if there is none. */
  readonly claim: (cell: CellId) => CellRecord | undefined;
  readonly look: (record: CellRecord, signal: AbortSignal) => Promise<CellFound>;
  readonly runStep: RunStep;
  readonly waitingFor: (spec: CellSpec) => readonly string[];
  readonly observer: WorkloadObserver;
  readonly filler: Pick<VolumeFiller, 'recordFilled'>;
  readonly dependents: Dependents;
  readonly now: () => number;
}

/** More rounds than any plan needs: an endless plan is a bug and must not spin. */
const MOST_WAVES = 32;

/**
 * Reconciles one cell with its spec in rounds: inspect, plan, act, inspect again. Idempotent, and
 * safe to stop at any instruction.
 */
export async function reconcileCell(
  cell: CellId,
  parts: ReconcileParts,
  { signal, outsideLimit }: Turn,
): Promise<Requeue> {
  const { observer, runStep, filler } = parts;
  let containers: readonly ContainerRecord[] = [];
  try {
    for (let wave = 0; wave < MOST_WAVES; wave += 1) {
      signal.throwIfAborted();
      const record = parts.claim(cell);
      if (record === undefined) return undefined;
      containers = record.containers;
      const begun = observer.beginLook();
      const seen = recordSeen(record, await parts.look(record, signal), { observer, begun });
      // Also records it for a start by a capsuled that died before it stored this.
      if (isRunningAsDesired(record, seen)) filler.recordFilled(record);
      const plan = planCell(record, seen, parts.now());
      if (plan.steps.length === 0) return rest(record, seen, plan, parts);
      const run = (step: Step) => ofContainer(step, runStep(record, step, signal));
      const act = () => allOrFirstError(plan.steps.map(run));
      await (plan.steps.some(isMostlyWaiting) ? outsideLimit(act) : act());
    }
    return { afterMs: 1_000 };
  } finally {
    for (const { ref } of containers) observer.endProgress(ref);
  }
}

async function ofContainer(step: Step, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    throw 'ref' in step ? new ContainerFailure(step.ref, cause) : cause;
  }
}

function recordSeen(
  record: CellRecord,
  found: CellFound,
  { observer, begun }: { readonly observer: WorkloadObserver; readonly begun: number },
): CellSeen {
  const containers = record.containers.flatMap(({ ref }, index) => {
    const one = found.containers[index];
    return one === undefined ? [] : [{ ...one, status: observer.recordSeen(ref, one.seen, begun) }];
  });
  return { ...found, containers };
}

function isRunningAsDesired({ containers }: CellRecord, seen: CellSeen): boolean {
  return containers.every((record, index) => {
    const container = seen.containers[index]?.seen;
    if (container === undefined || !isAlive(container.task)) return false;
    return container.revision === containerRevision(record);
  });
}

/** Returns nothing to do now: for good, or until an event. */
function rest(
  record: CellRecord,
  seen: CellSeen,
  plan: CellPlan,
  { dependents, observer, waitingFor, now }: ReconcileParts,
): Requeue {
  const needed = plan.waitingFor ?? [];
  dependents.waits(
    cellKey(record.id),
    needed.map((name) => cellKey(cellOfWorkload(name))),
  );
  if (plan.waitingFor !== undefined) {
    for (const { ref } of idle(record, seen)) observer.recordWaiting(ref, needed);
    // One of the needed cells may have become ready since the inspection.
    return waitingFor(record.spec).length === 0 ? { afterMs: 0 } : undefined;
  }
  if (plan.againAt !== undefined) return { afterMs: plan.againAt - now() };
  for (const container of record.containers) observer.recordConverged(container);
  return undefined;
}

function idle({ containers }: CellRecord, seen: CellSeen): readonly ContainerRecord[] {
  return containers.filter((_, index) => !isAlive(seen.containers[index]?.seen?.task ?? 'none'));
}

/** A slow registry, or a process that ends slowly, must not delay other workloads. */
function isMostlyWaiting(step: Step): boolean {
  return step.do === 'pullImage' || step.do === 'stopContainer';
}
