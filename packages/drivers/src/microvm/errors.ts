import { action, defineErrors, remedy } from '@capsule/core';

/** The name of the record of a run. */
export const RUN_FILE = 'run.json';

interface Named {
  readonly container: string;
}

export const microVmError = defineErrors('MICROVM', {
  NO_VMM: {
    kind: 'precondition',
    message: (f: Named & { detail: string }) =>
      `microVM ${f.container} cannot be started: ${f.detail}`,
    hint: remedy`${action('capsule.info')} shows the monitor of microVMs on this capsule`,
  },
  VMM_REFUSES: {
    kind: 'internal',
    message: (f: { command: string; detail: string }) =>
      `the virtual machine monitor failed to run ${f.command}: ${f.detail}`,
  },
  NO_IMAGE_DISK: {
    kind: 'internal',
    message: (f: { image: string; detail: string }) =>
      `image ${f.image} could not be converted to a disk: ${f.detail}`,
  },
  FIELD_UNSUPPORTED: {
    kind: 'invalid',
    message: (f: Named & { field: string }) => `microVM ${f.container} cannot have ${f.field}`,
    hint: (f) => `remove ${f.field}, or use kind: Container`,
  },
  RECORD_DAMAGED: {
    kind: 'dataLoss',
    message: (f: { path: string; detail: string }) =>
      `the record ${f.path} of a microVM is damaged: ${f.detail}`,
    why: 'capsuled needs the record to start the microVM; wrong values could damage its disk',
    hint: (f) =>
      f.path.endsWith(RUN_FILE)
        ? remedy`${action('workload.restart', { name: 'NAME' })} ends its remaining processes and starts it again`
        : remedy`${action('workload.delete', { name: 'NAME' })} removes the microVM and its root disk, but keeps volumes; then apply its manifest again`,
  },
  NOT_MADE: {
    kind: 'notFound',
    message: (f: Named) => `there is no microVM ${f.container}`,
  },
  NOT_RUNNING: {
    kind: 'precondition',
    message: (f: Named) => `${f.container} is not running`,
    hint: (f) => remedy`start it with ${action('workload.start', { name: f.container })}`,
  },
  NOT_BOOTED: {
    kind: 'internal',
    message: (f: Named & { why: string; isSilent?: boolean }) =>
      `microVM ${f.container} did not boot: ${f.why}`,
    hint: (f) =>
      f.isSilent
        ? 'the kernel ended before it printed anything; it may need a larger memoryMib'
        : remedy`${action('workload.logs', { serial: true, name: f.container })} shows its console`,
  },
  BOOT_HUNG: {
    kind: 'internal',
    message: (f: Named & { seconds: number }) =>
      `the kernel of microVM ${f.container} printed nothing for ${f.seconds} processor seconds`,
    hint: 'the capsule boots it again; reduce the load of the processor if this continues',
  },
  NOT_RESUMED: {
    kind: 'internal',
    message: (f: Named & { why: string }) =>
      `microVM ${f.container} could not be resumed from a snapshot: ${f.why}`,
    hint: 'the capsule removes the snapshot and boots the microVM',
  },
  NO_SNAPSHOT: {
    kind: 'internal',
    message: (f: { detail: string }) => `no snapshot of a microVM was made: ${f.detail}`,
    hint: 'microVMs boot at each start until a restart of capsuled tries again',
  },
  STALLED: {
    kind: 'internal',
    message: (f: Named & { seconds: number }) =>
      `microVM ${f.container} did not start its program in ${f.seconds} s`,
    why: 'the guest did nothing in that time',
    hint: (f) =>
      remedy`${action('workload.logs', { serial: true, name: f.container })} shows its console`,
  },
  PAYLOAD_FAILED: {
    kind: 'invalid',
    message: (f: Named & { detail: string }) =>
      `the program of microVM ${f.container} could not be started: ${f.detail}`,
    hint: 'check `command` and `user` in the manifest against the contents of the image',
  },
  NO_AGENT: {
    kind: 'unsupported',
    message: (f: Named) => `${f.container} has no guest agent`,
    why: 'its manifest names a kernel and a disk',
    hint: (f) =>
      remedy`${action('workload.logs', { serial: true, name: f.container })} shows its console`,
  },
  PROCESS_LEFT: {
    kind: 'internal',
    message: (f: { pid: number }) => `process ${f.pid} of a microVM does not end`,
    why: 'the kernel cannot end it, perhaps because a disk does not answer; the process still uses its disks',
    hint: 'capsuled tries again; check the disks of the capsule if this continues',
  },
  PROCESS_NOT_STOPPED: {
    kind: 'internal',
    message: (f: { pid: number }) => `process ${f.pid} of a microVM does not stop`,
    why: 'the kernel holds it, perhaps because a disk does not answer; the microVM may still write',
    hint: 'capsuled retries; look at the disks of the capsule if this continues',
  },
  NO_VSOCK: {
    kind: 'unavailable',
    message: (f: { port: number; detail: string }) =>
      `capsuled cannot connect to vsock port ${f.port} of the guest: ${f.detail}`,
  },
  AGENT_SILENT: {
    kind: 'unavailable',
    message: (f: Named & { detail: string }) =>
      `the guest agent of microVM ${f.container} does not answer`,
    why: (f) => f.detail,
    hint: (f) => remedy`${action('workload.restart', { name: f.container })} restarts the microVM`,
  },
  FILE_MISSING: {
    kind: 'precondition',
    message: (f: Named & { path: string }) =>
      `microVM ${f.container} cannot use ${f.path}: the capsule has no such file`,
    hint: 'set kernelPath and rootfsPath to files that exist on the capsule',
  },
  DISK_BUSY: {
    kind: 'precondition',
    message: (f: Named & { path: string; where: string }) =>
      `microVM ${f.container} cannot use the disk ${f.path}: ${f.where}`,
    why: 'two kernels that write to the same file system destroy it',
    hint: 'stop the workload or program that uses the disk, or give each microVM its own copy',
  },
  DISK_UNFIT: {
    kind: 'precondition',
    message: (f: Named & { path: string }) =>
      `microVM ${f.container} cannot use ${f.path}: it is no file or block device`,
    hint: 'write the path of the file itself: capsuled does not follow links here',
  },
  KERNEL_UNFIT: {
    kind: 'precondition',
    message: (f: Named & { path: string }) =>
      `microVM ${f.container} cannot use kernel ${f.path}: it is not a regular file`,
  },
  KERNEL_FORMAT: {
    kind: 'unsupported',
    message: (f: Named & { path: string }) =>
      `Firecracker cannot boot the kernel ${f.path} of microVM ${f.container}`,
    why: 'Firecracker boots an ELF file (vmlinux), or a bzImage compressed with gzip or zstd',
    hint: 'use the vmlinux of that kernel, or set `backend: qemu`',
  },
});
