import { create } from '@bufbuild/protobuf';
import { SPEC_DEFAULTS, type WorkloadSpec } from '@capsule/core';
import { DnsSchema, ExtraHostSchema } from '../../gen/capsule/v1/workload_pb.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import { healthCheckFromProto, healthCheckToProto } from './health-check.ts';
import { choiceFromProto, imagePullPolicy, restartPolicy, updatePolicy } from './policies.ts';
import { portFromProto, portToProto } from './port-mapping.ts';
import type { BlockReading, SharedFields } from './shared-block.ts';
import { settingsFromProto, settingsToProto } from './shared-settings.ts';
import { mountFromProto, mountToProto } from './volume-mount.ts';

/** The mapping of each kind handles its own fields. */
type SharedSpec = Omit<
  WorkloadSpec,
  'name' | 'kind' | 'microVm' | 'networkMode' | 'hostPid' | 'hostIpc' | 'hostBindPaths'
>;

export function sharedToProto(spec: WorkloadSpec): SharedFields {
  const { healthCheck, dns } = spec;
  return {
    ...settingsToProto(spec),
    image: spec.image,
    command: [...spec.command],
    args: [...spec.args],
    env: { ...spec.env },
    ports: spec.ports.map(portToProto),
    hostname: spec.hostname,
    restartPolicy: restartPolicy.toProto(spec.restartPolicy),
    ...(healthCheck === undefined ? {} : { healthCheck: healthCheckToProto(healthCheck) }),
    minReadySeconds: spec.minReadySeconds,
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
  };
}

/** Adds problems for values that the wire allows and the capsule does not support. */
export function sharedFromProto(block: SharedFields, reading: BlockReading): SharedSpec {
  const { image, hostname, command, args, env } = block;
  return {
    image,
    hostname,
    command: [...command],
    args: [...args],
    env: { ...env },
    ...settingsFromProto(block, reading),
    ...networkFromProto(block, reading),
    ...lifeFromProto(block, reading),
    labels: { ...block.labels },
    mounts: block.mounts.map((mount, index) =>
      mountFromProto(mount, `${reading.at}.mounts[${index}]`, reading.problems),
    ),
  };
}

type Network = Pick<WorkloadSpec, 'ports' | 'extraHosts' | 'dns'>;

function networkFromProto(block: SharedFields, { at, problems }: BlockReading): Network {
  const { dns } = block;
  if (dns) problems.push(...refuseUnknown(dns, `${at}.dns`));
  return {
    ports: block.ports.map((port, index) => portFromProto(port, `${at}.ports[${index}]`, problems)),
    extraHosts: block.extraHosts.map((host, index) => {
      problems.push(...refuseUnknown(host, `${at}.extraHosts[${index}]`));
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
  | 'minReadySeconds'
  | 'stopSignal'
  | 'stopGraceSeconds'
  | 'dependsOn'
  | 'imagePullPolicy'
  | 'updatePolicy'
  | 'updateTimeoutSeconds'
>;

function lifeFromProto(block: SharedFields, { at, problems }: BlockReading): Life {
  const choice = <const W extends string>(absent: W, field: string) => ({
    absent,
    path: `${at}.${field}`,
    problems,
  });
  const { healthCheck } = block;
  return {
    restartPolicy: choiceFromProto(
      restartPolicy,
      block.restartPolicy,
      choice(SPEC_DEFAULTS.restartPolicy, 'restartPolicy'),
    ),
    imagePullPolicy: choiceFromProto(
      imagePullPolicy,
      block.imagePullPolicy,
      choice(SPEC_DEFAULTS.imagePullPolicy, 'imagePullPolicy'),
    ),
    updatePolicy: choiceFromProto(
      updatePolicy,
      block.updatePolicy,
      choice(SPEC_DEFAULTS.updatePolicy, 'updatePolicy'),
    ),
    ...(healthCheck && {
      healthCheck: healthCheckFromProto(healthCheck, `${at}.healthCheck`, problems),
    }),
    minReadySeconds: block.minReadySeconds ?? SPEC_DEFAULTS.minReadySeconds,
    stopSignal: block.stopSignal,
    stopGraceSeconds: block.stopGraceSeconds ?? SPEC_DEFAULTS.stopGraceSeconds,
    dependsOn: [...block.dependsOn],
    updateTimeoutSeconds: block.updateTimeoutSeconds || SPEC_DEFAULTS.updateTimeoutSeconds,
  };
}
