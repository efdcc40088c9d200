import {
  FIRST_STATUS,
  isRunDue,
  isRunOver,
  type Workload,
  type WorkloadRecord,
  type WorkloadStatus,
} from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { WorkloadSpecs } from '../../store/workload-specs.ts';

export interface LogEndParts {
  readonly specs: Pick<WorkloadSpecs, 'get'>;
  readonly controller: { describe(record: WorkloadRecord): Workload };
  readonly feed: Pick<Feed, 'changes'>;
}

/**
 * Aborts when a workload has printed its last word: it is gone, also in favour of another of its name, or stopped, or
 * its run is over and its policy wants no other. A restart by policy, or one that was asked for, is none. Follows the
 * workload until `signal` aborts. What goes wrong is the reason of the abort.
 */
export function logEnd(name: string, parts: LogEndParts, signal: AbortSignal): AbortSignal {
  const end = new AbortController();
  const uid = parts.specs.get(name)?.uid;
  const follow = async () => {
    const changes = parts.feed.changes(signal);
    while (!isOver(parts.specs.get(name), uid, parts.controller)) {
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
  // Its status is that of the deletion from the start of it on, and its program may print until it has ended.
  if (record.desired === 'deleting') return false;
  const { status } = controller.describe(record);
  if (record.uid !== uid) return !mayEarlierRun(record, status);
  if (record.desired !== 'running') return status.phase === 'stopped';
  return isRunOver(record, status);
}

/** The container of a deleted workload of the same name may not be looked at yet, or still have its grace. */
function mayEarlierRun(record: WorkloadRecord, status: WorkloadStatus): boolean {
  const isSeen = status.reason !== FIRST_STATUS.reason;
  return isRunDue(record, status) && (status.phase === 'running' || !isSeen);
}
