import {
  addressFromNumber,
  addressToNumber,
  type CellId,
  cellKey,
  defineErrors,
  parseSubnet,
} from '@capsule/core';
import type { Database } from '@capsule/engine';

export const addressError = defineErrors('ADDRESS', {
  EXHAUSTED: {
    kind: 'exhausted',
    message: (f: { cidr: string }) => `every address of ${f.cidr} is in use`,
    hint: 'delete workloads, or give the bridge a larger network in the capsule’s configuration',
  },
});

/** The addresses of each network, by cell. */
export class Addresses {
  readonly #db: Database;
  readonly #cidr: string;

  constructor(db: Database, cidr: string) {
    this.#db = db;
    this.#cidr = cidr;
  }

  get(cell: CellId): string | undefined {
    const row = this.#db.get(
      'SELECT address FROM address WHERE network = ? AND owner = ?',
      ...[this.#cidr, cellKey(cell)],
    );
    return row === undefined ? undefined : String(row['address']);
  }

  /**
   * Returns the cell's address, and takes one if it has none. The search starts after the address
   * given last, so a freed one rests before its reuse. Fails with `ADDRESS_EXHAUSTED`.
   */
  claim(cell: CellId): string {
    return this.#db.transaction(() => {
      const held = this.get(cell);
      if (held !== undefined) return held;
      const address = this.#firstFree();
      this.#db.run(
        'INSERT INTO address (network, address, owner) VALUES (?, ?, ?)',
        ...[this.#cidr, address, cellKey(cell)],
      );
      return address;
    });
  }

  /** Releases the addresses of a cell, also those of earlier networks of the bridge. */
  release(cell: CellId): void {
    this.#db.run('DELETE FROM address WHERE owner = ?', cellKey(cell));
  }

  #firstFree(): string {
    const rows = this.#db.all(
      'SELECT address FROM address WHERE network = ? ORDER BY sequence',
      this.#cidr,
    );
    const taken = new Set(rows.map((row) => String(row['address'])));
    const hosts = parseSubnet(this.#cidr).cells;
    const last = rows.at(-1)?.['address'];
    const start = last === undefined ? hosts.first : addressToNumber(String(last)) + 1;
    const size = hosts.last - hosts.first + 1;
    for (let offset = 0; offset < size; offset += 1) {
      const place = (start - hosts.first + offset) % size;
      const address = addressFromNumber(hosts.first + place);
      if (!taken.has(address)) return address;
    }
    throw addressError.EXHAUSTED({ cidr: this.#cidr });
  }
}
