import {
  addressFromNumber,
  addressToNumber,
  type CellId,
  cellKey,
  defineErrors,
  nameOfCell,
  parseSubnet,
} from '@capsule/core';
import type { Database, RowCache } from '@capsule/engine';

export const addressError = defineErrors('ADDRESS', {
  EXHAUSTED: {
    kind: 'exhausted',
    message: (f: { cidr: string }) => `every address of ${f.cidr} is in use`,
    hint: 'delete workloads, or give the bridge a larger network in the capsule’s configuration',
  },
  NO_NETWORK: {
    kind: 'notFound',
    message: (f: { cell: string }) => `the space of ${f.cell} is not there, so it has no address`,
    hint: 'create the space first',
  },
});

/** Returns the network of a cell's space, such as 172.20.254.0/24; undefined when there is no such space. */
export type NetworkOf = (cell: CellId) => string | undefined;

/** The addresses of each network, by cell. */
export class Addresses {
  readonly #db: Database;
  readonly #networkOf: NetworkOf;
  /** By the key of the cell, and the network. */
  readonly #cache: RowCache;

  constructor(db: Database, networkOf: NetworkOf) {
    this.#db = db;
    this.#cache = db.cache('address');
    this.#networkOf = networkOf;
  }

  /** Returns the address of a cell in the present network of its space. */
  get(cell: CellId): string | undefined {
    const network = this.#networkOf(cell);
    if (network === undefined) return undefined;
    const key = cellKey(cell);
    const sql = 'SELECT address FROM address WHERE network = ? AND owner = ?';
    return this.#cache.get(key, network, () => {
      const row = this.#db.get(sql, network, key);
      return row === undefined ? undefined : String(row['address']);
    });
  }

  /**
   * Returns the cell's address, and takes one if it has none. The search starts after the address
   * given last, so a freed one rests before its reuse. Fails with `ADDRESS_EXHAUSTED`, and with
   * `ADDRESS_NO_NETWORK` without the cell's space.
   */
  claim(cell: CellId): string {
    return this.#db.transaction(() => {
      const held = this.get(cell);
      if (held !== undefined) return held;
      const network = this.#networkOf(cell);
      if (network === undefined) throw addressError.NO_NETWORK({ cell: nameOfCell(cell) });
      const address = this.#firstFree(network);
      const sql = 'INSERT INTO address (network, address, owner) VALUES (?, ?, ?)';
      this.#db.run(sql, network, address, this.#change(cell));
      return address;
    });
  }

  /** Releases the addresses of a cell, also those of earlier networks of its space. */
  release(cell: CellId): void {
    this.#db.run('DELETE FROM address WHERE owner = ?', this.#change(cell));
  }

  #change(cell: CellId): string {
    const key = cellKey(cell);
    this.#cache.change(key);
    return key;
  }

  #firstFree(network: string): string {
    const sql = 'SELECT address FROM address WHERE network = ? ORDER BY sequence';
    const rows = this.#db.all(sql, network);
    const taken = new Set(rows.map((row) => String(row['address'])));
    const hosts = parseSubnet(network).cells;
    const last = rows.at(-1)?.['address'];
    const start = last === undefined ? hosts.first : addressToNumber(String(last)) + 1;
    const size = hosts.last - hosts.first + 1;
    for (let offset = 0; offset < size; offset += 1) {
      const place = (start - hosts.first + offset) % size;
      const address = addressFromNumber(hosts.first + place);
      if (!taken.has(address)) return address;
    }
    throw addressError.EXHAUSTED({ cidr: network });
  }
}
