import {
  type CellId,
  cellFromKey,
  cellKey,
  type NameResponder,
  nameOfCell,
  type WorkloadName,
} from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { Addresses } from '../store/addresses.ts';
import type { Cells } from '../store/cells.ts';

export interface NamePublisherParts {
  readonly cells: Pick<Cells, 'get' | 'list'>;
  readonly addresses: Addresses;
  readonly names: NameResponder;
  readonly feed: Feed;
}

/**
 * Keeps the names that the responder answers equal to the specs, from `start` to disposal.
 *
 * A workload has its name and address as soon as its spec is stored, running or not: a client
 * retries a connection to an address that answers late, but treats a missing name as a failure. A
 * stopped workload keeps its name without an address: connections fail at once, instead of waiting
 * for a missing cell. A workload that is being deleted has no name.
 */
export class NamePublisher implements Disposable {
  readonly #parts: NamePublisherParts;
  /** By the key of the cell. */
  readonly #published = new Map<string, WorkloadName>();
  #listening: Disposable | undefined;

  constructor(parts: NamePublisherParts) {
    this.#parts = parts;
  }

  start(): void {
    const { cells, feed } = this.#parts;
    this.#listening = feed.listen((key) => this.#look(cellFromKey(key)));
    for (const { id } of cells.list()) this.#set(id);
    this.#publish();
  }

  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
  }

  /** The feed reports every change; most of them change no name. */
  #look(cell: CellId): void {
    if (this.#set(cell)) this.#publish();
  }

  #set(cell: CellId): boolean {
    const key = cellKey(cell);
    const before = this.#published.get(key);
    const after = this.#nameOf(cell);
    if (after === undefined) return this.#published.delete(key);
    this.#published.set(key, after);
    return before === undefined || before.address !== after.address;
  }

  #publish(): void {
    this.#parts.names.update([...this.#published.values()]);
  }

  #nameOf(cell: CellId): WorkloadName | undefined {
    const record = this.#parts.cells.get(cell);
    const name = nameOfCell(cell);
    if (record === undefined || record.desired === 'deleting') return undefined;
    if (record.desired === 'stopped') return { name, address: undefined };
    if (record.spec.networkMode === 'host') return { name, address: 'capsule' };
    return { name, address: this.#parts.addresses.get(cell) };
  }
}
