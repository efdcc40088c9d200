import type { HealthCheck } from '../resource/health-check.ts';
import { formatHostBind } from '../resource/host-bind.ts';
import { formatSize } from '../resource/size.ts';
import type {
  ImagePullPolicy,
  NetworkMode,
  RestartPolicy,
  WorkloadKind,
  WorkloadSpec,
} from '../resource/workload.ts';

/** A flat manifest as plain data, for `stringify` of YAML or JSON. */
export interface ManifestDocument {
  readonly name: string;
  readonly kind: 'Container';
  readonly container: Readonly<Record<string, unknown>>;
}

/** Of each kind, what `kind:` says. */
export const KIND_WORDS: Readonly<Record<WorkloadKind, 'Container' | 'MicroVM'>> = {
  container: 'Container',
  microVm: 'MicroVM',
};
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
  return { name: spec.name, kind: 'Container', container: containerBlock(spec) };
}

type Block = Readonly<Record<string, unknown>>;

function containerBlock(spec: WorkloadSpec): Block {
  const env = Object.entries(spec.env).map(([name, value]) => ({ name, value }));
  return {
    image: spec.image,
    ...unless('ifNotPresent', spec.imagePullPolicy, {
      imagePullPolicy: PULL_POLICY_WORDS[spec.imagePullPolicy],
    }),
    ...filled({ command: spec.command, args: spec.args }),
    ...filled({ workingDir: spec.workingDir, user: spec.user, env, hostname: spec.hostname }),
    networkMode: NETWORK_MODE_WORDS[spec.networkMode],
    ...filled({ ports: spec.ports, extraHosts: spec.extraHosts, dns: filled(spec.dns) }),
    ...lifeBlock(spec),
    ...settingsBlock(spec),
    ...filled({ labels: spec.labels }),
  };
}

function lifeBlock(spec: WorkloadSpec): Block {
  const { restartPolicy, healthCheck, updatePolicy } = spec;
  return {
    ...unless('always', restartPolicy, { restartPolicy: RESTART_POLICY_WORDS[restartPolicy] }),
    ...(healthCheck === undefined ? {} : { healthCheck: healthBlock(healthCheck) }),
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
    ...Object.fromEntries(Object.entries(flags).filter(([, isSet]) => isSet)),
    ...filled({
      hostBindPaths: spec.hostBindPaths.map(formatHostBind),
      mounts: spec.mounts.map(({ volumeName, mountPath, readOnly, copyUp }) => ({
        ...{ volumeName, mountPath },
        ...(readOnly ? { readOnly } : {}),
        ...(copyUp ? {} : { copyUp }),
      })),
      ulimits: spec.ulimits,
      sysctls: spec.sysctls,
    }),
  };
}

function unless(usual: unknown, value: unknown, block: Block): Block {
  return value === usual ? {} : block;
}

/** What holds anything. Copies lists and maps, so that nobody changes a spec through its manifest. */
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
