import {
  allOrFirstError,
  type ContainerRef,
  cellKey,
  isAlive,
  isReady,
  isSettled,
  normaliseImageReference,
  planWorkload,
  type VolumesSeen,
  type VolumeUse,
  volumeUse,
  type WorkloadPlan,
  type WorkloadRecord,
  type WorkloadSeen,
  type WorkloadStep,
  workloadRevision,
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
 * Leads one workload to its wish, wave by wave: look, plan, act, look again. Idempotent, and safe to
 * be stopped at any instruction.
 */
export async function reconcileWorkload(
  name: string,
  parts: ReconcileParts,
  runStep: RunWorkloadStep,
  { signal, aside }: Turn,
): Promise<Requeue> {
  try {
    for (let wave = 0; wave < MOST_WAVES; wave += 1) {
      signal.throwIfAborted();
      const record = claimAddress(name, {
        ...parts,
        statusOf: (of) => parts.observer.statusOf(of),
      });
      if (record === undefined) return undefined;
      const ticket = parts.observer.ticket();
      const seen = await look(record, parts, signal);
      const status = parts.observer.sees(name, seen.container, ticket);
      // Also one that was started by a capsuled that died before it wrote this down.
      if (isRunningAsWanted(record, seen)) parts.filler.recordFilled(record);
      const now = parts.now();
      const plan = planWorkload(record, seen, { now, status });
      if (plan.steps.length === 0) return rest(record, plan, parts);
      const act = () => allOrFirstError(plan.steps.map((step) => runStep(record, step, signal)));
      await (plan.steps.some(isMostlyWaiting) ? aside(act) : act());
    }
    return { afterMs: 1_000 };
  } finally {
    parts.observer.rests(name);
  }
}

function isRunningAsWanted(record: WorkloadRecord, { container }: WorkloadSeen): boolean {
  if (container === undefined || !isAlive(container.task)) return false;
  return container.revision === workloadRevision(record);
}

/** Nothing to do now: for good, or until something happens. */
function rest(record: WorkloadRecord, plan: WorkloadPlan, parts: ReconcileParts): Requeue {
  const { name } = record.spec;
  parts.dependents.waits(name, plan.waitingFor ?? []);
  if (plan.waitingFor !== undefined) {
    parts.observer.waits(name, plan.waitingFor);
    // One of them may have become ready since it was looked at.
    return waitingFor(record, parts).length === 0 ? { afterMs: 0 } : undefined;
  }
  if (plan.againAt === undefined) parts.observer.fulfils(record);
  return plan.againAt === undefined ? undefined : { afterMs: plan.againAt - parts.now() };
}

/** A slow registry, or a process that takes its time to end, must not hold up other workloads. */
function isMostlyWaiting(step: WorkloadStep): boolean {
  return step.do === 'pullImage' || step.do === 'stopContainer';
}

async function look(
  record: WorkloadRecord,
  parts: ReconcileParts,
  signal: AbortSignal,
): Promise<WorkloadSeen> {
  const { ref } = record;
  const { name, image } = record.spec;
  // A microVM may be made of a kernel and a disk instead.
  const reference = image === '' ? '' : normaliseImageReference(image);
  const [cached, container, network, hasLogs, attached] = await Promise.all([
    reference === '' ? undefined : parts.images.get(reference, signal),
    parts.runtime.inspect(ref, signal),
    parts.network.inspect(cellKey(ref.cell), signal),
    hasAnyLog(parts, ref),
    parts.volumeBackend.attached(),
  ]);
  return {
    reference,
    imageDigest: cached?.digest,
    waitingFor: waitingFor(record, parts),
    address: parts.addresses.get(name),
    network,
    ports: parts.publisher.stateOf(name),
    container,
    volumes: lookAtVolumes(record, parts, attached),
    hasLogs,
  };
}

async function hasAnyLog(
  { logs, logPath, serialLogPath }: ReconcileParts,
  ref: ContainerRef,
): Promise<boolean> {
  return (await logs.exists(logPath(ref))) || logs.exists(serialLogPath(ref));
}

function lookAtVolumes(
  { spec }: WorkloadRecord,
  { volumes }: ReconcileParts,
  attached: ReadonlyMap<string, VolumeUse>,
): VolumesSeen {
  const held = volumes.heldBy(spec.name);
  const isLent = volumeUse(spec) === 'lent';
  const ready = held.filter(({ name }) => attached.get(name) === volumeUse(spec));
  const wanted = spec.mounts.map(({ volumeName }) => volumeName);
  return {
    held: held.map(({ name }) => name),
    missing: wanted.filter((name) => !ready.some((one) => one.name === name)),
    // A guest fills what is due by itself, and cannot throw away what was half copied for a container.
    unfilled: ready
      .filter(({ filling }) => filling === 'underway' || (filling === 'due' && !isLent))
      .filter(({ name }) => wanted.includes(name))
      .map(({ name }) => name),
  };
}

function waitingFor({ spec }: WorkloadRecord, { specs, observer }: ReconcileParts): string[] {
  return spec.dependsOn.filter((name) => {
    const needed = specs.get(name);
    return needed === undefined || !isSettled(needed, observer.statusOf(name), isReady);
  });
}
