import type { OciCapabilities } from './types.ts';

/**
 * By default no capability is inheritable or ambient, so a program of a user other than root has none. The
 * capabilities in `kept`, which the spec adds by name, are both: otherwise the spec would have no effect for
 * such a user.
 */
export function describeCapabilities(
  granted: readonly string[],
  kept: readonly string[] = [],
): OciCapabilities {
  const sets = { bounding: granted, effective: granted, permitted: granted };
  return kept.length === 0 ? sets : { ...sets, inheritable: kept, ambient: kept };
}
