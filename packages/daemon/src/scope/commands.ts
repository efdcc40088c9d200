import { randomUUID } from 'node:crypto';
import {
  type ApplyChange,
  type CellId,
  describeLabels,
  describePlace,
  type FieldChange,
  isWithin,
  levelOf,
  type Place,
  parentsOf,
  placeKey,
  placeOfCell,
  realmNamespace,
  type ScopeRecord,
  type ScopeSpec,
  type SpaceNetwork,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Scopes } from '../store/scopes.ts';
import { scopeError } from './errors.ts';

/** Outcome of an apply or of its rehearsal. */
export interface AppliedScope {
  readonly record: ScopeRecord;
  readonly change: ApplyChange;
  readonly fields: readonly FieldChange[];
  /** Parents that were missing, the outermost first. */
  readonly madeParents: readonly Place[];
}

export interface ScopeCommandsParts {
  readonly db: Database;
  readonly scopes: Scopes;
  /** The cells that exist, in all realms. */
  readonly cellIds: () => readonly CellId[];
  /** Requests the deletion of a cell, in the transaction that deletes its scopes. */
  readonly deleteCell: (cell: CellId, options: { readonly force: boolean }) => void;
  /** Chooses the network of a new space. `taken` are the ranges of the others. */
  readonly chooseNetwork: (key: string, taken: readonly SpaceNetwork[]) => SpaceNetwork;
  readonly now: () => number;
  /** Called after a change is stored. */
  readonly onChange: (place: Place) => void;
}

/** Creates, changes and deletes realms, spaces and stacks. */
export class ScopeCommands {
  readonly #parts: ScopeCommandsParts;

  constructor(parts: ScopeCommandsParts) {
    this.#parts = parts;
  }

  /** The realm `default` means `main` until a realm of that name exists. */
  resolve(place: Place): Place {
    const isAlias =
      place.realm === 'default' && this.#parts.scopes.get({ realm: 'default' }) === undefined;
    return isAlias ? { ...place, realm: 'main' } : place;
  }

  /**
   * Applies a scope; the result survives a power cut on return. Creates its missing parents. With
   * `createOnly` it refuses to change an existing one. Fails with `SCOPE_*`. Idempotent.
   */
  apply(spec: ScopeSpec, { createOnly = false } = {}): AppliedScope {
    return this.#parts.db.transaction(() => {
      const before = this.#parts.scopes.get(spec.place);
      if (before === undefined || before.isDeleting) return this.#create(spec, before);
      return this.#change(spec, before, createOnly);
    });
  }

  /** Creates the missing scopes of a place, and returns them. Fails with `SCOPE_BEING_DELETED`. */
  ensureParents(place: Place): readonly Place[] {
    return parentsOf(place).filter((parent) => levelOf(parent) !== 'cell' && this.#ensure(parent));
  }

  /**
   * Requests the deletion of a scope, and with `cascade` of all scopes and cells in it: of all or,
   * if capsuled dies meanwhile, of none. Returns the deleted scopes, the innermost first; undefined
   * if it does not exist. Fails with `SCOPE_NOT_EMPTY`, `SCOPE_PERMANENT`. Idempotent.
   */
  delete(place: Place, { cascade = false, force = false } = {}): readonly Place[] | undefined {
    const { db, scopes, cellIds, deleteCell, onChange } = this.#parts;
    return db.transaction(() => {
      if (scopes.get(place) === undefined) return undefined;
      this.#checkDelete(place, cascade);
      const held = cellIds().filter((id) => isWithin(placeOfCell(id), place));
      for (const id of held) deleteCell(id, { force });
      const inside = scopes.list().filter((one) => isWithin(one.place, place));
      for (const one of inside) {
        if (one.isDeleting) continue;
        scopes.markDeleting(one.place);
        db.afterCommit(() => onChange(one.place));
      }
      return inside.map((one) => one.place).toReversed();
    });
  }

  #checkDelete(place: Place, cascade: boolean): void {
    const facts = { level: levelOf(place), place: describePlace(place) };
    if (isWithin(MAIN_STACK, place)) throw scopeError.PERMANENT(facts);
    if (cascade) return;
    const { scopes, cellIds } = this.#parts;
    const held = [...scopes.list().map((one) => one.place), ...cellIds().map(placeOfCell)]
      .filter((one) => isWithin(one, place) && placeKey(one) !== placeKey(place))
      .map(describePlace);
    if (held.length > 0) throw scopeError.NOT_EMPTY({ ...facts, holds: held });
  }

  #ensure(place: Place): boolean {
    const stored = this.#parts.scopes.get(place);
    if (stored?.isDeleting) throw beingDeleted(place);
    if (stored === undefined) this.#insert({ place, labels: {} });
    return stored === undefined;
  }

  #create(spec: ScopeSpec, before: ScopeRecord | undefined): AppliedScope {
    if (before !== undefined) throw beingDeleted(spec.place);
    const madeParents = this.ensureParents(spec.place);
    this.#insert(spec);
    const record = this.#stored(spec.place);
    return {
      record,
      change: 'created',
      fields: describeLabels({}, record.labels),
      madeParents,
    };
  }

  #change(spec: ScopeSpec, before: ScopeRecord, createOnly: boolean): AppliedScope {
    const { db, scopes, onChange } = this.#parts;
    const { place } = spec;
    const { namespace = before.namespace } = spec;
    if (namespace !== before.namespace) {
      const facts = { namespace: namespace ?? '', stored: before.namespace ?? '' };
      throw scopeError.NAMESPACE_FIXED({ place: describePlace(place), ...facts });
    }
    const fields = describeLabels(before.labels, spec.labels);
    if (fields.length === 0)
      return { record: before, change: 'unchanged', fields, madeParents: [] };
    if (createOnly) {
      const facts = { level: levelOf(place), place: describePlace(place) };
      throw scopeError.EXISTS({ ...facts, fields: fields.map(({ path }) => path) });
    }
    scopes.setLabels(place, spec.labels);
    db.afterCommit(() => onChange(place));
    return { record: this.#stored(place), change: 'configured', fields, madeParents: [] };
  }

  #insert({ place, labels, namespace }: ScopeSpec): void {
    const { db, scopes, chooseNetwork, now, onChange } = this.#parts;
    const level = levelOf(place);
    const all = scopes.list();
    const taken = all.flatMap(({ network }) => network ?? []);
    scopes.insert({
      place,
      labels,
      uid: randomUUID(),
      createdAt: now(),
      ...(level === 'realm' && { namespace: freeNamespace(place, namespace, all) }),
      ...(level === 'space' && { network: chooseNetwork(placeKey(place), taken) }),
    });
    db.afterCommit(() => onChange(place));
  }

  #stored(place: Place): ScopeRecord {
    const record = this.#parts.scopes.get(place);
    if (record === undefined) {
      throw scopeError.NOT_FOUND({ level: levelOf(place), place: describePlace(place) });
    }
    return record;
  }
}

const MAIN_STACK: Place = { realm: 'main', space: 'default', stack: 'default' };

/** Fails with `SCOPE_NAMESPACE_TAKEN`. */
function freeNamespace(
  place: Place,
  asked: string | undefined,
  all: readonly ScopeRecord[],
): string {
  const namespace = asked ?? realmNamespace(place.realm);
  const holder = all.find((one) => one.namespace === namespace);
  if (holder === undefined) return namespace;
  const facts = { place: place.realm, namespace, holder: holder.place.realm };
  throw scopeError.NAMESPACE_TAKEN(facts);
}

function beingDeleted(place: Place) {
  return scopeError.BEING_DELETED({ level: levelOf(place), place: describePlace(place) });
}
