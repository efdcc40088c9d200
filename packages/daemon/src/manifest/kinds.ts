import type { RegistrySpec, VolumeSpec } from '@capsule/core';
import type { AppliedRegistry, RegistryCommands } from '../registry/commands.ts';
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
  readonly volumes: ManifestKind<VolumeSpec, AppliedVolume>;
  readonly workloads: ManifestKind<DesiredWorkload, Applied>;
}

export interface ManifestKindsParts {
  readonly registries: Pick<RegistryCommands, 'apply'>;
  readonly volumes: Pick<VolumeCommands, 'apply' | 'examine' | 'rehearse'>;
  readonly workloads: Pick<WorkloadCommands, 'applyAll'>;
}

export function manifestKinds({
  registries,
  volumes,
  workloads,
}: ManifestKindsParts): ManifestKinds {
  return {
    registries: registryKind(registries),
    volumes: volumeKind(volumes),
    workloads: workloadKind(workloads),
  };
}

function registryKind(registries: ManifestKindsParts['registries']): ManifestKinds['registries'] {
  return {
    examine: (desired) => inTurn(desired, (spec) => registries.apply(spec, true)),
    rehearse: (_desired, examined) => examined,
    carryOut: (desired) => untilFailure(desired, (spec) => registries.apply(spec, false)),
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
