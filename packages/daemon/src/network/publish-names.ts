import type { NameResponder, WorkloadName } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { Addresses } from '../store/addresses.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';

export interface NamePublisherParts {
  readonly specs: WorkloadSpecs;
  readonly addresses: Addresses;
  readonly names: NameResponder;
  readonly feed: Feed;
}

/**
 * Keeps the names that the responder answers equal to what the specs say, from `start` to disposal.
 *
 * A workload has its name and address from the moment its spec is taken, whether or not it runs: an
 * address that answers late is a connection that is tried again, a name that is not there is a failure.
 * Of one that is stopped the name is there and has no address: what connects fails at once, instead of
 * waiting for a cell that is not there. One that is being deleted is gone.
 */
export class NamePublisher implements Disposable {
  readonly #parts: NamePublisherParts;
  readonly #told = new Map<string, WorkloadName>();
  #listening: Disposable | undefined;

  constructor(parts: NamePublisherParts) {
    this.#parts = parts;
  }

  start(): void {
    const { specs, feed } = this.#parts;
    this.#listening = feed.listen((name) => this.#look(name));
    for (const { spec } of specs.list()) this.#set(spec.name);
    this.#tell();
  }

  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
  }

  /** The feed tells of everything; most of it changes no name. */
  #look(name: string): void {
    if (this.#set(name)) this.#tell();
  }

  #set(name: string): boolean {
    const before = this.#told.get(name);
    const after = this.#nameOf(name);
    if (after === undefined) return this.#told.delete(name);
    this.#told.set(name, after);
    return before === undefined || before.address !== after.address;
  }

  #tell(): void {
    this.#parts.names.update([...this.#told.values()]);
  }

  #nameOf(name: string): WorkloadName | undefined {
    const record = this.#parts.specs.get(name);
    if (record === undefined || record.desired === 'deleting') return undefined;
    if (record.desired === 'stopped') return { name, address: undefined };
    if (record.spec.networkMode === 'host') return { name, address: 'capsule' };
    return { name, address: this.#parts.addresses.get(record.ref.cell) };
  }
}
