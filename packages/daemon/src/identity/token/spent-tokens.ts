import type { Database } from '@capsule/engine';

/** Ids of tokens that were used. The one writer of `spent_token`. Times are in seconds since 1970. */
export class SpentTokens {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Returns false for a token that was spent before. */
  spend(kid: string, id: string, expiresAt: number): boolean {
    const sql = 'INSERT OR IGNORE INTO spent_token (kid, id, expires_at) VALUES (?, ?, ?)';
    return this.#db.run(sql, kid, id, expiresAt) > 0;
  }

  /** Forgets tokens that expire up to `second`, and returns the last second that one of them expires at; 0: none. */
  forget(second: number): number {
    const row = this.#db.get(
      'SELECT max(expires_at) AS last FROM spent_token WHERE expires_at <= ?',
      second,
    );
    const last = Number(row?.['last'] ?? 0);
    if (last > 0) this.#db.run('DELETE FROM spent_token WHERE expires_at <= ?', second);
    return last;
  }
}
