import {
  allOrFirstError,
  type CellPlan,
  type CellRecord,
  type CellSeen,
  type CellSpec,
  type ContainerLook,
  type ContainerRecord,
  type ContainerRef,
  cellFromWorkload,
  cellKey,
  containerRevision,
  isAlive,
  isReady,
  isSettled,
  normaliseImageReference,
  planCell,
  type Step,
  type VolumesSeen,
  type VolumeUse,
  volumesOf,
  volumeUse,
  type WorkloadRecord,
} from '@capsule/core';
import type { Requeue, Turn } from '@capsule/engine';
import { claimAddress } from '../network/claim-address.ts';
import type { Dependents } from './dependents.ts';
import type { RunWorkloadStep, WorkloadStepParts } from './steps.ts';

export interface ReconcileParts extends WorkloadStepParts {
  readonly now: () => number;
  readonly dependents: Dependents;
}

/** More waves than any plan needs: a plan that never ends is a bug, not a reason to spin. */
const MOST_WAVES = 32;

/**
 * Leads one workload to its spec, wave by wave: look, plan, act, look again. Idempotent, and safe to
 * be stopped at any instruction.
 */
export async function reconcileWorkload(
  name: string,
  parts: ReconcileParts,
  runStep: RunWorkloadStep,
  { signal, outsideLimit }: Turn,
): Promise<Requeue> {
  try {
    for (let wave = 0; wave < MOST_WAVES; wave += 1) {
      signal.throwIfAborted();
      const record = claimAddress(name, {
        ...parts,
        statusOf: (of) => parts.observer.statusOf(of),
      });
      if (record === undefined) return undefined;
      const cell = cellFromWorkload(record);
      const begun = parts.observer.beginLook();
      const found = await look(cell, parts, signal);
      const containers = found.containers.map((one) => ({
        ...one,
        status: parts.observer.recordSeen(name, one.seen, begun),
      }));
      const seen = { ...found, containers };
      // Also one that was started by a capsuled that died before it wrote this down.
      if (isRunningAsWanted(cell, seen)) parts.filler.recordFilled(record);
      const plan = planCell(cell, seen, parts.now());
      if (plan.steps.length === 0) return rest(record, plan, parts);
      const act = () => allOrFirstError(plan.steps.map((step) => runStep(record, step, signal)));
      await (plan.steps.some(isMostlyWaiting) ? outsideLimit(act) : act());
    }
    return { afterMs: 1_000 };
  } finally {
    parts.observer.endProgress(name);
  }
}

function isRunningAsWanted({ containers }: CellRecord, seen: CellSeen): boolean {
  return containers.every((record, index) => {
    const container = seen.containers[index]?.seen;
    if (container === undefined || !isAlive(container.task)) return false;
    return container.revision === containerRevision(record);
  });
}

/** Nothing to do now: for good, or until something happens. */
function rest(record: WorkloadRecord, plan: CellPlan, parts: ReconcileParts): Requeue {
  const { name } = record.spec;
  parts.dependents.waits(name, plan.waitingFor ?? []);
  if (plan.waitingFor !== undefined) {
    parts.observer.recordWaiting(name, plan.waitingFor);
    // One of them may have become ready since it was looked at.
    return waitingFor(record.spec, parts).length === 0 ? { afterMs: 0 } : undefined;
  }
  if (plan.againAt === undefined) parts.observer.recordConverged(record);
  return plan.againAt === undefined ? undefined : { afterMs: plan.againAt - parts.now() };
}

/** A slow registry, or a process that takes its time to end, must not hold up other workloads. */
function isMostlyWaiting(step: Step): boolean {
  return step.do === 'pullImage' || step.do === 'stopContainer';
}

/** What can be found of a container; what is stored of it comes with that. */
type Found = Omit<ContainerLook, 'status'>;
type CellFound = Omit<CellSeen, 'containers'> & { readonly containers: readonly Found[] };

async function look(
  record: CellRecord,
  parts: ReconcileParts,
  signal: AbortSignal,
): Promise<CellFound> {
  const { id } = record;
  const [containers, network, attached] = await Promise.all([
    Promise.all(record.containers.map((one) => lookAtContainer(one, parts, signal))),
    parts.network.inspect(cellKey(id), signal),
    parts.volumeBackend.attached(),
  ]);
  return {
    waitingFor: waitingFor(record.spec, parts),
    address: parts.addresses.get(id),
    network,
    ports: parts.publisher.stateOf(id.cell),
    volumes: lookAtVolumes(record, parts, attached),
    containers,
  };
}

async function lookAtContainer(
  { ref, spec: { image } }: ContainerRecord,
  parts: ReconcileParts,
  signal: AbortSignal,
): Promise<Found> {
  // A microVM may be made of a kernel and a disk instead.
  const reference = image === '' ? '' : normaliseImageReference(image);
  const [cached, seen, hasLogs] = await Promise.all([
    reference === '' ? undefined : parts.images.get(reference, signal),
    parts.runtime.inspect(ref, signal),
    hasAnyLog(parts, ref),
  ]);
  return { reference, imageDigest: cached?.digest, seen, hasLogs };
}

async function hasAnyLog(
  { logs, logPath, serialLogPath }: ReconcileParts,
  ref: ContainerRef,
): Promise<boolean> {
  return (await logs.exists(logPath(ref))) || logs.exists(serialLogPath(ref));
}

function lookAtVolumes(
  record: CellRecord,
  { volumes }: ReconcileParts,
  attached: ReadonlyMap<string, VolumeUse>,
): VolumesSeen {
  const held = volumes.heldBy(record.id);
  const use = volumeUse(record.spec);
  const ready = held.filter(({ name }) => attached.get(name) === use);
  const wanted = volumesOf(record);
  return {
    held: held.map(({ name }) => name),
    missing: wanted.filter((name) => !ready.some((one) => one.name === name)),
    // A guest fills what is due by itself, and cannot throw away what was half copied for a container.
    unfilled: ready
      .filter(({ filling }) => filling === 'underway' || (filling === 'due' && use !== 'lent'))
      .filter(({ name }) => wanted.includes(name))
      .map(({ name }) => name),
  };
}

function waitingFor({ dependsOn }: CellSpec, { specs, observer }: ReconcileParts): string[] {
  return dependsOn.filter((name) => {
    const needed = specs.get(name);
    return needed === undefined || !isSettled(needed, observer.statusOf(name), isReady);
  });
}
