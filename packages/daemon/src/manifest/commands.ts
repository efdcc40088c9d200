import type { KeyedLock } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { ManifestKind, ManifestKinds } from './kinds.ts';
import { isRefused, type Outcome, refusedOnly } from './outcome.ts';

type KindName = keyof ManifestKinds;

/** Resources that are applied together. */
export type ManifestResources = {
  readonly [Name in KindName]: ManifestKinds[Name] extends ManifestKind<infer Desired, unknown>
    ? readonly Desired[]
    : never;
};

/** Outcomes in the order of the resources. */
export type ManifestOutcomes = {
  readonly [Name in KindName]: ManifestKinds[Name] extends ManifestKind<never, infer Done>
    ? readonly Outcome<Done>[]
    : never;
};

export interface ManifestCommandsParts {
  readonly db: Database;
  readonly kinds: ManifestKinds;
  /** Serializes the bundles. */
  readonly lock: KeyedLock;
}

/** A value for each kind. */
type ByKind<T> = Readonly<Record<KindName, T>>;
type Outcomes = readonly Outcome<unknown>[];

/**
 * Applies resources that may need each other: all of them or none.
 *
 * Judges them in a transaction that is rolled back, in which each resource finds the others as they
 * would be. Volumes take disk work, so capsuled creates them after that judgement and before the
 * transaction of the workloads. If capsuled dies in between, volumes remain that no workload mounts
 * yet, and the same apply continues from them.
 */
export class ManifestCommands {
  readonly #parts: ManifestCommandsParts;

  constructor(parts: ManifestCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Returns refusals as outcomes. With one refusal nothing was done, and the result holds refusals
   * only. Idempotent.
   */
  async apply(desired: ManifestResources, { dryRun = false } = {}): Promise<ManifestOutcomes> {
    // Each kind returns its own type of outcome.
    if (dryRun) return (await this.#judge(desired)) as ManifestOutcomes;
    return this.#parts.lock('manifests', async () => {
      const judged = await this.#judge(desired);
      const isAnyRefused = Object.values(judged).flat().some(isRefused);
      const outcomes = isAnyRefused
        ? mapKinds(judged, (some) => some.map(refusedOnly))
        : await this.#carryOut(desired);
      return outcomes as ManifestOutcomes;
    });
  }

  async #judge(desired: ByKind<readonly unknown[]>): Promise<ByKind<Outcomes>> {
    const examined: Partial<Record<KindName, Outcomes>> = {};
    for (const [name, kind] of this.#kinds()) examined[name] = await kind.examine(desired[name]);
    return this.#parts.db.rehearse(() =>
      byKind(
        this.#kinds().map(([name, kind]) => [
          name,
          kind.rehearse(desired[name], examined[name] ?? []),
        ]),
      ),
    );
  }

  /**
   * Stops at the first failure, which may come from the disk or the network: later kinds are not
   * applied.
   */
  async #carryOut(desired: ByKind<readonly unknown[]>): Promise<ByKind<Outcomes>> {
    const all: [KindName, Outcomes][] = [];
    for (const [name, kind] of this.#kinds()) {
      const isFine = !all.some(([, outcomes]) => outcomes.some(isRefused));
      const outcomes = isFine ? await kind.carryOut(desired[name]) : [];
      all.push([name, desired[name].map((_, at) => outcomes[at])]);
    }
    return byKind(all);
  }

  #kinds(): readonly [KindName, ManifestKind<unknown, unknown>][] {
    return Object.entries(this.#parts.kinds) as [KindName, ManifestKind<unknown, unknown>][];
  }
}

function byKind<T>(entries: readonly (readonly [KindName, T])[]): ByKind<T> {
  return Object.fromEntries(entries) as ByKind<T>;
}

function mapKinds<T, U>(all: ByKind<T>, change: (one: T) => U): ByKind<U> {
  const entries = Object.entries(all) as [KindName, T][];
  return byKind(entries.map(([name, one]) => [name, change(one)]));
}
