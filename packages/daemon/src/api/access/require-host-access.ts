import { type RightsSpec, rightsNeeded } from '@capsule/core';
import { type Caller, hasHostAccess } from '../../identity/caller.ts';
import { authError } from '../../identity/errors.ts';

/**
 * Fails with `AUTH_HOST_ACCESS_MISSING` if the workload reaches the host and the caller may not. Also for calls that
 * enter such a workload: a program in it reaches as far. Pure.
 */
export function requireHostAccess(caller: Caller, workload: string, spec: RightsSpec): void {
  const fields = rightsNeeded(spec);
  if (fields.length === 0 || hasHostAccess(caller)) return;
  throw authError.HOST_ACCESS_MISSING({ workload, fields });
}
