import type { ReportedCell, ReportedContainer, ReportedNode } from '@capsule/api/wire';

/** How something stands against what a command waits for. */
export type NodeVerdict = 'waiting' | 'ready' | 'failed';

/**
 * After an apply, a start or a restart; `first` is the state with which the capsule answered. Ready: it runs and has
 * stayed up, or its job is done, or it is stopped as desired. Failed: it could not start, or did not stay up; the
 * capsule keeps trying, and the wait ends. Pure.
 */
export function judgeNode(now: ReportedNode, first: ReportedNode): NodeVerdict {
  if (now.level === 'scope') return judgeState(now.scope.status.state);
  if (now.level === 'container' && first.level === 'container') {
    return judgeContainer(now.container, first.container);
  }
  return now.level === 'cell' && first.level === 'cell'
    ? judgeCell(now.cell, first.cell)
    : 'waiting';
}

/** The container of a cell that keeps it from being ready; undefined if none has failed. Pure. */
export function failedContainer(
  now: ReportedCell,
  first: ReportedCell,
): ReportedContainer | undefined {
  return now.containers.find((one) => judgeContainer(one, counterpart(one, first)) === 'failed');
}

function judgeState(state: string): NodeVerdict {
  if (state === 'failed') return 'failed';
  return state === 'ready' ? 'ready' : 'waiting';
}

function judgeCell(now: ReportedCell, first: ReportedCell): NodeVerdict {
  if (now.desired === 'deleting') return 'failed';
  if (now.desired === 'stopped') return isDown(now) ? 'ready' : 'waiting';
  const verdicts = now.containers
    .filter(({ desired }) => desired === 'running')
    .map((one) => ({ one, verdict: judgeContainer(one, counterpart(one, first)) }));
  if (verdicts.some(({ verdict }) => verdict === 'failed')) return 'failed';
  // When the job of the root is done, its siblings stop.
  const root = verdicts.find(({ one }) => one.isRoot);
  if (root?.verdict === 'ready' && root.one.status.reason === 'Completed') return 'ready';
  if (verdicts.every(({ verdict }) => verdict === 'ready')) return 'ready';
  // Nothing starts beside a root that stands still.
  return root?.one.status.state === 'paused' && root.verdict === 'ready' ? 'failed' : 'waiting';
}

function judgeContainer(now: ReportedContainer, first: ReportedContainer): NodeVerdict {
  const { status } = now;
  if (now.desired === 'deleting') return 'failed';
  if (now.desired === 'stopped') return isDown(now) ? 'ready' : 'waiting';
  const isOld = status.observedGeneration < first.generation || status.observedRun < first.run;
  const hasFailed = status.state === 'failed' || status.reason === 'BackOff';
  if (isOld) {
    const isNews =
      status.nextRetryAt !== undefined && status.nextRetryAt !== first.status.nextRetryAt;
    return hasFailed && isNews ? 'failed' : 'waiting';
  }
  if (status.reason === 'Completed' && status.exitCode === 0) return 'ready';
  if (hasFailed) return 'failed';
  if (status.state === 'paused') return 'ready';
  return status.state === 'ready' && status.ready === true ? 'ready' : 'waiting';
}

/** One that came later is its own. All containers of a cell have its UID. */
function counterpart(
  container: ReportedContainer,
  { containers }: ReportedCell,
): ReportedContainer {
  const { uid, ref } = container;
  const isSame = (one: ReportedContainer) => one.uid === uid && one.ref.container === ref.container;
  return containers.find(isSame) ?? container;
}

function isDown({ status }: Pick<ReportedCell, 'status'>): boolean {
  return status.state === 'stopped' || status.state === 'failed';
}
