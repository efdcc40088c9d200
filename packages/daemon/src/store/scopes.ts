import {
  levelOf,
  type Place,
  parentOf,
  placeKey,
  placeOf,
  type ScopeRecord,
  type SpaceNetwork,
} from '@capsule/core';
import type { Database, Row, RowCache } from '@capsule/engine';

/** A realm, space or stack to be stored. */
export type NewScope = Pick<ScopeRecord, 'place' | 'labels' | 'uid' | 'createdAt'> &
  Partial<Pick<ScopeRecord, 'namespace' | 'network'>>;

/** Realms, spaces and stacks. The one writer of `scope`. */
export class Scopes {
  readonly #db: Database;
  readonly #network: SpaceNetwork;
  /** By the key of the scope; the list by an empty key. */
  readonly #cache: RowCache;
  /** Names records with the configured network in them. */
  readonly #kind: string;

  /** The space main/default has the configured network. */
  constructor(db: Database, network: SpaceNetwork) {
    this.#db = db;
    this.#network = network;
    this.#cache = db.cache('scope');
    this.#kind = `${network.bridge} ${network.cidr}`;
  }

  /** All of them, parents before what they hold. */
  list(): readonly ScopeRecord[] {
    return this.#cache.get(ALL, this.#kind, () =>
      this.#db.all('SELECT * FROM scope ORDER BY key').map((row) => this.#fromRow(row)),
    );
  }

  get(place: Place): ScopeRecord | undefined {
    const key = placeKey(place);
    return this.#cache.get(key, this.#kind, () => {
      const row = this.#db.get('SELECT * FROM scope WHERE key = ?', key);
      return row && this.#fromRow(row);
    });
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
      ...[this.#change(place), realm, space, stack, uid, JSON.stringify(labels)],
      ...[namespace ?? null, network?.bridge ?? null, network?.cidr ?? null, createdAt],
    );
  }

  setLabels(place: Place, labels: ScopeRecord['labels']): void {
    this.#db.run(
      'UPDATE scope SET labels = ?, generation = generation + 1 WHERE key = ?',
      ...[JSON.stringify(labels), this.#change(place)],
    );
  }

  /** Marks a scope for deletion. */
  markDeleting(place: Place): void {
    const sql = 'UPDATE scope SET deleting = 1, generation = generation + 1 WHERE key = ?';
    this.#db.run(sql, this.#change(place));
  }

  /** Takes the mark back, with a new identity: the scope is wanted again. */
  renew({ place, uid, labels, createdAt }: NewScope): void {
    this.#db.run(
      `UPDATE scope SET deleting = 0, uid = ?, labels = ?, created_at = ?, generation = generation + 1
       WHERE key = ?`,
      ...[uid, JSON.stringify(labels), createdAt, this.#change(place)],
    );
  }

  /** Removes a scope, unless it has changed since it was read. */
  remove({ place, generation }: Pick<ScopeRecord, 'place' | 'generation'>): boolean {
    const sql = 'DELETE FROM scope WHERE key = ? AND generation = ?';
    return this.#db.run(sql, this.#change(place), generation) > 0;
  }

  #change(place: Place): string {
    const key = placeKey(place);
    this.#cache.change(key);
    this.#cache.change(ALL);
    return key;
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

/** No scope has it. */
const ALL = '';

/** The scopes directly in a place, of all that are stored. Pure. */
export function scopesIn(all: readonly ScopeRecord[], place: Place): readonly ScopeRecord[] {
  const key = placeKey(place);
  return all.filter((one) => {
    const parent = parentOf(one.place);
    return parent !== undefined && placeKey(parent) === key;
  });
}
