import { create } from '@bufbuild/protobuf';
import {
  completeSpec,
  MICRO_VM_DEFAULTS,
  type MicroVmBackend,
  type MicroVmSettings,
  type Problem,
  type WorkloadSpec,
} from '@capsule/core';
import {
  type MicroVMSpec,
  MicroVMSpecSchema,
  MicroVMBackend as Wire,
} from '../../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from '../choice.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import { choiceFromProto } from './policies.ts';
import { sharedFromProto, sharedToProto } from './shared-fields.ts';

const backend = defineChoice<MicroVmBackend, Wire>({
  auto: Wire.MICRO_VM_BACKEND_UNSPECIFIED,
  firecracker: Wire.MICRO_VM_BACKEND_FIRECRACKER,
  qemu: Wire.MICRO_VM_BACKEND_QEMU,
});

export function microVmToProto(spec: WorkloadSpec): MicroVMSpec {
  const settings = spec.microVm ?? MICRO_VM_DEFAULTS;
  const { kernelPath, rootfsPath, vcpus, memoryMib, kernelCmdlineExtra } = settings;
  return create(MicroVMSpecSchema, {
    ...sharedToProto(spec),
    kernelPath,
    rootfsPath,
    vcpus,
    memoryMib,
    kernelCmdlineExtra,
    backend: backend.toProto(settings.backend),
    rootfsSizeBytes: BigInt(settings.rootfsSizeBytes),
  });
}

/** Adds problems for values that the wire allows and the capsule does not support. */
export function microVmFromProto(
  block: MicroVMSpec,
  problems: Problem[],
): Omit<WorkloadSpec, 'name'> {
  problems.push(...refuseUnknown(block, 'microVm'));
  const shared = sharedFromProto(block, { at: 'microVm', problems });
  const microVm = settingsFromProto(block, problems);
  return completeSpec({ name: '', kind: 'microVm', ...shared, microVm });
}

function settingsFromProto(block: MicroVMSpec, problems: Problem[]): MicroVmSettings {
  const { kernelPath, rootfsPath, kernelCmdlineExtra } = block;
  const { vcpus, memoryMib, rootfsSizeBytes } = MICRO_VM_DEFAULTS;
  return {
    kernelPath,
    rootfsPath,
    kernelCmdlineExtra,
    vcpus: block.vcpus || vcpus,
    memoryMib: block.memoryMib || memoryMib,
    rootfsSizeBytes: Number(block.rootfsSizeBytes) || rootfsSizeBytes,
    backend: backendFromProto(block.backend, problems),
  };
}

function backendFromProto(wire: Wire, problems: Problem[]): MicroVmBackend {
  const path = 'microVm.backend';
  if (wire !== Wire.MICRO_VM_BACKEND_SMOLVM) {
    return choiceFromProto(backend, wire, { absent: MICRO_VM_DEFAULTS.backend, path, problems });
  }
  problems.push({
    path,
    message: 'smolvm is not supported',
    hint: 'use firecracker, qemu or auto',
  });
  return MICRO_VM_DEFAULTS.backend;
}
