import type { ContainerRuntime } from '@capsule/core';

/** Long for an answer, and short for a person who asks what is wrong. */
const LIMIT_MS = 3_000;

/** Whether the runtime answers, also when it stands still: it is no reason to wait for everything else. */
export async function probeRuntime(
  runtime: Pick<ContainerRuntime, 'probe'>,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const limit = AbortSignal.timeout(limitMs);
  const found = await runtime.probe(AbortSignal.any([signal, limit]));
  if (found.ok || !limit.aborted) return found;
  return { ok: false, detail: `the runtime has not answered for ${limitMs / 1000} s` };
}
