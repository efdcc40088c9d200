import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  applyChangeToProto,
  askedStateFromProto,
  errorToDetail,
  fieldChangeToProto,
  type ManifestApplyRequest,
  ManifestResultSchema,
  type ManifestService,
  registryFromProto,
  specFromProto,
  volumeSpecFromProto,
  type Workload as WireWorkload,
  workloadToProto,
} from '@capsule/api/wire';
import {
  type CapsuleError,
  manifestError,
  type Workload,
  type WorkloadRecord,
} from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { ManifestCommands, ManifestOutcomes } from '../manifest/commands.ts';
import { type Outcome, refusal, refusedOnly } from '../manifest/outcome.ts';
import type { Applied, DesiredWorkload } from '../workload/commands.ts';

export interface ManifestServiceParts {
  readonly manifests: ManifestCommands;
  readonly controller: { describe(record: WorkloadRecord): Workload };
}

type Result = MessageInitShape<typeof ManifestResultSchema>;

/** Implements the call that applies several resources together. */
export function manifestService(
  parts: ManifestServiceParts,
): Partial<ServiceImpl<typeof ManifestService>> {
  return {
    async apply(request) {
      const { manifests, controller } = parts;
      checkNames(request);
      const { registries, volumes, workloads, dryRun } = request;
      const read = workloads.map(readWorkload);
      const isReadable = read.every((one) => 'spec' in one);
      const outcomes = await manifests.apply(
        {
          registries: registries.map(registryFromProto),
          volumes: volumes.map(volumeSpecFromProto),
          workloads: read.flatMap((one) => ('spec' in one ? [one] : [])),
        },
        // A resource that cannot be parsed is refused, and with it all the others.
        { dryRun: dryRun || !isReadable },
      );
      const isDone = dryRun || isReadable;
      const all = withUnreadable(outcomes, read);
      const describe = (record: WorkloadRecord) => workloadToProto(controller.describe(record));
      return {
        registries: registries.map(({ name }, at) => declared(name, all.registries[at], isDone)),
        volumes: volumes.map(({ name }, at) => declared(name, all.volumes[at], isDone)),
        workloads: workloads.map(({ name }, at) =>
          workloadResult(
            name,
            isDone ? all.workloads[at] : refusedOnly(all.workloads[at]),
            describe,
          ),
        ),
      };
    },
  };
}

type Declared = Pick<Applied, 'change' | 'fields'>;
type Read = DesiredWorkload | { readonly error: CapsuleError };

function readWorkload(wire: WireWorkload): Read {
  try {
    return {
      spec: specFromProto(wire),
      desired: askedStateFromProto(wire.name, wire.desiredState),
    };
  } catch (error) {
    return refusal(error);
  }
}

/** Inserts the parse failures at their positions among the other outcomes. */
function withUnreadable(outcomes: ManifestOutcomes, read: readonly Read[]): ManifestOutcomes {
  const judged = [...outcomes.workloads];
  return {
    ...outcomes,
    workloads: read.map((one) => ('error' in one ? one : judged.shift())),
  };
}

function declared(name: string, outcome: Outcome<Declared>, isDone: boolean): Result {
  if (outcome === undefined) return create(ManifestResultSchema, { name });
  if ('error' in outcome) return { name, error: errorToDetail(outcome.error) };
  if (!isDone) return { name };
  const { change, fields } = outcome.applied;
  return { name, change: applyChangeToProto(change), fields: fields.map(fieldChangeToProto) };
}

function workloadResult(
  name: string,
  outcome: Outcome<Applied>,
  describe: (record: WorkloadRecord) => WireWorkload,
): Result {
  if (outcome === undefined) return { name };
  if ('error' in outcome) return { name, error: errorToDetail(outcome.error) };
  const { record, change, fields, recreates } = outcome.applied;
  return {
    name,
    recreates,
    change: applyChangeToProto(change),
    fields: fields.map(fieldChangeToProto),
    workload: describe(record),
  };
}

/**
 * Refuses two resources of one name, which would be judged as one. Fails with
 * `MANIFEST_SPEC_INVALID`.
 */
function checkNames(request: ManifestApplyRequest): void {
  for (const what of ['registries', 'volumes', 'workloads'] as const) {
    const names = new Set<string>();
    for (const { name } of request[what]) {
      if (names.has(name)) {
        const problems = [{ path: what, message: `${name.slice(0, 80)} is declared twice` }];
        throw manifestError.SPEC_INVALID({ name: name.slice(0, 80), problems });
      }
      names.add(name);
    }
  }
}
