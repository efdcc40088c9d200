import { stat } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { type ContainerSeen, type ContainerSpec, nameOfContainer } from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import { Code } from '@connectrpc/connect';
import { hasSwapLimit } from '../../cgroup/has-swap-limit.ts';
import type { ImageContent } from '../../image/image-source.ts';
import { missingCapabilities } from '../../oci/capability-set.ts';
import { containerId } from '../../oci/container-id.ts';
import { programError } from '../../oci/errors.ts';
import { findDevices, listHostDevices } from '../../oci/host-devices.ts';
import { describeOciSpec } from '../../oci/oci-spec.ts';
import { defaultOpenFiles } from '../../oci/open-files.ts';
import type { OciDevice } from '../../oci/types.ts';
import { callOptions } from '../client/call-options.ts';
import { packSpec } from '../client/pack.ts';
import { hasCode, ignoring } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';
import { type Container, ContainerSchema } from '../gen/containerd/services/containers_pb.ts';
import { findImage } from '../image/find-image.ts';
import { describeContainer } from './container-seen.ts';
import type { RuntimeContext } from './context.ts';
import { ensureSources, withEnsuredSources } from './ensure-sources.ts';
import { type ContainerLabels, writeLabels } from './labels.ts';
import { lookAtContainer } from './list-containers.ts';
import { removeContainer } from './remove-container.ts';
import { prepareSnapshot } from './snapshot.ts';

/**
 * Creates record and snapshot concurrently. A snapshot without a record is left over from a crash, and is
 * recreated. `start` completes a record whose snapshot is missing; so no lease is needed, although
 * containerd's garbage collector may remove a snapshot before its record is written. A record of another
 * revision is replaced.
 */
export async function createContainer(
  context: RuntimeContext,
  spec: ContainerSpec,
  signal?: AbortSignal,
): Promise<ContainerSeen> {
  const id = containerId(spec.ref);
  const wanted = { container: nameOfContainer(spec.ref), image: spec.image };
  const { digest, content } = await findImage(context, wanted, signal);
  const labels = describeLabels(spec, digest, content);
  const record = await describeRecord(context, { id, spec, labels, content });
  const isNew = await createRecord(context, record, content.chainId, signal);
  if (isNew) return describeContainer(id, labels, undefined);
  const existing = await findExisting(context, id, labels.revision, signal);
  if (existing !== undefined) return existing;
  await removeContainer(context, spec.ref);
  await createRecord(context, record, content.chainId, signal);
  return describeContainer(id, labels, undefined);
}

function describeLabels(
  spec: ContainerSpec,
  imageDigest: string,
  content: ImageContent,
): ContainerLabels {
  return {
    ref: spec.ref,
    role: spec.role,
    revision: spec.revision,
    imageDigest,
    parent: content.chainId,
    stopSignal: content.config.stopSignal,
    logPath: spec.logPath,
    resources: spec.resources,
  };
}

interface RecordParts {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly labels: ContainerLabels;
  readonly content: ImageContent;
}

async function describeRecord(
  { architecture, snapshotter, users, available, cgroupRoot }: RuntimeContext,
  { id, spec, labels, content }: RecordParts,
): Promise<Container> {
  const container = nameOfContainer(spec.ref);
  const names = missingCapabilities(spec.capabilities, available);
  if (names.length > 0) throw runtimeError.CAPABILITY_UNAVAILABLE({ container, names });
  await checkSources(spec);
  const oci = describeOciSpec({
    container: spec,
    image: content.config,
    user: await users.find(spec.image, content, spec),
    architecture,
    available,
    hasSwapLimit: hasSwapLimit(cgroupRoot),
    openFiles: defaultOpenFiles(),
    devices: spec.privileged ? await listHostDevices() : await devicesOf(spec),
  });
  if (oci.process.args.length === 0) {
    throw programError.NO_COMMAND({ container });
  }
  return create(ContainerSchema, {
    id,
    labels: writeLabels(labels),
    image: spec.image,
    runtime: { name: 'io.containerd.runc.v2' },
    spec: packSpec(withEnsuredSources(oci, spec)),
    snapshotter,
    snapshotKey: id,
  });
}

async function devicesOf({ ref, devices = [] }: ContainerSpec): Promise<readonly OciDevice[]> {
  const container = nameOfContainer(ref);
  const found = await Promise.all(
    devices.map(async (device) => {
      const files = await findDevices(device);
      if (files.length === 0) throw runtimeError.DEVICE_MISSING({ container, device });
      return files;
    }),
  );
  const byPath = new Map(found.flat().map((device) => [device.path, device]));
  return [...byPath.values()];
}

async function checkSources({ ref, hostBindPaths }: ContainerSpec): Promise<void> {
  const container = nameOfContainer(ref);
  await ensureSources(hostBindPaths.flatMap(({ source, ensure }) => (ensure ? [source] : [])));
  for (const { source } of hostBindPaths) {
    const seen = await unlessMissing(stat(source), ['ENOTDIR']);
    if (seen === undefined) throw runtimeError.BIND_SOURCE_MISSING({ container, source });
  }
}

/** Returns false when there is a record of that name already. */
async function createRecord(
  context: RuntimeContext,
  container: Container,
  parent: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const [record, snapshot] = await Promise.allSettled([
    context.client.containers.create({ container }, callOptions(signal)),
    prepareSnapshot(context, container.id, parent, signal),
  ]);
  if (record.status === 'rejected') {
    if (hasCode(record.reason, Code.AlreadyExists)) return false;
    throw record.reason;
  }
  if (snapshot.status === 'fulfilled') return true;
  if (hasCode(snapshot.reason, Code.AlreadyExists)) {
    await replaceSnapshot(context, container.id, parent, signal);
    return true;
  }
  // This call made the record, which is of no use without its snapshot.
  await ignoring(Code.NotFound, context.client.containers.delete({ id: container.id }));
  throw snapshot.reason;
}

async function replaceSnapshot(
  context: RuntimeContext,
  key: string,
  parent: string,
  signal?: AbortSignal,
): Promise<void> {
  const { client, snapshotter } = context;
  await ignoring(Code.NotFound, client.snapshots.remove({ snapshotter, key }, callOptions(signal)));
  await prepareSnapshot(context, key, parent, signal);
}

async function findExisting(
  { client }: RuntimeContext,
  id: string,
  revision: string,
  signal?: AbortSignal,
): Promise<ContainerSeen | undefined> {
  const seen = await lookAtContainer(client, id, signal);
  return seen?.revision === revision ? seen : undefined;
}
