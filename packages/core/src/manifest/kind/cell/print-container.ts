import type { RestartPolicy } from '../../../resource/cell/container.ts';
import type { ContainerDocument } from '../../../resource/workload/cell-document.ts';
import { SPEC_DEFAULTS } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import { CELL_API } from '../../read/foreign-document.ts';
import { PULL_POLICY_WORDS } from '../workload/manifest-from-workload.ts';
import { formatPort } from './read-port-texts.ts';

type Block = Readonly<Record<string, unknown>>;

/** The default of `v1beta1` is `never`, so a policy is always written. */
const POLICY_WORDS: Readonly<Record<RestartPolicy, string>> = {
  always: 'always',
  onFailure: 'on-failure',
  unlessStopped: 'unless-stopped',
  never: 'never',
};

/** The document that `readCellContainer` reads back into the same container. */
export function printCellContainer(document: ContainerDocument): object {
  const { ref, spec } = document;
  const { realm, space, stack, cell } = ref.cell;
  const metadata = { name: ref.container, ...filled({ labels: spec.labels }) };
  const place = { realmId: realm, spaceId: space, stackId: stack, cellId: cell };
  const rest = containerBlock(document);
  return {
    apiVersion: CELL_API,
    kind: 'Container',
    metadata,
    spec: { id: ref.container, ...place, ...rest },
  };
}

/** The fields of a container, without its place and labels. */
export function containerBlock({ isRoot, spec }: ContainerDocument): Block {
  return {
    ...(isRoot ? { root: true } : {}),
    ...filled({ image: spec.image }),
    ...unlessUsual(spec, 'imagePullPolicy', PULL_POLICY_WORDS[spec.imagePullPolicy]),
    ...commandOf(spec),
    ...filled({ args: spec.args, workingDir: spec.workingDir, user: spec.user }),
    ...filled({ groupAdd: spec.groupAdd ?? [] }),
    ...filled({ env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`) }),
    ...networkOf(spec),
    ...filled({ volumes: volumesOf(spec) }),
    ...lifeOf(spec),
    ...settingsOf(spec),
  };
}

/** One word is written as one, as the container page has it. */
function commandOf({ command }: WorkloadSpec): Block {
  if (command.length === 0) return {};
  return { command: command.length === 1 ? command[0] : [...command] };
}

function networkOf(spec: WorkloadSpec): Block {
  return {
    ...filled({ ports: spec.ports.map(formatPort), networksAliases: spec.aliases ?? [] }),
    ...(spec.networkMode === 'host' ? { hostNetwork: true } : {}),
    ...(spec.hostPid ? { hostPID: true } : {}),
    ...(spec.hostIpc ? { hostIPC: true } : {}),
    ...filled({ hostname: spec.hostname, extraHosts: spec.extraHosts, dns: filled(spec.dns) }),
  };
}

function volumesOf({ mounts, hostBindPaths }: WorkloadSpec): readonly Block[] {
  return [
    ...hostBindPaths.map(({ source, target, readOnly, ensure }) => ({
      source,
      target,
      ...(readOnly && { readOnly }),
      // A source that is not absolute is refused; written out, the kind shows in the error.
      ...(!source.startsWith('/') && { kind: 'bind' }),
      ...(ensure && { ensure }),
    })),
    ...mounts.map(({ volumeName, mountPath, readOnly, subPath, copyUp }) => ({
      source: volumeName,
      target: mountPath,
      ...(volumeName.startsWith('/') && { kind: 'volume' }),
      ...(readOnly && { readOnly }),
      ...(subPath !== undefined && { subPath }),
      ...(!copyUp && subPath === undefined && { copyUp }),
    })),
  ];
}

function lifeOf(spec: WorkloadSpec): Block {
  const { restartBackoffSeconds, restartMaxRetries, healthCheck } = spec;
  return {
    restartPolicy: POLICY_WORDS[spec.restartPolicy],
    ...(restartBackoffSeconds !== undefined && { restartBackoffSeconds }),
    ...(restartMaxRetries !== undefined && { restartMaxRetries }),
    ...(healthCheck && { healthCheck: healthBlock(healthCheck) }),
    ...unlessUsual(spec, 'minReadySeconds'),
    ...filled({ dependsOn: spec.dependsOn }),
    ...unlessUsual(spec, 'updatePolicy'),
    ...unlessUsual(spec, 'updateTimeoutSeconds'),
  };
}

function healthBlock({ probe, ...rest }: NonNullable<WorkloadSpec['healthCheck']>): Block {
  const { kind, ...how } = probe;
  return { [kind]: how, ...rest };
}

function settingsOf(spec: WorkloadSpec): Block {
  const { memoryBytes, cpuMillis, cpuShares, pids } = spec.resources;
  const resources = defined({
    memoryLimitBytes: memoryBytes,
    cpuShares,
    cpuMillis,
    pidsLimit: pids,
  });
  return {
    ...(spec.privileged ? { privileged: true } : {}),
    ...(spec.readOnlyRootFilesystem ? { readOnlyRootFilesystem: true } : {}),
    ...filled({ capabilities: filled(spec.capabilities), securityOpts: spec.securityOpts ?? [] }),
    ...filled({ devices: spec.devices ?? [] }),
    ...filled(tmpfsOf(spec)),
    ...filled({ resources, ulimits: spec.ulimits }),
    ...defined({ shmSize: spec.shmSize }),
    ...filled({ sysctls: spec.sysctls }),
    ...filled({ stopSignal: spec.stopSignal }),
    ...unlessUsual(spec, 'stopGraceSeconds'),
  };
}

/** Only a volume of kind `tmpfs` has a mode, and only `tmpfs:` has options. */
function tmpfsOf({ tmpfs }: WorkloadSpec): Block {
  return {
    tmpfs: tmpfs.map(({ mountPath, sizeBytes, mode, options = [] }) => ({
      path: mountPath,
      ...(sizeBytes !== undefined && { sizeBytes }),
      ...filled({
        options: [
          ...(mode === undefined ? [] : [`mode=${mode.toString(8).padStart(4, '0')}`]),
          ...options,
        ],
      }),
    })),
  };
}

function unlessUsual(
  spec: WorkloadSpec,
  field: keyof typeof SPEC_DEFAULTS & keyof WorkloadSpec,
  written: unknown = spec[field],
): Block {
  return spec[field] === SPEC_DEFAULTS[field] ? {} : { [field]: written };
}

function defined(block: Block): Block {
  return Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined));
}

/** Drops empty values, and copies lists and maps. */
function filled(block: object): Block {
  return Object.fromEntries(
    Object.entries(block).flatMap(([key, value]) => {
      if (typeof value === 'string') return value === '' ? [] : [[key, value]];
      if (Array.isArray(value)) return value.length === 0 ? [] : [[key, [...value]]];
      return Object.keys(value).length === 0 ? [] : [[key, { ...value }]];
    }),
  );
}
