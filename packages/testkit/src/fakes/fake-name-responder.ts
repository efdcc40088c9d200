import type { CapsuleError, NameResponder, WorkloadName } from '@capsule/core';
import type { NameFound } from '../contracts/name-responder.contract.ts';

/** Names in memory, under `capsule.internal`; the capsule itself is 172.20.254.1. */
export class FakeNameResponder implements NameResponder {
  /** The last names received; undefined before. */
  names: readonly WorkloadName[] | undefined;
  /** A test decides whether all is well. */
  trouble: CapsuleError | undefined;

  update(names: readonly WorkloadName[]): void {
    this.names = names;
  }

  problem(): CapsuleError | undefined {
    return this.trouble;
  }

  /** As a workload would look it up. */
  lookup(name: string): NameFound {
    if (this.names === undefined) return 'unknown';
    const label = name.toLowerCase().replace(/\.capsule\.internal$/, '');
    const found = this.names.find((each) => each.name === label);
    if (found === undefined) return 'no such name';
    return found.address === 'capsule' ? '172.20.254.1' : (found.address ?? 'no address');
  }
}
