import type { KeyRights, OperatorKey, Role } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** The capsule's own identity, and the enrolled keys. The one writer of `capsule` and `operator_key`. */
export class IdentityRecords {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Undefined before the first start. */
  capsuleId(): string | undefined {
    const row = this.#db.get('SELECT id FROM capsule');
    return row === undefined ? undefined : String(row['id']);
  }

  nameCapsule(id: string): void {
    this.#db.run('INSERT INTO capsule (one, id) VALUES (1, ?)', id);
  }

  /** Tokens that expire up to this second since 1970 may be forgotten. */
  forgottenUntil(): number {
    return Number(this.#db.get('SELECT forgotten_until FROM capsule')?.['forgotten_until'] ?? 0);
  }

  forgetUntil(second: number): void {
    this.#db.run('UPDATE capsule SET forgotten_until = max(forgotten_until, ?)', second);
  }

  list(): OperatorKey[] {
    return this.#db.all('SELECT * FROM operator_key ORDER BY added_at, kid').map(keyFromRow);
  }

  get(kid: string): OperatorKey | undefined {
    const row = this.#db.get('SELECT * FROM operator_key WHERE kid = ?', kid);
    return row === undefined ? undefined : keyFromRow(row);
  }

  add(key: Omit<OperatorKey, 'lastUsedAt'>): void {
    const { kid, publicKey, name, role, hasHostAccess, addedBy, addedAt } = key;
    this.#db.run(
      `INSERT INTO operator_key (kid, public_key, name, role, host_access, added_by, added_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[kid, publicKey, name, role, hasHostAccess ? 1 : 0, addedBy, addedAt],
    );
  }

  remove(kid: string): void {
    this.#db.run('DELETE FROM operator_key WHERE kid = ?', kid);
  }

  use(kid: string, at: number): void {
    this.#db.run('UPDATE operator_key SET last_used_at = ? WHERE kid = ?', at, kid);
  }

  count(role?: Role): number {
    const row = this.#db.get(
      'SELECT count(*) AS n FROM operator_key WHERE role = ifnull(?, role)',
      role ?? null,
    );
    return Number(row?.['n']);
  }
}

function keyFromRow(row: Row): OperatorKey {
  const rights: KeyRights = {
    role: String(row['role']) as Role,
    hasHostAccess: row['host_access'] === 1,
  };
  return {
    kid: String(row['kid']),
    name: String(row['name']),
    publicKey: row['public_key'] as Uint8Array,
    ...rights,
    addedBy: String(row['added_by']),
    addedAt: Number(row['added_at']),
    lastUsedAt: Number(row['last_used_at']),
  };
}
