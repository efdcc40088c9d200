import { defineErrors } from '@capsule/core';

export const imagerError = defineErrors('IMAGER', {
  NODE_MISSING: {
    kind: 'precondition',
    message: (f: { package: string }) => `the npm package ${f.package} is not installed`,
    why: 'this package contains the Node runtime of the rootfs',
    hint: 'run npm ci --ignore-scripts',
  },
  ARCHITECTURE: {
    kind: 'unsupported',
    message: (f: { architecture: string }) => `no rootfs is built for ${f.architecture}`,
    hint: 'x64 and arm64 machines are supported',
  },
  LAYER_FAILED: {
    kind: 'internal',
    message: (f: { layer: string; log: string }) => `the ${f.layer} layer could not be built`,
    why: (f) => f.log,
    hint: 'check the network and the free space of the cache directory, then try again',
  },
  PROGRAM_BROKEN: {
    kind: 'internal',
    message: (f: { program: string; said: string }) =>
      `${f.program} does not run inside the new rootfs`,
    why: (f) => f.said,
    hint: 'check the Debian packages of the profile: their versions do not match',
  },
  PROGRAM_MISSING: {
    kind: 'internal',
    message: (f: { path: string; tree: string }) => `${f.path} is not in ${f.tree}`,
    hint: 'check the version of the package: another version may have another path for this file',
  },
  FIRECRACKER_MISSING: {
    kind: 'precondition',
    message: (f: { folder: string }) => `there is no Firecracker in ${f.folder}`,
    why: 'CAPSULE_FIRECRACKER must name a folder with the firecracker and jailer of one release',
    hint: (f) =>
      `name the two programs firecracker and jailer in ${f.folder}, or unset CAPSULE_FIRECRACKER`,
  },
  FIRECRACKER_UNREACHABLE: {
    kind: 'unavailable',
    message: (f: { version: string; url: string; reason: string }) =>
      `Firecracker ${f.version} could not be downloaded: ${f.reason}`,
    why: (f) => `its release is at ${f.url}`,
    hint: 'run npm run firecracker where that URL can be reached, or set CAPSULE_FIRECRACKER to a folder that has it',
  },
  FIRECRACKER_CHECKSUM: {
    kind: 'precondition',
    message: (f: { version: string; url: string; sha256: string; found: string }) =>
      `the download is not Firecracker ${f.version}`,
    why: (f) => `the SHA-256 of ${f.url} is ${f.found}, but must be ${f.sha256}`,
    hint: 'the download was not kept; check for a proxy between this machine and that server',
  },
  KERNEL_ARCHITECTURE: {
    kind: 'unsupported',
    message: (f: { architecture: string }) =>
      `Capsule has no kernel configuration of its own for ${f.architecture}`,
    hint: "microVMs use Debian's kernel on this architecture",
  },
  KERNEL_OPTIONS: {
    kind: 'internal',
    message: (f: { file: string; options: readonly string[] }) =>
      `options of ${f.file} have no effect: ${f.options.join(', ')}`,
    hint: 'add the options that they depend on to that file, or leave them out',
  },
  KERNEL_FAILED: {
    kind: 'internal',
    message: (_: { log: string }) => 'the kernel of microVMs could not be compiled',
    why: (f) => f.log,
    hint: 'check that the cache directory has 2.5 GB of free space, then try again',
  },
  NO_MACHINE: {
    kind: 'internal',
    message: (f: { profile: string }) => `the profile ${f.profile} has no kernel and no drivers`,
    hint: 'build an image from a profile of a machine, such as vm',
  },
  NO_FIRMWARE: {
    kind: 'unsupported',
    message: (f: { architecture: string }) => `no disk image is built for ${f.architecture}`,
    hint: 'x64 machines are supported',
  },
  ROOT_TOO_LARGE: {
    kind: 'internal',
    message: (f: { need: number; room: number }) =>
      `the root needs ${f.need} bytes, but a slot has ${f.room}`,
    hint: 'take packages out of the profile, or make the slots of new disks larger',
  },
  STUB_UNKNOWN: {
    kind: 'internal',
    message: (_: Record<string, never>) => 'the stub of the boot loader is no PE program',
    hint: 'check the version of the package systemd-boot-efi',
  },
  STUB_FULL: {
    kind: 'internal',
    message: (f: { sections: number }) =>
      `the boot loader’s stub has no room for ${f.sections} more sections`,
    hint: 'check the version of the package systemd-boot-efi',
  },
  NOT_BUNDLED: {
    kind: 'internal',
    message: (f: { entry: string; said: string }) => `${f.entry} cannot be bundled: ${f.said}`,
    hint: 'run npm run types for details; a bundle cannot have a top-level await',
  },
  FAT_DAMAGED: {
    kind: 'dataLoss',
    message: (f: { detail: string }) => `the FAT volume is damaged: ${f.detail}`,
    hint: 'write the image to the disk again',
  },
});
