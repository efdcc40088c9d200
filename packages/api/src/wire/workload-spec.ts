import { create } from '@bufbuild/protobuf';
import {
  manifestError,
  type NetworkMode,
  type Problem,
  SPEC_DEFAULTS,
  validateWorkload,
  type WorkloadSpec,
} from '@capsule/core';
import {
  type ContainerSpec,
  ContainerSpecSchema,
  DnsSchema,
  ExtraHostSchema,
  NetworkMode as WireNetworkMode,
  type Workload as WireWorkload,
  WorkloadKind as WireWorkloadKind,
  WorkloadSchema,
} from '../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from './choice.ts';
import { settingsFromProto, settingsToProto } from './container-settings.ts';
import { healthCheckFromProto, healthCheckToProto } from './health-check.ts';
import { choiceFromProto, imagePullPolicy, restartPolicy, updatePolicy } from './policies.ts';
import { portFromProto, portToProto } from './port-mapping.ts';
import { refuseUnknown, unsupported } from './refuse-unknown.ts';
import { mountFromProto, mountToProto } from './volume-mount.ts';

const networkMode = defineChoice<NetworkMode, WireNetworkMode>({
  bridge: WireNetworkMode.BRIDGE,
  host: WireNetworkMode.HOST,
});

/** The wish alone: name, kind and container; also what an apply sends. */
export function specToProto(spec: WorkloadSpec): WireWorkload {
  const { healthCheck, dns } = spec;
  return create(WorkloadSchema, {
    name: spec.name,
    kind: WireWorkloadKind.CONTAINER,
    container: create(ContainerSpecSchema, {
      ...settingsToProto(spec),
      image: spec.image,
      command: [...spec.command],
      args: [...spec.args],
      env: { ...spec.env },
      networkMode: networkMode.toProto(spec.networkMode),
      ports: spec.ports.map(portToProto),
      hostname: spec.hostname,
      restartPolicy: restartPolicy.toProto(spec.restartPolicy),
      ...(healthCheck === undefined ? {} : { healthCheck: healthCheckToProto(healthCheck) }),
      stopSignal: spec.stopSignal,
      stopGraceSeconds: spec.stopGraceSeconds,
      labels: { ...spec.labels },
      extraHosts: spec.extraHosts.map((host) => create(ExtraHostSchema, { ...host })),
      dns: create(DnsSchema, {
        nameservers: [...dns.nameservers],
        searches: [...dns.searches],
        options: [...dns.options],
      }),
      dependsOn: [...spec.dependsOn],
      mounts: spec.mounts.map(mountToProto),
      imagePullPolicy: imagePullPolicy.toProto(spec.imagePullPolicy),
      updatePolicy: updatePolicy.toProto(spec.updatePolicy),
      updateTimeoutSeconds: spec.updateTimeoutSeconds,
    }),
  });
}

/**
 * The wish that a wire message states. Fails with `MANIFEST_SPEC_INVALID`, naming every field that
 * is set and that this version cannot honour: nothing is dropped in silence. That the values keep
 * the rules (names, ranges) is not checked where nothing else is wrong.
 */
export function specFromProto(workload: WireWorkload = create(WorkloadSchema)): WorkloadSpec {
  const problems = [...refuseUnknown(workload, ''), ...kindProblems(workload)];
  const container = workload.container ?? create(ContainerSpecSchema);
  problems.push(...refuseUnknown(container, 'container'), ...hostMountProblems(container));
  const spec: WorkloadSpec = {
    name: workload.name,
    kind: 'container',
    ...settingsFromProto(container, problems),
    ...programFromProto(container),
    ...networkFromProto(container, problems),
    ...lifeFromProto(container, problems),
    labels: { ...container.labels },
    mounts: container.mounts.map((mount, index) =>
      mountFromProto(mount, `container.mounts[${index}]`, problems),
    ),
  };
  if (problems.length === 0) return spec;
  if (workload.container !== undefined) problems.push(...otherProblems(spec, problems));
  throw manifestError.SPEC_INVALID({ name: workload.name, problems });
}

/** A refusal names all that is wrong: also the values that break a rule. */
function otherProblems(spec: WorkloadSpec, problems: readonly Problem[]): readonly Problem[] {
  const noted = new Set(problems.map(({ path }) => path));
  return validateWorkload(spec).filter(({ path }) => !noted.has(path));
}

function kindProblems({ kind, container, microVm }: WireWorkload): Problem[] {
  const problems = unsupported('microVm', microVm !== undefined);
  if (kind === WireWorkloadKind.MICRO_VM) {
    problems.push({ path: 'kind', message: 'MicroVM is not supported by this version' });
  } else if (kind !== WireWorkloadKind.CONTAINER) {
    problems.push({ path: 'kind', message: 'is missing or not known', hint: 'Container' });
  } else if (container === undefined) {
    problems.push({ path: 'container', message: 'is missing' });
  }
  return problems;
}

function hostMountProblems({ hostMount }: ContainerSpec): Problem[] {
  if (!hostMount) return [];
  const hint = 'name the paths you need in hostBindPaths';
  return [{ path: 'container.hostMount', message: 'is not supported', hint }];
}

type Program = Pick<WorkloadSpec, 'image' | 'hostname' | 'command' | 'args' | 'env'>;

function programFromProto(container: ContainerSpec): Program {
  const { image, hostname, command, args, env } = container;
  return { image, hostname, command: [...command], args: [...args], env: { ...env } };
}

type Network = Pick<WorkloadSpec, 'networkMode' | 'ports' | 'extraHosts' | 'dns'>;

function networkFromProto(container: ContainerSpec, problems: Problem[]): Network {
  const { dns } = container;
  if (dns) problems.push(...refuseUnknown(dns, 'container.dns'));
  return {
    networkMode: networkModeFromProto(container.networkMode, problems),
    ports: container.ports.map((port, index) =>
      portFromProto(port, `container.ports[${index}]`, problems),
    ),
    extraHosts: container.extraHosts.map((host, index) => {
      problems.push(...refuseUnknown(host, `container.extraHosts[${index}]`));
      return { hostname: host.hostname, address: host.address };
    }),
    dns: {
      nameservers: [...(dns?.nameservers ?? [])],
      searches: [...(dns?.searches ?? [])],
      options: [...(dns?.options ?? [])],
    },
  };
}

type Life = Pick<
  WorkloadSpec,
  | 'restartPolicy'
  | 'healthCheck'
  | 'stopSignal'
  | 'stopGraceSeconds'
  | 'dependsOn'
  | 'imagePullPolicy'
  | 'updatePolicy'
  | 'updateTimeoutSeconds'
>;

function lifeFromProto(container: ContainerSpec, problems: Problem[]): Life {
  const at = <const W extends string>(absent: W, field: string) => ({
    absent,
    path: `container.${field}`,
    problems,
  });
  const { healthCheck } = container;
  return {
    restartPolicy: choiceFromProto(
      restartPolicy,
      container.restartPolicy,
      at(SPEC_DEFAULTS.restartPolicy, 'restartPolicy'),
    ),
    imagePullPolicy: choiceFromProto(
      imagePullPolicy,
      container.imagePullPolicy,
      at(SPEC_DEFAULTS.imagePullPolicy, 'imagePullPolicy'),
    ),
    updatePolicy: choiceFromProto(
      updatePolicy,
      container.updatePolicy,
      at(SPEC_DEFAULTS.updatePolicy, 'updatePolicy'),
    ),
    ...(healthCheck && { healthCheck: healthCheckFromProto(healthCheck, problems) }),
    stopSignal: container.stopSignal,
    stopGraceSeconds: container.stopGraceSeconds ?? SPEC_DEFAULTS.stopGraceSeconds,
    dependsOn: [...container.dependsOn],
    updateTimeoutSeconds: container.updateTimeoutSeconds || SPEC_DEFAULTS.updateTimeoutSeconds,
  };
}

function networkModeFromProto(mode: WireNetworkMode, problems: Problem[]): NetworkMode {
  if (mode === WireNetworkMode.UNSPECIFIED) return 'bridge';
  const known = networkMode.fromProto(mode);
  if (known !== undefined) return known;
  problems.push({
    path: 'container.networkMode',
    message: `mode number ${mode} is not known to this version`,
    hint: 'NETWORK_MODE_BRIDGE or NETWORK_MODE_HOST',
  });
  return 'bridge';
}
