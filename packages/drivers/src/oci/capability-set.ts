import { type CapabilityChange, DEFAULT_CAPABILITIES } from '@capsule/core';

/** By number: `linux/capability.h`. */
const NUMBERED: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
];

/** Returns the capabilities of a line `CapBnd: 00000000a80425fb` of `/proc/PID/status`. */
export function parseCapabilityMask(mask: string): readonly string[] {
  const bits = BigInt(`0x${mask}`);
  return NUMBERED.filter((_, index) => (bits & (1n << BigInt(index))) !== 0n);
}

export interface CapabilitySpec {
  readonly capabilities: CapabilityChange;
  readonly privileged: boolean;
}

/**
 * Returns the capabilities of a container: the usual ones, or all when it is privileged; without `drop`, then
 * with `add`. The capsule can grant only what it has itself (`available`).
 */
export function grantCapabilities(
  { capabilities, privileged }: CapabilitySpec,
  available: readonly string[],
): readonly string[] {
  const { add, drop } = capabilities;
  const start = privileged ? available : DEFAULT_CAPABILITIES;
  const kept = drop.includes('ALL') ? [] : start.filter((name) => !drop.includes(name));
  const added = add.includes('ALL') ? available : add;
  return [...new Set([...kept, ...added])].filter((name) => available.includes(name)).toSorted();
}

/** Returns the capabilities of `add` that this capsule does not have. */
export function missingCapabilities(
  { add }: CapabilityChange,
  available: readonly string[],
): readonly string[] {
  return add.filter((name) => name !== 'ALL' && !available.includes(name));
}
