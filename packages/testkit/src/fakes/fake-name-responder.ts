import {
  type CapsuleError,
  type CellNames,
  cellKey,
  cellOfWorkload,
  type NameResponder,
  type SpaceNetworkSpec,
} from '@capsule/core';
import type { NameFound } from '../contracts/name-responder.contract.ts';

/** Names in memory; flat workloads look them up, for which the capsule is 172.20.254.1. */
export class FakeNameResponder implements NameResponder {
  /** The last names received; undefined before. */
  names: readonly CellNames[] | undefined;
  /** Keys of the spaces on whose bridges it answers. */
  readonly spaces = new Set<string>();
  /** A test decides whether all is well. */
  trouble: CapsuleError | undefined;

  async serveSpace({ key }: Pick<SpaceNetworkSpec, 'key'>): Promise<void> {
    this.spaces.add(key);
  }

  async endSpace(key: string): Promise<void> {
    this.spaces.delete(key);
  }

  update(names: readonly CellNames[]): void {
    this.names = names;
  }

  problem(): CapsuleError | undefined {
    return this.trouble;
  }

  /** As a flat workload would look up another one, or an alias. */
  lookup(name: string): NameFound {
    if (this.names === undefined) return 'unknown';
    const label = name.toLowerCase().replace(/\.capsule\.internal$/, '');
    const key = cellKey(cellOfWorkload(label));
    const named = this.names.filter(({ cell }) => cellKey(cell) === key);
    const aliased = this.names.filter(({ aliases }) => aliases.includes(label));
    const found = named.length > 0 ? named : aliased;
    if (found.length === 0) return 'no such name';
    const addresses = found.flatMap(({ address }) => address ?? []).sort();
    const text = addresses.map((one) => (one === 'capsule' ? '172.20.254.1' : one)).join(' ');
    return text === '' ? 'no address' : text;
  }
}
