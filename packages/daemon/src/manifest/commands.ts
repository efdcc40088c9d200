import {
  type CapsuleError,
  type FieldChange,
  isCapsuleError,
  type KeyedLock,
  type RegistrySpec,
  type VolumeSpec,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { AppliedRegistry, RegistryCommands } from '../registry/commands.ts';
import type { AppliedVolume, VolumeCommands } from '../volume/commands.ts';
import type { ApplyOutcome, WantedWorkload, WorkloadCommands } from '../workload/commands.ts';

/** What is applied together. */
export interface ManifestResources {
  readonly registries: readonly RegistrySpec[];
  readonly volumes: readonly VolumeSpec[];
  readonly workloads: readonly WantedWorkload[];
}

/** How one registry or volume fared; undefined where nothing was done with it. */
export type DeclaredOutcome =
  | {
      readonly applied: {
        readonly change: AppliedVolume['change'];
        readonly fields: readonly FieldChange[];
      };
    }
  | { readonly error: CapsuleError }
  | undefined;

/** In the order of the resources. */
export interface ManifestOutcomes {
  readonly registries: readonly DeclaredOutcome[];
  readonly volumes: readonly DeclaredOutcome[];
  readonly workloads: readonly (ApplyOutcome | undefined)[];
}

export interface ManifestCommandsParts {
  readonly db: Database;
  readonly registries: Pick<RegistryCommands, 'apply'>;
  readonly volumes: Pick<VolumeCommands, 'apply' | 'examine' | 'rehearse'>;
  readonly workloads: Pick<WorkloadCommands, 'applyAll'>;
  /** One bundle after the other. */
  readonly lock: KeyedLock;
}

/**
 * Applies resources that may need each other, all of them or none. They are judged in a transaction that is
 * undone, in which each finds the others as they would be. Making a volume takes a disk, so it comes between
 * that and the transaction of the workloads; a capsuled that dies there leaves volumes that nobody mounts yet,
 * and the same apply again goes on from them.
 */
export class ManifestCommands {
  readonly #parts: ManifestCommandsParts;

  constructor(parts: ManifestCommandsParts) {
    this.#parts = parts;
  }

  /** Refusals are outcomes. Where there is one, nothing was done, and only refusals are there. Idempotent. */
  async apply(wanted: ManifestResources, { dryRun = false } = {}): Promise<ManifestOutcomes> {
    if (dryRun) return this.#judge(wanted);
    return this.#parts.lock('manifests', async () => {
      const judged = await this.#judge(wanted);
      return isAnyRefused(judged) ? onlyRefusals(judged) : this.#carryOut(wanted);
    });
  }

  async #judge({ registries, volumes, workloads }: ManifestResources): Promise<ManifestOutcomes> {
    const { db } = this.#parts;
    const declared = await inTurn(registries, (spec) => this.#parts.registries.apply(spec, true));
    const examined = await inTurn(volumes, async (spec) => {
      await this.#parts.volumes.examine(spec);
      return undefined;
    });
    return db.rehearse(() => ({
      registries: declared,
      volumes: volumes.map((spec, index) => examined[index] ?? this.#rehearse(spec)),
      workloads: this.#parts.workloads.applyAll(workloads, { dryRun: true }),
    }));
  }

  #rehearse(spec: VolumeSpec): DeclaredOutcome {
    try {
      return { applied: this.#parts.volumes.rehearse(spec) };
    } catch (error) {
      return refusal(error);
    }
  }

  /** The disk or the network may still fail: what follows is left undone then. */
  async #carryOut(wanted: ManifestResources): Promise<ManifestOutcomes> {
    const { workloads } = this.#parts;
    const registries = await untilFailure(wanted.registries, (spec) =>
      this.#parts.registries.apply(spec, false),
    );
    const isFine = !registries.some(isRefused);
    const volumes = await untilFailure(isFine ? wanted.volumes : [], (spec) =>
      this.#parts.volumes.apply(spec),
    );
    const isReady = isFine && !volumes.some(isRefused);
    const applied = isReady ? workloads.applyAll(wanted.workloads) : [];
    const outcomes = {
      registries: fill(registries, wanted.registries.length),
      volumes: fill(volumes, wanted.volumes.length),
      workloads: fill(applied, wanted.workloads.length),
    };
    const isUndone = applied.some(isRefused);
    return isUndone ? { ...outcomes, workloads: outcomes.workloads.map(refusedOnly) } : outcomes;
  }
}

type Declared = AppliedRegistry | AppliedVolume;

/** Outcomes of those that fail, or that answer what they did. */
async function inTurn<Spec>(
  specs: readonly Spec[],
  work: (spec: Spec) => Promise<Declared | undefined>,
): Promise<readonly DeclaredOutcome[]> {
  const outcomes: DeclaredOutcome[] = [];
  for (const spec of specs) outcomes.push(await outcomeOf(() => work(spec)));
  return outcomes;
}

async function untilFailure<Spec>(
  specs: readonly Spec[],
  work: (spec: Spec) => Promise<Declared>,
): Promise<readonly DeclaredOutcome[]> {
  const outcomes: DeclaredOutcome[] = [];
  for (const spec of specs) {
    const outcome = await outcomeOf(() => work(spec));
    outcomes.push(outcome);
    if (isRefused(outcome)) break;
  }
  return outcomes;
}

async function outcomeOf(work: () => Promise<Declared | undefined>): Promise<DeclaredOutcome> {
  try {
    const applied = await work();
    return applied === undefined ? undefined : { applied };
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): { readonly error: CapsuleError } {
  if (!isCapsuleError(error)) throw error;
  return { error };
}

function isAnyRefused({ registries, volumes, workloads }: ManifestOutcomes): boolean {
  return [...registries, ...volumes, ...workloads].some(isRefused);
}

function isRefused(outcome: object | undefined): boolean {
  return outcome !== undefined && 'error' in outcome;
}

function onlyRefusals({ registries, volumes, workloads }: ManifestOutcomes): ManifestOutcomes {
  return {
    registries: registries.map(refusedOnly),
    volumes: volumes.map(refusedOnly),
    workloads: workloads.map(refusedOnly),
  };
}

function refusedOnly<T extends object | undefined>(outcome: T): T | undefined {
  return isRefused(outcome) ? outcome : undefined;
}

function fill<T>(outcomes: readonly T[], length: number): readonly (T | undefined)[] {
  return Array.from({ length }, (_, index) => outcomes[index]);
}
