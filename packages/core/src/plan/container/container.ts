import type { CapsuleError } from '../../error/capsule-error.ts';
import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import type { ContainerRef } from '../../resource/cell/container-ref.ts';
import type { Resources } from '../../resource/cell/container-settings.ts';
import { isAlive, mayBeAlive } from '../../resource/cell/task-state.ts';
import type { WorkloadStatus } from '../../resource/workload/workload.ts';
import { graceMs, isRunDue, isRunOver, isStoppedForHealth } from './workload-run.ts';

/** The arguments of each step of a container, in addition to its reference. */
export interface ContainerStepArgs {
  pullImage: { readonly reference: string };
  /** Fails: the image is not in the cache, and may not be pulled. */
  missImage: { readonly reference: string };
  /** Fails: the runtime cannot read its record of the container. */
  missRecord: { readonly damage: CapsuleError };
  createContainer: { readonly revision: string; readonly reference: string };
  /** Changes the limits, also of a running container. */
  limitContainer: { readonly resources: Resources };
  startContainer: object;
  stopContainer: { readonly graceMs: number };
  removeContainer: object;
  removeLogs: object;
  /** Forgets one container of a cell that stays. Nothing is left after it. */
  forgetContainer: object;
}

export type ContainerStepName = keyof ContainerStepArgs;
export type ContainerStep = {
  [N in ContainerStepName]: { readonly do: N; readonly ref: ContainerRef } & Readonly<
    ContainerStepArgs[N]
  >;
}[ContainerStepName];

/** Everything that is known about a container when a plan is made. */
export interface ContainerLook {
  /** Full reference of the image that is wanted; empty for a microVM without one. */
  readonly reference: string;
  /** Of the image in the cache that the reference names; undefined when there is none. */
  readonly imageDigest: string | undefined;
  readonly seen: ContainerSeen | undefined;
  readonly hasLogs: boolean;
  readonly status: WorkloadStatus;
  /** Of a sibling whose step failed: milliseconds until capsuled retries that step. */
  readonly heldMs?: number;
}

/** The next step of a container, and when its cell can take it. */
export type ContainerPlan =
  /** Before the cell does anything. */
  | { readonly turn: 'first'; readonly step: ContainerStep }
  /** While the cell prepares what its containers share. */
  | { readonly turn: 'beside'; readonly step: ContainerStep }
  /** When the cell has all of that: not before `notBefore`, milliseconds since 1970. */
  | { readonly turn: 'last'; readonly step: ContainerStep; readonly notBefore?: number }
  /** A step of it failed; capsuled retries it at `notBefore`. Nothing else of the cell waits for it. */
  | { readonly turn: 'held'; readonly notBefore: number }
  /** It runs as wanted, with what the cell has. */
  | { readonly turn: 'none' }
  /** Nothing of it runs, or will by itself. */
  | { readonly turn: 'over' };

/** The inputs of a plan, in addition to the container itself. */
export interface ContainerMoment {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Its cell has lost, or is about to change, what the container depends on: only a restart repairs it. */
  readonly isCutOff: boolean;
}

const LONGEST_WAIT_MS = 10 * 60_000;

/** Marks the version of the spec that a container was made from. */
export function containerRevision({
  uid,
  revision,
}: Pick<ContainerRecord, 'uid' | 'revision'>): string {
  return `${uid}.${revision}`;
}

/** Marks what a pull that a policy of `always` asks for was made for. */
export function pullKey(record: Pick<ContainerRecord, 'uid' | 'revision' | 'run'>): string {
  return `${containerRevision(record)}.${record.run}`;
}

/** The next step of one container towards what is desired: image, make, run. Pure. */
export function planContainer(
  record: ContainerRecord,
  look: ContainerLook,
  moment: ContainerMoment,
): ContainerPlan {
  switch (record.desired) {
    case 'deleting':
      return planDeletion(record, look);
    case 'stopped':
      return planStopped(record, look);
    case 'running':
      return planRunning(record, look, moment);
  }
}

function planDeletion(record: ContainerRecord, look: ContainerLook): ContainerPlan {
  const { ref } = record;
  if (look.seen !== undefined) return takeDown(record, look, look.seen);
  return look.hasLogs ? { turn: 'beside', step: { do: 'removeLogs', ref } } : { turn: 'over' };
}

function planStopped(record: ContainerRecord, look: ContainerLook): ContainerPlan {
  const mayRun = look.seen !== undefined && mayBeAlive(look.seen.task);
  return mayRun ? stop(record, look) : { turn: 'over' };
}

function planRunning(
  record: ContainerRecord,
  look: ContainerLook,
  moment: ContainerMoment,
): ContainerPlan {
  const { ref, spec } = record;
  const { seen, status, reference } = look;
  // Its revision is unknown: a container that may be current is not replaced, nor its disk removed.
  if (seen?.damage !== undefined) return planDamaged(record, look, seen.damage);
  // The cell is about to change what the sibling is in, and does not wait for its new image.
  const isLeft = moment.isCutOff && record.role === 'sibling' && isAlive(seen?.task ?? 'none');
  if (isLeft) return stop(record, look);
  // The new image first: the gap between the old container and the new one stays short.
  const fetch = planImage(record, look);
  if (fetch !== undefined) return { turn: 'first', step: fetch };
  if (seen === undefined) {
    const revision = containerRevision(record);
    return { turn: 'beside', step: { do: 'createContainer', ref, revision, reference } };
  }
  if (isOutdated(record, look, seen)) return takeDown(record, look, seen);
  const isUp = isAlive(seen.task);
  if (isUp && (moment.isCutOff || mustStop(record, status))) return stop(record, look);
  if (!isUp && isRunOver(record, status)) return { turn: 'over' };
  if (!hasLimits(seen, spec.resources)) {
    return { turn: 'first', step: { do: 'limitContainer', ref, resources: spec.resources } };
  }
  return isUp ? { turn: 'none' } : start(record, status, moment.now);
}

function planDamaged(
  record: ContainerRecord,
  look: ContainerLook,
  damage: CapsuleError,
): ContainerPlan {
  const mayRun = look.seen !== undefined && mayBeAlive(look.seen.task);
  if (mayRun && mustStop(record, look.status)) return stop(record, look);
  if (!mayRun && isRunOver(record, look.status)) return { turn: 'over' };
  return { turn: 'last', step: { do: 'missRecord', ref: record.ref, damage } };
}

function start(record: ContainerRecord, status: WorkloadStatus, now: number): ContainerPlan {
  const plan = { turn: 'last', step: { do: 'startContainer', ref: record.ref } } as const;
  const { nextRetryAt } = status;
  const isPausing = status.reason === 'BackOff' && !isRunDue(record, status);
  const mustWait =
    isPausing && nextRetryAt !== undefined && isAhead(nextRetryAt, status.finishedAt, now);
  return mustWait ? { ...plan, notBefore: nextRetryAt } : plan;
}

/** Returns the step that provides the image, if one is needed before the container can be created. */
function planImage(record: ContainerRecord, look: ContainerLook): ContainerStep | undefined {
  const { seen, reference, status, imageDigest } = look;
  const { ref } = record;
  const { imagePullPolicy, image } = record.spec;
  // A machine from a prebuilt pair of files.
  if (image === '') return undefined;
  const isNeeded = seen === undefined || seen.revision !== containerRevision(record);
  if (imagePullPolicy === 'always') {
    const isAsked = isNeeded || isRunDue(record, status);
    const isDone = status.pulledFor === pullKey(record) && imageDigest !== undefined;
    return isAsked && !isDone ? { do: 'pullImage', ref, reference } : undefined;
  }
  if (!isNeeded || imageDigest !== undefined) return undefined;
  return { do: imagePullPolicy === 'never' ? 'missImage' : 'pullImage', ref, reference };
}

function hasLimits({ resources }: ContainerSeen, wanted: Resources): boolean {
  return (['memoryBytes', 'cpuMillis', 'cpuShares', 'pids'] as const).every(
    (limit) => resources[limit] === wanted[limit],
  );
}

/** Made for another spec; or a run is due, and the reference has come to name another image. */
function isOutdated(record: ContainerRecord, look: ContainerLook, seen: ContainerSeen): boolean {
  if (seen.revision !== containerRevision(record)) return true;
  const isOtherImage = look.imageDigest !== undefined && look.imageDigest !== seen.imageDigest;
  return isOtherImage && isRunDue(record, look.status);
}

function mustStop(record: ContainerRecord, status: WorkloadStatus): boolean {
  return isRunDue(record, status) || isStoppedForHealth(record.spec, status);
}

/** A time further ahead than the whole pause, from the end to it, is from before the clock was set back. */
function isAhead(at: number, endedAt: number | undefined, now: number): boolean {
  const isKnown = endedAt !== undefined && endedAt <= at;
  const pauseMs = isKnown ? Math.min(at - endedAt, LONGEST_WAIT_MS) : LONGEST_WAIT_MS;
  return at > now && at - now <= pauseMs;
}

function takeDown(
  record: ContainerRecord,
  look: ContainerLook,
  seen: ContainerSeen,
): ContainerPlan {
  if (mayBeAlive(seen.task)) return stop(record, look);
  return { turn: 'first', step: { do: 'removeContainer', ref: record.ref } };
}

function stop(record: ContainerRecord, { seen, status }: ContainerLook): ContainerPlan {
  // No program has run that could take its time to end.
  const limitMs = seen?.task === 'created' ? 0 : graceMs(record, status);
  return { turn: 'first', step: { do: 'stopContainer', ref: record.ref, graceMs: limitMs } };
}
