import { create } from '@bufbuild/protobuf';
import {
  type HealthState,
  isReady,
  type RolledBack,
  type WorkloadPhase,
  type WorkloadProgress,
  type WorkloadStatus,
} from '@capsule/core';
import { apiError } from '../../errors.ts';
import {
  HealthState as WireHealth,
  WorkloadPhase as WirePhase,
  type WorkloadProgress as WireProgress,
  type WorkloadStatus as WireStatus,
  WorkloadProgressSchema,
  WorkloadStage,
  WorkloadStatusSchema,
} from '../../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from '../choice.ts';
import { actionFromProto, actionToProto } from '../error/action.ts';

const phase = defineChoice<WorkloadPhase, WirePhase>({
  pending: WirePhase.PENDING,
  running: WirePhase.RUNNING,
  failed: WirePhase.FAILED,
  stopped: WirePhase.STOPPED,
});

const health = defineChoice<HealthState, WireHealth>({
  starting: WireHealth.STARTING,
  healthy: WireHealth.HEALTHY,
  unhealthy: WireHealth.UNHEALTHY,
});

const stage = defineChoice<WorkloadProgress['stage'], WorkloadStage>({
  resolving: WorkloadStage.RESOLVING,
  pulling: WorkloadStage.PULLING,
  unpacking: WorkloadStage.UNPACKING,
  starting: WorkloadStage.STARTING,
  stopping: WorkloadStage.STOPPING,
});

/** The part of a status that the wire has: everything but the capsule's own counters. */
export type ReportedStatus = Omit<
  WorkloadStatus,
  'restartStreak' | 'pulledFor' | 'endCause' | 'rolledBack' | 'reason'
> & {
  /** A state of `StatusReason`, or one of a later capsule. */
  readonly reason: string;
  readonly rolledBack?: Pick<RolledBack, 'from' | 'why'>;
};

export function statusToProto(status: ReportedStatus): WireStatus {
  const { progress, exitCode } = status;
  return create(WorkloadStatusSchema, {
    phase: phase.toProto(status.phase),
    message: status.message,
    restartCount: status.restartCount,
    reason: status.reason,
    observedGeneration: BigInt(status.observedGeneration),
    address: status.address ?? '',
    imageDigest: status.imageDigest ?? '',
    pid: status.pid ?? 0,
    containerId: status.containerId ?? '',
    startedAtUnixMs: wholeMs(status.startedAt),
    finishedAtUnixMs: wholeMs(status.finishedAt),
    nextRetryUnixMs: wholeMs(status.nextRetryAt),
    ready: isReady(status),
    health: status.health === undefined ? WireHealth.UNSPECIFIED : health.toProto(status.health),
    observedRun: BigInt(status.observedRun),
    exitSignal: status.exitSignal ?? 0,
    oomKilled: status.oomKilled ?? false,
    rolledBackGeneration: BigInt(status.rolledBack?.from ?? 0),
    rolledBackReason: status.rolledBack?.why ?? '',
    settling: status.settling ?? false,
    hint: status.hint?.text ?? '',
    hintActions: (status.hint?.actions ?? []).map(actionToProto),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(progress === undefined ? {} : { progress: progressToProto(progress) }),
  });
}

/** Fails with `API_UNEXPECTED_ANSWER` for a phase that this version does not know. */
export function statusFromProto(status: WireStatus): ReportedStatus {
  const known = phase.fromProto(status.phase);
  if (known === undefined) throw apiError.UNEXPECTED_ANSWER({ what: `phase ${status.phase}` });
  const progress = status.progress && progressFromProto(status.progress);
  const healthNow = health.fromProto(status.health);
  return {
    phase: known,
    message: status.message,
    restartCount: status.restartCount,
    reason: status.reason,
    observedGeneration: Number(status.observedGeneration),
    ...(status.address && { address: status.address }),
    ...(status.imageDigest && { imageDigest: status.imageDigest }),
    ...(status.pid && { pid: status.pid }),
    ...(status.containerId && { containerId: status.containerId }),
    ...(status.startedAtUnixMs && { startedAt: Number(status.startedAtUnixMs) }),
    ...(status.finishedAtUnixMs && { finishedAt: Number(status.finishedAtUnixMs) }),
    ...(status.nextRetryUnixMs && { nextRetryAt: Number(status.nextRetryUnixMs) }),
    ...(status.exitCode === undefined ? {} : { exitCode: status.exitCode }),
    ...(status.exitSignal && { exitSignal: status.exitSignal }),
    ...(status.oomKilled && { oomKilled: true }),
    ...(status.rolledBackGeneration && {
      rolledBack: { from: Number(status.rolledBackGeneration), why: status.rolledBackReason },
    }),
    observedRun: Number(status.observedRun),
    ...(healthNow === undefined ? {} : { health: healthNow }),
    ...(status.settling && { settling: true }),
    ...(status.hint && {
      hint: { text: status.hint, actions: status.hintActions.map(actionFromProto) },
    }),
    ...(progress === undefined ? {} : { progress }),
  };
}

export function progressToProto(progress: WorkloadProgress): WireProgress {
  return create(WorkloadProgressSchema, {
    stage: stage.toProto(progress.stage),
    doneBytes: BigInt(progress.doneBytes),
    totalBytes: BigInt(progress.totalBytes),
  });
}

/** An unknown stage of a later version is not an error: it is not shown. */
export function progressFromProto(progress: WireProgress): WorkloadProgress | undefined {
  const known = stage.fromProto(progress.stage);
  if (known === undefined) return undefined;
  return {
    stage: known,
    doneBytes: Number(progress.doneBytes),
    totalBytes: Number(progress.totalBytes),
  };
}

function wholeMs(ms: number | undefined): bigint {
  return BigInt(Math.trunc(ms ?? 0));
}
