import { setTimeout as delay } from 'node:timers/promises';
import { type CapsuleClient, DesiredState, type Workload, WorkloadPhase } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';

/** Whether the capsule reports that the workload has settled with the current spec. */
export function isSettled({ desiredState, generation, run, status }: Workload): boolean {
  if (status === undefined || status.observedGeneration !== generation) return false;
  if (desiredState === DesiredState.STOPPED) return status.phase === WorkloadPhase.STOPPED;
  const isRunning = status.phase === WorkloadPhase.RUNNING && status.reason === 'Running';
  return desiredState === DesiredState.RUNNING && isRunning && status.observedRun === run;
}

/**
 * Follows a workload, also after lost connections, until `isIt` accepts its state (undefined: deleted). After
 * `timeoutMs`, it returns without a result; `last` is the last state.
 */
export async function untilShown(
  client: CapsuleClient,
  name: string,
  isIt: (shown: Workload | undefined) => boolean,
  timeoutMs: number,
): Promise<{ readonly isThere: boolean; readonly last: Workload | undefined }> {
  const limit = AbortSignal.timeout(timeoutMs);
  let last: Workload | undefined;
  while (!limit.aborted) {
    // A stream without a reader continues until its signal aborts.
    const leave = new AbortController();
    const options = { signal: AbortSignal.any([limit, leave.signal]), timeoutMs: 0 };
    try {
      last = undefined;
      for await (const news of client.workload.watch({ names: [name] }, options)) {
        if (news.workload !== undefined) last = news.deleted ? undefined : news.workload;
        // Before the `synced` message, a missing workload may still be reported.
        if ((last !== undefined || news.synced || news.deleted) && isIt(last)) {
          return { isThere: true, last };
        }
      }
    } catch (error) {
      if (!limit.aborted && !(isCapsuleError(error) && error.kind === 'unavailable')) throw error;
      // The capsule is down, and sends no event when it is back.
      await delay(20);
    } finally {
      leave.abort();
    }
  }
  return { isThere: false, last };
}
