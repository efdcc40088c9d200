import { chmod, constants, copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSpec } from '@capsule/core';
import { microVmError } from '../errors.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { Machine, MachineDisk } from '../vmm/vmm.ts';
import type { MicroVmContext } from './context.ts';
import { machineVolumes } from './machine-volumes.ts';

/** Panics end the machine, instead of leaving it standing there. */
const COMMAND_LINE = 'console=ttyS0 quiet loglevel=4 panic=-1';
/** Of a prebuilt pair: as Linux finds it on the first disk. */
const PAIR_COMMAND_LINE = 'console=ttyS0 panic=-1 root=/dev/vda rw';

/** What a monitor is to run for a microVM: its kernel, command line, disks and link. */
export async function describeMachine(
  { records, guestImage }: MicroVmContext,
  vm: MadeVm,
  given: Pick<Machine, 'cgroupFiles' | 'screen' | 'tap' | 'onEnd'>,
): Promise<Machine> {
  const { spec } = vm;
  const { vcpus = 1, memoryMib = 256, kernelCmdlineExtra = '' } = spec.microVm ?? {};
  const { runFolder, vsock, vhost, control } = records.paths(vm.id);
  const words = vm.oci === undefined ? PAIR_COMMAND_LINE : COMMAND_LINE;
  return {
    ...given,
    name: spec.ref.container,
    settings: { vcpus, memoryMib },
    commandLine: `${words} ${kernelCmdlineExtra}`.trim(),
    folder: runFolder,
    sockets: { vsock, vhost, control },
    disks: disksOf(vm, records.paths(vm.id)),
    ...(vm.oci === undefined
      ? { kernel: await ownKernel(spec, runFolder) }
      : await guestImage.read()),
  };
}

function disksOf(
  { spec, imageDisk }: MadeVm,
  { bootDisk, disk }: { readonly bootDisk: string; readonly disk: string },
): readonly MachineDisk[] {
  if (imageDisk === undefined) return [{ path: spec.microVm?.rootfsPath ?? '', readOnly: false }];
  return [
    { path: bootDisk, readOnly: true },
    { path: imageDisk, readOnly: true, isShared: true },
    { path: disk, readOnly: false },
    ...machineVolumes(spec).map(({ source, readOnly }) => ({ path: source, readOnly })),
  ];
}

/** The monitor runs as a user who may not read the user's files; this copy goes with the run. */
async function ownKernel(
  { ref: { container }, microVm }: ContainerSpec,
  folder: string,
): Promise<string> {
  const path = microVm?.kernelPath ?? '';
  const copy = join(folder, 'kernel');
  // Not waited for where it is a pipe, and looked at before it is read.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  await using file = await open(path, flags).catch((cause) => {
    throw microVmError.FILE_MISSING({ container, path }, cause);
  });
  if (!(await file.stat()).isFile()) throw microVmError.KERNEL_UNFIT({ container, path });
  await copyFile(`/proc/self/fd/${file.fd}`, copy);
  await chmod(copy, 0o444);
  return copy;
}
