import { create } from '@bufbuild/protobuf';
import {
  formatHostBind,
  type HostBind,
  type NetworkMode,
  type Problem,
  parseHostBind,
  type WorkloadSpec,
} from '@capsule/core';
import {
  type ContainerSpec,
  ContainerSpecSchema,
  NetworkMode as WireNetworkMode,
} from '../../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from '../choice.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import { sharedFromProto, sharedToProto } from './shared-fields.ts';

const networkMode = defineChoice<NetworkMode, WireNetworkMode>({
  bridge: WireNetworkMode.BRIDGE,
  host: WireNetworkMode.HOST,
});

export function containerToProto(spec: WorkloadSpec): ContainerSpec {
  return create(ContainerSpecSchema, {
    ...sharedToProto(spec),
    networkMode: networkMode.toProto(spec.networkMode),
    hostPid: spec.hostPid,
    hostIpc: spec.hostIpc,
    hostBindPaths: spec.hostBindPaths.map(formatHostBind),
    ...containerOnlyToProto(spec),
  });
}

/** Adds problems for values that the wire allows and the capsule does not support. */
export function containerFromProto(
  block: ContainerSpec,
  problems: Problem[],
): Omit<WorkloadSpec, 'name'> {
  problems.push(...refuseUnknown(block, 'container'), ...hostMountProblems(block));
  return {
    kind: 'container',
    ...sharedFromProto(block, { at: 'container', problems }),
    networkMode: networkModeFromProto(block.networkMode, problems),
    hostPid: block.hostPid,
    hostIpc: block.hostIpc,
    hostBindPaths: bindsFromProto(block),
    ...containerOnlyFromProto(block),
  };
}

/** Fields of containers that flat manifests do not have. */
function containerOnlyToProto(spec: WorkloadSpec) {
  return {
    networkAliases: [...(spec.aliases ?? [])],
    securityOpts: [...(spec.securityOpts ?? [])],
    restartBackoffSeconds: spec.restartBackoffSeconds ?? 0,
    restartMaxRetries: spec.restartMaxRetries ?? 0,
    groupAdd: [...(spec.groupAdd ?? [])],
    devices: [...(spec.devices ?? [])],
    shmSizeBytes: BigInt(spec.shmSize ?? 0),
    ensuredBindSources: spec.hostBindPaths.flatMap(({ source, ensure }) =>
      ensure ? [source] : [],
    ),
  };
}

function containerOnlyFromProto(block: ContainerSpec) {
  const { networkAliases, securityOpts, restartBackoffSeconds, restartMaxRetries } = block;
  const { groupAdd, shmSizeBytes, devices } = block;
  return {
    ...(networkAliases.length > 0 && { aliases: [...networkAliases] }),
    ...(securityOpts.length > 0 && { securityOpts: [...securityOpts] }),
    ...(restartBackoffSeconds && { restartBackoffSeconds }),
    ...(restartMaxRetries && { restartMaxRetries }),
    ...(groupAdd.length > 0 && { groupAdd: [...groupAdd] }),
    ...(devices.length > 0 && { devices: [...devices] }),
    ...(shmSizeBytes && { shmSize: Number(shmSizeBytes) }),
  };
}

function bindsFromProto({ hostBindPaths, ensuredBindSources }: ContainerSpec): readonly HostBind[] {
  const ensured = new Set(ensuredBindSources);
  return hostBindPaths.map(parseHostBind).map((bind) => ({
    ...bind,
    ...(ensured.has(bind.source) && { ensure: true }),
  }));
}

function hostMountProblems({ hostMount }: ContainerSpec): Problem[] {
  if (!hostMount) return [];
  const hint = 'name the paths that you need in hostBindPaths';
  return [{ path: 'container.hostMount', message: 'is not supported', hint }];
}

function networkModeFromProto(mode: WireNetworkMode, problems: Problem[]): NetworkMode {
  if (mode === WireNetworkMode.UNSPECIFIED) return 'bridge';
  const known = networkMode.fromProto(mode);
  if (known !== undefined) return known;
  problems.push({
    path: 'container.networkMode',
    message: `mode number ${mode} is not known to this version`,
    hint: 'use NETWORK_MODE_BRIDGE or NETWORK_MODE_HOST',
  });
  return 'bridge';
}
