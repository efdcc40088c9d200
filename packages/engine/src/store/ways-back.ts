import type { Database } from './database.ts';
import type { Migration } from './migration.ts';

/**
 * Keeps the steps back in the store itself: an older capsuled, to which an update of the system fell back, does not
 * know the steps of a newer one. Idempotent.
 */
export function keepWaysBack(db: Database, migrations: readonly Migration[]): void {
  db.transaction(() => {
    db.exec(
      'CREATE TABLE IF NOT EXISTS way_back (version INTEGER PRIMARY KEY, sql TEXT NOT NULL) STRICT',
    );
    for (const [index, { down }] of migrations.entries()) {
      if (down === undefined) continue;
      const sql = 'INSERT INTO way_back (version, sql) VALUES (?, ?) ON CONFLICT DO NOTHING';
      db.run(sql, index + 1, down);
    }
  });
}

/** Returns the steps from one version back to another, the first one first; undefined if one is missing. */
export function readWaysBack(
  db: Database,
  { from, to }: { readonly from: number; readonly to: number },
): readonly string[] | undefined {
  const hasTable = db.get("SELECT 1 FROM sqlite_schema WHERE name = 'way_back'") !== undefined;
  if (!hasTable) return undefined;
  const sql = 'SELECT sql FROM way_back WHERE version > ? AND version <= ? ORDER BY version DESC';
  const steps = db.all(sql, to, from).map((row) => String(row['sql']));
  return steps.length === from - to ? steps : undefined;
}
