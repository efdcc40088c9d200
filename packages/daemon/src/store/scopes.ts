import {
  levelOf,
  type Place,
  parentOf,
  placeKey,
  placeOf,
  type ScopeRecord,
  type SpaceNetwork,
} from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** A realm, space or stack to be stored. */
export type NewScope = Pick<ScopeRecord, 'place' | 'labels' | 'uid' | 'createdAt'> &
  Partial<Pick<ScopeRecord, 'namespace' | 'network'>>;

/** Realms, spaces and stacks. The one writer of `scope`. */
export class Scopes {
  readonly #db: Database;
  readonly #network: SpaceNetwork;

  /** The space main/default has the configured network. */
  constructor(db: Database, network: SpaceNetwork) {
    this.#db = db;
    this.#network = network;
  }

  /** All of them, parents before what they hold. */
  list(): ScopeRecord[] {
    return this.#db.all('SELECT * FROM scope ORDER BY key').map((row) => this.#fromRow(row));
  }

  get(place: Place): ScopeRecord | undefined {
    const row = this.#db.get('SELECT * FROM scope WHERE key = ?', placeKey(place));
    return row && this.#fromRow(row);
  }

  /** Returns the network of the space that holds a place. */
  networkOf({ realm, space = '' }: Place): SpaceNetwork | undefined {
    return this.get({ realm, space })?.network;
  }

  /** Stores a new scope with generation 1. */
  insert({ place, uid, labels, namespace, network, createdAt }: NewScope): void {
    const { realm, space = null, stack = null } = place;
    this.#db.run(
      `INSERT INTO scope
         (key, realm, space, stack, uid, generation, labels, namespace, bridge, cidr, created_at)
       VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
      ...[placeKey(place), realm, space, stack, uid, JSON.stringify(labels)],
      ...[namespace ?? null, network?.bridge ?? null, network?.cidr ?? null, createdAt],
    );
  }

  setLabels(place: Place, labels: ScopeRecord['labels']): void {
    this.#db.run(
      'UPDATE scope SET labels = ?, generation = generation + 1 WHERE key = ?',
      ...[JSON.stringify(labels), placeKey(place)],
    );
  }

  /** Marks a scope for deletion. */
  markDeleting(place: Place): void {
    const sql = 'UPDATE scope SET deleting = 1, generation = generation + 1 WHERE key = ?';
    this.#db.run(sql, placeKey(place));
  }

  /** Takes the mark back, with a new identity: the scope is wanted again. */
  renew({ place, uid, labels, createdAt }: NewScope): void {
    this.#db.run(
      `UPDATE scope SET deleting = 0, uid = ?, labels = ?, created_at = ?, generation = generation + 1
       WHERE key = ?`,
      ...[uid, JSON.stringify(labels), createdAt, placeKey(place)],
    );
  }

  /** Removes a scope, unless it has changed since it was read. */
  remove({ place, generation }: Pick<ScopeRecord, 'place' | 'generation'>): boolean {
    const sql = 'DELETE FROM scope WHERE key = ? AND generation = ?';
    return this.#db.run(sql, placeKey(place), generation) > 0;
  }

  #fromRow(row: Row): ScopeRecord {
    const parts = [row['realm'], row['space'], row['stack']].flatMap((part) =>
      part === null ? [] : [String(part)],
    );
    const place = placeOf(parts);
    return {
      place,
      uid: String(row['uid']),
      generation: Number(row['generation']),
      createdAt: Number(row['created_at']),
      isDeleting: row['deleting'] === 1,
      labels: JSON.parse(String(row['labels'])) as ScopeRecord['labels'],
      ...(levelOf(place) === 'realm' && { namespace: String(row['namespace']) }),
      ...(levelOf(place) === 'space' && { network: this.#networkFromRow(row) }),
    };
  }

  #networkFromRow({ bridge, cidr }: Row): SpaceNetwork {
    if (bridge === null || cidr === null) return this.#network;
    return { bridge: String(bridge), cidr: String(cidr) };
  }
}

/** The scopes directly in a place, of all that are stored. Pure. */
export function scopesIn(all: readonly ScopeRecord[], place: Place): readonly ScopeRecord[] {
  const key = placeKey(place);
  return all.filter((one) => {
    const parent = parentOf(one.place);
    return parent !== undefined && placeKey(parent) === key;
  });
}
