import { create, isFieldSet } from '@bufbuild/protobuf';
import {
  completeSpec,
  manifestError,
  type NetworkMode,
  type Problem,
  validateWorkload,
  type WorkloadSpec,
} from '@capsule/core';
import {
  type ContainerSpec,
  ContainerSpecSchema,
  NetworkMode as WireNetworkMode,
  type Workload as WireWorkload,
  WorkloadKind as WireWorkloadKind,
  WorkloadSchema,
} from '../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from './choice.ts';
import { portFromProto, portToProto } from './port-mapping.ts';
import { refuseUnknown, unsupported } from './refuse-unknown.ts';

const networkMode = defineChoice<NetworkMode, WireNetworkMode>({
  bridge: WireNetworkMode.BRIDGE,
  host: WireNetworkMode.HOST,
});

/** The wish alone: name, kind and container; also what an apply sends. */
export function specToProto(spec: WorkloadSpec): WireWorkload {
  return create(WorkloadSchema, {
    name: spec.name,
    kind: WireWorkloadKind.CONTAINER,
    container: create(ContainerSpecSchema, {
      image: spec.image,
      command: [...spec.command],
      args: [...spec.args],
      env: { ...spec.env },
      networkMode: networkMode.toProto(spec.networkMode),
      ports: spec.ports.map(portToProto),
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
  problems.push(...containerProblems(container));
  const spec: WorkloadSpec = completeSpec({
    name: workload.name,
    kind: 'container',
    image: container.image,
    command: [...container.command],
    args: [...container.args],
    env: { ...container.env },
    networkMode: networkModeFromProto(container.networkMode, problems),
    ports: container.ports.map((port, index) =>
      portFromProto(port, `container.ports[${index}]`, problems),
    ),
  });
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

function containerProblems(container: ContainerSpec): Problem[] {
  return [
    ...refuseUnknown(container, 'container'),
    ...unsupported('container.mounts', container.mounts.length > 0),
    ...unsupported('container.privileged', container.privileged),
    ...unsupported('container.hostPid', container.hostPid),
    ...unsupported('container.hostMount', container.hostMount),
    ...unsupported('container.hostIpc', container.hostIpc),
    ...unsupported('container.hostBindPaths', container.hostBindPaths.length > 0),
    ...ContainerSpecSchema.fields
      .filter((field) => field.number >= 100 && isFieldSet(container, field))
      .flatMap((field) => unsupported(`container.${field.localName}`, true)),
  ];
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
