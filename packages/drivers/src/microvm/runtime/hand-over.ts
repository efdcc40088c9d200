import { networkSysctls } from '../guest/describe-payload.ts';
import { GuestClient } from '../guest/guest-client.ts';
import type { MadeVm, VmRun } from '../record/vm-record.ts';
import { checkAlive } from './await-ready.ts';
import type { MicroVmContext } from './context.ts';
import { describeStartFailure } from './describe-start-failure.ts';
import { readFiles } from './put-files.ts';

const IMAGE_DISK = 1;
const WRITABLE_DISK = 2;
const FIRST_VOLUME = 3;

/** Tells the agent of a machine what to run, and on which disks; answers when it runs. */
export async function handOver(
  { records }: MicroVmContext,
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
      imageBlockDevice: device(IMAGE_DISK),
      payloadBlockDevice: device(WRITABLE_DISK),
      command: [...args],
      env: [...env],
      workingDir: cwd,
      chroot: true,
      runtimeSpec: Buffer.from(JSON.stringify(oci)),
      files,
      sysctls: networkSysctls(spec),
      mounts: spec.volumes.map(({ name, target, readOnly, copyUp }, index) => ({
        ...{ name, readOnly, copyUp },
        device: device(FIRST_VOLUME + index),
        mountPath: target,
        fstype: 'ext4',
      })),
    };
    await calls.startPayload(request, { ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    await checkAlive(vm, run);
    throw describeStartFailure(spec.container, error);
  }
}

/** The first disk is `/dev/vda`. */
function device(index: number): string {
  return `/dev/vd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
}
