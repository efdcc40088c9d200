import { setTimeout as delay } from 'node:timers/promises';
import { type CapsuleClient, DesiredState, type Workload, WorkloadPhase } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';

/** The capsule shows that the present spec is fulfilled. */
export function isSettled({ desiredState, generation, run, status }: Workload): boolean {
  if (status === undefined || status.observedGeneration !== generation) return false;
  if (desiredState === DesiredState.STOPPED) return status.phase === WorkloadPhase.STOPPED;
  const isRunning = status.phase === WorkloadPhase.RUNNING && status.reason === 'Running';
  return desiredState === DesiredState.RUNNING && isRunning && status.observedRun === run;
}

/**
 * Follows a workload, through lost connections, until `isIt` accepts what is shown (undefined: gone).
 * Undefined after `timeoutMs`, with what was shown last in `last`.
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
    // A stream that is left goes on until its signal aborts.
    const leave = new AbortController();
    const options = { signal: AbortSignal.any([limit, leave.signal]), timeoutMs: 0 };
    try {
      last = undefined;
      for await (const news of client.workload.watch({ names: [name] }, options)) {
        if (news.workload !== undefined) last = news.deleted ? undefined : news.workload;
        // Before the mark nothing is known of what is absent.
        if ((last !== undefined || news.synced || news.deleted) && isIt(last)) {
          return { isThere: true, last };
        }
      }
    } catch (error) {
      if (!limit.aborted && !(isCapsuleError(error) && error.kind === 'unavailable')) throw error;
      // The capsule is away; it sends no event when it comes back.
      await delay(20);
    } finally {
      leave.abort();
    }
  }
  return { isThere: false, last };
}
