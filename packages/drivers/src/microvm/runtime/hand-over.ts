import { isCapsuleError } from '@capsule/core';
import { networkSysctls } from '../guest/describe-payload.ts';
import { GuestClient } from '../guest/guest-client.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import { checkAlive } from './await-ready.ts';
import type { MicroVmContext } from './context.ts';
import { describeStartFailure } from './describe-start-failure.ts';
import { diskDevice, machineFolders, machineVolumes } from './machine-volumes.ts';
import { readFiles } from './put-files.ts';
import { whileWorking } from './while-working.ts';

const IMAGE_DISK = 1;
const WRITABLE_DISK = 2;
const FIRST_VOLUME = 3;

/** Passes the payload and its disks to the agent of a machine; resolves when the payload runs. */
export async function handOver(
  { records, ends }: MicroVmContext,
  vm: MadeVm,
  run: VmRun,
  signal: AbortSignal | undefined,
): Promise<void> {
  using guest = new GuestClient({ vsock: records.paths(vm.id).vsock, token: run.token });
  const { spec, oci } = vm;
  const { args = [], env = [], cwd = '/' } = oci?.process ?? {};
  const files = await readFiles(spec);
  try {
    const calls = await guest.calls();
    const request = {
      imageBlockDevice: diskDevice(IMAGE_DISK),
      payloadBlockDevice: diskDevice(WRITABLE_DISK),
      command: [...args],
      env: [...env],
      workingDir: cwd,
      chroot: true,
      runtimeSpec: Buffer.from(JSON.stringify(oci)),
      files,
      sysctls: networkSysctls(spec),
      mounts: machineVolumes(spec).map(({ name, target, readOnly, copyUp }, index) => ({
        name,
        readOnly,
        copyUp,
        device: diskDevice(FIRST_VOLUME + index),
        mountPath: target,
        folders: [...machineFolders(spec, name)],
        fstype: 'ext4',
      })),
    };
    // The first fill of a volume has no time limit; it is aborted once the machine does nothing any more.
    await whileWorking({ run, container: spec.ref.container, signal }, (limit) =>
      calls.startPayload(request, { timeoutMs: 0, signal: limit }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    await checkAlive(vm, run, ends);
    if (isCapsuleError(error)) throw error;
    throw describeStartFailure(spec.ref.container, error);
  }
}
