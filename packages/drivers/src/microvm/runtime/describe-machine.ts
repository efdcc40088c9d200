import { chmod, constants, copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSpec } from '@capsule/core';
import { microVmError } from '../errors.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { Machine, MachineDisk } from '../vmm/vmm.ts';
import type { MicroVmContext } from './context.ts';
import { machineVolumes } from './machine-volumes.ts';

/** After a panic the machine ends, instead of standing still. */
const COMMAND_LINE = 'console=ttyS0 quiet loglevel=4 panic=-1';
/** For a prebuilt pair: the first disk, as Linux names it. */
const PAIR_COMMAND_LINE = 'console=ttyS0 panic=-1 root=/dev/vda rw';

/** Describes the machine of a microVM for its monitor: kernel, command line, disks and link. */
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

/**
 * Copies the kernel, because the monitor's user may not read the user's files; the copy is removed with the
 * run.
 */
async function ownKernel(
  { ref: { container }, microVm }: ContainerSpec,
  folder: string,
): Promise<string> {
  const path = microVm?.kernelPath ?? '';
  const copy = join(folder, 'kernel');
  // Does not wait for a pipe, and checks the file type before it reads.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  await using file = await open(path, flags).catch((cause) => {
    throw microVmError.FILE_MISSING({ container, path }, cause);
  });
  if (!(await file.stat()).isFile()) throw microVmError.KERNEL_UNFIT({ container, path });
  await copyFile(`/proc/self/fd/${file.fd}`, copy);
  await chmod(copy, 0o444);
  return copy;
}
