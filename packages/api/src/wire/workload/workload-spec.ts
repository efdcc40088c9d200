import { create } from '@bufbuild/protobuf';
import {
  KIND_WORDS,
  manifestError,
  type Problem,
  validateWorkload,
  type WorkloadKind,
  type WorkloadSpec,
} from '@capsule/core';
import {
  ContainerSpecSchema,
  MicroVMSpecSchema,
  WorkloadKind as WireKind,
  type Workload as WireWorkload,
  WorkloadSchema,
} from '../../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from '../choice.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import { containerFromProto, containerToProto } from './container-block.ts';
import { microVmFromProto, microVmToProto } from './micro-vm-block.ts';

const workloadKind = defineChoice<WorkloadKind, WireKind>({
  container: WireKind.CONTAINER,
  microVm: WireKind.MICRO_VM,
});

/** The spec alone: name, kind and the block of the kind; an apply sends the same. */
export function specToProto(spec: WorkloadSpec): WireWorkload {
  const { name, kind } = spec;
  const block =
    kind === 'microVm' ? { microVm: microVmToProto(spec) } : { container: containerToProto(spec) };
  return create(WorkloadSchema, { name, kind: workloadKind.toProto(kind), ...block });
}

/**
 * Reads the spec of a wire message. Fails with `MANIFEST_SPEC_INVALID`, naming every field that is set and
 * that this version does not support: no field is dropped silently. Checks the rules of a spec (names,
 * ranges) only to complete such a failure.
 */
export function specFromProto(workload: WireWorkload = create(WorkloadSchema)): WorkloadSpec {
  const { name, container, microVm } = workload;
  const kind = workloadKind.fromProto(workload.kind);
  const problems = [...refuseUnknown(workload, ''), ...kindProblems(workload, kind)];
  const block =
    kind === 'microVm'
      ? microVmFromProto(microVm ?? create(MicroVMSpecSchema), problems)
      : containerFromProto(container ?? create(ContainerSpecSchema), problems);
  const spec: WorkloadSpec = { ...block, name };
  if (problems.length === 0) return spec;
  if (workload[spec.kind] !== undefined) problems.push(...otherProblems(spec, problems));
  throw manifestError.SPEC_INVALID({ name, problems });
}

/** A refusal also names all values that break a rule. */
function otherProblems(spec: WorkloadSpec, problems: readonly Problem[]): readonly Problem[] {
  const noted = new Set(problems.map(({ path }) => path));
  return validateWorkload(spec).filter(({ path }) => !noted.has(path));
}

/** The kind and its block must match. */
function kindProblems(workload: WireWorkload, kind: WorkloadKind | undefined): Problem[] {
  if (kind === undefined) {
    return [{ path: 'kind', message: 'is missing or not known', hint: 'Container or MicroVM' }];
  }
  const other = kind === 'container' ? 'microVm' : 'container';
  if (workload[kind] === undefined) {
    const message = `is missing: kind ${KIND_WORDS[kind]} needs it`;
    const hint = `the request has \`${other}\` instead`;
    return [{ path: kind, message, ...(workload[other] && { hint }) }];
  }
  if (workload[other] === undefined) return [];
  const message = `does not belong to kind ${KIND_WORDS[kind]}`;
  return [{ path: other, message, hint: 'remove it' }];
}
