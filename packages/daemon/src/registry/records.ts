import type { RegistrySpec } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** A login, with the secret as it is stored. */
export interface StoredLogin {
  readonly name: string;
  readonly username: string;
  /** Encrypted; see `SecretBox`. */
  readonly secret: Uint8Array;
}

/** The declared registries, and the logins. The one writer of `registry` and `registry_login`. */
export class RegistryRecords {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): RegistrySpec[] {
    return this.#db.all('SELECT * FROM registry ORDER BY name').map(specFromRow);
  }

  get(name: string): RegistrySpec | undefined {
    const row = this.#db.get('SELECT * FROM registry WHERE name = ?', name);
    return row === undefined ? undefined : specFromRow(row);
  }

  declare({ name, ...rest }: RegistrySpec): void {
    const body = JSON.stringify(rest);
    this.#db.run('INSERT OR REPLACE INTO registry (name, body) VALUES (?, ?)', name, body);
  }

  /** Returns whether it existed. */
  forget(name: string): boolean {
    return this.#db.run('DELETE FROM registry WHERE name = ?', name) > 0;
  }

  logins(): StoredLogin[] {
    return this.#db.all('SELECT * FROM registry_login ORDER BY name').map(loginFromRow);
  }

  login(name: string): StoredLogin | undefined {
    const row = this.#db.get('SELECT * FROM registry_login WHERE name = ?', name);
    return row === undefined ? undefined : loginFromRow(row);
  }

  keepLogin({ name, username, secret }: StoredLogin): void {
    this.#db.run(
      'INSERT OR REPLACE INTO registry_login (name, username, secret) VALUES (?, ?, ?)',
      ...[name, username, secret],
    );
  }

  /** Returns whether it existed. */
  forgetLogin(name: string): boolean {
    return this.#db.run('DELETE FROM registry_login WHERE name = ?', name) > 0;
  }
}

function specFromRow(row: Row): RegistrySpec {
  const body = JSON.parse(String(row['body'])) as Omit<RegistrySpec, 'name'>;
  return { name: String(row['name']), ...body };
}

function loginFromRow(row: Row): StoredLogin {
  return {
    name: String(row['name']),
    username: String(row['username']),
    secret: row['secret'] as Uint8Array,
  };
}
