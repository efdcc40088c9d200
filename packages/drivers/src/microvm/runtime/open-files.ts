import { join } from 'node:path';
import type { ContainerRef } from '@capsule/core';
import { containerId } from '../../oci/container-id.ts';
import { microVmError } from '../errors.ts';
import type { StoppedRoot } from '../files/describe-root.ts';
import type { GuestFiles } from '../files/guest-files.ts';
import type { OpenFiles } from '../files/micro-vm-files.ts';
import { StoppedFiles } from '../files/stopped-files.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRecords } from '../record/vm-records.ts';
import { lostEnd } from './end-vm.ts';
import { isMachineUp } from './vm-seen.ts';
import type { VmWork } from './vm-work.ts';

/**
 * Opens the files of a microVM: through its guest while it runs, otherwise on its disks. A stopped microVM
 * cannot start until the caller releases them. Fails with `MICROVM_NOT_MADE` or `MICROVM_NO_AGENT`.
 */
export async function openFiles(
  { context: { records, filesBinary }, running }: VmWork,
  { ref, guestFiles }: { readonly ref: ContainerRef; readonly guestFiles: GuestFiles },
  signal?: AbortSignal,
): Promise<OpenFiles> {
  const { container } = ref;
  const id = containerId(ref);
  const release = await running.hold(id, signal);
  try {
    const [vm, run] = [await records.made(id), await records.run(id)];
    if (vm === undefined) throw microVmError.NOT_MADE({ container });
    if (vm.imageDisk === undefined) throw microVmError.NO_AGENT({ container });
    if (run !== undefined && run.ended === undefined && (await isMachineUp(run))) {
      release();
      return { files: guestFiles, release };
    }
    if (run !== undefined) await running.end(run, lostEnd());
    return { files: new StoppedFiles({ filesBinary, root: stoppedRoot(vm, records) }), release };
  } catch (error) {
    release();
    throw error;
  }
}

function stoppedRoot({ id, imageDisk = '', oci }: MadeVm, records: VmRecords): StoppedRoot {
  const { disk, view } = records.paths(id);
  const places = {
    image: join(view, 'image'),
    writable: join(view, 'writable'),
    root: join(view, 'root'),
  };
  return { imageDisk, writableDisk: disk, places, isReadOnly: oci?.root.readonly ?? false };
}
