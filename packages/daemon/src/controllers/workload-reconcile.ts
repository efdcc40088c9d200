import {
  cellKey,
  cellOfWorkload,
  normaliseImageReference,
  planWorkload,
  type WorkloadRecord,
  type WorkloadSeen,
  type WorkloadStep,
} from '@capsule/core';
import type { Requeue, Turn } from '@capsule/engine';
import type { RunWorkloadStep, WorkloadStepParts } from './workload-steps.ts';

/** More waves than any plan needs: a plan that never ends is a bug, not a reason to spin. */
const MOST_WAVES = 32;

/**
 * Leads one workload to its wish, wave by wave: look, plan, act, look again. Idempotent, and safe to
 * be stopped at any instruction.
 */
export async function reconcileWorkload(
  name: string,
  parts: WorkloadStepParts & { readonly now: () => number },
  runStep: RunWorkloadStep,
  { signal, aside }: Turn,
): Promise<Requeue> {
  try {
    for (let wave = 0; wave < MOST_WAVES; wave += 1) {
      signal.throwIfAborted();
      const record = parts.specs.get(name);
      if (record === undefined) return undefined;
      const seen = await look(record, parts, signal);
      const status = parts.observer.sees(name, seen.container);
      const now = parts.now();
      const nextRetryAt = status.reason === 'BackOff' ? status.nextRetryAt : undefined;
      const plan = planWorkload(record, seen, { now, nextRetryAt });
      if (plan.steps.length === 0) {
        if (plan.againAt === undefined) parts.observer.fulfils(name);
        return plan.againAt === undefined ? undefined : { afterMs: plan.againAt - now };
      }
      const act = () => allOrFirstError(plan.steps.map((step) => runStep(record, step, signal)));
      await (plan.steps.some(isMostlyWaiting) ? aside(act) : act());
    }
    return { afterMs: 1_000 };
  } finally {
    parts.observer.rests(name);
  }
}

/** A slow registry, or a process that takes its time to end, must not hold up other workloads. */
function isMostlyWaiting(step: WorkloadStep): boolean {
  return step.do === 'pullImage' || step.do === 'stopContainer';
}

async function look(
  record: WorkloadRecord,
  parts: WorkloadStepParts,
  signal: AbortSignal,
): Promise<WorkloadSeen> {
  const { name, image } = record.spec;
  const cell = cellOfWorkload(name);
  const reference = normaliseImageReference(image);
  const [cached, container, network, hasLogs] = await Promise.all([
    parts.images.get(reference, signal),
    parts.runtime.inspect(cell, name, signal),
    parts.network.inspect(cellKey(cell), signal),
    parts.logs.exists(parts.logPath(cell)),
  ]);
  return {
    reference,
    imagePresent: cached !== undefined,
    address: parts.addresses.get(name),
    network,
    ports: parts.publisher.stateOf(name),
    container,
    hasLogs,
  };
}

/** Waits for every step, so that none goes on unseen, and then tells the first failure. */
async function allOrFirstError(steps: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
