import {
  type KeyRights,
  type OperatorKey,
  PUBLIC_KEY_BYTES,
  problemOfKeyName,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import { type Caller, hasHostAccess } from './caller.ts';
import { keyError } from './errors.ts';
import { keyIdOf } from './key-id.ts';
import type { IdentityRecords } from './records.ts';

const KEYS_MOST = 256;

export interface KeyCommandsParts {
  readonly db: Database;
  readonly records: IdentityRecords;
  readonly now: () => number;
  /** Called after a key was removed. */
  readonly onRemoved: (kid: string) => void;
}

export interface NewKey extends KeyRights {
  readonly publicKey: Uint8Array;
  readonly name: string;
}

/** Enrols and removes keys. Every check and its change are one transaction. */
export class KeyCommands {
  readonly #parts: KeyCommandsParts;
  readonly #listeners = new Set<() => void>();

  constructor(parts: KeyCommandsParts) {
    this.#parts = parts;
  }

  /** Calls `listener` after every change. */
  follow(listener: () => void): void {
    this.#listeners.add(listener);
  }

  list(): OperatorKey[] {
    return this.#parts.records.list();
  }

  get(kid: string): OperatorKey | undefined {
    return this.#parts.records.get(kid);
  }

  find(publicKey: Uint8Array): OperatorKey | undefined {
    return this.#parts.records.get(keyIdOf(publicKey));
  }

  /** A caller cannot give host access that it does not have. Fails with `KEY_*`. */
  add(key: NewKey, by: Caller): OperatorKey {
    if (key.hasHostAccess && !hasHostAccess(by)) throw keyError.HOST_ACCESS_NOT_HELD({});
    return this.#insert(key, by.kind === 'key' ? by.kid : '');
  }

  /** Enrols an owner. Fails with `KEY_*`. */
  adopt(publicKey: Uint8Array, name: string): OperatorKey {
    return this.#insert({ publicKey, name, role: 'admin', hasHostAccess: true }, '');
  }

  /** Fails with `KEY_NOT_FOUND`, `KEY_LAST_ADMIN`. */
  remove(kid: string): void {
    const { db, records, onRemoved } = this.#parts;
    db.transaction(() => {
      const key = records.get(kid);
      if (key === undefined) throw keyError.NOT_FOUND({ kid: kid.slice(0, 64) });
      const isLast = key.role === 'admin' && records.count('admin') === 1;
      if (isLast) throw keyError.LAST_ADMIN({ name: key.name });
      records.remove(kid);
      db.afterCommit(() => onRemoved(kid));
      this.#notifyAfterCommit();
    });
  }

  #notifyAfterCommit(): void {
    this.#parts.db.afterCommit(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  #insert({ publicKey, ...rest }: NewKey, addedBy: string): OperatorKey {
    const { db, records, now } = this.#parts;
    checkNew(publicKey, rest.name);
    const kid = keyIdOf(publicKey);
    const key = { ...rest, kid, publicKey, addedBy, addedAt: now() };
    db.transaction(() => {
      const known = records.get(kid);
      if (known !== undefined) throw keyError.EXISTS({ kid, name: known.name });
      if (records.count() >= KEYS_MOST) throw keyError.TOO_MANY({ most: KEYS_MOST });
      records.add(key);
      this.#notifyAfterCommit();
    });
    return { ...key, lastUsedAt: 0 };
  }
}

function checkNew(publicKey: Uint8Array, name: string): void {
  const problem =
    publicKey.length === PUBLIC_KEY_BYTES
      ? problemOfKeyName(name)
      : `it has ${publicKey.length} bytes, not ${PUBLIC_KEY_BYTES}`;
  if (problem !== undefined) throw keyError.INVALID({ problem });
}
