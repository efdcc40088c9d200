import { create } from '@bufbuild/protobuf';
import { type ContainerSettings, capabilityName, type Ulimit } from '@capsule/core';
import {
  CapabilitiesSchema,
  ResourcesSchema,
  TmpfsMountSchema,
  UlimitSchema,
  type Ulimit as WireUlimit,
} from '../../gen/capsule/v1/workload_pb.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import type { BlockReading, SharedFields } from './shared-block.ts';

const UNLIMITED = 2n ** 64n - 1n;

/** Only containers share resources of the capsule, and have the other fields. */
type SharedSettings = Omit<
  ContainerSettings,
  'hostPid' | 'hostIpc' | 'hostBindPaths' | 'groupAdd' | 'shmSize' | 'devices' | 'securityOpts'
>;
type WireSettings = Pick<SharedFields, keyof SharedSettings>;

export function settingsToProto(settings: SharedSettings): WireSettings {
  const { user, workingDir, resources, capabilities, sysctls } = settings;
  const { memoryBytes, cpuMillis, cpuShares, pids } = resources;
  return {
    user,
    workingDir,
    sysctls: { ...sysctls },
    privileged: settings.privileged,
    readOnlyRootFilesystem: settings.readOnlyRootFilesystem,
    resources: create(ResourcesSchema, {
      memoryBytes: BigInt(memoryBytes ?? 0),
      cpuMillis: cpuMillis ?? 0,
      pids: pids ?? 0,
      cpuShares: cpuShares ?? 0,
    }),
    capabilities: create(CapabilitiesSchema, {
      add: [...capabilities.add],
      drop: [...capabilities.drop],
    }),
    tmpfs: settings.tmpfs.map(({ mountPath, sizeBytes, mode, options = [] }) =>
      create(TmpfsMountSchema, {
        mountPath,
        sizeBytes: BigInt(sizeBytes ?? 0),
        mode: mode ?? 0,
        options: [...options],
      }),
    ),
    ulimits: settings.ulimits.map(({ name, soft, hard }) =>
      create(UlimitSchema, { name, soft: limitToProto(soft), hard: limitToProto(hard) }),
    ),
  };
}

/** Adds problems for values that the wire allows and the capsule does not support. */
export function settingsFromProto(
  spec: WireSettings,
  { at, problems }: BlockReading,
): SharedSettings {
  const { resources, capabilities } = spec;
  if (resources) problems.push(...refuseUnknown(resources, `${at}.resources`));
  if (capabilities) problems.push(...refuseUnknown(capabilities, `${at}.capabilities`));
  return {
    user: spec.user,
    workingDir: spec.workingDir,
    privileged: spec.privileged,
    readOnlyRootFilesystem: spec.readOnlyRootFilesystem,
    sysctls: { ...spec.sysctls },
    resources: {
      ...(resources?.memoryBytes && { memoryBytes: Number(resources.memoryBytes) }),
      ...(resources?.cpuMillis && { cpuMillis: resources.cpuMillis }),
      ...(resources?.pids && { pids: resources.pids }),
      ...(resources?.cpuShares && { cpuShares: resources.cpuShares }),
    },
    capabilities: {
      add: (capabilities?.add ?? []).map(capabilityName),
      drop: (capabilities?.drop ?? []).map(capabilityName),
    },
    tmpfs: spec.tmpfs.map((mount, index) => {
      problems.push(...refuseUnknown(mount, `${at}.tmpfs[${index}]`));
      const { mountPath, sizeBytes, mode, options } = mount;
      return {
        mountPath,
        ...(sizeBytes && { sizeBytes: Number(sizeBytes) }),
        ...(mode && { mode }),
        ...(options.length > 0 && { options: [...options] }),
      };
    }),
    ulimits: spec.ulimits.map((limit, index) => {
      problems.push(...refuseUnknown(limit, `${at}.ulimits[${index}]`));
      return ulimitFromProto(limit);
    }),
  };
}

function limitToProto(limit: Ulimit['soft']): bigint {
  return limit === 'unlimited' ? UNLIMITED : BigInt(limit);
}

function ulimitFromProto({ name, soft, hard }: WireUlimit): Ulimit {
  return { name, soft: limitFromProto(soft), hard: limitFromProto(hard) };
}

function limitFromProto(limit: bigint): Ulimit['soft'] {
  return limit === UNLIMITED ? 'unlimited' : Number(limit);
}
