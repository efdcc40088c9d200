import { action, defineErrors, remedy } from '@capsule/core';

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
      `the virtual machine monitor did not carry out ${f.command}: ${f.detail}`,
  },
  NO_IMAGE_DISK: {
    kind: 'internal',
    message: (f: { image: string; detail: string }) =>
      `no disk could be made of image ${f.image}: ${f.detail}`,
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
      `microVM ${f.container} did not come up: ${f.why}`,
    hint: (f) =>
      f.isSilent
        ? 'a kernel that ends before it prints anything may need a larger memoryMib'
        : remedy`${action('workload.logs', { serial: true, name: f.container })} shows its console`,
  },
  BOOT_HUNG: {
    kind: 'internal',
    message: (f: Named & { seconds: number }) =>
      `the kernel of microVM ${f.container} printed nothing in ${f.seconds} s of processor time`,
    hint: 'the capsule boots it again; an idle processor helps',
  },
  STALLED: {
    kind: 'internal',
    message: (f: Named & { seconds: number }) =>
      `microVM ${f.container} never started its program: it did nothing for ${f.seconds} s`,
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
    message: (f: Named) => `${f.container} has no guest agent: it is made from a kernel and a disk`,
    hint: (f) =>
      remedy`its console shows its output: ${action('workload.logs', { serial: true, name: f.container })}`,
  },
  PROCESS_LEFT: {
    kind: 'internal',
    message: (f: { pid: number }) => `process ${f.pid} of a microVM does not end`,
    why: 'the kernel holds it, perhaps because a disk does not answer; its disks are still in use',
    hint: 'capsuled tries again by itself; look at the disks of the capsule when this lasts',
  },
  NO_VSOCK: {
    kind: 'unavailable',
    message: (f: { port: number; detail: string }) =>
      `the guest cannot be reached at its port ${f.port}: ${f.detail}`,
  },
  AGENT_SILENT: {
    kind: 'unavailable',
    message: (f: Named & { detail: string }) =>
      `the guest agent of microVM ${f.container} does not answer`,
    why: (f) => f.detail,
    hint: (f) => remedy`${action('workload.restart', { name: f.container })} starts it again`,
  },
  FILE_MISSING: {
    kind: 'precondition',
    message: (f: Named & { path: string }) =>
      `microVM ${f.container} cannot use ${f.path}: there is no such file on the capsule`,
    hint: 'kernelPath and rootfsPath are paths on the capsule',
  },
  DISK_BUSY: {
    kind: 'precondition',
    message: (f: Named & { path: string; where: string }) =>
      `microVM ${f.container} cannot use the disk ${f.path}: ${f.where}`,
    why: 'two kernels that write to one file system destroy it',
    hint: 'stop the workload or program that uses it, or give each microVM a copy of its own',
  },
  DISK_UNFIT: {
    kind: 'precondition',
    message: (f: Named & { path: string }) =>
      `microVM ${f.container} cannot use ${f.path}: it is neither a regular file nor a block device`,
    hint: 'links are not followed: write the path of the file itself',
  },
  KERNEL_UNFIT: {
    kind: 'precondition',
    message: (f: Named & { path: string }) =>
      `microVM ${f.container} cannot use the kernel ${f.path}: it is not a regular file`,
  },
  KERNEL_FORMAT: {
    kind: 'unsupported',
    message: (f: Named & { path: string }) =>
      `Firecracker cannot boot the kernel ${f.path} of microVM ${f.container}`,
    why: 'it boots an ELF file (vmlinux), or a bzImage that is packed by gzip or zstd',
    hint: 'give the vmlinux of that kernel, or choose `backend: qemu`',
  },
});
