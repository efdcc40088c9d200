import { isCapsuleError } from '@capsule/core';
import { Database } from './database.ts';
import { storeError } from './errors.ts';
import { migrate, returnFrom } from './migrate.ts';
import type { Migration } from './migration.ts';

export interface OpenStoreOptions {
  /** Bring a store that a newer capsuled wrote back to the version of this one, instead of refusing it. */
  readonly returns?: boolean;
}

/**
 * Opens or creates the store: write-ahead log, a sync at every commit, integrity checked, schema migrated.
 * Fails with `STORE_*`, and then has changed nothing.
 */
export function openStore(
  path: string,
  migrations: readonly Migration[],
  { returns = false }: OpenStoreOptions = {},
): Database {
  let db: Database | undefined;
  try {
    db = new Database(path);
    checkIntegrity(db, path);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA foreign_keys = ON');
    if (returns) returnFrom(db, path, migrations);
    migrate(db, path, migrations);
    return db;
  } catch (cause) {
    db?.close();
    if (isCapsuleError(cause)) throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw storeError.UNREADABLE({ path, detail }, cause);
  }
}

function checkIntegrity(db: Database, path: string): void {
  const answer = db.get('PRAGMA integrity_check(1)')?.['integrity_check'];
  if (answer !== 'ok') throw storeError.UNREADABLE({ path, detail: String(answer) });
}
