import type { RegistrySpec, VolumeSpec } from '@capsule/core';
import type { AppliedRegistry, RegistryCommands } from '../registry/commands.ts';
import type { AppliedVolume, VolumeCommands } from '../volume/commands.ts';
import type { Applied, WantedWorkload, WorkloadCommands } from '../workload/commands.ts';
import { inTurn, isRefused, type Outcome, refusal, refusedOnly, untilFailure } from './outcome.ts';

/** Applies the resources of one kind as part of a bundle. Outcomes are in the order of `wanted`. */
export interface ManifestKind<Wanted, Done> {
  /**
   * Returns the outcomes that need no transaction: refusals, and those that no other resource
   * affects.
   */
  examine(wanted: readonly Wanted[]): Promise<readonly Outcome<Done>[]>;
  /**
   * Returns the outcomes of an apply, in a transaction that is rolled back. Finds the earlier kinds
   * as they would be, and leaves its own so for the later ones.
   */
  rehearse(wanted: readonly Wanted[], examined: readonly Outcome<Done>[]): readonly Outcome<Done>[];
  /** Stops at the first failure. */
  carryOut(wanted: readonly Wanted[]): Promise<readonly Outcome<Done>[]>;
}

/** All kinds that are applied together, in this order: later kinds need earlier ones. */
export interface ManifestKinds {
  readonly registries: ManifestKind<RegistrySpec, AppliedRegistry>;
  readonly volumes: ManifestKind<VolumeSpec, AppliedVolume>;
  readonly workloads: ManifestKind<WantedWorkload, Applied>;
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
    examine: (wanted) => inTurn(wanted, (spec) => registries.apply(spec, true)),
    rehearse: (_wanted, examined) => examined,
    carryOut: (wanted) => untilFailure(wanted, (spec) => registries.apply(spec, false)),
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
    examine: (wanted) =>
      inTurn<VolumeSpec, AppliedVolume>(wanted, async (spec) => {
        await volumes.examine(spec);
        return undefined;
      }),
    rehearse: (wanted, examined) => wanted.map((spec, at) => examined[at] ?? rehearse(spec)),
    carryOut: (wanted) => untilFailure(wanted, (spec) => volumes.apply(spec)),
  };
}

/** Applies all workloads or none: with one refusal, the result holds refusals only. */
function workloadKind(workloads: ManifestKindsParts['workloads']): ManifestKinds['workloads'] {
  return {
    examine: async () => [],
    rehearse: (wanted) => workloads.applyAll(wanted, { dryRun: true }),
    carryOut: async (wanted) => {
      const applied = workloads.applyAll(wanted);
      return applied.some(isRefused) ? applied.map(refusedOnly) : applied;
    },
  };
}
