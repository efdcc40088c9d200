import {
  type CellId,
  type CellPlan,
  type CellRecord,
  type CellSeen,
  type CellSpec,
  type ContainerRecord,
  type ContainerRef,
  cellKey,
  cellOfWorkload,
  containerKey,
  containerRevision,
  isAlive,
  planCell,
  type Step,
} from '@capsule/core';
import type { Requeue, Turn } from '@capsule/engine';
import type { VolumeFiller } from '../volume/fill.ts';
import { ContainerFailure, isContainerFailure } from './container-failure.ts';
import type { Dependents } from './dependents.ts';
import type { CellFound, EarlierLook, LookRequest } from './look-at-cell.ts';
import type { WorkloadObserver } from './observe.ts';
import type { SiblingPulls } from './sibling-pulls.ts';
import type { SiblingRetries } from './sibling-retries.ts';
import type { RunStep } from './steps.ts';

export interface ReconcileParts {
  /** Returns the stored cell, with an address if it needs one; undefined if there is none. */
  readonly claim: (cell: CellId) => CellRecord | undefined;
  readonly look: (request: LookRequest, signal: AbortSignal) => Promise<CellFound>;
  readonly runStep: RunStep;
  readonly waitingFor: (spec: CellSpec) => readonly string[];
  readonly observer: WorkloadObserver;
  readonly filler: Pick<VolumeFiller, 'recordFilled'>;
  readonly dependents: Dependents;
  readonly retries: SiblingRetries;
  readonly pulls: SiblingPulls;
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
  const { observer, filler } = parts;
  let containers: readonly ContainerRecord[] = [];
  let earlier: EarlierLook | undefined;
  try {
    for (let wave = 0; wave < MOST_WAVES; wave += 1) {
      signal.throwIfAborted();
      const record = parts.claim(cell);
      if (record === undefined) return undefined;
      containers = record.containers;
      const begun = observer.beginLook();
      const found = await parts.look({ record, begun, earlier }, signal);
      const seen = recordSeen(record, found, parts);
      // Also records it for a start by a capsuled that died before it stored this.
      if (isRunningAsDesired(record, seen)) filler.recordFilled(record);
      const plan = planCell(record, seen, parts.now());
      if (plan.steps.length === 0) {
        // Only a look at everything shows that nothing is left to do.
        if (earlier === undefined) return rest(record, seen, plan, parts);
        earlier = undefined;
        continue;
      }
      const act = () => runWave(record, plan.steps, parts, signal);
      await (plan.steps.some(isMostlyWaiting) ? outsideLimit(act) : act());
      earlier = lookBefore(plan.steps, { record, found });
    }
    return { afterMs: 1_000 };
  } finally {
    for (const { ref } of containers) if (!parts.pulls.isPulling(ref)) observer.endProgress(ref);
  }
}

/**
 * Waits until every step has ended, except for the pulls of siblings. The failure of a sibling that is to run is the
 * pause of this one alone.
 */
async function runWave(
  record: CellRecord,
  wave: readonly Step[],
  { runStep, retries, pulls }: ReconcileParts,
  signal: AbortSignal,
): Promise<void> {
  const steps = wave.filter((step) => !isPullOfSibling(record, step));
  for (const step of wave) {
    if (isPullOfSibling(record, step)) {
      pulls.begin(step.ref, (stop) => runStep(record, step, stop));
    }
  }
  const works = steps.map((step) => ofContainer(step, runStep(record, step, signal)));
  const ended = await Promise.allSettled(works);
  signal.throwIfAborted();
  const failures = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const rest = failures.filter((failure) => !isOfSibling(record, failure));
  if (rest.length > 0) throw rest[0];
  for (const { ref, cause } of failures.filter(isContainerFailure)) retries.fail(ref, cause);
}

function isPullOfSibling(
  record: CellRecord,
  step: Step,
): step is Extract<Step, { readonly do: 'pullImage' }> {
  return step.do === 'pullImage' && isRunningSibling(record, step.ref);
}

function isOfSibling(record: CellRecord, failure: unknown): boolean {
  return isContainerFailure(failure) && isRunningSibling(record, failure.ref);
}

function isRunningSibling({ desired, containers }: CellRecord, ref: ContainerRef): boolean {
  if (desired !== 'running') return false;
  const key = containerKey(ref);
  const record = containers.find((one) => containerKey(one.ref) === key);
  return record?.role === 'sibling' && record.desired === 'running';
}

async function ofContainer(step: Step, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    throw 'ref' in step ? new ContainerFailure(step.ref, cause) : cause;
  }
}

/** Undefined where the steps changed what all containers share, or took so long that others may have changed, too. */
function lookBefore(
  steps: readonly Step[],
  look: Omit<EarlierLook, 'touched'>,
): EarlierLook | undefined {
  const refs = steps.flatMap((step) => ('ref' in step ? [step.ref] : []));
  if (refs.length < steps.length || steps.some(isMostlyWaiting)) return undefined;
  return { ...look, touched: new Set(refs.map(containerKey)) };
}

function recordSeen(
  record: CellRecord,
  found: CellFound,
  { observer, retries, pulls }: ReconcileParts,
): CellSeen {
  const containers = record.containers.flatMap(({ ref }, index) => {
    const one = found.containers[index];
    if (one === undefined) return [];
    const status = observer.recordSeen(ref, one.seen, one.begun);
    return [{ ...one, status, heldMs: Math.max(retries.heldMs(ref), pulls.heldMs(ref)) }];
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
  { dependents, observer, retries, pulls, waitingFor, now }: ReconcileParts,
): Requeue {
  retries.settle(record.containers.filter(({ ref }) => !pulls.isPulling(ref)));
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
