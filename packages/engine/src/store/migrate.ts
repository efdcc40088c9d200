import type { Database } from './database.ts';
import { storeError } from './errors.ts';

/** One step from version `n - 1` to `n`, where `n` is its place in the list, counted from 1. */
export interface Migration {
  readonly name: string;
  readonly up: string;
}

/**
 * Brings the schema to the newest version, each step in a transaction of its own, and answers that
 * version. A step that was interrupted is done again from its beginning. Fails with `STORE_TOO_NEW`.
 */
export function migrate(db: Database, path: string, migrations: readonly Migration[]): number {
  const found = Number(db.get('PRAGMA user_version')?.['user_version'] ?? 0);
  if (found > migrations.length) {
    throw storeError.TOO_NEW({ path, found, known: migrations.length });
  }
  for (const [index, migration] of migrations.entries()) {
    const version = index + 1;
    if (version <= found) continue;
    db.transaction(() => {
      db.exec(migration.up);
      db.exec(`PRAGMA user_version = ${version}`);
    });
  }
  return migrations.length;
}
