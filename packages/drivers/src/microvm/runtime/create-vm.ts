import { lstat, mkdir, stat } from 'node:fs/promises';
import type { ContainerSpec } from '@capsule/core';
import { containerId } from '../../oci/container-id.ts';
import { programError } from '../../oci/errors.ts';
import { defaultOpenFiles } from '../../oci/open-files.ts';
import { ensureWritableDisk } from '../disk/writable-disk.ts';
import { microVmError } from '../errors.ts';
import { describePayload } from '../guest/describe-payload.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRecords } from '../record/vm-records.ts';
import type { MicroVmContext } from './context.ts';
import { refuseForeign } from './refuse-foreign.ts';

/**
 * Makes the disks first and the record last, so a microVM with a record is whole. Without one, `list` still
 * shows the folder, and `remove` removes it.
 */
export async function createVm(
  context: MicroVmContext,
  spec: ContainerSpec,
  signal?: AbortSignal,
): Promise<MadeVm> {
  const { records } = context;
  const id = containerId(spec.ref);
  const before = await records.made(id);
  if (before?.spec.revision === spec.revision) return before;
  refuseForeign(spec);
  if (spec.image === '') return makePair(context, await describePair(id, spec));
  const { vm, chainId } = await describe(context, id, spec, signal);
  await clear(records, id);
  await ensureWritableDisk(records.paths(id).disk, spec.microVm?.rootfsSizeBytes ?? 0);
  return context.imageDisks.use(spec.image, chainId, async (imageDisk) => {
    const whole = { ...vm, imageDisk };
    await records.make(whole);
    return whole;
  });
}

async function makePair({ records }: MicroVmContext, vm: MadeVm): Promise<MadeVm> {
  await clear(records, vm.id);
  await records.make(vm);
  return vm;
}

/** Replaces a microVM of another revision, or an interrupted creation, by an empty folder. */
async function clear(records: VmRecords, id: string): Promise<void> {
  await records.remove(id);
  await mkdir(records.paths(id).folder, { recursive: true, mode: 0o700 });
}

async function describe(
  { images, architecture }: MicroVmContext,
  id: string,
  spec: ContainerSpec,
  signal?: AbortSignal,
): Promise<{ readonly vm: MadeVm; readonly chainId: string }> {
  const { image, ref } = spec;
  const { container } = ref;
  const { digest, content } = await images.find({ container, image }, signal);
  const { config, chainId } = content;
  const user = await images.findUser(image, content, spec.user);
  const openFiles = defaultOpenFiles();
  const oci = describePayload({ spec, image: config, user, architecture, openFiles });
  if (oci.process.args.length === 0) throw programError.NO_COMMAND({ container });
  return { vm: { id, spec, imageDigest: digest, stopSignal: config.stopSignal, oci }, chainId };
}

/** The files belong to the user, and stay where they are. */
async function describePair(id: string, spec: ContainerSpec): Promise<MadeVm> {
  const { kernelPath = '', rootfsPath = '' } = spec.microVm ?? {};
  const { container } = spec.ref;
  const missing = (path: string) => (cause: unknown) => {
    throw microVmError.FILE_MISSING({ container, path }, cause);
  };
  const kernel = await stat(kernelPath).catch(missing(kernelPath));
  if (!kernel.isFile()) throw microVmError.KERNEL_UNFIT({ container, path: kernelPath });
  // The machine opens the disk by this name later, when a link could lead elsewhere.
  const rootfs = await lstat(rootfsPath).catch(missing(rootfsPath));
  if (!rootfs.isFile() && !rootfs.isBlockDevice()) {
    throw microVmError.DISK_UNFIT({ container, path: rootfsPath });
  }
  return { id, spec, imageDigest: '', stopSignal: '' };
}
