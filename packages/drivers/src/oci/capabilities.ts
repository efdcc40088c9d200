import type { OciCapabilities } from './types.ts';

/** The usual capabilities of containers: enough to serve, change user and own files, and no more. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

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
