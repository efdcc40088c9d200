import type { CapsuleClient, ReportedWorkload } from '@capsule/api/wire';
import { isCapsuleError, isReady } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import { describeWait } from './describe-wait.ts';
import { readWorkload } from './read-workload.ts';

/** The other workloads explain a timeout, but do not prolong it much. */
const LIST_MS = 2000;

export interface LateWait {
  readonly client: CapsuleClient;
  /** The last known states. */
  readonly late: readonly ReportedWorkload[];
  readonly timeoutMs: number;
  /** The missed condition: `was not ready`. */
  readonly missed: string;
}

export interface LateResult {
  readonly workload: ReportedWorkload;
  readonly error: unknown;
}

/** Returns an error for each late workload, which names the workloads that it waits for, and the cause. */
export async function describeTimeouts(
  { client, late, timeoutMs, missed }: LateWait,
  context: Context,
): Promise<readonly LateResult[]> {
  const isWaiting = late.some(waitsForOthers);
  const all = isWaiting ? await listByName(client, context) : new Map<string, ReportedWorkload>();
  const seconds = timeoutMs / 1000;
  return late.map((workload) => {
    const { name } = workload.spec;
    const state = stateOf(workload);
    const roots = rootsOf(workload, all, new Set([name]));
    const causes = roots.map((root) => causeOf(root, workload)).filter((cause) => cause !== state);
    const look = roots[0]?.spec.name ?? name;
    const cause = causes.length === 0 ? undefined : causes.join('; ');
    const facts = { name, missed, seconds, state, look, cause };
    return { workload, error: cliError.WAIT_TIMEOUT(facts) };
  });
}

function waitsForOthers({ status }: ReportedWorkload): boolean {
  return status.reason === 'WaitingForDependency';
}

async function listByName(
  client: CapsuleClient,
  { program, signal }: Context,
): Promise<ReadonlyMap<string, ReportedWorkload>> {
  try {
    const { workloads } = await client.workload.list({}, { signal, timeoutMs: LIST_MS });
    return new Map(workloads.map((wire) => [wire.name, readWorkload(wire, program)]));
  } catch (error) {
    signal.throwIfAborted();
    // A capsule that does not answer is a common reason for a timeout, which is the error to report.
    if (!isCapsuleError(error)) throw error;
    return new Map();
  }
}

/** Follows dependencies that are not ready down to the workloads that do not wait for others. */
function rootsOf(
  workload: ReportedWorkload,
  all: ReadonlyMap<string, ReportedWorkload>,
  seen: Set<string>,
): readonly ReportedWorkload[] {
  if (!waitsForOthers(workload)) return [workload];
  return workload.spec.dependsOn.flatMap((name) => {
    const other = all.get(name);
    if (other === undefined || isReady(other.status) || seen.has(name)) return [];
    seen.add(name);
    return rootsOf(other, all, seen);
  });
}

function causeOf({ spec, status }: ReportedWorkload, late: ReportedWorkload): string {
  return spec.name === late.spec.name ? status.message : `${spec.name}: ${status.message}`;
}

function stateOf(workload: ReportedWorkload): string {
  const { status } = workload;
  return status.phase === 'failed' ? status.message : describeWait(workload);
}
