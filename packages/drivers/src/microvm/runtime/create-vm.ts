import { lstat, mkdir, stat } from 'node:fs/promises';
import type { ContainerSpec } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { ignoring } from '../../containerd/client/rpc-error.ts';
import { until } from '../../containerd/client/until.ts';
import { runtimeError } from '../../containerd/errors.ts';
import { containerId } from '../../oci/container-id.ts';
import { defaultOpenFiles } from '../../oci/open-files.ts';
import { ensureWritableDisk } from '../disk/writable-disk.ts';
import { microVmError } from '../errors.ts';
import { describePayload } from '../guest/describe-payload.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { MicroVmContext } from './context.ts';

/**
 * Disks first, the record last: what has a record is whole. Without one, `list` still shows the folder, and
 * `remove` takes it away.
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
  if (before !== undefined) await records.remove(id);
  await mkdir(records.paths(id).folder, { recursive: true, mode: 0o700 });
  const vm =
    spec.image === '' ? await describePair(id, spec) : await describe(context, id, spec, signal);
  if (vm.imageDisk !== undefined) {
    const size = spec.microVm?.rootfsSizeBytes ?? 0;
    await ensureWritableDisk(records.paths(id).disk, size);
  }
  await records.make(vm);
  return vm;
}

async function describe(
  { client, images, users, architecture, imageDisks }: MicroVmContext,
  id: string,
  spec: ContainerSpec,
  signal?: AbortSignal,
): Promise<MadeVm> {
  const { image, ref } = spec;
  const { container } = ref;
  const answer = await ignoring(Code.NotFound, client.images.get({ name: image }, until(signal)));
  const imageDigest = answer?.image?.target?.digest;
  if (imageDigest === undefined) throw runtimeError.IMAGE_MISSING({ container, image });
  const { config, chainId } = await images.read(image, imageDigest, signal);
  const [user, imageDisk] = await Promise.all([
    users.find(image, { config, chainId, sizeBytes: 0 }, spec.user),
    imageDisks.ensure(image, chainId),
  ]);
  const openFiles = defaultOpenFiles();
  const oci = describePayload({ spec, image: config, user, architecture, openFiles });
  if (oci.process.args.length === 0) throw runtimeError.NO_COMMAND({ container });
  return { id, spec, imageDigest, stopSignal: config.stopSignal, oci, imageDisk };
}

/** Its files are the user's, and stay where they are. */
async function describePair(id: string, spec: ContainerSpec): Promise<MadeVm> {
  const { kernelPath = '', rootfsPath = '' } = spec.microVm ?? {};
  const { container } = spec.ref;
  const missing = (path: string) => (cause: unknown) => {
    throw microVmError.FILE_MISSING({ container, path }, cause);
  };
  const kernel = await stat(kernelPath).catch(missing(kernelPath));
  if (!kernel.isFile()) throw microVmError.KERNEL_UNFIT({ container, path: kernelPath });
  // Its machine opens it by this name, for itself: a link could lead elsewhere by then.
  const rootfs = await lstat(rootfsPath).catch(missing(rootfsPath));
  if (!rootfs.isFile() && !rootfs.isBlockDevice()) {
    throw microVmError.DISK_UNFIT({ container, path: rootfsPath });
  }
  return { id, spec, imageDigest: '', stopSignal: '' };
}
