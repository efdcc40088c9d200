import type { Database } from './database.ts';
import { storeError } from './errors.ts';
import type { Migration } from './migration.ts';
import { keepWaysBack, readWaysBack } from './ways-back.ts';

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
  keepWaysBack(db, migrations);
  return migrations.length;
}

/**
 * Brings a store that a newer capsuled wrote back to the newest version that these migrations know, by the steps that
 * the newer one left in it. Keeps a copy of the newer store beside it. Does nothing for a store that is not newer, or
 * without all the steps.
 */
export function returnFrom(db: Database, path: string, migrations: readonly Migration[]): void {
  const found = versionOf(db);
  const known = migrations.length;
  const steps = found > known ? readWaysBack(db, { from: found, to: known }) : undefined;
  if (steps === undefined) return;
  db.run('VACUUM INTO ?', `${path}.version-${found}-${Date.now()}`);
  for (const [index, sql] of steps.entries()) step(db, sql, found - index - 1);
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
  // The older capsuled does not know the table, or makes it again.
  db.exec('DROP TABLE IF EXISTS way_back');
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
