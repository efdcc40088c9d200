import type { CellLinkKind, CellNetworkSeen, CellNetworkSpec } from '../port/cell-network.ts';
import type { ContainerSeen } from '../port/container-runtime.ts';
import type { Resources } from '../resource/container-settings.ts';
import { cellKey } from '../resource/resource-key.ts';
import { isAlive, mayBeAlive } from '../resource/task-state.ts';
import type { WorkloadRecord, WorkloadStatus } from '../resource/workload.ts';
import { graceMs, isRunDue, isRunOver, isStoppedForHealth } from './workload-run.ts';

/** What each step of a workload needs to know. */
export interface WorkloadStepArgs {
  pullImage: { readonly reference: string };
  /** Fails: the image is not in the cache, and may not be pulled. */
  missImage: { readonly reference: string };
  attachNetwork: CellNetworkSpec;
  detachNetwork: { readonly key: string };
  /** Brings the capsule's port maps up to what all workloads want. */
  publishPorts: { readonly reason: 'missing' | 'left' };
  /** Mounts volumes for this workload, and no other. */
  attachVolumes: { readonly names: readonly string[] };
  detachVolumes: { readonly names: readonly string[] };
  /** Copies what the image has at a mount point into volumes that nobody has used yet. */
  fillVolumes: { readonly names: readonly string[] };
  createContainer: { readonly revision: string; readonly reference: string };
  /** Changes its limits, of what runs too. */
  limitContainer: { readonly resources: Resources };
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
  /** Full reference of the image that is wanted; empty for a microVM without one. */
  readonly reference: string;
  /** Of the image in the cache that the reference names; undefined when there is none. */
  readonly imageDigest: string | undefined;
  /** Workloads it depends on that are not ready. */
  readonly waitingFor: readonly string[];
  readonly address: string | undefined;
  readonly network: CellNetworkSeen | undefined;
  /** `missing`: a wanted map is not loaded. `left`: a map is loaded that should not be. */
  readonly ports: 'current' | 'missing' | 'left';
  readonly container: ContainerSeen | undefined;
  readonly volumes: VolumesSeen;
  readonly hasLogs: boolean;
}

/** Names of volumes. */
export interface VolumesSeen {
  /** Wanted, and not mounted for this workload. */
  readonly missing: readonly string[];
  /** Wanted, mounted, and not looked into yet. */
  readonly unfilled: readonly string[];
  /** That this workload holds, wanted or not. */
  readonly held: readonly string[];
}

export interface WorkloadPlan {
  /** May run side by side. Empty: nothing to do now. */
  readonly steps: readonly WorkloadStep[];
  /** When to look again without any event; milliseconds since 1970. */
  readonly againAt?: number;
  /** Nothing can be done before these workloads are ready. */
  readonly waitingFor?: readonly string[];
}

/** What a plan looks at beside the world. */
export interface PlanMoment {
  readonly status: WorkloadStatus;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const LONGEST_WAIT_MS = 10 * 60_000;
const NOTHING: WorkloadPlan = { steps: [] };

/** Marks the version of the wish that a container was made from. */
export function workloadRevision(record: Pick<WorkloadRecord, 'uid' | 'revision'>): string {
  return `${record.uid}.${record.revision}`;
}

/** Marks what a pull that a policy of `always` asks for was made for. */
export function pullKey(record: WorkloadRecord): string {
  return `${workloadRevision(record)}.${record.run}`;
}

/**
 * The next wave of steps towards the wish; run them, look again, plan again. An empty wave means
 * that the wish is fulfilled or waits for `againAt`. Pure.
 */
export function planWorkload(
  record: WorkloadRecord,
  seen: WorkloadSeen,
  { status, now }: PlanMoment,
): WorkloadPlan {
  switch (record.desired) {
    case 'deleting':
      return planDeletion(record, seen, status);
    case 'stopped':
      return planStopped(record, seen, status);
    case 'running':
      return planRunning(record, seen, { status, now });
  }
}

function planDeletion(
  record: WorkloadRecord,
  seen: WorkloadSeen,
  status: WorkloadStatus,
): WorkloadPlan {
  if (seen.container !== undefined) return { steps: [takeDown(record, seen.container, status)] };
  const rest: WorkloadStep[] = [];
  if (seen.network !== undefined) rest.push({ do: 'detachNetwork', key: keyOf(record) });
  if (seen.ports !== 'current') rest.push({ do: 'publishPorts', reason: seen.ports });
  rest.push(...release(seen.volumes.held));
  if (seen.hasLogs) rest.push({ do: 'removeLogs' });
  return { steps: rest.length > 0 ? rest : [{ do: 'forget' }] };
}

function planStopped(
  record: WorkloadRecord,
  seen: WorkloadSeen,
  status: WorkloadStatus,
): WorkloadPlan {
  if (seen.container !== undefined && mayBeAlive(seen.container.task)) {
    return { steps: [stop(record, status)] };
  }
  const rest: WorkloadStep[] = [];
  if (seen.network !== undefined) rest.push({ do: 'detachNetwork', key: keyOf(record) });
  if (seen.ports !== 'current') rest.push({ do: 'publishPorts', reason: seen.ports });
  rest.push(...release(seen.volumes.held));
  return { steps: rest };
}

function planRunning(record: WorkloadRecord, seen: WorkloadSeen, moment: PlanMoment): WorkloadPlan {
  const { status, now } = moment;
  const { container } = seen;
  // The new image first: the gap between the old container and the new one stays short.
  const fetch = planRootfs(record, seen, status);
  if (fetch !== undefined) return { steps: [fetch] };
  if (container !== undefined && isOutdated(record, seen, status)) {
    return { steps: [takeDown(record, container, status)] };
  }
  if (container !== undefined && isAlive(container.task) && mustStop(record, seen, status)) {
    return { steps: [stop(record, status)] };
  }
  if (container !== undefined && !isAlive(container.task) && isRunOver(record, status)) {
    return { steps: release(seen.volumes.held) };
  }
  if (container !== undefined && !hasLimits(container, record.spec.resources)) {
    return { steps: [{ do: 'limitContainer', resources: record.spec.resources }] };
  }
  const wave = prepare(record, seen);
  if (wave.length > 0) return { steps: wave };
  if (container === undefined || isAlive(container.task)) return NOTHING;
  const { unfilled } = seen.volumes;
  if (unfilled.length > 0) return { steps: [{ do: 'fillVolumes', names: unfilled }] };
  const { nextRetryAt } = status;
  const isPausing = status.reason === 'BackOff' && !isRunDue(record, status);
  if (isPausing && nextRetryAt !== undefined && isAhead(nextRetryAt, status.finishedAt, now)) {
    return { steps: [], againAt: nextRetryAt };
  }
  if (seen.waitingFor.length > 0) return { steps: [], waitingFor: seen.waitingFor };
  return { steps: [{ do: 'startContainer' }] };
}

/** What has to be done before there is an image to make a container of. */
function planRootfs(
  record: WorkloadRecord,
  seen: WorkloadSeen,
  status: WorkloadStatus,
): WorkloadStep | undefined {
  const { container, reference } = seen;
  const { imagePullPolicy, image } = record.spec;
  // A machine from a prebuilt pair of files.
  if (image === '') return undefined;
  const isOld = container !== undefined && container.revision !== workloadRevision(record);
  const isNeeded = container === undefined || isOld;
  if (imagePullPolicy === 'always') {
    const isAsked = isNeeded || isRunDue(record, status);
    const isDone = status.pulledFor === pullKey(record) && seen.imageDigest !== undefined;
    return isAsked && !isDone ? { do: 'pullImage', reference } : undefined;
  }
  if (!isNeeded || seen.imageDigest !== undefined) return undefined;
  return { do: imagePullPolicy === 'never' ? 'missImage' : 'pullImage', reference };
}

function hasLimits({ resources }: ContainerSeen, wanted: Resources): boolean {
  return (['memoryBytes', 'cpuMillis', 'pids'] as const).every(
    (limit) => resources[limit] === wanted[limit],
  );
}

/** Made for another wish; or a run is due, and the reference has come to name another image. */
function isOutdated(record: WorkloadRecord, seen: WorkloadSeen, status: WorkloadStatus): boolean {
  const { container, imageDigest } = seen;
  if (container === undefined) return false;
  if (container.revision !== workloadRevision(record)) return true;
  const isOtherImage = imageDigest !== undefined && imageDigest !== container.imageDigest;
  return isOtherImage && isRunDue(record, status);
}

/** What runs without its network (a namespace, a machine's TAP) cannot be mended, only started anew. */
function mustStop(record: WorkloadRecord, seen: WorkloadSeen, status: WorkloadStatus): boolean {
  if (isRunDue(record, status) || isStoppedForHealth(record.spec, status)) return true;
  const { network, address } = seen;
  // An attach under another address takes away the link that it runs with.
  const isMoving =
    network?.complete === true && address !== undefined && network.address !== address;
  if (record.spec.kind === 'microVm') return network?.complete !== true || isMoving;
  return record.spec.networkMode === 'bridge' && (network === undefined || isMoving);
}

function linkOf({ spec }: WorkloadRecord): CellLinkKind {
  return spec.kind === 'microVm' ? 'tap' : 'veth';
}

/** Network, port maps and container do not wait for each other. */
function prepare(record: WorkloadRecord, seen: WorkloadSeen): WorkloadStep[] {
  const wave: WorkloadStep[] = [];
  const key = keyOf(record);
  const { spec } = record;
  if (spec.networkMode === 'host' && seen.network !== undefined) {
    wave.push({ do: 'detachNetwork', key });
  }
  if (spec.networkMode === 'bridge' && seen.address !== undefined && !isAttached(record, seen)) {
    const { extraHosts, dns, name } = spec;
    const hostname = spec.hostname === '' ? name : spec.hostname;
    const { address } = seen;
    const link = linkOf(record);
    wave.push({ do: 'attachNetwork', key, link, hostname, address, extraHosts, dns });
  }
  if (seen.ports !== 'current') wave.push({ do: 'publishPorts', reason: seen.ports });
  const { missing, held } = seen.volumes;
  if (missing.length > 0) wave.push({ do: 'attachVolumes', names: missing });
  const wanted = new Set(spec.mounts.map(({ volumeName }) => volumeName));
  wave.push(...release(held.filter((name) => !wanted.has(name))));
  if (seen.container === undefined) {
    const revision = workloadRevision(record);
    wave.push({ do: 'createContainer', revision, reference: seen.reference });
  }
  return wave;
}

function release(names: readonly string[]): WorkloadStep[] {
  return names.length === 0 ? [] : [{ do: 'detachVolumes', names }];
}

/** A time further ahead than the whole pause, from the end to it, is from before the clock was set back. */
function isAhead(at: number, endedAt: number | undefined, now: number): boolean {
  const isKnown = endedAt !== undefined && endedAt <= at;
  const pauseMs = isKnown ? Math.min(at - endedAt, LONGEST_WAIT_MS) : LONGEST_WAIT_MS;
  return at > now && at - now <= pauseMs;
}

function takeDown(
  record: WorkloadRecord,
  container: ContainerSeen,
  status: WorkloadStatus,
): WorkloadStep {
  return mayBeAlive(container.task) ? stop(record, status) : { do: 'removeContainer' };
}

function stop(record: WorkloadRecord, status: WorkloadStatus): WorkloadStep {
  return { do: 'stopContainer', graceMs: graceMs(record, status) };
}

function isAttached(record: WorkloadRecord, { network, address }: WorkloadSeen): boolean {
  const isRight = network?.address === address && network?.link === linkOf(record);
  return network?.complete === true && isRight;
}

function keyOf({ ref }: WorkloadRecord): string {
  return cellKey(ref.cell);
}
