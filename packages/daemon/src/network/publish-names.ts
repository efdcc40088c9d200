import { isDeepStrictEqual } from 'node:util';
import {
  type CellId,
  type CellNames,
  type CellRecord,
  cellFromKey,
  cellKey,
  type NameResponder,
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
 * A cell has its names and its address as soon as its spec is stored, running or not: a client
 * retries a connection to an address that answers late, but treats a missing name as a failure. A
 * stopped cell keeps its names without an address: connections fail at once, instead of waiting
 * for a missing cell. A cell that is being deleted has no name. Aliases of its containers are names
 * of the cell, whether that container runs or not.
 */
export class NamePublisher implements Disposable {
  readonly #parts: NamePublisherParts;
  /** By the key of the cell. */
  readonly #published = new Map<string, CellNames>();
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
    const after = this.#namesOf(cell);
    if (after === undefined) return this.#published.delete(key);
    this.#published.set(key, after);
    return !isDeepStrictEqual(before, after);
  }

  #publish(): void {
    this.#parts.names.update([...this.#published.values()]);
  }

  #namesOf(cell: CellId): CellNames | undefined {
    const record = this.#parts.cells.get(cell);
    if (record === undefined || record.desired === 'deleting') return undefined;
    const named = { cell, aliases: aliasesOf(record) };
    if (record.desired === 'stopped') return { ...named, address: undefined };
    if (record.spec.networkMode === 'host') return { ...named, address: 'capsule' };
    return { ...named, address: this.#parts.addresses.get(cell) };
  }
}

function aliasesOf({ containers }: CellRecord): readonly string[] {
  const present = containers.filter(({ desired }) => desired !== 'deleting');
  return [...new Set(present.flatMap(({ spec }) => spec.aliases ?? []))];
}
