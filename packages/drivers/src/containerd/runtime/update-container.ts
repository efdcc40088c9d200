import { create } from '@bufbuild/protobuf';
import { type ContainerRef, nameOfContainer, type Resources } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { hasSwapLimit } from '../../cgroup/has-swap-limit.ts';
import { isUnified } from '../../cgroup/is-unified.ts';
import { containerId } from '../../oci/container-id.ts';
import { describeChangedLimits, describeLimits } from '../../oci/limits.ts';
import type { OciResources, OciSpec } from '../../oci/types.ts';
import { callOptions } from '../client/call-options.ts';
import { packResources, packSpec } from '../client/pack.ts';
import { ignoring } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';
import { type Container, ContainerSchema } from '../gen/containerd/services/containers_pb.ts';
import type { RuntimeContext } from './context.ts';
import { RESOURCES_LABEL, readLabels } from './labels.ts';

/**
 * Changes the running container first, then its record. After a crash in between the record still has the old
 * limits, so the next call repeats the change.
 */
export async function updateContainer(
  { client, cgroupRoot }: RuntimeContext,
  ref: ContainerRef,
  resources: Resources,
  signal?: AbortSignal,
): Promise<void> {
  const id = containerId(ref);
  const answer = await ignoring(Code.NotFound, client.containers.get({ id }, callOptions(signal)));
  if (answer?.container === undefined)
    throw runtimeError.CONTAINER_MISSING({ container: nameOfContainer(ref) });
  const hasSwap = hasSwapLimit(cgroupRoot);
  const before = readLabels(answer.container.labels, client.realm)?.resources ?? {};
  const change = { before, after: resources, hasSwap, isUnified: await isUnified(cgroupRoot) };
  const limits = describeChangedLimits(change);
  const changed = packResources(limits);
  const update = client.tasks.update({ containerId: id, resources: changed }, callOptions(signal));
  await ignoring(Code.NotFound, ignoring(Code.FailedPrecondition, update));
  const record = withLimits(answer.container, describeLimits(resources, hasSwap), resources);
  const paths = ['spec', `labels.${RESOURCES_LABEL}`];
  await client.containers.update({ container: record, updateMask: { paths } }, callOptions(signal));
}

function withLimits(record: Container, described: OciResources, resources: Resources): Container {
  const spec = JSON.parse(Buffer.from(record.spec?.value ?? []).toString('utf8')) as OciSpec;
  const { devices } = spec.linux.resources;
  const limits = { ...(devices === undefined ? {} : { devices }), ...described };
  return create(ContainerSchema, {
    id: record.id,
    labels: { [RESOURCES_LABEL]: JSON.stringify(resources) },
    spec: packSpec({ ...spec, linux: { ...spec.linux, resources: limits } }),
  });
}
