import { completeSpec, isPrebuilt, type MicroVmSettings, type WorkloadSpec } from '@capsule/core';
import fc from 'fast-check';

const MIB = 1024 ** 2;
const words = fc.constantFrom('quiet', 'loglevel=7', 'mitigations=off', 'a="b c"');
const ofImage = {
  vcpus: fc.integer({ min: 1, max: 32 }),
  memoryMib: fc.integer({ min: 64, max: MIB }),
  kernelCmdlineExtra: fc.array(words, { maxLength: 3 }).map((list) => list.join(' ')),
  backend: fc.constantFrom('auto' as const, 'firecracker' as const, 'qemu' as const),
} as const;
const plain = { noNullPrototype: true } as const;

/** Fields that only a microVM has: of an image, or a prebuilt pair. */
export const anyMicroVm: fc.Arbitrary<Partial<MicroVmSettings>> = fc.oneof(
  fc.record(
    { ...ofImage, rootfsSizeBytes: fc.integer({ min: 64, max: 16 * MIB }).map((n) => n * MIB) },
    plain,
  ),
  fc.record(
    { ...ofImage, kernelPath: fc.constant('/vm/vmlinux'), rootfsPath: fc.constant('/vm/root.img') },
    plain,
  ),
);

/** The same spec behind a hardware wall, without what a microVM does not have. */
export function asMicroVm(spec: WorkloadSpec, microVm: Partial<MicroVmSettings>): WorkloadSpec {
  const { networkMode, hostPid, hostIpc, hostBindPaths, groupAdd, shmSize, devices, ...rest } =
    spec;
  const { resources, ...shared } = rest;
  const { memoryBytes, ...limits } = resources;
  const whole = completeSpec({ ...shared, kind: 'microVm', microVm, resources: limits });
  return isPrebuilt(whole.microVm) ? withoutAgent(whole) : whole;
}

function withoutAgent(spec: WorkloadSpec): WorkloadSpec {
  const { healthCheck, microVm, resources } = spec;
  return completeSpec({
    name: spec.name,
    image: '',
    kind: spec.kind,
    ports: spec.ports,
    labels: spec.labels,
    restartPolicy: spec.restartPolicy,
    dependsOn: spec.dependsOn,
    stopGraceSeconds: spec.stopGraceSeconds,
    updatePolicy: spec.updatePolicy,
    ...(microVm && { microVm }),
    ...(healthCheck?.probe.kind === 'exec' || healthCheck === undefined ? {} : { healthCheck }),
    resources: resources.cpuMillis === undefined ? {} : { cpuMillis: resources.cpuMillis },
  });
}
