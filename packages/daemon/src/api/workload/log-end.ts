import {
  FIRST_STATUS,
  isRunDue,
  isRunOver,
  type Workload,
  type WorkloadRecord,
  type WorkloadStatus,
} from '@capsule/core';
import type { Feed } from '@capsule/engine';

export interface LogEndParts {
  readonly controller: { describe(record: WorkloadRecord): Workload };
  readonly feed: Pick<Feed, 'changes'>;
}

/**
 * Aborts when the log of a workload is complete: the workload is gone (also when another of its
 * name replaces it) or stopped, or its run is over and its policy starts no other. A restart, by
 * policy or on request, does not end the log. Follows the workload until `signal` aborts. The
 * reason of the abort is the failure, if there was one.
 */
export function logEnd(
  find: () => WorkloadRecord | undefined,
  parts: LogEndParts,
  signal: AbortSignal,
): AbortSignal {
  const end = new AbortController();
  const uid = find()?.uid;
  const follow = async () => {
    const changes = parts.feed.changes(signal);
    while (!isOver(find(), uid, parts.controller)) {
      if ((await changes.next()).done === true) return;
    }
    end.abort();
    await changes.return(undefined);
  };
  follow().catch((error: unknown) => end.abort(error));
  return end.signal;
}

function isOver(
  record: WorkloadRecord | undefined,
  uid: string | undefined,
  controller: LogEndParts['controller'],
): boolean {
  if (record === undefined) return true;
  // From the start of a deletion the status is that of the deletion, and the program may print
  // until it ends.
  if (record.desired === 'deleting') return false;
  const { status } = controller.describe(record);
  if (record.uid !== uid) return !mayEarlierRun(record, status);
  if (record.desired !== 'running') return status.phase === 'stopped';
  return isRunOver(record, status);
}

/**
 * The container of a deleted workload of the same name may not be inspected yet, or may be in its
 * grace period.
 */
function mayEarlierRun(record: WorkloadRecord, status: WorkloadStatus): boolean {
  const isSeen = status.reason !== FIRST_STATUS.reason;
  return isRunDue(record, status) && (status.phase === 'running' || !isSeen);
}
