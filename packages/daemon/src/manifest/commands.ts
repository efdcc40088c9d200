import type { KeyedLock } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { ManifestKind, ManifestKinds } from './kinds.ts';
import { isRefused, type Outcome, refusedOnly } from './outcome.ts';

type KindName = keyof ManifestKinds;

/** What is applied together. */
export type ManifestResources = {
  readonly [Name in KindName]: ManifestKinds[Name] extends ManifestKind<infer Wanted, unknown>
    ? readonly Wanted[]
    : never;
};

/** In the order of the resources. */
export type ManifestOutcomes = {
  readonly [Name in KindName]: ManifestKinds[Name] extends ManifestKind<never, infer Done>
    ? readonly Outcome<Done>[]
    : never;
};

export interface ManifestCommandsParts {
  readonly db: Database;
  readonly kinds: ManifestKinds;
  /** One bundle after the other. */
  readonly lock: KeyedLock;
}

/** What is known of each kind. */
type ByKind<T> = Readonly<Record<KindName, T>>;
type Outcomes = readonly Outcome<unknown>[];

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
    // Each kind answers with its own outcomes.
    if (dryRun) return (await this.#judge(wanted)) as ManifestOutcomes;
    return this.#parts.lock('manifests', async () => {
      const judged = await this.#judge(wanted);
      const isAnyRefused = Object.values(judged).flat().some(isRefused);
      const outcomes = isAnyRefused
        ? mapKinds(judged, (some) => some.map(refusedOnly))
        : await this.#carryOut(wanted);
      return outcomes as ManifestOutcomes;
    });
  }

  async #judge(wanted: ByKind<readonly unknown[]>): Promise<ByKind<Outcomes>> {
    const examined: Partial<Record<KindName, Outcomes>> = {};
    for (const [name, kind] of this.#kinds()) examined[name] = await kind.examine(wanted[name]);
    return this.#parts.db.rehearse(() =>
      byKind(
        this.#kinds().map(([name, kind]) => [
          name,
          kind.rehearse(wanted[name], examined[name] ?? []),
        ]),
      ),
    );
  }

  /** The disk or the network may still fail: what follows is left undone then. */
  async #carryOut(wanted: ByKind<readonly unknown[]>): Promise<ByKind<Outcomes>> {
    const all: [KindName, Outcomes][] = [];
    for (const [name, kind] of this.#kinds()) {
      const isFine = !all.some(([, outcomes]) => outcomes.some(isRefused));
      const outcomes = isFine ? await kind.carryOut(wanted[name]) : [];
      all.push([name, wanted[name].map((_, at) => outcomes[at])]);
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
