import { defineErrors } from '@capsule/core';

export const diskError = defineErrors('DISK', {
  NO_BOOT_DISK: {
    kind: 'internal',
    message: (f: { detail: string }) =>
      `the disk that this system runs from is not found: ${f.detail}`,
    hint: 'start the machine from a disk with a Capsule image',
  },
  TABLE_UNREADABLE: {
    kind: 'internal',
    message: (f: { disk: string }) => `${f.disk} has no valid partition table`,
    hint: 'both copies of the table are damaged; restore the disk from a backup',
  },
  NO_ENTRY: {
    kind: 'internal',
    message: (_: Record<string, never>) =>
      'the boot loader has started a boot entry that is not Capsule’s',
    why: 'updates write boot entries next to the one that was started',
    hint: 'start the machine with the boot loader on its disk',
  },
  NO_VERSION: {
    kind: 'internal',
    message: (_: Record<string, never>) => 'the command line of the kernel has no capsule.version',
    hint: 'start the machine from a kernel image that `npm run image` or `npm run bundle` built',
  },
  NO_PERM: {
    kind: 'internal',
    message: (f: { disk: string }) => `${f.disk} has no partition for data`,
    hint: 'write a Capsule image to the disk again',
  },
  PERM_FOREIGN: {
    kind: 'precondition',
    message: (f: { device: string; found: string }) =>
      `${f.device} is the partition for this capsule's data, but contains ${f.found}`,
    why: 'only a blank partition is initialised',
    hint: 'save what is on it, and make it blank with wipefs -a; or write the image to the disk again',
  },
  PERM_GONE: {
    kind: 'dataLoss',
    message: (f: { device: string }) => `the volume capsule/perm is missing on ${f.device}`,
    why: 'the disk has volumes of this capsule, but not its own data; a new one would look like a capsule without an owner and without workloads',
    hint: 'start a rescue system, and name the volume capsule/perm again, or restore it',
  },
  NO_DATA: {
    kind: 'unavailable',
    message: (f: { detail: string }) => `this machine runs without its data: ${f.detail}`,
    why: 'a capsule that starts without its data would look like a new one, without an owner',
    hint: 'the log of the boot is on the console; correct the disk, and reboot',
  },
  PERM_DAMAGED: {
    kind: 'internal',
    message: (f: { device: string; detail: string }) =>
      `the filesystem on ${f.device} cannot be repaired automatically: ${f.detail}`,
    hint: 'start a rescue system, and run e2fsck on it',
  },
});
