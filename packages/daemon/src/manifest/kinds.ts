import type { RegistrySpec, VolumeSpec } from '@capsule/core';
import type { AppliedRegistry, RegistryCommands } from '../registry/commands.ts';
import type { AppliedVolume, VolumeCommands } from '../volume/commands.ts';
import type { Applied, WantedWorkload, WorkloadCommands } from '../workload/commands.ts';
import { inTurn, isRefused, type Outcome, refusal, refusedOnly, untilFailure } from './outcome.ts';

/** How resources of one kind are applied beside others. Outcomes are in the order of what is wanted. */
export interface ManifestKind<Wanted, Done> {
  /** What can be said outside of a transaction: refusals, and what no other resource has a part in. */
  examine(wanted: readonly Wanted[]): Promise<readonly Outcome<Done>[]>;
  /**
   * What an apply would do, in a transaction that is undone. It finds the kinds before it as they would be, and
   * leaves its own so.
   */
  rehearse(wanted: readonly Wanted[], examined: readonly Outcome<Done>[]): readonly Outcome<Done>[];
  /** Ends with the first that fails. */
  carryOut(wanted: readonly Wanted[]): Promise<readonly Outcome<Done>[]>;
}

/** All kinds that are applied together, in that order: the later ones need the earlier ones. */
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

/** All of them, or none: where one is refused only refusals are there. */
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
