import {
  type Place,
  placeKey,
  placeOfCell,
  type RegistrySpec,
  type ScopeSpec,
  type VolumeSpec,
} from '@capsule/core';
import type { AppliedCell, CellApplier, DesiredCell } from '../cell/apply.ts';
import type { AppliedRegistry, RegistryCommands } from '../registry/commands.ts';
import type { AppliedScope, ScopeCommands } from '../scope/commands.ts';
import type { SpaceRanges } from '../scope/space-ranges.ts';
import type { AppliedVolume, VolumeCommands } from '../volume/commands.ts';
import type { Applied, DesiredWorkload, WorkloadCommands } from '../workload/commands.ts';
import { inTurn, isRefused, type Outcome, refusal, refusedOnly, untilFailure } from './outcome.ts';

/** Applies the resources of one kind as part of a bundle. Outcomes are in the order of `desired`. */
export interface ManifestKind<Desired, Done> {
  /**
   * Returns the outcomes that need no transaction: refusals, and those that no other resource
   * affects.
   */
  examine(desired: readonly Desired[]): Promise<readonly Outcome<Done>[]>;
  /**
   * Returns the outcomes of an apply, in a transaction that is rolled back. Finds the earlier kinds
   * as they would be, and leaves its own so for the later ones.
   */
  rehearse(
    desired: readonly Desired[],
    examined: readonly Outcome<Done>[],
  ): readonly Outcome<Done>[];
  /** Stops at the first failure. */
  carryOut(desired: readonly Desired[]): Promise<readonly Outcome<Done>[]>;
}

/** All kinds that are applied together, in this order: later kinds need earlier ones. */
export interface ManifestKinds {
  readonly registries: ManifestKind<RegistrySpec, AppliedRegistry>;
  readonly scopes: ManifestKind<DesiredScope, AppliedScope>;
  readonly volumes: ManifestKind<VolumeSpec, AppliedVolume>;
  readonly cells: ManifestKind<DesiredCell, AppliedCell>;
  readonly workloads: ManifestKind<DesiredWorkload, Applied>;
}

/** One of several realms, spaces and stacks that are applied together. */
export interface DesiredScope {
  readonly spec: ScopeSpec;
  /** Refuse to change what exists. */
  readonly createOnly?: boolean;
}

export interface ManifestKindsParts {
  readonly registries: Pick<RegistryCommands, 'apply'>;
  readonly scopes: Pick<ScopeCommands, 'apply'>;
  readonly ranges: Pick<SpaceRanges, 'lookFor'>;
  readonly cells: Pick<CellApplier, 'applyAll'>;
  readonly volumes: Pick<VolumeCommands, 'apply' | 'examine' | 'rehearse'>;
  readonly workloads: Pick<WorkloadCommands, 'applyAll'>;
}

export function manifestKinds({
  registries,
  scopes,
  ranges,
  cells,
  volumes,
  workloads,
}: ManifestKindsParts): ManifestKinds {
  return {
    registries: registryKind(registries),
    scopes: scopeKind(scopes, ranges),
    volumes: volumeKind(volumes),
    cells: cellKind(cells, ranges),
    workloads: workloadKind(workloads),
  };
}

function registryKind(registries: ManifestKindsParts['registries']): ManifestKinds['registries'] {
  return {
    examine: (desired) => inTurn(desired, (spec) => registries.apply(spec, true)),
    rehearse: (_wanted, examined) => examined,
    carryOut: (desired) => untilFailure(desired, (spec) => registries.apply(spec, false)),
  };
}

/** Parents come before what they hold, whatever the order in a file. */
function scopeKind(
  scopes: ManifestKindsParts['scopes'],
  ranges: ManifestKindsParts['ranges'],
): ManifestKinds['scopes'] {
  const apply = (desired: readonly DesiredScope[]) => {
    const order = desired.toSorted(
      (a, b) => placeKey(a.spec.place).length - placeKey(b.spec.place).length,
    );
    const outcomes = new Map(order.map((one) => [one, outcomeOfScope(scopes, one)]));
    return desired.map((one) => outcomes.get(one));
  };
  return {
    examine: (desired) =>
      withRanges(
        desired.map(({ spec }) => spec.place),
        ranges,
      ),
    rehearse: apply,
    carryOut: async (desired) => apply(desired),
  };
}

function outcomeOfScope(
  scopes: ManifestKindsParts['scopes'],
  { spec, createOnly = false }: DesiredScope,
): Outcome<AppliedScope> {
  try {
    return { applied: scopes.apply(spec, { createOnly }) };
  } catch (error) {
    return refusal(error);
  }
}

/** An apply of cells may make their spaces. */
async function withRanges(
  places: readonly Place[],
  ranges: ManifestKindsParts['ranges'],
): Promise<readonly undefined[]> {
  await ranges.lookFor(places);
  return [];
}

function placeOfDesired(one: DesiredCell): Place {
  return placeOfCell(one.cell === undefined ? one.container.ref.cell : one.cell.id);
}

/** Applies all cells or none: with one refusal, the result holds refusals only. */
function cellKind(
  cells: ManifestKindsParts['cells'],
  ranges: ManifestKindsParts['ranges'],
): ManifestKinds['cells'] {
  return {
    examine: (desired) => withRanges(desired.map(placeOfDesired), ranges),
    rehearse: (desired) => cells.applyAll(desired),
    carryOut: async (desired) => {
      const applied = cells.applyAll(desired);
      return applied.some(isRefused) ? applied.map(refusedOnly) : applied;
    },
  };
}

function volumeKind(volumes: ManifestKindsParts['volumes']): ManifestKinds['volumes'] {
  const rehearse = (spec: VolumeSpec): Outcome<AppliedVolume> => {
    try {
      return { applied: volumes.rehearse(spec) };
    } catch (error) {
      return refusal(error);
    }
  };
  return {
    examine: (desired) =>
      inTurn<VolumeSpec, AppliedVolume>(desired, async (spec) => {
        await volumes.examine(spec);
        return undefined;
      }),
    rehearse: (desired, examined) => desired.map((spec, at) => examined[at] ?? rehearse(spec)),
    carryOut: (desired) => untilFailure(desired, (spec) => volumes.apply(spec)),
  };
}

/** Applies all workloads or none: with one refusal, the result holds refusals only. */
function workloadKind(workloads: ManifestKindsParts['workloads']): ManifestKinds['workloads'] {
  return {
    examine: async () => [],
    rehearse: (desired) => workloads.applyAll(desired, { dryRun: true }),
    carryOut: async (desired) => {
      const applied = workloads.applyAll(desired);
      return applied.some(isRefused) ? applied.map(refusedOnly) : applied;
    },
  };
}
