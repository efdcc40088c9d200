import { type CapsuleClient, type ReportedWorkload, workloadFromProto } from '@capsule/api/wire';

/**
 * Follows the watch of the API until `isMet` accepts a state of the workload. Returns all states up to this
 * one. Rejects after `timeoutMs`, with the states that arrived.
 */
export async function waitForWorkload(
  client: CapsuleClient,
  name: string,
  isMet: (workload: ReportedWorkload, states: readonly ReportedWorkload[]) => boolean,
  timeoutMs = 60_000,
): Promise<readonly ReportedWorkload[]> {
  const states: ReportedWorkload[] = [];
  const enough = new AbortController();
  const timer = setTimeout(() => {
    const seen = states.map(({ status }) => `${status.phase} ${status.reason}: ${status.message}`);
    enough.abort(new Error(`${name} took too long; it was:\n${seen.join('\n')}`));
  }, timeoutMs);
  try {
    const answers = client.workload.watch({ names: [name] }, { signal: enough.signal });
    for await (const { workload, deleted } of answers) {
      if (workload === undefined || deleted) continue;
      const state = workloadFromProto(workload);
      states.push(state);
      if (isMet(state, states)) return states;
    }
    throw new Error(`the watch of ${name} ended by itself`);
  } catch (error) {
    throw enough.signal.aborted ? enough.signal.reason : error;
  } finally {
    clearTimeout(timer);
    enough.abort();
  }
}
