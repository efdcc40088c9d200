import type { Architecture } from './architecture.ts';
import {
  ALLOWED_SYSCALLS,
  ARCHITECTURE_SYSCALLS,
  CAPABILITY_SYSCALLS,
} from './seccomp-syscalls.ts';
import type { OciSeccomp, OciSyscallRule } from './types.ts';

const EPERM = 1;
const ENOSYS = 38;
const AF_VSOCK = 40;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NAMESPACE_FLAGS = 0x7e020000;
/** PER_LINUX, PER_LINUX32, and both with UNAME26; the last one only queries the present one. */
const HARMLESS_PERSONALITIES = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff];

/**
 * 32-bit programs run too, as they do without a filter. Each architecture costs libseccomp some milliseconds
 * at every start; x32 is switched off in distributions' kernels.
 */
const ARCHITECTURES: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
};

/**
 * The default filter: the calls of ordinary programs are allowed, everything else fails with EPERM. A
 * capability also allows the calls that are of no use without it.
 */
export function describeSeccomp(
  architecture: Architecture,
  capabilities: readonly string[],
): OciSeccomp {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ARCHITECTURES[architecture],
    syscalls: [
      allow([
        ...ALLOWED_SYSCALLS,
        ...ARCHITECTURE_SYSCALLS[architecture],
        ...capabilities.flatMap((capability) => CAPABILITY_SYSCALLS[capability] ?? []),
      ]),
      ...conditionalRules(capabilities.includes('CAP_SYS_ADMIN')),
    ],
  };
}

function allow(names: readonly string[]): OciSyscallRule {
  return { names: [...new Set(names)], action: 'SCMP_ACT_ALLOW' };
}

function conditionalRules(isAdmin: boolean): OciSyscallRule[] {
  return [
    // Network namespaces do not confine sockets of the hypervisor.
    onlyWhen('socket', { index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }),
    ...HARMLESS_PERSONALITIES.map((value) =>
      onlyWhen('personality', { index: 0, value, op: 'SCMP_CMP_EQ' }),
    ),
    ...(isAdmin ? [] : namespaceRules()),
  ];
}

/** Allows new threads and processes, but no new namespaces. */
function namespaceRules(): OciSyscallRule[] {
  return [
    onlyWhen('clone', {
      index: 0,
      value: NAMESPACE_FLAGS,
      valueTwo: 0,
      op: 'SCMP_CMP_MASKED_EQ',
    }),
    // Its flags are in memory that a filter cannot read; with ENOSYS libc uses clone instead.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ];
}

type Condition = NonNullable<OciSyscallRule['args']>[number];

function onlyWhen(name: string, condition: Condition): OciSyscallRule {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args: [condition] };
}
