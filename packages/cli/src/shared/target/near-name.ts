import type { CapsuleClient } from '@capsule/api/wire';
import { CapsuleError, isCapsuleError, nearestWord } from '@capsule/core';

type List = (client: CapsuleClient, signal: AbortSignal) => Promise<readonly string[]>;

/** Of what a capsule does not find by name, the names that it has. */
const LISTS: Readonly<Record<string, List>> = {
  WORKLOAD_NOT_FOUND: async ({ workload }, signal) =>
    (await workload.list({}, { signal })).workloads.map(({ name }) => name),
  VOLUME_NOT_FOUND: async ({ volume }, signal) =>
    (await volume.list({}, { signal })).volumes.map(({ name }) => name),
};

/**
 * The same failure, which names what was probably meant, where something of nearly that name exists. The capsule
 * is asked once more; if it does not answer now, the failure stays as it is.
 */
export async function withNearName(
  error: unknown,
  client: CapsuleClient,
  signal: AbortSignal,
): Promise<unknown> {
  if (!isCapsuleError(error)) return error;
  const list = LISTS[error.code];
  const name = error.facts['name'];
  if (list === undefined || typeof name !== 'string') return error;
  const near = nearestWord(name, await list(client, signal).catch(() => []));
  if (near === undefined) return error;
  const { code, kind, message, why, actions, facts, hint } = error;
  const meant = `did you mean ${near}? ${hint ?? ''}`.trimEnd();
  return new CapsuleError({ code, kind, message, why, actions, facts, hint: meant, cause: error });
}
