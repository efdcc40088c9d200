import type { NetworkMode, WorkloadKind } from '../../../resource/cell/cell.ts';
import type { ImagePullPolicy, RestartPolicy } from '../../../resource/cell/container.ts';
import type { HealthCheck } from '../../../resource/cell/health-check.ts';
import { formatHostBind } from '../../../resource/cell/host-bind.ts';
import { MICRO_VM_DEFAULTS, type MicroVmSettings } from '../../../resource/cell/micro-vm.ts';
import { formatSize } from '../../../resource/size.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';

/** A flat manifest as plain data, for `stringify` of YAML or JSON. */
export type ManifestDocument =
  | { readonly name: string; readonly kind: 'Container'; readonly container: Block }
  | { readonly name: string; readonly kind: 'MicroVM'; readonly microVm: Block };

type Block = Readonly<Record<string, unknown>>;

/** Of each kind, what `kind:` says. */
export const KIND_WORDS = {
  container: 'Container',
  microVm: 'MicroVM',
} as const satisfies Readonly<Record<WorkloadKind, string>>;
export const NETWORK_MODE_WORDS: Readonly<Record<NetworkMode, string>> = {
  bridge: 'NETWORK_MODE_BRIDGE',
  host: 'NETWORK_MODE_HOST',
};
export const RESTART_POLICY_WORDS: Readonly<Record<RestartPolicy, string>> = {
  always: 'always',
  onFailure: 'on-failure',
  unlessStopped: 'unless-stopped',
  never: 'never',
};
export const PULL_POLICY_WORDS: Readonly<Record<ImagePullPolicy, string>> = {
  ifNotPresent: 'IfNotPresent',
  always: 'Always',
  never: 'Never',
};

/** The manifest that `parseManifests` reads back into the same spec; defaults are left out. */
export function manifestFromWorkload(spec: WorkloadSpec): ManifestDocument {
  const { name, kind } = spec;
  return kind === 'microVm'
    ? { name, kind: KIND_WORDS[kind], microVm: block(spec) }
    : { name, kind: KIND_WORDS[kind], container: block(spec) };
}

function block(spec: WorkloadSpec): Block {
  const env = Object.entries(spec.env).map(([name, value]) => ({ name, value }));
  return {
    ...filled({ image: spec.image }),
    ...unless('ifNotPresent', spec.imagePullPolicy, {
      imagePullPolicy: PULL_POLICY_WORDS[spec.imagePullPolicy],
    }),
    ...filled({ command: spec.command, args: spec.args }),
    ...filled({ workingDir: spec.workingDir, user: spec.user, groupAdd: spec.groupAdd ?? [] }),
    ...filled({ env, hostname: spec.hostname }),
    ...(spec.kind === 'microVm'
      ? machineBlock(spec.microVm ?? MICRO_VM_DEFAULTS)
      : { networkMode: NETWORK_MODE_WORDS[spec.networkMode] }),
    ...filled({ ports: spec.ports, extraHosts: spec.extraHosts, dns: filled(spec.dns) }),
    ...lifeBlock(spec),
    ...settingsBlock(spec),
    ...filled({ labels: spec.labels }),
  };
}

function machineBlock(settings: MicroVmSettings): Block {
  const { vcpus, memoryMib, rootfsSizeBytes, backend, kernelCmdlineExtra } = settings;
  const usual = MICRO_VM_DEFAULTS;
  return {
    ...filled({ kernelPath: settings.kernelPath, rootfsPath: settings.rootfsPath }),
    vcpus,
    memoryMib,
    ...unless(usual.rootfsSizeBytes, rootfsSizeBytes, { rootfsSize: formatSize(rootfsSizeBytes) }),
    ...unless(usual.backend, backend, { backend }),
    ...filled({ kernelCmdlineExtra }),
  };
}

function lifeBlock(spec: WorkloadSpec): Block {
  const { restartPolicy, healthCheck, updatePolicy } = spec;
  return {
    ...unless('always', restartPolicy, { restartPolicy: RESTART_POLICY_WORDS[restartPolicy] }),
    ...(healthCheck === undefined ? {} : { healthCheck: healthBlock(healthCheck) }),
    ...unless(1, spec.minReadySeconds, { minReadySeconds: spec.minReadySeconds }),
    ...filled({ dependsOn: spec.dependsOn, stopSignal: spec.stopSignal }),
    ...unless(10, spec.stopGraceSeconds, { stopGraceSeconds: spec.stopGraceSeconds }),
    ...unless('replace', updatePolicy, { updatePolicy }),
    ...unless(120, spec.updateTimeoutSeconds, { updateTimeoutSeconds: spec.updateTimeoutSeconds }),
  };
}

function healthBlock({ probe, ...rest }: HealthCheck): Block {
  const { kind, ...how } = probe;
  return { [kind]: how, ...rest };
}

function settingsBlock(spec: WorkloadSpec): Block {
  const { memoryBytes, cpuMillis, pids } = spec.resources;
  const resources = {
    ...(memoryBytes === undefined ? {} : { memory: formatSize(memoryBytes) }),
    ...(cpuMillis === undefined ? {} : { cpu: `${cpuMillis}m` }),
    ...(pids === undefined ? {} : { pids }),
  };
  const tmpfs = spec.tmpfs.map(({ mountPath, sizeBytes, mode }) => ({
    mountPath,
    ...(sizeBytes === undefined ? {} : { size: formatSize(sizeBytes) }),
    ...(mode === undefined ? {} : { mode: mode.toString(8).padStart(4, '0') }),
  }));
  const flags = {
    readOnlyRootFilesystem: spec.readOnlyRootFilesystem,
    privileged: spec.privileged,
    hostPid: spec.hostPid,
    hostIpc: spec.hostIpc,
  };
  return {
    ...filled({ resources, tmpfs, capabilities: filled(spec.capabilities) }),
    ...filled({ devices: spec.devices ?? [] }),
    ...Object.fromEntries(Object.entries(flags).filter(([, isSet]) => isSet)),
    ...filled({
      hostBindPaths: spec.hostBindPaths.map(formatHostBind),
      mounts: spec.mounts.map(({ volumeName, mountPath, readOnly, subPath, copyUp }) => ({
        volumeName,
        mountPath,
        ...(readOnly ? { readOnly } : {}),
        ...(subPath === undefined ? {} : { subPath }),
        ...(copyUp || subPath !== undefined ? {} : { copyUp }),
      })),
      ulimits: spec.ulimits,
      shmSize: spec.shmSize === undefined ? '' : formatSize(spec.shmSize),
      sysctls: spec.sysctls,
    }),
  };
}

function unless(usual: unknown, value: unknown, block: Block): Block {
  return value === usual ? {} : block;
}

/** Drops empty values. Copies lists and maps, so that a change of the manifest does not change the spec. */
function filled(block: object): Block {
  return Object.fromEntries(
    Object.entries(block).flatMap(([key, value]) => {
      if (typeof value === 'string') return value === '' ? [] : [[key, value]];
      if (Array.isArray(value)) return value.length === 0 ? [] : [[key, value.map(copy)]];
      return Object.keys(value).length === 0 ? [] : [[key, { ...value }]];
    }),
  );
}

function copy(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? { ...item } : item;
}
