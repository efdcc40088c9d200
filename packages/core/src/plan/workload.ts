import type { CellNetworkSeen } from '../port/cell-network.ts';
import type { ContainerSeen } from '../port/container-runtime.ts';
import { cellKey, cellOfWorkload } from '../resource/cell-id.ts';
import type { WorkloadRecord } from '../resource/workload.ts';

/** What each step of a workload needs to know. */
export interface WorkloadStepArgs {
  pullImage: { readonly reference: string };
  attachNetwork: { readonly key: string; readonly hostname: string; readonly address: string };
  detachNetwork: { readonly key: string };
  /** Brings the capsule's port maps up to what all workloads want. */
  publishPorts: { readonly reason: 'missing' | 'left' };
  createContainer: { readonly revision: string; readonly reference: string };
  startContainer: object;
  stopContainer: { readonly graceMs: number };
  removeContainer: object;
  removeLogs: object;
  /** Forgets the record and gives the address back. Nothing is left after it. */
  forget: object;
}

export type WorkloadStepName = keyof WorkloadStepArgs;
export type WorkloadStep = {
  [N in WorkloadStepName]: { readonly do: N } & Readonly<WorkloadStepArgs[N]>;
}[WorkloadStepName];

/** Everything that is known about a workload when a plan is made. */
export interface WorkloadSeen {
  /** Full reference of the image that is wanted. */
  readonly reference: string;
  readonly imagePresent: boolean;
  readonly address: string | undefined;
  readonly network: CellNetworkSeen | undefined;
  /** `missing`: a wanted map is not loaded. `left`: a map is loaded that should not be. */
  readonly ports: 'current' | 'missing' | 'left';
  readonly container: ContainerSeen | undefined;
  readonly hasLogs: boolean;
}

export interface WorkloadPlan {
  /** May run side by side. Empty: nothing to do now. */
  readonly steps: readonly WorkloadStep[];
  /** When to look again without any event; milliseconds since 1970. */
  readonly againAt?: number;
}

const GRACE_MS = 10_000;
const LONGEST_WAIT_MS = 10 * 60_000;
const NOTHING: WorkloadPlan = { steps: [] };

/** Marks the version of the wish that a container was made from. */
export function workloadRevision(record: Pick<WorkloadRecord, 'uid' | 'revision'>): string {
  return `${record.uid}.${record.revision}`;
}

/**
 * The next wave of steps towards the wish; run them, look again, plan again. An empty wave means
 * that the wish is fulfilled or waits for `againAt`. Pure.
 */
export function planWorkload(
  record: WorkloadRecord,
  seen: WorkloadSeen,
  time: { readonly now: number; readonly nextRetryAt: number | undefined },
): WorkloadPlan {
  switch (record.desired) {
    case 'deleting':
      return planDeletion(record, seen);
    case 'stopped':
      return planStopped(record, seen);
    case 'running':
      return planRunning(record, seen, time);
  }
}

function planDeletion(record: WorkloadRecord, seen: WorkloadSeen): WorkloadPlan {
  if (seen.container !== undefined) return { steps: [takeDown(seen.container)] };
  const rest: WorkloadStep[] = [];
  if (seen.network !== undefined) rest.push({ do: 'detachNetwork', key: keyOf(record) });
  if (seen.ports !== 'current') rest.push({ do: 'publishPorts', reason: seen.ports });
  if (seen.hasLogs) rest.push({ do: 'removeLogs' });
  return { steps: rest.length > 0 ? rest : [{ do: 'forget' }] };
}

function planStopped(record: WorkloadRecord, seen: WorkloadSeen): WorkloadPlan {
  if (seen.container !== undefined && isAlive(seen.container)) {
    return { steps: [{ do: 'stopContainer', graceMs: GRACE_MS }] };
  }
  const rest: WorkloadStep[] = [];
  if (seen.network !== undefined) rest.push({ do: 'detachNetwork', key: keyOf(record) });
  if (seen.ports !== 'current') rest.push({ do: 'publishPorts', reason: seen.ports });
  return { steps: rest };
}

function planRunning(
  record: WorkloadRecord,
  seen: WorkloadSeen,
  time: { readonly now: number; readonly nextRetryAt: number | undefined },
): WorkloadPlan {
  const { container } = seen;
  const isOutdated = container !== undefined && container.revision !== workloadRevision(record);
  // The new image first: the gap between the old container and the new one stays short.
  if ((container === undefined || isOutdated) && !seen.imagePresent) {
    return { steps: [{ do: 'pullImage', reference: seen.reference }] };
  }
  if (isOutdated) return { steps: [takeDown(container)] };
  // A container that runs in a namespace which is gone cannot be mended, only started anew.
  if (container !== undefined && isAlive(container) && isCutOff(record, seen)) {
    return { steps: [{ do: 'stopContainer', graceMs: GRACE_MS }] };
  }
  const wave = prepare(record, seen);
  if (wave.length > 0) return { steps: wave };
  if (container === undefined || isAlive(container)) return NOTHING;
  if (time.nextRetryAt !== undefined && isAhead(time.nextRetryAt, time.now)) {
    return { steps: [], againAt: time.nextRetryAt };
  }
  return { steps: [{ do: 'startContainer' }] };
}

/** Network, port maps and container do not wait for each other. */
function prepare(record: WorkloadRecord, seen: WorkloadSeen): WorkloadStep[] {
  const wave: WorkloadStep[] = [];
  const key = keyOf(record);
  const { spec } = record;
  if (spec.networkMode === 'host' && seen.network !== undefined) {
    wave.push({ do: 'detachNetwork', key });
  }
  if (spec.networkMode === 'bridge' && seen.address !== undefined && !isAttached(seen)) {
    wave.push({ do: 'attachNetwork', key, hostname: spec.name, address: seen.address });
  }
  if (seen.ports !== 'current') wave.push({ do: 'publishPorts', reason: seen.ports });
  if (seen.container === undefined) {
    const revision = workloadRevision(record);
    wave.push({ do: 'createContainer', revision, reference: seen.reference });
  }
  return wave;
}

/** A time further ahead than any back-off was written before the clock was set back. */
function isAhead(at: number, now: number): boolean {
  return at > now && at - now <= LONGEST_WAIT_MS;
}

function takeDown(container: ContainerSeen): WorkloadStep {
  return isAlive(container)
    ? { do: 'stopContainer', graceMs: GRACE_MS }
    : { do: 'removeContainer' };
}

function isAlive(container: ContainerSeen): boolean {
  return container.task === 'running' || container.task === 'paused';
}

function isAttached(seen: WorkloadSeen): boolean {
  return seen.network?.complete === true && seen.network.address === seen.address;
}

function isCutOff(record: WorkloadRecord, seen: WorkloadSeen): boolean {
  return record.spec.networkMode === 'bridge' && seen.network === undefined;
}

function keyOf(record: WorkloadRecord): string {
  return cellKey(cellOfWorkload(record.spec.name));
}
