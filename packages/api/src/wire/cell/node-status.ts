import { create } from '@bufbuild/protobuf';
import type { NodeState, NodeStatus, PauseReason } from '@capsule/core';
import {
  NodeStatusSchema,
  NodeState as WireState,
  type NodeStatus as WireStatus,
} from '../../gen/capsule/v1/cell_pb.ts';
import { defineChoice } from '../choice.ts';
import { actionFromProto, actionToProto } from '../error/action.ts';
import { progressFromProto, progressToProto } from '../workload/workload-status.ts';

const state = defineChoice<NodeState, WireState>({
  pending: WireState.PENDING,
  ready: WireState.READY,
  stopped: WireState.STOPPED,
  paused: WireState.PAUSED,
  pausing: WireState.PAUSING,
  failed: WireState.FAILED,
  unknown: WireState.UNKNOWN,
});

export function nodeStatusToProto(status: NodeStatus): WireStatus {
  const { exitCode, progress, hint } = status;
  return create(NodeStatusSchema, {
    state: state.toProto(status.state),
    reason: status.reason,
    message: status.message,
    ...(exitCode !== undefined && { exitCode }),
    exitSignal: status.exitSignal ?? 0,
    oomKilled: status.oomKilled ?? false,
    restartCount: status.restartCount,
    restartedAtUnixMs: wholeMs(status.restartedAt),
    startedAtUnixMs: wholeMs(status.startedAt),
    finishedAtUnixMs: wholeMs(status.finishedAt),
    nextRetryUnixMs: wholeMs(status.nextRetryAt),
    pid: status.pid ?? 0,
    imageDigest: status.imageDigest ?? '',
    address: status.address ?? '',
    bridge: status.bridge ?? '',
    cgroupPath: status.cgroupPath ?? '',
    hint: hint?.text ?? '',
    hintActions: (hint?.actions ?? []).map(actionToProto),
    pauseReasons: [...status.pauseReasons],
    ...(progress && { progress: progressToProto(progress) }),
    observedGeneration: BigInt(status.observedGeneration),
    observedRun: BigInt(status.observedRun),
    ready: status.ready ?? false,
  });
}

/** A state of a later capsule is shown as unknown. */
export function nodeStatusFromProto(wire: WireStatus | undefined): NodeStatus {
  const status = wire ?? create(NodeStatusSchema);
  const { exitCode } = status;
  const progress = status.progress && progressFromProto(status.progress);
  return {
    state: state.fromProto(status.state) ?? 'unknown',
    reason: status.reason,
    message: status.message,
    ...(exitCode !== undefined && { exitCode }),
    ...(status.exitSignal && { exitSignal: status.exitSignal }),
    ...(status.oomKilled && { oomKilled: true }),
    restartCount: status.restartCount,
    ...(status.restartedAtUnixMs && { restartedAt: Number(status.restartedAtUnixMs) }),
    ...(status.startedAtUnixMs && { startedAt: Number(status.startedAtUnixMs) }),
    ...(status.finishedAtUnixMs && { finishedAt: Number(status.finishedAtUnixMs) }),
    ...(status.nextRetryUnixMs && { nextRetryAt: Number(status.nextRetryUnixMs) }),
    ...(status.pid && { pid: status.pid }),
    ...(status.imageDigest && { imageDigest: status.imageDigest }),
    ...(status.address && { address: status.address }),
    ...(status.bridge && { bridge: status.bridge }),
    ...(status.cgroupPath && { cgroupPath: status.cgroupPath }),
    ...(status.hint && {
      hint: { text: status.hint, actions: status.hintActions.map(actionFromProto) },
    }),
    pauseReasons: status.pauseReasons as readonly PauseReason[],
    ...(progress && { progress }),
    observedGeneration: Number(status.observedGeneration),
    observedRun: Number(status.observedRun),
    ...(status.ready && { ready: true }),
  };
}

function wholeMs(ms: number | undefined): bigint {
  return BigInt(Math.trunc(ms ?? 0));
}
