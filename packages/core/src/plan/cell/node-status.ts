import type { RemedyAction } from '../../error/remedy.ts';
import type { CellRecord } from '../../resource/cell/cell.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import type { PauseReason } from '../../resource/cell/pause.ts';
import {
  isReady,
  type WorkloadProgress,
  type WorkloadStatus,
} from '../../resource/workload/workload.ts';
import { isRunDue, isRunOver } from '../container/workload-run.ts';

/** The states of realms, spaces, stacks, cells and containers. */
export type NodeState =
  | 'pending'
  | 'ready'
  | 'stopped'
  | 'paused'
  | 'pausing'
  | 'failed'
  | 'unknown';

/** The observed state of something of any level. Times are milliseconds since 1970. */
export interface NodeStatus {
  readonly state: NodeState;
  /** One word for programs. */
  readonly reason: string;
  /** One line for people. */
  readonly message: string;
  readonly hint?: { readonly text: string; readonly actions: readonly RemedyAction[] };
  readonly exitCode?: number;
  readonly exitSignal?: number;
  readonly oomKilled?: boolean;
  readonly restartCount: number;
  readonly restartedAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly nextRetryAt?: number;
  readonly pid?: number;
  readonly imageDigest?: string;
  readonly address?: string;
  readonly bridge?: string;
  readonly cgroupPath?: string;
  readonly pauseReasons: readonly PauseReason[];
  /** Its program has stayed up, or passes its health check. Absent: it does not, or not yet. */
  readonly ready?: boolean;
  readonly progress?: WorkloadProgress;
  readonly observedGeneration: number;
  readonly observedRun: number;
}

/** A container and everything that its state follows from. */
export interface ContainerView {
  readonly record: ContainerRecord;
  readonly status: WorkloadStatus;
  readonly pauseReasons: readonly PauseReason[];
  /** The runtime does not answer, so its state is not known. */
  readonly isRuntimeAway: boolean;
}

/** Pure. */
export function containerNodeStatus(view: ContainerView): NodeStatus {
  const { status, pauseReasons } = view;
  const { startedAt, restartCount } = status;
  const isUp = status.phase === 'running';
  return {
    state: containerState(view),
    ...describeState(view),
    ...pick(status, ['hint', 'exitCode', 'exitSignal', 'oomKilled', 'finishedAt', 'nextRetryAt']),
    ...pick(status, ['pid', 'imageDigest', 'progress', 'startedAt']),
    restartCount,
    ...(isUp && restartCount > 0 && startedAt !== undefined && { restartedAt: startedAt }),
    pauseReasons,
    ...(isReady(status) && { ready: true }),
    observedGeneration: status.observedGeneration,
    observedRun: status.observedRun,
  };
}

/** Pure. */
function containerState({ status, pauseReasons, isRuntimeAway }: ContainerView): NodeState {
  if (isRuntimeAway) return 'unknown';
  if (status.phase !== 'running') return status.phase;
  if (status.reason === 'Paused') return 'paused';
  return pauseReasons.length > 0 ? 'pausing' : 'ready';
}

function describeState({ status, isRuntimeAway }: ContainerView) {
  if (!isRuntimeAway) return { reason: status.reason, message: status.message };
  return { reason: 'RuntimeUnavailable', message: 'the container runtime does not answer' };
}

function pick<T extends object, K extends keyof T>(
  from: T,
  keys: readonly K[],
): Partial<Pick<T, K>> {
  const present = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]);
  return Object.fromEntries(present) as Partial<Pick<T, K>>;
}

/** The state of a cell, which follows from its root and from the containers that are to run. Pure. */
export function cellNodeStatus(
  cell: CellRecord,
  views: readonly ContainerView[],
): Pick<NodeStatus, 'state' | 'reason' | 'message'> & Partial<NodeStatus> {
  const [root] = views;
  if (cell.desired === 'deleting')
    return { state: 'stopped', reason: 'Deleting', message: 'being deleted' };
  if (root === undefined) {
    return cell.desired === 'running'
      ? { state: 'pending', reason: 'Empty', message: 'waits for its first container' }
      : { state: 'stopped', reason: 'Stopped', message: 'stopped on request' };
  }
  const rootStatus = containerNodeStatus(root);
  const shared = pick(rootStatus, ['exitCode', 'exitSignal', 'finishedAt', 'startedAt', 'hint']);
  return { ...shared, ...stateOfCell(views, root, rootStatus) };
}

function stateOfCell(
  views: readonly ContainerView[],
  root: ContainerView,
  rootStatus: NodeStatus,
): Pick<NodeStatus, 'state' | 'reason' | 'message' | 'ready'> {
  const { reason, message } = rootStatus;
  const asRoot = (state: NodeState) => ({ state, reason, message });
  if (views.some(({ isRuntimeAway }) => isRuntimeAway)) return asRoot('unknown');
  if (isEnded(root)) return asRoot(rootStatus.state === 'failed' ? 'failed' : 'stopped');
  // Siblings that ended wait for it.
  if (isFrozen(rootStatus.state)) return { state: rootStatus.state, ...describeContainer(root) };
  const wanted = views.filter((view) => view.record.desired === 'running' && !isDone(view));
  const states = wanted.map((view) => ({ view, state: containerState(view) }));
  const failed = states.find(({ state }) => state === 'failed');
  if (failed !== undefined)
    return describeFailed(
      failed.view,
      states.map(({ view }) => view),
    );
  const late = states.find(({ state }) => state === 'pending' || state === 'stopped');
  if (late !== undefined) return { state: 'pending', ...describeContainer(late.view) };
  const frozen = states.find(({ state }) => isFrozen(state));
  if (frozen !== undefined) return { state: frozen.state, ...describeContainer(frozen.view) };
  const isAllReady = wanted.every(({ status }) => isReady(status));
  return {
    state: 'ready',
    reason: 'Ready',
    message: describeReady(views, states.length),
    ...(isAllReady && { ready: true }),
  };
}

function isFrozen(state: NodeState): boolean {
  return state === 'paused' || state === 'pausing';
}

/** Nothing of the root runs, or will by itself. */
function isEnded({ record, status }: ContainerView): boolean {
  if (record.desired !== 'running') return status.phase !== 'running';
  return !isRunDue(record, status) && isRunOver(record, status);
}

/** A job that ended well is nothing that a cell waits for. */
function isDone({ record, status }: ContainerView): boolean {
  return isRunOver(record, status) && status.reason === 'Completed';
}

function describeFailed(
  failed: ContainerView,
  all: readonly ContainerView[],
): Pick<NodeStatus, 'state' | 'reason' | 'message'> {
  const isRecovering = all.some(({ status }) => status.nextRetryAt !== undefined);
  return { state: isRecovering ? 'pending' : 'failed', ...describeContainer(failed) };
}

function describeContainer({ record, status }: ContainerView) {
  return { reason: status.reason, message: `${record.ref.container}: ${status.message}` };
}

function describeReady(views: readonly ContainerView[], running: number): string {
  if (views.length === 1) return 'running';
  return `${running} of ${views.length} containers run`;
}
