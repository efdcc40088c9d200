import type { OciCapabilities } from './types.ts';

/** What containers get by custom: enough to serve, change user and own files, and no more. */
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

/** Nothing is inheritable or ambient: a program run by another user than root holds none. */
export function describeCapabilities(granted: readonly string[]): OciCapabilities {
  return { bounding: granted, effective: granted, permitted: granted };
}
