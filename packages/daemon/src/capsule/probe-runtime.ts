import type { ContainerRuntime } from '@capsule/core';

/** Long enough for any healthy answer, short enough for an operator who waits. */
const LIMIT_MS = 3_000;

/** Returns whether the runtime answers. A hung runtime does not delay the rest of the report. */
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
