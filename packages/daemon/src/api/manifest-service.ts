import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  applyChangeToProto,
  errorToDetail,
  fieldChangeToProto,
  type ManifestApplyRequest,
  type ManifestResultSchema,
  type ManifestService,
  nodeToProto,
  placeFromProto,
  placeToProto,
  registryFromProto,
  volumeSpecFromProto,
  type Workload as WireWorkload,
  workloadToProto,
} from '@capsule/api/wire';
import {
  containerKey,
  type Place,
  refOfPlace,
  type Workload,
  type WorkloadRecord,
} from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { AppliedCell } from '../cell/apply.ts';
import type { CellDescriber } from '../cell/describe.ts';
import type { ManifestCommands } from '../manifest/commands.ts';
import { type Outcome, refusedOnly } from '../manifest/outcome.ts';
import type { AppliedScope, ScopeCommands } from '../scope/commands.ts';
import type { Cells } from '../store/cells.ts';
import type { Applied } from '../workload/commands.ts';
import { callerKey } from './access/caller-key.ts';
import { type Read, readable, readResources, withUnreadable } from './manifest/read-resources.ts';
import { checkNames, checkPlaces } from './manifest/refuse-twins.ts';
import { requireAllHostAccess } from './manifest/require-host-access.ts';

export interface ManifestServiceParts {
  readonly manifests: ManifestCommands;
  readonly controller: { describe(record: WorkloadRecord): Workload };
  readonly cells: {
    readonly describer: CellDescriber;
    readonly cells: Pick<Cells, 'get'>;
    readonly scopeCommands: Pick<ScopeCommands, 'resolve'>;
  };
}

type Result = MessageInitShape<typeof ManifestResultSchema>;

/** Implements the call that applies several resources together. */
export function manifestService(
  parts: ManifestServiceParts,
): Partial<ServiceImpl<typeof ManifestService>> {
  return {
    async apply(request, { values }) {
      checkNames(request);
      const { registries, volumes, workloads, dryRun } = request;
      const read = readResources(request, (place) => parts.cells.scopeCommands.resolve(place));
      checkPlaces(read);
      requireAllHostAccess(values.get(callerKey), read, (id) => parts.cells.cells.get(id));
      const isReadable = !Object.values(read)
        .flat()
        .some((one) => 'error' in one);
      const outcomes = await parts.manifests.apply(
        {
          registries: registries.map(registryFromProto),
          volumes: volumes.map(volumeSpecFromProto),
          scopes: readable(read.scopes),
          cells: readable(read.cells),
          workloads: readable(read.workloads),
        },
        // A resource that cannot be parsed is refused, and with it all the others.
        { dryRun: dryRun || !isReadable },
      );
      /** An apply that is refused answers with refusals only. */
      const shown = <T>(all: readonly Outcome<T>[], from: readonly Read<unknown>[] = []) => {
        const whole = from.length === 0 ? all : withUnreadable(all, from);
        return dryRun || isReadable ? whole : whole.map(refusedOnly);
      };
      const cells = shown(outcomes.cells, read.cells);
      const scopes = shown(outcomes.scopes, read.scopes);
      const applied = shown(outcomes.workloads, read.workloads);
      const describeWorkload = (record: WorkloadRecord) =>
        workloadToProto(parts.controller.describe(record));
      const at = request.cells.length;
      return {
        registries: shown(outcomes.registries).map((one, i) => declared(registries[i]?.name, one)),
        volumes: shown(outcomes.volumes).map((one, i) => declared(volumes[i]?.name, one)),
        workloads: applied.map((one, i) =>
          workloadResult(workloads[i]?.name, one, describeWorkload),
        ),
        scopes: scopes.map((one, i) => scopeResult(request.scopes[i], one, parts.cells)),
        cells: cells.slice(0, at).map((one, i) => cellResult(request.cells[i], one, parts.cells)),
        containers: cells
          .slice(at)
          .map((one, i) => cellResult(request.containers[i], one, parts.cells)),
        madeParents: parentsMade([...scopes, ...cells]).map(placeToProto),
      };
    },
  };
}

type Common = Pick<Applied, 'change' | 'fields'> & Partial<Pick<Applied, 'recreates'>>;
type WirePlaced =
  | ManifestApplyRequest['scopes'][number]
  | ManifestApplyRequest['cells'][number]
  | ManifestApplyRequest['containers'][number];

function declared(name = '', outcome: Outcome<Common>): Result {
  if (outcome === undefined) return { name };
  if ('error' in outcome) return { name, error: errorToDetail(outcome.error) };
  const { change, fields, recreates = false } = outcome.applied;
  const changed = fields.map(fieldChangeToProto);
  return { name, change: applyChangeToProto(change), fields: changed, recreates };
}

function workloadResult(
  name: string | undefined,
  outcome: Outcome<Applied>,
  describe: (record: WorkloadRecord) => WireWorkload,
): Result {
  const result = declared(name, outcome);
  if (outcome === undefined || 'error' in outcome) return result;
  return { ...result, workload: describe(outcome.applied.record) };
}

function scopeResult(
  wire: WirePlaced | undefined,
  outcome: Outcome<AppliedScope>,
  { describer }: ManifestServiceParts['cells'],
): Result {
  const result = placed(wire, outcome);
  if (outcome === undefined || 'error' in outcome) return result;
  const scope = describer.scope(outcome.applied.record);
  return { ...result, node: nodeToProto({ level: 'scope', scope }) };
}

function cellResult(
  wire: WirePlaced | undefined,
  outcome: Outcome<AppliedCell>,
  { describer }: ManifestServiceParts['cells'],
): Result {
  const result = placed(wire, outcome);
  if (outcome === undefined || 'error' in outcome) return result;
  const { record } = outcome.applied;
  // On the wire, a part that a place does not have is an empty text.
  const ref = wire?.place && refOfPlace(placeFromProto(wire.place));
  if (ref === undefined)
    return { ...result, node: nodeToProto({ level: 'cell', cell: describer.cell(record) }) };
  const key = containerKey({ cell: record.id, container: ref.container });
  const found = record.containers.find((one) => containerKey(one.ref) === key);
  if (found === undefined) return result;
  const container = describer.container(record, found);
  return { ...result, node: nodeToProto({ level: 'container', container }) };
}

function placed(wire: WirePlaced | undefined, outcome: Outcome<Common>): Result {
  const place = wire?.place;
  const name = place?.container || place?.cell || place?.stack || place?.space || place?.realm;
  return { ...declared(name, outcome), ...(place && { place }) };
}

function parentsMade(outcomes: readonly Outcome<AppliedCell | AppliedScope>[]): readonly Place[] {
  return outcomes.flatMap((one) =>
    one === undefined || 'error' in one ? [] : one.applied.madeParents,
  );
}
