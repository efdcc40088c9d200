import type { Database } from './database.ts';
import { storeError } from './errors.ts';

/** One step from version `n - 1` to `n`, where `n` is its place in the list, counted from 1. */
export interface Migration {
  readonly name: string;
  readonly up: string;
  /** The step back, for an older capsuled; data that only newer versions have is lost. Absent: no way back. */
  readonly down?: string;
}

/**
 * Brings the schema to the newest version, each step in its own transaction, and returns that version.
 * An interrupted step starts again from its beginning. Fails with `STORE_TOO_NEW`.
 */
export function migrate(db: Database, path: string, migrations: readonly Migration[]): number {
  const found = versionOf(db);
  if (found > migrations.length) {
    throw storeError.TOO_NEW({ path, found, known: migrations.length });
  }
  for (const [index, { up }] of migrations.entries()) {
    if (index >= found) step(db, up, index + 1);
  }
  return migrations.length;
}

/**
 * Brings the schema back to an older version, or as close to it as the `down` steps lead, and returns the version
 * that was reached. Each step has its own transaction, as in `migrate`.
 */
export function migrateBack(
  db: Database,
  migrations: readonly Migration[],
  target: number,
): number {
  let version = versionOf(db);
  while (version > target) {
    const down = migrations[version - 1]?.down;
    if (down === undefined) break;
    version -= 1;
    step(db, down, version);
  }
  return version;
}

function versionOf(db: Database): number {
  return Number(db.get('PRAGMA user_version')?.['user_version'] ?? 0);
}

function step(db: Database, sql: string, version: number): void {
  db.transaction(() => {
    db.exec(sql);
    db.exec(`PRAGMA user_version = ${version}`);
  });
}
